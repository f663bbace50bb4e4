/*
 * event.c - rows of `event`: triggers write them, this only keeps their number down.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "store/event.h"
#include "store/rows.h"

enum db_result event_prune(struct db *db, int64_t keep)
{
	struct rows rows = rows_open(db, SQL_EVENT_PRUNE);

	rows_int(&rows, ":keep", keep);
	return rows_run(&rows);
}
