/*
 * profile.c - which profiles there are, and which encoders they may use; the rules themselves are in sql/triggers.sql.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "store/profile.h"
#include "store/rows.h"

static bool is_there(struct db *db, enum sql_query query, const char *name)
{
	struct rows rows = rows_open(db, query);

	rows_text(&rows, ":name", name);
	return rows_found(&rows) != DB_NONE; /* what cannot be looked up is not gone */
}

bool profile_exists(struct db *db, const char *name)
{
	return is_there(db, SQL_PROFILE_EXISTS, name);
}

bool profile_lacks_encoder(struct db *db, const char *name)
{
	return !is_there(db, SQL_PROFILE_HAS_ENCODERS, name);
}

enum db_result profile_encoders_forget(struct db *db)
{
	struct rows rows = rows_open(db, SQL_ENCODERS_FORGET);

	return rows_any(rows_run(&rows));
}

enum db_result profile_encoder_add(struct db *db, const char *codec, const char *encoder)
{
	struct rows rows = rows_open(db, SQL_ENCODER_ADD);

	rows_text(&rows, ":codec", codec);
	rows_text(&rows, ":name", encoder);
	return rows_run(&rows);
}
