/*
 * profile.c - which encoders profiles may use; the rules themselves are in sql/triggers.sql.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "store/profile.h"
#include "store/rows.h"

enum db_result profile_encoders_forget(struct db *db)
{
	struct rows rows = rows_open(db, SQL_ENCODERS_FORGET);
	enum db_result result = rows_run(&rows);

	return result == DB_NONE ? DB_OK : result;
}

enum db_result profile_encoder_add(struct db *db, const char *codec, const char *encoder)
{
	struct rows rows = rows_open(db, SQL_ENCODER_ADD);

	rows_text(&rows, ":codec", codec);
	rows_text(&rows, ":name", encoder);
	return rows_run(&rows);
}
