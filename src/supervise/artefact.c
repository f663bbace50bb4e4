/*
 * artefact.c - what children made, on the way from work/ to media/: nothing that a child put there
 * is followed, and nothing is renamed that was not fsynced.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "supervise/artefact.h"

static bool map_file(int fd, bool writable, bool shared, struct artefact *artefact)
{
	struct stat st;
	void *bytes;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (st.st_nlink != 1 && !shared))
		return false;
	artefact->len = (size_t)st.st_size;
	artefact->bytes = NULL;
	if (artefact->len == 0)
		return true;
	bytes = mmap(NULL, artefact->len, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED)
		return false;
	artefact->bytes = bytes;
	return true;
}

static bool map_path(const struct desk *desk, const char *dir, const char *name, bool writable, bool shared, struct artefact *artefact)
{
	char path[PATH_MAX];
	bool mapped;
	int fd;

	memset(artefact, 0, sizeof *artefact);
	if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
		return false;
	fd = openat(desk->dir_fd, path, (writable ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	mapped = map_file(fd, writable, shared, artefact);
	close(fd);
	return mapped;
}

bool artefact_map(const struct desk *desk, const char *dir, const char *name, bool writable, struct artefact *artefact)
{
	return map_path(desk, dir, name, writable, false, artefact);
}

bool artefact_map_published(const struct desk *desk, const char *home, const char *name, struct artefact *artefact)
{
	return map_path(desk, home, name, false, true, artefact);
}

void artefact_unmap(struct artefact *artefact)
{
	if (artefact->bytes != NULL)
		munmap(artefact->bytes, artefact->len);
	memset(artefact, 0, sizeof *artefact);
}

static bool said(const char *what, const char *path, int result)
{
	if (result < 0)
		log_error("%s: %s: %s", path, what, strerror(errno));
	return result == 0;
}

static void home_of(const char *video, char path[64])
{
	snprintf(path, 64, "media/%s", video);
}

bool artefact_make_home(const struct desk *desk, const char *video)
{
	char home[64];

	home_of(video, home);
	return said("mkdir", home, file_make_dir(desk->dir_fd, home, 0755));
}

bool artefact_sync(const struct desk *desk, const struct attempt *attempt)
{
	return said("fsync", attempt->dir, file_sync_all(desk->dir_fd, attempt->dir));
}

bool artefact_move(const struct desk *desk, const struct attempt *attempt, const char *name)
{
	char from[160], to[160];

	snprintf(from, sizeof from, "%s/%s", attempt->dir, name);
	snprintf(to, sizeof to, "media/%s/%s", attempt->task.video, name);
	return said("rename", from, renameat(desk->dir_fd, from, desk->dir_fd, to));
}

bool artefact_seal(const struct desk *desk, const char *video)
{
	char home[64];

	home_of(video, home);
	return said("fsync", home, file_sync_dir(desk->dir_fd, home));
}

bool artefact_write(const struct desk *desk, const struct attempt *attempt, const char *name, const struct buf *content)
{
	char path[160];

	snprintf(path, sizeof path, "%s/%s", attempt->dir, name);
	return said("write", path, file_replace(desk->dir_fd, path, buf_text(content), content->len));
}
