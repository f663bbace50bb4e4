/* rows.h - statements, for the store's own files only.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_ROWS_H
#define CLIPMILL_ROWS_H

#include <sqlite3.h>

#include <stdio.h>

#include "store/db.h"
#include "store/sql.h"

/* One statement in use: rows_open, bind, then rows_run, or rows_next until it is not DB_OK. */
struct rows {
	struct db *db;
	sqlite3_stmt *stmt;
};

struct rows rows_open(struct db *db, enum sql_query query);

/* Bind by name, ":id".  A name that the statement does not have aborts: it is our mistake. */
void rows_text(struct rows *rows, const char *name, const char *value);        /* NULL binds NULL */
void rows_int(struct rows *rows, const char *name, int64_t value);
void rows_real(struct rows *rows, const char *name, double value);
void rows_null(struct rows *rows, const char *name);

/* Runs a statement that gives no rows.  DB_NONE when it changed none. */
enum db_result rows_run(struct rows *rows) __attribute__((warn_unused_result));

/* All of that for one that takes an id, ":id", and nothing else. */
enum db_result rows_run_for(struct db *db, enum sql_query query, const char *id) __attribute__((warn_unused_result));

/* What it gave, where it is as well that no row is there, or none was changed. */
static inline enum db_result rows_any(enum db_result result)
{
	return result == DB_NONE ? DB_OK : result;
}

/* The next row; DB_NONE after the last.  Anything but DB_OK has ended the statement. */
enum db_result rows_next(struct rows *rows) __attribute__((warn_unused_result));

/* Ends it before the last row.  Harmless twice. */
void rows_end(struct rows *rows);

/* Whether it has a row: DB_OK or DB_NONE.  The statement has ended. */
enum db_result rows_found(struct rows *rows) __attribute__((warn_unused_result));

/* Whether one that takes an id, ":id", and nothing else, may have one: what cannot be looked up is not gone. */
bool rows_may_be_found_for(struct db *db, enum sql_query query, const char *id);

/* The first column of its only row as UTF-8.  The statement has ended. */
enum db_result rows_put(struct rows *rows, struct buf *out) __attribute__((warn_unused_result));

/* Columns of the row that rows_next() gave; their text is there until the next one. */
const char *rows_column(struct rows *rows, int column);         /* "" for NULL */
const char *rows_column_or_null(struct rows *rows, int column);
char *rows_column_copy(struct rows *rows, int column);          /* the caller's, to free; NULL for NULL */
#define ROWS_COLUMN_INTO(array, rows, column) snprintf((array), sizeof(array), "%s", rows_column((rows), (column)))
int64_t rows_column_int(struct rows *rows, int column, int64_t otherwise);
double rows_column_real(struct rows *rows, int column, double otherwise);

/* An array that grows by one zeroed element, for rows whose number nobody knows; aborts without memory. */
void *rows_grow(void *array, size_t count, size_t size);

/* Keeps words of our own as db_message(). */
void db_say(struct db *db, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
