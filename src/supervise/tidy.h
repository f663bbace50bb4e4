/* tidy.h - what goes away by itself, in the hands of a finisher of its own.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_TIDY_H
#define CLIPMILL_TIDY_H

#include "base/id.h"
#include "supervise/finisher.h"

/* The caller fills in the first part and leaves the rest at 0.  It lives as long as the finisher. */
struct tidy {
	const struct conf *conf;        /* lent */
	struct db *db;                  /* the loop's */
	struct finisher *finisher;
	void (*removed)(void *user);    /* in the loop's thread: a deleted video is gone, and there may be another */
	void *user;

	struct job removal, clearing;
	char video[ID_LEN + 1];         /* being removed; "": none is */
	bool is_stuck;                  /* it could not be removed; written in the finisher's thread */
	char past[ID_LEN + 1];          /* only those behind it are removed now; "": all */
	int64_t past_until_ms;          /* monotonic */
	bool is_clearing;
	int64_t clear_ms;               /* monotonic: when that is begun again at the latest */
	int64_t strays_ms;              /* monotonic: when stray files were looked for; 0: not yet */
};

/*
 * Gives the finisher what is due and it does not have yet: a video that was deleted, one at a time; and published files
 * and uploads whose time has come, and what dead responders left.
 */
void tidy_look(struct tidy *tidy);

/* The next look is for all of it. */
void tidy_soon(struct tidy *tidy);

#endif
