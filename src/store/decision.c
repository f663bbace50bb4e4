/*
 * decision.c - rows of `decision`: what was decided of an edition, and why.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "store/decision.h"
#include "store/rows.h"

enum db_result decision_add(struct db *db, const char *video, int64_t edition, const char *code, const char *detail)
{
	struct rows rows = rows_open(db, SQL_DECISION_ADD);

	rows_text(&rows, ":video", video);
	rows_int(&rows, ":edition", edition);
	rows_text(&rows, ":code", code);
	rows_text(&rows, ":detail", detail);
	return rows_run(&rows);
}
