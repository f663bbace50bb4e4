/*
 * db.c - opening, migrating and speaking to clipmill.db.  It knows statements and results, and no
 * table: those are the nouns' beside it.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/rows.h"

#define BUSY_TIMEOUT_MS 10000
#define BUSY_WAIT_NS 1000000
#define LOOKASIDE_BYTES 4096    /* SQLite's own small allocations, without malloc */
#define LOOKASIDE_SLOTS 64

struct db {
	sqlite3 *handle;
	sqlite3_stmt *stmts[SQL_COUNT];
	int64_t busy_since_ms;          /* monotonic; of the present wait */
	bool has_turn;                  /* holds `writers` */
	int64_t schema_version;         /* as it was found to be ours; 0: not looked at */
	char message[256];
};

/*
 * Of this process' connections to write: who waits for another of them sleeps until it has committed, in the order of coming
 * as far as the kernel keeps it.  SQLite's lock, which knows no order, is left to a contest between processes.
 */
static pthread_mutex_t writers = PTHREAD_MUTEX_INITIALIZER;

static const char *const folders[] = { "incoming", "source", "work", "media", "run", "tmp", "log", NULL };
static const char *const renamed_among[] = { "incoming", "source", "work", "media", NULL };

/* Results ------------------------------------------------------------------------------------- */

void db_say(struct db *db, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(db->message, sizeof db->message, format, ap);
	va_end(ap);
}

const char *db_message(const struct db *db)
{
	return db->message;
}

static enum db_result result_of(struct db *db, int code)
{
	db_say(db, "%s", sqlite3_errmsg(db->handle));
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return DB_BUSY;
	case SQLITE_FULL:
		return DB_FULL;
	case SQLITE_CONSTRAINT:
		return DB_REFUSED;
	default:
		return DB_FAILED;
	}
}

/* Statements ---------------------------------------------------------------------------------- */

static bool prepare(struct db *db, enum sql_query query)
{
	return sqlite3_prepare_v3(db->handle, sql_queries[query].text, -1, SQLITE_PREPARE_PERSISTENT, &db->stmts[query],
				  NULL) == SQLITE_OK;
}

/* A statement that cannot be prepared now is NULL, which SQLite refuses to bind and step; rows_next() tells why. */
struct rows rows_open(struct db *db, enum sql_query query)
{
	if (db->stmts[query] == NULL && !prepare(db, query))
		return (struct rows){ db, NULL };
	sqlite3_reset(db->stmts[query]);
	sqlite3_clear_bindings(db->stmts[query]);
	return (struct rows){ db, db->stmts[query] };
}

static int parameter(struct rows *rows, const char *name)
{
	int index = sqlite3_bind_parameter_index(rows->stmt, name);

	if (index == 0 && rows->stmt != NULL)
		abort();
	return index;
}

void rows_text(struct rows *rows, const char *name, const char *value)
{
	int index = parameter(rows, name);

	if (value == NULL)
		sqlite3_bind_null(rows->stmt, index);
	else
		sqlite3_bind_text(rows->stmt, index, value, -1, SQLITE_TRANSIENT);
}

void rows_int(struct rows *rows, const char *name, int64_t value)
{
	sqlite3_bind_int64(rows->stmt, parameter(rows, name), value);
}

void rows_real(struct rows *rows, const char *name, double value)
{
	sqlite3_bind_double(rows->stmt, parameter(rows, name), value);
}

void rows_null(struct rows *rows, const char *name)
{
	sqlite3_bind_null(rows->stmt, parameter(rows, name));
}

enum db_result rows_next(struct rows *rows)
{
	int code = rows->stmt != NULL ? sqlite3_step(rows->stmt) : sqlite3_extended_errcode(rows->db->handle);
	enum db_result result;

	if (code == SQLITE_ROW)
		return DB_OK;
	result = code == SQLITE_DONE ? DB_NONE : result_of(rows->db, code);
	rows_end(rows);
	return result;
}

enum db_result rows_run(struct rows *rows)
{
	int before = sqlite3_total_changes(rows->db->handle);
	enum db_result result = rows_next(rows);

	if (result == DB_OK)
		rows_end(rows);
	if (result == DB_OK || result == DB_NONE)
		return sqlite3_total_changes(rows->db->handle) != before ? DB_OK : DB_NONE;
	return result;
}

enum db_result rows_run_for(struct db *db, enum sql_query query, const char *id)
{
	struct rows rows = rows_open(db, query);

	rows_text(&rows, ":id", id);
	return rows_run(&rows);
}

void rows_end(struct rows *rows)
{
	sqlite3_reset(rows->stmt);
}

enum db_result rows_found(struct rows *rows)
{
	enum db_result result = rows_next(rows);

	rows_end(rows);
	return result;
}

bool rows_may_be_found_for(struct db *db, enum sql_query query, const char *id)
{
	struct rows rows = rows_open(db, query);

	rows_text(&rows, ":id", id);
	return rows_found(&rows) != DB_NONE;
}

enum db_result rows_put(struct rows *rows, struct buf *out)
{
	enum db_result result = rows_next(rows);

	if (result != DB_OK)
		return result;
	buf_utf8(out, rows_column(rows, 0));
	rows_end(rows);
	return DB_OK;
}

const char *rows_column_or_null(struct rows *rows, int column)
{
	return (const char *)sqlite3_column_text(rows->stmt, column);
}

const char *rows_column(struct rows *rows, int column)
{
	const char *text = rows_column_or_null(rows, column);

	return text != NULL ? text : "";
}

char *rows_column_copy(struct rows *rows, int column)
{
	const char *text = rows_column_or_null(rows, column);
	char *copy = text != NULL ? strdup(text) : NULL;

	if (text != NULL && copy == NULL)
		abort();
	return copy;
}

void *rows_grow(void *array, size_t count, size_t size)
{
	char *grown = realloc(array, (count + 1) * size);

	if (grown == NULL)
		abort();
	memset(grown + count * size, 0, size);
	return grown;
}

static bool is_null(struct rows *rows, int column)
{
	return sqlite3_column_type(rows->stmt, column) == SQLITE_NULL;
}

int64_t rows_column_int(struct rows *rows, int column, int64_t otherwise)
{
	return is_null(rows, column) ? otherwise : sqlite3_column_int64(rows->stmt, column);
}

double rows_column_real(struct rows *rows, int column, double otherwise)
{
	return is_null(rows, column) ? otherwise : sqlite3_column_double(rows->stmt, column);
}

/* Transactions -------------------------------------------------------------------------------- */

static enum db_result run_plain(struct db *db, enum sql_query query)
{
	struct rows rows = rows_open(db, query);
	enum db_result result = rows_next(&rows);

	return rows_any(result);
}

static bool take_turn(struct db *db)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += BUSY_TIMEOUT_MS / 1000;
	db->has_turn = pthread_mutex_clocklock(&writers, CLOCK_MONOTONIC, &until) == 0;
	if (!db->has_turn)
		db_say(db, "another writer of this process holds the database");
	return db->has_turn;
}

static void give_turn(struct db *db)
{
	if (db->has_turn)
		pthread_mutex_unlock(&writers);
	db->has_turn = false;
}

enum db_result db_begin(struct db *db)
{
	enum db_result result;

	if (!take_turn(db))
		return DB_BUSY;
	result = run_plain(db, SQL_BEGIN);
	if (result != DB_OK)
		give_turn(db);
	return result;
}

enum db_result db_end(struct db *db, enum db_result result)
{
	if (result == DB_OK)
		result = run_plain(db, SQL_COMMIT);
	if (result == DB_OK)
		give_turn(db);
	else
		db_rollback(db);
	return result;
}

void db_rollback(struct db *db)
{
	char kept[sizeof db->message];

	if (!sqlite3_get_autocommit(db->handle)) {
		memcpy(kept, db->message, sizeof kept);
		if (run_plain(db, SQL_ROLLBACK) == DB_OK)
			memcpy(db->message, kept, sizeof kept);
	}
	give_turn(db);
}

static int64_t ask_version(struct db *db, enum sql_query query)
{
	struct rows rows = rows_open(db, query);
	int64_t version = -1;

	if (rows_next(&rows) == DB_OK) {
		version = rows_column_int(&rows, 0, -1);
		rows_end(&rows);
	}
	return version;
}

int64_t db_data_version(struct db *db)
{
	return ask_version(db, SQL_DATA_VERSION);
}

/* Opening and migrating ----------------------------------------------------------------------- */

static bool run_script(sqlite3 *handle, const char *script)
{
	return sqlite3_exec(handle, script, NULL, NULL, NULL) == SQLITE_OK;
}

static bool run_open(sqlite3 *handle, enum sql_open which)
{
	return run_script(handle, sql_open[which].text);
}

/* Runs one statement of open.sql with sql_rules as its parameter, if it has one; -1 on failure. */
static int64_t ask_open(sqlite3 *handle, enum sql_open which)
{
	sqlite3_stmt *stmt;
	int64_t value = 0;
	int code;

	if (sqlite3_prepare_v2(handle, sql_open[which].text, -1, &stmt, NULL) != SQLITE_OK)
		return -1;
	if (sqlite3_bind_parameter_count(stmt) == 1)
		sqlite3_bind_text(stmt, 1, sql_rules, -1, SQLITE_STATIC);
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return code == SQLITE_ROW || code == SQLITE_DONE ? value : -1;
}

static bool is_current(sqlite3 *handle)
{
	return ask_open(handle, SQL_OPEN_VERSION) == SQL_SCHEMA_COUNT && ask_open(handle, SQL_OPEN_RULES_CURRENT) > 0;
}

bool db_is_anothers(struct db *db)
{
	int64_t schema_version = ask_version(db, SQL_SCHEMA_VERSION), version, rules;

	if (schema_version < 0 || schema_version == db->schema_version)
		return false;
	version = ask_open(db->handle, SQL_OPEN_VERSION);
	rules = ask_open(db->handle, SQL_OPEN_RULES_CURRENT);
	if (version == SQL_SCHEMA_COUNT && rules > 0)
		db->schema_version = schema_version;
	return version > SQL_SCHEMA_COUNT || rules == 0;
}

/* Inside a transaction: each migration sets user_version to its own number. */
static bool migrate_from(sqlite3 *handle, int64_t version)
{
	for (; version < SQL_SCHEMA_COUNT; version++)
		if (!run_script(handle, sql_schema[version]))
			return false;
	return run_script(handle, sql_rules) && ask_open(handle, SQL_OPEN_RULES_FORGET) >= 0 &&
	       ask_open(handle, SQL_OPEN_RULES_REMEMBER) >= 0;
}

static bool migrate(sqlite3 *handle, char *error, size_t error_size)
{
	int64_t version;

	if (is_current(handle))
		return true;
	if (!run_open(handle, SQL_OPEN_LOCK))
		goto failed;
	version = ask_open(handle, SQL_OPEN_VERSION);
	if (version > SQL_SCHEMA_COUNT) {
		snprintf(error, error_size, "the database has schema %lld, newer than this program's %d: use the newer clipmill",
			 (long long)version, SQL_SCHEMA_COUNT);
		run_open(handle, SQL_OPEN_GIVE_UP);
		return false;
	}
	if (version >= 0 && (is_current(handle) || migrate_from(handle, version)) && run_open(handle, SQL_OPEN_UNLOCK))
		return true;
failed:
	snprintf(error, error_size, "migrating the database: %s", sqlite3_errmsg(handle));
	run_open(handle, SQL_OPEN_GIVE_UP);
	return false;
}

static bool prepare_all(struct db *db, char *error, size_t error_size)
{
	for (int i = 0; i < SQL_COUNT; i++) {
		if (prepare(db, (enum sql_query)i))
			continue;
		snprintf(error, error_size, "query %s: %s", sql_queries[i].name, sqlite3_errmsg(db->handle));
		return false;
	}
	return true;
}

/*
 * Another writer holds the database: it commits within milliseconds.  SQLite's own handler sleeps longer each time, up to
 * 100 ms, and who has waited longest looks least often.
 */
static int wait_turn(void *user, int count)
{
	struct db *db = user;
	struct timespec turn = { .tv_nsec = BUSY_WAIT_NS };

	if (count == 0)
		db->busy_since_ms = clock_mono_ms();
	else if (clock_mono_ms() - db->busy_since_ms > BUSY_TIMEOUT_MS)
		return 0;
	nanosleep(&turn, NULL);
	return 1;
}

/* Who makes the WAL has the database alone for a moment; SQLite asks no busy handler where two would wait for each other. */
static bool set_up(struct db *db)
{
	for (int count = 0; !run_open(db->handle, SQL_OPEN_SETUP); count++)
		if ((sqlite3_errcode(db->handle) & 0xff) != SQLITE_BUSY || !wait_turn(db, count))
			return false;
	return true;
}

/* Before SQLite's first use: its memory statistics cost a lock around every allocation. */
static void configure(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static bool open_file(struct db *db, const char *dir, int flags, char *error, size_t error_size)
{
	static pthread_once_t configured = PTHREAD_ONCE_INIT;
	char path[PATH_MAX];

	pthread_once(&configured, configure);
	snprintf(path, sizeof path, "%s/clipmill.db", dir);
	if (sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		snprintf(error, error_size, "%s: %s%s", path, sqlite3_errmsg(db->handle),
			 flags & SQLITE_OPEN_CREATE ? "" : " (run 'clipmill init' once)");
		return false;
	}
	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_LOOKASIDE, NULL, LOOKASIDE_BYTES, LOOKASIDE_SLOTS);
	sqlite3_busy_handler(db->handle, wait_turn, db);
	if (set_up(db))
		return true;
	snprintf(error, error_size, "%s: %s", path, sqlite3_errmsg(db->handle));
	return false;
}

static bool open_with(struct db *db, const char *dir, int flags, enum db_durability durability, bool first, char *error,
		      size_t error_size)
{
	return open_file(db, dir, flags, error, error_size) &&
	       run_open(db->handle, durability == DB_DURABLE ? SQL_OPEN_DURABLE : SQL_OPEN_QUICK) &&
	       (!first || migrate(db->handle, error, error_size)) && run_open(db->handle, SQL_OPEN_KEYS);
}

static struct db *open_new(const char *dir, int flags, enum db_durability durability, bool first, char *error, size_t error_size)
{
	struct db *db = calloc(1, sizeof *db);

	if (db == NULL)
		abort();
	error[0] = '\0';
	if (open_with(db, dir, SQLITE_OPEN_READWRITE | flags, durability, first, error, error_size) &&
	    (!first || prepare_all(db, error, error_size)))
		return db;
	if (error[0] == '\0')
		snprintf(error, error_size, "%s/clipmill.db: %s", dir, sqlite3_errmsg(db->handle));
	db_close(db);
	return NULL;
}

struct db *db_open(const char *dir, enum db_durability durability, char *error, size_t error_size)
{
	return open_new(dir, 0, durability, true, error, error_size);
}

struct db *db_open_another(const char *dir, enum db_durability durability, char *error, size_t error_size)
{
	return open_new(dir, 0, durability, false, error, error_size);
}

void db_close(struct db *db)
{
	if (db == NULL)
		return;
	for (int i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(db->stmts[i]);
	sqlite3_close(db->handle);
	free(db);
}

static int make_folders(const char *dir, char *error, size_t error_size)
{
	char path[PATH_MAX];

	if (file_make_dirs(dir, 0755) < 0) {
		snprintf(error, error_size, "%s: %s", dir, strerror(errno));
		return -1;
	}
	for (const char *const *folder = folders; *folder != NULL; folder++) {
		bool public = strcmp(*folder, "media") == 0;

		snprintf(path, sizeof path, "%s/%s", dir, *folder);
		if (file_make_dir(AT_FDCWD, path, public ? 0755 : 0750) < 0) {
			snprintf(error, error_size, "%s: %s", path, strerror(errno));
			return -1;
		}
	}
	return 0;
}

static int check_folders(const char *dir, char *error, size_t error_size)
{
	struct stat whole, part;
	char path[PATH_MAX];

	for (const char *const *folder = renamed_among; *folder != NULL; folder++) {
		snprintf(path, sizeof path, "%s/%s", dir, *folder);
		if (stat(dir, &whole) == 0 && stat(path, &part) == 0 && whole.st_dev != part.st_dev) {
			snprintf(error, error_size, "%s is on another file system than %s: no file could be renamed into it", path, dir);
			return -1;
		}
	}
	return 0;
}

int db_init(const char *dir, char *error, size_t error_size)
{
	struct db *db;

	if (make_folders(dir, error, error_size) < 0 || check_folders(dir, error, error_size) < 0)
		return -1;
	db = open_new(dir, SQLITE_OPEN_CREATE, DB_DURABLE, true, error, error_size);
	if (db == NULL)
		return -1;
	db_close(db);
	return 0;
}
