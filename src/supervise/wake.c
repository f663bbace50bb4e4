/*
 * wake.c - notices that another process committed, within about a millisecond and without polling.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/log.h"
#include "supervise/wake.h"

#define FIRST_RECHECK_S 0.0005
#define RECHECK_S 0.001
#define RECHECKS 20
#define SLOW_S 1.0

/* True when somebody committed since the last look. */
static bool look(struct wake *wake)
{
	int64_t version = db_data_version(wake->db);

	if (version == wake->version)
		return false;
	wake->version = version;
	return true;
}

static void on_recheck(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct wake *wake = timer->data;

	if (look(wake))
		wake->changed(wake->user);
	else if (--wake->tries == 0)
		ev_timer_stop(loop, timer);
}

static void start_rechecks(struct wake *wake)
{
	ev_timer_stop(wake->loop, &wake->recheck);
	ev_timer_set(&wake->recheck, FIRST_RECHECK_S, RECHECK_S);
	ev_timer_start(wake->loop, &wake->recheck);
	wake->tries = RECHECKS;
}

/* Drains the queue; true when one of the events was about the write-ahead log. */
static bool log_written(int fd)
{
	char bytes[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool written = false;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof bytes)) > 0) {
		for (char *at = bytes; at < bytes + n;) {
			const struct inotify_event *event = (const struct inotify_event *)(const void *)at;

			if (event->len > 4 && strstr(event->name, "-wal") != NULL)
				written = true;
			at += sizeof *event + event->len;
		}
	}
	return written;
}

static void on_written(struct ev_loop *loop, ev_io *watch, int events)
{
	struct wake *wake = watch->data;

	if (log_written(watch->fd))
		start_rechecks(wake);
}

static void on_slow(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct wake *wake = timer->data;

	look(wake);
	wake->changed(wake->user);
}

static void watch_directory(struct wake *wake, const char *dir)
{
	wake->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (wake->inotify_fd >= 0 && inotify_add_watch(wake->inotify_fd, dir, IN_MODIFY | IN_CREATE) >= 0) {
		ev_io_init(&wake->written, on_written, wake->inotify_fd, EV_READ);
		wake->written.data = wake;
		ev_io_start(wake->loop, &wake->written);
		return;
	}
	log_warn("no inotify (%s): changes are noticed once a second only", strerror(errno));
	if (wake->inotify_fd >= 0)
		close(wake->inotify_fd);
	wake->inotify_fd = -1;
}

void wake_start(struct wake *wake, struct ev_loop *loop, struct db *db, const char *dir,
		void (*changed)(void *user), void *user)
{
	*wake = (struct wake){ .loop = loop, .db = db, .changed = changed, .user = user };
	wake->version = db_data_version(db);
	ev_timer_init(&wake->recheck, on_recheck, FIRST_RECHECK_S, RECHECK_S);
	ev_timer_init(&wake->slow, on_slow, SLOW_S, SLOW_S);
	wake->recheck.data = wake->slow.data = wake;
	ev_timer_start(loop, &wake->slow);
	watch_directory(wake, dir);
}

void wake_stop(struct wake *wake)
{
	if (wake->loop == NULL)
		return;
	if (wake->inotify_fd >= 0) {
		ev_io_stop(wake->loop, &wake->written);
		close(wake->inotify_fd);
	}
	ev_timer_stop(wake->loop, &wake->recheck);
	ev_timer_stop(wake->loop, &wake->slow);
	wake->loop = NULL;
}
