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
	enum db_result result;

	rows_text(&rows, ":id", id);
	rows_text(&rows, ":trouble", trouble);
	result = rows_run(&rows);
	return result == DB_NONE ? DB_OK : result;
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

/* Runs statements for a worker; that one of them finds no row is fine. */
static enum db_result run_all(struct db *db, const enum sql_query *queries, size_t count, const char *id)
{
	enum db_result result = DB_OK;

	for (size_t i = 0; i < count && (result == DB_OK || result == DB_NONE); i++)
		result = run_for(db, queries[i], id);
	return result == DB_NONE ? DB_OK : result;
}

static enum db_result end_and_requeue(struct db *db, const char *id, bool died)
{
	static const enum sql_query well[] = { SQL_WORKER_REQUEUE, SQL_WORKER_LET_GO };
	static const enum sql_query badly[] = {
		SQL_WORKER_DIED_WITH, SQL_WORKER_BLAMES, SQL_WORKER_INHERIT, SQL_WORKER_LEAVES_DIGEST, SQL_WORKER_GIVES_UP,
		SQL_WORKER_LET_GO,
	};
	enum db_result result = end_as(db, id, died ? "dead" : "stopped");

	if (result != DB_OK)
		return result;
	return died ? run_all(db, badly, sizeof badly / sizeof *badly, id) : run_all(db, well, sizeof well / sizeof *well, id);
}

/* One transaction: the row's end, and back to the queue with what it held. */
static enum db_result leave(struct db *db, const char *id, bool died)
{
	enum db_result result = db_begin(db);

	if (result != DB_OK)
		return result;
	return db_end(db, end_and_requeue(db, id, died));
}

enum db_result worker_end(struct db *db, const char *id)
{
	return leave(db, id, false);
}

enum db_result worker_bury(struct db *db, const char *id)
{
	return leave(db, id, true);
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
	static const enum sql_query both[] = { SQL_WORKER_REQUEUE, SQL_WORKER_LET_GO };
	enum db_result result = db_begin(db);

	if (result != DB_OK)
		return result;
	return db_end(db, run_all(db, both, sizeof both / sizeof *both, id));
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

static enum db_result one_json(struct db *db, enum sql_query query, struct buf *out)
{
	struct rows rows = rows_open(db, query);
	enum db_result result = rows_next(&rows);

	if (result != DB_OK)
		return result;
	buf_utf8(out, rows_column(&rows, 0));
	rows_end(&rows);
	return DB_OK;
}

bool worker_unjailed(struct db *db)
{
	struct rows rows = rows_open(db, SQL_WORKER_UNJAILED);
	enum db_result result = rows_next(&rows);

	rows_end(&rows);
	return result == DB_OK;
}

enum db_result worker_health_json(struct db *db, struct buf *out)
{
	return one_json(db, SQL_HEALTH, out);
}

enum db_result worker_floor_json(struct db *db, struct buf *out)
{
	return one_json(db, SQL_FLOOR, out);
}
