/* runner.h - one claimed task, from its scratch folder to its last word.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_RUNNER_H
#define CLIPMILL_RUNNER_H

#include <ev.h>

#include "supervise/attempt.h"
#include "supervise/child.h"
#include "supervise/finisher.h"

/* What happens to a runner, besides its child's output. */
enum runner_event {
	RUNNER_OVER,            /* the child is over */
	RUNNER_REVOKED,         /* the row is no longer this attempt's: cancelled, deleted, or requeued */
	RUNNER_HUNG,            /* stalled, too long by the clock, or past the longest source */
	RUNNER_SHUTDOWN,        /* the responder stops */
	RUNNER_FINISHED,        /* the finisher is done with it */
	RUNNER_EVENT_COUNT
};

enum runner_state {
	RUNNER_RUNNING,         /* its child works */
	RUNNER_REVOKING,        /* its child is told to end; what it made is thrown away */
	RUNNER_ENDING,          /* its child is told to end; the attempt will be judged */
	RUNNER_RETURNING,       /* its child is told to end; the task goes back to the queue */
	RUNNER_JUDGING,         /* the finisher has it */
	RUNNER_STATE_COUNT
};

struct runner;

/* What all runners of a supervisor share.  Lent. */
struct runner_shop {
	const struct conf *conf;
	struct ev_loop *loop;
	struct db *db;                  /* the loop's quick connection */
	struct finisher *finisher;
	const char *worker;             /* our id */
	int64_t nice;                   /* of children */
	int dir_fd;
	void (*free_slot)(void *user);  /* a runner ended and freed itself: there is room again */
	void *user;
	struct runner *runners;         /* all that there are */
	int64_t count;
};

/*
 * Takes over a claimed task and spawns its child.  Where that fails the task is put off, and nothing
 * remains.  False: this machine is to blame, and would do the same to the next one.
 */
bool runner_start(struct runner_shop *shop, struct task *task) __attribute__((warn_unused_result));

/* Gives back what the database holds for ours and no runner has: where a write failed, or a hand slipped. */
void runner_reclaim(struct runner_shop *shop);

/* Looks whether each runner's row is still its own, and stops the children whose is not. */
void runner_check_all(struct runner_shop *shop);

/* Changes the niceness of all children, and of those to come. */
void runner_nice_all(struct runner_shop *shop, int64_t nice);

/* True while a task runs that workers died with: nothing is to run beside it. */
bool runner_wants_to_be_alone(const struct runner_shop *shop);

/* RUNNER_SHUTDOWN for all; they go away one by one. */
void runner_shutdown_all(struct runner_shop *shop);

/* KILL for every child that is left. */
void runner_kill_all(struct runner_shop *shop);

#endif
