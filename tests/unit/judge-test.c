/*
 * judge-test.c - whose fault was it?
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "encode/judge.h"
#include "encode/telling.h"

static const struct {
	enum task_kind kind;
	enum end_cause cause;
	int exit_code, signal;
	int64_t frames;
	const char *err;
	enum verdict verdict;
	const char *reason;
} ends[] = {
	{ TASK_CHUNK, END_BY_ITSELF, 0, 0, 10, "", VERDICT_OK, "ok" },
	{ TASK_CHUNK, END_BY_ITSELF, 0, 0, 0, "", VERDICT_RETRY, "tool_failed" },
	{ TASK_PROBE, END_BY_ITSELF, 1, 0, 0, "moov atom not found", VERDICT_FAIL, "not_a_video" },
	{ TASK_PROBE, END_BY_ITSELF, 1, 0, 0, "Cannot allocate memory", VERDICT_FAIL, "not_a_video" },
	{ TASK_PROBE, END_BY_ITSELF, 1, 0, 0, "Picture size 9x9 exceeds specified max pixel count 3", VERDICT_FAIL, "picture_too_large" },
	{ TASK_CHUNK, END_BY_ITSELF, 1, 0, 0, "x: No space left on device", VERDICT_MACHINE, "machine_short" },
	{ TASK_CHUNK, END_BY_ITSELF, 1, 0, 9, "av_interleaved_write_frame(): Input/output error", VERDICT_MACHINE, "machine_short" },
	{ TASK_AUDIO, END_BY_ITSELF, 1, 0, 0, "Could not write header for output file #0 (incorrect codec parameters ?): Input/output error",
	  VERDICT_MACHINE, "machine_short" },
	{ TASK_CHUNK, END_BY_ITSELF, 0, 0, 9, "Error closing file file:240p.m4s: No space left on device", VERDICT_MACHINE, "machine_short" },
	{ TASK_CHUNK, END_BY_ITSELF, 0, 0, 9, "Error closing file file:240p.m4s: Input/output error", VERDICT_MACHINE, "machine_short" },
	{ TASK_CHUNK, END_BY_ITSELF, 0, 0, 0, "file:x: Input/output error", VERDICT_RETRY, "tool_failed" },
	{ TASK_ASSEMBLE, END_BY_ITSELF, 1, 0, 0, "clipmill-mux: 240p.mp4: Input/output error", VERDICT_MACHINE, "machine_short" },
	{ TASK_ASSEMBLE, END_BY_ITSELF, 1, 0, 0, "clipmill-mux: 240p.0.m4s: It cannot be read back.", VERDICT_RETRY, "tool_failed" },
	{ TASK_CHUNK, END_BY_ITSELF, 1, 0, 0, "Cannot allocate memory", VERDICT_RETRY, "out_of_memory" },
	{ TASK_CHUNK, END_BY_ITSELF, 1, 0, 0, "[h264 @ 0x1] get_buffer() failed\nCannot determine format of input stream 0:0 after EOF", VERDICT_RETRY, "out_of_memory" },
	{ TASK_CHUNK, END_BY_ITSELF, 1, 0, 0, "x264 [error]: malloc of size 1693312 failed", VERDICT_RETRY, "out_of_memory" },
	{ TASK_CHUNK, END_BY_ITSELF, 1, 0, 0, "Picture size 9000x9000 exceeds specified max pixel count\nget_buffer() failed", VERDICT_FAIL, "picture_too_large" },
	{ TASK_CHUNK, END_BY_ITSELF, 1, 0, 0, "Cannot determine format of input stream 0:0 after EOF", VERDICT_FAIL, "not_decodable" },
	{ TASK_CHUNK, END_BY_ITSELF, 1, 0, 9, "something else", VERDICT_RETRY, "tool_failed" },
	{ TASK_ASSEMBLE, END_BY_ITSELF, 1, 0, 0, "Invalid data found when processing input", VERDICT_RETRY, "tool_failed" },
	{ TASK_CHUNK, END_BY_ITSELF, 69, 0, 0, "", VERDICT_FAIL, "not_decodable" },
	{ TASK_CHUNK, END_BY_ITSELF, 120, 0, 0, "clipmill-jail: no", VERDICT_MACHINE, "jail_failed" },
	{ TASK_CHUNK, END_BY_ITSELF, 124, 0, 0, "", VERDICT_MACHINE, "jail_failed" },
	{ TASK_CHUNK, END_BY_ITSELF, 127, 0, 0, "", VERDICT_MACHINE, "tool_missing" },
	{ TASK_CHUNK, END_BY_ITSELF, 125, 0, 0, "clipmill-jail: /usr/bin/ffmpeg: No such file or directory", VERDICT_MACHINE, "tool_missing" },
	{ TASK_CHUNK, END_BY_ITSELF, 255, 0, 0, "", VERDICT_RETRY, "killed" },
	{ TASK_CHUNK, END_BY_ITSELF, -1, SIGKILL, 0, "", VERDICT_RETRY, "killed" },
	{ TASK_CHUNK, END_BY_ITSELF, -1, SIGSEGV, 0, "", VERDICT_RETRY, "crashed" },
	{ TASK_CHUNK, END_BY_ITSELF, -1, SIGABRT, 0, "", VERDICT_RETRY, "crashed" },
	{ TASK_CHUNK, END_BY_ITSELF, -1, SIGBUS, 0, "", VERDICT_RETRY, "crashed" },
	{ TASK_ASSEMBLE, END_BY_ITSELF, -1, SIGBUS, 0, "", VERDICT_MACHINE, "storage_error" },
	{ TASK_CHUNK, END_BY_ITSELF, -1, SIGXFSZ, 0, "", VERDICT_FAIL, "too_large" },
	{ TASK_CHUNK, END_STALLED, -1, SIGKILL, 0, "", VERDICT_RETRY, "stalled" },
	{ TASK_CHUNK, END_WALL, -1, SIGKILL, 0, "", VERDICT_RETRY, "took_too_long" },
	{ TASK_SCAN, END_TOO_MANY, 0, 0, 0, "", VERDICT_FAIL, "too_many_pictures" },
	{ TASK_AUDIO, END_TOO_LONG, -1, SIGKILL, 0, "", VERDICT_FAIL, "too_long" },
};

static void classes_every_end(void **state)
{
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		const struct task_exit ended = {
			.exit_code = ends[i].exit_code, .signal = ends[i].signal, .frames = ends[i].frames, .stderr_tail = ends[i].err,
		};
		struct judgement j;

		judge_exit(ends[i].kind, &ended, ends[i].cause, &j);
		assert_string_equal(j.reason, ends[i].reason);
		assert_int_equal(j.verdict, ends[i].verdict);
	}
}

static void a_machine_without_memory_is_no_fault_of_a_video(void **state)
{
	const struct task_exit ended = { .exit_code = -1, .signal = SIGKILL, .memory_short = true, .stderr_tail = "" };
	struct judgement j;

	judge_exit(TASK_CHUNK, &ended, END_BY_ITSELF, &j);
	assert_string_equal(j.reason, "machine_short");
	assert_int_equal(j.verdict, VERDICT_MACHINE);
	judge_exit(TASK_CHUNK, &ended, END_STALLED, &j);
	assert_string_equal(j.reason, "stalled");
}

static void tells_the_line_that_matters_without_our_paths(void **state)
{
	const struct task_exit ended = {
		.exit_code = 1,
		.stderr_tail = "[mov @ 0x5] [x @ 0x6] error reading header at\x1b[31m byte 7\nfile:/srv/store/source/ab: Conversion failed!\n",
	};
	struct judgement j;

	judge_exit(TASK_PROBE, &ended, END_BY_ITSELF, &j);
	assert_string_equal(j.detail, "The file could not be read as a video: error reading header at[31m byte 7.");
}

static void tells_how_it_ended_where_it_said_nothing(void **state)
{
	const struct task_exit ended = { .exit_code = 1, .stderr_tail = "" };
	struct judgement j;

	judge_exit(TASK_CHUNK, &ended, END_BY_ITSELF, &j);
	assert_string_equal(j.detail, "The work ended with exit status 1.");
}

static void tells_which_program_is_missing(void **state)
{
	static char said[] = "clipmill-jail: /usr/libexec/clipmill/clipmill-mux: No such file or directory\n";
	struct task_exit ended = { .exit_code = 125, .stderr_tail = said };
	struct judgement j;

	judge_exit(TASK_ASSEMBLE, &ended, END_BY_ITSELF, &j);
	assert_string_equal(j.detail, "A program could not be started: /usr/libexec/clipmill/clipmill-mux: No such file or directory.");
	ended.stderr_tail = NULL;
	judge_exit(TASK_ASSEMBLE, &ended, END_BY_ITSELF, &j);
	assert_string_equal(j.detail, "A program could not be started.");
}

/* The tool's last line is not always the one that helps. */
static void tells_what_can_be_done_about_it(void **state)
{
	static const struct { const char *says, *detail; } cases[] = {
		{ "[mov @ 0x5] moov atom not found\nx: Invalid data found when processing input\n",
		  "The file ends before its index (moov): it was cut off, or its recording never ended." },
		{ "[h264 @ 0x5] Format not on whitelist 'mov'\nx: Invalid argument\n",
		  "Files of this kind are not read by this server: MP4, Matroska and many others are." },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct task_exit ended = { .exit_code = 1, .stderr_tail = (char *)(uintptr_t)cases[i].says };
		struct judgement j;

		judge_exit(TASK_PROBE, &ended, END_BY_ITSELF, &j);
		assert_string_equal(j.reason, "not_a_video");
		assert_string_equal(j.detail, cases[i].detail);
	}
}

static void what_we_keep_from_a_decoder_is_no_damage(void **state)
{
	assert_int_equal(telling_complaints(""), 0);
	assert_true(telling_is_cut("[mov,mp4 @ 0x5] stream 0, offset 0x4221d: partial file\n") && !telling_is_cut("[h264 @ 0x5] error\n"));
	assert_true(telling_is_cut("[matroska,webm @ 0x5] File ended prematurely\n") && !telling_is_cut(""));
	assert_int_equal(telling_complaints("[h264 @ 0x5] error while decoding MB 3 4\n[h264 @ 0x5] concealing"), 2);
	assert_int_equal(telling_complaints("[g722 @ 0x5] Codec (g722) not on whitelist 'h264'\n    Last message repeated 1 times\n"
					    "[null @ 0x6] Application provided invalid, non monotonically increasing dts\n"), 0);
	assert_int_equal(telling_complaints("[h264 @ 0x5] error\n    Last message repeated 1 times\n"), 2);
	assert_int_equal(telling_complaints("[h264 @ 0x5] illegal short term buffer state detected\n    Last message repeated 1 times\n"
					    "[h264 @ 0x5] mmco: unref short failure\n[h264 @ 0x5] error while decoding MB 3 4\n"), 1);
	assert_int_equal(telling_complaints("[matroska,webm @ 0x5] File ended prematurely\n"), 0);
	assert_int_equal(telling_complaints("[NULL @ 0x5] reference count 1 overflow\n    Last message repeated 1 times\n"), 0);
}

/* A chunk of many is made anew in one, but not what would be too large again. */
static void replans_once_what_may_go_better_then(void **state)
{
	static char why[] = "why", copy[] = "copy", video[] = "-c:v", any[] = "-c", *argv[] = { video, copy }, *along[] = { any, copy };
	const struct judgement failed = { .verdict = VERDICT_FAIL, .reason = "not_decodable" };
	const struct judgement large = { .verdict = VERDICT_FAIL, .reason = "too_large" };
	const struct { struct task task; bool may; } cases[] = {
		{ { .kind = TASK_CHUNK }, true }, { { .kind = TASK_CHUNK, .single = why }, false }, { { .kind = TASK_CHUNK, .alone = true }, false },
		{ { .kind = TASK_CHUNK, .alone = true, .argv = { argv, 2 } }, true }, { { .kind = TASK_AUDIO }, false },
		{ { .kind = TASK_AUDIO, .argv = { argv, 2 } }, true }, { { .kind = TASK_AUDIO, .argv = { along, 2 } }, false }, { { .kind = TASK_ASSEMBLE, .alone = true }, true }, { { .kind = TASK_PROBE }, false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(judge_may_replan(&cases[i].task, &failed), cases[i].may);
		assert_false(judge_may_replan(&cases[i].task, &large));
	}
}

static struct fragment fragments[] = {
	{ .size = 10, .decode_time = 0, .duration = 90000, .samples = 25, .starts_sync = true },
	{ .size = 10, .decode_time = 90000, .duration = 90000, .samples = 25, .starts_sync = true },
};

static struct fragmented video(void)
{
	return (struct fragmented){
		.timescale = 90000, .is_video = true, .width = 64, .height = 48, .fragments = fragments, .count = 2, .samples = 50,
		.duration = 180000,
	};
}

static void takes_a_piece_that_is_as_planned_and_no_other(void **state)
{
	const struct plan_rendition planned = { .width = 64, .height = 48, .rate_num = 25, .rate_den = 1 }, sound = { .kind = RENDITION_AUDIO, .channels = 2 };
	const struct task task = { .frames_planned = 50 };
	struct progress progress = { .frame = 50 };
	struct fragmented file = video();
	struct judgement j;

	assert_true(judge_piece(&file, &planned, &task, &progress, &j));
	assert_false(judge_piece(&file, &sound, &task, &progress, &j));
	progress.frame = 51;
	assert_false(judge_piece(&file, &planned, &task, &progress, &j));
	progress.frame = 50;
	file.width = 62;
	assert_false(judge_piece(&file, &planned, &task, &progress, &j));
	file = video();
	fragments[1].decode_time++;
	assert_false(judge_piece(&file, &planned, &task, &progress, &j));
	assert_string_equal(j.reason, "bad_output");
	fragments[1].decode_time--;
	fragments[1].starts_sync = false;
	assert_false(judge_piece(&file, &planned, &task, &progress, &j));
	fragments[1].starts_sync = true;
}

static void a_piece_may_lack_frames_that_did_not_decode(void **state)
{
	const struct plan_rendition planned = { .width = 64, .height = 48 };
	const struct task most = { .frames_planned = 60, .alone = true }, least = { .frames_planned = 40, .alone = true };
	const struct progress progress = { .frame = 50 };
	struct fragmented file = video();
	struct judgement j;

	assert_true(judge_piece(&file, &planned, &most, &progress, &j));
	assert_false(judge_piece(&file, &planned, &least, &progress, &j));
	assert_int_equal(j.verdict, VERDICT_RETRY);
}

static void one_of_many_pieces_must_be_whole(void **state)
{
	const struct plan_rendition planned = { .width = 64, .height = 48, .rate_num = 25, .rate_den = 1 };
	struct plan_rendition slower = planned;
	struct task task = { .frames_planned = 50 };
	const struct progress progress = { .frame = 50 };
	struct fragmented file = video();
	struct judgement j;

	assert_true(judge_piece(&file, &planned, &task, &progress, &j));
	slower.rate_num = 24;
	assert_false(judge_piece(&file, &slower, &task, &progress, &j));
	assert_int_equal(j.verdict, VERDICT_REPLAN);
	task.frames_planned = 51;
	assert_false(judge_piece(&file, &planned, &task, &progress, &j));
	assert_int_equal(j.verdict, VERDICT_REPLAN);
	assert_string_equal(j.reason, "frames_missing");
}

static void a_sound_is_as_long_as_its_packets(void **state)
{
	const struct plan_rendition aac = { .kind = RENDITION_AUDIO, .channels = 2, .codec = "aac" };
	const struct plan_rendition opus = { .kind = RENDITION_AUDIO, .channels = 2, .codec = "opus" };
	const struct task task = { .seq = 0 };
	const struct progress progress = { .frame = 0 };
	struct fragment fragment = { .duration = 384000, .samples = 375, .starts_sync = true };
	struct fragmented file = { .timescale = 48000, .channels = 2, .fragments = &fragment, .count = 1, .samples = 375, .duration = 384000 };
	struct judgement j;

	assert_true(judge_piece(&file, &aac, &task, &progress, &j));
	file.samples = 562;
	assert_false(judge_piece(&file, &aac, &task, &progress, &j));
	assert_int_equal(j.verdict, VERDICT_FAIL);
	assert_string_equal(j.reason, "sound_uneven");
	assert_string_equal(j.detail, "The sound that came out is 4.0 s too long for its time.");
	file.samples = 300;
	assert_false(judge_piece(&file, &aac, &task, &progress, &j));
	file.samples = 400;
	assert_true(judge_piece(&file, &opus, &task, &progress, &j));
	fragment.decode_time = 648;
	assert_true(judge_piece(&file, &opus, &task, &progress, &j));
	fragment.decode_time = 48000;
	assert_false(judge_piece(&file, &opus, &task, &progress, &j));
	assert_string_equal(j.reason, "sound_uneven");
}

static void compares_a_movie_with_its_pieces(void **state)
{
	struct piece piece = { .frames = 50, .duration_us = 2000000 };
	const struct rendition_row row = { .pieces = &piece, .piece_count = 1 };
	struct fragmented movie = video();
	struct judgement j;

	assert_true(judge_movie(&movie, &row, &j));
	movie.samples--;
	assert_false(judge_movie(&movie, &row, &j));
	movie.samples++;
	movie.duration += movie.timescale / 1000;
	assert_false(judge_movie(&movie, &row, &j));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_every_end),
		cmocka_unit_test(a_machine_without_memory_is_no_fault_of_a_video),
		cmocka_unit_test(tells_the_line_that_matters_without_our_paths),
		cmocka_unit_test(tells_how_it_ended_where_it_said_nothing),
		cmocka_unit_test(tells_which_program_is_missing),
		cmocka_unit_test(tells_what_can_be_done_about_it),
		cmocka_unit_test(replans_once_what_may_go_better_then),
		cmocka_unit_test(what_we_keep_from_a_decoder_is_no_damage),
		cmocka_unit_test(takes_a_piece_that_is_as_planned_and_no_other),
		cmocka_unit_test(a_piece_may_lack_frames_that_did_not_decode),
		cmocka_unit_test(one_of_many_pieces_must_be_whole),
		cmocka_unit_test(a_sound_is_as_long_as_its_packets),
		cmocka_unit_test(compares_a_movie_with_its_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
