/*
 * text-test.c - a text that browsers get has nothing in it but cues.
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

#include "base/utf8.h"
#include "encode/text.h"

#define HEAD "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n"
#define ONE "00:00:01.000 --> 00:00:02.000\n"

static const struct {
	const char *what, *given, *expected;
} texts[] = {
	{ "a cue", "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n", HEAD "\n" ONE "Hello\n" },
	{ "hours, numbers and settings", "WEBVTT x\n\n7\n01:00:00.001 --> 01:00:02.000 line:0 align:start\na\nb\n\n",
	  HEAD "\n01:00:00.001 --> 01:00:02.000\na\nb\n" },
	{ "CR LF", "WEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nHello\r\n", HEAD "\n" ONE "Hello\n" },
	{ "tags", "WEBVTT\n\n00:01.000 --> 00:02.000\n<b>a</b> <v Bob>b</v> <c.x>c</c> <script>d</script> <i>e</i><u\n",
	  HEAD "\n" ONE "<b>a</b> b c d <i>e</i>\n" },
	{ "no tags", "WEBVTT\n\n00:01.000 --> 00:02.000\nI <3 you <<< 2 < 3 & 4 > 1 <00:01.500><c>x</c> <\n",
	  HEAD "\n" ONE "I &lt;3 you &lt;&lt;&lt; 2 &lt; 3 &amp; 4 &gt; 1 x &lt;\n" },
	{ "references", "WEBVTT\n\n00:01.000 --> 00:02.000\na &amp; b & c &lt; d > e &#x41;\n",
	  HEAD "\n" ONE "a &amp; b &amp; c &lt; d &gt; e &#x41;\n" },
	{ "styles, notes and regions", "WEBVTT\n\nSTYLE\n::cue { background: url(http://x/) }\n\nNOTE x\n\nREGION\nid:a\n\n"
	  "00:01.000 --> 00:02.000\nHello\n", HEAD "\n" ONE "Hello\n" },
	{ "what is before our zero", "WEBVTT\n\n-00:00:03.000 --> -00:00:02.000\ngone\n\n-00:01.000 --> 00:02.000\nhalf\n\n"
	  "00:03.000 --> 00:04.000\nwhole\n",
	  HEAD "\n00:00:00.000 --> 00:00:02.000\nhalf\n\n00:00:03.000 --> 00:00:04.000\nwhole\n" },
	{ "empty cues and cues without length", "WEBVTT\n\n00:01.000 --> 00:02.000\n\n00:01.000 --> 00:01.000\nx\n\n"
	  "00:01.000 --> 00:02.000\n<c></c>\n\n00:01.000 --> 00:02.000\ny\n", HEAD "\n" ONE "y\n" },
	{ "the cue that is shown at our zero", "WEBVTT\n\n00:00.-23 --> 00:01.977\nfirst\n\n00:-2.-500 --> 00:-1.-05\ngone\n\n"
	  "-1:-1.000 --> 00:02.000\nlong\n\n00:00.05 --> 00:01.000\nno time\n", HEAD "\n00:00:00.000 --> 00:00:01.977\nfirst\n\n00:00:00.000 --> 00:00:02.000\nlong\n" },
	{ "cues of which none tells its end", "WEBVTT\n\n00:01.000 --> 00:01.000\na\n\n00:02.000 --> 00:02.000\nb\n\n00:02.000 --> 00:02.000\nc\n",
	  HEAD "\n" ONE "a\n\n00:00:02.000 --> 00:00:07.000\nb\n\n00:00:02.000 --> 00:00:07.000\nc\n" },
	{ "a last cue that does not tell its end", "WEBVTT\n\n00:00.500 --> 00:00.500\nnever seen\n\n00:01.000 --> 00:02.000\na\n\n"
	  "00:07.000 --> 00:07.000\nb\n", HEAD "\n" ONE "a\n\n00:00:07.000 --> 00:00:12.000\nb\n" },
	{ "a drawing in bold", "WEBVTT\n\n00:01.000 --> 00:02.000\n<b>m 0 0 l 100 0 100 100</b>\n\n00:01.000 --> 00:02.000\n<b>m 0 0 miles</b>\n",
	  HEAD "\n" ONE "<b>m 0 0 miles</b>\n" },
	{ "drawings, and spaces that hold", "WEBVTT\n\n00:01.000 --> 00:02.000\nm 0 0 l 100 0 100 100 0 100\n\n"
	  "00:01.000 --> 00:02.000\na\\hb c\\\nm 0 0 miles\n", HEAD "\n" ONE "a b c\\\nm 0 0 miles\n" },
	{ "control characters", "WEBVTT\n\n00:01.000 --> 00:02.000\na\x1b[31m\x07" "b\n", HEAD "\n" ONE "a[31mb\n" },
	{ "a last cue of blanks", "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n \n\n00:01.000 --> 00:02.000\n <c> </c>\n", HEAD "\n" ONE "x\n" },
	{ "other scripts", "WEBVTT\n\n00:01.000 --> 00:02.000\nÄ \xe2\x82\xac \xf0\x9f\x8e\xac\n", HEAD "\n" ONE "Ä \xe2\x82\xac \xf0\x9f\x8e\xac\n" },
};

static void writes_cues_and_nothing_else(void **state)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct buf out = BUF_INIT;
		struct text text;
		char error[100];

		if (!text_clean(texts[i].given, strlen(texts[i].given), &out, &text, error, sizeof error))
			fail_msg("%s: %s", texts[i].what, error);
		if (strcmp(buf_text(&out), texts[i].expected) != 0)
			fail_msg("%s:\n%s", texts[i].what, buf_text(&out));
		buf_fini(&out);
	}
}

static void refuses_what_is_no_text(void **state)
{
	static const struct { const char *bytes; size_t len; } cases[] = {
		{ "", 0 }, { "WEBVTT", 6 }, { "WEBVTTX\n\n00:01.000 --> 00:02.000\nHello\n", 38 }, { "<html>", 6 },
		{ "WEBVTT\n\n00:01.000 --> 00:02.000\n\xff\n", 34 }, { "WEBVTT\n\n00:01.000 --> 00:02.000\na\0b\n", 36 },
		{ "WEBVTT\n\n00:01.00 --> 00:02.000\nHello\n", 37 }, { "WEBVTT\n\n00:01.000 -> 00:02.000\nHello\n", 36 },
		{ "WEBVTT\n\n99999999999999999999:00:01.000 --> 00:02.000\nHello\n", 58 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = BUF_INIT;
		struct text text;
		char error[100] = "";

		assert_false(text_clean(cases[i].bytes, cases[i].len, &out, &text, error, sizeof error));
		assert_true(strlen(error) > 10);
		buf_fini(&out);
	}
}

static void a_text_is_one_segment_as_long_as_the_video(void **state)
{
	const struct text text = { .cues = 3, .end_s = 61.5 };
	struct piece piece = { .file = "text-de.vtt", .size_bytes = 1000 };

	text_piece(&text, 100, &piece);
	assert_string_equal(piece.playlist, "#EXTINF:100.000000,\ntext-de.vtt\n");
	assert_int_equal(piece.longest_us, 100000000);
	assert_int_equal(piece.peak_bps, 80);
	text_piece(&text, 60, &piece);
	assert_string_equal(piece.playlist, "#EXTINF:60.000000,\ntext-de.vtt\n");
	text_piece(&text, 0, &piece);
	assert_string_equal(piece.playlist, "#EXTINF:61.500000,\ntext-de.vtt\n");
	assert_int_equal(piece.frames, 3);
	piece_fini(&piece);
}

static void knows_utf8(void **state)
{
	static const struct { const char *text; size_t width; } cases[] = {
		{ "", 0 }, { "a", 1 }, { "\xc3\xa4", 2 }, { "\xe2\x82\xac", 3 }, { "\xf0\x9f\x8e\xac", 4 },
		{ "\x80", 0 }, { "\xc3", 0 }, { "\xc1\xa4", 0 }, { "\xe0\x80\x80", 0 }, { "\xed\xa0\x80", 0 }, { "\xe2\x82", 0 },
		{ "\xf4\x90\x80\x80", 0 }, { "\xf8\x88\x80\x80", 0 }, { "\xf0\x80\x80\x80", 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(utf8_width(cases[i].text), cases[i].width);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_cues_and_nothing_else),
		cmocka_unit_test(refuses_what_is_no_text),
		cmocka_unit_test(a_text_is_one_segment_as_long_as_the_video),
		cmocka_unit_test(knows_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
