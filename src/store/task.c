/*
 * task.c - rows of `task`: claiming the next one, and each way an attempt can end.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "store/rows.h"
#include "store/task.h"
#include "store/video.h"

static const char *const kind_names[TASK_KIND_COUNT] = {
	[TASK_PROBE] = "probe",
	[TASK_SCAN] = "scan",
	[TASK_CHUNK] = "chunk",
	[TASK_AUDIO] = "audio",
	[TASK_SUBTITLE] = "subtitle",
	[TASK_POSTER] = "poster",
	[TASK_STORYBOARD] = "storyboard",
	[TASK_ASSEMBLE] = "assemble",
	[TASK_DIGEST] = "digest",
};

const char *task_kind_name(enum task_kind kind)
{
	return kind_names[kind];
}

static enum task_kind kind_of(const char *name)
{
	for (int i = 0; i < TASK_KIND_COUNT; i++)
		if (strcmp(kind_names[i], name) == 0)
			return (enum task_kind)i;
	abort(); /* the schema's CHECK has no other */
}

void task_fini(struct task *task)
{
	free(task->source);
	free(task->single);
	strings_fini(&task->argv);
	strings_fini(&task->reads);
	memset(task, 0, sizeof *task);
}

/* Claiming ------------------------------------------------------------------------------------ */

static enum db_result read_list(struct db *db, enum sql_query query, int64_t id, struct strings *list)
{
	struct rows rows = rows_open(db, query);
	enum db_result result;

	rows_int(&rows, ":id", id);
	while ((result = rows_next(&rows)) == DB_OK)
		strings_add(list, rows_column(&rows, 0));
	return rows_any(result);
}

static enum db_result read_row(struct db *db, int64_t id, struct task *task)
{
	struct rows rows = rows_open(db, SQL_TASK_READ);
	enum db_result result;

	rows_int(&rows, ":id", id);
	result = rows_next(&rows);
	if (result != DB_OK)
		return result;
	task->id = id;
	task->attempt = rows_column_int(&rows, 1, 0);
	task->failures = rows_column_int(&rows, 2, 0);
	task->kind = kind_of(rows_column(&rows, 3));
	task->seq = rows_column_int(&rows, 4, 0);
	memcpy(task->video, rows_column(&rows, 5), sizeof task->video);
	task->source = rows_column_copy(&rows, 6);
	task->frames_planned = rows_column_int(&rows, 7, 0);
	task->duration_ms = rows_column_int(&rows, 8, 0);
	task->edition = rows_column_int(&rows, 9, 1);
	task->first_frame = rows_column_int(&rows, 10, 0);
	task->alone = rows_column_int(&rows, 11, 1) != 0;
	task->single = rows_column_copy(&rows, 12);
	task->predicted_s = rows_column_real(&rows, 13, 0);
	task->crashes = rows_column_int(&rows, 14, 0);
	task->caps_bytes = rows_column_int(&rows, 15, 0);
	task->segment_ms = rows_column_int(&rows, 16, 0);
	rows_end(&rows);
	return DB_OK;
}

static enum db_result claim_id(struct db *db, const char *worker, int64_t busy, int64_t room_bytes, int64_t *id)
{
	struct rows rows = rows_open(db, SQL_TASK_CLAIM);
	enum db_result result;

	rows_text(&rows, ":worker", worker);
	rows_int(&rows, ":busy", busy);
	rows_int(&rows, ":room_bytes", room_bytes);
	result = rows_next(&rows);
	if (result != DB_OK)
		return result;
	*id = rows_column_int(&rows, 0, 0);
	result = rows_next(&rows);
	return rows_any(result);
}

enum db_result task_read(struct db *db, int64_t id, struct task *task)
{
	enum db_result result;

	memset(task, 0, sizeof *task);
	result = read_row(db, id, task);
	if (result == DB_OK)
		result = read_list(db, SQL_TASK_ARGV, id, &task->argv);
	if (result == DB_OK)
		result = read_list(db, SQL_TASK_READS, id, &task->reads);
	if (result != DB_OK)
		task_fini(task);
	return result;
}

enum db_result task_claim(struct db *db, const char *worker, int64_t busy, int64_t room_bytes, struct task *task)
{
	enum db_result result = db_begin(db);
	int64_t id;

	memset(task, 0, sizeof *task);
	if (result != DB_OK)
		return result;
	result = claim_id(db, worker, busy, room_bytes, &id);
	if (result == DB_OK)
		result = task_read(db, id, task);
	result = db_end(db, result);
	if (result != DB_OK)
		task_fini(task);
	return result;
}

/* While it runs ------------------------------------------------------------------------------- */

static struct rows open_for(struct db *db, enum sql_query query, const struct task *task)
{
	struct rows rows = rows_open(db, query);

	rows_int(&rows, ":id", task->id);
	rows_int(&rows, ":attempt", task->attempt);
	return rows;
}

static void put_list(struct rows *rows, const char *name, const struct strings *list)
{
	struct buf json = BUF_INIT;

	strings_json(list, &json);
	rows_text(rows, name, buf_text(&json));
	buf_fini(&json);
}

enum db_result task_again(struct db *db, const struct task *task, const struct strings *argv)
{
	struct rows rows = open_for(db, SQL_TASK_AGAIN, task);

	put_list(&rows, ":argv", argv);
	return rows_run(&rows);
}

enum db_result task_started(struct db *db, const struct task *task, int64_t pid)
{
	struct rows rows = open_for(db, SQL_TASK_STARTED, task);

	rows_int(&rows, ":pid", pid);
	put_list(&rows, ":argv", &task->argv);
	put_list(&rows, ":reads", &task->reads);
	return rows_run(&rows);
}

enum db_result task_progress(struct db *db, const struct task *task, double progress, int64_t frames, double fps)
{
	struct rows rows = open_for(db, SQL_TASK_PROGRESS, task);

	rows_real(&rows, ":progress", progress);
	rows_int(&rows, ":frames", frames);
	rows_real(&rows, ":fps", fps);
	return rows_run(&rows);
}

bool task_attempt_running(struct db *db, int64_t id, int64_t attempt)
{
	struct task key = { .id = id, .attempt = attempt };

	return task_is_ours(db, &key);
}

bool task_is_ours(struct db *db, const struct task *task)
{
	struct rows rows = open_for(db, SQL_TASK_IS_OURS, task);

	return rows_found(&rows) != DB_NONE; /* a database that cannot be read takes no child's life */
}

/* Ends ---------------------------------------------------------------------------------------- */

static enum db_result keep_exit(struct db *db, const struct task *task, const struct task_exit *ended)
{
	struct rows rows = open_for(db, SQL_TASK_EXIT, task);

	if (ended->signal == 0)
		rows_int(&rows, ":exit_code", ended->exit_code);
	else
		rows_int(&rows, ":signal", ended->signal);
	rows_int(&rows, ":user_ms", ended->user_ms);
	rows_int(&rows, ":sys_ms", ended->sys_ms);
	rows_int(&rows, ":max_rss_kb", ended->max_rss_kb);
	if (ended->frames > 0) {
		rows_int(&rows, ":frames", ended->frames);
		rows_real(&rows, ":fps", ended->fps);
	}
	rows_text(&rows, ":stderr", ended->stderr_tail);
	return rows_run(&rows);
}

enum db_result task_done(struct db *db, const struct task *task, const struct task_exit *ended)
{
	struct rows rows = open_for(db, SQL_TASK_DONE, task);
	enum db_result result = rows_run(&rows);

	return result == DB_OK ? keep_exit(db, task, ended) : result;
}

static enum db_result requeue(struct db *db, const struct task *task, const char *reason, int64_t delay_ms)
{
	struct rows rows = open_for(db, SQL_TASK_RETRY, task);

	rows_text(&rows, ":reason", reason);
	rows_int(&rows, ":delay_ms", delay_ms);
	return rows_run(&rows);
}

enum db_result task_retry(struct db *db, const struct task *task, const struct task_exit *ended,
			  const char *reason, int64_t delay_ms)
{
	enum db_result result = db_begin(db);

	if (result == DB_OK)
		result = requeue(db, task, reason, delay_ms);
	if (result == DB_OK)
		result = keep_exit(db, task, ended);
	return db_end(db, result);
}

static enum db_result put_off(struct db *db, const struct task *task, const char *reason)
{
	struct rows rows = open_for(db, SQL_TASK_PUT_OFF, task);

	rows_text(&rows, ":reason", reason);
	return rows_run(&rows);
}

enum db_result task_put_off(struct db *db, const struct task *task, const struct task_exit *ended, const char *reason)
{
	enum db_result result = db_begin(db);

	if (result == DB_OK)
		result = put_off(db, task, reason);
	if (result == DB_OK)
		result = keep_exit(db, task, ended);
	return db_end(db, result);
}

bool task_fails_alone(struct db *db, const struct task *task)
{
	struct rows rows = open_for(db, SQL_TASK_FAILS_ALONE, task);

	return rows_found(&rows) == DB_OK;
}

static enum db_result give_up(struct db *db, const struct task *task, const struct task_exit *ended, const char *reason)
{
	struct rows rows = open_for(db, SQL_TASK_FAILED, task);
	enum db_result result;

	rows_text(&rows, ":reason", reason);
	result = rows_run(&rows);
	return result == DB_OK ? keep_exit(db, task, ended) : result;
}

enum db_result task_failed(struct db *db, const struct task *task, const struct task_exit *ended,
			   const char *reason, const char *detail)
{
	enum db_result result = db_begin(db);

	if (result == DB_OK)
		result = give_up(db, task, ended, reason);
	if (result == DB_OK)
		result = video_fail(db, task->video, reason, detail);
	return db_end(db, result);
}

static enum db_result next_edition(struct db *db, const struct task *task, const char *why)
{
	struct rows rows = rows_open(db, SQL_VIDEO_REPLAN);

	rows_text(&rows, ":id", task->video);
	rows_int(&rows, ":edition", task->edition);
	rows_text(&rows, ":why", why);
	return rows_run(&rows);
}

enum db_result task_replan(struct db *db, const struct task *task, const struct task_exit *ended,
			   const char *reason, const char *why)
{
	enum db_result result = db_begin(db);

	if (result == DB_OK)
		result = give_up(db, task, ended, reason);
	if (result == DB_OK)
		result = next_edition(db, task, why);
	return db_end(db, result);
}

static enum db_result stop(struct db *db, const struct task *task)
{
	struct rows rows = open_for(db, SQL_TASK_STOPPED, task);

	return rows_run(&rows);
}

enum db_result task_stopped(struct db *db, const struct task *task, const struct task_exit *ended)
{
	enum db_result result = db_begin(db);

	if (result == DB_OK)
		result = stop(db, task);
	if (result == DB_OK)
		result = keep_exit(db, task, ended);
	return db_end(db, result);
}

enum db_result task_hand_back(struct db *db, const struct task *task)
{
	struct rows rows = open_for(db, SQL_TASK_HAND_BACK, task);

	return rows_run(&rows);
}

/* What is lost -------------------------------------------------------------------------------- */

size_t task_of_worker(struct db *db, const char *worker, struct task_held *held, size_t most)
{
	struct rows rows = rows_open(db, SQL_TASK_OF_WORKER);
	size_t count = 0;

	rows_text(&rows, ":worker", worker);
	while (count < most && rows_next(&rows) == DB_OK)
		held[count++] = (struct task_held){
			.id = rows_column_int(&rows, 0, 0), .attempt = rows_column_int(&rows, 1, 0), .running = rows_column_int(&rows, 2, 0) != 0,
		};
	rows_end(&rows);
	return count;
}

enum db_result task_lost(struct db *db, const struct task_held *held)
{
	const struct task key = { .id = held->id, .attempt = held->attempt };
	struct rows rows = open_for(db, held->running ? SQL_TASK_HAND_BACK : SQL_TASK_STOPPED, &key);

	return rows_run(&rows);
}
