/*
 * upload.c - rows of `upload`: each names a file in incoming/ from before its first byte until it
 * is a source or gone.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <string.h>

#include "base/id.h"
#include "store/rows.h"
#include "store/upload.h"

enum db_result upload_begin(struct db *db, const char *id, const char *worker, const char *filename, int64_t length_bytes)
{
	struct rows rows = rows_open(db, SQL_UPLOAD_BEGIN);

	rows_text(&rows, ":id", id);
	rows_text(&rows, ":worker", worker);
	rows_text(&rows, ":filename", filename);
	if (length_bytes >= 0)
		rows_int(&rows, ":length_bytes", length_bytes);
	else
		rows_null(&rows, ":length_bytes");
	return rows_run(&rows);
}

enum db_result upload_abort(struct db *db, const char *id)
{
	struct rows rows = rows_open(db, SQL_UPLOAD_ABORT);

	rows_text(&rows, ":id", id);
	return rows_run(&rows);
}

static enum db_result insert_video(struct db *db, const struct upload_done *done)
{
	struct rows rows = rows_open(db, SQL_VIDEO_INSERT);

	rows_text(&rows, ":id", done->id);
	rows_text(&rows, ":filename", done->filename);
	rows_text(&rows, ":title", done->title);
	rows_text(&rows, ":owner", done->owner);
	rows_text(&rows, ":profile", done->profile);
	rows_int(&rows, ":priority", done->priority);
	rows_int(&rows, ":size_bytes", done->size_bytes);
	return rows_run(&rows);
}

enum db_result upload_complete(struct db *db, const struct upload_done *done)
{
	enum db_result result = db_begin(db);

	if (result == DB_OK)
		result = upload_abort(db, done->id);
	if (result == DB_OK)
		result = insert_video(db, done);
	if (result == DB_OK)
		return db_commit(db);
	db_rollback(db);
	return result;
}

bool upload_exists(struct db *db, const char *id)
{
	struct rows rows = rows_open(db, SQL_UPLOAD_EXISTS);
	enum db_result result;

	rows_text(&rows, ":id", id);
	result = rows_next(&rows);
	rows_end(&rows);
	return result != DB_NONE; /* what cannot be looked up is not an orphan */
}

enum db_result upload_orphan(struct db *db, char id[ID_LEN + 1])
{
	struct rows rows = rows_open(db, SQL_UPLOAD_ORPHAN);
	enum db_result result = rows_next(&rows);

	if (result != DB_OK)
		return result;
	strcpy(id, rows_column(&rows, 0));
	rows_end(&rows);
	return DB_OK;
}
