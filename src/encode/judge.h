/* judge.h - is what a child made good, and if not, whose fault is it?  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JUDGE_H
#define CLIPMILL_JUDGE_H

#include "encode/boxes.h"
#include "encode/plan.h"
#include "encode/progress.h"
#include "store/rendition.h"

enum verdict {
	VERDICT_OK,             /* exited 0: look at what it made */
	VERDICT_RETRY,          /* may go better another time; counts as a failure */
	VERDICT_MACHINE,        /* disk full, no memory, jail or binary broken: wait, blame nobody */
	VERDICT_REPLAN,         /* the chunks do not fit together: the video is encoded anew in one */
	VERDICT_FAIL,           /* the input's fault, for good */
};

/* Why we ended a child, where we did. */
enum end_cause { END_BY_ITSELF, END_STALLED, END_WALL, END_TOO_LONG, END_TOO_MANY };

struct judgement {
	enum verdict verdict;
	const char *reason;     /* stable code */
	char detail[240];       /* a sentence; from ffmpeg's last line where that says most */
};

/* The one place that classes a finished child. */
void judge_exit(enum task_kind kind, const struct task_exit *ended, enum end_cause cause, struct judgement *out);

/* What failed in chunks may go well in one, what could not be copied may be encoded, and pieces that do not make a whole are
 * made anew; once.  What is too large would be so again. */
bool judge_may_replan(const struct task *task, const struct judgement *judgement);

/*
 * Checks a chunk's or audio track's file against its task: whole fragments that start with a sync
 * sample, no gaps in decode time, picture size as planned, and (video) as many frames as ffmpeg
 * reported, each as long as planned; a sound's packets take as long as it lasts.  Of one chunk among many every planned frame must be there.  `progress` is
 * ffmpeg's last word.  False with a judgement.
 */
bool judge_piece(const struct fragmented *file, const struct plan_rendition *planned, const struct task *task,
		 const struct progress *progress, struct judgement *out);

/* Checks what a finished file holds of a rendition against its pieces. */
bool judge_movie(const struct fragmented *file, const struct rendition_row *rendition, struct judgement *out);

#endif
