/* job.h - the rows of a plan: what all parts of the planner add to it.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JOB_H
#define CLIPMILL_JOB_H

#include "encode/input.h"
#include "encode/rate.h"
#include "store/plan_store.h"

/* Says what was decided: a stable code, and a sentence.  Beyond PLAN_DECISIONS_MOST, nothing. */
void job_decide(struct plan *plan, const char *code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A zeroed task at the end; valid until the next one is added. */
struct plan_task *job_task(struct plan *plan, enum task_kind kind);

/* A zeroed rendition at the end; NULL where there are too many. */
struct plan_rendition *job_rendition(struct plan *plan, enum rendition_kind kind, const char *codec);

/*
 * Fills `name`: "audio-de", or "audio-de-2" where that is taken, and `label`: the title of the track made
 * safe for playlists, else `fallback`, with a number where that is taken.  `stem` is the start of the name.
 */
void job_name(const struct plan *plan, struct plan_rendition *rendition, const char *stem, const char *title, const char *fallback);

#endif
