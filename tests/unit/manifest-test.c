/*
 * manifest-test.c - the DASH manifest.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "encode/manifest.h"

static struct fragment parts[] = {
	{ .offset = 1000, .size = 500, .decode_time = 0, .duration = 48000, .samples = 48 },
	{ .offset = 1600, .size = 400, .decode_time = 48000, .duration = 48000, .samples = 48 },
	{ .offset = 2100, .size = 100, .decode_time = 96000, .duration = 24000, .samples = 24 },
};
static const struct fragmented picture = { .timescale = 24000, .is_video = true, .fragments = parts, .count = 3, .samples = 120,
					   .duration = 120000 };
static const struct fragmented sound = { .timescale = 48000, .sample_rate = 48000, .fragments = parts, .count = 1, .samples = 48,
					 .duration = 48000 };

static struct piece files[] = {
	{ .file = "720p.mp4", .peak_bps = 2000000, .longest_us = 2002000 }, { .file = "240p.mp4", .peak_bps = 300000 }, { .file = "720p-av1.mp4", .peak_bps = 9 },
	{ .file = "240p.mp4", .peak_bps = 128000 }, { .file = "text-fr.vtt", .peak_bps = 90 },
};
static const struct rendition_row rows[] = {
	{ .planned = { .name = "720p", .codec = "h264", .width = 1280, .height = 720, .rate_num = 24000, .rate_den = 1001 },
	  .edition = 1, .codecs = "avc1.64001F", .pieces = &files[0], .piece_count = 1 },
	{ .planned = { .name = "240p", .codec = "h264", .width = 426, .height = 240, .rate_num = 24000, .rate_den = 1001 },
	  .edition = 1, .codecs = "avc1.640015", .pieces = &files[1], .piece_count = 1 },
	{ .planned = { .name = "720p-av1", .codec = "av1", .width = 1280, .height = 720, .rate_num = 24000, .rate_den = 1001 },
	  .edition = 1, .codecs = "av01.0.05M.08", .pieces = &files[2], .piece_count = 1 },
	{ .planned = { .name = "audio", .kind = RENDITION_AUDIO, .channels = 2, .is_default = true, .language = "de\"><x" },
	  .edition = 1, .codecs = "mp4a.40.2", .pieces = &files[3], .piece_count = 1 },
	{ .planned = { .name = "text-fr", .kind = RENDITION_TEXT, .language = "fr" }, .edition = 1, .pieces = &files[4], .piece_count = 1 },
};
static const struct manifest_track tracks[] = {
	{ &rows[0], &picture }, { &rows[1], &picture }, { &rows[2], &picture }, { &rows[3], &sound }, { &rows[4], NULL },
};

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;

	while ((text = strstr(text, what)) != NULL) {
		text += strlen(what);
		count++;
	}
	return count;
}

static void lists_byte_ranges_with_their_times(void **state)
{
	struct buf out = BUF_INIT;

	manifest_write(tracks, 1, &out);
	assert_non_null(strstr(buf_text(&out), "mediaPresentationDuration=\"PT5.000S\" minBufferTime=\"PT2.002S\""));
	assert_non_null(strstr(buf_text(&out), "<Initialization sourceURL=\"720p-init.mp4\"/>"));
	assert_non_null(strstr(buf_text(&out), "<SegmentList timescale=\"24000\">"));       /* no duration beside a timeline */
	assert_non_null(strstr(buf_text(&out), "<S t=\"48000\" d=\"48000\"/>"));
	assert_non_null(strstr(buf_text(&out), "<S t=\"96000\" d=\"24000\"/>"));
	assert_non_null(strstr(buf_text(&out), "media=\"720p.mp4\" mediaRange=\"1600-1999\""));
	buf_fini(&out);
}

static void a_set_is_a_codec_and_a_sound_its_own(void **state)
{
	struct buf out = BUF_INIT;

	manifest_write(tracks, 4, &out);
	assert_int_equal(count_of(buf_text(&out), "<AdaptationSet "), 3);
	assert_int_equal(count_of(buf_text(&out), "</AdaptationSet>"), 3);
	assert_int_equal(count_of(buf_text(&out), "<Representation "), 4);
	assert_int_equal(count_of(buf_text(&out), "contentType=\"audio\""), 1);
	assert_null(strstr(buf_text(&out), "<x"));     /* a language that is none is left out */
	buf_fini(&out);
}

static void a_text_is_a_file_beside_it(void **state)
{
	struct buf out = BUF_INIT;

	manifest_write(tracks, 5, &out);
	assert_non_null(strstr(buf_text(&out), "<AdaptationSet contentType=\"text\" mimeType=\"text/vtt\" lang=\"fr\">"));
	assert_non_null(strstr(buf_text(&out), "value=\"subtitle\""));
	assert_non_null(strstr(buf_text(&out), "<BaseURL>text-fr.vtt</BaseURL>"));
	assert_int_equal(count_of(buf_text(&out), "<AdaptationSet "), 4);
	assert_int_equal(count_of(buf_text(&out), "</AdaptationSet>"), 4);
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_byte_ranges_with_their_times),
		cmocka_unit_test(a_set_is_a_codec_and_a_sound_its_own),
		cmocka_unit_test(a_text_is_a_file_beside_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
