/*
 * upload.c - rows of `upload`: each names a file in incoming/ from before its first byte until it
 * is a source or gone; the row of a resumable one stays until it expires, and tells that it is complete.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "store/rows.h"
#include "store/upload.h"

static void bind_length(struct rows *rows, int64_t length_bytes)
{
	if (length_bytes >= 0)
		rows_int(rows, ":length_bytes", length_bytes);
	else
		rows_null(rows, ":length_bytes");
}

enum db_result upload_begin(struct db *db, const char *id, const char *worker, const char *filename, int64_t length_bytes)
{
	struct rows rows = rows_open(db, SQL_UPLOAD_BEGIN);

	rows_text(&rows, ":id", id);
	rows_text(&rows, ":worker", worker);
	rows_text(&rows, ":filename", filename);
	bind_length(&rows, length_bytes);
	return rows_run(&rows);
}

enum db_result upload_abort(struct db *db, const char *id)
{
	return rows_run_for(db, SQL_UPLOAD_ABORT, id);
}

static const char *const kind_names[] = {
	[UPLOAD_ONCE] = "once", [UPLOAD_WHOLE] = "whole", [UPLOAD_PART] = "part", [UPLOAD_JOINED] = "joined",
};

static void bind_or_null(struct rows *rows, const char *name, const char *value)
{
	rows_text(rows, name, *value != '\0' ? value : NULL);
}

enum db_result upload_create(struct db *db, const struct upload_row *row, const char *worker, int64_t most, int64_t most_of_owner)
{
	struct rows rows = rows_open(db, SQL_UPLOAD_CREATE);

	rows_text(&rows, ":id", row->id);
	rows_text(&rows, ":kind", kind_names[row->kind]);
	rows_text(&rows, ":worker", worker);
	rows_text(&rows, ":owner", row->owner);
	rows_text(&rows, ":address", row->address);
	rows_text(&rows, ":filename", row->filename);
	rows_text(&rows, ":title", row->title);
	rows_text(&rows, ":profile", row->profile);
	rows_int(&rows, ":priority", row->priority);
	bind_length(&rows, row->length_bytes);
	bind_or_null(&rows, ":metadata", row->metadata);
	bind_or_null(&rows, ":concat", row->concat);
	bind_or_null(&rows, ":digest", row->digest);
	bind_or_null(&rows, ":wants", row->wants);
	rows_int(&rows, ":most", most);
	rows_int(&rows, ":most_of_owner", most_of_owner);
	return rows_run(&rows);
}

static enum upload_kind kind_of(const char *name)
{
	for (enum upload_kind kind = UPLOAD_WHOLE; kind <= UPLOAD_JOINED; kind++)
		if (strcmp(kind_names[kind], name) == 0)
			return kind;
	return UPLOAD_ONCE;
}

enum db_result upload_read(struct db *db, const char *id, const char *owner, int64_t expiry_ms, struct upload_row *row)
{
	struct rows rows = rows_open(db, SQL_UPLOAD_READ);
	enum db_result result;

	rows_text(&rows, ":id", id);
	rows_text(&rows, ":owner", owner);
	rows_int(&rows, ":expiry_ms", expiry_ms);
	result = rows_next(&rows);
	if (result != DB_OK)
		return result;
	ROWS_COLUMN_INTO(row->id, &rows, 0);
	row->kind = kind_of(rows_column(&rows, 1));
	ROWS_COLUMN_INTO(row->owner, &rows, 2);
	ROWS_COLUMN_INTO(row->filename, &rows, 3);
	ROWS_COLUMN_INTO(row->title, &rows, 4);
	ROWS_COLUMN_INTO(row->profile, &rows, 5);
	row->priority = rows_column_int(&rows, 6, 0);
	row->length_bytes = rows_column_int(&rows, 7, -1);
	row->offset_bytes = rows_column_int(&rows, 8, 0);
	ROWS_COLUMN_INTO(row->metadata, &rows, 9);
	ROWS_COLUMN_INTO(row->concat, &rows, 10);
	ROWS_COLUMN_INTO(row->digest, &rows, 11);
	ROWS_COLUMN_INTO(row->joined, &rows, 12);
	row->done = rows_column_int(&rows, 13, 0) != 0;
	row->expires_s = rows_column_int(&rows, 14, 0);
	ROWS_COLUMN_INTO(row->wants, &rows, 15);
	row->lapsed = rows_column_int(&rows, 16, 0) != 0;
	rows_end(&rows);
	return DB_OK;
}

enum db_result upload_video_size(struct db *db, const char *id, const char *owner, int64_t *size_bytes)
{
	struct rows rows = rows_open(db, SQL_UPLOAD_VIDEO);
	enum db_result result;

	rows_text(&rows, ":id", id);
	rows_text(&rows, ":owner", owner);
	result = rows_next(&rows);
	if (result != DB_OK)
		return result;
	*size_bytes = rows_column_int(&rows, 0, 0);
	rows_end(&rows);
	return DB_OK;
}

enum db_result upload_record(struct db *db, const char *id, int64_t before_bytes, int64_t offset_bytes, bool ended)
{
	struct rows rows = rows_open(db, SQL_UPLOAD_RECORD);

	rows_text(&rows, ":id", id);
	rows_int(&rows, ":before_bytes", before_bytes);
	rows_int(&rows, ":offset_bytes", offset_bytes);
	rows_int(&rows, ":ended", ended);
	return rows_run(&rows);
}

bool upload_is_proven(struct db *db, const char *id)
{
	return rows_may_be_found_for(db, SQL_UPLOAD_IS_PROVEN, id);
}

enum db_result upload_touch(struct db *db, const char *id)
{
	return rows_run_for(db, SQL_UPLOAD_TOUCH, id);
}

enum db_result upload_set_digest(struct db *db, const char *id, const char *digest)
{
	struct rows rows = rows_open(db, SQL_UPLOAD_SET_DIGEST);

	rows_text(&rows, ":id", id);
	rows_text(&rows, ":digest", digest);
	return rows_run(&rows);
}

enum db_result upload_tell(struct db *db, const char *id)
{
	return rows_run_for(db, SQL_UPLOAD_TELL, id);
}

enum db_result upload_set_length(struct db *db, const char *id, int64_t length_bytes)
{
	struct rows rows = rows_open(db, SQL_UPLOAD_SET_LENGTH);

	rows_text(&rows, ":id", id);
	rows_int(&rows, ":length_bytes", length_bytes);
	return rows_run(&rows);
}

/* Completing ------------------------------------------------------------------------------------ */

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
	rows_text(&rows, ":sha256", done->sha256);
	return rows_run(&rows);
}

static enum db_result mark_done(struct db *db, const struct upload_done *done)
{
	struct rows rows = rows_open(db, SQL_UPLOAD_DONE);

	rows_text(&rows, ":id", done->id);
	rows_int(&rows, ":size_bytes", done->size_bytes);
	return rows_run(&rows);
}

static enum db_result mark_joined(struct db *db, const char *part, const char *into)
{
	struct rows rows = rows_open(db, SQL_UPLOAD_JOIN);

	rows_text(&rows, ":id", part);
	rows_text(&rows, ":into", into);
	return rows_run(&rows);
}

enum db_result upload_complete(struct db *db, const struct upload_done *done)
{
	enum db_result result = db_begin(db);

	if (result == DB_OK)
		result = done->keep ? mark_done(db, done) : upload_abort(db, done->id);
	for (size_t i = 0; i < done->part_count && result == DB_OK; i++)
		result = mark_joined(db, done->parts[i], done->id);
	if (result == DB_OK)
		result = insert_video(db, done);
	return db_end(db, result);
}

/* What is left behind --------------------------------------------------------------------------- */

bool upload_needs_file(struct db *db, const char *id)
{
	return rows_may_be_found_for(db, SQL_UPLOAD_NEEDS_FILE, id);
}

static enum db_result next_id(struct rows *rows, char id[ID_LEN + 1])
{
	enum db_result result = rows_next(rows);

	if (result != DB_OK)
		return result;
	snprintf(id, ID_LEN + 1, "%s", rows_column(rows, 0));
	rows_end(rows);
	return DB_OK;
}

enum db_result upload_orphan(struct db *db, char id[ID_LEN + 1])
{
	struct rows rows = rows_open(db, SQL_UPLOAD_ORPHAN);

	rows_text(&rows, ":after", id);
	return next_id(&rows, id);
}

enum db_result upload_lapsed(struct db *db, char id[ID_LEN + 1])
{
	struct rows rows = rows_open(db, SQL_UPLOAD_LAPSED);

	rows_text(&rows, ":after", id);
	return next_id(&rows, id);
}

enum db_result upload_count_time(struct db *db)
{
	struct rows rows = rows_open(db, SQL_LIVED_COUNT);

	return rows_any(rows_run(&rows));
}

enum db_result upload_expired(struct db *db, int64_t expiry_ms, char id[ID_LEN + 1])
{
	struct rows rows = rows_open(db, SQL_UPLOAD_EXPIRED);

	rows_int(&rows, ":expiry_ms", expiry_ms);
	rows_text(&rows, ":after", id);
	return next_id(&rows, id);
}

static enum db_result next_after(struct db *db, enum sql_query query, int64_t rest_ms, char id[ID_LEN + 1])
{
	struct rows rows = rows_open(db, query);

	rows_int(&rows, ":rest_ms", rest_ms);
	rows_text(&rows, ":after", id);
	return next_id(&rows, id);
}

enum db_result upload_left(struct db *db, int64_t rest_ms, char id[ID_LEN + 1])
{
	return next_after(db, SQL_UPLOAD_LEFT, rest_ms, id);
}

enum db_result upload_lasting(struct db *db, int64_t rest_ms, char id[ID_LEN + 1])
{
	return next_after(db, SQL_UPLOAD_LASTING, rest_ms, id);
}

bool upload_is_expired(struct db *db, int64_t expiry_ms, const char *id)
{
	struct rows rows = rows_open(db, SQL_UPLOAD_IS_EXPIRED);

	rows_text(&rows, ":id", id);
	rows_int(&rows, ":expiry_ms", expiry_ms);
	return rows_found(&rows) == DB_OK;
}
