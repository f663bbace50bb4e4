/*
 * plan-test.c - rates and command lines.
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

#include "encode/extent.h"
#include "encode/graph.h"
#include "encode/look.h"
#include "encode/plan.h"
#include "encode/ratio.h"
#include "encode/times.h"
#include "encode/rate.h"

static char ffmpeg[] = "/usr/bin/ffmpeg", ffprobe[] = "/usr/bin/ffprobe", mux[] = "/usr/libexec/clipmill-mux";
static const struct conf conf = { .ffmpeg = ffmpeg, .ffprobe = ffprobe, .mux = mux, .duration_max_ms = 43200000, .pixels_max = 37748736 };
static const struct profile profile = {
	.segment_ms = 4000, .chunk_ms = 10000, .rate_max = 60, .audio_codec = "aac", .audio_kbps = 128, .storyboard = true,
	.rungs = {
		{ "h264", 1080, 5000, 23, "veryfast" }, { "h264", 720, 2800, 23, "veryfast" },
		{ "h264", 480, 1400, 23, "veryfast" }, { "h264", 240, 450, 23, "veryfast" },
	},
	.rung_count = 4,
};

/* Rates --------------------------------------------------------------------------------------- */

static void add_packet(struct scan *scan, int64_t pts)
{
	char line[64];
	int len = snprintf(line, sizeof line, "%lld,%lld,1,0,K_\n", (long long)pts, (long long)pts);

	scan_feed(scan, line, (size_t)len);
}

/* `count` packets `spacing` ticks apart, where `skip` is not 0 without every skip-th. */
static void make_scan(struct scan *scan, int64_t start, double spacing, int count, int skip)
{
	scan_init(scan);
	for (int i = 0; i < count; i++)
		if (skip == 0 || i % skip != skip - 1)
			add_packet(scan, start + llround(i * spacing));
	scan_end(scan);
}

static const struct {
	struct ratio timebase, said;
	double spacing;
	int count, skip;
	struct ratio rate;
	bool constant;
	int64_t every, frames;
} rates[] = {
	{ { 1, 12288 }, { 24, 1 }, 512, 720, 0, { 24, 1 }, true, 1, 720 },
	{ { 1, 1000 }, { 24000, 1001 }, 41.7083, 500, 0, { 24000, 1001 }, true, 1, 500 },
	{ { 1, 1000 }, { 1000, 1 }, 1000.0 / 30, 300, 0, { 30, 1 }, true, 1, 300 },
	{ { 1, 90000 }, { 45000, 1501 }, 3002, 3, 0, { 30000, 1001 }, true, 1, 3 },
	{ { 1, 29917 }, { 29917, 1000 }, 1000, 300, 0, { 29917, 1000 }, true, 1, 300 },
	{ { 1, 15360 }, { 120, 1 }, 128, 1200, 0, { 60, 1 }, true, 2, 600 },
	{ { 1, 1000 }, { 120, 1 }, 1001.0 / 120, 600, 0, { 60000, 1001 }, true, 2, 300 },
	{ { 1, 90000 }, { 120, 1 }, 750.75, 600, 0, { 60000, 1001 }, true, 2, 300 },
	{ { 1, 90000 }, { 72, 1 }, 1251.25, 600, 0, { 36000, 1001 }, true, 2, 300 },
	{ { 1, 1000000 }, { 1000000, 1 }, 1, 200, 0, { 1000000, 16667 }, true, 16667, 1 },
	{ { 1, 1000 }, { 24, 1 }, 1000.0 / 24, 240, 10, { 24, 1 }, false, 1, 239 },
	{ { 1, 100 }, { 10, 1 }, 10, 1, 0, { 10, 1 }, true, 1, 1 },
	{ { 1, 1000 }, { 1000, 1 }, 40, 1, 0, { 25, 1 }, true, 1, 1 },
	{ { 1, 15 }, { 15, 1 }, 1, 60, 0, { 15, 1 }, true, 1, 60 },
	{ { 1, 15 }, { 15, 1 }, 1, 60, 45, { 15, 1 }, false, 1, 60 },
};

static void finds_the_rate_and_counts_its_frames(void **state)
{
	for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
		const struct facts facts = {
			.picture = { .timebase = rates[i].timebase, .rate_nominal = rates[i].said, .count = 1 },
		};
		struct scan scan;
		struct grid grid;

		make_scan(&scan, 7, rates[i].spacing, rates[i].count, rates[i].skip);
		assert_true(grid_make(&facts, &scan, 60, &grid));
		assert_int_equal(grid.rate.num, rates[i].rate.num);
		assert_int_equal(grid.rate.den, rates[i].rate.den);
		assert_int_equal(grid.constant, rates[i].constant);
		assert_int_equal(grid.every, rates[i].every);
		assert_int_equal(grid.frames, rates[i].frames);
		scan_fini(&scan);
	}
}

static void a_picture_that_starts_late_is_led_in(void **state)
{
	const struct facts facts = {
		.picture = { .timebase = { 1, 90000 }, .rate_nominal = { 25, 1 }, .count = 1 },
		.sound = { .count = 1, .start_s = 9.9 },
	};
	struct scan scan;
	struct grid grid;

	make_scan(&scan, 900000, 3600, 100, 0);
	assert_true(grid_make(&facts, &scan, 60, &grid));
	assert_int_equal(grid.lead, 2);
	assert_int_equal(grid.frames, 102);
	assert_true(fabs(grid.base_s - 9.92) < 1e-9);
	assert_false(grid.keep);
	scan_fini(&scan);
}

static void a_picture_is_waited_for_ten_minutes(void **state)
{
	struct facts facts = {
		.picture = { .timebase = { 1, 90000 }, .rate_nominal = { 25, 1 }, .count = 1 },
		.sound = { .count = 1, .start_s = 0 },
	};
	struct scan scan;
	struct grid grid;

	make_scan(&scan, 599 * 90000, 3600, 100, 0);
	assert_true(grid_make(&facts, &scan, 60, &grid));
	assert_int_equal(grid.lead, 599 * 25);
	assert_true(fabs(grid.base_s) < 1e-9 && fabs(grid.cut_s) < 1e-9);
	facts.sound.start_s = -10;
	assert_true(grid_make(&facts, &scan, 60, &grid));
	assert_int_equal(grid.lead, 0);
	assert_true(fabs(grid.cut_s - 609) < 1e-9);
	scan_fini(&scan);
}

static void clocks_that_jump_are_joined_where_ffmpeg_joins_them(void **state)
{
	struct facts facts = {
		.picture = { .count = 1, .timebase = { 1, 90000 }, .rate_nominal = { 25, 1 } },
		.source = { .container = "mpegts", .start_s = 1.4 },
	};
	struct scan scan;
	struct grid grid;

	scan_init(&scan);
	look_scan_begin(&facts, &scan);
	for (int64_t i = 0; i < 50; i++)
		add_packet(&scan, 126000 + i * 3600);
	for (int64_t i = 0; i < 50; i++)
		add_packet(&scan, 900000000 + i * 3600);
	for (int64_t i = 0; i < 50; i++)
		add_packet(&scan, 126000 + i * 3600);
	scan_end(&scan);
	assert_true(grid_make(&facts, &scan, 60, &grid));
	assert_true(grid.spliced);
	assert_int_equal(grid.frames, 150);
	assert_int_equal(grid.first_pts, 0);
	strcpy(facts.source.container, "matroska,webm");
	assert_true(grid_make(&facts, &scan, 60, &grid));
	assert_false(grid.spliced);
	scan_fini(&scan);
}

/* Two seconds of pictures, `then_s` later two more, and where it says so, two from the beginning. */
static void scan_of_parts(struct scan *scan, const struct facts *facts, int64_t then_s, bool again)
{
	const int64_t starts[] = { 0, then_s * 90000, 0 };

	scan_init(scan);
	look_scan_begin(facts, scan);
	for (int part = 0; part < (again ? 3 : 2); part++)
		for (int64_t i = 0; i < 50; i++)
			add_packet(scan, starts[part] + i * 3600);
	scan_end(scan);
}

/* No step is short enough to be one. */
static void pictures_at_one_time_have_no_rate(void **state)
{
	const struct facts facts = {
		.picture = { .count = 1, .timebase = { 1, 1 }, .rate_nominal = { 25, 1 } }, .source.container = "matroska",
	};
	struct scan scan;
	struct grid grid;

	scan_init(&scan);
	for (int64_t i = 0; i < 60; i++)
		add_packet(&scan, 0);
	scan_end(&scan);
	assert_true(grid_make(&facts, &scan, 60, &grid));
	assert_true(ratio_value(grid.rate) > 0 && ratio_value(grid.rate) <= 60);
	scan_fini(&scan);
}

static void a_picture_may_stand_still_for_minutes(void **state)
{
	static const struct { int64_t then_s; bool again, spliced; int64_t frames; } cases[] = {
		{ 32, false, false, 850 }, { 601, false, false, 15075 }, { 700, false, true, 100 }, { 32, true, true, 150 },
	};
	const struct facts facts = {
		.picture = { .count = 1, .timebase = { 1, 90000 }, .rate_nominal = { 25, 1 } },
		.source = { .container = "mpegts", .start_s = 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scan scan;
		struct grid grid;

		scan_of_parts(&scan, &facts, cases[i].then_s, cases[i].again);
		assert_true(grid_make(&facts, &scan, 60, &grid));
		assert_int_equal(grid.spliced, cases[i].spliced);
		assert_int_equal(grid.frames, cases[i].frames);
		scan_fini(&scan);
	}
}

static void add_rows(struct scan *scan, const char *rows)
{
	scan_feed(scan, rows, strlen(rows));
}

/* Two pictures and two sounds, and then a part whose clock begins 10 s earlier. */
static void whichever_comes_first_at_a_joint_sets_the_clock(void **state)
{
	static const struct { const char *joint; int64_t then; } cases[] = {
		{ "0,1000,1000,3600,9,0,K_\n1,2000,2000,1920,9,0,K_\n", 907200 },                            /* picture first: goes on */
		{ "1,1000,1000,1920,9,0,K_\n0,10000,10000,3600,9,0,K_\n", 903840 + 9000 },                   /* sound first: its clock */
		{ "1,1000,1000,1920,9,0,K_\n0,907200,907200,3600,9,0,K_\n1,2920,2920,1920,9,0,K_\n0,10000,10000,3600,9,0,K_\n",
		  903840 + 9000 },                             /* a last picture of the part before comes behind */
		{ "1,1000,1000,N/A,9,0,K_\n9,50,50,3600,9,0,K_\n0,10000,10000,3600,9,0,K_\n", 903840 + 9000 }, /* another's says nothing */
	};
	struct facts facts = {
		.picture = { .count = 1, .timebase = { 1, 90000 }, .rate_nominal = { 25, 1 } },
		.source = { .container = "mpegts", .start_s = 10 },
		.sound = { .tracks = { { .index = 1, .timebase = { 1, 90000 } } }, .count = 1 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scan scan;
		struct times times;

		scan_init(&scan);
		look_scan_begin(&facts, &scan);
		add_rows(&scan, "0,900000,900000,3600,9,0,K_\n1,900000,900000,1920,9,0,K_\n0,903600,903600,3600,9,0,K_\n1,901920,901920,1920,9,0,K_\n");
		add_rows(&scan, cases[i].joint);
		scan_end(&scan);
		assert_true(times_make(&facts, &scan, &times));
		assert_true(times.spliced);
		assert_int_equal(times.pts[times.count - 1], cases[i].then);
		times_fini(&times);
		scan_fini(&scan);
	}
}

/* MPEG-4 with B pictures in AVI: the first one is shown when the second packet has come. */
static void a_first_picture_whose_time_is_not_told_is_kept(void **state)
{
	static const char rows[] = "N/A,0,900,0,K_\nN/A,1,500,900,__\n2,2,90,1400,__\n3,3,90,1490,__\n"
				   "N/A,4,500,1580,__\n5,5,90,2080,__\n6,6,90,2170,__\nN/A,7,500,2260,__\n";
	struct facts facts = {
		.picture = { .timebase = { 1, 25 }, .rate_nominal = { 25, 1 }, .delay = 1 }, .source.container = "avi",
	};
	struct scan scan;
	struct grid grid;

	scan_init(&scan);
	scan_feed(&scan, rows, strlen(rows));
	scan_end(&scan);
	assert_true(grid_make(&facts, &scan, 60, &grid));
	assert_int_equal(grid.first_pts, 1);
	assert_int_equal(grid.frames, 8);
	scan_fini(&scan);
}

/* H.264 with B pictures in AVI: no packet tells, and the decoder waits for two more. */
static void pictures_whose_times_are_not_told_come_as_late_as_the_decoder_gives_them(void **state)
{
	static const struct { int64_t delay, first_pts; bool guessed; } cases[] = { { 0, 0, false }, { 2, 2, true }, { 9, 0, true } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct facts facts = {
			.picture = { .timebase = { 1, 25 }, .rate_nominal = { 25, 1 }, .delay = cases[i].delay },
			.source.container = "avi",
		};
		struct scan scan;
		struct grid grid;

		scan_init(&scan);
		for (int n = 0; n < 8; n++) {
			char row[32];

			scan_feed(&scan, row, (size_t)snprintf(row, sizeof row, "N/A,%d,500,0,%s\n", n, n == 0 ? "K_" : "__"));
		}
		scan_end(&scan);
		assert_true(grid_make(&facts, &scan, 60, &grid));
		assert_int_equal(grid.first_pts, cases[i].first_pts);
		assert_int_equal(grid.guessed, cases[i].guessed);
		assert_int_equal(grid.keep, !cases[i].guessed);
		assert_int_equal(grid.frames, 8);
		scan_fini(&scan);
	}
}

/* The clock of an AVI skips slots behind the first packet: the first picture is pushed out by the second, and shown then. */
static void a_clock_that_skips_behind_the_first_packet_makes_no_hole(void **state)
{
	static const char rows[] = "N/A,0,900,0,K_\nN/A,14,500,900,__\nN/A,15,90,1400,__\nN/A,16,90,1490,__\n";
	const struct facts facts = { .picture = { .timebase = { 1, 50 }, .rate_nominal = { 25, 1 }, .delay = 1 }, .source.container = "avi" };
	static const int64_t shown[] = { 14, 15, 16, 18 };
	struct scan scan;
	struct times times;

	scan_init(&scan);
	scan_feed(&scan, rows, strlen(rows));
	scan_end(&scan);
	assert_true(times_make(&facts, &scan, &times));
	assert_int_equal(times.count, 4);
	assert_memory_equal(times.pts, shown, sizeof shown);
	times_fini(&times);
	scan_fini(&scan);
}

/* Naked MPEG-2 of a DVD: each other picture lasts for three fields, and a field is what its rate counts. */
static void film_whose_last_time_is_not_told_is_film(void **state)
{
	const struct facts facts = {
		.picture = { .timebase = { 1, 1200000 }, .rate_nominal = { 60000, 1001 }, .rate_mean = { 30000, 1001 }, .delay = 1 },
		.source.container = "mpegvideo",
	};
	struct scan scan;
	struct grid grid;

	scan_init(&scan);
	for (int n = 0; n < 24; n++) {
		char row[48];

		scan_feed(&scan, row, (size_t)snprintf(row, sizeof row, "N/A,%d,500,0,%s\n", n * 50050 + n % 2 * 10010, n == 0 ? "K_" : "__"));
	}
	scan_end(&scan);
	assert_true(grid_make(&facts, &scan, 60, &grid));
	assert_int_equal(grid.rate.num, 24000);
	assert_int_equal(grid.rate.den, 1001);
	assert_int_equal(grid.frames, 24);
	scan_fini(&scan);
}

/* A screen that moves for a while, and a slide show: what moves is kept, and the last one is shown as long as the others. */
static void a_varying_rate_is_the_finest_that_pictures_keep(void **state)
{
	static const struct { int64_t usual, burst_from, burst_to, burst, rate, last; } cases[] = {
		{ 18000, 20, 60, 3000, 30, 1 }, { 18000, 20, 23, 3000, 5, 1 }, { 990000, 0, 0, 0, 10, 110 },
	};
	struct facts facts = { .picture = { .timebase = { 1, 90000 }, .rate_nominal = { 30, 1 } } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t pts = 0;
		struct scan scan;
		struct grid grid;

		scan_init(&scan);
		for (int64_t n = 0; n < 120; n++) {
			add_packet(&scan, pts);
			pts += n >= cases[i].burst_from && n < cases[i].burst_to ? cases[i].burst : cases[i].usual + (n == 70 ? 45000 : 0);
		}
		scan_end(&scan);
		assert_true(grid_make(&facts, &scan, 60, &grid));
		assert_false(grid.constant);
		assert_int_equal(grid.rate.num, cases[i].rate * grid.rate.den);
		assert_true(llabs(grid.last - (i == 0 ? grid.rate.num / grid.rate.den / 5 : cases[i].last)) <= 1);
		scan_fini(&scan);
	}
}

/* A glance now and then, as short as it is meant, also at the end. */
static void an_animation_is_as_fine_as_its_shortest_picture(void **state)
{
	static const struct { const char *container; int64_t rate, frames; } cases[] = { { "gif", 50, 260 }, { "matroska,webm", 2, 6 } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct facts facts = { .picture = { .timebase = { 1, 100 }, .rate_nominal = { 50, 1 }, .length_s = 5.2 } };
		struct scan scan;
		struct grid grid;
		int64_t pts = 0;

		strcpy(facts.source.container, cases[i].container);
		scan_init(&scan);
		for (int n = 0; n < 20; n++) {
			add_packet(&scan, pts);
			pts += n % 2 ? 2 : 50;
		}
		scan_end(&scan);
		assert_true(grid_make(&facts, &scan, 60, &grid));
		assert_int_equal(grid.rate.num, cases[i].rate * grid.rate.den);
		if (i == 0)
			assert_int_equal(grid.frames, cases[i].frames);
		scan_fini(&scan);
	}
}

/* Two fields and three by turns, from either; in a program stream, whose decode times begin with two of three; where
 * `breaks` is not 0 without a turn at every such picture. */
static void film_with_repeated_fields_is_film(void **state)
{
	static const struct { struct ratio timebase; double field; int from, twice, breaks; struct ratio rate; bool constant; } cases[] = {
		{ { 1, 90000 }, 1501.5, 0, 0, 0, { 24000, 1001 }, true }, { { 1, 90000 }, 1501.5, 1, 0, 0, { 24000, 1001 }, true },
		{ { 1, 90000 }, 1501.5, 1, 1, 0, { 24000, 1001 }, true }, { { 1, 1000 }, 1001.0 / 60, 0, 0, 0, { 24000, 1001 }, true },
		{ { 1, 90000 }, 1500, 0, 0, 0, { 24, 1 }, true }, { { 1, 90000 }, 1501.5, 0, 0, 19, { 30000, 1001 }, false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct facts facts = {
			.picture = { .timebase = cases[i].timebase, .rate_nominal = { 60000, 1001 }, .rate_mean = { 30, 1 } },
			.source.container = "mpeg",
		};
		struct scan scan;
		struct grid grid;
		int fields = 0, turn = cases[i].from;

		scan_init(&scan);
		for (int n = 0; n < 216; n++) {
			add_packet(&scan, 45000 + llround(fields * cases[i].field));
			fields += 2 + turn;
			if (n >= cases[i].twice && (cases[i].breaks == 0 || n % cases[i].breaks != 0))
				turn = !turn;
		}
		scan_end(&scan);
		assert_true(grid_make(&facts, &scan, 60, &grid));
		assert_int_equal(grid.rate.num, cases[i].rate.num);
		assert_int_equal(grid.rate.den, cases[i].rate.den);
		assert_int_equal(grid.constant, cases[i].constant);
		if (grid.constant)
			assert_int_equal(grid.frames, 216);
		scan_fini(&scan);
	}
}

/* Slides, whole seconds apart or not. */
static void slow_pictures_are_shown_when_they_are_due(void **state)
{
	static const struct { double at_s[4]; int64_t rate, frames; } cases[] = { { { 0, 10, 21, 30 }, 1, 40 }, { { 0, 10.4, 21, 30.2 }, 10, 406 } };
	const struct facts facts = { .picture.timebase = { 1, 1000 }, .source.container = "matroska" };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scan scan;
		struct grid grid;

		scan_init(&scan);
		for (size_t n = 0; n < 4; n++)
			add_packet(&scan, llround(cases[i].at_s[n] * 1000));
		scan_end(&scan);
		assert_true(grid_make(&facts, &scan, 60, &grid));
		assert_int_equal(grid.rate.num, cases[i].rate * grid.rate.den);
		assert_int_equal(grid.frames, cases[i].frames);
		scan_fini(&scan);
	}
}

/* What most pictures agree on outweighs the first one; where they do not agree, it begins. */
static void slots_begin_where_most_pictures_do(void **state)
{
	static const struct { int64_t step, off, scatter, first_pts, early, frames; } cases[] = {
		{ 3600, 2400, 0, -1200, 0, 51 }, { 3600, 900, 0, 900, 900, 50 }, { 3600, 0, 0, 0, 0, 50 }, { 3600, 2400, 1000, 0, 0, 41 },
	};
	struct facts facts = { .picture = { .timebase = { 1, 90000 }, .rate_nominal = { 25, 1 } } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scan scan;
		struct grid grid;

		scan_init(&scan);
		for (int64_t n = 0; n < 50; n++)
			add_packet(&scan, n == 0 ? 0 : n * cases[i].step + cases[i].off + (n * 7 % 5 - 2) * cases[i].scatter / 2);
		scan_end(&scan);
		assert_true(grid_make(&facts, &scan, 60, &grid));
		assert_int_equal(grid.constant, cases[i].off == 0);
		assert_int_equal(grid.first_pts, cases[i].first_pts);
		assert_int_equal(grid.early, cases[i].early);
		assert_int_equal(grid.frames, cases[i].frames);
		scan_fini(&scan);
	}
}

/* As recordings of broadcasts have them. */
static void pictures_of_fields_become_two_though_one_is_lost(void **state)
{
	const struct facts facts = {
		.picture = { .timebase = { 1, 90000 }, .rate_nominal = { 25, 1 }, .interlaced = true },
		.source.container = "mpegts",
	};
	struct scan scan;
	struct grid grid;

	scan_init(&scan);
	for (int64_t n = 0; n < 50; n++)
		if (n != 20)
			add_packet(&scan, 1000 + n * 3600);
	scan_end(&scan);
	assert_true(grid_make(&facts, &scan, 60, &grid));
	assert_false(grid.constant);
	assert_int_equal(grid.fields, 2);
	assert_int_equal(grid.rate.num, 50 * grid.rate.den);
	assert_int_equal(grid.frames, 100);
	scan_fini(&scan);
}

/* Film with repeated fields among video, in milliseconds: each second of its pictures stands between two slots. */
static int64_t at_of_hybrid(int n)
{
	int fields = 2 * n;

	for (int i = 0; i < n; i++)
		fields += i % 100 < 60 && i % 2 == 1;
	return (fields * 1001 + 30) / 60;
}

/* A phone's: 59.6 a second, each up to 2 ms early or late. */
static int64_t at_of_phone(int n)
{
	return n * 90000 * 5 / 298 + (n * 7 % 5 - 2) * 90 + 180;
}

/* Theora at 59.94, of which those that show nothing new are left out; in frames. */
static int64_t at_of_sparse(int n)
{
	static const int sums[] = { 0, 5, 11, 12, 19, 21, 27, 35 };

	return n / 8 * 40 + sums[n % 8];
}

/* As ffmpeg places them. */
static void no_picture_is_hidden_that_can_be_shown(void **state)
{
	static const struct { int64_t (*at)(int n); struct ratio timebase, said; int64_t least, most; } cases[] = {
		{ at_of_hybrid, { 1, 1000 }, { 30000, 1001 }, 29970, 29970 }, { at_of_phone, { 1, 90000 }, { 60, 1 }, 59500, 59700 },
		{ at_of_sparse, { 1001, 60000 }, { 60000, 1001 }, 59940, 59940 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct facts facts = {
			.picture = { .timebase = cases[i].timebase, .rate_nominal = cases[i].said },
			.source.container = "matroska",
		};
		struct scan scan;
		struct grid grid;
		int64_t mhz;

		scan_init(&scan);
		for (int n = 0; n < 400; n++)
			add_packet(&scan, cases[i].at(n));
		scan_end(&scan);
		assert_true(grid_make(&facts, &scan, 60, &grid));
		mhz = grid.rate.num * 1000 / grid.rate.den;
		assert_true(mhz >= cases[i].least && mhz <= cases[i].most);
		assert_int_equal(ratio_frames(cases[i].at(0) - grid.first_pts, facts.picture.timebase, grid.rate), 0);
		for (int n = 1; n < 400; n++)
			assert_true(ratio_frames(cases[i].at(n) - grid.first_pts, facts.picture.timebase, grid.rate) >
				    ratio_frames(cases[i].at(n - 1) - grid.first_pts, facts.picture.timebase, grid.rate));
		scan_fini(&scan);
	}
}

/* 120 a second in milliseconds: of each two the second one is kept, whether or not one is missing. */
static void a_divided_rate_keeps_the_same_one_of_each_two(void **state)
{
	const struct facts facts = { .picture = { .timebase = { 1, 1000 }, .rate_nominal = { 120, 1 } }, .source.container = "matroska" };
	struct scan scan;
	struct grid grid;

	for (int skip = 0; skip <= 301; skip += 301) {
		make_scan(&scan, 0, 1000.0 / 120, 600, skip);
		assert_true(grid_make(&facts, &scan, 60, &grid));
		assert_true(grid_steps(&grid) && grid.constant == (skip == 0));
		for (int n = 0; n < 600; n++)
			assert_int_equal(grid_slot(&grid, llround(n * 1000.0 / 120), facts.picture.timebase), (n + 1) / 2);
		scan_fini(&scan);
	}
}

/* GIFs that pause at their end, and MP4s with all the pictures that they claim. */
static void a_last_picture_is_held_as_long_as_it_says(void **state)
{
	static const struct { int64_t pictures; double picture_s; int64_t claimed, frames, held; } cases[] = {
		{ 50, 0, 0, 50, 0 }, { 50, 2.0, 0, 50, 0 }, { 50, 2.3, 0, 50, 0 }, { 50, 5.0, 0, 125, 75 }, { 50, 700, 0, 50, 0 },
		{ 1, 5.0, 0, 125, 124 }, { 50, 5.0, 50, 125, 75 }, { 50, 5.0, 125, 50, 0 }, { 50, 5.0, 49, 50, 0 },
	};
	struct facts facts = {
		.picture = { .timebase = { 1, 90000 }, .rate_nominal = { 25, 1 } },
		.source.container = "mov,mp4,m4a,3gp,3g2,mj2",
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scan scan;
		struct grid grid;

		scan_init(&scan);
		for (int64_t n = 0; n < cases[i].pictures; n++)
			add_packet(&scan, n * 3600);
		scan_end(&scan);
		facts.picture.length_s = cases[i].picture_s;
		facts.picture.length_frames = cases[i].claimed;
		assert_true(grid_make(&facts, &scan, 60, &grid));
		assert_int_equal(grid.frames, cases[i].frames);
		assert_int_equal(grid.held, cases[i].held);
		assert_int_equal(grid.keep, cases[i].held == 0);
		scan_fini(&scan);
	}
}

/* A song with its cover, a clip with a long end of sound; what ends a little later stays. */
static void a_last_picture_is_held_while_the_sound_goes_on(void **state)
{
	static const struct { int pictures; int64_t heard_s, frames; } cases[] = { { 1, 200, 1000 }, { 250, 600, 15000 }, { 50, 4, 50 }, { 250, 19, 250 } };
	const struct facts facts = {
		.picture = { .timebase = { 1, 90000 }, .rate_nominal = { 25, 1 }, .count = 1, .index = 1 },
		.sound = { .outlasted = true, .tracks = { { .index = 0, .timebase = { 1, 48000 } } }, .count = 1 },
	};
	char row[64];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scan scan;
		struct grid grid;

		scan_init(&scan);
		look_scan_begin(&facts, &scan);
		for (int n = 0; n < cases[i].pictures; n++)
			scan_feed(&scan, row, (size_t)snprintf(row, sizeof row, "1,%d,%d,3600,1,0,K_\n", n * 3600, n * 3600));
		scan_feed(&scan, row, (size_t)snprintf(row, sizeof row, "0,%lld,N/A,N/A,1,0,K_\n2,99999999999,N/A,N/A,1,0,K_\n", (long long)cases[i].heard_s * 48000));
		scan_end(&scan);
		assert_true(grid_make(&facts, &scan, 60, &grid));
		assert_int_equal(grid.frames, cases[i].frames);
		assert_int_equal(grid.heard, grid.held > 0);
		scan_fini(&scan);
	}
}

static void extreme_times_do_not_overflow(void **state)
{
	const struct facts facts = { .picture.timebase = { 1, 1 }, .source = { .container = "mpegts", .start_s = 1e300 } };
	struct scan scan;
	struct grid grid;

	scan_init(&scan);
	add_packet(&scan, -(INT64_C(1) << 60));
	add_packet(&scan, INT64_C(1) << 60);
	add_packet(&scan, 0);
	scan_end(&scan);
	assert_true(grid_make(&facts, &scan, 240, &grid));
	assert_true(grid.duration_s > 1e9);
	scan_fini(&scan);
}

/* Plans --------------------------------------------------------------------------------------- */

static const struct facts film = {
	.picture = { .count = 1, .timebase = { 1, 12288 }, .width = 1280, .height = 720, .coded_width = 1280,
		.coded_height = 720, .rate_nominal = { 24, 1 }, .cover = -1 },
	.source.container = "mov", .sound = { .count = 1, .tracks = { { .index = 1, .channels = 6 } } },
};

static bool plan_of(const struct facts *facts, const struct scan *scan, struct plan *plan, struct refusal *refusal)
{
	const struct plan_input input = {
		.conf = &conf, .facts = facts, .scan = scan, .profile = &profile, .source = "/s/source/x", .media = "/s/media/x",
		.threads = 2,
	};

	return plan_make(&input, plan, refusal);
}

static bool has_arg(const struct strings *argv, const char *text)
{
	for (size_t i = 0; i < argv->count; i++)
		if (strcmp(argv->items[i], text) == 0)
			return true;
	return false;
}

/* What was decided of a kind; NULL: nothing. */
static const char *decided(const struct plan *plan, const char *code)
{
	for (size_t i = 0; i < plan->decision_count; i++)
		if (strcmp(plan->decisions[i].code, code) == 0)
			return plan->decisions[i].detail;
	return NULL;
}

static const char *decided_or_none(const struct plan *plan, const char *code)
{
	const char *detail = decided(plan, code);

	return detail != NULL ? detail : "";
}

/* Codes and sentences, with a NULL behind them. */
static void assert_told(const struct facts *facts, const struct scan *scan, const char *const told[][2])
{
	struct refusal refusal;
	struct plan plan;

	assert_true(plan_of(facts, scan, &plan, &refusal));
	for (size_t i = 0; told[i][0] != NULL; i++)
		assert_string_equal(decided_or_none(&plan, told[i][0]), told[i][1]);
	plan_fini(&plan);
}

static void tells_what_became_of_the_picture(void **state)
{
	struct facts facts = film;
	struct scan scan;

	make_scan(&scan, 0, 512, 72, 0);
	scan.headless = 3;
	scan.keys_are_false = true;
	facts.picture.count = 2;
	facts.picture.empty = 1;
	facts.picture.damage = 4;
	facts.picture.rotation = 90;
	facts.picture.askew = 10;
	facts.picture.alpha = facts.picture.mirrored = facts.picture.captions = facts.picture.by_field = facts.source.merged = true;
	strcpy(facts.picture.color_space, "ycgco");
	assert_told(&facts, &scan, (const char *const[][2]){
		{ "rate_constant", "Constant 24.000 frames a second: every frame is kept." },
		{ "main_picture", "Of 2 pictures of the source only track 0 is shown." },
		{ "color_guessed", "The source tells colours as ycgco, which is not converted; they are taken for bt709." },
		{ "by_field", "Each picture of the source is a field, half as high as the picture; it is shown as high as that." },
		{ "headless", "The first 3 of 75 frames lean on others that are not in the file, and cannot be decoded." },
		{ "keyframes_false", "Not all that are called keyframes give a picture by themselves: only the first one is believed." },
		{ "alpha_dropped", "The picture may have transparent parts; they are black." },
		{ "damaged", "The first pictures do not decode cleanly (4 complaints)." },
		{ "rotated", "The picture is turned by 90 degrees." },
		{ "mirrored", "The picture is shown mirrored, as the file says." },
		{ "askew", "The picture is turned by 10 degrees within its frame, which keeps its size." },
		{ "captions_kept", "The closed captions in the pictures are kept." },
		{ "pictures_empty", "Pictures are announced of which nothing was found: 1." },
		{ "merged", "The streams of the source go on under other numbers, and were joined." },
		{ "rung_too_large", "1080p is left out: the shorter side of the source has 720 pixels." },
		{ NULL, NULL } });
	facts.picture.damage = 1;
	assert_told(&facts, &scan, (const char *const[][2]){ { "damaged", "The first pictures do not decode cleanly (1 complaint)." }, { NULL, NULL } });
	scan_fini(&scan);
}

static void tells_what_became_of_times_and_fields(void **state)
{
	struct facts facts = film;
	struct scan scan;

	make_scan(&scan, 3 * 12288, 512, 720, 0);
	facts.sound.start_s = 2;
	facts.picture.captions = facts.picture.interlaced = facts.picture.says_interlaced = true;
	facts.picture.fields = FIELDS_BOTTOM_FIRST;
	facts.picture.hdr = FACTS_HLG;
	scan.no_pts = 2;
	assert_told(&facts, &scan, (const char *const[][2]){
		{ "rate_of_fields", "Each of the 24.000 pictures a second holds two moments: 48.000 frames a second." },
		{ "picture_starts_late", "The sound starts first; the first picture is shown 48 times more." },
		{ "no_times", "2 frames do not say when they are shown." },
		{ "hdr_to_sdr", "The source is HDR (HLG); it is tone-mapped to SDR." },
		{ "deinterlaced", "The source is interlaced, bottom field first; its fields are made into whole pictures." },
		{ "captions_dropped", "The closed captions in the pictures are left out: the pictures do not keep their times, and captions would repeat "
				      "themselves." },
		{ "one_chunk_times", "The file does not tell the time of every frame: encoded in one piece." },
		{ NULL, NULL } });
	facts.picture.interlaced = false;
	facts.sound.start_s = -700;
	scan.no_pts = 0;
	scan_forget_keys(&scan);
	scan.packets[0].key = false;
	assert_told(&facts, &scan, (const char *const[][2]){
		{ "sound_before_picture", "The sound starts 703 s before the picture; what comes before it is left out." },
		{ "not_interlaced", "The source says that it is interlaced, but its pictures are whole: they stay so." },
		{ "one_chunk_keyframes", "It has no keyframes: encoded in one piece." },
		{ NULL, NULL } });
	facts.picture.interlaced = facts.picture.telecine = true;
	facts.sound.count = 0;
	assert_told(&facts, &scan, (const char *const[][2]){
		{ "telecine", "The source is film with repeated fields; its mixed pictures are made whole." },
		{ "no_sound", "The source has no sound that can be read." },
		{ NULL, NULL } });
	strcpy(facts.source.container, "h264");
	assert_told(&facts, &scan, (const char *const[][2]){
		{ "no_clock", "The file has pictures and no clock: they follow each other at 24.000 a second, which is what it names." }, { NULL, NULL } });
	facts.picture.rate_nominal = (struct ratio){ 25, 1 };
	assert_told(&facts, &scan, (const char *const[][2]){
		{ "no_clock", "The file has pictures and no clock: they follow each other at 25.000 a second, which it names, or which is a guess." },
		{ NULL, NULL } });
	scan_fini(&scan);
}

static void tells_what_became_of_sounds_and_texts(void **state)
{
	struct facts facts = film;
	struct scan scan;

	make_scan(&scan, 0, 512, 72, 0);
	facts.sound.count = 2;
	facts.sound.tracks[1] = (struct track){ .index = 2, .channels = 2 };
	facts.sound.empty = 1;
	facts.sound.unread = 2;
	facts.source.other_programs = 3;
	facts.text.bitmaps = 1;
	facts.text.count = 25;
	for (size_t i = 0; i < facts.text.count; i++)
		facts.text.tracks[i] = (struct track){ .index = (int64_t)i + 3, .codec = "subrip" };
	assert_told(&facts, &scan, (const char *const[][2]){
		{ "main_sound", "Of 2 tracks of sound, track 1 (its first) is heard unless another is chosen." },
		{ "downmixed", "The sound has 6 channels; it is mixed down to stereo." },
		{ "sounds_empty", "Sounds are announced of which nothing was found: 1." },
		{ "sounds_unread", "Sounds that cannot be decoded are left out: 2." },
		{ "other_programs", "Sounds and texts of other programs of the source than its picture's are left out: 3." },
		{ "bitmaps_left_out", "Subtitles that are pictures, not text, are left out: 1." },
		{ "texts_left_out", "The source has 25 tracks of subtitles; the first 24 are kept." },
		{ "text_kept", "The subtitles \"Subtitles\" (subrip) are kept as WebVTT." },
		{ NULL, NULL } });
	scan_fini(&scan);
}

static void tells_what_was_cut_off(void **state)
{
	struct facts facts = film;
	struct refusal refusal;
	struct scan scan;
	struct plan plan;

	facts.source.duration_s = 3600;
	make_scan(&scan, 0, 512, 72, 0);
	assert_true(plan_of(&facts, &scan, &plan, &refusal));
	assert_null(decided(&plan, "cut_off"));
	plan_fini(&plan);
	scan.cut = true;
	assert_true(plan_of(&facts, &scan, &plan, &refusal));
	assert_string_equal(decided(&plan, "cut_off"), "The file says that it is 3600.0 s long, and ends after 3.0 s: it was cut off.");
	plan_fini(&plan);
	facts.source.duration_s = 3.5;
	assert_true(plan_of(&facts, &scan, &plan, &refusal));
	assert_string_equal(decided(&plan, "cut_off"), "The file ends in the middle of a packet: it was cut off.");
	plan_fini(&plan);
	scan.cut = false;
	facts.picture.told_frames = (int64_t)144 * 512;         /* each of them a tick */
	strcpy(facts.source.container, "avi");
	assert_true(plan_of(&facts, &scan, &plan, &refusal));
	assert_string_equal(decided(&plan, "cut_off"), "The file says that it is 6.0 s long, and ends after 3.0 s: it may have been cut off.");
	plan_fini(&plan);
	strcpy(facts.source.container, "flv");
	facts.source.duration_s = 60;
	scan_beside(&scan, 0, 1);
	facts.sound.tracks[0].timebase = (struct ratio){ 1, 1000 };
	scan.beside.last = 59500;
	assert_true(plan_of(&facts, &scan, &plan, &refusal));
	assert_null(decided(&plan, "cut_off"));         /* its sound goes on */
	plan_fini(&plan);
	scan_fini(&scan);
}

/* Joined files of which ffmpeg reads the first alone: packets of picture and sound end long before the file does. */
static void tells_that_an_ogg_file_goes_on(void **state)
{
	struct facts facts = film;
	struct refusal refusal;
	struct scan scan;
	struct plan plan;

	strcpy(facts.source.container, "ogg");
	facts.source.size_bytes = 9000000;
	make_scan(&scan, 0, 512, 72, 0);
	scan_beside(&scan, 0, 1);
	scan.beside.end = 8800000;
	assert_true(plan_of(&facts, &scan, &plan, &refusal));
	assert_null(decided(&plan, "goes_on"));
	plan_fini(&plan);
	scan.beside.end = 5000000;
	assert_true(plan_of(&facts, &scan, &plan, &refusal));
	assert_string_equal(decided(&plan, "goes_on"), "Behind what is kept the source goes on for 4.0 of its 9.0 MB, with other streams.");
	plan_fini(&plan);
	scan_fini(&scan);
}

static void tells_how_many_pictures_are_not_seen(void **state)
{
	struct facts facts = film;
	struct refusal refusal;
	struct scan scan;
	struct plan plan;

	scan_init(&scan);
	for (int64_t i = 0; i < 72; i++)
		add_packet(&scan, i * 512);
	add_packet(&scan, 10 * 512 + 100);
	add_packet(&scan, 20 * 512 + 100);
	scan_end(&scan);
	assert_true(plan_of(&facts, &scan, &plan, &refusal));
	assert_non_null(strstr(decided(&plan, "rate_variable"), "24.000 frames a second.  2 of 74 pictures come too near to the next one to be seen."));
	plan_fini(&plan);
	scan_fini(&scan);
}

static void tells_of_a_rate_that_varies_and_is_divided(void **state)
{
	struct facts facts = film;
	struct refusal refusal;
	struct scan scan;
	struct plan plan;

	facts.picture.rate_nominal = (struct ratio){ 120, 1 };
	make_scan(&scan, 0, 102.4, 720, 5);
	assert_true(plan_of(&facts, &scan, &plan, &refusal));
	assert_non_null(strstr(decided(&plan, "rate_divided"), "120.000 frames a second; one in 2 is kept"));
	assert_string_equal(decided(&plan, "rate_variable"), "The frame rate varies; it is made a constant 60.000 frames a second.");
	plan_fini(&plan);
	scan_fini(&scan);
}

static void plans_a_film(void **state)
{
	struct refusal refusal;
	struct scan scan;
	struct plan plan;

	make_scan(&scan, 0, 512, 72, 0);
	assert_true(plan_of(&film, &scan, &plan, &refusal));
	assert_int_equal(plan.task_count, 5);
	assert_int_equal(plan.tasks[0].kind, TASK_CHUNK);
	assert_int_equal(plan.tasks[0].frames_planned, 72);
	assert_int_equal(plan.tasks[1].kind, TASK_AUDIO);
	assert_int_equal(plan.tasks[2].kind, TASK_POSTER);
	assert_int_equal(plan.tasks[3].kind, TASK_STORYBOARD);
	assert_int_equal(plan.tasks[4].kind, TASK_ASSEMBLE);
	assert_int_equal(plan.tasks[4].needs_count, 4);
	assert_int_equal(plan.rendition_count, 4);
	assert_int_equal(plan.renditions[3].channels, 2);
	assert_int_equal(plan.duration_ms, 3000);
	assert_string_equal(plan.tasks[4].reads.items[0], "/s/media/x");
	assert_true(has_arg(&plan.tasks[0].argv, "file:/s/source/x"));
	assert_true(has_arg(&plan.tasks[0].argv, "-format_whitelist"));
	assert_true(has_arg(&plan.tasks[0].argv, "file:240p-0000.m4s"));
	assert_false(has_arg(&plan.tasks[0].argv, "-xerror"));
	assert_string_equal(plan.tasks[4].argv.items[0], "/usr/libexec/clipmill-mux");
	assert_true(has_arg(&plan.tasks[4].argv, "720p"));
	plan_fini(&plan);
	scan_fini(&scan);
}

/* Where a keyframe is near, before the source is opened; else of what comes out of it. */
static void a_poster_is_taken_from_a_tenth_of_the_film(void **state)
{
	for (int forgets = 0; forgets <= 1; forgets++) {
		size_t at_seek = 0, at_graph = 0;
		const struct strings *argv;
		struct refusal refusal;
		struct scan scan;
		struct plan plan;

		make_scan(&scan, 0, 512, 480, 0);
		if (forgets)
			scan_forget_keys(&scan);
		assert_true(plan_of(&film, &scan, &plan, &refusal));
		argv = &plan.tasks[plan.task_count - 3].argv;
		for (size_t i = 0; i < argv->count; i++) {
			at_graph = strcmp(argv->items[i], "-vf") == 0 ? i : at_graph;
			at_seek = strcmp(argv->items[i], "-ss") == 0 ? i : at_seek;
		}
		assert_int_equal(plan.tasks[plan.task_count - 3].kind, TASK_POSTER);
		assert_int_equal(at_seek == 0, forgets);
		if (!forgets)
			assert_string_equal(argv->items[at_seek + 1], "2.000000");
		assert_int_equal(strncmp(argv->items[at_graph + 1], "trim=start_frame=48:", 20) == 0, forgets);
		plan_fini(&plan);
		scan_fini(&scan);
	}
}

/* As of what a browser records: neither the file nor a track says how long it is. */
static void a_sound_without_a_claim_outlasts_the_picture(void **state)
{
	struct refusal refusal;
	struct scan scan;
	struct plan plan;

	make_scan(&scan, 0, 512, 72, 0);
	assert_true(plan_of(&film, &scan, &plan, &refusal));
	assert_true(has_arg(&plan.tasks[1].argv, "43260.000000"));
	plan_fini(&plan);
	scan_fini(&scan);
}

static bool says(const struct strings *argv, const char *text)
{
	for (size_t i = 0; i < argv->count; i++)
		if (strstr(argv->items[i], text) != NULL)
			return true;
	return false;
}

static void interlaced_pictures_may_change_their_size(void **state)
{
	struct facts facts = film;
	struct refusal refusal;
	struct scan scan;
	struct plan plan;

	facts.picture.interlaced = true;
	facts.picture.fields = FIELDS_TOP_FIRST;
	make_scan(&scan, 0, 512, 72, 0);
	assert_true(plan_of(&facts, &scan, &plan, &refusal));
	assert_true(has_arg(&plan.tasks[0].argv, "-reinit_filter"));
	assert_true(says(&plan.tasks[0].argv, "scale=w=1280:h=720:interl=1,bwdif="));
	plan_fini(&plan);
	scan_fini(&scan);
}

/* 24 interlaced pictures a second, and then 48 whole ones, with the fields in any order. */
static void fields_and_as_many_whole_pictures_have_one_rate(void **state)
{
	struct facts facts = film;
	struct refusal refusal;
	struct plan plan;
	struct scan scan;

	facts.picture.interlaced = facts.picture.fields_flagged = facts.picture.fields_in_turn = true;
	facts.picture.fields = FIELDS_BOTTOM_FIRST;
	scan_init(&scan);
	for (int64_t n = 0; n < 144; n++)
		add_packet(&scan, n < 48 ? n * 512 : (n + 48) * 256);
	scan_end(&scan);
	assert_true(plan_of(&facts, &scan, &plan, &refusal));
	assert_int_equal(plan.frames, 192);
	assert_true(says(&plan.tasks[0].argv, "bwdif=mode=send_field:parity=auto:deint=interlaced,"));
	plan_fini(&plan);
	facts.picture.fields_flagged = facts.picture.fields_in_turn = false;
	assert_true(plan_of(&facts, &scan, &plan, &refusal));
	assert_true(says(&plan.tasks[0].argv, "bwdif=mode=send_frame:parity=bff:deint=all,"));
	plan_fini(&plan);
	scan_fini(&scan);
}

/* The filter that deinterlaces halves the ticks, whatever it gives: else the first picture would be lost. */
static void a_first_picture_of_film_may_be_early(void **state)
{
	struct facts facts = film;
	struct refusal refusal;
	struct plan plan;
	struct scan scan;

	facts.picture.interlaced = facts.picture.telecine = true;
	scan_init(&scan);
	for (int64_t n = 0; n < 72; n++)
		add_packet(&scan, n == 0 ? 0 : n * 512 + 100);
	scan_end(&scan);
	assert_true(plan_of(&facts, &scan, &plan, &refusal));
	assert_true(says(&plan.tasks[0].argv, "select='gte(pts,-200)*"));
	plan_fini(&plan);
	scan_fini(&scan);
}

static void turned_pictures_may_change_their_size(void **state)
{
	static const struct { int64_t rotation; bool mirrored; const char *turn; } cases[] = {
		{ 90, false, "scale=w=1280:h=720:flags=bicubic:out_range=tv:in_color_matrix=bt709:out_color_matrix=bt709,transpose=clock,format=" },
		{ 270, true, ",transpose=clock_flip," }, { 180, false, ",hflip,vflip," }, { 180, true, ",hflip,format=" }, { 0, true, ",vflip," },
	};
	struct facts facts = film;
	struct refusal refusal;
	struct scan scan;
	struct plan plan;

	make_scan(&scan, 0, 512, 72, 0);
	facts.picture.reshaped = true;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		facts.picture.rotation = cases[i].rotation;
		facts.picture.mirrored = cases[i].mirrored;
		facts.picture.width = facts.picture.rotation % 180 == 0 ? 1280 : 720;
		facts.picture.height = facts.picture.rotation % 180 == 0 ? 720 : 1280;
		assert_true(plan_of(&facts, &scan, &plan, &refusal));
		assert_true(has_arg(&plan.tasks[0].argv, "-reinit_filter") && has_arg(&plan.tasks[0].argv, "-noautorotate"));
		assert_true(says(&plan.tasks[0].argv, cases[i].turn));
		assert_true(has_arg(&plan.tasks[2].argv, "-noautorotate"));
		plan_fini(&plan);
	}
	scan_fini(&scan);
}

static void plans_sound_alone(void **state)
{
	const struct facts sound = {
		.sound = { .count = 1, .tracks = { { .channels = 1 } }, .start_s = NAN }, .source.duration_s = 15,
		.picture.cover = -1,
	};
	struct refusal refusal;
	struct plan plan;

	assert_true(plan_of(&sound, NULL, &plan, &refusal));
	assert_int_equal(plan.task_count, 2);
	assert_int_equal(plan.renditions[0].channels, 1);
	assert_string_equal(plan.tasks[1].argv.items[plan.tasks[1].argv.count - 1], "audio");
	plan_fini(&plan);
}

static void the_same_input_gives_the_same_plan(void **state)
{
	struct buf first = BUF_INIT, second = BUF_INIT;
	struct refusal refusal;
	struct scan scan;
	struct plan plan;

	make_scan(&scan, 0, 512, 240, 0);
	for (int i = 0; i < 2; i++) {
		assert_true(plan_of(&film, &scan, &plan, &refusal));
		for (size_t k = 0; k < plan.task_count; k++)
			strings_json(&plan.tasks[k].argv, i == 0 ? &first : &second);
		plan_fini(&plan);
	}
	assert_string_equal(buf_text(&first), buf_text(&second));
	buf_fini(&first);
	buf_fini(&second);
	scan_fini(&scan);
}

static void refuses_what_is_too_long_or_empty(void **state)
{
	struct facts silent = film;
	struct refusal refusal;
	struct scan scan;
	struct plan plan;

	silent.sound.count = 0;
	make_scan(&scan, 0, 12288.0 * 100000, 4, 0);
	assert_false(plan_of(&silent, &scan, &plan, &refusal));
	assert_string_equal(refusal.code, "too_long");
	scan_fini(&scan);
	make_scan(&scan, 0, 1, 0, 0);
	assert_false(plan_of(&silent, &scan, &plan, &refusal));
	assert_string_equal(refusal.code, "not_a_video");
	assert_true(plan_of(&film, &scan, &plan, &refusal));
	assert_string_equal(decided(&plan, "no_picture"), "The source names a video track, but has no pictures in it.");
	plan_fini(&plan);
	scan_fini(&scan);
}

static void a_profile_without_rungs_makes_sound_only(void **state)
{
	struct profile sound_only = profile;
	struct facts facts = film;
	struct plan_input input = {
		.conf = &conf, .facts = &facts, .profile = &sound_only, .source = "/s/source/x", .media = "/s/media/x", .threads = 2,
	};
	struct refusal refusal;
	struct scan scan;
	struct plan plan;

	make_scan(&scan, 0, 512, 72, 0);
	sound_only.rung_count = 0;
	input.scan = &scan;
	assert_true(plan_make(&input, &plan, &refusal));
	assert_int_equal(plan.rendition_count, 1);
	assert_int_equal(plan.renditions[0].kind, RENDITION_AUDIO);
	assert_string_equal(plan.decisions[0].code, "sound_only");
	plan_fini(&plan);
	facts.sound.count = 0;
	assert_false(plan_make(&input, &plan, &refusal));
	assert_string_equal(refusal.code, "no_sound");
	scan_fini(&scan);
}

static void ffprobe_is_told_what_it_may_open(void **state)
{
	struct strings argv = STRINGS_INIT;

	look_probe_argv(&conf, "/s/source/x", PROBE_HEAD, &argv);
	assert_string_equal(argv.items[0], "/usr/bin/ffprobe");
	assert_string_equal(argv.items[argv.count - 1], "file:/s/source/x");
	assert_true(has_arg(&argv, "-codec_whitelist"));
	assert_true(has_arg(&argv, "-max_alloc"));
	assert_true(has_arg(&argv, "37748736"));
	strings_fini(&argv);
	look_scan_argv(&conf, "/s/source/x", &(struct facts){
		.picture = { .count = 1, .index = 3 }, .source.edits_are_void = true,
	}, &argv);
	assert_true(has_arg(&argv, "-advanced_editlist"));
	assert_true(has_arg(&argv, "packet=pts,dts,size,pos,flags:packet_side_data=side_data_type"));
	assert_true(has_arg(&argv, "3"));
	strings_fini(&argv);
}

/* Of 10 s each, where 4 s are wished for: what early lists must know before there is a segment. */
static void the_longest_segment_is_known_from_the_plan(void **state)
{
	const struct profile wish = { .segment_ms = 4000, .chunk_ms = 10000, .rate_max = 60, .copy = true, .rung_count = 1,
				      .rungs = { { "h264", 240, 450, 23, "veryfast" } } };
	struct facts facts = {
		.picture = { .count = 1, .codec = "h264", .pix_fmt = "yuv420p", .timebase = { 1, 25 },
			.rate_nominal = { 25, 1 }, .coded_width = 320, .coded_height = 240, .width = 320, .height = 240,
			.cover = -1, .idr = { .known = true, .count = 3, .sum = 750 } },
		.source = { .container = "mov,mp4", .duration_s = 30 }, .sound.start_s = NAN,
	};
	struct scan scan;
	const struct plan_input input = {
		.conf = &conf, .facts = &facts, .scan = &scan, .profile = &wish, .source = "/s", .media = "/m", .edition = 1, .threads = 1,
	};
	struct refusal refusal;
	struct plan plan;
	char line[64];

	scan_init(&scan);
	for (int i = 0; i < 750; i++)
		scan_feed(&scan, line, (size_t)snprintf(line, sizeof line, "%d,%d,100,%d,%c_\n", i, i, i * 100, i % 250 == 0 ? 'K' : '_'));
	scan_end(&scan);
	assert_true(plan_make(&input, &plan, &refusal));
	assert_true(plan.renditions[0].copied);
	assert_int_equal(plan.segment_most_ms, 10000);
	plan_fini(&plan);
	facts.picture.idr.known = false;
	assert_true(plan_make(&input, &plan, &refusal));
	assert_false(plan.renditions[0].copied);
	assert_in_range(plan.segment_most_ms, 3000, 6000);
	plan_fini(&plan);
	scan_fini(&scan);
}

static const struct {
	const char *pix_fmt, *space, *primaries, *transfer;
	enum facts_hdr hdr;
	struct graph_color told;
} colors[] = {
	{ "yuv420p", "", "", "", FACTS_SDR, { "bt709", "bt709", "bt709" } },
	{ "yuv420p", "smpte170m", "", "", FACTS_SDR, { "smpte170m", "smpte170m", "smpte170m" } },
	{ "yuv420p", "bt470bg", "", "", FACTS_SDR, { "bt470bg", "bt470bg", "smpte170m" } },
	{ "yuv420p", "bt709", "smpte432", "bt709", FACTS_SDR, { "bt709", "smpte432", "bt709" } },
	{ "yuv420p", "bt709", "smpte431", "iec61966-2-1", FACTS_SDR, { "bt709", "smpte431", "iec61966-2-1" } },
	{ "gbrp", "gbr", "smpte432", "iec61966-2-1", FACTS_SDR, { "bt709", "smpte432", "bt709" } },
	{ "yuv420p10le", "bt2020nc", "", "", FACTS_SDR, { "bt2020nc", "bt2020", "bt2020-10" } },
	{ "yuv420p10le", "bt2020nc", "bt2020", "bt2020-12", FACTS_SDR, { "bt2020nc", "bt2020", "bt2020-12" } },
	{ "yuv420p10le", "bt2020nc", "bt2020", "smpte2084", FACTS_PQ, { "bt709", "bt709", "bt709" } },
	{ "yuv420p", "ycgco", "", "", FACTS_SDR, { "bt709", "bt709", "bt709" } },
	{ "yuv420p", "so', it", "is", "not", FACTS_SDR, { "bt709", "bt709", "bt709" } },
};

static void colours_are_told_as_they_are(void **state)
{
	for (size_t i = 0; i < sizeof colors / sizeof *colors; i++) {
		struct facts f = { .picture = { .coded_width = 1280, .coded_height = 720, .hdr = colors[i].hdr } };
		struct graph_color color;

		snprintf(f.picture.pix_fmt, sizeof f.picture.pix_fmt, "%s", colors[i].pix_fmt);
		snprintf(f.picture.color_space, sizeof f.picture.color_space, "%s", colors[i].space);
		snprintf(f.picture.color_primaries, sizeof f.picture.color_primaries, "%s", colors[i].primaries);
		snprintf(f.picture.color_transfer, sizeof f.picture.color_transfer, "%s", colors[i].transfer);
		color = graph_color_of(&f.picture);
		assert_string_equal(color.space, colors[i].told.space);
		assert_string_equal(color.primaries, colors[i].told.primaries);
		assert_string_equal(color.transfer, colors[i].told.transfer);
		assert_int_equal(graph_guesses_color(&f.picture), strcmp(colors[i].space, "ycgco") == 0 || strcmp(colors[i].space, "so', it") == 0);
	}
}

static const char *value_of(const struct strings *argv, const char *option)
{
	for (size_t i = 0; i + 1 < argv->count; i++)
		if (strcmp(argv->items[i], option) == 0)
			return argv->items[i + 1];
	return "";
}

/* Other PIDs from some place on, as where two recordings were joined. */
static void packets_that_end_long_before_the_file_are_looked_for(void **state)
{
	struct facts facts = { .source = { .container = "mpegts", .size_bytes = 25000000 } };
	struct strings argv = STRINGS_INIT;
	struct scan scan;

	scan_init(&scan);
	scan_feed(&scan, "0,0,500,21784124,K_\n", 20);
	scan_end(&scan);
	assert_true(extent_goes_on(&facts, &scan));
	facts.source.size_bytes = 22000000;
	assert_false(extent_goes_on(&facts, &scan));
	strcpy(facts.source.container, "mov,mp4");
	facts.source.size_bytes = 25000000;
	assert_false(extent_goes_on(&facts, &scan));
	facts.source.merged = true;
	look_scan_argv(&conf, "/s/source/x", &facts, &argv);
	assert_string_equal(value_of(&argv, "-merge_pmt_versions"), "1");
	strings_fini(&argv);
	scan_fini(&scan);
}

/* Of 100 pictures, 25 a second, those from `from` to `to` are there. */
static const struct {
	int from, to, then;             /* pictures, and from `then` on to the end again; 0: none */
	int64_t announced;
	double told_s;                  /* of the length */
	const char *detail;             /* "": nothing is missing */
} parts[] = {
	{ 0, 100, 0, 100, 4, "" },
	{ 0, 50, 0, 100, 4, "Of the 100 pictures that the file announces 50 are found, from 0.0 s to 2.0 s." },
	{ 0, 50, 0, 100, 2, "" },             /* the rest is cut away by its edit list */
	{ 25, 75, 0, 100, 3, "" },            /* and what is left is shown late */
	{ 0, 50, 0, 50, 4, "" },              /* the last one is shown for two seconds */
	{ 0, 50, 75, 100, 4, "Of the 100 pictures that the file announces 75 are found, from 0.0 s to 4.0 s, and none from 2.0 s to 3.0 s." },
	{ 0, 50, 75, 75, 4, "" },             /* one stands still for a second */
	{ 0, 95, 0, 100, 4, "" },
};

static void what_a_file_announces_and_has_not_is_told(void **state)
{
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		struct facts facts = film;
		struct refusal refusal;
		struct scan scan;
		struct plan plan;

		facts.picture.timebase = (struct ratio){ 1, 12800 };
		facts.picture.rate_nominal = (struct ratio){ 25, 1 };
		facts.picture.length_frames = parts[i].announced;
		facts.picture.length_s = parts[i].told_s;
		scan_init(&scan);
		for (int at = 0; at < 100; at++)
			if ((at >= parts[i].from && at < parts[i].to) || (parts[i].then > 0 && at >= parts[i].then))
				add_packet(&scan, at * 512);
		scan_end(&scan);
		assert_true(plan_of(&facts, &scan, &plan, &refusal));
		assert_string_equal(decided_or_none(&plan, "pictures_missing"), parts[i].detail);
		plan_fini(&plan);
		scan_fini(&scan);
	}
}

static void a_sound_behind_the_last_picture_is_no_other_stream(void **state)
{
	for (int heard_s = 4; heard_s <= 40; heard_s += 36) {
		struct facts facts = film;
		struct refusal refusal;
		struct scan scan;
		struct plan plan;
		char row[64];

		strcpy(facts.source.container, "mpegts");
		facts.source.size_bytes = 25000000;
		facts.picture.timebase = facts.sound.tracks[0].timebase = (struct ratio){ 1, 90000 };
		facts.picture.index = 0;
		facts.sound.tracks[0].index = 1;
		facts.sound.outlasted = true;
		scan_init(&scan);
		look_scan_begin(&facts, &scan);
		for (int n = 0; n < 100; n++)
			scan_feed(&scan, row, (size_t)snprintf(row, sizeof row, "0,%d,%d,3600,1,500,K_\n", n * 3600, n * 3600));
		scan_feed(&scan, row, (size_t)snprintf(row, sizeof row, "1,%d,%d,1920,1,600,K_\n", heard_s * 90000, heard_s * 90000));
		scan_end(&scan);
		assert_true(plan_of(&facts, &scan, &plan, &refusal));
		assert_int_equal(decided(&plan, "last_picture_held") != NULL, heard_s == 40);
		assert_int_equal(decided(&plan, "goes_on") != NULL, heard_s == 4);
		plan_fini(&plan);
		scan_fini(&scan);
	}
}

static void a_matroska_file_that_was_cut_short_says_so(void **state)
{
	struct facts facts = film;
	struct refusal refusal;
	struct scan scan;
	struct plan plan;

	strcpy(facts.source.container, "matroska,webm");
	make_scan(&scan, 12288, 512, 48, 0);
	for (int longer = 0; longer < 2; longer++) {
		facts.picture.announced_s = longer ? 7.5 : 3.4;
		assert_true(plan_of(&facts, &scan, &plan, &refusal));
		assert_string_equal(decided_or_none(&plan, "pictures_missing"),
				    longer ? "The file announces pictures until 7.5 s, and they end at 3.0 s." : "");
		plan_fini(&plan);
	}
	scan_fini(&scan);
	scan_init(&scan);
	for (int at = 0; at < 3; at++)
		add_packet(&scan, at * 12288 * 2);
	scan_end(&scan);
	assert_true(plan_of(&facts, &scan, &plan, &refusal));       /* every other second one */
	assert_string_equal(decided_or_none(&plan, "pictures_missing"), "");
	plan_fini(&plan);
	scan_fini(&scan);
}

static void ffprobe_may_open_what_nobody_may_decode(void **state)
{
	struct strings argv = STRINGS_INIT;

	for (int scan = 0; scan < 2; scan++) {
		if (scan)
			look_scan_argv(&conf, "/s/source/x", &(struct facts){ .picture = { .count = 1, .index = 3 } }, &argv);
		else
			look_probe_argv(&conf, "/s/source/x", PROBE_HEAD, &argv);
		assert_null(strstr(value_of(&argv, "-codec_whitelist"), "magicyuv"));
		assert_non_null(strstr(value_of(&argv, "-codec_whitelist:"), "magicyuv"));
		assert_non_null(strstr(value_of(&argv, "-codec_whitelist:"), "h264,"));
		strings_fini(&argv);
	}
}

static void a_picture_that_cannot_be_read_is_no_recording(void **state)
{
	struct facts facts = {
		.source = { .container = "mov,mp4", .duration_s = 10 },
		.sound = { .count = 1, .tracks = { { .index = 1, .channels = 2, .sample_rate = 48000, .start_s = 0 } } },
		.picture = { .unread = "hap", .cover = -1 },
	};
	struct profile wish = { .segment_ms = 4000, .chunk_ms = 10000, .audio_codec = "aac", .audio_kbps = 128, .rung_count = 1 };
	const struct plan_input input = {
		.conf = &conf, .facts = &facts, .profile = &wish, .source = "/s", .media = "/m", .edition = 1, .threads = 1,
	};
	struct refusal refusal;
	struct plan plan;

	assert_false(plan_make(&input, &plan, &refusal));
	assert_string_equal(refusal.code, "not_decodable");
	assert_non_null(strstr(refusal.detail, "hap"));
	wish.rung_count = 0;
	assert_true(plan_make(&input, &plan, &refusal));
	plan_fini(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_rate_and_counts_its_frames),
		cmocka_unit_test(a_picture_that_starts_late_is_led_in),
		cmocka_unit_test(a_picture_is_waited_for_ten_minutes),
		cmocka_unit_test(clocks_that_jump_are_joined_where_ffmpeg_joins_them),
		cmocka_unit_test(a_first_picture_whose_time_is_not_told_is_kept),
		cmocka_unit_test(pictures_whose_times_are_not_told_come_as_late_as_the_decoder_gives_them),
		cmocka_unit_test(a_clock_that_skips_behind_the_first_packet_makes_no_hole),
		cmocka_unit_test(film_whose_last_time_is_not_told_is_film),
		cmocka_unit_test(a_varying_rate_is_the_finest_that_pictures_keep),
		cmocka_unit_test(an_animation_is_as_fine_as_its_shortest_picture),
		cmocka_unit_test(slow_pictures_are_shown_when_they_are_due),
		cmocka_unit_test(film_with_repeated_fields_is_film),
		cmocka_unit_test(slots_begin_where_most_pictures_do),
		cmocka_unit_test(no_picture_is_hidden_that_can_be_shown),
		cmocka_unit_test(a_divided_rate_keeps_the_same_one_of_each_two),
		cmocka_unit_test(pictures_of_fields_become_two_though_one_is_lost),
		cmocka_unit_test(a_last_picture_is_held_as_long_as_it_says),
		cmocka_unit_test(a_last_picture_is_held_while_the_sound_goes_on),
		cmocka_unit_test(pictures_at_one_time_have_no_rate),
		cmocka_unit_test(a_picture_may_stand_still_for_minutes),
		cmocka_unit_test(whichever_comes_first_at_a_joint_sets_the_clock),
		cmocka_unit_test(extreme_times_do_not_overflow),
		cmocka_unit_test(plans_a_film),
		cmocka_unit_test(tells_what_became_of_the_picture),
		cmocka_unit_test(tells_what_became_of_times_and_fields),
		cmocka_unit_test(tells_what_became_of_sounds_and_texts),
		cmocka_unit_test(tells_what_was_cut_off),
		cmocka_unit_test(tells_that_an_ogg_file_goes_on),
		cmocka_unit_test(tells_how_many_pictures_are_not_seen),
		cmocka_unit_test(tells_of_a_rate_that_varies_and_is_divided),
		cmocka_unit_test(a_poster_is_taken_from_a_tenth_of_the_film),
		cmocka_unit_test(a_sound_without_a_claim_outlasts_the_picture),
		cmocka_unit_test(interlaced_pictures_may_change_their_size),
		cmocka_unit_test(fields_and_as_many_whole_pictures_have_one_rate),
		cmocka_unit_test(a_first_picture_of_film_may_be_early),
		cmocka_unit_test(turned_pictures_may_change_their_size),
		cmocka_unit_test(plans_sound_alone),
		cmocka_unit_test(the_same_input_gives_the_same_plan),
		cmocka_unit_test(refuses_what_is_too_long_or_empty),
		cmocka_unit_test(a_profile_without_rungs_makes_sound_only),
		cmocka_unit_test(ffprobe_is_told_what_it_may_open),
		cmocka_unit_test(the_longest_segment_is_known_from_the_plan),
		cmocka_unit_test(colours_are_told_as_they_are),
		cmocka_unit_test(packets_that_end_long_before_the_file_are_looked_for),
		cmocka_unit_test(what_a_file_announces_and_has_not_is_told),
		cmocka_unit_test(a_sound_behind_the_last_picture_is_no_other_stream),
		cmocka_unit_test(a_matroska_file_that_was_cut_short_says_so),
		cmocka_unit_test(ffprobe_may_open_what_nobody_may_decode),
		cmocka_unit_test(a_picture_that_cannot_be_read_is_no_recording),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
