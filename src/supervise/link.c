/*
 * link.c - the files of a finished video, as hard links for another that is the same: the disk holds the bytes once,
 * and each video can be deleted alone.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "supervise/link.h"

/* Where things go, relative to the store. */
struct places {
	char from[64];          /* media/TWIN */
	char folder[64];        /* in our scratch folder, then */
	char to[64];            /* media/VIDEO */
};

static struct places places_of(const struct work *work, const struct link_twin *twin)
{
	struct places p;

	snprintf(p.from, sizeof p.from, "media/%s", twin->video);
	snprintf(p.folder, sizeof p.folder, "%s/media", work->attempt->dir);
	snprintf(p.to, sizeof p.to, "media/%s", work->attempt->task.video);
	return p;
}

/* What is published has neither a dot in front nor a replacement's ending, and no time set to be removed. */
static bool is_published(const struct work *work, const struct link_twin *twin, const struct dirent *entry)
{
	static const char half[] = ".tmp";
	size_t len = strlen(entry->d_name);

	if (entry->d_name[0] == '.' || (len >= sizeof half && strcmp(entry->d_name + len - (sizeof half - 1), half) == 0))
		return false;
	return !link_is_spent(work->desk->db, twin, entry->d_name);
}

static int link_entries(const struct work *work, const struct link_twin *twin, DIR *from, int to)
{
	struct dirent *entry;

	while ((entry = file_entry(from)) != NULL)
		if (is_published(work, twin, entry) && linkat(dirfd(from), entry->d_name, to, entry->d_name, 0) < 0)
			return -1;
	return errno == 0 ? fsync(to) : -1;
}

static int link_folder(const struct work *work, const struct link_twin *twin, const struct places *p)
{
	DIR *from = file_open_dir(work->desk->dir_fd, p->from), *to;
	int result;

	if (from == NULL)
		return -1;
	to = file_open_dir(work->desk->dir_fd, p->folder);
	result = to != NULL ? file_close_dir(to, link_entries(work, twin, from, dirfd(to))) : -1;
	return file_close_dir(from, result);
}

/* Whoever looks finds the one or the other, and never none. */
static int link_source(const struct work *work, const struct link_twin *twin)
{
	char from[64], folder[64], to[64];

	snprintf(from, sizeof from, "source/%s", twin->video);
	snprintf(folder, sizeof folder, "%s/source", work->attempt->dir);
	snprintf(to, sizeof to, "source/%s", work->attempt->task.video);
	if (linkat(work->desk->dir_fd, from, work->desk->dir_fd, folder, 0) < 0)
		return -1;
	return file_move(work->desk->dir_fd, folder, to);
}

bool link_files(const struct work *work, const struct link_twin *twin)
{
	const struct places p = places_of(work, twin);
	int dir_fd = work->desk->dir_fd;
	int result = mkdirat(dir_fd, p.folder, 0755);

	if (result == 0)
		result = link_folder(work, twin, &p);
	if (result == 0)
		result = file_move(dir_fd, p.folder, p.to);
	if (result == 0 && twin->source)
		result = link_source(work, twin);
	if (result == 0)
		return true;
	log_warn("video %s: not linked with %s, but encoded: %s", work->attempt->task.video, twin->video, strerror(errno));
	link_undo(work);
	return false;
}

void link_undo(const struct work *work)
{
	char path[64];

	if (!task_is_ours(work->desk->db, &work->attempt->task))
		return;
	snprintf(path, sizeof path, "media/%s", work->attempt->task.video);
	if (file_remove_tree(work->desk->dir_fd, path) < 0)
		log_warn("%s: could not be removed: %s", path, strerror(errno));
}
