/*
 * measure-test.c - what is made of idet's counts, of captions and of complaints.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "encode/measure.h"

static const char output[] =
	"frame:0    pts:0       pts_time:0\nlavfi.idet.repeated.neither=1.00\nlavfi.idet.multiple.tff=0.00\n"
	"frame:0    pts:0       pts_time:0\nclipmill.captions=1\n"
	"frame:1    pts:3003    pts_time:0.033367\nlavfi.idet.repeated.neither=1.00\nlavfi.idet.repeated.top=1.00\n"
	"lavfi.idet.single.tff=9.00\nlavfi.idet.multiple.tff=2.00\nlavfi.idet.multiple.bff=1.00\n"
	"lavfi.idet.multiple.progressive=5.00\nlavfi.idet.multiple.undetermined=3.00\n"
	"frame:0    pts:0       pts_time:0\nclipmill.interlaced=1\n"
	"frame:0    pts:0       pts_time:0\nclipmill.alone=1\nframe:1    pts:90090   pts_time:1.001\nclipmill.alone=1\n";

static void reads_the_last_counts(void **state)
{
	struct measured m = { 0 };

	measure_read(output, "a complaint\nanother\n", &m);
	assert_true(m.known);
	assert_int_equal(m.pictures, 2);
	assert_int_equal(m.captions, 1);
	assert_int_equal(m.flagged, 1);
	assert_int_equal(m.alone, 2);
	assert_int_equal(m.top_first, 2);
	assert_int_equal(m.bottom_first, 1);
	assert_int_equal(m.progressive, 5);
	assert_int_equal(m.undetermined, 3);
	assert_int_equal(m.repeated, 1);
	assert_int_equal(m.not_repeated, 1);
	assert_int_equal(m.errors, 2);
	assert_int_equal(m.first_pts, 0);
	assert_int_equal(m.last_pts, 3003);     /* not that of a keyframe that was decoded by itself */
	measure_read("frame:0    pts:NOPTS   pts_time:NOPTS\nframe:1    pts:-7\nframe:0    pts:900    pts_time:0.01\nframe:0    pts:-90    pts_time:-0.001\n"
		     "frame:10   pts:-99\n", "", &m);
	assert_int_equal(m.first_pts, -90);
	measure_read("", "", &m);
	assert_true(m.first_pts == INT64_MIN && m.last_pts == INT64_MIN);
	assert_int_equal(m.pictures, 0);
	measure_read("clipmill.captions=1\nclipmill.interlaced=1\nlavfi.idet.multiple.tff=-3\nlavfi.idet.multiple.bff=1e300\n"
		     "lavfi.idet.repeated.top=nan\n", "", &m);
	assert_int_equal(m.pictures, 0);
	assert_int_equal(m.top_first + m.bottom_first + m.repeated, 0);
}

/* The picture as it is, with the bottom field of the one before, and with its top field; then lines in pairs. */
static void reads_how_lines_stand_out(void **state)
{
	struct measured m = { 0 };

	measure_read("frame:0    pts:0       pts_time:0\nlavfi.msad.msad.Y=0.010000\nlavfi.msad.msad.U=0.012000\nlavfi.msad.msad.V=0.020000\n"
		     "frame:0    pts:0       pts_time:0\nlavfi.msad.msad_avg=0.011000\nframe:0    pts:0       pts_time:0\nlavfi.idet.multiple.tff=1.00\n"
		     "frame:1    pts:1       pts_time:1\nlavfi.msad.msad.Y=0.010000\nlavfi.msad.msad.U=0.500000\nlavfi.msad.msad.V=0.499000\n", "", &m);
	assert_int_equal(m.pictures, 1);
	assert_int_equal(m.combs.as_is, 20000);
	assert_int_equal(m.combs.least, 511000);
	assert_int_equal(m.combs.order, 7000);
	assert_int_equal(m.combs.apart, 9000);
	assert_int_equal(m.combs.whole, 4000);  /* a cut counts for no more than twice its 1000 */
	assert_int_equal(m.combs.pairs, 11000);
	measure_read("lavfi.msad.msad.Y=nan\nlavfi.msad.msad.U=-1\nlavfi.msad.msad.V=7\nlavfi.msad.msad_avg=1e300\nlavfi.msad.msad.V", "", &m);
	assert_int_equal(m.combs.as_is + m.combs.least + m.combs.order + m.combs.pairs, 0);
}

#define BIKES { 1000, 1000, 640, 640, 80, 1030 }

/* As measured over the corpus, and over clips made with filters interlace and telecine. */
static const struct {
	const char *what;
	struct measured measured;
	bool says_so;
	enum facts_fields fields;
	bool telecine;
	struct measured elsewhere;
	bool in_parts, unsure, in_turn;
} sources[] = {
	{ .what = "50i", .measured = { .pictures = 150, .top_first = 150, .not_repeated = 150, .flagged = 150 },
	  .says_so = true, .fields = FIELDS_TOP_FIRST, .telecine = false },
	{ .what = "50i, low fields first", .measured = { .pictures = 150, .bottom_first = 150, .not_repeated = 150 },
	  .says_so = true, .fields = FIELDS_BOTTOM_FIRST, .telecine = false },
	{ .what = "50i that only the decoder knows of", .measured = { .pictures = 50, .bottom_first = 50, .flagged = 50 },
	  .says_so = false, .fields = FIELDS_BOTTOM_FIRST, .telecine = false },
	{ .what = "25p in 50i", .measured = { .pictures = 150, .top_first = 75, .bottom_first = 35, .progressive = 40 },
	  .says_so = true, .fields = FIELDS_PROGRESSIVE, .telecine = false },
	{ .what = "25p flagged", .measured = { .pictures = 200, .bottom_first = 6, .progressive = 192, .undetermined = 3 },
	  .says_so = true, .fields = FIELDS_PROGRESSIVE, .telecine = false },
	{ .what = "noise", .measured = { .pictures = 198, .bottom_first = 145, .progressive = 53 },
	  .says_so = false, .fields = FIELDS_PROGRESSIVE, .telecine = false },
	{ .what = "hard telecine", .measured = { .pictures = 180, .top_first = 180, .repeated = 72, .not_repeated = 108 },
	  .says_so = true, .fields = FIELDS_TOP_FIRST, .telecine = true },
	{ .what = "telecine that stands still half of the time", .measured = { .pictures = 200, .top_first = 90, .undetermined = 110, .repeated = 40, .not_repeated = 160 },
	  .says_so = true, .fields = FIELDS_TOP_FIRST, .telecine = true },
	{ .what = "50i that begins with a still", .measured = { .undetermined = 200, .pictures = 200 },
	  .says_so = true, .fields = FIELDS_BOTTOM_FIRST, .telecine = false,
	  .elsewhere = { .pictures = 200, .bottom_first = 150, .undetermined = 50, .not_repeated = 200 } },
	{ .what = "50i behind 25p", .measured = { .progressive = 200, .pictures = 200 },
	  .says_so = true, .fields = FIELDS_TOP_FIRST, .telecine = false,
	  .elsewhere = { .pictures = 200, .top_first = 100, .progressive = 100, .not_repeated = 200 }, .in_parts = true },
	{ .what = "film and then 50i", .measured = { .pictures = 200, .top_first = 200, .repeated = 80, .not_repeated = 120 },
	  .says_so = true, .fields = FIELDS_TOP_FIRST, .telecine = false,
	  .elsewhere = { .pictures = 200, .top_first = 200, .not_repeated = 200 } },
	{ .what = "50i, and then with the other field first", .measured = { .pictures = 200, .top_first = 200, .not_repeated = 200 },
	  .says_so = true, .fields = FIELDS_TOP_FIRST, .in_turn = true,
	  .elsewhere = { .pictures = 200, .top_first = 10, .bottom_first = 190, .not_repeated = 200 } },
	{ .what = "50i, of which the end has the other field first", .measured = { .pictures = 200, .top_first = 200, .not_repeated = 200 },
	  .says_so = true, .fields = FIELDS_TOP_FIRST, .in_turn = true,
	  .elsewhere = { .pictures = 200, .top_first = 100, .bottom_first = 95, .progressive = 5, .not_repeated = 200 } },
	{ .what = "50i, and film with patterns", .measured = { .pictures = 200, .top_first = 200, .not_repeated = 200 },
	  .says_so = true, .fields = FIELDS_TOP_FIRST, .in_parts = true,
	  .elsewhere = { .pictures = 200, .top_first = 75, .bottom_first = 35, .progressive = 40, .not_repeated = 200 } },
	{ .what = "a still, and the film", .measured = { .undetermined = 200, .pictures = 200, .not_repeated = 200 },
	  .says_so = true, .fields = FIELDS_TOP_FIRST, .telecine = true,
	  .elsewhere = { .pictures = 200, .top_first = 190, .repeated = 80, .not_repeated = 120 } },
	{ .what = "a still that only the decoder knows of", .measured = { .undetermined = 200, .pictures = 200, .flagged = 200 },
	  .says_so = false, .fields = FIELDS_TOP_FIRST, .telecine = false,
	  .elsewhere = { .pictures = 200, .top_first = 200, .flagged = 200 } },
	{ .what = "50i that nobody says anything of", .measured = { .pictures = 200, .top_first = 199, .progressive = 1, .combs = BIKES },
	  .says_so = false, .fields = FIELDS_TOP_FIRST, .telecine = false },
	{ .what = "noise elsewhere, that nobody says anything of", .measured = { .undetermined = 200, .pictures = 200 },
	  .says_so = false, .fields = FIELDS_PROGRESSIVE, .telecine = false,
	  .elsewhere = { .pictures = 200, .bottom_first = 150, .progressive = 50 } },
	{ .what = "a still, then 50i at a low rate", .measured = { .pictures = 50, .undetermined = 50 }, .fields = FIELDS_BOTTOM_FIRST,
	  .elsewhere = { .pictures = 200, .bottom_first = 80, .combs = { 1000, 1400, -600, 640, 240, 900 } } },
	{ .what = "50 pictures of 50i", .measured = { .pictures = 50, .top_first = 50, .combs = BIKES }, .fields = FIELDS_TOP_FIRST },
	{ .what = "hard telecine that nobody says anything of", .fields = FIELDS_TOP_FIRST, .telecine = true,
	  .measured = { .pictures = 180, .top_first = 180, .repeated = 72, .not_repeated = 108, .combs = { 1400, 1000, 800, 800, -340, 1600 } } },
	{ .what = "a pattern that drifts", .measured = { .pictures = 50, .top_first = 38, .progressive = 12, .combs = { 720, 1000, 80, 89, 150, 547 } },
	  .unsure = true },
	{ .what = "text that rolls by two lines", .measured = { .pictures = 50, .bottom_first = 50, .combs = { 645, 1000, -363, 363, 352, 432 } }, .unsure = true },
	{ .what = "lines that are there twice, and move", .measured = { .pictures = 50, .bottom_first = 50, .combs = { 1000, 1000, -982, 982, 10, 10 } },
	  .unsure = true },
	{ .what = "patterns that idet calls fields, now so and now so", .measured = { .pictures = 50, .top_first = 50, .combs = { 1000, 1000, 40, 500, 10, 1100 } } },
	{ .what = "a black picture", .measured = { .pictures = 200, .undetermined = 200 },
	  .says_so = true, .fields = FIELDS_PROGRESSIVE, .telecine = false },
	{ .what = "nothing", .measured = { .pictures = 0 },
	  .says_so = true, .fields = FIELDS_PROGRESSIVE, .telecine = false },
};

static void tells_fields_from_pictures(void **state)
{
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		struct fields_seen seen = fields_measured(&sources[i].measured, &sources[i].elsewhere, sources[i].says_so);

		if (seen.fields != sources[i].fields || seen.telecine != sources[i].telecine || seen.in_parts != sources[i].in_parts ||
		    seen.unsure != sources[i].unsure || seen.in_turn != sources[i].in_turn)
			fail_msg("%s: %d, %d, %d, %d, %d", sources[i].what, seen.fields, seen.telecine, seen.in_parts, seen.unsure, seen.in_turn);
	}
}

static void looks_longer_where_the_file_says_so(void **state)
{
	const struct conf conf = { .ffmpeg = (char *)(uintptr_t)"ffmpeg" };
	const struct facts still = { .picture.index = 3 }, moving = { .picture.index = 3, .picture.claims_fields = true };
	struct strings first = STRINGS_INIT, second = STRINGS_INIT;
	struct buf a = BUF_INIT, b = BUF_INIT;

	measure_argv(&conf, "/s", &still, &first);
	measure_argv(&conf, "/s", &moving, &second);
	strings_json(&first, &a);
	strings_json(&second, &b);
	assert_non_null(strstr(buf_text(&a), "[0:3]trim=end_frame=50,"));
	assert_non_null(strstr(buf_text(&b), "[0:3]trim=end_frame=200,"));
	assert_non_null(strstr(buf_text(&a), "[1:3]trim=end_frame=3,"));
	assert_non_null(strstr(buf_text(&a), "-format_whitelist"));
	assert_non_null(strstr(buf_text(&a), "-noautorotate"));
	buf_fini(&a);
	buf_fini(&b);
	strings_fini(&first);
	strings_fini(&second);
}

static void looks_further_on_where_it_is_long(void **state)
{
	const struct conf conf = { .ffmpeg = (char *)(uintptr_t)"ffmpeg" };
	struct facts facts = { .picture.index = 3, .picture.count = 1, .picture.claims_fields = true, .source.duration_s = 100 };
	struct strings argv = STRINGS_INIT;
	struct buf line = BUF_INIT;

	assert_true(measure_elsewhere_is_wanted(&facts));
	measure_elsewhere_argv(&conf, "/s", &facts, &argv);
	strings_json(&argv, &line);
	assert_non_null(strstr(buf_text(&line), "\"-ss\",\"40.000\""));
	assert_non_null(strstr(buf_text(&line), "\"-ss\",\"80.000\""));
	assert_non_null(strstr(buf_text(&line), "[1:3]trim=end_frame=100,"));
	facts.source.duration_s = 10;
	assert_false(measure_elsewhere_is_wanted(&facts));
	facts = (struct facts){ .source.duration_s = 100, .picture = { .count = 1, .rate_nominal = { 25, 1 }, .fields_suspected = true } };
	assert_false(measure_elsewhere_is_wanted(&facts));
	strcpy(facts.source.container, "mpegts");
	assert_true(measure_elsewhere_is_wanted(&facts));
	assert_false(measure_more_is_wanted(&facts));
	facts.picture.rate_nominal.num = 50;
	assert_false(measure_elsewhere_is_wanted(&facts));
	buf_fini(&line);
	strings_fini(&argv);
}

static void looks_again_where_whole_pictures_look_otherwise(void **state)
{
	const struct conf conf = { .ffmpeg = (char *)(uintptr_t)"ffmpeg" };
	const struct measured still = { .pictures = 50, .combs = { 1000, 1004, 2, 3, 4, 1200 } }, moves = { .pictures = 50, .combs = { 1000, 1400, 2, 30, 60, 1200 } };
	const struct measured looks_so = { .pictures = 50, .bottom_first = 20, .combs = moves.combs };
	struct facts facts = { .picture = { .index = 3, .rate_nominal = { 30, 1 }, .fields_suspected = true }, .source.duration_s = 8 };
	struct strings argv = STRINGS_INIT;
	struct buf line = BUF_INIT;

	assert_true(fields_are_suspected(&still) && fields_are_suspected(&looks_so));
	assert_false(fields_are_suspected(&moves));
	assert_true(measure_more_is_wanted(&facts));
	measure_elsewhere_argv(&conf, "/s", &facts, &argv);
	strings_json(&argv, &line);
	assert_null(strstr(buf_text(&line), "\"-ss\""));
	assert_non_null(strstr(buf_text(&line), "[0:3]trim=end_frame=400,"));
	facts.picture.rate_nominal.num = 50;
	assert_false(measure_more_is_wanted(&facts));
	facts.picture = (struct facts_picture){ .rate_nominal = { 25, 1 }, .fields_suspected = true, .claims_fields = true };
	assert_false(measure_more_is_wanted(&facts));
	buf_fini(&line);
	strings_fini(&argv);
}

static void knows_claims(void **state)
{
	static const struct { const char *order; enum facts_fields fields; } claims[] = {
		{ "tt", FIELDS_TOP_FIRST }, { "bt", FIELDS_TOP_FIRST }, { "bb", FIELDS_BOTTOM_FIRST }, { "tb", FIELDS_BOTTOM_FIRST },
		{ "progressive", FIELDS_PROGRESSIVE }, { "unknown", FIELDS_PROGRESSIVE }, { "", FIELDS_PROGRESSIVE },
	};
	struct stream_row s = { .codec = "vp9" };

	for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
		strcpy(s.field_order, claims[i].order);
		assert_int_equal(fields_claimed(&s), claims[i].fields);
		assert_int_equal(fields_are_doubtful(&s), claims[i].fields != FIELDS_PROGRESSIVE);
	}
	strcpy(s.codec, "h264");
	assert_true(fields_are_doubtful(&s));
}

/* Pictures in milliseconds, every `gop`-th of them flagged as a keyframe. */
static bool are_false(int64_t alone, int step_ms, int gop)
{
	const struct facts facts = { .picture = { .timebase = { 1, 1000 }, .keys_alone = alone } };
	struct scan scan;
	char line[64];
	bool result;

	scan_init(&scan);
	for (int i = 0; i < 200; i++)
		scan_feed(&scan, line, (size_t)snprintf(line, sizeof line, "%d,%d,100,%d,%s\n", i * step_ms, i * step_ms, i * 100,
							i % gop == 0 ? "K_" : "__"));
	scan_end(&scan);
	result = measure_keys_are_false(&facts.picture, &scan);
	scan_fini(&scan);
	return result;
}

static void believes_keyframes_that_give_a_picture(void **state)
{
	assert_false(are_false(3, 40, 25));
	assert_true(are_false(2, 40, 25));
	assert_true(are_false(0, 40, 25));
	assert_false(are_false(-1, 40, 25));    /* nobody looked */
	assert_false(are_false(2, 40, 100));    /* it has no more */
	assert_false(are_false(1, 600, 100));   /* the next is too late to be seen */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_last_counts),
		cmocka_unit_test(reads_how_lines_stand_out),
		cmocka_unit_test(tells_fields_from_pictures),
		cmocka_unit_test(looks_longer_where_the_file_says_so),
		cmocka_unit_test(looks_further_on_where_it_is_long),
		cmocka_unit_test(looks_again_where_whole_pictures_look_otherwise),
		cmocka_unit_test(knows_claims),
		cmocka_unit_test(believes_keyframes_that_give_a_picture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
