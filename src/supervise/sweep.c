/*
 * sweep.c - removes scratch folders that dead responders left on the disk.  They may hold many GB, so the loop does not wait
 * for it.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "store/task.h"
#include "supervise/sweep.h"

static bool is_orphan(const struct desk *desk, const char *name)
{
	int64_t id, attempt;
	int end = 0;

	if (sscanf(name, "%" SCNd64 ".%" SCNd64 "%n", &id, &attempt, &end) != 2 || name[end] != '\0')
		return false;
	return !task_attempt_running(desk->db, id, attempt);
}

void sweep_run(const struct desk *desk)
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
