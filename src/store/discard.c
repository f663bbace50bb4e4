/*
 * discard.c - published files that nobody needs any more.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "store/discard.h"
#include "store/rows.h"

enum db_result discard_add(struct db *db, const char *video, const char *file, int64_t delay_ms)
{
	struct rows rows = rows_open(db, SQL_DISCARD_ADD);

	rows_text(&rows, ":video", video);
	rows_text(&rows, ":file", file);
	rows_int(&rows, ":delay_ms", delay_ms);
	return rows_any(rows_run(&rows));
}

enum db_result discard_pieces(struct db *db, const char *video, int64_t edition, int64_t own_ms, int64_t older_ms)
{
	struct rows rows = rows_open(db, SQL_DISCARD_PIECES);

	rows_text(&rows, ":video", video);
	rows_int(&rows, ":edition", edition);
	rows_int(&rows, ":own_ms", own_ms);
	rows_int(&rows, ":older_ms", older_ms);
	return rows_any(rows_run(&rows));
}

enum db_result discard_source(struct db *db, const char *video)
{
	struct rows rows = rows_open(db, SQL_DISCARD_SOURCE);

	rows_text(&rows, ":video", video);
	return rows_any(rows_run(&rows));
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

	rows_text(&rows, ":video", discard->video);
	rows_text(&rows, ":file", discard->file);
	return rows_any(rows_run(&rows));
}

enum db_result discard_put_off(struct db *db, const struct discard *discard)
{
	return change(db, SQL_DISCARD_PUT_OFF, discard);
}

enum db_result discard_forget(struct db *db, const struct discard *discard)
{
	enum db_result result = db_begin(db);

	if (result == DB_OK)
		result = change(db, SQL_PIECE_FORGET, discard);
	if (result == DB_OK)
		result = change(db, SQL_DISCARD_FORGET, discard);
	return db_end(db, result);
}
