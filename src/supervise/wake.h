/* wake.h - notices that another process committed.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_WAKE_H
#define CLIPMILL_WAKE_H

#include <ev.h>

#include "store/db.h"

/*
 * Watches the database's directory and calls `changed` soon after any other connection commits.
 * The write to the log comes before the commit can be seen, so a write is followed by a few looks at
 * the data version, half a millisecond to 20 ms later.  A slow timer is the net below it.
 */
struct wake {
	struct ev_loop *loop;
	struct db *db;                  /* lent */
	void (*changed)(void *user);
	void *user;
	int inotify_fd;                 /* -1: none to be had; the slow timer alone */
	ev_io written;
	ev_timer recheck;
	ev_timer slow;                  /* every second */
	int tries;                      /* re-checks left */
	int64_t version;                /* last data version seen */
};

void wake_start(struct wake *wake, struct ev_loop *loop, struct db *db, const char *dir,
		void (*changed)(void *user), void *user);
void wake_stop(struct wake *wake);

#endif
