/*
 * store-test.c - the rules of the tables, through the calls that the other rooms use.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/file.h"
#include "base/id.h"
#include "store/discard.h"
#include "store/early.h"
#include "store/plan_store.h"
#include "store/probe.h"
#include "store/task.h"
#include "store/upload.h"
#include "store/video.h"
#include "store/worker.h"

struct fixture {
	char dir[64];
	struct db *db;
	char worker[ID_LEN + 1];
	char video[ID_LEN + 1];
};

static const struct task_exit well = { .exit_code = 0, .user_ms = 12, .sys_ms = 3, .max_rss_kb = 900, .stderr_tail = "" };

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	char error[256];

	strcpy(f->dir, "/tmp/clipmill-store-XXXXXX");
	if (mkdtemp(f->dir) == NULL || db_init(f->dir, error, sizeof error) < 0)
		return -1;
	f->db = db_open(f->dir, DB_QUICK, error, sizeof error);
	id_new(f->worker);
	id_new(f->video);
	*state = f;
	return f->db == NULL || worker_begin(f->db, f->worker, 1, "here", 1, "{}") != DB_OK ? -1 : 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	int result;

	db_close(f->db);
	result = file_remove_tree(-1, f->dir);
	free(f);
	return result;
}

/* What an operator types; false where it is refused. */
static bool may_type(struct fixture *f, const char *statement)
{
	char path[96];
	sqlite3 *hand;
	int code;

	snprintf(path, sizeof path, "%s/clipmill.db", f->dir);
	assert_int_equal(sqlite3_open(path, &hand), SQLITE_OK);
	code = sqlite3_exec(hand, statement, NULL, NULL, NULL);
	sqlite3_close(hand);
	return code == SQLITE_OK;
}

static void by_hand(struct fixture *f, const char *statement)
{
	assert_true(may_type(f, statement));
}

/* What an operator reads in the first row's first column. */
static void assert_reads(struct fixture *f, const char *query, const char *text)
{
	char path[96];
	sqlite3_stmt *stmt;
	sqlite3 *hand;

	snprintf(path, sizeof path, "%s/clipmill.db", f->dir);
	assert_int_equal(sqlite3_open(path, &hand), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(hand, query, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	assert_string_equal(sqlite3_column_text(stmt, 0), text);
	sqlite3_finalize(stmt);
	sqlite3_close(hand);
}

static void add_video(struct fixture *f, const char *id, int64_t priority)
{
	const struct upload_done done = {
		.id = id, .filename = "a.mp4", .title = "", .owner = "", .profile = "default", .priority = priority, .size_bytes = 10,
		.sha256 = "known: it is not computed",
	};

	assert_int_equal(upload_begin(f->db, id, f->worker, "a.mp4", 10), DB_OK);
	assert_int_equal(upload_complete(f->db, &done), DB_OK);
}

static void assert_state(struct fixture *f, const char *id, const char *state)
{
	struct video_page page;

	assert_int_equal(video_page(f->db, id, &page), DB_OK);
	assert_string_equal(page.state, state);
	video_page_fini(&page);
}

static void an_upload_becomes_a_queued_video_with_a_probe(void **state)
{
	struct fixture *f = *state;
	struct task task;

	add_video(f, f->video, 0);
	assert_false(upload_needs_file(f->db, f->video));
	assert_state(f, f->video, "queued");
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
	assert_int_equal(task.kind, TASK_PROBE);
	assert_string_equal(task.video, f->video);
	assert_int_equal(task.attempt, 1);
	assert_state(f, f->video, "probing");
	task_fini(&task);
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_NONE);
}

/* What ffprobe would never say, but one that was taken over might. */
static void a_probe_that_is_no_json_is_refused_and_what_is_absurd_in_it_is_passed_over(void **state)
{
	static const char *const broken[] = { "", "nothing", "{\"streams\":[{\"index\":0" };
	struct fixture *f = *state;
	struct probe probe;

	add_video(f, f->video, 0);
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
		assert_int_equal(probe_save(f->db, f->video, broken[i], PROBE_HEAD), DB_REFUSED);
	assert_int_equal(probe_save(f->db, f->video, "{\"format\":7,\"streams\":[7,\"x\",[],null,{\"index\":4,\"width\":4611686018427387904,"
		"\"height\":-5,\"side_data_list\":[\"x\",{\"displaymatrix\":\"m\",\"rotation\":-90}],\"tags\":\"x\"}]}", PROBE_HEAD), DB_OK);
	assert_int_equal(probe_read(f->db, f->video, &probe), DB_OK);
	assert_int_equal(probe.stream_count, 1);
	assert_int_equal(probe.streams[0].index, 4);
	assert_int_equal(probe.streams[0].width, 0);
	assert_int_equal(probe.streams[0].rotation, -90);
	assert_string_equal(probe.streams[0].matrix, "m");
	probe_fini(&probe);
}

static void the_higher_priority_is_claimed_first(void **state)
{
	struct fixture *f = *state;
	char urgent[ID_LEN + 1];
	struct task task;

	id_new(urgent);
	add_video(f, f->video, 0);
	add_video(f, urgent, 5);
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
	assert_string_equal(task.video, urgent);
	task_fini(&task);
}

/* Else a library that is encoded again goes before whoever comes meanwhile. */
static void what_is_encoded_again_waits_since_then_and_not_since_it_came(void **state)
{
	struct fixture *f = *state;
	char other[ID_LEN + 1];
	struct task task;

	add_video(f, f->video, 0);
	by_hand(f, "DELETE FROM task; UPDATE video SET state = 'publishing', created_ms = created_ms - 86400000; "
		"INSERT INTO rendition (video, place, name, kind, file) SELECT id, 0, '240p', 'video', '240p.mp4' FROM video; "
		"UPDATE video SET state = 'ready', published = 1; UPDATE video SET state = 'queued', edition = 2; "
		"INSERT INTO task (video, edition, kind) SELECT id, 2, 'poster' FROM video");
	id_new(other);
	add_video(f, other, 0);
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
	assert_string_equal(task.video, other);
	task_fini(&task);
}

static void a_cancelled_video_revokes_its_running_task(void **state)
{
	struct fixture *f = *state;
	struct task task;

	add_video(f, f->video, 0);
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
	assert_true(task_is_ours(f->db, &task));
	assert_int_equal(video_cancel(f->db, f->video), DB_OK);
	assert_false(task_is_ours(f->db, &task));
	assert_int_equal(task_progress(f->db, &task, 0.5, 1, 1), DB_NONE);
	assert_int_equal(plan_tasks(f->db, &task, &well, &(struct plan){ 0 }), DB_NONE);
	assert_int_equal(task_stopped(f->db, &task, &well), DB_OK);
	assert_state(f, f->video, "cancelled");
	task_fini(&task);
}

static void a_late_attempt_cannot_touch_the_next_one(void **state)
{
	struct fixture *f = *state;
	struct task first, second;

	add_video(f, f->video, 0);
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &first), DB_OK);
	assert_int_equal(video_cancel(f->db, f->video), DB_OK);
	assert_int_equal(video_retry(f->db, f->video), DB_OK);
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &second), DB_OK);
	assert_int_equal(second.attempt, 2);
	assert_false(task_is_ours(f->db, &first));
	assert_int_equal(task_failed(f->db, &first, &well, "late", "late"), DB_NONE);
	assert_true(task_is_ours(f->db, &second));
	task_fini(&first);
	task_fini(&second);
}

static void a_ready_or_running_video_refuses_illegal_moves_in_plain_words(void **state)
{
	struct fixture *f = *state;

	add_video(f, f->video, 0);
	assert_int_equal(video_cancel(f->db, f->video), DB_OK);
	assert_int_equal(video_fail(f->db, f->video, "x", "y"), DB_REFUSED);
	assert_non_null(strstr(db_message(f->db), "a cancelled video can be retried"));
	assert_int_equal(video_retry(f->db, "AAAAAAAAAAAAAAAAAAAAAA"), DB_NONE);
}

static void a_dead_worker_gives_its_tasks_back_once(void **state)
{
	struct fixture *f = *state;
	char heir[ID_LEN + 1];
	struct task task;

	id_new(heir);
	assert_int_equal(worker_begin(f->db, heir, 2, "here", 1, "{}"), DB_OK);
	add_video(f, f->video, 0);
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
	task_fini(&task);
	assert_int_equal(worker_bury(f->db, f->worker), DB_OK);
	assert_int_equal(worker_bury(f->db, f->worker), DB_NONE);
	assert_int_equal(task_claim(f->db, heir, 0, INT64_MAX, &task), DB_OK);
	assert_int_equal(task.attempt, 2);
	assert_int_equal(task.failures, 0);
	task_fini(&task);
}

static void join(struct fixture *f, char worker[ID_LEN + 1])
{
	id_new(worker);
	assert_int_equal(worker_begin(f->db, worker, 2, "here", 1, "{}"), DB_OK);
}

/* A responder claims the next task, if there is one, and dies; returns whether there was one. */
static bool die_with_the_next(struct fixture *f)
{
	char worker[ID_LEN + 1];
	struct task task;
	bool claimed;

	join(f, worker);
	claimed = task_claim(f->db, worker, 0, INT64_MAX, &task) == DB_OK;
	if (claimed)
		task_fini(&task);
	assert_int_equal(worker_bury(f->db, worker), DB_OK);
	return claimed;
}

static void a_task_that_kills_is_given_up_though_another_died_before(void **state)
{
	struct fixture *f = *state;
	int deaths = 0;

	assert_int_equal(worker_bury(f->db, f->worker), DB_OK);
	usleep(2000); /* rows know milliseconds */
	add_video(f, f->video, 0);
	while (deaths < 40 && die_with_the_next(f)) {
		deaths++;
		usleep(2000);
	}
	assert_int_equal(deaths, 6);
	assert_state(f, f->video, "failed");
}

/* Each third responder that dies had nothing to do: the others did not die of what they did. */
static void nobody_is_blamed_where_something_else_kills(void **state)
{
	struct fixture *f = *state;
	char idle[ID_LEN + 1];

	assert_int_equal(worker_bury(f->db, f->worker), DB_OK);
	add_video(f, f->video, 0);
	for (int deaths = 0; deaths < 16; deaths++) {
		if (deaths % 2 == 0) {
			join(f, idle);
			assert_int_equal(worker_bury(f->db, idle), DB_OK);
		}
		usleep(2000);
		assert_true(die_with_the_next(f));
		usleep(2000);
	}
	assert_state(f, f->video, "probing");
}

static void two_videos_that_kill_are_both_given_up(void **state)
{
	struct fixture *f = *state;
	char other[ID_LEN + 1], a[ID_LEN + 1], b[ID_LEN + 1];
	struct task first, second;
	int rounds = 0;

	id_new(other);
	add_video(f, f->video, 0);
	add_video(f, other, 0);
	for (; rounds < 40; rounds++) {
		join(f, a);
		join(f, b);
		if (task_claim(f->db, a, 0, INT64_MAX, &first) != DB_OK)
			break;
		task_fini(&first);
		if (task_claim(f->db, b, 0, INT64_MAX, &second) == DB_OK)
			task_fini(&second);
		assert_int_equal(worker_bury(f->db, a), DB_OK);
		usleep(2000);
		assert_int_equal(worker_bury(f->db, b), DB_OK);
		usleep(2000);
	}
	assert_in_range(rounds, 5, 20);
	assert_state(f, f->video, "failed");
	assert_state(f, other, "failed");
}

static void a_digest_that_kills_ends_and_its_video_goes_on(void **state)
{
	struct fixture *f = *state;
	struct task task;

	add_video(f, f->video, 0);
	by_hand(f, "INSERT INTO task (video, kind, deaths) SELECT id, 'digest', 19 FROM video");
	for (int n = 0; n < 2; n++) {
		assert_int_equal(task_claim(f->db, f->worker, n, INT64_MAX, &task), DB_OK);
		task_fini(&task);
	}
	assert_int_equal(worker_bury(f->db, f->worker), DB_OK);
	assert_reads(f, "SELECT state || ' ' || reason FROM task WHERE kind = 'digest'", "done killed_worker");
	assert_reads(f, "SELECT state FROM task WHERE kind = 'probe'", "queued");
	assert_state(f, f->video, "probing");
}

static void where_the_next_must_run_alone_a_busy_worker_claims_nothing(void **state)
{
	struct fixture *f = *state;
	char bad[ID_LEN + 1];
	struct task task;

	id_new(bad);
	add_video(f, bad, 1);
	assert_true(die_with_the_next(f));
	usleep(2000);
	assert_true(die_with_the_next(f));
	add_video(f, f->video, 0);
	assert_int_equal(task_claim(f->db, f->worker, 1, INT64_MAX, &task), DB_NONE);
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
	assert_string_equal(task.video, bad);
	assert_int_equal(task.crashes, TASK_CRASHES_ALONE);
	task_fini(&task);
}

static void who_is_not_alive_claims_nothing(void **state)
{
	struct fixture *f = *state;
	struct task task;

	add_video(f, f->video, 0);
	assert_int_equal(worker_end(f->db, f->worker), DB_OK);
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_NONE);
}

static void who_has_no_slots_is_no_hope_for_a_task_that_waits(void **state)
{
	struct fixture *f = *state;
	char front[ID_LEN + 1];

	add_video(f, f->video, 0);
	id_new(front);
	assert_int_equal(worker_begin(f->db, front, 2, "here", 0, "{}"), DB_OK);
	assert_reads(f, "SELECT why FROM task_why", "waits for a free slot");
	by_hand(f, "UPDATE worker SET trouble = 'no ffmpeg' WHERE slots > 0");
	assert_reads(f, "SELECT why FROM task_why", "no worker can work: no ffmpeg");
	by_hand(f, "UPDATE worker SET paused = 1 WHERE slots > 0");
	assert_reads(f, "SELECT why FROM task_why", "all workers are paused");
	by_hand(f, "UPDATE worker SET slots = 0");
	assert_reads(f, "SELECT why FROM task_why", "no worker has a slot");
}

static void half_uploads_of_the_dead_are_found(void **state)
{
	struct fixture *f = *state;
	char orphan[ID_LEN + 1] = "";

	assert_int_equal(upload_begin(f->db, f->video, f->worker, "a", -1), DB_OK);
	assert_int_equal(upload_orphan(f->db, orphan), DB_NONE);
	assert_int_equal(worker_bury(f->db, f->worker), DB_OK);
	assert_int_equal(upload_orphan(f->db, orphan), DB_OK);
	assert_string_equal(orphan, f->video);
	assert_int_equal(upload_orphan(f->db, orphan), DB_NONE);
}

static void a_retry_waits_and_counts(void **state)
{
	struct fixture *f = *state;
	struct task task;

	add_video(f, f->video, 0);
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
	assert_int_equal(task_retry(f->db, &task, &well, "crashed", 60000), DB_OK);
	task_fini(&task);
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_NONE);
}

/* As often as it may be before anybody doubts that it was the machine. */
static void put_off_often(struct fixture *f)
{
	struct task task;

	for (int i = 0; i < 8; i++) {
		by_hand(f, "UPDATE task SET not_before_ms = 0");
		assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
		assert_false(task_fails_alone(f->db, &task));
		assert_int_equal(task_put_off(f->db, &task, &well, "jail_failed"), DB_OK);
		task_fini(&task);
	}
}

static void a_task_that_is_put_off_waits_longer_each_time_and_is_blamed_when_others_go_well(void **state)
{
	struct fixture *f = *state;
	char other[ID_LEN + 1];
	struct task task, well_done;

	id_new(other);
	add_video(f, f->video, 0);
	put_off_often(f);
	by_hand(f, "UPDATE task SET not_before_ms = not_before_ms - 290000");
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_NONE);
	by_hand(f, "UPDATE task SET not_before_ms = not_before_ms - 10000");
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
	assert_false(task_fails_alone(f->db, &task));
	usleep(2000); /* rows know milliseconds */
	add_video(f, other, 0);
	assert_int_equal(task_claim(f->db, f->worker, 1, INT64_MAX, &well_done), DB_OK);
	assert_int_equal(task_done(f->db, &well_done, &well), DB_OK);
	assert_true(task_fails_alone(f->db, &task));
	assert_int_equal(task.failures, 0);
	task_fini(&task);
	task_fini(&well_done);
}

static void what_is_retried_by_hand_was_never_put_off(void **state)
{
	struct fixture *f = *state;
	struct task task, well_done;
	char other[ID_LEN + 1];

	id_new(other);
	add_video(f, f->video, 0);
	put_off_often(f);
	assert_int_equal(video_cancel(f->db, f->video), DB_OK);
	assert_int_equal(video_retry(f->db, f->video), DB_OK);
	by_hand(f, "UPDATE task SET put_offs = put_offs + 7, put_off_ms = 0");
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
	add_video(f, other, 0);
	assert_int_equal(task_claim(f->db, f->worker, 1, INT64_MAX, &well_done), DB_OK);
	assert_int_equal(task_done(f->db, &well_done, &well), DB_OK);
	assert_false(task_fails_alone(f->db, &task));
	task_fini(&task);
	task_fini(&well_done);
}

static void a_failed_task_fails_its_video_with_the_reason(void **state)
{
	struct fixture *f = *state;
	struct video_page page;
	struct task task;

	add_video(f, f->video, 0);
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
	assert_int_equal(task_failed(f->db, &task, &well, "not_a_video", "It is a text."), DB_OK);
	assert_int_equal(video_page(f->db, f->video, &page), DB_OK);
	assert_string_equal(page.state, "failed");
	assert_string_equal(page.reason, "not_a_video");
	assert_string_equal(page.detail, "It is a text.");
	video_page_fini(&page);
	task_fini(&task);
}

/* Ends the probe of f->video with a plan of two tasks, the second waiting. */
static void write_plan(struct fixture *f)
{
	struct plan_task tasks[2] = {
		{ .kind = TASK_AUDIO }, { .kind = TASK_ASSEMBLE, .needs_first = 0, .needs_count = 1 },
	};
	struct plan plan = { .tasks = tasks, .task_count = 2, .rendition_count = 1, .duration_ms = 1000 };
	struct task task;

	strcpy(plan.renditions[0].name, "audio");
	plan.renditions[0].kind = RENDITION_AUDIO;
	plan.renditions[0].max_kbps = 96;
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
	assert_int_equal(plan_write(f->db, &task, &well, &plan), DB_OK);
	task_fini(&task);
}

/* Ends the sound of that plan with its piece. */
static void write_piece(struct fixture *f, const char *file)
{
	char words[] = "EXTINF";
	struct piece piece = { .rendition = "audio", .frames = 10, .duration_us = 5, .playlist = words, .codecs = "mp4a.40.2" };
	struct task task;

	strcpy(piece.file, file);
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
	assert_int_equal(task.kind, TASK_AUDIO);
	assert_int_equal(task.caps_bytes, 12000);
	assert_int_equal(plan_pieces(f->db, &task, &well, &piece, 1, &(const struct lost){ 0 }, NULL), DB_OK);
	task_fini(&task);
}

static void an_edition_that_fails_keeps_its_own_pieces_for_a_retry(void **state)
{
	struct fixture *f = *state;
	struct discard discard;
	struct early early;
	struct task task;

	add_video(f, f->video, 0);
	write_plan(f);
	write_piece(f, "audio-0000.m4s");
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
	assert_int_equal(early_playable(f->db, &task), DB_OK);
	assert_int_equal(task_replan(f->db, &task, &well, "bad_output", "why"), DB_OK);
	task_fini(&task);
	write_plan(f);
	write_piece(f, "e2-audio-0000.m4s");
	by_hand(f, "UPDATE discard SET after_ms = 0");
	assert_int_equal(discard_due(f->db, &discard), DB_NONE);
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
	assert_int_equal(task_failed(f->db, &task, &well, "bad_output", "why"), DB_OK);
	assert_int_equal(discard_due(f->db, &discard), DB_NONE);
	by_hand(f, "UPDATE discard SET after_ms = 0");
	assert_int_equal(discard_due(f->db, &discard), DB_OK);
	assert_string_equal(discard.file, "audio-0000.m4s");
	assert_int_equal(discard_forget(f->db, &discard), DB_OK);
	assert_int_equal(discard_due(f->db, &discard), DB_NONE);
	assert_int_equal(early_read(f->db, &task, &early), DB_OK);
	assert_false(early.playable);
	task_fini(&task);
}

static void what_cannot_be_removed_lets_others_go_first(void **state)
{
	struct fixture *f = *state;
	struct task task = { .edition = 1 };
	struct discard discard;

	add_video(f, f->video, 0);
	strcpy(task.video, f->video);
	assert_int_equal(discard_add(f->db, task.video, "stuck", -1000), DB_OK);
	assert_int_equal(discard_add(f->db, task.video, "other", 0), DB_OK);
	assert_int_equal(discard_due(f->db, &discard), DB_OK);
	assert_string_equal(discard.file, "stuck");
	assert_int_equal(discard_put_off(f->db, &discard), DB_OK);
	assert_int_equal(discard_due(f->db, &discard), DB_OK);
	assert_string_equal(discard.file, "other");
	assert_int_equal(discard_forget(f->db, &discard), DB_OK);
	by_hand(f, "UPDATE discard SET after_ms = after_ms - 60000");
	assert_int_equal(discard_due(f->db, &discard), DB_OK);
	assert_int_equal(discard_put_off(f->db, &discard), DB_OK);
	by_hand(f, "UPDATE discard SET after_ms = after_ms - 60000");
	assert_int_equal(discard_due(f->db, &discard), DB_NONE);
}

static void assemble_waits_for_all_that_it_needs(void **state)
{
	struct fixture *f = *state;
	const struct published file = { .rendition = "audio", .file = "audio.mp4", .size_bytes = 5, .frames = 10 };
	struct task task;

	add_video(f, f->video, 0);
	write_plan(f);
	write_piece(f, "audio-0000.m4s");
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
	assert_int_equal(task.kind, TASK_ASSEMBLE);
	assert_int_equal(plan_publish(f->db, &task, &well, &file, 1, NULL), DB_OK);
	assert_state(f, f->video, "ready");
	assert_int_equal(video_cancel(f->db, f->video), DB_REFUSED);
	task_fini(&task);
}

static void what_waits_for_a_task_waits_for_what_that_adds(void **state)
{
	static const enum task_kind order[] = { TASK_SCAN, TASK_SCAN, TASK_ASSEMBLE };
	struct fixture *f = *state;
	struct plan_task first[] = { { .kind = TASK_SCAN, .seq = 1 }, { .kind = TASK_ASSEMBLE, .needs_count = 1 } }, added = { .kind = TASK_SCAN, .seq = 4 };
	struct plan plan = { .tasks = first, .task_count = 2 };
	struct task task;

	add_video(f, f->video, 0);
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
	assert_int_equal(plan_tasks(f->db, &task, &well, &plan), DB_OK);
	task_fini(&task);
	for (size_t i = 0; i < 3; i++) {
		plan = (struct plan){ .tasks = &added, .task_count = i == 0 };
		assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
		assert_int_equal(task.kind, order[i]);
		if (i < 2)
			assert_int_equal(plan_tasks(f->db, &task, &well, &plan), DB_OK);
		task_fini(&task);
	}
}

static void a_deleted_video_goes_when_its_child_is_gone(void **state)
{
	struct fixture *f = *state;
	char id[ID_LEN + 1];
	struct task task;

	add_video(f, f->video, 0);
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, &task), DB_OK);
	assert_int_equal(video_delete(f->db, f->video), DB_OK);
	assert_int_equal(video_doomed(f->db, "", id), DB_NONE);
	assert_int_equal(task_stopped(f->db, &task, &well), DB_OK);
	assert_int_equal(video_doomed(f->db, "", id), DB_OK);
	assert_false(may_type(f, "DELETE FROM video"));
	assert_int_equal(video_remove(f->db, id), DB_OK);
	assert_false(video_exists(f->db, f->video));
	task_fini(&task);
}

static void a_deleted_video_that_cannot_be_removed_is_passed_by(void **state)
{
	struct fixture *f = *state;
	char other[ID_LEN + 1], first[ID_LEN + 1], second[ID_LEN + 1], third[ID_LEN + 1];

	id_new(other);
	add_video(f, f->video, 0);
	add_video(f, other, 0);
	assert_int_equal(video_delete(f->db, f->video), DB_OK);
	assert_int_equal(video_delete(f->db, other), DB_OK);
	assert_int_equal(video_doomed(f->db, "", first), DB_OK);
	assert_int_equal(video_doomed(f->db, first, second), DB_OK);
	assert_string_not_equal(first, second);
	assert_int_equal(video_doomed(f->db, second, third), DB_NONE);
}

static void a_patch_names_the_member_that_is_wrong(void **state)
{
	static const struct { const char *json; const char *words; } table[] = {
		{ "[]", "JSON object" }, { "{", "JSON object" }, { "{\"title\":1}", "title" }, { "{\"priority\":\"x\"}", "priority" },
		{ "{\"priority\":1.5}", "priority" }, { "{\"priority\":101}", "priority" }, { "{\"state\":\"ready\"}", "state" },
	};
	struct fixture *f = *state;
	struct buf keep = BUF_INIT;
	struct video_patch patch;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_int_equal(video_patch_parse(f->db, table[i].json, &patch, &keep), DB_REFUSED);
		assert_non_null(strstr(db_message(f->db), table[i].words));
	}
	assert_int_equal(video_patch_parse(f->db, "{\"title\":\"t\",\"priority\":-3}", &patch, &keep), DB_OK);
	assert_string_equal(patch.title, "t");
	assert_int_equal(patch.priority, -3);
	buf_fini(&keep);
}

static void a_list_is_paged_without_gaps_or_doubles(void **state)
{
	struct fixture *f = *state;
	struct video_list list = { .limit = 2 };
	char id[ID_LEN + 1], cursor[64] = "";
	int seen = 0;

	for (int i = 0; i < 5; i++) {
		id_new(id);
		add_video(f, id, 0);
	}
	for (int pages = 0; pages < 4; pages++) {
		struct buf out = BUF_INIT;
		const char *next;

		assert_int_equal(video_list_json(f->db, &list, &out), DB_OK);
		for (const char *at = out.data; (at = strstr(at, "\"id\":")) != NULL; at++)
			seen++;
		next = strstr(out.data, "],\"next\":\"");
		if (next != NULL)
			sscanf(next, "],\"next\":\"%63[^\"]", cursor);
		list.before = cursor;
		buf_fini(&out);
		if (next == NULL)
			break;
	}
	assert_int_equal(seen, 5);
}

#define WRITERS 8
#define WRITES 20

struct writer {
	const struct fixture *f;
	pthread_t thread;
	int done;
};

static void *write_often(void *arg)
{
	struct writer *w = arg;
	char error[256];
	struct db *db = db_open_another(w->f->dir, DB_QUICK, error, sizeof error);

	for (int i = 0; i < WRITES && db != NULL; i++) {
		w->done += video_patch(db, w->f->video, &(struct video_patch){ .has_priority = true, .priority = i }) == DB_OK;
		w->done += db_begin(db) == DB_OK;
		db_rollback(db);
	}
	db_close(db);
	return NULL;
}

static void writers_of_one_process_wait_for_each_other(void **state)
{
	struct fixture *f = *state;
	struct writer writers[WRITERS];

	add_video(f, f->video, 0);
	for (int i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){ .f = f };
		assert_int_equal(pthread_create(&writers[i].thread, NULL, write_often, &writers[i]), 0);
	}
	for (int i = 0; i < WRITERS; i++) {
		pthread_join(writers[i].thread, NULL);
		assert_int_equal(writers[i].done, 2 * WRITES);
	}
	assert_int_equal(db_begin(f->db), DB_OK);
	db_rollback(f->db);
}

static void a_missing_database_says_how_to_make_it(void **state)
{
	char error[256] = "";

	assert_null(db_open("/nonexistent", DB_QUICK, error, sizeof error));
	assert_non_null(strstr(error, "clipmill init"));
}

static void a_database_that_is_another_programs_is_told_from_one_that_was_tidied(void **state)
{
	struct fixture *f = *state;
	struct db *another;
	char error[256];

	assert_false(db_is_anothers(f->db));
	by_hand(f, "VACUUM; ANALYZE; CREATE TABLE notes (text TEXT)");
	assert_false(db_is_anothers(f->db));
	by_hand(f, "BEGIN; CREATE VIEW theirs AS SELECT 1; UPDATE views_made SET text = text || '--'; COMMIT");
	another = db_open_another(f->dir, DB_QUICK, error, sizeof error);
	assert_non_null(another);
	assert_true(db_is_anothers(f->db));
	db_close(another);
	by_hand(f, "BEGIN; DROP VIEW theirs; UPDATE views_made SET text = substr(text, 1, length(text) - 2); COMMIT");
	assert_false(db_is_anothers(f->db));
	by_hand(f, "BEGIN; ALTER TABLE video ADD COLUMN theirs; PRAGMA user_version = 9999; COMMIT");
	assert_true(db_is_anothers(f->db));
}

static int64_t unjailed(struct fixture *f)
{
	struct worker_count count;

	assert_int_equal(worker_count(f->db, &count), DB_OK);
	return count.unjailed;
}

static void a_missing_tool_is_no_fault_of_the_sandbox(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(worker_health(f->db, f->worker, "{\"jail\":{\"ok\":true},\"ffmpeg\":\"\",\"ok\":false}"), DB_OK);
	assert_int_equal(unjailed(f), 0);
	assert_int_equal(worker_health(f->db, f->worker, "{\"jail\":{\"ok\":false},\"ok\":false}"), DB_OK);
	assert_int_equal(unjailed(f), 1);
	assert_int_equal(worker_health(f->db, f->worker, "{\"jail\":\"no such program\",\"ok\":false}"), DB_OK);
	assert_int_equal(unjailed(f), 1);
	assert_int_equal(worker_end(f->db, f->worker), DB_OK);
	assert_int_equal(unjailed(f), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_upload_becomes_a_queued_video_with_a_probe),
		T(a_probe_that_is_no_json_is_refused_and_what_is_absurd_in_it_is_passed_over),
		T(the_higher_priority_is_claimed_first),
		T(what_is_encoded_again_waits_since_then_and_not_since_it_came),
		T(a_cancelled_video_revokes_its_running_task),
		T(a_late_attempt_cannot_touch_the_next_one),
		T(a_ready_or_running_video_refuses_illegal_moves_in_plain_words),
		T(a_dead_worker_gives_its_tasks_back_once),
		T(a_task_that_kills_is_given_up_though_another_died_before),
		T(nobody_is_blamed_where_something_else_kills),
		T(two_videos_that_kill_are_both_given_up),
		T(a_digest_that_kills_ends_and_its_video_goes_on),
		T(where_the_next_must_run_alone_a_busy_worker_claims_nothing),
		T(who_is_not_alive_claims_nothing),
		T(who_has_no_slots_is_no_hope_for_a_task_that_waits),
		T(half_uploads_of_the_dead_are_found),
		T(a_retry_waits_and_counts),
		T(a_task_that_is_put_off_waits_longer_each_time_and_is_blamed_when_others_go_well),
		T(what_is_retried_by_hand_was_never_put_off),
		T(a_failed_task_fails_its_video_with_the_reason),
		T(an_edition_that_fails_keeps_its_own_pieces_for_a_retry),
		T(what_cannot_be_removed_lets_others_go_first),
		T(assemble_waits_for_all_that_it_needs),
		T(what_waits_for_a_task_waits_for_what_that_adds),
		T(a_deleted_video_goes_when_its_child_is_gone),
		T(a_deleted_video_that_cannot_be_removed_is_passed_by),
		T(a_patch_names_the_member_that_is_wrong),
		T(a_list_is_paged_without_gaps_or_doubles),
		T(writers_of_one_process_wait_for_each_other),
		T(a_missing_database_says_how_to_make_it),
		T(a_missing_tool_is_no_fault_of_the_sandbox),
		T(a_database_that_is_another_programs_is_told_from_one_that_was_tidied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
