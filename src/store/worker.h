/* worker.h - rows of `worker`: who is alive.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_WORKER_H
#define CLIPMILL_WORKER_H

#include "base/id.h"
#include "store/db.h"

struct worker_row {
	char id[ID_LEN + 1];
	int64_t pid;
};

/* What an operator sets of a worker while it runs, and what keeps it from working. */
struct worker_orders {
	int64_t slots;
	int64_t nice;                   /* -1: as configured */
	bool paused;
	bool trouble;                   /* the machine's fault */
};

/* Adds this responder; `health` is JSON.  Its lock must be held already. */
enum db_result worker_begin(struct db *db, const char *id, int64_t pid, const char *host, int64_t slots, const char *health);
enum db_result worker_health(struct db *db, const char *id, const char *health);

/* DB_NONE: its row says that it ended, or there is none. */
enum db_result worker_read(struct db *db, const char *id, struct worker_orders *orders);

/* Says what keeps it from working, so that health and views show it; NULL: it works again. */
enum db_result worker_trouble(struct db *db, const char *id, const char *trouble);

/* It stops in good order: its tasks were handed back. */
enum db_result worker_end(struct db *db, const char *id);

/*
 * In one transaction the worker is dead and its running tasks are queued again, or given up where several
 * workers died with them.  DB_NONE: another responder was first.  Call only while holding its lock.
 */
enum db_result worker_bury(struct db *db, const char *id);

/* A worker that has had tasks for some time and no living row; DB_NONE: there is none.  Its tasks go back to the queue. */
enum db_result worker_ghost(struct db *db, char id[ID_LEN + 1]);
enum db_result worker_disown(struct db *db, const char *id);

/* Fills at most `most` rows of workers that the database holds for alive; returns how many. */
size_t worker_alive(struct db *db, struct worker_row *rows, size_t most);

/* Workers that are alive: how many, how many of them cannot work, and whose sandbox did not hold in the self-test. */
struct worker_count {
	int64_t alive, troubled, unjailed;
};

enum db_result worker_count(struct db *db, struct worker_count *count);

/* Appends all that there is to be seen of the machine at work, as one JSON object, for /api/floor. */
enum db_result worker_floor_json(struct db *db, struct buf *out);

/* Appends {"workers":[...],"queue":{...}} for /api/health. */
enum db_result worker_health_json(struct db *db, struct buf *out);

#endif
