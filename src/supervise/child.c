/*
 * child.c - one jailed child process: the one place that signals, the one that reaps.  What a child is for,
 * and what its end means, is the runner's.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "supervise/child.h"
#include "supervise/spawner.h"

#define STAT_MOST_BYTES 4096
#define DRAIN_S 1.0
#define READ_BYTES 65536

void child_jail(const struct conf *conf, struct strings *command)
{
	strings_add(command, conf->jail);
	strings_add(command, "--sandbox");
	strings_add(command, conf_sandbox_name(conf->sandbox));
	if (conf->libraries != NULL) {
		strings_add(command, "--read");
		strings_add(command, conf->libraries);
	}
}

void child_command(const struct child_spec *spec, struct strings *command)
{
	child_jail(spec->conf, command);
	strings_add(command, "--nice");
	strings_addf(command, "%" PRId64, spec->nice);
	strings_add(command, "--cpu");
	strings_addf(command, "%" PRId64, spec->cpu_s);
	strings_add(command, "--memory");
	strings_addf(command, "%" PRId64, spec->memory_bytes);
	strings_add(command, "--file-size");
	strings_addf(command, "%" PRId64, spec->file_bytes);
	if (!spec->by_hand) {
		strings_add(command, "--parent");
		strings_addf(command, "%ld", (long)getpid());
	}
	for (size_t i = 0; i < spec->reads->count; i++) {
		strings_add(command, "--read");
		strings_add(command, spec->reads->items[i]);
	}
	if (spec->dir != NULL) {
		strings_add(command, "--dir");
		strings_add(command, spec->dir);
	}
	strings_add(command, "--");
	for (size_t i = 0; i < spec->argv->count; i++)
		strings_add(command, spec->argv->items[i]);
}

/* Spawning ------------------------------------------------------------------------------------ */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Makes both pipes; the reading ends do not block.  The writing ends are close-on-exec and above 2. */
static int make_pipes(int out[2], int err[2])
{
	if (pipe2(out, O_CLOEXEC) < 0)
		return -1;
	if (pipe2(err, O_CLOEXEC) < 0) {
		close_fd(&out[0]);
		close_fd(&out[1]);
		return -1;
	}
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	return 0;
}

/* The end ------------------------------------------------------------------------------------- */

static void check_over(struct child *child)
{
	if (!child->reaped || (child->out_fd >= 0 || child->err_fd >= 0))
		return;
	ev_timer_stop(child->loop, &child->drain);
	ev_timer_stop(child->loop, &child->grace);
	child->events->over(child);
}

static void close_pipe(struct child *child, ev_io *watch, int *fd)
{
	ev_io_stop(child->loop, watch);
	close_fd(fd);
}

static void on_drained(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct child *child = timer->data;

	close_pipe(child, &child->out_watch, &child->out_fd);
	close_pipe(child, &child->err_watch, &child->err_fd);
	check_over(child);
}

/* The group dies with its leader: while the leader is unreaped, its number cannot be another's. */
static void reap(struct child *child)
{
	if (child->pid == 0)
		return;
	kill(-child->pid, SIGKILL);
	while (wait4(child->pid, &child->status, 0, &child->usage) < 0 && errno == EINTR)
		continue;
	child->pid = 0;
	child->reaped = true;
}

static void on_exit_ready(struct ev_loop *loop, ev_io *watch, int events)
{
	struct child *child = watch->data;

	close_pipe(child, &child->exit_watch, &child->pid_fd);
	reap(child);
	ev_timer_set(&child->drain, DRAIN_S, 0.0);
	ev_timer_start(loop, &child->drain);
	check_over(child);
}

/* Pipes --------------------------------------------------------------------------------------- */

/* One read: libev calls again while there is more, and other watchers get their turn. */
static ssize_t read_some(struct child *child, ev_io *watch, int *fd, char *bytes)
{
	ssize_t n = read(*fd, bytes, READ_BYTES);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return -1;
	if (n > 0)
		return n;
	close_pipe(child, watch, fd);
	return 0;
}

static void on_out(struct ev_loop *loop, ev_io *watch, int events)
{
	struct child *child = watch->data;
	char bytes[READ_BYTES];
	ssize_t n = read_some(child, watch, &child->out_fd, bytes);

	if (n > 0)
		child->events->output(child, bytes, (size_t)n);
	else if (n == 0)
		check_over(child);
}

static void on_err(struct ev_loop *loop, ev_io *watch, int events)
{
	struct child *child = watch->data;
	char bytes[READ_BYTES];
	ssize_t n = read_some(child, watch, &child->err_fd, bytes);

	if (n > 0) {
		buf_put(&child->err, bytes, (size_t)n);
		buf_keep_tail(&child->err, CHILD_STDERR_KEPT);
	} else if (n == 0) {
		check_over(child);
	}
}

static void on_grace(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct child *child = timer->data;

	if (child->pid != 0)
		kill(-child->pid, SIGKILL);
}

/* ---------------------------------------------------------------------------------------------- */

static void watch(struct child *child, ev_io *watch, void (*call)(struct ev_loop *, ev_io *, int), int fd)
{
	ev_io_init(watch, call, fd, EV_READ);
	watch->data = child;
	ev_io_start(child->loop, watch);
}

static void watch_all(struct child *child)
{
	watch(child, &child->exit_watch, on_exit_ready, child->pid_fd);
	watch(child, &child->out_watch, on_out, child->out_fd);
	watch(child, &child->err_watch, on_err, child->err_fd);
}

static int spawn_command(struct child *child, const struct child_spec *spec, int out, int err)
{
	struct strings command = STRINGS_INIT;
	int failed;

	child_command(spec, &command);
	failed = spawner_spawn(&child->pid, command.items, out, err);
	strings_fini(&command);
	if (failed != 0) {
		child->pid = 0;
		return failed;
	}
	child->pid_fd = pidfd_open(child->pid, 0);
	if (child->pid_fd >= 0)
		return 0;
	failed = errno;
	reap(child);
	return failed;
}

int child_spawn(struct child *child, struct ev_loop *loop, const struct child_events *events, const struct child_spec *spec)
{
	int out[2], err[2], failed;

	memset(child, 0, sizeof *child);
	child->loop = loop;
	child->events = events;
	child->pid_fd = child->out_fd = child->err_fd = -1;
	child->memory_kills = memory_kills();
	ev_timer_init(&child->drain, on_drained, DRAIN_S, 0.0);
	ev_timer_init(&child->grace, on_grace, 0.0, 0.0);
	child->drain.data = child->grace.data = child;
	if (make_pipes(out, err) < 0)
		return errno;
	failed = spawn_command(child, spec, out[1], err[1]);
	close(out[1]);
	close(err[1]);
	child->out_fd = out[0];
	child->err_fd = err[0];
	if (failed == 0)
		watch_all(child);
	else
		child_fini(child);
	return failed;
}

int64_t child_cpu_ticks(const struct child *child)
{
	long long user = 0, sys = 0;
	struct buf text = BUF_INIT;
	const char *fields = NULL;
	char path[32];

	snprintf(path, sizeof path, "/proc/%ld/stat", (long)child->pid);
	if (child->pid > 0 && file_read(-1, path, STAT_MOST_BYTES, &text) == 0)
		fields = strrchr(buf_text(&text), ')');         /* behind its name, which may hold anything */
	/* proc(5): state, 10 numbers, utime, stime */
	if (fields != NULL && sscanf(fields, ") %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lld %lld", &user, &sys) != 2)
		user = sys = 0;
	buf_fini(&text);
	return user + sys;
}

bool child_lacked_memory(const struct child *child)
{
	return WIFSIGNALED(child->status) && WTERMSIG(child->status) == SIGKILL && memory_kills() > child->memory_kills;
}

void child_stop(struct child *child, int64_t grace_ms)
{
	if (child->pid == 0)
		return;
	if (grace_ms > 0) {
		kill(-child->pid, SIGTERM);
		ev_timer_stop(child->loop, &child->grace);
		ev_timer_set(&child->grace, (double)grace_ms / 1000.0, 0.0);
		ev_timer_start(child->loop, &child->grace);
	} else {
		kill(-child->pid, SIGKILL);
	}
}

/* Less than before may be refused to an ordinary user: then it stays as it is. */
void child_nice(const struct child *child, int64_t nice)
{
	if (child->pid != 0)
		setpriority(PRIO_PGRP, (id_t)child->pid, (int)nice);
}

void child_fini(struct child *child)
{
	if (child->loop == NULL)
		return;
	ev_io_stop(child->loop, &child->exit_watch);
	ev_io_stop(child->loop, &child->out_watch);
	ev_io_stop(child->loop, &child->err_watch);
	ev_timer_stop(child->loop, &child->drain);
	ev_timer_stop(child->loop, &child->grace);
	reap(child);
	close_fd(&child->pid_fd);
	close_fd(&child->out_fd);
	close_fd(&child->err_fd);
	buf_fini(&child->err);
	child->loop = NULL;
}
