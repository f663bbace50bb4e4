/*
 * plan_store.c - what planning and publishing write: each call is one durable transaction that also
 * ends the task that led to it, so neither can be there without the other.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/decision.h"
#include "store/plan_store.h"
#include "store/rows.h"

void plan_fini(struct plan *plan)
{
	for (size_t i = 0; i < plan->task_count; i++) {
		strings_fini(&plan->tasks[i].argv);
		strings_fini(&plan->tasks[i].reads);
	}
	free(plan->tasks);
	plan->tasks = NULL;
	plan->task_count = 0;
}

/* The frame of every transaction here: begin, the task's end, `body`, commit. */
static enum db_result with_done(struct db *db, const struct task *task, const struct task_exit *ended,
				enum db_result (*body)(struct db *db, const struct task *task, const void *what), const void *what)
{
	enum db_result result = db_begin(db);

	if (result == DB_OK)
		result = task_done(db, task, ended);
	if (result == DB_OK)
		result = body(db, task, what);
	return db_end(db, result);
}

/* Tasks --------------------------------------------------------------------------------------- */

static void bind_strings(struct rows *rows, const char *name, const struct strings *list)
{
	struct buf json = BUF_INIT;

	if (list != NULL && list->count > 0) {
		strings_json(list, &json);
		rows_text(rows, name, buf_text(&json));
	}
	buf_fini(&json);
}

static void bind_positive(struct rows *rows, const char *name, int64_t value)
{
	if (value > 0)
		rows_int(rows, name, value);
}

static enum db_result add_task(struct db *db, const struct task *of, const struct plan_task *task, int64_t *id)
{
	struct rows rows = rows_open(db, SQL_TASK_ADD);
	enum db_result result;

	rows_text(&rows, ":video", of->video);
	rows_int(&rows, ":edition", of->edition);
	rows_text(&rows, ":kind", task_kind_name(task->kind));
	rows_int(&rows, ":seq", task->seq);
	bind_strings(&rows, ":argv", &task->argv);
	bind_strings(&rows, ":reads", &task->reads);
	if (task->kind == TASK_CHUNK)
		rows_int(&rows, ":first_frame", task->first_frame);
	bind_positive(&rows, ":frames_planned", task->frames_planned);
	bind_positive(&rows, ":needs_bytes", task->needs_bytes);
	result = rows_next(&rows);
	if (result != DB_OK)
		return result;
	*id = rows_column_int(&rows, 0, 0);
	result = rows_next(&rows);
	return rows_any(result);
}

static enum db_result add_wait(struct db *db, int64_t task, int64_t needs)
{
	struct rows rows = rows_open(db, SQL_TASK_ADD_WAIT);

	rows_int(&rows, ":task", task);
	rows_int(&rows, ":needs", needs);
	return rows_run(&rows);
}

static enum db_result add_waits(struct db *db, const struct plan_task *task, int64_t id, const int64_t *ids)
{
	enum db_result result = DB_OK;

	for (size_t i = 0; i < task->needs_count && result == DB_OK; i++)
		result = add_wait(db, id, ids[task->needs_first + i]);
	return result;
}

/* What waits for `of` waits for what that adds. */
static enum db_result add_waits_too(struct db *db, int64_t added, int64_t of)
{
	struct rows rows = rows_open(db, SQL_TASK_ADD_WAIT_TOO);

	rows_int(&rows, ":added", added);
	rows_int(&rows, ":of", of);
	return rows_any(rows_run(&rows));
}

static enum db_result tasks_body(struct db *db, const struct task *of, const void *what)
{
	const struct plan *plan = what;
	int64_t *ids = calloc(plan->task_count + 1, sizeof *ids);
	enum db_result result = DB_OK;

	if (ids == NULL)
		abort();
	for (size_t i = 0; i < plan->task_count && result == DB_OK; i++) {
		result = add_task(db, of, &plan->tasks[i], &ids[i]);
		if (result == DB_OK)
			result = add_waits(db, &plan->tasks[i], ids[i], ids);
		if (result == DB_OK)
			result = add_waits_too(db, ids[i], of->id);
	}
	free(ids);
	return result;
}

enum db_result plan_tasks(struct db *db, const struct task *task, const struct task_exit *ended, const struct plan *plan)
{
	return with_done(db, task, ended, tasks_body, plan);
}

/* The plan ------------------------------------------------------------------------------------ */

static enum db_result save_video(struct db *db, const char *video, const struct plan *plan)
{
	struct rows rows = rows_open(db, SQL_PLAN_VIDEO);

	rows_text(&rows, ":id", video);
	bind_positive(&rows, ":duration_ms", plan->duration_ms);
	bind_positive(&rows, ":width", plan->width);
	bind_positive(&rows, ":height", plan->height);
	bind_positive(&rows, ":frames", plan->frames);
	rows_int(&rows, ":segment_most_ms", plan->segment_most_ms);
	return rows_run(&rows);
}

static enum db_result add_decision(struct db *db, const struct task *task, const char *code, const char *detail)
{
	return decision_add(db, task->video, task->edition, code, detail);
}

static enum db_result save_rendition(struct db *db, const struct task *task, const struct plan_rendition *r, size_t place)
{
	struct rows rows = rows_open(db, SQL_PLAN_RENDITION);

	rows_text(&rows, ":video", task->video);
	rows_int(&rows, ":edition", task->edition);
	rows_int(&rows, ":place", (int64_t)place);
	rows_text(&rows, ":name", r->name);
	rows_text(&rows, ":kind", rendition_kind_names[r->kind]);
	rows_text(&rows, ":codec", r->codec);
	rows_int(&rows, ":copied", r->copied);
	rows_text(&rows, ":language", r->language);
	rows_text(&rows, ":label", r->label);
	rows_int(&rows, ":is_default", r->is_default);
	rows_text(&rows, ":role", rendition_role_names[r->role]);
	bind_positive(&rows, ":width", r->width);
	bind_positive(&rows, ":height", r->height);
	bind_positive(&rows, ":rate_num", r->rate_num);
	bind_positive(&rows, ":rate_den", r->rate_den);
	bind_positive(&rows, ":channels", r->channels);
	bind_positive(&rows, ":max_kbps", r->max_kbps);
	bind_positive(&rows, ":rung_side", r->rung_side);
	return rows_run(&rows);
}

/* A plan without a rendition has nothing to foretell. */
static enum db_result foretell(struct db *db, const char *video)
{
	struct rows rows = rows_open(db, SQL_PLAN_FORETELL);
	enum db_result result;

	rows_text(&rows, ":id", video);
	result = rows_run(&rows);
	if (result != DB_OK)
		return rows_any(result);
	rows = rows_open(db, SQL_PLAN_FORETOLD);
	rows_text(&rows, ":id", video);
	return rows_run(&rows);
}

static enum db_result plan_body(struct db *db, const struct task *task, const void *what)
{
	const struct plan *plan = what;
	enum db_result result = save_video(db, task->video, plan);

	for (size_t i = 0; i < plan->decision_count && result == DB_OK; i++)
		result = add_decision(db, task, plan->decisions[i].code, plan->decisions[i].detail);
	for (size_t i = 0; i < plan->rendition_count && result == DB_OK; i++)
		result = save_rendition(db, task, &plan->renditions[i], i);
	if (result == DB_OK)
		result = tasks_body(db, task, plan);
	return result == DB_OK ? foretell(db, task->video) : result;
}

enum db_result plan_write(struct db *db, const struct task *task, const struct task_exit *ended, const struct plan *plan)
{
	return with_done(db, task, ended, plan_body, plan);
}

/* Pieces and the end -------------------------------------------------------------------------- */

static enum db_result save_piece(struct db *db, const struct task *task, const struct piece *piece)
{
	struct rows rows = rows_open(db, SQL_PIECE_SAVE);

	rows_text(&rows, ":video", task->video);
	rows_int(&rows, ":edition", task->edition);
	rows_text(&rows, ":rendition", piece->rendition);
	rows_int(&rows, ":seq", piece->seq);
	rows_text(&rows, ":file", piece->file);
	rows_int(&rows, ":size_bytes", piece->size_bytes);
	rows_int(&rows, ":frames", piece->frames);
	rows_int(&rows, ":duration_us", piece->duration_us);
	rows_int(&rows, ":peak_bps", piece->peak_bps);
	rows_int(&rows, ":longest_us", piece->longest_us);
	rows_text(&rows, ":playlist", piece->playlist);
	return rows_run(&rows);
}

static enum db_result save_codecs(struct db *db, const struct task *task, const struct piece *piece)
{
	struct rows rows = rows_open(db, SQL_RENDITION_CODECS);

	rows_text(&rows, ":video", task->video);
	rows_int(&rows, ":edition", task->edition);
	rows_text(&rows, ":name", piece->rendition);
	rows_text(&rows, ":codecs", piece->codecs);
	return rows_run(&rows);
}

struct pieces_done {
	const struct piece *pieces;
	size_t count;
	const struct lost *lost;
	const struct plan_also *also;
};

static enum db_result do_also(struct db *db, const struct plan_also *also)
{
	return also != NULL ? also->run(db, also->what) : DB_OK;
}

static enum db_result say_sound_lost(struct db *db, const struct task *task, const char *rendition, const struct lost *lost)
{
	char detail[160];

	snprintf(detail, sizeof detail, "%lld of %lld seconds of the sound %s have nothing in the source, or nothing that decodes.",
		 (long long)lost->count, (long long)task->frames_planned, rendition);
	return add_decision(db, task, "sound_lost", detail);
}

static enum db_result say_frames_lost(struct db *db, const struct task *task, const struct lost *lost)
{
	char detail[160], where[64];

	if (lost->from_ms < lost->to_ms)
		snprintf(where, sizeof where, "between %.1f s and %.1f s", (double)lost->from_ms / 1000, (double)lost->to_ms / 1000);
	else
		snprintf(where, sizeof where, "behind %.1f s", (double)lost->to_ms / 1000);
	snprintf(detail, sizeof detail, "%lld of %lld frames could not be decoded and %s missing, %s.", (long long)lost->count,
		 (long long)task->frames_planned, lost->count == 1 ? "is" : "are", where);
	return add_decision(db, task, "frames_lost", detail);
}

/* What is damaged shows until the next keyframe; a decoder is entered at the one before, and reads a little ahead. */
static enum db_result say_damaged(struct db *db, const struct task *task, const struct lost *lost)
{
	char detail[160];

	snprintf(detail, sizeof detail, "Pictures at about %.1f s to %.1f s do not decode cleanly: what is missing of them was taken from others.",
		 (double)lost->begins_ms / 1000, (double)lost->ends_ms / 1000);
	return add_decision(db, task, "frames_damaged", detail);
}

static enum db_result say_lost(struct db *db, const struct task *task, const char *rendition, const struct lost *lost)
{
	if (lost->count <= 0)
		return lost->damaged ? say_damaged(db, task, lost) : DB_OK;
	return task->kind == TASK_AUDIO ? say_sound_lost(db, task, rendition, lost) : say_frames_lost(db, task, lost);
}

static enum db_result pieces_body(struct db *db, const struct task *task, const void *what)
{
	const struct pieces_done *done = what;
	enum db_result result = say_lost(db, task, done->count > 0 ? done->pieces[0].rendition : "", done->lost);

	for (size_t i = 0; i < done->count && result == DB_OK; i++) {
		result = save_piece(db, task, &done->pieces[i]);
		if (result == DB_OK)
			result = save_codecs(db, task, &done->pieces[i]);
	}
	return result == DB_OK ? do_also(db, done->also) : result;
}

enum db_result plan_pieces(struct db *db, const struct task *task, const struct task_exit *ended,
			   const struct piece *pieces, size_t count, const struct lost *lost, const struct plan_also *also)
{
	const struct pieces_done done = { pieces, count, lost, also };

	return with_done(db, task, ended, pieces_body, &done);
}

/* A picture of the video: its file goes into the row, or a decision says why there is none. */
struct picture_done {
	enum sql_query query;
	const char *code, *file, *why;
};

static enum db_result picture_body(struct db *db, const struct task *task, const void *what)
{
	const struct picture_done *done = what;
	struct rows rows;

	if (done->file == NULL)
		return add_decision(db, task, done->code, done->why);
	rows = rows_open(db, done->query);
	rows_text(&rows, ":id", task->video);
	rows_text(&rows, ":file", done->file);
	return rows_run(&rows);
}

enum db_result plan_poster(struct db *db, const struct task *task, const struct task_exit *ended,
			   const char *file, const char *why)
{
	const struct picture_done done = { SQL_POSTER_SAVE, "no_poster", file, why };

	return with_done(db, task, ended, picture_body, &done);
}

enum db_result plan_storyboard(struct db *db, const struct task *task, const struct task_exit *ended,
			       const char *file, const char *why)
{
	const struct picture_done done = { SQL_STORYBOARD_SAVE, "no_storyboard", file, why };

	return with_done(db, task, ended, picture_body, &done);
}

struct text_done {
	const char *rendition;
	const struct piece *piece;
	const char *why;
};

static enum db_result remove_rendition(struct db *db, const struct task *task, const char *name)
{
	struct rows rows = rows_open(db, SQL_RENDITION_REMOVE);

	rows_text(&rows, ":video", task->video);
	rows_int(&rows, ":edition", task->edition);
	rows_text(&rows, ":name", name);
	return rows_run(&rows);
}

static enum db_result text_body(struct db *db, const struct task *task, const void *what)
{
	const struct text_done *done = what;
	enum db_result result;

	if (done->piece != NULL) {
		result = save_piece(db, task, done->piece);
		if (result == DB_OK)
			result = save_codecs(db, task, done->piece);
		return result == DB_OK && done->why != NULL ? add_decision(db, task, "text_not_utf8", done->why) : result;
	}
	result = remove_rendition(db, task, done->rendition);
	return result == DB_OK || result == DB_NONE ? add_decision(db, task, "no_text", done->why) : result;
}

enum db_result plan_text(struct db *db, const struct task *task, const struct task_exit *ended,
			 const char *rendition, const struct piece *piece, const char *why)
{
	const struct text_done done = { rendition, piece, why };

	return with_done(db, task, ended, text_body, &done);
}

static enum db_result save_published(struct db *db, const struct task *task, const struct published *file)
{
	struct rows rows = rows_open(db, SQL_RENDITION_PUBLISH);

	rows_text(&rows, ":video", task->video);
	rows_int(&rows, ":edition", task->edition);
	rows_text(&rows, ":name", file->rendition);
	rows_text(&rows, ":file", file->file[0] != '\0' ? file->file : NULL);
	bind_positive(&rows, ":size_bytes", file->size_bytes);
	rows_int(&rows, ":frames", file->frames);
	rows_int(&rows, ":duration_us", file->duration_us);
	rows_int(&rows, ":peak_bps", file->peak_bps);
	rows_int(&rows, ":mean_bps", file->mean_bps);
	return rows_run(&rows);
}

struct published_span {
	const struct published *files;
	size_t count;
	const struct plan_also *also;
};

static enum db_result publish_body(struct db *db, const struct task *task, const void *what)
{
	const struct published_span *span = what;
	enum db_result result = DB_OK;
	struct rows rows;

	for (size_t i = 0; i < span->count && result == DB_OK; i++)
		result = save_published(db, task, &span->files[i]);
	if (result != DB_OK)
		return result;
	rows = rows_open(db, SQL_VIDEO_READY);
	rows_text(&rows, ":id", task->video);
	rows_int(&rows, ":edition", task->edition);
	result = rows_run(&rows);
	return result == DB_OK ? do_also(db, span->also) : result;
}

enum db_result plan_publish(struct db *db, const struct task *task, const struct task_exit *ended,
			    const struct published *files, size_t count, const struct plan_also *also)
{
	const struct published_span span = { files, count, also };

	return with_done(db, task, ended, publish_body, &span);
}
