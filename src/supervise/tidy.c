/*
 * tidy.c - what goes away by itself: deleted videos, files that profiles do not keep any longer, uploads that nobody
 * comes back for, and what dead responders left.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/owner.h"
#include "store/discard.h"
#include "store/event.h"
#include "store/video.h"
#include "supervise/expiry.h"
#include "supervise/retention.h"
#include "supervise/sweep.h"
#include "supervise/tidy.h"

#define CLEAR_MS 20000          /* between looks for what profiles do not keep, and for what is left of the dead */
#define STUCK_MS 10000          /* until what could not be removed is tried again */
#define DISCARD_MOST_MS 200     /* at one time: what is published waits meanwhile; the next look goes on */
#define EVENTS_KEPT 200000

/* Deleted videos ------------------------------------------------------------------------------ */

static bool remove_folder(const struct desk *desk, const char *folder, const char *video)
{
	char path[64];

	snprintf(path, sizeof path, "%s/%s", folder, video);
	if (file_remove_tree(desk->dir_fd, path) == 0)
		return true;
	log_error("%s: could not be removed: %s", path, strerror(errno));
	return false;
}

/* Removes every file of a video in state deleting, then its row.  False: something is left, and it was logged. */
static bool remove_video(const struct desk *desk, const char *video)
{
	enum db_result result;

	if (!remove_folder(desk, "media", video) || !remove_folder(desk, "source", video))
		return false;
	result = video_remove(desk->db, video);
	if (result == DB_OK)
		log_info("video %s: deleted", video);
	else if (result != DB_NONE)
		log_error("video %s: its row could not be removed: %s", video, db_message(desk->db));
	return result == DB_OK || result == DB_NONE;
}

static void removal_run(struct job *job, const struct desk *desk)
{
	struct tidy *tidy = OWNER_OF(job, struct tidy, removal);

	tidy->is_stuck = !remove_video(desk, tidy->video);
}

static void removal_done(struct job *job)
{
	struct tidy *tidy = OWNER_OF(job, struct tidy, removal);

	if (tidy->is_stuck) {
		memcpy(tidy->past, tidy->video, sizeof tidy->past);
		tidy->past_until_ms = clock_mono_ms() + STUCK_MS;
	}
	tidy->video[0] = '\0';
	tidy->removed(tidy->user);
}

/* The next look finds the next; those up to one that could not be removed have to wait. */
static void remove_doomed(struct tidy *tidy)
{
	if (clock_mono_ms() >= tidy->past_until_ms)
		tidy->past[0] = '\0';
	if (tidy->video[0] != '\0' || video_doomed(tidy->db, tidy->past, tidy->video) != DB_OK)
		return;
	tidy->removal = (struct job){ .run = removal_run, .done = removal_done };
	finisher_post(tidy->finisher, &tidy->removal);
}

/* Files and uploads --------------------------------------------------------------------------- */

/* Anything but DB_OK: it is still the first that is due. */
static enum db_result discard_one(const struct desk *desk, const struct discard *discard)
{
	char path[320];
	bool is_source = strcmp(discard->file, DISCARD_SOURCE) == 0;
	enum db_result result = is_source ? discard_source_first(desk->db, discard) : DB_OK;

	if (result != DB_OK)
		return result;
	if (is_source)
		snprintf(path, sizeof path, "source/%s", discard->video);
	else
		snprintf(path, sizeof path, "media/%s/%s", discard->video, discard->file);
	if (unlinkat(desk->dir_fd, path, 0) < 0 && errno != ENOENT) {
		log_error("%s: could not be removed: %s", path, strerror(errno));
		return discard_put_off(desk->db, discard);
	}
	return discard_forget(desk->db, discard);
}

/* Removes published files whose time has come, and the rows that name them. */
static void discard_files(const struct desk *desk)
{
	int64_t until_ms = clock_mono_ms() + DISCARD_MOST_MS;
	struct discard discard;

	while (!atomic_load(desk->stopping) && clock_mono_ms() < until_ms && discard_due(desk->db, &discard) == DB_OK)
		if (discard_one(desk, &discard) != DB_OK)
			return;
}

static void clearing_run(struct job *job, const struct desk *desk)
{
	sweep_run(desk);
	retention_run(desk);
	discard_files(desk);
	expiry_run(desk);
	if (event_prune(desk->db, EVENTS_KEPT) == DB_FAILED)
		log_warn("events: not pruned: %s", db_message(desk->db));
}

static void clearing_done(struct job *job)
{
	OWNER_OF(job, struct tidy, clearing)->is_clearing = false;
}

static bool is_due(struct tidy *tidy)
{
	struct discard first;

	return clock_mono_ms() >= tidy->clear_ms || discard_due(tidy->db, &first) == DB_OK ||
	       expiry_is_due(tidy->db, tidy->conf, &tidy->strays_ms);
}

static void clear_spent(struct tidy *tidy)
{
	if (tidy->is_clearing || !is_due(tidy))
		return;
	tidy->is_clearing = true;
	tidy->clear_ms = clock_mono_ms() + CLEAR_MS;
	tidy->clearing = (struct job){ .run = clearing_run, .done = clearing_done };
	finisher_post(tidy->finisher, &tidy->clearing);
}

void tidy_soon(struct tidy *tidy)
{
	tidy->clear_ms = 0;
}

void tidy_look(struct tidy *tidy)
{
	remove_doomed(tidy);
	clear_spent(tidy);
}
