/* recovery.h - takes over the work that dead responders left.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_RECOVERY_H
#define CLIPMILL_RECOVERY_H

#include <ev.h>

#include "base/id.h"
#include "store/db.h"

struct peer;

/* Watches the other responders of this machine and buries those that died. */
struct recovery {
	struct ev_loop *loop;
	struct db *db;                  /* lent */
	int dir_fd;                     /* lent */
	const char *self;               /* our worker id; lent */
	void (*buried)(void *user);     /* work came back to the queue, and files of the dead may lie about */
	void *user;
	struct peer *peers;
	int64_t slow_ms;                /* when all locks are tried next; monotonic */
};

void recovery_start(struct recovery *recovery, struct ev_loop *loop, struct db *db, int dir_fd, const char *self,
		    void (*buried)(void *user), void *user);

/*
 * Looks at the rows of living workers: a new one is watched by a pidfd, so that its death is noticed
 * at once; one whose lock is free is buried: its tasks are queued again.  Once a second all locks are tried, and tasks
 * whose worker has no living row are queued again.
 */
void recovery_look(struct recovery *recovery);

void recovery_stop(struct recovery *recovery);

#endif
