/*
 * worker.c - rows of `worker`: who is alive, and the handing on of what the dead left.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <string.h>

#include "store/rows.h"
#include "store/worker.h"

enum db_result worker_begin(struct db *db, const char *id, int64_t pid, const char *host, int64_t slots, const char *health)
{
	struct rows prune = rows_open(db, SQL_WORKER_PRUNE);
	struct rows rows = rows_open(db, SQL_WORKER_BEGIN);
	enum db_result result = rows_run(&prune);

	if (result != DB_OK && result != DB_NONE)
		return result;
	rows_text(&rows, ":id", id);
	rows_int(&rows, ":pid", pid);
	rows_text(&rows, ":host", host);
	rows_int(&rows, ":slots", slots);
	rows_text(&rows, ":health", health);
	return rows_run(&rows);
}

enum db_result worker_health(struct db *db, const char *id, const char *health)
{
	struct rows rows = rows_open(db, SQL_WORKER_HEALTH);

	rows_text(&rows, ":id", id);
	rows_text(&rows, ":health", health);
	return rows_run(&rows);
}

static enum db_result run_for(struct db *db, enum sql_query query, const char *id)
{
	struct rows rows = rows_open(db, query);

	rows_text(&rows, ":id", id);
	return rows_run(&rows);
}

static enum db_result end_as(struct db *db, const char *id, const char *state)
{
	struct rows rows = rows_open(db, SQL_WORKER_END);

	rows_text(&rows, ":id", id);
	rows_text(&rows, ":state", state);
	return rows_run(&rows);
}

static enum db_result end_and_requeue(struct db *db, const char *id, const char *state)
{
	enum db_result result = end_as(db, id, state);

	if (result != DB_OK)
		return result;
	result = run_for(db, SQL_WORKER_REQUEUE, id);
	if (result == DB_OK || result == DB_NONE)
		result = run_for(db, SQL_WORKER_LET_GO, id);
	return result == DB_NONE ? DB_OK : result;
}

/* One transaction: the row's end, and back to the queue with what it held. */
static enum db_result leave(struct db *db, const char *id, const char *state)
{
	enum db_result result = db_begin(db);

	if (result != DB_OK)
		return result;
	result = end_and_requeue(db, id, state);
	if (result == DB_OK)
		return db_commit(db);
	db_rollback(db);
	return result;
}

enum db_result worker_end(struct db *db, const char *id)
{
	return leave(db, id, "stopped");
}

enum db_result worker_bury(struct db *db, const char *id)
{
	return leave(db, id, "dead");
}

size_t worker_alive(struct db *db, struct worker_row *rows_out, size_t most)
{
	struct rows rows = rows_open(db, SQL_WORKER_ALIVE);
	size_t count = 0;

	while (count < most && rows_next(&rows) == DB_OK) {
		if (!id_valid(rows_column(&rows, 0)))
			continue;
		strcpy(rows_out[count].id, rows_column(&rows, 0));
		rows_out[count++].pid = rows_column_int(&rows, 1, 0);
	}
	rows_end(&rows);
	return count;
}

enum db_result worker_health_json(struct db *db, struct buf *out)
{
	struct rows rows = rows_open(db, SQL_HEALTH);
	enum db_result result = rows_next(&rows);

	if (result != DB_OK)
		return result;
	buf_puts(out, rows_column(&rows, 0));
	rows_end(&rows);
	return DB_OK;
}
