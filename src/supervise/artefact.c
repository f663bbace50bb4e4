/*
 * artefact.c - what children made, on the way from work/ to media/: nothing that a child put there
 * is followed, and nothing is renamed that was not fsynced.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "supervise/artefact.h"

static __thread struct artefact *artefacts;     /* that this thread has mapped */

/* Puts zeros where a mapping was.  False: they cannot be had either. */
static bool give_up(struct artefact *artefact)
{
	artefact->lost = true;
	return mmap(artefact->bytes, artefact->len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
		    0) != MAP_FAILED;
}

/* A page that the disk cannot give, or has no room for, comes as this signal: the thread goes on with zeros, and is told
 * when it unmaps.  Of anything else we die, as we would have. */
static void on_bus_error(int number, siginfo_t *info, void *context)
{
	const uint8_t *at = info->si_addr;
	int saved = errno;

	for (struct artefact *a = artefacts; a != NULL && info->si_code > 0; a = a->next)
		if (at >= a->bytes && at < a->bytes + a->len && give_up(a)) {
			errno = saved;
			return;
		}
	signal(number, SIG_DFL);
	raise(number);
}

/* The finisher's thread is started with all signals blocked, and the kernel kills who blocks this one. */
static void listen_for_bus_errors(void)
{
	struct sigaction action = { .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO };
	sigset_t bus;

	sigemptyset(&action.sa_mask);
	sigaction(SIGBUS, &action, NULL);
	sigemptyset(&bus);
	sigaddset(&bus, SIGBUS);
	pthread_sigmask(SIG_UNBLOCK, &bus, NULL);
}

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
	listen_for_bus_errors();
	artefact->bytes = bytes;
	artefact->next = artefacts;
	artefacts = artefact;
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

bool artefact_unmap(struct artefact *artefact)
{
	bool lost = artefact->lost;

	for (struct artefact **at = &artefacts; *at != NULL; at = &(*at)->next)
		if (*at == artefact) {
			*at = artefact->next;
			break;
		}
	if (artefact->bytes != NULL)
		munmap(artefact->bytes, artefact->len);
	memset(artefact, 0, sizeof *artefact);
	if (lost)
		log_error("a file in work/ or media/ could not be read, or written in its place: the disk failed, or is full");
	return !lost;
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
