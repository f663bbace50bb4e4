/*
 * profile.c - what is to be made of videos, and which encoders may make it; the rules themselves are in sql/triggers.sql.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <string.h>

#include "store/profile.h"
#include "store/rows.h"

bool profile_exists(struct db *db, const char *name)
{
	return rows_may_be_found_for(db, SQL_PROFILE_EXISTS, name);
}

bool profile_lacks_encoder(struct db *db, const char *name)
{
	return !rows_may_be_found_for(db, SQL_PROFILE_HAS_ENCODERS, name);
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

/* Of a video --------------------------------------------------------------------------------- */

static void read_rung(struct rows *rows, struct profile_rung *rung)
{
	ROWS_COLUMN_INTO(rung->codec, rows, 0);
	rung->short_side = rows_column_int(rows, 1, 0);
	rung->max_kbps = rows_column_int(rows, 2, 0);
	rung->crf = rows_column_int(rows, 3, 0);
	ROWS_COLUMN_INTO(rung->preset, rows, 4);
}

static enum db_result read_rungs(struct db *db, const char *video, struct profile *profile)
{
	struct rows rows = rows_open(db, SQL_PROFILE_RUNGS);
	enum db_result result;

	rows_text(&rows, ":id", video);
	rows_int(&rows, ":most", PLAN_RUNGS_MOST - 2); /* a top rung of the source's size and the sound come on top */
	while ((result = rows_next(&rows)) == DB_OK)
		read_rung(&rows, &profile->rungs[profile->rung_count++]);
	return rows_any(result);
}

static void read_profile(struct rows *rows, struct profile *profile)
{
	ROWS_COLUMN_INTO(profile->name, rows, 0);
	profile->segment_ms = rows_column_int(rows, 1, 4000);
	profile->chunk_ms = rows_column_int(rows, 2, 10000);
	profile->rate_max = rows_column_int(rows, 3, 60);
	ROWS_COLUMN_INTO(profile->audio_codec, rows, 4);
	profile->audio_kbps = rows_column_int(rows, 5, 128);
	profile->surround_kbps = rows_column_int(rows, 6, 0);
	profile->copy = rows_column_int(rows, 7, 0) != 0;
	profile->storyboard = rows_column_int(rows, 8, 1) != 0;
}

static enum db_result keep_recipe(struct db *db, const char *video)
{
	struct rows rows = rows_open(db, SQL_RECIPE_KEEP);

	rows_text(&rows, ":id", video);
	return rows_any(rows_run(&rows));
}

enum db_result profile_read(struct db *db, const char *video, struct profile *profile)
{
	enum db_result result = keep_recipe(db, video);
	struct rows rows;

	memset(profile, 0, sizeof *profile);
	if (result != DB_OK)
		return result;
	rows = rows_open(db, SQL_PROFILE_READ);
	rows_text(&rows, ":id", video);
	result = rows_next(&rows);
	if (result != DB_OK)
		return result;
	read_profile(&rows, profile);
	rows_end(&rows);
	return read_rungs(db, video, profile);
}
