/*
 * sound-test.c - which sounds, texts and small pictures a video gets, and what they are called.
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

#include "encode/language.h"
#include "encode/opus.h"
#include "encode/picture.h"
#include "encode/plan.h"
#include "encode/sniff.h"
#include "encode/sound.h"
#include "encode/sound_graph.h"
#include "encode/text.h"
#include "encode/tracks.h"

static char ffmpeg[] = "/usr/bin/ffmpeg";
static const struct conf conf = { .ffmpeg = ffmpeg, .ffprobe = ffmpeg, .mux = ffmpeg, .duration_max_ms = 43200000 };
static const struct profile stereo = { .segment_ms = 4000, .audio_kbps = 128 };
static const struct profile surround = { .segment_ms = 4000, .audio_kbps = 128, .surround_kbps = 384 };

static void plan_of(const struct facts *facts, const struct profile *profile, struct plan *plan)
{
	const struct plan_input input = {
		.conf = &conf, .facts = facts, .profile = profile, .source = "/s/source/x", .media = "/s/media/x", .threads = 1, .edition = 1,
	};
	struct refusal refusal;

	assert_true(plan_make(&input, plan, &refusal));
}

/* "audio de Kino 2* | ...": name, language, label, channels, and a star for what is played unless another is chosen. */
static void describe(const struct plan *plan, struct buf *out)
{
	for (size_t i = 0; i < plan->rendition_count; i++) {
		const struct plan_rendition *r = &plan->renditions[i];

		buf_printf(out, "%s%s [%s] %s", i > 0 ? " | " : "", r->name, r->language, r->label);
		if (r->channels > 0)
			buf_printf(out, " %d", (int)r->channels);
		buf_puts(out, r->is_default ? "*" : "");
	}
}

static bool decided(const struct plan *plan, const char *code)
{
	for (size_t i = 0; i < plan->decision_count; i++)
		if (strcmp(plan->decisions[i].code, code) == 0)
			return true;
	return false;
}

static bool says(const struct strings *argv, const char *text)
{
	for (size_t i = 0; i < argv->count; i++)
		if (strstr(argv->items[i], text) != NULL)
			return true;
	return false;
}

static void expect(const struct facts *facts, const struct profile *profile, const char *expected)
{
	struct buf text = BUF_INIT;
	struct plan plan;

	plan_of(facts, profile, &plan);
	describe(&plan, &text);
	assert_string_equal(buf_text(&text), expected);
	buf_fini(&text);
	plan_fini(&plan);
}

static void names_every_sound_once(void **state)
{
	const struct facts facts = {
		.source.duration_s = 10, .picture.cover = -1,
		.sound = { .start_s = 0, .count = 5, .tracks = {
			{ .index = 2, .channels = 6, .language = "de", .title = "Kino \"5.1\"\n<b>" },
			{ .index = 1, .channels = 2, .language = "en" },
			{ .index = 3, .channels = 2, .language = "en", .commentary = true },
			{ .index = 4, .channels = 1 },
			{ .index = 5, .channels = 2, .language = "en" },
		} },
	};

	expect(&facts, &stereo, "audio [de] Kino '5.1' b 2* | audio-en [en] English 2 | audio-en-2 [en] English (commentary) 2 | "
	       "audio-2 [] Audio 1 | audio-en-3 [en] English 2 2");
	expect(&facts, &surround, "audio [de] Kino '5.1' b 2* | audio-de-51 [de] Kino '5.1' b 5.1 6 | audio-en [en] English 2 | "
	       "audio-en-2 [en] English (commentary) 2 | audio-2 [] Audio 1 | audio-en-3 [en] English 2 2");
}

static void keeps_as_many_sounds_as_players_list(void **state)
{
	struct facts facts = { .sound = { .start_s = 0, .count = 30 }, .source.duration_s = 10, .picture.cover = -1 };
	struct plan plan;

	for (size_t i = 0; i < facts.sound.count; i++)
		facts.sound.tracks[i] = (struct track){ .index = (int64_t)i, .channels = 2 };
	plan_of(&facts, &stereo, &plan);
	assert_int_equal(plan.rendition_count, 8);
	assert_int_equal(plan.task_count, 9);
	assert_int_equal(plan.tasks[7].seq, 7);
	assert_true(decided(&plan, "sounds_left_out"));
	assert_true(decided(&plan, "main_sound"));
	plan_fini(&plan);
}

/* Eight sounds, 24 texts: of each something is told. */
static void tells_what_became_of_every_track(void **state)
{
	struct facts facts = { .sound = { .start_s = 0, .count = 8 }, .text.count = 24, .source.duration_s = 10, .picture.cover = -1 };
	size_t mixed = 0, kept = 0, texts = 0;
	struct plan plan;

	for (size_t i = 0; i < facts.sound.count; i++)
		facts.sound.tracks[i] = (struct track){ .index = (int64_t)i, .channels = 6 };
	for (size_t i = 0; i < facts.text.count; i++)
		facts.text.tracks[i] = (struct track){ .index = 8 + (int64_t)i, .codec = "subrip" };
	plan_of(&facts, &surround, &plan);
	for (size_t i = 0; i < plan.decision_count; i++) {
		mixed += strcmp(plan.decisions[i].code, "downmixed") == 0;
		kept += strcmp(plan.decisions[i].code, "surround_kept") == 0;
		texts += strcmp(plan.decisions[i].code, "text_kept") == 0;
	}
	assert_int_equal(mixed, 8);
	assert_int_equal(kept, 8);
	assert_int_equal(texts, 24);
	plan_fini(&plan);
}

static void mixes_down_with_headroom(void **state)
{
	const struct track six = { .index = 1, .channels = 6 }, two = { .index = 1, .channels = 2 };
	struct sound_shape shape = { .channels = 2, .packet = 1024, .zero_s = 1.5, .reach_s = 60, .least_s = 10 };
	struct buf out = BUF_INIT;

	sound_graph(&six, &shape, &out);
	assert_non_null(strstr(buf_text(&out), "rematrix_volume=0.7071"));
	assert_non_null(strstr(buf_text(&out), "asetpts=PTS-(1.500000000)/TB,aresample=48000,"));
	assert_non_null(strstr(buf_text(&out), "channel_layouts=stereo,"));
	buf_reset(&out);
	shape.channels = 6;
	sound_graph(&six, &shape, &out);
	assert_null(strstr(buf_text(&out), "rematrix"));
	assert_non_null(strstr(buf_text(&out), "channel_layouts=5.1,"));
	buf_reset(&out);
	shape.channels = 2;
	sound_graph(&two, &shape, &out);
	assert_null(strstr(buf_text(&out), "rematrix"));
	buf_fini(&out);
}

static void no_channel_gets_more_than_encoders_take(void **state)
{
	const struct profile rich = { .segment_ms = 4000, .audio_codec = "opus", .audio_kbps = 512, .surround_kbps = 1024 };
	const struct facts facts = {
		.sound = { .start_s = 0, .count = 3,
			.tracks = { { .index = 0, .channels = 1 }, { .index = 1, .channels = 2 }, { .index = 2, .channels = 6 } }
			},
		.source.duration_s = 10, .picture.cover = -1,
	};
	struct plan plan;

	plan_of(&facts, &rich, &plan);
	for (size_t i = 0; i < plan.rendition_count; i++)
		assert_int_equal(plan.renditions[i].max_kbps, plan.renditions[i].channels == 1 ? 256 : plan.renditions[i].channels == 2 ? 512 : 1024);
	assert_true(plan.rendition_count >= 3);
	plan_fini(&plan);
}

/* What counts from a graph's own beginning would count anew where ffmpeg makes it anew. */
static void a_graph_that_is_made_anew_goes_on(void **state)
{
	const struct track two = { .index = 1, .channels = 2 };
	struct sound_shape shape = { .channels = 2, .packet = 1024, .reach_s = 60, .least_s = 10 };
	struct buf out = BUF_INIT;

	sound_graph(&two, &shape, &out);
	assert_null(strstr(buf_text(&out), "first_pts"));
	assert_null(strstr(buf_text(&out), "whole_dur"));
	assert_non_null(strstr(buf_text(&out), "max(-1,1024*floor((PTS*0.048-2880000)/1024))"));
	assert_non_null(strstr(buf_text(&out), "asetpts=PTS+round(479998/0.048)[e];"));
	assert_non_null(strstr(buf_text(&out), "[b][s][e][q]ainterleave=nb_inputs=4,"));
	buf_reset(&out);
	shape.least_s = 0;
	sound_graph(&two, &shape, &out);
	assert_non_null(strstr(buf_text(&out), "[b][s]ainterleave=nb_inputs=2,"));
	buf_fini(&out);
}

static double longest_s(const struct facts *facts)
{
	struct plan plan;
	double longest = 0;

	plan_of(facts, &stereo, &plan);
	for (size_t i = 0; i + 1 < plan.tasks[0].argv.count; i++)
		if (strcmp(plan.tasks[0].argv.items[i], "-t") == 0)
			longest = strtod(plan.tasks[0].argv.items[i + 1], NULL);
	plan_fini(&plan);
	return longest;
}

static void a_guessed_length_cuts_nothing_off(void **state)
{
	struct facts facts = {
		.sound = { .start_s = 0, .count = 1, .tracks = { { .index = 0, .channels = 2 } } },
		.source = { .duration_s = 10, .container = "flac" }, .picture.cover = -1,
	};

	assert_true(longest_s(&facts) < 16);
	strcpy(facts.source.container, "aac");
	assert_true(longest_s(&facts) > 43200);
	strcpy(facts.source.container, "mp3");
	assert_true(longest_s(&facts) > 43200);
	assert_true(sound_is_cut_off(&conf, longest_s(&facts)));
	assert_false(sound_is_cut_off(&conf, 43230));
}

/* Seconds of a sound that should come, by its length and its begin. */
static void what_should_be_heard_is_counted(void **state)
{
	static const struct {
		const char *container;
		double start_s, duration_s;
		int64_t due;
	} cases[] = {
		{ "mov,mp4", 0, 10.9, 10 }, { "mov,mp4", 5.5, 12, 7 }, { "mov,mp4", NAN, 10, 10 }, { "mov,mp4", 2, 0, 11 },
		{ "mpegts", 2, 12, 11 }, { "matroska,webm", 0, 10, 1 },
		{ "mov,mp4", 0, 0.3, 1 }, { "mp3", 0, 10, 1 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct facts facts = {
			.sound = { .start_s = 0, .count = 1,
				.tracks = { { .index = 0, .channels = 2, .start_s = cases[i].start_s, .duration_s = cases[i].duration_s } }
				},
			.source = { .start_s = 1, .duration_s = 12 }, .picture.cover = -1,
		};
		struct plan plan;

		strcpy(facts.source.container, cases[i].container);
		plan_of(&facts, &stereo, &plan);
		assert_int_equal(plan.tasks[0].frames_planned, cases[i].due);
		assert_true(says(&plan.tasks[0].argv, "/TB[n];[t]atrim=start_pts=0"));
		plan_fini(&plan);
	}
}

/* Recordings that were joined: both are heard, and what the file claims is the length of one. */
static void a_recording_whose_clock_starts_anew_is_whole(void **state)
{
	const struct facts facts = {
		.sound = { .start_s = 1.5, .count = 1,
			.tracks = { { .index = 0, .channels = 2, .timebase = { 1, 90000 }, .duration_s = 20 } } },
		.source = { .start_s = 1.4, .duration_s = 20, .container = "mpegts" }, .picture.cover = -1,
	};
	struct plan_input input = {
		.conf = &conf, .facts = &facts, .profile = &stereo, .source = "/s/source/x", .media = "/s/media/x", .threads = 1, .edition = 1,
	};
	struct refusal refusal;
	struct scan scan;
	struct plan plan;
	char row[64];

	scan_init(&scan);
	for (int part = 0; part < 2; part++)
		for (int n = 0; n < 100; n++)
			scan_feed(&scan, row, (size_t)snprintf(row, sizeof row, "%d,%d,1,0,K_\n", 135000 + n * 2000, 135000 + n * 2000));
	scan_end(&scan);
	input.scan = &scan;
	assert_true(plan_make(&input, &plan, &refusal));
	assert_true(decided(&plan, "spliced"));
	for (size_t i = 0; i < plan.tasks[0].argv.count; i++)
		assert_string_not_equal(plan.tasks[0].argv.items[i], "-copyts");
	assert_true(says(&plan.tasks[0].argv, "asetpts=PTS-(0.100000000)/TB") && says(&plan.tasks[0].argv, "43260.000000"));
	plan_fini(&plan);
	scan_fini(&scan);
}

static void keeps_texts_and_names_what_it_leaves_out(void **state)
{
	const struct facts facts = {
		.source.duration_s = 10, .picture.cover = -1,
		.sound = { .start_s = 10, .count = 1, .tracks = { { .index = 0, .channels = 2 } } },
		.text = { .bitmaps = 2, .count = 3, .tracks = {
			{ .index = 3, .codec = "subrip", .language = "fr" },
			{ .index = 4, .codec = "ass", .language = "fr", .hearing_impaired = true },
			{ .index = 5, .codec = "mov_text" },
		} },
	};
	struct plan plan;

	expect(&facts, &stereo, "audio [] Audio 2* | text-fr [fr] French | text-fr-2 [fr] French (for the hard of hearing) | text [] Subtitles");
	plan_of(&facts, &stereo, &plan);
	assert_true(decided(&plan, "bitmaps_left_out"));
	assert_int_equal(plan.tasks[2].kind, TASK_SUBTITLE);
	assert_int_equal(plan.tasks[2].seq, 2);
	assert_string_equal(plan.tasks[2].argv.items[plan.tasks[2].argv.count - 1], "file:text-fr-2.vtt");
	assert_int_equal(plan.tasks[4].needs_count, 4);
	plan_fini(&plan);
}

/* "Käse" in Windows-1252 among cues without such letters; where others have them in UTF-8, it is damage. */
static void a_text_that_is_no_utf8_is_read_once_more(void **state)
{
	static const char lost[] = "[subrip @ 0x1] Invalid UTF-8 in decoded subtitles text; maybe missing -sub_charenc option\n";
	struct strings argv = STRINGS_INIT, again = STRINGS_INIT, never = STRINGS_INIT;
	struct buf plain = BUF_INIT, told = BUF_INIT;

	strings_add_all(&argv, (const char *const[]){ "ffmpeg", "-i", "file:x", NULL });
	buf_puts(&plain, "WEBVTT\n\nBread\n");
	buf_puts(&told, "WEBVTT\n\nK\xc3\xa4se\n");
	assert_true(text_is_legacy(&plain, lost, &argv, &again) && text_reads_legacy(&again));
	assert_string_equal(again.items[1], "-sub_charenc");
	assert_string_equal(again.items[3], "-i");
	assert_false(text_is_legacy(&plain, "", &argv, &never) || text_is_legacy(&told, lost, &argv, &never) || text_is_legacy(&plain, lost, &again, &never));
	strings_fini(&argv);
	strings_fini(&again);
	buf_fini(&plain);
	buf_fini(&told);
}

static void a_cover_becomes_the_poster(void **state)
{
	const struct facts facts = {
		.sound = { .start_s = 0, .count = 1, .tracks = { { .index = 0, .channels = 2 } } }, .source.duration_s = 10,
		.picture.cover = 1,
	};
	struct plan plan;

	plan_of(&facts, &stereo, &plan);
	assert_int_equal(plan.tasks[1].kind, TASK_POSTER);
	assert_true(decided(&plan, "cover"));
	plan_fini(&plan);
}

/* With neither seek nor keyframes; a second time there is nothing more to try. */
static void a_poster_that_shows_nothing_is_made_of_all_pictures(void **state)
{
	struct strings argv = STRINGS_INIT, again = STRINGS_INIT, never = STRINGS_INIT;

	strings_add_all(&argv, (const char *const[]){ "ffmpeg", "-skip_frame", "nokey", "-ss", "0.900000", "-i", "file:x", NULL });
	assert_true(picture_again(&argv, &again));
	assert_int_equal(again.count, 3);
	assert_string_equal(again.items[1], "-i");
	assert_false(picture_again(&again, &never));
	strings_fini(&argv);
	strings_fini(&again);
	strings_fini(&never);
}

/* Playlists ----------------------------------------------------------------------------------- */

static struct piece piece = { .peak_bps = 128000, .size_bytes = 16000, .duration_us = 1000000 };
static struct piece louder = { .peak_bps = 384000, .size_bytes = 48000, .duration_us = 1000000 };
static struct rendition_row rows[] = {
	{ .planned = { .name = "audio", .kind = RENDITION_AUDIO, .channels = 2, .label = "Deutsch", .language = "de", .is_default = true },
	  .codecs = "mp4a.40.2", .pieces = &piece, .piece_count = 1 },
	{ .planned = { .name = "audio-51", .kind = RENDITION_AUDIO, .channels = 6, .label = "Deutsch 5.1", .language = "de" },
	  .codecs = "mp4a.40.2", .pieces = &louder, .piece_count = 1 },
	{ .planned = { .name = "text-en", .kind = RENDITION_TEXT, .label = "English", .language = "en" }, .codecs = "wvtt",
	  .pieces = &piece, .piece_count = 1 },
	{ .planned = { .name = "text-fr", .kind = RENDITION_TEXT, .label = "French", .language = "fr" } },
};

static void lists_sounds_texts_and_captions(void **state)
{
	const struct renditions list = { .rows = rows, .count = 4, .captions = true };
	struct buf out = BUF_INIT;

	tracks_media(&list, false, &out);
	assert_string_equal(buf_text(&out),
		"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Deutsch\",LANGUAGE=\"de\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\","
		"URI=\"audio.m3u8\"\n"
		"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Deutsch 5.1\",LANGUAGE=\"de\",DEFAULT=NO,AUTOSELECT=NO,CHANNELS=\"6\","
		"URI=\"audio-51.m3u8\"\n"
		"#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"text\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=NO,AUTOSELECT=YES,"
		"URI=\"text-en.m3u8\"\n"
		"#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"captions\",NAME=\"Captions\",DEFAULT=NO,AUTOSELECT=YES,INSTREAM-ID=\"CC1\"\n");
	buf_reset(&out);
	tracks_attributes(&list, false, &out);
	tracks_codecs(&list, false, &out);
	assert_string_equal(buf_text(&out), ",AUDIO=\"audio\",SUBTITLES=\"text\",CLOSED-CAPTIONS=\"captions\",mp4a.40.2");
	assert_true(tracks_is_listed(&list, &rows[1], RENDITION_AUDIO, false));
	buf_fini(&out);
}

static void roles_are_told(void **state)
{
	static struct rendition_row special[] = {
		{ .planned = { .name = "audio", .kind = RENDITION_AUDIO, .channels = 2, .is_default = true }, .pieces = &piece, .piece_count = 1 },
		{ .planned = { .name = "a-2", .kind = RENDITION_AUDIO, .channels = 2, .label = "Talk", .role = ROLE_COMMENTARY },
		  .pieces = &piece, .piece_count = 1 },
		{ .planned = { .name = "a-3", .kind = RENDITION_AUDIO, .channels = 2, .label = "Told", .role = ROLE_DESCRIPTION },
		  .pieces = &piece, .piece_count = 1 },
		{ .planned = { .name = "t-1", .kind = RENDITION_TEXT, .label = "Signs", .role = ROLE_FORCED, .is_default = true },
		  .pieces = &piece, .piece_count = 1 },
		{ .planned = { .name = "t-2", .kind = RENDITION_TEXT, .label = "SDH", .role = ROLE_CAPTIONS }, .pieces = &piece, .piece_count = 1 },
	};
	const struct renditions list = { .rows = special, .count = 5 };
	struct buf out = BUF_INIT;

	tracks_media(&list, false, &out);
	assert_non_null(strstr(buf_text(&out), "NAME=\"Talk\",DEFAULT=NO,AUTOSELECT=NO,CHANNELS=\"2\",URI"));
	assert_non_null(strstr(buf_text(&out), "NAME=\"Told\",DEFAULT=NO,AUTOSELECT=YES,CHANNELS=\"2\","
			       "CHARACTERISTICS=\"public.accessibility.describes-video\",URI"));
	assert_non_null(strstr(buf_text(&out), "NAME=\"Signs\",DEFAULT=YES,AUTOSELECT=YES,FORCED=YES,URI"));
	assert_non_null(strstr(buf_text(&out), "NAME=\"SDH\",DEFAULT=NO,AUTOSELECT=YES,CHARACTERISTICS=\"public.accessibility."
			       "transcribes-spoken-dialog,public.accessibility.describes-music-and-sound\",URI"));
	buf_fini(&out);
}

static void an_early_list_has_the_main_sound_only(void **state)
{
	const struct renditions list = { .rows = rows, .count = 4, .captions = true };
	struct buf out = BUF_INIT;

	tracks_media(&list, true, &out);
	tracks_attributes(&list, true, &out);
	assert_string_equal(buf_text(&out),
		"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Deutsch\",LANGUAGE=\"de\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\","
		"URI=\"audio-early.m3u8\"\n,AUDIO=\"audio\"");
	assert_false(tracks_is_listed(&list, &rows[1], RENDITION_AUDIO, true));
	buf_fini(&out);
}

/* Small things -------------------------------------------------------------------------------- */

static void knows_languages(void **state)
{
	static const struct { const char *said, *tag, *name; } cases[] = {
		{ "ger", "de", "German" }, { "deu", "de", "German" }, { "de", "de", "German" }, { "ENG", "en", "English" },
		{ "und", "", NULL }, { "", "", NULL }, { "en-US", "en-US", "English" }, { "pt_BR", "pt-BR", "Portuguese" },
		{ "gsw", "gsw", NULL }, { "e", "", NULL }, { "english", "", NULL }, { "en\"x", "", NULL }, { "zh-<script>", "zh", "Chinese" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char tag[16];

		language_tag(cases[i].said, tag);
		assert_string_equal(tag, cases[i].tag);
		if (cases[i].name == NULL)
			assert_null(language_name(tag));
		else
			assert_string_equal(language_name(tag), cases[i].name);
	}
}

static void lays_out_storyboards(void **state)
{
	static const struct { int64_t duration_ms, count, columns, rows; double every_s; } cases[] = {
		{ 0, 1, 1, 1, 1 }, { 100, 1, 1, 1, 1 }, { 6000, 6, 6, 1, 1 }, { 6001, 7, 7, 1, 1 }, { 100000, 100, 10, 10, 1 },
		{ 3600000, 100, 10, 10, 36 }, { 10500, 11, 10, 2, 1 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct storyboard board = storyboard_of(cases[i].duration_ms);

		assert_int_equal(board.count, cases[i].count);
		assert_int_equal(board.columns, cases[i].columns);
		assert_int_equal(board.rows, cases[i].rows);
		assert_true(fabs(board.every_s - cases[i].every_s) < 1e-9);
	}
}

static void lists_storyboards(void **state)
{
	const struct storyboard board = storyboard_of(10500);
	struct buf out = BUF_INIT;

	storyboard_list(&board, "e2-storyboard.jpg", 1600, 180, &out);
	assert_non_null(strstr(buf_text(&out), "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\ne2-storyboard.jpg#xywh=0,0,160,90\n"));
	assert_non_null(strstr(buf_text(&out), "\n00:00:09.000 --> 00:00:10.000\ne2-storyboard.jpg#xywh=1440,0,160,90\n"));
	assert_non_null(strstr(buf_text(&out), "\n00:00:10.000 --> 00:00:10.500\ne2-storyboard.jpg#xywh=0,90,160,90\n"));
	buf_fini(&out);
}

static void reads_the_size_of_a_jpeg(void **state)
{
	uint8_t jpeg[200] = { 0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 0, 90, 6, 64 };
	int64_t width, height;

	assert_false(picture_size(jpeg, sizeof jpeg, &width, &height));
	jpeg[198] = 0xff;
	jpeg[199] = 0xd9;
	assert_true(picture_size(jpeg, sizeof jpeg, &width, &height));
	assert_int_equal(width, 1600);
	assert_int_equal(height, 90);
	assert_false(picture_size(jpeg, 4, &width, &height));
	assert_false(picture_size(NULL, 0, &width, &height));
	jpeg[3] = 0xe0;
	jpeg[4] = 0xff;
	assert_false(picture_size(jpeg, sizeof jpeg, &width, &height));
}

/* A box around what was put since `from`. */
static void close_box(struct buf *b, size_t from, const char *type)
{
	size_t len = b->len - from + 8;
	const uint8_t head[8] = {
		0, 0, (uint8_t)(len >> 8), (uint8_t)len, (uint8_t)type[0], (uint8_t)type[1], (uint8_t)type[2], (uint8_t)type[3],
	};

	buf_put(b, head, 8);
	memmove(b->data + from + 8, b->data + from, b->len - from - 8);
	memcpy(b->data + from, head, 8);
}

static void opus_has_nothing_to_skip(void **state)
{
	static const char *const around[] = { "stbl", "minf", "mdia", "trak", "moov" };
	static const uint8_t dops[11] = { 0, 2, 1, 0x38, 0, 0, 0xbb, 0x80 }, zeros[28] = { 0 };
	struct buf b = BUF_INIT;

	buf_put(&b, zeros, 8);
	buf_put(&b, zeros, 28);
	buf_put(&b, dops, sizeof dops);
	close_box(&b, 36, "dOps");
	close_box(&b, 8, "Opus");
	close_box(&b, 0, "stsd");
	for (size_t i = 0; i < 5; i++)
		close_box(&b, 0, around[i]);
	for (size_t len = 0; len < b.len; len++)
		opus_begin_at_once((uint8_t *)b.data, len);
	assert_int_equal(b.data[b.len - 9], 1);
	assert_int_equal(b.data[b.len - 8], 0x38);
	opus_begin_at_once((uint8_t *)b.data, b.len);
	assert_int_equal(b.data[b.len - 9], 0);
	assert_int_equal(b.data[b.len - 8], 0);
	assert_int_equal(b.data[b.len - 10], 2);
	buf_fini(&b);
}

static void knows_what_is_no_video(void **state)
{
	assert_string_equal(sniff((const uint8_t *)"\x89PNG\r\n\x1a\n....", 12), "a PNG picture");
	assert_string_equal(sniff((const uint8_t *)"RIFF....WEBPVP8 ", 16), "a WebP picture");
	assert_null(sniff((const uint8_t *)"RIFF....AVI LIST", 16));
	assert_null(sniff((const uint8_t *)"....ftypisom....", 16));
	assert_null(sniff((const uint8_t *)"\x89PNG", 4));
	assert_null(sniff(NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_every_sound_once),
		cmocka_unit_test(keeps_as_many_sounds_as_players_list),
		cmocka_unit_test(tells_what_became_of_every_track),
		cmocka_unit_test(mixes_down_with_headroom),
		cmocka_unit_test(no_channel_gets_more_than_encoders_take),
		cmocka_unit_test(a_graph_that_is_made_anew_goes_on),
		cmocka_unit_test(a_guessed_length_cuts_nothing_off),
		cmocka_unit_test(what_should_be_heard_is_counted),
		cmocka_unit_test(a_recording_whose_clock_starts_anew_is_whole),
		cmocka_unit_test(keeps_texts_and_names_what_it_leaves_out),
		cmocka_unit_test(a_text_that_is_no_utf8_is_read_once_more),
		cmocka_unit_test(a_cover_becomes_the_poster),
		cmocka_unit_test(a_poster_that_shows_nothing_is_made_of_all_pictures),
		cmocka_unit_test(lists_sounds_texts_and_captions),
		cmocka_unit_test(roles_are_told),
		cmocka_unit_test(an_early_list_has_the_main_sound_only),
		cmocka_unit_test(knows_languages),
		cmocka_unit_test(lays_out_storyboards),
		cmocka_unit_test(lists_storyboards),
		cmocka_unit_test(reads_the_size_of_a_jpeg),
		cmocka_unit_test(opus_has_nothing_to_skip),
		cmocka_unit_test(knows_what_is_no_video),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
