/*
 * sweep.c - removes what dead responders left on the disk: scratch folders, which may hold many GB, so the loop does not wait
 * for it, and locks of those who were killed before they had a row.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/log.h"
#include "store/task.h"
#include "store/worker.h"
#include "supervise/lock.h"
#include "supervise/sweep.h"

#define LOCK_SUFFIX ".lock"
#define YOUNG_S 60              /* a lock's age, while its responder may be about to take it */

static bool is_orphan(const struct desk *desk, const char *name)
{
	int64_t id, attempt;
	int end = 0;

	if (sscanf(name, "%" SCNd64 ".%" SCNd64 "%n", &id, &attempt, &end) != 2 || name[end] != '\0')
		return false;
	return !task_attempt_running(desk->db, id, attempt);
}

static void sweep_scratch(const struct desk *desk, int dir_fd, const char *name)
{
	if (is_orphan(desk, name) && file_remove_tree(dir_fd, name) < 0)
		log_warn("work/%s: could not be removed: %s", name, strerror(errno));
}

/* Those who have a row are buried with theirs (recovery.c). */
static void sweep_lock(const struct desk *desk, int dir_fd, const char *name)
{
	struct worker_orders orders;
	char id[ID_LEN + 1];
	struct stat st;
	int fd;

	snprintf(id, sizeof id, "%.*s", ID_LEN, name);
	if (strlen(name) <= ID_LEN || strcmp(name + ID_LEN, LOCK_SUFFIX) != 0 || !id_valid(id))
		return;
	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_mtime > time(NULL) - YOUNG_S)
		return;
	if (worker_read(desk->db, id, &orders) == DB_NONE && lock_try(desk->dir_fd, id, &fd) == LOCK_OURS)
		lock_remove(desk->dir_fd, id, fd);
}

static void sweep_folder(const struct desk *desk, const char *folder, void (*sweep)(const struct desk *, int, const char *))
{
	DIR *dir = file_open_dir(desk->dir_fd, folder);
	struct dirent *entry;

	if (dir == NULL)
		return;
	while (!atomic_load(desk->stopping) && (entry = readdir(dir)) != NULL)
		sweep(desk, dirfd(dir), entry->d_name);
	closedir(dir);
}

void sweep_run(const struct desk *desk)
{
	sweep_folder(desk, "work", sweep_scratch);
	sweep_folder(desk, "run", sweep_lock);
}
