/*
 * early.c - a video that is watched while it is still encoded.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "store/early.h"
#include "store/rows.h"

enum db_result early_read(struct db *db, const struct task *task, struct early *early)
{
	struct rows rows = rows_open(db, SQL_EARLY);
	enum db_result result;

	rows_text(&rows, ":id", task->video);
	rows_int(&rows, ":edition", task->edition);
	result = rows_next(&rows);
	if (result != DB_OK)
		return result;
	early->published = rows_column_int(&rows, 0, 0) != 0;
	early->playable = rows_column_int(&rows, 1, 0) != 0;
	early->segment_most_ms = rows_column_int(&rows, 2, 0);
	early->pieces = rows_column_int(&rows, 3, 0);
	rows_end(&rows);
	return DB_OK;
}

enum db_result early_playable(struct db *db, const struct task *task)
{
	struct rows rows = rows_open(db, SQL_VIDEO_PLAYABLE);

	rows_text(&rows, ":id", task->video);
	return rows_run(&rows);
}
