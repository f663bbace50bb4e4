/*
 * facts-test.c - which streams count, how they are shown, what is refused.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "encode/facts.h"

static const struct conf conf = { .duration_max_ms = 3600000, .pixels_max = 8192 * 4608 };

#define VIDEO .type = "video", .codec = "h264", .width = 1920, .height = 1080, .time_base = "1/90000", .start_time = 0
#define AUDIO .type = "audio", .codec = "aac", .sample_rate = 48000, .channels = 2, .start_time = 0, .duration = NAN

static bool facts_of(struct stream_row *streams, size_t count, struct facts *facts, struct refusal *refusal)
{
	const struct probe probe = {
		.format = "mov,mp4", .duration = 10, .start_time = 0, .streams = streams,
		.stream_count = count,
	};

	return facts_from_probe(&probe, &conf, facts, refusal);
}

static const struct {
	int64_t width, height, rotation;
	const char *sar;
	int64_t shown_width, shown_height;
} sizes[] = {
	{ 1920, 1080, 0, "1:1", 1920, 1080 },
	{ 1920, 1080, -90, "", 1080, 1920 },
	{ 1920, 1080, 90, "0:1", 1080, 1920 },
	{ 1920, 1080, -180, "1:1", 1920, 1080 },
	{ 720, 576, 0, "64:45", 1024, 576 },
	{ 720, 576, 90, "64:45", 576, 1024 },
	{ 100, 100, 0, "1:2", 100, 200 },
	{ 161, 121, 0, "1:1", 160, 120 },
	{ 1, 1, 0, "1:1", 2, 2 },
	{ 16384, 2, 0, "1:1", 16384, 2 },
	{ 64, 64, 0, "65535:1", 64, 64 },
	{ 1920, 1080, 0, "1281:1280", 1920, 1080 },
	{ 1920, 1080, 0, "1280:1281", 1920, 1080 },
	{ 1920, 1080, 0, "205:204", 1930, 1080 },
};

static const struct {
	int64_t angle;                  /* ffprobe's */
	const char *matrix;
	int64_t rotation, askew;
	bool mirrored, reshaped;
} turns[] = {
	{ 0, "", 0, 0, false, false },
	{ 0, "\n00000000:        65536           0           0\n00000001:            0       65536           0\n00000002:            0", 0, 0, false, false },
	{ 0, "\n00000000:        65536           0           0\n00000001:            0      -65536           0\n00000002:            0", 0, 0, true, true },
	{ -180, "\n00000000:       -65536           0           0\n00000001:            0       65536           0\n00000002:     20971520", 180, 0, true, true },
	{ -180, "\n00000000:       -65536           0           0\n00000001:            0      -65536           0\n00000002:     20971520", 180, 0, false, true },
	{ -90, "\n00000000:            0       65536           0\n00000001:       -65536           0           0\n00000002:            0", 90, 0, false, true },
	{ -9, "\n00000000:        64539       11377           0\n00000001:       -11377       64539           0\n00000002:            0", 0, 9, false, true },
	{ -59, "\n00000000:        32768       56754           0\n00000001:       -56754       32768           0\n00000002:            0", 0, 59, false, true },
	{ 89, "", 270, 0, false, true },
	{ 91, "", 270, 0, false, true },
	{ 1, "", 0, 0, false, false },
	{ 45, "", 0, 315, false, true },
	{ 0, "\n00000000: what", 0, 0, false, false },
};

static void tells_turned_pictures_from_mirrored_and_askew_ones(void **state)
{
	for (size_t i = 0; i < sizeof turns / sizeof *turns; i++) {
		struct stream_row s = { VIDEO, .rotation = turns[i].angle };
		struct refusal refusal;
		struct facts facts;

		strcpy(s.matrix, turns[i].matrix);
		assert_true(facts_of(&s, 1, &facts, &refusal));
		assert_int_equal(facts.picture.rotation, turns[i].rotation);
		assert_int_equal(facts.picture.askew, turns[i].askew);
		assert_int_equal(facts.picture.mirrored, turns[i].mirrored);
		assert_int_equal(facts.picture.reshaped, turns[i].reshaped);
		assert_int_equal(facts.picture.width, turns[i].rotation % 180 == 0 ? 1920 : 1080);
	}
}

static void shows_pictures_upright_with_square_pixels(void **state)
{
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct stream_row s = { VIDEO };
		struct refusal refusal;
		struct facts facts;

		s.width = sizes[i].width;
		s.height = sizes[i].height;
		s.rotation = sizes[i].rotation;
		strcpy(s.sar, sizes[i].sar);
		assert_true(facts_of(&s, 1, &facts, &refusal));
		assert_int_equal(facts.picture.width, sizes[i].shown_width);
		assert_int_equal(facts.picture.height, sizes[i].shown_height);
	}
}

static void a_field_is_half_as_high_as_its_picture(void **state)
{
	struct stream_row s = { VIDEO };
	struct probe probe = { .format = "mpegts", .streams = &s, .stream_count = 1,
			       .measured = { .known = true, .pictures = 50, .flagged = 50, .top_first = 50 } };
	struct refusal refusal;
	struct facts facts;

	assert_true(facts_from_probe(&probe, &conf, &facts, &refusal));
	assert_int_equal(facts.picture.height, 1080);
	assert_true(facts.picture.interlaced);
	s.height = 540;
	strcpy(s.codec, "hevc");
	assert_true(facts_from_probe(&probe, &conf, &facts, &refusal));
	assert_int_equal(facts.picture.height, 1080);
	assert_false(facts.picture.interlaced);
	s.height = 1080;                /* a whole picture, whatever it is flagged as */
	assert_true(facts_from_probe(&probe, &conf, &facts, &refusal));
	assert_int_equal(facts.picture.height, 1080);
	assert_true(facts.picture.interlaced);
	s.height = 540;
	probe.measured.flagged = 0;
	assert_true(facts_from_probe(&probe, &conf, &facts, &refusal));
	assert_int_equal(facts.picture.height, 540);
}

/* A pattern that looks a little like fields. */
static void of_many_pictures_none_is_two_fields(void **state)
{
	struct stream_row s = { VIDEO, .r_frame_rate = "25/1" };
	struct probe probe = { .format = "mov,mp4", .duration = 10, .streams = &s, .stream_count = 1,
			       .measured = { .known = true, .pictures = 50, .top_first = 38, .progressive = 12, .combs = { 720, 1000, 80, 89, 150, 547 } } };
	struct refusal refusal;
	struct facts facts;

	assert_true(facts_from_probe(&probe, &conf, &facts, &refusal));
	assert_true(facts.picture.fields_unsure);
	strcpy(s.r_frame_rate, "50/1");
	assert_true(facts_from_probe(&probe, &conf, &facts, &refusal));
	assert_false(facts.picture.fields_unsure);
}

static void passes_over_what_is_no_track(void **state)
{
	struct stream_row streams[] = {
		{ VIDEO, .index = 0, .attached_pic = true },
		{ .index = 1, .type = "data" },
		{ VIDEO, .index = 2 },
		{ VIDEO, .index = 3 },
		{ VIDEO, .index = 4 },
		{ AUDIO, .index = 5 },
		{ AUDIO, .index = 6 },
		{ AUDIO, .index = 7 },
		{ AUDIO, .index = 8, .is_default = true },
	};
	struct refusal refusal;
	struct facts facts;

	streams[2].width = 0;
	strcpy(streams[3].codec, "magicyuv");
	streams[5].channels = 0;
	strcpy(streams[6].codec, "ac4");
	assert_true(facts_of(streams, 9, &facts, &refusal));
	assert_int_equal(facts.picture.index, 4);
	assert_int_equal(facts.sound.tracks[0].index, 8);
	streams[8].is_default = false;
	assert_true(facts_of(streams, 9, &facts, &refusal));
	assert_int_equal(facts.sound.tracks[0].index, 7);
}

/* A radio station before a television one, whose sound and text is shared by a third; what is of no program is everybody's. */
static void hears_what_belongs_to_the_picture(void **state)
{
	struct stream_row streams[] = {
		{ AUDIO, .index = 0, .programs = 1, .is_default = true }, { VIDEO, .index = 1, .programs = 2 }, { AUDIO, .index = 2, .programs = 6 },
		{ .type = "subtitle", .codec = "webvtt", .index = 3, .programs = 4 }, { AUDIO, .index = 4 },
	};
	struct refusal refusal;
	struct facts facts;

	assert_true(facts_of(streams, 5, &facts, &refusal));
	assert_int_equal(facts.sound.count, 2);
	assert_int_equal(facts.sound.tracks[0].index, 2);
	assert_int_equal(facts.text.count, 0);
	assert_int_equal(facts.source.other_programs, 2);
	assert_true(facts_of(streams, 1, &facts, &refusal));
	assert_int_equal(facts.sound.count, 1);
}

static void shows_what_moves_and_what_the_source_wants(void **state)
{
	static const struct { const char *codecs[3]; int wanted; int64_t index; } cases[] = {
		{ { "h264", "h264", "h264" }, -1, 0 }, { { "h264", "h264", "h264" }, 2, 2 }, { { "mjpeg", "h264", "vp9" }, -1, 1 },
		{ { "mjpeg", "h264", "vp9" }, 0, 1 }, { { "png", "mjpeg", "hevc" }, 1, 2 }, { { "mjpeg", "png", "mjpeg" }, -1, 0 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct stream_row streams[] = { { VIDEO, .index = 0 }, { VIDEO, .index = 1 }, { VIDEO, .index = 2 } };
		struct refusal refusal;
		struct facts facts;

		for (int k = 0; k < 3; k++) {
			strcpy(streams[k].codec, cases[i].codecs[k]);
			streams[k].is_default = k == cases[i].wanted;
		}
		assert_true(facts_of(streams, 3, &facts, &refusal));
		assert_int_equal(facts.picture.index, cases[i].index);
		assert_int_equal(facts.picture.count, 3);
	}
}

static void refuses_with_a_code_and_a_sentence(void **state)
{
	struct stream_row data = { .type = "data" }, large = { VIDEO }, timeless = { VIDEO }, sound = { AUDIO };
	const struct { struct stream_row *stream; const char *code; } cases[] = {
		{ &data, "not_a_video" }, { &large, "picture_too_large" }, { &timeless, "not_a_video" },
	};
	struct refusal refusal;
	struct facts facts;

	large.width = 60000;
	strcpy(timeless.time_base, "0/0");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_false(facts_of(cases[i].stream, 1, &facts, &refusal));
		assert_string_equal(refusal.code, cases[i].code);
		assert_true(strlen(refusal.detail) > 10);
	}
	assert_true(facts_of(&sound, 1, &facts, &refusal));
	assert_false(facts.picture.count > 0);
}

static void refuses_sound_of_days(void **state)
{
	struct stream_row sound = { AUDIO };
	const struct probe probe = { .format = "mov", .duration = 1e6, .streams = &sound, .stream_count = 1 };
	struct refusal refusal;
	struct facts facts;

	assert_false(facts_from_probe(&probe, &conf, &facts, &refusal));
	assert_string_equal(refusal.code, "too_long");
}

/* ADTS and MP3 without a count of their packets: 2 s of silence, then 320 kb/s. */
static void a_guessed_length_refuses_nobody(void **state)
{
	struct stream_row sound = { AUDIO };
	const struct probe probe = { .format = "aac", .duration = 1e6, .streams = &sound, .stream_count = 1 };
	struct refusal refusal;
	struct facts facts;

	assert_true(facts_from_probe(&probe, &conf, &facts, &refusal));
	assert_true(facts.source.duration_s <= 3600);
}

/* Of a file that is cut it is what tells how much is missing; of MP4 that is told by how many pictures there are. */
static void a_picture_is_announced_until_its_own_end(void **state)
{
	struct stream_row picture = { VIDEO, .told_s = 6 };
	struct probe probe = { .format = "mxf", .duration = 10, .streams = &picture, .stream_count = 1 };
	struct refusal refusal;
	struct facts facts;

	assert_true(facts_from_probe(&probe, &conf, &facts, &refusal) && facts.picture.announced_s == 6);
	strcpy(probe.format, "matroska,webm");
	assert_true(facts_from_probe(&probe, &conf, &facts, &refusal) && facts.picture.announced_s == 6);
	strcpy(probe.format, "mov,mp4");
	assert_true(facts_from_probe(&probe, &conf, &facts, &refusal) && facts.picture.announced_s == 0);
}

/* MPEG-TS names a track before it begins, FLV does not; what is not found then is told. */
static void what_begins_late_is_looked_for_once_more(void **state)
{
	struct stream_row streams[] = { { VIDEO, .index = 0 }, { AUDIO, .index = 1 } };
	struct probe probe = { .format = "mpegts", .duration = 40, .start_time = 0, .streams = streams, .stream_count = 2 };
	struct refusal refusal;
	struct facts facts;

	streams[1].channels = 0;
	assert_true(facts_from_probe(&probe, &conf, &facts, &refusal) && facts.source.incomplete);
	probe.wide = true;
	assert_true(facts_from_probe(&probe, &conf, &facts, &refusal) && !facts.source.incomplete && !facts.source.wide && facts.sound.empty == 1);
	assert_int_equal(facts.sound.unread, 0);
	streams[1].channels = 2;
	streams[1].start_time = 25;
	assert_true(facts_from_probe(&probe, &conf, &facts, &refusal) && facts.source.wide && facts.sound.count > 0);
	probe = (struct probe){ .format = "flv", .streams = streams, .stream_count = 1 };
	assert_true(facts_from_probe(&probe, &conf, &facts, &refusal) && facts.source.incomplete);
	strcpy(probe.format, "mov,mp4");
	assert_true(facts_from_probe(&probe, &conf, &facts, &refusal) && !facts.source.incomplete);
}

/* Of a track with one sample, or in another container, nothing is known of it. */
static void an_edit_list_of_no_time_shows_all(void **state)
{
	struct stream_row streams[] = { { VIDEO, .nb_frames = 75, .duration = 3 }, { AUDIO, .nb_frames = 140 } };
	struct refusal refusal;
	struct facts facts;

	assert_true(facts_of(streams, 2, &facts, &refusal) && !facts.source.edits_are_void);
	streams[1].duration = 0;
	assert_true(facts_of(streams, 2, &facts, &refusal) && facts.source.edits_are_void);
	streams[1].nb_frames = 1;
	assert_true(facts_of(streams, 2, &facts, &refusal) && !facts.source.edits_are_void);
	streams[0].duration = 0;
	assert_true(facts_of(streams, 1, &facts, &refusal) && facts.source.edits_are_void);
}

/* FLV does not say the size of its pictures, and a decoder that is not ours is not asked for it. */
static void a_picture_without_a_decoder_is_no_sound_alone(void **state)
{
	struct stream_row streams[] = { { AUDIO, .index = 0 }, { .type = "video", .codec = "flashsv", .index = 1 } };
	const struct probe flv = { .format = "flv", .duration = 10, .streams = streams, .stream_count = 2 };
	struct refusal refusal;
	struct facts facts;

	assert_true(facts_of(streams, 2, &facts, &refusal));
	assert_string_equal(facts.picture.unread, "flashsv");
	streams[1].codec[0] = '\0';             /* nor does ffprobe know its name */
	assert_true(facts_of(streams, 2, &facts, &refusal));
	assert_string_equal(facts.picture.unread, "");
	streams[1].width = streams[1].height = 240;
	assert_true(facts_of(streams, 2, &facts, &refusal));
	assert_string_equal(facts.picture.unread, "something unknown");
	streams[1].width = streams[1].height = 0;
	strcpy(streams[1].codec, "h264");
	assert_true(facts_of(streams, 2, &facts, &refusal));
	assert_string_equal(facts.picture.unread, "");
	streams[1].codec[0] = '\0';
	assert_true(facts_from_probe(&flv, &conf, &facts, &refusal));
	assert_string_equal(facts.picture.unread, "something unknown");
}

static void a_stream_without_a_clock_has_a_rate(void **state)
{
	static const struct { const char *said; int64_t num, den; } rates[] = {
		{ "30000/1001", 30000, 1001 }, { "0/0", 25, 1 }, { "1200000/1", 25, 1 }, { "1/100000", 25, 1 },
	};
	struct facts facts;
	struct refusal refusal;

	for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
		struct stream_row s = { VIDEO };
		const struct probe probe = { .format = "h264", .duration = NAN, .start_time = NAN, .streams = &s, .stream_count = 1 };

		strcpy(s.r_frame_rate, rates[i].said);
		assert_true(facts_from_probe(&probe, &conf, &facts, &refusal));
		assert_true(facts_has_no_clock(&facts));
		assert_int_equal(facts.picture.rate_nominal.num, rates[i].num);
		assert_int_equal(facts.picture.rate_nominal.den, rates[i].den);
	}
}

static void knows_hdr_and_interlacing(void **state)
{
	struct stream_row s = { VIDEO, .color_transfer = "smpte2084", .field_order = "tb", .color_range = "pc" };
	struct refusal refusal;
	struct facts facts;

	assert_true(facts_of(&s, 1, &facts, &refusal));
	assert_int_equal(facts.picture.hdr, FACTS_PQ);
	assert_true(facts.picture.interlaced);
	assert_true(facts.picture.full_range);
	strcpy(s.color_transfer, "arib-std-b67");
	strcpy(s.field_order, "progressive");
	assert_true(facts_of(&s, 1, &facts, &refusal));
	assert_int_equal(facts.picture.hdr, FACTS_HLG);
	assert_false(facts.picture.interlaced);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_turned_pictures_from_mirrored_and_askew_ones),
		cmocka_unit_test(shows_pictures_upright_with_square_pixels),
		cmocka_unit_test(a_field_is_half_as_high_as_its_picture),
		cmocka_unit_test(of_many_pictures_none_is_two_fields),
		cmocka_unit_test(passes_over_what_is_no_track),
		cmocka_unit_test(hears_what_belongs_to_the_picture),
		cmocka_unit_test(shows_what_moves_and_what_the_source_wants),
		cmocka_unit_test(refuses_with_a_code_and_a_sentence),
		cmocka_unit_test(refuses_sound_of_days),
		cmocka_unit_test(a_guessed_length_refuses_nobody),
		cmocka_unit_test(what_begins_late_is_looked_for_once_more),
		cmocka_unit_test(an_edit_list_of_no_time_shows_all),
		cmocka_unit_test(a_picture_is_announced_until_its_own_end),
		cmocka_unit_test(a_picture_without_a_decoder_is_no_sound_alone),
		cmocka_unit_test(a_stream_without_a_clock_has_a_rate),
		cmocka_unit_test(knows_hdr_and_interlacing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
