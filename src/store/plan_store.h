/* plan_store.h - a plan, and what becomes of it.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_PLAN_STORE_H
#define CLIPMILL_PLAN_STORE_H

#include "store/profile.h"
#include "store/rendition.h"
#include "store/task.h"

#define PLAN_RENDITIONS_MOST (PLAN_RUNGS_MOST + 32)     /* rungs, sounds and texts */

/* One task to come. */
struct plan_task {
	enum task_kind kind;
	int64_t seq;
	struct strings argv;
	struct strings reads;
	int64_t first_frame;            /* chunk: of the output, from 0 */
	int64_t frames_planned;         /* 0: not known; of a sound seconds */
	int64_t needs_bytes;            /* of the source; 0: all */
	size_t needs_first, needs_count;/* waits for the plan's tasks [needs_first, needs_first + needs_count) */
};

/* The whole job of one video. */
#define PLAN_DECISIONS_MOST 128 /* a film has 24 texts and 8 sounds, of each of which something is told, and steps of its profile that are left out */
struct plan {
	struct plan_task *tasks;        /* owned; a task comes after all that it needs */
	size_t task_count;
	struct plan_rendition renditions[PLAN_RENDITIONS_MOST];
	size_t rendition_count;
	struct { char code[32]; char detail[200]; } decisions[PLAN_DECISIONS_MOST];
	size_t decision_count;
	int64_t duration_ms, width, height, frames;
	size_t pieces;                  /* chunks of each rung; 0: no picture */
	int64_t segment_most_ms;        /* the longest segment of its rungs; 0: no picture */
};
void plan_fini(struct plan *plan);

/*
 * Each of these is one durable transaction that also ends the task as done; DB_NONE and no change
 * when the attempt is no longer ours.
 */
/* Probed, or looked at: only the tasks of `plan` follow, if any; it is made later. */
enum db_result plan_tasks(struct db *db, const struct task *task, const struct task_exit *ended, const struct plan *plan);
/* Planned: the whole job follows. */
enum db_result plan_write(struct db *db, const struct task *task, const struct task_exit *ended, const struct plan *plan);
/* The poster is published; `file` NULL: there is none, and `why` says so in a decision. */
enum db_result plan_poster(struct db *db, const struct task *task, const struct task_exit *ended,
			   const char *file, const char *why);
/* The same for the storyboard: the name of its WebVTT file. */
enum db_result plan_storyboard(struct db *db, const struct task *task, const struct task_exit *ended,
			       const char *file, const char *why);
/* A text is published, and `why`, if it is not NULL, says how it was read; `piece` NULL: nothing of it can be shown, its rendition
 * goes, and `why` says so. */
enum db_result plan_text(struct db *db, const struct task *task, const struct task_exit *ended,
			 const char *rendition, const struct piece *piece, const char *why);
/* What else belongs into the same transaction, done last; anything but DB_OK undoes it all. */
struct plan_also {
	enum db_result (*run)(struct db *db, void *what);
	void *what;
};

/* What of a task's plan did not decode. */
struct lost {
	int64_t count;                  /* frames, or of a sound seconds; 0 or less: nothing */
	int64_t from_ms, to_ms;         /* of frames: where, in the video; the same twice: all behind it */
	bool damaged;                   /* frames that came are not whole, or stand for others */
	int64_t begins_ms, ends_ms;     /* of the piece */
};

/* A chunk or an audio track is published. */
enum db_result plan_pieces(struct db *db, const struct task *task, const struct task_exit *ended,
			   const struct piece *pieces, size_t count, const struct lost *lost, const struct plan_also *also);
/* Everything is published: the video is ready. */
enum db_result plan_publish(struct db *db, const struct task *task, const struct task_exit *ended,
			    const struct published *files, size_t count, const struct plan_also *also);

#endif
