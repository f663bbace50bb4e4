/* finisher.h - the thread for work that waits on the disk.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_FINISHER_H
#define CLIPMILL_FINISHER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <ev.h>

#include "base/conf.h"
#include "store/db.h"

/* What a job may use while it runs.  Belongs to the finisher's thread. */
struct desk {
	const struct conf *conf;
	struct db *db;                  /* a durable connection of its own */
	int dir_fd;                     /* of the store */
	const char *worker;             /* our id */
	const atomic_bool *stopping;    /* true: do not wait for anything any more */
};

/* Something to do beside the loop: fsync, judge, publish, remove.  The poster owns it until `done`. */
struct job {
	void (*run)(struct job *job, const struct desk *desk);          /* in the finisher's thread */
	void (*done)(struct job *job);                                  /* afterwards, in the loop's thread */
	struct job *next;
};

struct finisher;

/* One thread, jobs in the order they were posted.  NULL with a line in `error`. */
struct finisher *finisher_start(const struct conf *conf, struct ev_loop *loop, int dir_fd, const char *worker, char *error,
				size_t error_size);

void finisher_post(struct finisher *finisher, struct job *job);

/*
 * Waits at most `timeout_ms` for posted jobs and calls their `done`.  True when none is left; then
 * finisher_free may be called.  Otherwise a job is stuck on the disk, and only exiting helps.
 */
bool finisher_stop(struct finisher *finisher, int64_t timeout_ms);
void finisher_free(struct finisher *finisher);

#endif
