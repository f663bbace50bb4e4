/*
 * label-test.c - names from clients become labels that are safe to show.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/label.h"

#define TEXT(literal) literal, sizeof(literal) - 1

static const struct {
	const char *text;
	size_t len;
	const char *label;
} filenames[] = {
	{ TEXT("a.mp4"), "a.mp4" },
	{ TEXT(""), "untitled" },
	{ TEXT("/"), "untitled" },
	{ TEXT(".."), ".." },
	{ TEXT("../../../../etc/cron.d/x"), "x" },
	{ TEXT("..\\..\\windows\\x.mp4"), "x.mp4" },
	{ TEXT("C:\\fakepath\\a.mp4"), "a.mp4" },
	{ TEXT("a\0.mp4"), "a.mp4" },
	{ TEXT("new\nline.mp4"), "newline.mp4" },
	{ TEXT("cr\r\nSet-Cookie: a=b.mp4"), "crSet-Cookie: a=b.mp4" },
	{ TEXT("\"><script>alert(1)<"), "\"><script>alert(1)<" },
	{ TEXT("%s%s%s%n.mp4"), "%s%s%s%n.mp4" },
	{ TEXT("\xe2\x80\xaegpj.4pm"), "gpj.4pm" },
	{ TEXT("\xe2\x81\xa6x\xe2\x81\xa9\xd8\x9cy\xef\xbb\xbf"), "xy" },
	{ TEXT("e\xcc\x81.mp4"), "e\xcc\x81.mp4" },
	{ TEXT("\xf0\x9f\x8e\xac film.mp4"), "\xf0\x9f\x8e\xac film.mp4" },
	{ TEXT("\xff\xfe.mp4"), "\xef\xbf\xbd\xef\xbf\xbd.mp4" },
	{ TEXT("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd" },
	{ TEXT("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ TEXT("\xf4\x90\x80\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ TEXT("x\xe2\x82"), "x\xef\xbf\xbd\xef\xbf\xbd" },
	{ TEXT("\xc2\x85\x1b]0;owned\x07.mp4"), "]0;owned.mp4" },
	{ TEXT("   a b  "), "a b" },
};

static void makes_file_names_labels(void **state)
{
	char label[LABEL_MOST + 1];

	(void)state;
	for (size_t i = 0; i < sizeof filenames / sizeof *filenames; i++) {
		label_filename(filenames[i].text, filenames[i].len, label);
		assert_string_equal(label, filenames[i].label);
	}
}

static void cuts_at_a_characters_border(void **state)
{
	char text[600], label[LABEL_MOST + 1];

	(void)state;
	memset(text, 'a', sizeof text);
	label_title(text, sizeof text, label);
	assert_int_equal(strlen(label), LABEL_MOST);
	for (size_t i = 0; i + 4 <= sizeof text; i += 4)
		memcpy(text + i, "\xf0\x9f\x8e\xac", 4);
	label_title(text, sizeof text, label);
	assert_int_equal(strlen(label), 252);
}

static void keeps_slashes_and_emptiness_of_titles(void **state)
{
	char label[LABEL_MOST + 1];

	(void)state;
	label_title(TEXT("1/2\\3"), label);
	assert_string_equal(label, "1/2\\3");
	label_title(TEXT(" \n "), label);
	assert_string_equal(label, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_file_names_labels),
		cmocka_unit_test(cuts_at_a_characters_border),
		cmocka_unit_test(keeps_slashes_and_emptiness_of_titles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
