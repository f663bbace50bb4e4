/* child.h - one jailed child process, from spawn to its last word.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_CHILD_H
#define CLIPMILL_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <ev.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/strings.h"

#define CHILD_STDERR_KEPT 4096  /* bytes of its last words */

/* What to run, and within which bounds. */
struct child_spec {
	const struct conf *conf;
	const struct strings *argv;     /* argv[0] is the program's path */
	const struct strings *reads;    /* absolute files that it may read */
	const char *dir;                /* absolute: its working directory, the one place it may write; NULL: none */
	int64_t nice;                   /* 0 to 19 */
	bool by_hand;                   /* it does not die with us */
	int64_t memory_bytes;
	int64_t cpu_s;
	int64_t file_bytes;
};

struct child;

struct child_events {
	/* Bytes of its standard output, as they come. */
	void (*output)(struct child *child, const char *bytes, size_t len);
	/* It is reaped and its pipes are at their end: child_fini may be called. */
	void (*over)(struct child *child);
};

/*
 * Over when it is reaped *and* its pipes are at EOF, or a second after the reap (something else may
 * hold a pipe).  Only the loop's thread may touch it.
 */
struct child {
	struct ev_loop *loop;
	const struct child_events *events;
	pid_t pid;                      /* 0: never spawned, or reaped: nothing to signal */
	int pid_fd, out_fd, err_fd;     /* -1: closed */
	ev_io exit_watch, out_watch, err_watch;
	ev_timer drain;                 /* from the reap to giving up on the pipes */
	ev_timer grace;                 /* from TERM to KILL */
	bool reaped;
	int status;                     /* of wait4, once reaped */
	struct rusage usage;
	int64_t memory_kills;           /* when it began */
	struct buf err;                 /* the last CHILD_STDERR_KEPT bytes */
};

/* The beginning of such a line: the jail as the configuration wants it, for any program. */
void child_jail(const struct conf *conf, struct strings *command);

/* The whole command line, jail included: what ps shows and an operator can run by hand. */
void child_command(const struct child_spec *spec, struct strings *command);

/*
 * Spawns it in a process group of its own with nothing inherited but its two pipes.  Must be called
 * from the main thread: the kernel ties the child's life to the thread that made it.  Returns 0, or
 * an errno, and then there is nothing to free.
 */
int child_spawn(struct child *child, struct ev_loop *loop, const struct child_events *events, const struct child_spec *spec)
	__attribute__((warn_unused_result));

/* Changes how far its group stands back. */
void child_nice(const struct child *child, int64_t nice);

/* CPU time that it took so far, in clock ticks; 0 where that cannot be told. */
int64_t child_cpu_ticks(const struct child *child);

/* It was reaped, and somebody killed it while the kernel did so for want of memory. */
bool child_lacked_memory(const struct child *child);

/* TERM to its group now, KILL after `grace_ms`; 0 kills at once, also what is stopped. */
void child_stop(struct child *child, int64_t grace_ms);

/* Stops its watchers and frees what it holds.  Fine on a zeroed struct. */
void child_fini(struct child *child);

#endif
