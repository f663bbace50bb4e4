/*
 * tidy.c - what goes away by itself: deleted videos, files that profiles do not keep any longer, uploads that nobody
 * comes back for, and what dead responders left.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "base/log.h"
#include "store/discard.h"
#include "store/event.h"
#include "store/video.h"
#include "supervise/expiry.h"
#include "supervise/publish.h"
#include "supervise/retention.h"
#include "supervise/sweep.h"
#include "supervise/tidy.h"

#define CLEAR_S 20.0            /* between looks for what profiles do not keep, and for what is left of the dead */
#define STUCK_S 10.0            /* until what could not be removed is tried again */
#define EVENTS_KEPT 200000

/* Deleted videos ------------------------------------------------------------------------------ */

static struct tidy *of_removal(struct job *job)
{
	return (struct tidy *)(void *)((char *)job - offsetof(struct tidy, removal));
}

static void removal_run(struct job *job, const struct desk *desk)
{
	struct tidy *tidy = of_removal(job);

	tidy->is_stuck = !publish_remove_video(desk, tidy->video);
}

static void removal_done(struct job *job)
{
	struct tidy *tidy = of_removal(job);

	if (tidy->is_stuck) {
		memcpy(tidy->past, tidy->video, sizeof tidy->past);
		tidy->stuck = ev_now(tidy->loop);
	}
	tidy->video[0] = '\0';
	tidy->removed(tidy->user);
}

/* The next look finds the next; those up to one that could not be removed have to wait. */
static void remove_doomed(struct tidy *tidy)
{
	if (ev_now(tidy->loop) - tidy->stuck >= STUCK_S)
		tidy->past[0] = '\0';
	if (tidy->video[0] != '\0' || video_doomed(tidy->db, tidy->past, tidy->video) != DB_OK)
		return;
	tidy->removal = (struct job){ .run = removal_run, .done = removal_done };
	finisher_post(tidy->finisher, &tidy->removal);
}

/* Files and uploads --------------------------------------------------------------------------- */

static struct tidy *of_clearing(struct job *job)
{
	return (struct tidy *)(void *)((char *)job - offsetof(struct tidy, clearing));
}

static void clearing_run(struct job *job, const struct desk *desk)
{
	sweep_run(desk);
	retention_run(desk);
	publish_discard(desk);
	expiry_run(desk);
	if (event_prune(desk->db, EVENTS_KEPT) == DB_FAILED)
		log_warn("events: not pruned: %s", db_message(desk->db));
}

static void clearing_done(struct job *job)
{
	of_clearing(job)->is_clearing = false;
}

static bool is_due(struct tidy *tidy)
{
	struct discard first;

	return ev_now(tidy->loop) - tidy->cleared >= CLEAR_S || discard_due(tidy->db, &first) == DB_OK ||
	       expiry_is_due(tidy->db, tidy->conf, &tidy->strays_ms);
}

static void clear_spent(struct tidy *tidy)
{
	if (tidy->is_clearing || !is_due(tidy))
		return;
	tidy->is_clearing = true;
	tidy->cleared = ev_now(tidy->loop);
	tidy->clearing = (struct job){ .run = clearing_run, .done = clearing_done };
	finisher_post(tidy->finisher, &tidy->clearing);
}

void tidy_soon(struct tidy *tidy)
{
	tidy->cleared = 0;
}

void tidy_look(struct tidy *tidy)
{
	remove_doomed(tidy);
	clear_spent(tidy);
}
