/*
 * retention.c - removes what profiles keep for some time only: first nothing points at it any more, then its row goes,
 * and its files some time later, for players that are in the middle of it.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "encode/name.h"
#include "encode/thin.h"
#include "store/retention.h"
#include "supervise/retention.h"

#define RETIRE_MOST_MS 1000     /* at one time: what is published waits meanwhile; the next look, 20 s later, goes on */
#define LIST_MOST_BYTES ((size_t)64 << 20)

/* Replaces a list by itself without what `thin` leaves out. */
static bool thin_list(const struct desk *desk, const struct expired *e, const char *name, const char *what,
		      void (*thin)(const char *text, const char *what, struct buf *out))
{
	struct buf text = BUF_INIT, thinner = BUF_INIT;
	char path[128];
	bool ok;

	snprintf(path, sizeof path, "media/%s/%s", e->video, name);
	ok = file_read(desk->dir_fd, path, LIST_MOST_BYTES, &text) == 0;
	if (ok) {
		thin(buf_text(&text), what, &thinner);
		ok = file_replace(desk->dir_fd, path, thinner.data, thinner.len) == 0;
	}
	if (!ok)
		log_error("%s: without %s: %s", path, e->name, strerror(errno));
	buf_fini(&text);
	buf_fini(&thinner);
	return ok;
}

/* Within a transaction, so that no new edition is published at the same time, whose lists these are. */
static enum db_result retire(const struct desk *desk, const struct expired *e)
{
	enum db_result result = retention_is_due(desk->db, e);
	char stem[32], playlist[64], init[64];

	if (result != DB_OK)
		return result;
	name_stem(stem, e->edition, e->name);
	name_playlist(playlist, stem);
	name_init(init, stem);
	if (!thin_list(desk, e, NAME_MASTER, playlist, thin_master) || !thin_list(desk, e, NAME_MANIFEST, e->name, thin_manifest))
		return DB_FAILED;
	return retention_forget(desk->db, e, playlist, init, desk->conf->early_keep_ms);
}

static void retire_one(const struct desk *desk, const struct expired *e)
{
	enum db_result result = db_begin(desk->db);

	if (result != DB_OK)
		return;
	result = db_end(desk->db, retire(desk, e));
	if (result == DB_OK)
		log_info("video %s: %s was kept for %" PRId64 " day%s and goes", e->video, e->name, e->keep_days,
			 e->keep_days == 1 ? "" : "s");
}

void retention_run(const struct desk *desk)
{
	int64_t until_ms = clock_mono_ms() + RETIRE_MOST_MS;
	struct expired expired = { .edition = 0 };

	if (retention_sources(desk->db) != DB_OK)
		log_warn("sources: those to be removed could not be marked: %s", db_message(desk->db));
	while (!atomic_load(desk->stopping) && clock_mono_ms() < until_ms && retention_due(desk->db, &expired) == DB_OK)
		retire_one(desk, &expired);
}
