/* db.h - one connection to clipmill.db with its statements prepared.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_DB_H
#define CLIPMILL_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * A connection.  It belongs to one thread.  Every statement of sql/queries.sql is prepared when a process'
 * first one opens, so a bad one fails at start.  Only the store's own files see the statements; other rooms
 * call the nouns: video.h, upload.h, task.h, worker.h, plan_store.h.
 */
struct db;

/* What became of a call.  Where a noun's function returns one, anything but DB_OK changed nothing. */
enum db_result {
	DB_OK,
	DB_NONE,        /* no such row, or the row was not in the state that the change needs */
	DB_REFUSED,     /* a CHECK or trigger said no; db_message() has its plain words */
	DB_BUSY,        /* another writer held the database for longer than we wait; try again */
	DB_FULL,        /* the disk is full */
	DB_FAILED,      /* anything else; db_message() */
};

enum db_durability {
	DB_DURABLE,     /* synchronous=FULL: a commit survives power loss.  For what is acknowledged */
	DB_QUICK,       /* synchronous=NORMAL: survives kill -9.  For claims and progress */
};

/*
 * Creates directory `dir`, its parents, its folders and the database, and brings an existing one up
 * to date.  Idempotent.  Returns 0, or -1 with a line in `error`.
 */
int db_init(const char *dir, char *error, size_t error_size) __attribute__((warn_unused_result));

/*
 * Opens dir/clipmill.db, which must exist; migrates it when it is older than this program.  NULL
 * with a line in `error` when it is missing, newer than this program, damaged, or a statement is bad.
 */
struct db *db_open(const char *dir, enum db_durability durability, char *error, size_t error_size)
	__attribute__((warn_unused_result));

/*
 * The same beside one that db_open opened: a statement is prepared when it is used for the first time.  So a
 * connection that uses few of them is small (0.6 MiB of an upload's and not 2.4), and there can be hundreds.
 * Nothing is migrated: what another version made its own meanwhile stays so, for db_is_anothers() to find.
 */
struct db *db_open_another(const char *dir, enum db_durability durability, char *error, size_t error_size)
	__attribute__((warn_unused_result));

/* Closes and frees; NULL is fine. */
void db_close(struct db *db);

/* The last failure of this connection in words; valid until its next call. */
const char *db_message(const struct db *db);

/* A number that changes when any *other* connection commits (PRAGMA data_version); -1 on failure. */
int64_t db_data_version(struct db *db);

/* Another program, of another version, has made the schema or the views its own since this one opened the database. */
bool db_is_anothers(struct db *db);

/* Several calls of the nouns as one, which begins with BEGIN IMMEDIATE.  Not nestable. */
enum db_result db_begin(struct db *db) __attribute__((warn_unused_result));
/* Its end: COMMIT where `result` of them is DB_OK, else ROLLBACK.  What came of it all.  Harmless where db_begin() failed. */
enum db_result db_end(struct db *db, enum db_result result) __attribute__((warn_unused_result));
void db_rollback(struct db *db);

#endif
