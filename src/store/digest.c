/*
 * digest.c - the SHA-256 of a video's source, as its task found it.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "store/digest.h"
#include "store/rows.h"

static enum db_result save(struct db *db, const char *video, const char *sha256)
{
	struct rows rows = rows_open(db, SQL_DIGEST_SAVE);

	rows_text(&rows, ":id", video);
	rows_text(&rows, ":sha256", sha256);
	return rows_run(&rows);
}

enum db_result digest_end(struct db *db, const struct task *task, const struct task_exit *ended, const char *sha256)
{
	enum db_result result = task_done(db, task, ended);

	return result == DB_OK ? save(db, task->video, sha256) : result;
}

enum db_result digest_save(struct db *db, const struct task *task, const struct task_exit *ended, const char *sha256)
{
	enum db_result result = db_begin(db);

	if (result == DB_OK)
		result = digest_end(db, task, ended, sha256);
	return db_end(db, result);
}
