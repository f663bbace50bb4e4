/*
 * retention.c - renditions and sources that a profile keeps for some time only.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/decision.h"
#include "store/discard.h"
#include "store/retention.h"
#include "store/rows.h"

enum db_result retention_due(struct db *db, struct expired *expired)
{
	struct rows rows = rows_open(db, SQL_RETENTION_DUE);
	enum db_result result;

	rows_text(&rows, ":video", expired->video);
	rows_text(&rows, ":name", expired->name);
	result = rows_next(&rows);
	if (result != DB_OK)
		return result;
	memcpy(expired->video, rows_column(&rows, 0), sizeof expired->video);
	expired->edition = rows_column_int(&rows, 1, 1);
	snprintf(expired->name, sizeof expired->name, "%s", rows_column(&rows, 2));
	snprintf(expired->file, sizeof expired->file, "%s", rows_column(&rows, 3));
	expired->keep_days = rows_column_int(&rows, 4, 0);
	rows_end(&rows);
	return DB_OK;
}

static struct rows open_for(struct db *db, enum sql_query query, const struct expired *expired)
{
	struct rows rows = rows_open(db, query);

	rows_text(&rows, ":video", expired->video);
	rows_int(&rows, ":edition", expired->edition);
	rows_text(&rows, ":name", expired->name);
	return rows;
}

enum db_result retention_is_due(struct db *db, const struct expired *expired)
{
	struct rows rows = open_for(db, SQL_RETENTION_IS_DUE, expired);

	return rows_found(&rows);
}

static enum db_result decide(struct db *db, const struct expired *expired)
{
	char detail[120];

	snprintf(detail, sizeof detail, "%s was removed %" PRId64 " day%s after the video was ready, as its profile says.", expired->name,
		 expired->keep_days, expired->keep_days == 1 ? "" : "s");
	return decision_add(db, expired->video, expired->edition, "rung_expired", detail);
}

enum db_result retention_forget(struct db *db, const struct expired *expired, const char *playlist, const char *init,
				int64_t delay_ms)
{
	struct rows rows = open_for(db, SQL_RENDITION_REMOVE, expired);
	enum db_result result = rows_run(&rows);
	const char *const files[] = { expired->file, playlist, init };

	if (result == DB_OK)
		result = decide(db, expired);
	for (size_t i = 0; i < sizeof files / sizeof *files && result == DB_OK; i++)
		result = discard_add(db, expired->video, files[i], delay_ms);
	return result;
}

enum db_result retention_sources(struct db *db)
{
	struct rows rows = rows_open(db, SQL_RETENTION_SOURCES);

	return rows_any(rows_run(&rows));
}
