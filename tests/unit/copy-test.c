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
#include <string.h>

#include <cmocka.h>

#include "encode/copy.h"

#define TICKS 512               /* a frame at 24 a second, time base 1/12288 */

static const struct profile profile = { .copy = true, .rate_max = 60 };
static const struct rung rung = { .name = "720p", .width = 1280, .height = 720, .max_kbps = 2800, .codec = "h264" };
static const struct facts film = {
	.has_video = true, .container = "mov", .video_codec = "h264", .pix_fmt = "yuv420p", .timebase = { 1, 12288 },
	.rate_nominal = { 24, 1 }, .rate_mean = { 24, 1 }, .coded_width = 1280, .coded_height = 720, .width = 1280, .height = 720,
	.audio_start_s = NAN, .has_b_frames = true,
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

static bool fits(const struct facts *facts, const struct profile *p, const struct packet *packets, size_t count, int bytes,
		 struct copy *copy)
{
	struct scan scan;
	struct grid grid;
	const struct plan_input input = { .facts = facts, .scan = &scan, .profile = p };
	bool result;

	make_scan(&scan, packets, count, bytes);
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
	strcpy(other.video_codec, "hevc");
	assert_false(fits(&other, &profile, closed, 8, 1000, &copy));
	assert_string_equal(copy.why_not, "The source has another codec.");
	other = film;
	other.rotation = 90;
	assert_false(fits(&other, &profile, closed, 8, 1000, &copy));
	other = film;
	strcpy(other.pix_fmt, "yuv420p10le");
	assert_false(fits(&other, &profile, closed, 8, 1000, &copy));
	other = film;
	other.interlaced = true;
	assert_false(fits(&other, &profile, closed, 8, 1000, &copy));
	assert_string_equal(copy.why_not, "The source is interlaced.");
}

static void keyframes_may_not_be_far_apart(void **state)
{
	struct packet packets[260] = { { 0, 'K' } };
	struct copy copy;

	for (int i = 1; i < 260; i++)
		packets[i] = (struct packet){ i, i == 241 ? 'K' : '_' };
	assert_false(fits(&film, &profile, packets, 260, 1000, &copy));
	assert_string_equal(copy.why_not, "Its keyframes are more than 10 s apart.");
	packets[240].flag = 'K';
	assert_true(fits(&film, &profile, packets, 260, 1000, &copy));
	assert_int_equal(copy.apart, 240);
}

static void packets_are_put_onto_the_grid(void **state)
{
	const struct grid grid = { .rate = { 24000, 1001 }, .timescale = 24000, .tick = 1001, .first_pts = -7 };
	const struct facts facts = { .timebase = { 1, 1000 } };
	const struct copy copy = { .delay = 2 };
	struct strings argv = STRINGS_INIT;

	copy_add(&grid, &facts, &copy, 16, &argv);
	assert_string_equal(argv.items[1], "copy");
	assert_string_equal(argv.items[3], "setts=time_base=1/24000:pts='(round((PTS/24000-(-7)*1/1000)*24000/1001)+16)*1001'"
			    ":dts='(N+14)*1001':duration=1001");
	strings_fini(&argv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_closed_and_regular_film_fits),
		cmocka_unit_test(a_picture_that_needs_the_group_before_does_not),
		cmocka_unit_test(each_reason_is_told),
		cmocka_unit_test(keyframes_may_not_be_far_apart),
		cmocka_unit_test(packets_are_put_onto_the_grid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
