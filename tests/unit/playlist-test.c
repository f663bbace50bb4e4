/*
 * playlist-test.c - HLS playlists to the letter.
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

#include "encode/playlist.h"

static struct fragment fragments[] = {
	{ .offset = 700, .size = 100000, .duration = 360000, .samples = 96 },
	{ .offset = 100700, .size = 300000, .duration = 360000, .samples = 96 },
	{ .offset = 400700, .size = 1000, .duration = 9000, .samples = 2 },
};

static const struct fragmented file = {
	.timescale = 90000, .is_video = true, .codecs = "avc1.64001F", .fragments = fragments, .count = 3, .samples = 194,
	.duration = 729000,
};

static void writes_the_lines_of_a_piece(void **state)
{
	struct piece piece = { .rendition = "720p", .file = "720p-0000.m4s" };

	playlist_piece(&file, &piece);
	assert_string_equal(piece.playlist,
			    "#EXTINF:4.000000,\n#EXT-X-BYTERANGE:100000@700\n720p-0000.m4s\n"
			    "#EXTINF:4.000000,\n#EXT-X-BYTERANGE:300000@100700\n720p-0000.m4s\n"
			    "#EXTINF:0.100000,\n#EXT-X-BYTERANGE:1000@400700\n720p-0000.m4s\n");
	assert_int_equal(piece.frames, 194);
	assert_int_equal(piece.duration_us, 8100000);
	assert_int_equal(piece.longest_us, 4000000);
	assert_int_equal(piece.size_bytes, 401000);
	/* The tenth of a second at the end is too short to be a peak. */
	assert_int_equal(piece.peak_bps, 600000);
	assert_string_equal(piece.codecs, "avc1.64001F");
	piece_fini(&piece);
}

static void writes_a_media_playlist(void **state)
{
	static char lines[] = "#EXTINF:4.400000,\nx\n";
	struct piece piece = { .longest_us = 4499999, .playlist = lines };
	const struct rendition_row row = { .planned = { .name = "480p" }, .pieces = &piece, .piece_count = 1 };
	struct buf out = BUF_INIT;

	playlist_media(&row, &out);
	assert_string_equal(buf_text(&out),
			    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n"
			    "#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"480p-init.mp4\"\n"
			    "#EXTINF:4.400000,\nx\n#EXT-X-ENDLIST\n");
	buf_fini(&out);
}

static const struct { int64_t longest_us; const char *line; } targets[] = {
	{ 4500000, "TARGETDURATION:5\n" }, { 4499999, "TARGETDURATION:4\n" }, { 16667, "TARGETDURATION:1\n" },
};

static void rounds_the_target_as_extinf_is_rounded(void **state)
{
	static char lines[] = "";

	for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
		struct piece piece = { .longest_us = targets[i].longest_us, .playlist = lines };
		const struct rendition_row row = { .pieces = &piece, .piece_count = 1 };
		struct buf out = BUF_INIT;

		playlist_media(&row, &out);
		assert_non_null(strstr(buf_text(&out), targets[i].line));
		buf_fini(&out);
	}
}

/* Three segments of the head, of which the last is cut short, then the whole from its third on. */
static void a_sound_goes_on_behind_its_head(void **state)
{
	static char head[] = "#EXTINF:4,\n#R:a\nh\n#EXTINF:4,\n#R:b\nh\n#EXTINF:1,\n#R:c\nh\n";
	static char whole[] = "#EXTINF:4,\n#R:a\nw\n#EXTINF:4,\n#R:b\nw\n#EXTINF:4,\n#R:C\nw\n#EXTINF:2,\n#R:d\nw\n";
	struct piece parts[] = { { .seq = -1, .playlist = head }, { .seq = 0, .playlist = whole } };
	const struct rendition_row row = { .planned = { .name = "audio" }, .edition = 2, .pieces = parts, .piece_count = 2 };
	struct buf out = BUF_INIT;

	playlist_early(&row, 1, PLAYLIST_TO_THE_END, false, 6000, &out);
	assert_string_equal(buf_text(&out),
			    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:0\n"
			    "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"e2-audio-init.mp4\"\n"
			    "#EXT-X-START:TIME-OFFSET=0\n#EXTINF:4,\n#R:a\nh\n#EXTINF:4,\n#R:b\nh\n");
	buf_reset(&out);
	playlist_early(&row, 2, PLAYLIST_TO_THE_END, true, 6000, &out);
	assert_non_null(strstr(buf_text(&out), "#R:b\nh\n#EXTINF:4,\n#R:C\nw\n#EXTINF:2,\n#R:d\nw\n#EXT-X-ENDLIST\n"));
	buf_fini(&out);
}

/* Of a head of 9 s and a whole of 14: as far as the pictures are, give or take a frame of sound; always the first. */
static void a_sound_is_listed_as_far_as_it_is_seen(void **state)
{
	static char head[] = "#EXTINF:4.01,\n#R:a\nh\n#EXTINF:4.01,\n#R:b\nh\n#EXTINF:1,\n#R:c\nh\n";
	static char whole[] = "#EXTINF:4.01,\n#R:a\nw\n#EXTINF:4.01,\n#R:b\nw\n#EXTINF:4.01,\n#R:C\nw\n#EXTINF:2,\n#R:d\nw\n";
	static const struct { size_t pieces; int64_t until_us; const char *segments; } cases[] = {
		{ 1, 1000000, "a" }, { 1, 4000000, "a" }, { 1, 7000000, "a" }, { 1, 8000000, "ab" }, { 1, 40000000, "ab" },
		{ 2, 1000000, "a" }, { 2, 8000000, "ab" }, { 2, 12000000, "abC" }, { 2, 14000000, "abCd" },
	};
	struct piece parts[] = { { .seq = -1, .playlist = head }, { .seq = 0, .playlist = whole } };
	const struct rendition_row row = { .planned = { .name = "audio" }, .edition = 1, .pieces = parts, .piece_count = 2 };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = BUF_INIT;
		char segments[8] = "";

		playlist_early(&row, cases[i].pieces, cases[i].until_us, false, 6000, &out);
		for (const char *at = buf_text(&out); (at = strstr(at, "#R:")) != NULL; at++)
			strncat(segments, at + 3, 1);
		assert_string_equal(segments, cases[i].segments);
		buf_fini(&out);
	}
}

static void an_early_list_grows_and_ends(void **state)
{
	static char first[] = "#EXTINF:2,\n#R:a\nx\n", second[] = "#EXTINF:4,\n#R:b\ny\n";
	struct piece parts[] = { { .seq = 0, .playlist = first }, { .seq = 1, .playlist = second } };
	const struct rendition_row row = { .planned = { .name = "720p" }, .edition = 1, .pieces = parts, .piece_count = 2 };
	struct buf one = BUF_INIT, two = BUF_INIT;

	playlist_early(&row, 1, PLAYLIST_TO_THE_END, false, 6000, &one);
	playlist_early(&row, 2, PLAYLIST_TO_THE_END, true, 6000, &two);
	assert_memory_equal(buf_text(&two), buf_text(&one), one.len);
	assert_string_equal(buf_text(&two) + one.len, "#EXTINF:4,\n#R:b\ny\n#EXT-X-ENDLIST\n");
	buf_fini(&one);
	buf_fini(&two);
}

static struct piece pieces[] = {
	{ .size_bytes = 100000, .duration_us = 2000000, .peak_bps = 450000 },
	{ .size_bytes = 300000, .duration_us = 2000000, .peak_bps = 1300000 },
	{ .size_bytes = 32000, .duration_us = 2000000, .peak_bps = 130000 },
};

static struct rendition_row rows[] = {
	{ .planned = { .name = "audio", .kind = RENDITION_AUDIO, .channels = 2 }, .codecs = "mp4a.40.2", .pieces = &pieces[2], .piece_count = 1 },
	{ .planned = { .name = "240p", .width = 426, .height = 240, .rate_num = 24000, .rate_den = 1001 }, .codecs = "avc1.640015",
	  .pieces = &pieces[0], .piece_count = 1 },
	{ .planned = { .name = "720p", .width = 1280, .height = 720, .rate_num = 24000, .rate_den = 1001 }, .codecs = "avc1.64001F",
	  .pieces = &pieces[1], .piece_count = 1 },
};

static void lists_rungs_from_the_largest_with_their_sound(void **state)
{
	const struct renditions list = { .rows = rows, .count = 3 };
	struct buf out = BUF_INIT;

	playlist_master(&list, false, &out);
	assert_string_equal(buf_text(&out),
			    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
			    "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Audio\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\","
			    "URI=\"audio.m3u8\"\n"
			    "#EXT-X-STREAM-INF:BANDWIDTH=1430000,AVERAGE-BANDWIDTH=1328000,RESOLUTION=1280x720,FRAME-RATE=23.976,"
			    "CODECS=\"avc1.64001F,mp4a.40.2\",AUDIO=\"audio\",CLOSED-CAPTIONS=NONE\n720p.m3u8\n"
			    "#EXT-X-STREAM-INF:BANDWIDTH=580000,AVERAGE-BANDWIDTH=528000,RESOLUTION=426x240,FRAME-RATE=23.976,"
			    "CODECS=\"avc1.640015,mp4a.40.2\",AUDIO=\"audio\",CLOSED-CAPTIONS=NONE\n240p.m3u8\n");
	buf_fini(&out);
}

static void what_may_be_chosen_counts_for_the_bandwidth(void **state)
{
	static struct piece quiet = { .size_bytes = 200000, .duration_us = 2000000, .peak_bps = 800000 }, words = { .size_bytes = 500, .duration_us = 2000000,
					    .peak_bps = 2000 };
	struct rendition_row all[] = {
		rows[0], rows[1],
		{ .planned = { .name = "audio-51", .kind = RENDITION_AUDIO, .channels = 6 }, .codecs = "mp4a.40.2", .pieces = &quiet, .piece_count = 1 },
		{ .planned = { .name = "text-en", .kind = RENDITION_TEXT }, .codecs = "wvtt", .pieces = &words, .piece_count = 1 },
	};
	const struct renditions list = { .rows = all, .count = 4 };
	struct buf out = BUF_INIT;

	playlist_master(&list, false, &out);
	assert_non_null(strstr(buf_text(&out), "BANDWIDTH=1252000,AVERAGE-BANDWIDTH=1202000,RESOLUTION=426x240,"));
	buf_reset(&out);
	playlist_master(&list, true, &out);
	assert_non_null(strstr(buf_text(&out), "STREAM-INF:BANDWIDTH=580000,RESOLUTION=426x240,"));
	buf_fini(&out);
}

static void an_early_master_foretells_what_rungs_may_take(void **state)
{
	struct rendition_row both[] = { rows[0], rows[1] };
	const struct renditions list = { .rows = both, .count = 2 };
	struct buf out = BUF_INIT;

	both[0].planned.max_kbps = 128;
	both[1].planned.max_kbps = 700;
	playlist_master(&list, true, &out);
	assert_non_null(strstr(buf_text(&out), "STREAM-INF:BANDWIDTH=830000,RESOLUTION"));
	buf_reset(&out);
	playlist_master(&list, false, &out);
	assert_non_null(strstr(buf_text(&out), "BANDWIDTH=580000,AVERAGE-BANDWIDTH=528000,"));
	buf_fini(&out);
}

/* The target is 1 s: half a second is enough for a peak. */
static void a_short_segment_may_be_the_peak(void **state)
{
	struct fragment some[] = { { .size = 100000, .duration = 126000 }, { .size = 90000, .duration = 54000 } };
	const struct fragmented piece_of = { .timescale = 90000, .fragments = some, .count = 2, .duration = 180000 };
	struct piece made = { .file = "x" };

	playlist_piece(&piece_of, &made);
	assert_int_equal(made.peak_bps, 1200000);
	free(made.playlist);
}

static void lists_sound_alone_and_picture_alone(void **state)
{
	const struct renditions sound = { .rows = rows, .count = 1 }, silent = { .rows = rows + 1, .count = 1 };
	struct buf out = BUF_INIT;

	playlist_master(&sound, false, &out);
	assert_non_null(strstr(buf_text(&out), "CODECS=\"mp4a.40.2\"\naudio.m3u8\n"));
	assert_null(strstr(buf_text(&out), "EXT-X-MEDIA"));
	buf_reset(&out);
	playlist_master(&silent, false, &out);
	assert_non_null(strstr(buf_text(&out), "CODECS=\"avc1.640015\",CLOSED-CAPTIONS=NONE\n240p.m3u8\n"));
	buf_fini(&out);
}

static void lists_all_sounds_where_there_is_no_picture(void **state)
{
	struct rendition_row sounds[] = { rows[0], rows[0] };
	const struct renditions list = { .rows = sounds, .count = 2 };
	struct buf out = BUF_INIT;

	strcpy(sounds[0].planned.language, "en");
	strcpy(sounds[1].planned.name, "audio-de");
	strcpy(sounds[1].planned.language, "de");
	strcpy(sounds[1].planned.label, "Deutsch");
	sounds[0].planned.is_default = true;
	playlist_master(&list, false, &out);
	assert_string_equal(buf_text(&out),
			    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
			    "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Audio\",LANGUAGE=\"en\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\","
			    "URI=\"audio.m3u8\"\n"
			    "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Deutsch\",LANGUAGE=\"de\",DEFAULT=NO,AUTOSELECT=YES,CHANNELS=\"2\","
			    "URI=\"audio-de.m3u8\"\n"
			    "#EXT-X-STREAM-INF:BANDWIDTH=130000,AVERAGE-BANDWIDTH=128000,CODECS=\"mp4a.40.2\",AUDIO=\"audio\",CLOSED-CAPTIONS=NONE\n"
			    "audio.m3u8\n");
	buf_reset(&out);
	playlist_master(&list, true, &out);
	assert_null(strstr(buf_text(&out), "audio-de"));
	assert_null(strstr(buf_text(&out), "EXT-X-MEDIA"));
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_lines_of_a_piece),
		cmocka_unit_test(writes_a_media_playlist),
		cmocka_unit_test(a_sound_goes_on_behind_its_head),
		cmocka_unit_test(a_sound_is_listed_as_far_as_it_is_seen),
		cmocka_unit_test(an_early_list_grows_and_ends),
		cmocka_unit_test(rounds_the_target_as_extinf_is_rounded),
		cmocka_unit_test(lists_rungs_from_the_largest_with_their_sound),
		cmocka_unit_test(what_may_be_chosen_counts_for_the_bandwidth),
		cmocka_unit_test(an_early_master_foretells_what_rungs_may_take),
		cmocka_unit_test(a_short_segment_may_be_the_peak),
		cmocka_unit_test(lists_sound_alone_and_picture_alone),
		cmocka_unit_test(lists_all_sounds_where_there_is_no_picture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
