/* attempt.h - one run of one task, as the runner leaves it for judgement.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_ATTEMPT_H
#define CLIPMILL_ATTEMPT_H

#include "encode/copies.h"
#include "encode/judge.h"
#include "encode/progress.h"
#include "encode/scan.h"
#include "store/task.h"
#include "supervise/child.h"

#define ATTEMPT_OUTPUT_MOST (1 << 20)    /* bytes that are kept of it: of ffprobe's JSON; so much is not whole */

/* Everything that is known of an attempt once its child is over. */
struct attempt {
	struct task task;
	char dir[48];                   /* its scratch folder, "work/ID.ATTEMPT", relative to the store */
	enum end_cause cause;           /* why we ended it, if we did */
	struct progress progress;       /* ffmpeg's last word */
	struct buf output;              /* probe: ffprobe's JSON; digest: its lines */
	struct scan scan;               /* scan: the packets */
	struct copies copies;           /* scan: what of it could be copied */
	struct buf err;                 /* the last lines of standard error */
	struct task_exit ended;         /* stderr_tail points into `err` */
};

/* Takes over what `task` holds, and leaves it empty. */
void attempt_init(struct attempt *attempt, struct task *task);
void attempt_fini(struct attempt *attempt);

/* A plan may be older than the last upgrade or move: programs and files are where they are now, not where its rows say they were. */
void attempt_renew(const struct conf *conf, struct task *task);

/*
 * What the child is to run.  Probe, scan and digest come before there is a plan: theirs is made anew for each attempt; what a plan
 * holds is renewed.  False: the database cannot be read.
 */
bool attempt_make_argv(struct attempt *attempt, const struct conf *conf, struct db *db) __attribute__((warn_unused_result));

/* What the child says on standard output: kept, counted, or its progress. */
void attempt_hear(struct attempt *attempt, const char *bytes, size_t len);

/* How a task's child is run: its limits go by its kind.  `dir` and what `task` holds are lent. */
struct child_spec attempt_spec(const struct conf *conf, const struct task *task, int64_t nice, const char *dir);

/* Absolute path of a file of the video, for argv and the jail: a source given as an absolute path
 * stays as it is. */
void attempt_source_path(const struct conf *conf, const struct task *task, char path[4096]);
void attempt_media_path(const struct conf *conf, const struct task *task, char path[4096]);

#endif
