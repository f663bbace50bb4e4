/* streams.h - event streams parked in the loop.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_STREAMS_H
#define CLIPMILL_STREAMS_H

#include <ev.h>
#include <pthread.h>

#include "base/conf.h"
#include "base/parked.h"
#include "store/db.h"
#include "supervise/wake.h"

struct stream;
struct progress;

/*
 * Server-sent events (HTML, section 9.2) to any number of readers, without a thread for one and without
 * ever waiting for one.  The owner of the loop is the owner of this.
 */
struct streams {
	struct parking parking;         /* first; for request threads */
	struct ev_loop *loop;
	struct db *db;                  /* ours: a commit of the loop's own connection is news to this one */
	struct wake wake;
	ev_async arrived;
	ev_timer beat;                  /* a comment, so that nobody's time-out hits, and the dead are noticed */
	ev_timer progress_timer;        /* runs for a moment after a commit: progress is told twice a second at most, */
	int64_t waiting_ms;             /* and of videos that wait not before this (clock_mono_ms) */
	bool held_back;                 /* some of that, in this look */
	int64_t last;                   /* id of the newest event that was told */
	struct stream *first;
	struct progress *progress;      /* what was told last of each video in work */

	pthread_mutex_t lock;
	struct parked *mail;            /* accepted, not yet in the loop; under the lock, as its sizes are */
	size_t mail_count, mail_room;
	bool closed;                    /* nobody is taken any more; under the lock */
};

/* Opens its own connection to the store.  Returns 0, or -1 with a line in `error`. */
int streams_start(struct streams *streams, struct ev_loop *loop, const struct conf *conf, char *error, size_t error_size);

/* Ends every stream in good order, as far as that can be done without waiting. */
void streams_stop(struct streams *streams);

#endif
