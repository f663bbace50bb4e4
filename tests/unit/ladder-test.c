/*
 * ladder-test.c - which rungs a source gets, at what rate, and what is said of the others.
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

#include "encode/ladder.h"

static const struct profile plain = {
	.rungs = {
		{ "h264", 1080, 5000, 23, "veryfast" }, { "h264", 720, 2800, 23, "veryfast" },
		{ "h264", 480, 1400, 23, "veryfast" }, { "h264", 240, 450, 23, "veryfast" },
	},
	.rung_count = 4,
};

static const struct profile mixed = {
	.rungs = {
		{ "av1", 1080, 2800, 35, "8" }, { "av1", 720, 1500, 35, "8" }, { "h264", 720, 2800, 23, "fast" },
		{ "h264", 480, 1400, 23, "fast" }, { "h264", 240, 450, 23, "fast" },
	},
	.rung_count = 5,
};

/* "720p:1280x720 ..." */
static void check_ladder(const struct facts *facts, const struct profile *profile, int64_t source_kbps, const char *expected)
{
	struct buf text = BUF_INIT;
	struct ladder ladder;

	ladder_make(&facts->picture, profile, source_kbps, &ladder);
	for (size_t i = 0; i < ladder.count; i++)
		buf_printf(&text, "%s:%dx%d ", ladder.rungs[i].name, (int)ladder.rungs[i].width, (int)ladder.rungs[i].height);
	assert_string_equal(buf_text(&text), expected);
	buf_fini(&text);
}

static const struct {
	int64_t width, height;
	const char *ladder;
} ladders[] = {
	{ 1920, 1080, "1080p:1920x1080 720p:1280x720 480p:854x480 240p:426x240 " },
	{ 1080, 1920, "1080p:1080x1920 720p:720x1280 480p:480x854 240p:240x426 " },
	{ 3840, 2160, "1080p:1920x1080 720p:1280x720 480p:854x480 240p:426x240 " },
	{ 1280, 720, "720p:1280x720 480p:854x480 240p:426x240 " },
	{ 1600, 900, "900p:1600x900 720p:1280x720 480p:854x480 240p:426x240 " },
	{ 862, 486, "480p:852x480 240p:426x240 " },
	{ 600, 600, "600p:600x600 480p:480x480 240p:240x240 " },
	{ 1280, 272, "272p:1280x272 240p:1130x240 " },
	{ 160, 120, "120p:160x120 " },
	{ 2, 2, "2p:2x2 " },
	{ 16384, 2, "2p:8192x2 " },
	{ 12000, 240, "164p:8192x164 " },
	{ 720, 12000, "480p:480x8000 240p:240x4000 " },
};

static void makes_ladders_by_the_shorter_side(void **state)
{
	for (size_t i = 0; i < sizeof ladders / sizeof *ladders; i++) {
		const struct facts facts = { .picture = { .width = ladders[i].width, .height = ladders[i].height } };

		check_ladder(&facts, &plain, 0, ladders[i].ladder);
	}
}

static void names_tell_the_codec_where_there_are_two(void **state)
{
	const struct facts full = {
		.picture = { .width = 1920, .height = 1080 },
	}, between = { .picture.width = 900, .picture.height = 600 };
	const struct facts small = { .picture = { .width = 160, .height = 120 } };

	check_ladder(&full, &mixed, 0, "1080p-av1:1920x1080 720p-av1:1280x720 720p:1280x720 480p:854x480 240p:426x240 ");
	check_ladder(&between, &mixed, 0, "600p-av1:900x600 600p:900x600 480p:720x480 240p:360x240 ");
	check_ladder(&small, &mixed, 0, "120p:160x120 ");
}

static void caps_an_own_size_by_its_pixels(void **state)
{
	const struct facts facts = { .picture = { .width = 1600, .height = 900 } };
	struct ladder ladder;

	ladder_make(&facts.picture, &plain, 0, &ladder);
	assert_int_equal(ladder.rungs[0].max_kbps, 3472);
	assert_int_equal(ladder.rungs[1].max_kbps, 2800);
}

static void no_rung_takes_more_than_the_source_is_worth(void **state)
{
	struct facts facts = { .picture = { .width = 1920, .height = 1080, .codec = "h264" } };
	struct ladder ladder;

	check_ladder(&facts, &plain, 300, "1080p:1920x1080 720p:1280x720 480p:854x480 ");
	ladder_make(&facts.picture, &plain, 300, &ladder);
	assert_int_equal(ladder.rungs[0].max_kbps, 450);
	assert_int_equal(ladder.rungs[2].max_kbps, 133);
	assert_string_equal(ladder.notes[ladder.note_count - 1].code, "rung_pointless");
	assert_string_equal(ladder.notes[0].detail, "1080p takes 450 kb/s at most, not 5000: the source has 300 itself.");
	check_ladder(&facts, &plain, 1, "1080p:1920x1080 ");
	snprintf(facts.picture.codec, sizeof facts.picture.codec, "av1");
	ladder_make(&facts.picture, &plain, 300, &ladder);
	assert_int_equal(ladder.rungs[0].max_kbps, 810);
}

static void every_rung_that_is_left_out_is_told(void **state)
{
	const struct facts facts = { .picture = { .width = 854, .height = 480 } };
	struct profile close = plain;
	struct ladder ladder;

	close.rungs[3].short_side = 460;
	ladder_make(&facts.picture, &close, 0, &ladder);
	assert_int_equal(ladder.count, 1);
	assert_int_equal(ladder.note_count, 3);
	assert_string_equal(ladder.notes[0].code, "rung_too_large");
	assert_string_equal(ladder.notes[0].detail, "1080p is left out: the shorter side of the source has 480 pixels.");
	assert_string_equal(ladder.notes[2].code, "rung_too_near");
	assert_string_equal(ladder.notes[2].detail, "460p is left out: 480p is nearly the same.");
}

static void what_an_encoder_cannot_take_goes_to_another(void **state)
{
	const struct facts facts = { .picture = { .width = 160, .height = 50 } };
	struct profile av1 = { .rungs = { { "av1", 240, 250, 35, "8" } }, .rung_count = 1 };
	struct ladder ladder;

	ladder_make(&facts.picture, &av1, 0, &ladder);
	assert_int_equal(ladder.count, 1);
	assert_string_equal(ladder.rungs[0].codec, "h264");
	assert_string_equal(ladder.rungs[0].preset, "veryfast");
	assert_string_equal(ladder.notes[1].code, "rung_other_codec");
}

static void a_panorama_keeps_its_shape(void **state)
{
	const struct facts facts = { .picture = { .width = 12000, .height = 240 } };
	struct ladder ladder;

	ladder_make(&facts.picture, &plain, 0, &ladder);
	assert_string_equal(ladder.notes[0].code, "made_smaller");
}

static void a_profile_without_rungs_has_none(void **state)
{
	const struct facts facts = { .picture = { .width = 1920, .height = 1080 } };
	const struct profile none = { .rung_count = 0 };

	check_ladder(&facts, &none, 0, "");
}

/* 10 s of 25 frames of 1000 bytes, but two seconds in the middle have 5000. */
static void a_source_has_the_rate_of_its_busiest_seconds(void **state)
{
	const struct facts facts = { .picture.timebase = { 1, 25 } };
	struct scan scan;
	char line[64];

	scan_init(&scan);
	for (int i = 0; i < 250; i++) {
		int len = snprintf(line, sizeof line, "%d,%d,%d,0,K_\n", i, i, i >= 100 && i < 150 ? 5000 : 1000);

		scan_feed(&scan, line, (size_t)len);
	}
	scan_end(&scan);
	assert_int_equal(ladder_source_kbps(&facts.picture, &scan), (50 * 5000 + 50 * 1000) * 8 / 4000);
	scan_fini(&scan);
	assert_int_equal(ladder_source_kbps(&facts.picture, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_ladders_by_the_shorter_side),
		cmocka_unit_test(names_tell_the_codec_where_there_are_two),
		cmocka_unit_test(caps_an_own_size_by_its_pixels),
		cmocka_unit_test(no_rung_takes_more_than_the_source_is_worth),
		cmocka_unit_test(every_rung_that_is_left_out_is_told),
		cmocka_unit_test(what_an_encoder_cannot_take_goes_to_another),
		cmocka_unit_test(a_panorama_keeps_its_shape),
		cmocka_unit_test(a_profile_without_rungs_has_none),
		cmocka_unit_test(a_source_has_the_rate_of_its_busiest_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
