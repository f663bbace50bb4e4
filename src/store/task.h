/* task.h - rows of `task`: what a supervisor claims, runs and ends.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_TASK_H
#define CLIPMILL_TASK_H

#include "base/id.h"
#include "base/strings.h"
#include "store/db.h"

enum task_kind {
	TASK_PROBE, TASK_SCAN, TASK_CHUNK, TASK_AUDIO, TASK_SUBTITLE, TASK_POSTER, TASK_STORYBOARD, TASK_ASSEMBLE,
	TASK_DIGEST
};
#define TASK_KIND_COUNT (TASK_DIGEST + 1)

const char *task_kind_name(enum task_kind kind);

/* A claimed task.  (id, attempt) fences: once the row moves on, our updates find nothing. */
struct task {
	int64_t id;
	int64_t attempt;                /* its scratch folder is work/ID.ATTEMPT */
	int64_t failures;               /* before this attempt */
	int64_t crashes;                /* before it: times its worker died with it */
	enum task_kind kind;
	int64_t seq;
	char video[ID_LEN + 1];
	int64_t edition;                /* of the video; see sql/schema/0002-engine.sql */
	int64_t first_frame;            /* chunk: of the output, from 0 */
	bool alone;                     /* the picture is in one chunk, or not planned yet: there is no other way to cut it */
	char *source;                   /* as in video.source */
	char *single;                   /* why the video must be encoded in one piece; NULL: it need not */
	int64_t frames_planned;         /* 0: not known; of a sound seconds */
	int64_t duration_ms;            /* of the video; 0: not known */
	double predicted_s;             /* CPU seconds; 0: not known */
	int64_t caps_bytes;             /* of all that is made of the video, at the caps of its rates; 0: not planned yet */
	int64_t segment_ms;             /* as the video's profile wishes it; 0: not known */
	struct strings argv;            /* empty for probe and scan: made at the start */
	struct strings reads;           /* absolute, or relative to the store's directory */
};
void task_fini(struct task *task);

/* What the kernel and ffmpeg said of a child that is over. */
struct task_exit {
	int exit_code;                  /* -1: it was ended by a signal */
	int signal;                     /* 0: it exited */
	bool memory_short;              /* the kernel killed it, for want of memory */
	int64_t user_ms, sys_ms, max_rss_kb;
	int64_t frames;                 /* last -progress frame=; 0 where there is none */
	double fps;
	const char *stderr_tail;
};

#define TASK_CRASHES_ALONE 2     /* from here on a task is run with nothing beside it */

/* Claims the first row of view `runnable` for `worker`, which has `busy` others, and reads it, in one transaction: the first
 * that writes no more than `room_bytes`, less what running children still write.  DB_NONE: nothing to do, or that one must
 * run alone.  The caller owns what `task` then holds (task_fini). */
enum db_result task_claim(struct db *db, const char *worker, int64_t busy, int64_t room_bytes, struct task *task);

/* Reads a task with its argv and what it reads, whatever its state.  DB_NONE: there is none.  (task_fini.) */
enum db_result task_read(struct db *db, int64_t id, struct task *task);

/* Keeps what the next attempt of a running task runs instead. */
enum db_result task_again(struct db *db, const struct task *task, const struct strings *argv);

/* Keeps the child's pid, and what it runs and reads. */
enum db_result task_started(struct db *db, const struct task *task, int64_t pid);

/* DB_NONE: the row is no longer this attempt's, and its child must end. */
enum db_result task_progress(struct db *db, const struct task *task, double progress, int64_t frames, double fps);
bool task_is_ours(struct db *db, const struct task *task);

/* Ends of an attempt.  All keep `exit` in the row.  Each is DB_NONE when the row moved on. */
enum db_result task_done(struct db *db, const struct task *task, const struct task_exit *ended);
enum db_result task_retry(struct db *db, const struct task *task, const struct task_exit *ended,
			  const char *reason, int64_t delay_ms);
/* The machine's fault: it counts no failure, and waits longer each time. */
enum db_result task_put_off(struct db *db, const struct task *task, const struct task_exit *ended, const char *reason);
/* Also fails the video. */
enum db_result task_failed(struct db *db, const struct task *task, const struct task_exit *ended,
			   const char *reason, const char *detail);
/* Also plans the video anew, in one chunk, with `why`. */
enum db_result task_replan(struct db *db, const struct task *task, const struct task_exit *ended,
			   const char *reason, const char *why);
/* Keeps `exit` in the row of a task that was cancelled while its child ran. */
enum db_result task_stopped(struct db *db, const struct task *task, const struct task_exit *ended);
/* Back to the queue as if never claimed, without a failure: the worker stops. */
enum db_result task_hand_back(struct db *db, const struct task *task);

/* A task that the database holds for a worker's: running, or cancelled and not let go of. */
struct task_held {
	int64_t id;
	int64_t attempt;
	bool running;
};

/* Fills at most `most` of them; returns how many. */
size_t task_of_worker(struct db *db, const char *worker, struct task_held *held, size_t most);

/* Its worker has no child of it: back to the queue, or let go of.  DB_NONE: the row moved on. */
enum db_result task_lost(struct db *db, const struct task_held *held);

/* True where the machine was to blame for it time and again, and others of its kind go well meanwhile: it is the task's fault. */
bool task_fails_alone(struct db *db, const struct task *task);

/* True while work/ID.ATTEMPT may hold a running child's files. */
bool task_attempt_running(struct db *db, int64_t id, int64_t attempt);

#endif
