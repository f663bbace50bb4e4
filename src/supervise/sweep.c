/*
 * sweep.c - removes what dead responders left on the disk: bodies that were half there, and scratch folders.  It may be
 * many GB, so the loop does not wait for it.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/id.h"
#include "base/log.h"
#include "store/task.h"
#include "store/upload.h"
#include "store/video.h"
#include "supervise/sweep.h"

/* The row goes last, so that nothing is forgotten. */
static bool remove_upload(const struct desk *desk, const char *id)
{
	char path[64];

	snprintf(path, sizeof path, "incoming/%s", id);
	if (file_remove_tree(desk->dir_fd, path) < 0)
		return false;
	snprintf(path, sizeof path, "source/%s", id);
	if (!video_exists(desk->db, id) && file_remove_tree(desk->dir_fd, path) < 0)
		return false;
	return upload_abort(desk->db, id) != DB_FAILED;
}

static void remove_uploads(const struct desk *desk)
{
	char id[ID_LEN + 1] = "";

	while (!atomic_load(desk->stopping) && upload_orphan(desk->db, id) == DB_OK)
		if (!remove_upload(desk, id))
			log_warn("upload %s: could not be removed", id);
}

static bool is_orphan(const struct desk *desk, const char *name)
{
	int64_t id, attempt;
	int end = 0;

	if (sscanf(name, "%" SCNd64 ".%" SCNd64 "%n", &id, &attempt, &end) != 2 || name[end] != '\0')
		return false;
	return !task_attempt_running(desk->db, id, attempt);
}

static void remove_scratch(const struct desk *desk)
{
	DIR *dir = file_open_dir(desk->dir_fd, "work");
	struct dirent *entry;

	if (dir == NULL)
		return;
	while (!atomic_load(desk->stopping) && (entry = readdir(dir)) != NULL)
		if (is_orphan(desk, entry->d_name) && file_remove_tree(dirfd(dir), entry->d_name) < 0)
			log_warn("work/%s: could not be removed: %s", entry->d_name, strerror(errno));
	closedir(dir);
}

void sweep_run(const struct desk *desk)
{
	remove_uploads(desk);
	remove_scratch(desk);
}
