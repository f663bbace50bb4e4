/*
 * copy-test.c - which sources may be taken over as they are.
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

#include "encode/copies.h"
#include "encode/copy.h"
#include "encode/idr.h"

#define TICKS 512               /* a frame at 24 a second, time base 1/12288 */

static const struct profile profile = {
	.copy = true, .rate_max = 60, .segment_ms = 4000, .rung_count = 1, .rungs = { { .codec = "h264", .short_side = 720, .max_kbps = 2800 } },
};
static const struct rung rung = { .name = "720p", .width = 1280, .height = 720, .max_kbps = 2800, .codec = "h264" };
static const struct facts film = {
	.picture = { .count = 1, .codec = "h264", .pix_fmt = "yuv420p", .timebase = { 1, 12288 }, .rate_nominal = { 24, 1 },
		.rate_mean = { 24, 1 }, .coded_width = 1280, .coded_height = 720, .width = 1280, .height = 720, .delay = 1 },
	.source.container = "mov", .sound.start_s = NAN,
};

/* In the order of decoding: the slot of each packet, and 'K' for a keyframe. */
struct packet {
	int slot;
	char flag;
};

static void make_scan(struct scan *scan, const struct packet *packets, size_t count, int bytes)
{
	char line[96];

	scan_init(scan);
	for (size_t i = 0; i < count; i++)
		scan_feed(scan, line, (size_t)snprintf(line, sizeof line, "%d,%d,%d,%d,%c_\n", packets[i].slot * TICKS,
						       ((int)i - 2) * TICKS, bytes, (int)i * bytes, packets[i].flag));
	scan_end(scan);
}

/* As idr_argv's child says it, where all keyframes are. */
static void look_for_idr(const struct packet *packets, size_t count, struct idr *idr)
{
	char output[4096] = "#tb 0: 1/12288\n#media_type 0: video\n";
	size_t len = strlen(output);

	for (size_t i = 0; i < count; i++)
		if (packets[i].flag == 'K')
			len += (size_t)snprintf(output + len, sizeof output - len, "0, %10d, %10d, %10d, %8d, 0x8e2ad9a4\n",
						((int)i - 2) * TICKS, packets[i].slot * TICKS, TICKS, 4711);
	*idr = (struct idr){ .known = true };
	for (const char *line = output; *line != '\0'; line = strchr(line, '\n') + 1)
		idr_take(line, idr_goes_by_dts(&film), idr);
}

static bool fits(const struct facts *f, const struct profile *p, const struct packet *packets, size_t count, int bytes,
		 struct copy *copy)
{
	struct scan scan;
	struct grid grid;
	struct facts seen = *f, *facts = &seen;
	const struct plan_input input = { .facts = facts, .scan = &scan, .profile = p };
	bool result;

	make_scan(&scan, packets, count, bytes);
	if (!seen.picture.idr.known)
		look_for_idr(packets, count, &seen.picture.idr);
	assert_true(grid_make(facts, &scan, 60, &grid));
	result = copy_fits(&input, &grid, &rung, copy);
	scan_fini(&scan);
	return result;
}

static const struct packet closed[] = {
	{ 0, 'K' }, { 3, '_' }, { 1, '_' }, { 2, '_' }, { 4, 'K' }, { 7, '_' }, { 5, '_' }, { 6, '_' },
};

static void a_closed_and_regular_film_fits(void **state)
{
	struct copy copy;

	assert_true(fits(&film, &profile, closed, 8, 1000, &copy));
	assert_string_equal(copy.why_not, "");
	assert_int_equal(copy.delay, 1);
	assert_int_equal(copy.apart, 4);
}

static void a_picture_that_needs_the_group_before_does_not(void **state)
{
	static const struct packet open[] = {
		{ 0, 'K' }, { 1, '_' }, { 2, '_' }, { 5, 'K' }, { 3, '_' }, { 4, '_' }, { 6, '_' }, { 7, '_' },
	};
	struct copy copy;

	assert_false(fits(&film, &profile, open, 8, 1000, &copy));
	assert_non_null(strstr(copy.why_not, "open groups"));
}

static void each_reason_is_told(void **state)
{
	struct profile never = profile;
	struct facts other = film;
	struct copy copy;

	never.copy = false;
	assert_false(fits(&film, &never, closed, 8, 1000, &copy));
	assert_string_equal(copy.why_not, "The profile has everything encoded.");
	assert_false(fits(&film, &profile, closed, 8, 100000, &copy));
	assert_string_equal(copy.why_not, "It takes more than the rung may.");
	strcpy(other.picture.codec, "hevc");
	assert_false(fits(&other, &profile, closed, 8, 1000, &copy));
	assert_string_equal(copy.why_not, "The source has another codec.");
	other = film;
	other.picture.rotation = 90;
	assert_false(fits(&other, &profile, closed, 8, 1000, &copy));
	other = film;
	other.picture.reshaped = other.picture.mirrored = true;
	assert_false(fits(&other, &profile, closed, 8, 1000, &copy));
	assert_false(copy_is_thinkable(&other, &profile));
	assert_string_equal(copy.why_not, "The picture is turned or mirrored, or has another size.");
	other = film;
	strcpy(other.picture.pix_fmt, "yuv420p10le");
	assert_false(fits(&other, &profile, closed, 8, 1000, &copy));
	other = film;
	other.picture.interlaced = true;
	assert_false(fits(&other, &profile, closed, 8, 1000, &copy));
	assert_string_equal(copy.why_not, "The source is interlaced.");
	other = film;
	other.picture.damage = 1;
	assert_false(fits(&other, &profile, closed, 8, 1000, &copy));
	assert_string_equal(copy.why_not, "Its first pictures do not decode cleanly.");
}

static void keyframes_must_be_idr_pictures(void **state)
{
	static const struct packet fewer[] = { { 0, 'K' }, { 1, '_' } }, others[] = { { 0, 'K' }, { 5, 'K' } };
	struct facts seen = film;
	struct copy copy;

	look_for_idr(fewer, 2, &seen.picture.idr);
	assert_int_equal(seen.picture.idr.count, 1);
	assert_false(fits(&seen, &profile, closed, 8, 1000, &copy));
	assert_string_equal(copy.why_not, "Not every keyframe stands for itself.");
	look_for_idr(others, 2, &seen.picture.idr);
	assert_false(fits(&seen, &profile, closed, 8, 1000, &copy));
	look_for_idr(closed, 8, &seen.picture.idr);
	assert_true(fits(&seen, &profile, closed, 8, 1000, &copy));
}

#define AT_HEAD "#extradata 1:       37, 0x8f510903\n"

/* One look at a picture with two keyframes, of which packets bring parameter sets along, or not. */
static bool is_described_well(const char *lines)
{
	static const char keyframes[] = "#extradata 0:       37, 0x8f510903\n0, 0, 0, 512, 100, 0x0a\n0, 2048, 2048, 512, 90, 0x0b\n";
	struct steadies steadies;
	struct copies copies;
	struct idr idr;

	copies_begin(&copies, &film, &profile);
	copies_feed(&copies, keyframes, strlen(keyframes));
	copies_feed(&copies, lines, strlen(lines));
	copies_end(&copies, &idr, &steadies);
	return idr.known && idr.count == 2;
}

static void the_head_must_describe_all_of_it(void **state)
{
	assert_true(is_described_well(AT_HEAD));
	assert_false(is_described_well("#extradata 1:        0, 0x00000000\n"));
	assert_true(is_described_well(AT_HEAD "1, 0, 0, 512, 25, 0x123\n1, 2048, 2048, 512, 25, 0x123\n"));
	assert_false(is_described_well("1, 0, 0, 512, 25, 0x123\n1, 2048, 2048, 512, 25, 0x123\n"));
	assert_false(is_described_well(AT_HEAD "1, 0, 0, 512, 25, 0x123\n1, 2048, 2048, 512, 25, 0x124\n"));
	assert_false(is_described_well(AT_HEAD "1, 0, 0, 512, 25, 0x123\n1, 2048, 2048, 512, 26, 0x123\n"));
	assert_false(is_described_well(AT_HEAD "1, 2048, 2048, 512, 25, 0x123\n"));
}

static void nobody_looks_where_it_cannot_be(void **state)
{
	struct facts f = film;

	assert_true(copy_is_hoped_for(&f, &profile));
	strcpy(f.source.container, "mpegts");
	assert_false(copy_is_hoped_for(&f, &profile));
	f = film;
	f.picture.rotation = 90;
	assert_false(copy_is_hoped_for(&f, &profile));
	f = film;
	f.picture.damage = 1;           /* what is measured at the same time does not count */
	f.picture.interlaced = true;
	assert_true(copy_is_hoped_for(&f, &profile));
	f = film;
	strcpy(f.picture.codec, "vp9");
	assert_false(copy_is_hoped_for(&f, &profile));
}

static void keyframes_may_not_be_far_apart(void **state)
{
	struct packet packets[260] = { { 0, 'K' } };
	struct copy copy;

	for (int i = 1; i < 260; i++)
		packets[i] = (struct packet){ i, i == 241 ? 'K' : '_' };
	assert_false(fits(&film, &profile, packets, 260, 1000, &copy));
	assert_string_equal(copy.why_not, "Its keyframes are too far apart to start at.");
	packets[240].flag = 'K';
	assert_true(fits(&film, &profile, packets, 260, 1000, &copy));
	assert_int_equal(copy.apart, 240);
}

/* A copy would go on a frame later than the rungs that are encoded beside it. */
static void a_clock_that_ticks_once_a_frame_may_not_skip_one(void **state)
{
	struct facts coarse = film;
	struct packet packets[12];
	struct copy copy;
	struct scan scan;
	struct grid grid;
	const struct plan_input input = { .facts = &coarse, .scan = &scan, .profile = &profile };

	for (int i = 0; i < 12; i++)
		packets[i] = (struct packet){ i, i % 4 == 0 ? 'K' : '_' };
	coarse.picture.timebase = (struct ratio){ 1, 24 };
	coarse.picture.idr.known = true;
	for (int gap = 0; gap < 2; gap++) {
		make_scan(&scan, packets, 12, 100);
		for (size_t i = 0; i < 12; i++)
			scan.packets[i].pts = (int64_t)i + (i >= 6 ? gap : 0);
		assert_true(grid_make(&coarse, &scan, 60, &grid));
		assert_int_equal(grid.constant, gap == 0);
		assert_false(copy_fits(&input, &grid, &rung, &copy));
		assert_string_equal(copy.why_not, gap > 0 ? "Its frames do not stand on a grid of one rate from the start."
				    : "Not every keyframe stands for itself.");
		scan_fini(&scan);
	}
}

static void a_rate_that_is_divided_is_told_as_such(void **state)
{
	struct copy copy;
	struct scan scan;
	struct grid grid;
	const struct plan_input input = { .facts = &film, .scan = &scan, .profile = &profile };

	make_scan(&scan, closed, 8, 1000);
	assert_true(grid_make(&film, &scan, 12, &grid));
	assert_false(copy_fits(&input, &grid, &rung, &copy));
	assert_string_equal(copy.why_not, "It has more frames a second than the profile takes.");
	scan_fini(&scan);
}

/* Slots 0 to 11, with keyframes at 0, 3, 4, 8 and 11. */
static void make_dozen(struct scan *scan)
{
	static const char flags[] = "K__KK___K__K";
	struct packet packets[12];

	for (int i = 0; i < 12; i++)
		packets[i] = (struct packet){ i, flags[i] };
	make_scan(scan, packets, 12, 100);
}

static void segments_begin_at_keyframes_that_are_not_too_near(void **state)
{
	const struct cut cut = { .first_frame = 0, .frames = 12 }, later = { .first_frame = 3, .frames = 8 };
	const struct copy copy = { .least = 4 };
	struct scan scan;
	int64_t *slots;

	make_dozen(&scan);
	assert_int_equal(copy_keys(&scan, &copy, &cut, &slots), 2);
	assert_int_equal(slots[0], 4);
	assert_int_equal(slots[1], 8);
	free(slots);
	assert_int_equal(copy_keys(&scan, &copy, &later, &slots), 1);
	assert_int_equal(slots[0], 8);
	free(slots);
	scan_fini(&scan);
}

static void a_chunk_takes_its_own_packets_and_puts_them_onto_the_grid(void **state)
{
	const struct grid grid = { .rate = { 24000, 1001 }, .timescale = 24000, .tick = 1001, .first_pts = -7 };
	const struct facts facts = { .picture = { .timebase = { 1, 1000 }, .codec = "h264" } };
	const struct copy copy = { .delay = 2, .least = 3 };
	const struct cut cut = { .first_frame = 4, .frames = 4 };
	struct strings argv = STRINGS_INIT;
	struct scan scan;
	const struct plan_input input = { .facts = &facts, .scan = &scan };

	make_dozen(&scan);
	copy_add(&input, &grid, &copy, &cut, 16, &argv);
	assert_string_equal(argv.items[1], "copy");
	assert_string_equal(argv.items[2], "-copypriorss");
	assert_string_equal(argv.items[5], "avc1");
	assert_string_equal(argv.items[7], "104271");   /* 2.5 frames, in microseconds */
	assert_string_equal(argv.items[9], "noise=drop='not(between(round((pts/24000-(-7)*1/1000)*24000/1001),4,7))',"
			    "setts=time_base=1/24000:pts='(round((PTS/24000-(-7)*1/1000)*24000/1001)+16)*1001'"
			    ":dts='(N+18)*1001':duration=1001");
	strings_fini(&argv);
	scan_fini(&scan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_that_is_divided_is_told_as_such),
		cmocka_unit_test(a_closed_and_regular_film_fits),
		cmocka_unit_test(a_picture_that_needs_the_group_before_does_not),
		cmocka_unit_test(each_reason_is_told),
		cmocka_unit_test(keyframes_may_not_be_far_apart),
		cmocka_unit_test(a_clock_that_ticks_once_a_frame_may_not_skip_one),
		cmocka_unit_test(keyframes_must_be_idr_pictures),
		cmocka_unit_test(the_head_must_describe_all_of_it),
		cmocka_unit_test(nobody_looks_where_it_cannot_be),
		cmocka_unit_test(segments_begin_at_keyframes_that_are_not_too_near),
		cmocka_unit_test(a_chunk_takes_its_own_packets_and_puts_them_onto_the_grid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
