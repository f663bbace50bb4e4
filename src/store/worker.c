/*
 * worker.c - rows of `worker`: who is alive, and the handing on of what the dead left.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
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

enum db_result worker_read(struct db *db, const char *id, struct worker_orders *orders)
{
	struct rows rows = rows_open(db, SQL_WORKER_READ);
	enum db_result result;

	rows_text(&rows, ":id", id);
	result = rows_next(&rows);
	if (result != DB_OK)
		return result;
	orders->slots = rows_column_int(&rows, 0, 0);
	orders->nice = rows_column_int(&rows, 1, -1);
	orders->paused = rows_column_int(&rows, 2, 0) != 0;
	orders->trouble = rows_column(&rows, 3)[0] != '\0';
	rows_end(&rows);
	return DB_OK;
}

enum db_result worker_trouble(struct db *db, const char *id, const char *trouble)
{
	struct rows rows = rows_open(db, SQL_WORKER_TROUBLE);

	rows_text(&rows, ":id", id);
	rows_text(&rows, ":trouble", trouble);
	return rows_any(rows_run(&rows));
}

static enum db_result end_as(struct db *db, const char *id, const char *state)
{
	struct rows rows = rows_open(db, SQL_WORKER_END);

	rows_text(&rows, ":id", id);
	rows_text(&rows, ":state", state);
	return rows_run(&rows);
}

/* Runs statements for a worker; that one of them finds no row is fine. */
static enum db_result run_all(struct db *db, const enum sql_query *queries, size_t count, const char *id)
{
	enum db_result result = DB_OK;

	for (size_t i = 0; i < count && (result == DB_OK || result == DB_NONE); i++)
		result = rows_run_for(db, queries[i], id);
	return rows_any(result);
}

static enum db_result hand_back(struct db *db, const char *id)
{
	static const enum sql_query queries[] = { SQL_WORKER_REQUEUE, SQL_WORKER_LET_GO };

	return run_all(db, queries, sizeof queries / sizeof *queries, id);
}

static enum db_result take_from_dead(struct db *db, const char *id)
{
	static const enum sql_query queries[] = {
		SQL_WORKER_DIED_WITH, SQL_WORKER_BLAMES, SQL_WORKER_INHERIT, SQL_WORKER_LEAVES_DIGEST, SQL_WORKER_GIVES_UP,
		SQL_WORKER_LET_GO,
	};

	return run_all(db, queries, sizeof queries / sizeof *queries, id);
}

enum db_result worker_end(struct db *db, const char *id)
{
	enum db_result result = db_begin(db);

	if (result == DB_OK)
		result = end_as(db, id, "stopped");
	if (result == DB_OK)
		result = hand_back(db, id);
	return db_end(db, result);
}

enum db_result worker_bury(struct db *db, const char *id)
{
	enum db_result result = db_begin(db);

	if (result == DB_OK)
		result = end_as(db, id, "dead");
	if (result == DB_OK)
		result = take_from_dead(db, id);
	return db_end(db, result);
}

enum db_result worker_ghost(struct db *db, char id[ID_LEN + 1])
{
	struct rows rows = rows_open(db, SQL_WORKER_GHOST);
	enum db_result result = rows_next(&rows);

	if (result != DB_OK)
		return result;
	snprintf(id, ID_LEN + 1, "%s", rows_column(&rows, 0));
	rows_end(&rows);
	return DB_OK;
}

enum db_result worker_disown(struct db *db, const char *id)
{
	enum db_result result = db_begin(db);

	if (result == DB_OK)
		result = hand_back(db, id);
	return db_end(db, result);
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

enum db_result worker_count(struct db *db, struct worker_count *count)
{
	struct rows rows = rows_open(db, SQL_WORKER_COUNT);
	enum db_result result = rows_next(&rows);

	if (result != DB_OK)
		return result;
	count->alive = rows_column_int(&rows, 0, 0);
	count->troubled = rows_column_int(&rows, 1, 0);
	count->unjailed = rows_column_int(&rows, 2, 0);
	rows_end(&rows);
	return DB_OK;
}

enum db_result worker_health_json(struct db *db, struct buf *out)
{
	struct rows rows = rows_open(db, SQL_HEALTH);

	return rows_put(&rows, out);
}

enum db_result worker_floor_json(struct db *db, struct buf *out)
{
	struct rows rows = rows_open(db, SQL_FLOOR);

	return rows_put(&rows, out);
}
