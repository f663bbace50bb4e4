/*
 * discard.c - published files that nobody needs any more.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "store/discard.h"
#include "store/rows.h"

enum db_result discard_add(struct db *db, const struct task *task, const char *file, int64_t delay_ms)
{
	struct rows rows = rows_open(db, SQL_DISCARD_ADD);
	enum db_result result;

	rows_text(&rows, ":video", task->video);
	rows_text(&rows, ":file", file);
	rows_int(&rows, ":delay_ms", delay_ms);
	result = rows_run(&rows);
	return result == DB_NONE ? DB_OK : result;
}

enum db_result discard_pieces(struct db *db, const struct task *task, int64_t delay_ms)
{
	struct rows rows = rows_open(db, SQL_DISCARD_PIECES);
	enum db_result result;

	rows_text(&rows, ":video", task->video);
	rows_int(&rows, ":edition", task->edition);
	rows_int(&rows, ":delay_ms", delay_ms);
	result = rows_run(&rows);
	return result == DB_NONE ? DB_OK : result;
}

enum db_result discard_source(struct db *db, const struct task *task)
{
	struct rows rows = rows_open(db, SQL_DISCARD_SOURCE);
	enum db_result result;

	rows_text(&rows, ":video", task->video);
	result = rows_run(&rows);
	return result == DB_NONE ? DB_OK : result;
}

enum db_result discard_due(struct db *db, struct discard *discard)
{
	struct rows rows = rows_open(db, SQL_DISCARD_DUE);
	enum db_result result = rows_next(&rows);

	if (result != DB_OK)
		return result;
	memcpy(discard->video, rows_column(&rows, 0), sizeof discard->video);
	snprintf(discard->file, sizeof discard->file, "%s", rows_column(&rows, 1));
	rows_end(&rows);
	return DB_OK;
}

enum db_result discard_source_first(struct db *db, const struct discard *discard)
{
	struct rows rows = rows_open(db, SQL_SOURCE_GONE);

	rows_text(&rows, ":video", discard->video);
	return rows_run(&rows);
}

/* What is not there any longer is as good as changed. */
static enum db_result change(struct db *db, enum sql_query query, const struct discard *discard)
{
	struct rows rows = rows_open(db, query);
	enum db_result result;

	rows_text(&rows, ":video", discard->video);
	rows_text(&rows, ":file", discard->file);
	result = rows_run(&rows);
	return result == DB_NONE ? DB_OK : result;
}

enum db_result discard_put_off(struct db *db, const struct discard *discard)
{
	return change(db, SQL_DISCARD_PUT_OFF, discard);
}

enum db_result discard_forget(struct db *db, const struct discard *discard)
{
	enum db_result result = db_begin(db);

	if (result != DB_OK)
		return result;
	result = change(db, SQL_PIECE_FORGET, discard);
	if (result == DB_OK)
		result = change(db, SQL_DISCARD_FORGET, discard);
	return db_end(db, result);
}
