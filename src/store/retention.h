/* retention.h - renditions that a profile keeps for some time only.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_RETENTION_H
#define CLIPMILL_RETENTION_H

#include "store/task.h"

/* A rendition whose time is over; see view expired. */
struct expired {
	char video[ID_LEN + 1];
	int64_t edition;                /* that is published */
	char name[24];
	char file[64];
	int64_t keep_days;
};

/* The next one after what `expired` holds, which is all zeros at first.  DB_NONE: there is none. */
enum db_result retention_due(struct db *db, struct expired *expired);

/* Whether it still is, within a transaction that nobody publishes beside.  DB_NONE: no more. */
enum db_result retention_is_due(struct db *db, const struct expired *expired);

/*
 * The row goes, a decision says why, and its files are removed in `delay_ms`: its own, its playlist and its init
 * segment.  In the transaction in which the lists that named them were replaced.
 */
enum db_result retention_forget(struct db *db, const struct expired *expired, const char *playlist, const char *init, int64_t delay_ms);

/* Marks the sources to be removed whose time is over. */
enum db_result retention_sources(struct db *db);

#endif
