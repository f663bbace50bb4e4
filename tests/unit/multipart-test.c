/*
 * multipart-test.c - the same events come out wherever the body is cut.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "ingest/multipart.h"

#define FORM "Content-Disposition: form-data; "
#define COUNT(table) (sizeof(table) / sizeof *(table))

/* Writes what an event says as text: [name|filename] data ; and END or BAD(fault). */
static bool transcribe(struct buf *out, struct multipart *m, enum multipart_event event, const char *data, size_t len)
{
	switch (event) {
	case MULTIPART_MORE: return false;
	case MULTIPART_PART:
		buf_printf(out, "[%s|%s]", m->name != NULL ? m->name : "-", m->filename != NULL ? m->filename : "-");
		return true;
	case MULTIPART_DATA: buf_put(out, data, len); return true;
	case MULTIPART_PART_END: buf_puts(out, ";"); return true;
	case MULTIPART_END: buf_puts(out, "END"); return true;
	case MULTIPART_BAD: break;
	}
	buf_printf(out, "BAD%d", (int)m->fault);
	return false;
}

static void feed(struct buf *out, struct multipart *m, const char *bytes, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1); /* exact, so that a sanitizer sees a read beyond */
	const char *at = copy, *data;
	enum multipart_event event;
	size_t data_len;
	bool lent;

	memcpy(copy, bytes, len);
	do
		event = multipart_next(m, &at, &len, &data, &data_len, &lent);
	while (transcribe(out, m, event, data, data_len));
	free(copy);
}

static void parse(struct buf *out, const char *body, size_t len, size_t cut, size_t second)
{
	struct multipart m;

	multipart_init(&m, "b0");
	feed(out, &m, body, cut);
	if (m.state != MULTIPART_IN_FAULT)
		feed(out, &m, body + cut, second - cut);
	if (m.state != MULTIPART_IN_FAULT)
		feed(out, &m, body + second, len - second);
}

static const struct {
	const char *body;
	const char *expected;
} cases[] = {
	{ "--b0\r\n" FORM "name=\"a\"\r\n\r\nx\r\n--b0--", "[a|-]x;END" },
	{ "--b0\r\n" FORM "name=\"a\"\r\n\r\nx\r\n--b0--\r\nepilogue\r\n--b0\r\n", "[a|-]x;END" },
	{ "preamble\r\n--b0\r\n" FORM "name=a; filename=\"v.mp4\"\r\n\r\n\r\n--b0--", "[a|v.mp4];END" },
	{ "--b0\r\n" FORM "name=a\r\n\r\n--b0--", "[a|-];END" },
	{ "--b0 \t\r\n" FORM "name=a\r\n\r\n1\r\n--b0\r\n" FORM "name=b\r\n\r\n2\r\n--b0--\r\n", "[a|-]1;[b|-]2;END" },
	{ "--b0\r\n" FORM "name=a\r\n\r\nx\r\n--b\r\n--b1\r\n--b0x\r\n-\r\r\n--b0-y\r\n--b0--",
	  "[a|-]x\r\n--b\r\n--b1\r\n--b0x\r\n-\r\r\n--b0-y;END" },
	{ "--b0\r\n" FORM "name=a\r\n\r\n\r\n\r\n--b0--", "[a|-]\r\n;END" },
	{ "--b0\r\n" FORM "name=a\r\n\r\n\r\r\r\n--b0 \r\r\n--b0--", "[a|-]\r\r\r\n--b0 \r;END" },
	{ "--b0\r\n" FORM "name=a; filename=\"a\\\"b\\\\c\\d.mp4\"\r\n\r\n1\r\n--b0--", "[a|a\"b\\c\\d.mp4]1;END" },
	{ "--b0\r\n" FORM "name=a; filename=\"%22x%0d%0A%41;.mp4\"\r\n\r\n1\r\n--b0--", "[a|\"x\r\n%41;.mp4]1;END" },
	{ "--b0\r\n" FORM "name=a; filename=\"x\"; filename*=UTF-8''%c3%a9%00.mp4\r\n\r\n1\r\n--b0--", "[a|\xc3\xa9.mp4]1;END" },
	{ "--b0\r\ncontent-type: video/mp4\r\n\r\n1\r\n--b0--", "[-|-]1;END" },
	{ "--b0\r\n" FORM "name=a\r\nContent-Transfer-Encoding: binary\r\n\r\n1\r\n--b0--", "[a|-]1;END" },
	{ "--b0\r\n" FORM "name=a\r\nContent-Transfer-Encoding: base64\r\n\r\n1\r\n--b0--", "BAD4" },
	{ "--b0\r\n" FORM "name=a; name=b\r\n\r\n1\r\n--b0--", "BAD1" },
	{ "--b0\r\n" FORM "name=\"a\r\n\r\n1\r\n--b0--", "BAD1" },
	{ "--b0\r\nContent-Disposition: attachment\r\n\r\n1\r\n--b0--", "BAD1" },
	{ "--b0\r\n" FORM "name=a\n\r\n1\r\n--b0--", "BAD1" },
	{ "--b0\r\nno colon\r\n\r\n1\r\n--b0--", "BAD1" },
	{ "--b0--", "END" },
	{ "x", "" },
};

static void gives_the_same_events_at_every_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t len = strlen(cases[i].body);

		for (size_t cut = 0; cut <= len; cut++) {
			for (size_t second = cut; second <= len; second++) {
				struct buf out = BUF_INIT;

				parse(&out, cases[i].body, len, cut, second);
				assert_string_equal(buf_text(&out), cases[i].expected);
				buf_fini(&out);
			}
		}
	}
}

static void gives_the_same_events_byte_by_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out = BUF_INIT;
		struct multipart m;

		multipart_init(&m, "b0");
		for (const char *at = cases[i].body; *at != '\0' && m.state != MULTIPART_IN_FAULT; at++)
			feed(&out, &m, at, 1);
		assert_string_equal(buf_text(&out), cases[i].expected);
		buf_fini(&out);
	}
}

static void keeps_every_byte_of_random_content(void **state)
{
	struct buf body = BUF_INIT, out = BUF_INIT;
	static const char alphabet[] = "\r\r\r\n\n\n--b0 x";
	size_t head;

	(void)state;
	buf_puts(&body, "--b0\r\n\r\n");
	head = body.len;
	srandom(7);
	for (int i = 0; i < 200000; i++) {
		buf_put(&body, &alphabet[random() % 12], 1);
		if (body.len >= head + 6 && memcmp(body.data + body.len - 6, "\r\n--b0", 6) == 0)
			buf_puts(&body, "!");
	}
	head = body.len - head;
	buf_puts(&body, "!\r\n--b0--");
	parse(&out, body.data, body.len, 4099, 100003);
	assert_int_equal(out.len, strlen("[-|-]") + head + strlen("!;END"));
	assert_memory_equal(out.data + 5, body.data + 8, head);
	buf_fini(&body);
	buf_fini(&out);
}

static enum multipart_fault fault_of(const struct buf *body)
{
	struct buf out = BUF_INIT;
	struct multipart m;

	multipart_init(&m, "b0");
	feed(&out, &m, body->data, body->len);
	buf_fini(&out);
	return m.fault;
}

static void refuses_more_parts_than_64(void **state)
{
	struct buf body = BUF_INIT;

	(void)state;
	for (int i = 0; i < MULTIPART_PARTS; i++)
		buf_puts(&body, "--b0\r\n\r\nx\r\n");
	assert_int_equal(fault_of(&body), MULTIPART_FINE);
	buf_puts(&body, "--b0\r\n\r\nx\r\n");
	assert_int_equal(fault_of(&body), MULTIPART_TOO_MANY_PARTS);
	buf_fini(&body);
}

static void refuses_large_part_headers(void **state)
{
	struct buf body = BUF_INIT;

	(void)state;
	buf_printf(&body, "--b0\r\nX: %08188d\r\n", 0);
	assert_int_equal(fault_of(&body), MULTIPART_HEAD_TOO_LARGE);
	buf_reset(&body);
	buf_puts(&body, "--b0\r\n");
	for (int i = 0; i <= MULTIPART_HEAD_LINES; i++)
		buf_puts(&body, "X: 1\r\n");
	assert_int_equal(fault_of(&body), MULTIPART_HEAD_TOO_LARGE);
	buf_fini(&body);
}

static void refuses_nul_in_a_part_header_and_a_long_preamble(void **state)
{
	struct buf body = BUF_INIT;

	(void)state;
	buf_put(&body, "--b0\r\nX: \0\r\n\r\n", 13);
	assert_int_equal(fault_of(&body), MULTIPART_SYNTAX);
	buf_reset(&body);
	for (int i = 0; i <= MULTIPART_PREAMBLE_BYTES; i++)
		buf_puts(&body, "x");
	assert_int_equal(fault_of(&body), MULTIPART_SYNTAX);
	buf_fini(&body);
}

static const struct {
	const char *type;
	const char *boundary;   /* NULL: refused */
} boundaries[] = {
	{ "multipart/form-data; boundary=abc", "abc" },
	{ "Multipart/Form-Data;charset=utf-8;  BOUNDARY=\"a b?c\"", "a b?c" },
	{ "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW", "----WebKitFormBoundary7MA4YWxkTrZu0gW" },
	{ "multipart/form-data; boundary=1234567890123456789012345678901234567890123456789012345678901234567890",
	  "1234567890123456789012345678901234567890123456789012345678901234567890" },
	{ "multipart/form-data; boundary=12345678901234567890123456789012345678901234567890123456789012345678901", NULL },
	{ "multipart/form-data", NULL }, { "multipart/form-data; boundary=", NULL }, { "multipart/form-data; boundary=\"\"", NULL },
	{ "multipart/form-data; boundary=\"a \"", NULL }, { "multipart/form-data; boundary=\"a\\b\"", NULL },
	{ "multipart/form-data; boundary=a; boundary=b", NULL }, { "multipart/form-dataX; boundary=a", NULL },
	{ "multipart/mixed; boundary=a", NULL }, { "", NULL },
};

static void takes_only_boundaries_of_rfc_2046(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(boundaries); i++) {
		char boundary[BOUNDARY_MOST + 1];
		bool found = disposition_boundary(boundaries[i].type, boundary);

		assert_int_equal(found, boundaries[i].boundary != NULL);
		if (found)
			assert_string_equal(boundary, boundaries[i].boundary);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_same_events_at_every_cut),
		cmocka_unit_test(gives_the_same_events_byte_by_byte),
		cmocka_unit_test(keeps_every_byte_of_random_content),
		cmocka_unit_test(refuses_more_parts_than_64),
		cmocka_unit_test(refuses_large_part_headers),
		cmocka_unit_test(refuses_nul_in_a_part_header_and_a_long_preamble),
		cmocka_unit_test(takes_only_boundaries_of_rfc_2046),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
