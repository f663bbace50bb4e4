/*
 * cuts-test.c - where videos are cut into chunks, and when they are not.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "encode/cuts.h"
#include "encode/ratio.h"

static const struct profile profile = { .segment_ms = 4000, .chunk_ms = 10000, .rate_max = 60 };

/* Frames at 24 a second, 512 ticks each, a keyframe every `gop`; 100 bytes each, one behind the other. */
static void make_scan(struct scan *scan, int count, int gop)
{
	char line[96];

	scan_init(scan);
	for (int i = 0; i < count; i++)
		scan_feed(scan, line, (size_t)snprintf(line, sizeof line, "%d,%d,100,%d,%s\n", i * 512, i * 512 - 1024, i * 100,
						       i % gop == 0 ? "K_" : "__"));
	scan_end(scan);
}

static struct facts facts_of(const char *container)
{
	struct facts f = {
		.picture = { .count = 1, .timebase = { 1, 12288 }, .rate_nominal = { 24, 1 }, .rate_mean = { 24, 1 }, .delay = 1 },
		.source.start_s = 0, .sound.start_s = NAN,
	};

	snprintf(f.source.container, sizeof f.source.container, "%s", container);
	return f;
}

static void cut(const struct facts *f, const struct profile *p, int count, int gop, const char *single, struct cuts *cuts)
{
	struct scan scan;
	struct grid grid;
	const struct plan_input input = { .facts = f, .scan = &scan, .profile = p, .single = single };

	make_scan(&scan, count, gop);
	assert_true(grid_make(f, &scan, 60, &grid));
	cuts_make(&input, &grid, false, cuts);
	scan_fini(&scan);
}

/* Chunks follow each other without a hole or an overlap, and every frame is in one. */
static void assert_whole(const struct cuts *cuts, int64_t frames)
{
	int64_t at = 0;

	for (size_t i = 0; i < cuts->count; i++) {
		assert_int_equal(cuts->items[i].first_frame, at);
		assert_true(cuts->items[i].frames >= 8 || cuts->count == 1);
		assert_int_equal(cuts->items[i].first, i == 0);
		assert_int_equal(cuts->items[i].last, i + 1 == cuts->count);
		at += cuts->items[i].frames;
	}
	assert_int_equal(at, frames);
}

/* 61 thirtieths are 30.5 fifteenths: in binary fractions a little less, and then a chunk begins before its first picture. */
static void a_time_between_two_slots_goes_to_the_later(void **state)
{
	const struct ratio base = { 1, 30000 }, rate = { 15000, 1001 };

	assert_int_equal(ratio_frames(60060, base, rate), 30);
	assert_int_equal(ratio_frames(61060, base, rate), 30);
	assert_int_equal(ratio_frames(61061, base, rate), 31);
	assert_int_equal(ratio_frames(-61061, base, rate), -31);
	assert_int_equal(ratio_frames(-(INT64_C(1) << 60), (struct ratio){ 1, 1 }, rate), -(INT64_C(1) << 60));
	assert_int_equal(ratio_frames(INT64_C(1) << 60, (struct ratio){ 1, INT32_MAX }, (struct ratio){ INT32_MAX, 1 }), INT64_C(1) << 60);
}

static void cuts_at_keyframes_where_there_are_any(void **state)
{
	const struct facts f = facts_of("mov,mp4,m4a,3gp,3g2,mj2");
	struct cuts cuts;

	cut(&f, &profile, 24 * 60, 24, NULL, &cuts);
	assert_whole(&cuts, 24 * 60);
	assert_int_equal(cuts.items[0].frames, 24);
	assert_int_equal(cuts.between, 0);
	assert_true(cuts.count >= 7 && cuts.count <= 11);
	for (size_t i = 1; i < cuts.count; i++) {
		assert_int_equal(cuts.items[i].first_frame % 24, 0);
		assert_true(cuts.items[i].seeks);
		assert_int_equal(cuts.items[i].seek_us, cuts.items[i].first_frame * 1000000 / 24);
	}
	cuts_fini(&cuts);
}

static void seeks_as_each_demuxer_wants_it(void **state)
{
	static const struct { const char *container; int64_t us; } seeks[] = {
		{ "mov,mp4,m4a,3gp,3g2,mj2", 1000000 }, { "matroska,webm", 1130435 }, { "mpegts", 1047102 }, { "asf", 1000000 },
	};
	struct cuts cuts;

	for (size_t i = 0; i < sizeof seeks / sizeof *seeks; i++) {
		const struct facts f = facts_of(seeks[i].container);

		cut(&f, &profile, 24 * 60, 24, NULL, &cuts);
		assert_int_equal(cuts.items[1].first_frame, 24);
		assert_int_equal(cuts.items[1].seek_us, seeks[i].us);
		cuts_fini(&cuts);
	}
}

/* Pictures are decoded two before they are shown; so is the next keyframe, where each other one is one. */
static void goes_past_no_keyframe_that_another_follows_at_once(void **state)
{
	static const struct { const char *codec; int gop, earlier; } cases[] = { { "h264", 2, 2 }, { "hevc", 2, 0 }, { "h264", 3, 0 } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct facts f = facts_of("mov,mp4,m4a,3gp,3g2,mj2");
		struct cuts cuts;

		strcpy(f.picture.codec, cases[i].codec);
		cut(&f, &profile, 24 * 60, cases[i].gop, NULL, &cuts);
		assert_true(cuts.count > 3);
		for (size_t k = 1; k < cuts.count; k++)
			if (cuts.items[k].first_frame % cases[i].gop == 0)
				assert_true(llabs(cuts.items[k].seek_us - (cuts.items[k].first_frame - cases[i].earlier) * 1000000 / 24) <= 1);
		cuts_fini(&cuts);
	}
}

static void cuts_between_keyframes_that_are_far_apart(void **state)
{
	const struct facts f = facts_of("mov,mp4,m4a,3gp,3g2,mj2");
	struct cuts cuts;

	cut(&f, &profile, 24 * 60, 240, NULL, &cuts);
	assert_whole(&cuts, 24 * 60);
	assert_int_equal(cuts.between, 2);
	for (size_t i = 3; i < cuts.count; i++)         /* further on only at keyframes */
		assert_int_equal(cuts.items[i].first_frame % 240, 0);
	assert_int_equal(cuts.items[0].frames, 24);
	assert_false(cuts.items[1].seeks);      /* from the start of the file: its keyframe is the first */
	cuts_fini(&cuts);
	cut(&f, &profile, 24 * 600, 24 * 600, NULL, &cuts);
	assert_true(cuts.count < 4);            /* nothing is decoded for minutes in vain */
	assert_whole(&cuts, 24 * 600);
	cuts_fini(&cuts);
}

static void says_how_many_bytes_each_chunk_needs(void **state)
{
	const struct facts f = facts_of("mov,mp4,m4a,3gp,3g2,mj2");
	struct cuts cuts;

	cut(&f, &profile, 24 * 60, 24, NULL, &cuts);
	for (size_t i = 0; i + 1 < cuts.count; i++) {
		int64_t behind = (cuts.items[i].first_frame + cuts.items[i].frames) * 100;

		if (cuts.items[i].needs_bytes != 0)
			assert_in_range(cuts.items[i].needs_bytes, behind, behind + 6400);
	}
	assert_int_equal(cuts.items[0].needs_bytes, (24 + 64) * 100);
	assert_int_equal(cuts.items[cuts.count - 1].needs_bytes, 0);
	cuts_fini(&cuts);
}

static void long_videos_have_longer_chunks(void **state)
{
	const struct facts f = facts_of("mov,mp4,m4a,3gp,3g2,mj2");
	struct cuts cuts;

	cut(&f, &profile, 24 * 3600, 48, NULL, &cuts);
	assert_whole(&cuts, 24 * 3600);
	assert_in_range(cuts.count, 170, 200);
	assert_true(cuts.items[cuts.count - 1].frames < 24 * 11);
	cuts_fini(&cuts);
}

static void short_chunks_can_be_asked_for(void **state)
{
	const struct profile fine = { .segment_ms = 1000, .chunk_ms = 1000, .rate_max = 60 };
	const struct facts f = facts_of("mov,mp4,m4a,3gp,3g2,mj2");
	struct cuts cuts;

	cut(&f, &fine, 24 * 10, 12, NULL, &cuts);
	assert_whole(&cuts, 24 * 10);
	assert_in_range(cuts.count, 9, 11);
	cuts_fini(&cuts);
}

/* As from two recorders, one behind the other, whose clocks overlap by two frames. */
static void does_not_cut_where_the_clock_goes_back(void **state)
{
	const struct { const char *container; bool whole; } cases[] = { { "mpegts", true }, { "mov,mp4", false } };

	for (size_t i = 0; i < 2; i++) {
		const struct facts f = facts_of(cases[i].container);
		struct plan_input input = { .facts = &f, .profile = &profile };
		struct scan scan;
		struct grid grid;
		struct cuts cuts;

		make_scan(&scan, 24 * 60, 24);
		for (size_t k = 24 * 30; k < scan.count; k++) {
			scan.packets[k].pts -= 2 * 512;
			scan.packets[k].dts -= 2 * 512;
		}
		scan_end(&scan);
		input.scan = &scan;
		assert_true(grid_make(&f, &scan, 60, &grid));
		assert_false(grid.spliced);
		cuts_make(&input, &grid, false, &cuts);
		assert_int_equal(cuts.count == 1, cases[i].whole);
		assert_true(cuts.count > 1 || strstr(cuts.detail, "goes back") != NULL);
		cuts_fini(&cuts);
		scan_fini(&scan);
	}
}

static void some_are_left_whole_and_say_why(void **state)
{
	const struct facts mp4 = facts_of("mov,mp4,m4a,3gp,3g2,mj2"), ps = facts_of("mpeg");
	struct facts palette = mp4;
	struct cuts cuts;

	cut(&mp4, &profile, 24 * 60, 24, "piece 3 gave 239 of its 240 frames.", &cuts);
	assert_int_equal(cuts.count, 1);
	assert_string_equal(cuts.why, "one_chunk_after_mismatch");
	assert_non_null(strstr(cuts.detail, "239 of its 240"));
	cuts_fini(&cuts);
	cut(&mp4, &profile, 24 * 3, 24, NULL, &cuts);
	assert_string_equal(cuts.why, "one_chunk_short");
	cuts_fini(&cuts);
	palette.picture.palette = true;
	cut(&palette, &profile, 24 * 60, 24, NULL, &cuts);
	assert_string_equal(cuts.why, "one_chunk_palette");
	cuts_fini(&cuts);
	cut(&ps, &profile, 24 * 60, 24, NULL, &cuts);
	assert_string_equal(cuts.why, "one_chunk_container");
	assert_whole(&cuts, 24 * 60);
	cuts_fini(&cuts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_between_two_slots_goes_to_the_later),
		cmocka_unit_test(cuts_at_keyframes_where_there_are_any),
		cmocka_unit_test(seeks_as_each_demuxer_wants_it),
		cmocka_unit_test(goes_past_no_keyframe_that_another_follows_at_once),
		cmocka_unit_test(cuts_between_keyframes_that_are_far_apart),
		cmocka_unit_test(says_how_many_bytes_each_chunk_needs),
		cmocka_unit_test(long_videos_have_longer_chunks),
		cmocka_unit_test(short_chunks_can_be_asked_for),
		cmocka_unit_test(does_not_cut_where_the_clock_goes_back),
		cmocka_unit_test(some_are_left_whole_and_say_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
