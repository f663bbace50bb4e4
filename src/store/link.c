/*
 * link.c - a video that is the same file as a finished one gets its rows; its files are linked in supervise/link.c.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "store/decision.h"
#include "store/digest.h"
#include "store/discard.h"
#include "store/link.h"
#include "store/rows.h"

bool link_awaited(struct db *db, const struct task *digest)
{
	struct rows rows = rows_open(db, SQL_LINK_AWAITED);

	rows_text(&rows, ":video", digest->video);
	rows_int(&rows, ":task", digest->id);
	return rows_found(&rows) == DB_OK;
}

enum db_result link_find(struct db *db, const struct task *digest, const char *sha256, struct link_twin *twin)
{
	struct rows rows = rows_open(db, SQL_LINK_FIND);
	enum db_result result;

	rows_text(&rows, ":video", digest->video);
	rows_text(&rows, ":sha256", sha256);
	result = rows_next(&rows);
	if (result != DB_OK)
		return result;
	memcpy(twin->video, rows_column(&rows, 0), sizeof twin->video);
	twin->edition = rows_column_int(&rows, 1, 1);
	twin->source = rows_column_int(&rows, 2, 0) != 0;
	rows_end(&rows);
	return DB_OK;
}

bool link_is_spent(struct db *db, const struct link_twin *twin, const char *file)
{
	struct rows rows = rows_open(db, SQL_LINK_IS_SPENT);

	rows_text(&rows, ":video", twin->video);
	rows_text(&rows, ":file", file);
	return rows_found(&rows) == DB_OK;
}

/* Copies rows, of which there may be none. */
static enum db_result copy(struct db *db, enum sql_query query, const struct task *digest, const struct link_twin *twin)
{
	struct rows rows = rows_open(db, query);

	rows_text(&rows, ":video", digest->video);
	rows_text(&rows, ":twin", twin->video);
	rows_int(&rows, ":edition", twin->edition);
	return rows_any(rows_run(&rows));
}

/* The plan that will not be made. */
static enum db_result forget(struct db *db, enum sql_query query, const char *video)
{
	struct rows rows = rows_open(db, query);

	rows_text(&rows, ":video", video);
	return rows_any(rows_run(&rows));
}

static enum db_result copy_video(struct db *db, const struct task *digest, const char *sha256, const struct link_twin *twin)
{
	struct rows rows = rows_open(db, SQL_LINK_VIDEO);
	enum db_result result;

	rows_text(&rows, ":video", digest->video);
	rows_text(&rows, ":twin", twin->video);
	rows_int(&rows, ":edition", twin->edition);
	rows_text(&rows, ":sha256", sha256);
	result = rows_run(&rows);
	if (result != DB_OK)
		return result;
	rows = rows_open(db, SQL_LINK_RECIPE);
	rows_text(&rows, ":video", digest->video);
	rows_text(&rows, ":twin", twin->video);
	return rows_run(&rows);
}

static enum db_result decide(struct db *db, const struct task *digest, const struct link_twin *twin)
{
	char detail[160];

	snprintf(detail, sizeof detail, "The same file as video %s, which was encoded with this version of the profile: its files are linked.",
		 twin->video);
	return decision_add(db, digest->video, twin->edition, "linked", detail);
}

static enum db_result make_ready(struct db *db, const struct task *digest, const struct link_twin *twin)
{
	struct rows rows = rows_open(db, SQL_VIDEO_READY);

	rows_text(&rows, ":id", digest->video);
	rows_int(&rows, ":edition", twin->edition);
	return rows_run(&rows);
}

static enum db_result copy_all(struct db *db, const struct task *digest, const char *sha256, const struct link_twin *twin)
{
	enum db_result result = copy_video(db, digest, sha256, twin);

	if (result == DB_OK)
		result = forget(db, SQL_LINK_FORGET_WAITS, digest->video);
	if (result == DB_OK)
		result = forget(db, SQL_LINK_FORGET_TASKS, digest->video);
	if (result == DB_OK)
		result = copy(db, SQL_LINK_RENDITIONS, digest, twin);
	if (result == DB_OK)
		result = copy(db, SQL_LINK_PIECES, digest, twin);
	if (result == DB_OK)
		result = copy(db, SQL_LINK_DECISIONS, digest, twin);
	if (result == DB_OK)
		result = decide(db, digest, twin);
	if (result == DB_OK)
		result = make_ready(db, digest, twin);
	return result == DB_OK ? discard_source(db, digest->video) : result;
}

enum db_result link_save(struct db *db, const struct task *digest, const struct task_exit *ended, const char *sha256,
			 const struct link_twin *twin)
{
	enum db_result result = db_begin(db);

	if (result == DB_OK)
		result = digest_end(db, digest, ended, sha256);
	if (result == DB_OK)
		result = copy_all(db, digest, sha256, twin);
	return db_end(db, result);
}
