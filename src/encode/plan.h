/* plan.h - from facts to the whole job: rungs, chunks, argv.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_PLAN_H
#define CLIPMILL_PLAN_H

#include "encode/input.h"

/*
 * Fills `plan` (plan_fini): one chunk task a chunk, an audio task, a poster, and assemble, with
 * their argv.  Children run with their scratch folder as working directory and write there, under
 * the relative names of name.h; what they read is absolute and listed in `reads`.
 * False with `refusal` when nothing can be made of the source.  The same input gives the same plan.
 */
bool plan_make(const struct plan_input *input, struct plan *plan, struct refusal *refusal);

/* The steps of task kind probe, by its seq: the second one where a track is named that does not begin where the first one looks. */
enum probe_step { PROBE_HEAD, PROBE_WIDE };

/* argv of the first two tasks, which are known before there is a plan; of what
 * there is one, and what its rows are of. */
void plan_probe_argv(const struct conf *conf, const char *source, bool wide, struct strings *argv);
void plan_scan_argv(const struct conf *conf, const char *source, const struct facts *facts, struct strings *argv);
bool plan_scan_is_wanted(const struct facts *facts);
void plan_scan_begin(const struct facts *facts, struct scan *scan);

#endif
