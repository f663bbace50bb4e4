/*
 * lock.c - run/WORKER.lock: who holds it is alive, without heartbeats, leases or guesses about pids.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "supervise/lock.h"

static void path_of(const char *worker, char path[64])
{
	snprintf(path, 64, "run/%s.lock", worker);
}

int lock_create(int dir_fd, const char *worker)
{
	char path[64];
	int fd;

	path_of(worker, path);
	fd = openat(dir_fd, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	close(fd);
	return -1;
}

enum lock_result lock_try(int dir_fd, const char *worker, int *fd)
{
	char path[64];
	bool held;

	path_of(worker, path);
	*fd = openat(dir_fd, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0)
		return errno == ENOENT ? LOCK_OURS : LOCK_FAILED;
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return LOCK_OURS;
	held = errno == EWOULDBLOCK;
	close(*fd);
	*fd = -1;
	return held ? LOCK_HELD : LOCK_FAILED;
}

void lock_remove(int dir_fd, const char *worker, int fd)
{
	char path[64];

	path_of(worker, path);
	unlinkat(dir_fd, path, 0);
	if (fd >= 0)
		close(fd);
}
