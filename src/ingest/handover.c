/*
 * handover.c - which of the web server's files may be taken.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "ingest/handover.h"

#define NAME_DIGITS 10          /* of the names that nginx gives */
#define LEFT_S 60               /* a file's least age, to be taken for left behind */

/* What stands behind `folder` and a slash in `path`, where that is one plain name; else NULL. */
static const char *name_in(const char *folder, const char *path)
{
	size_t len = strlen(folder);
	const char *name;

	while (len > 0 && folder[len - 1] == '/')
		len--;
	if (len == 0 || strncmp(path, folder, len) != 0 || path[len] != '/')
		return NULL;
	name = path + len + 1;
	return *name == '\0' || *name == '.' || strchr(name, '/') != NULL ? NULL : name;
}

static const char *judge_folder(const struct stat *folder)
{
	return (folder->st_mode & (S_IWGRP | S_IWOTH)) != 0 ? "others can write to the folder hand_over" : NULL;
}

static const char *judge_file(const struct stat *file, const struct stat *folder, int64_t length_bytes)
{
	if (!S_ISREG(file->st_mode))
		return "it is no regular file";
	if (file->st_nlink != 1)
		return "it has other names";
	if (file->st_uid != folder->st_uid)
		return "it is not of the folder's owner";
	if (file->st_dev != folder->st_dev)
		return "it is on another file system than its folder";
	return file->st_size != length_bytes ? "it has not the length that was promised" : NULL;
}

/* O_NONBLOCK: a FIFO of that name must not hold us up. */
static const char *look(struct handover *given, const char *folder, int64_t length_bytes)
{
	struct stat dir, file;
	const char *reason;

	given->dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (given->dir_fd < 0 || fstat(given->dir_fd, &dir) < 0)
		return strerror(errno);
	given->fd = openat(given->dir_fd, given->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (given->fd < 0 || fstat(given->fd, &file) < 0)
		return strerror(errno);
	given->size_bytes = file.st_size;
	given->dev = file.st_dev;
	given->ino = file.st_ino;
	reason = judge_folder(&dir);
	return reason != NULL ? reason : judge_file(&file, &dir, length_bytes);
}

bool handover_open(struct handover *given, const char *folder, const char *path, int64_t length_bytes,
		   const char **reason)
{
	*given = (struct handover){ .dir_fd = -1, .fd = -1 };
	*reason = "hand_over is off in the settings";
	if (folder == NULL)
		return false;
	*reason = "it is not directly in the folder hand_over";
	given->name = name_in(folder, path);
	if (given->name == NULL)
		return false;
	*reason = look(given, folder, length_bytes);
	if (*reason == NULL)
		return true;
	handover_close(given);
	return false;
}

void handover_close(struct handover *given)
{
	if (given->fd >= 0)
		close(given->fd);
	if (given->dir_fd >= 0)
		close(given->dir_fd);
	given->fd = given->dir_fd = -1;
}

/*
 * A lease for writing is to be had where nobody else has the file open (fcntl(2)).  Who opens it meanwhile is held up until it
 * is gone, and we are told by a signal, which is one that nobody minds.
 */
static bool is_left(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_mtime < time(NULL) - LEFT_S && fcntl(fd, F_SETSIG, SIGURG) == 0 &&
	       fcntl(fd, F_SETLEASE, F_WRLCK) == 0;
}

static void remove_left(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (is_left(fd) && unlinkat(dir_fd, name, 0) == 0)
		log_info("hand-over: %s was left there by a web server that is gone", name);
	close(fd);
}

void handover_sweep(const char *folder)
{
	DIR *dir = folder != NULL ? file_open_dir(AT_FDCWD, folder) : NULL;
	struct dirent *entry;
	struct stat st;

	if (dir == NULL)
		return;
	while (fstat(dirfd(dir), &st) == 0 && judge_folder(&st) == NULL && (entry = readdir(dir)) != NULL)
		if (strlen(entry->d_name) == NAME_DIGITS && strspn(entry->d_name, "0123456789") == NAME_DIGITS)
			remove_left(dirfd(dir), entry->d_name);
	closedir(dir);
}
