/* plan.h - from facts to the whole job: rungs, chunks, argv.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_PLAN_H
#define CLIPMILL_PLAN_H

#include "encode/input.h"
#include "store/plan_store.h"

/*
 * Fills `plan` (plan_fini): one chunk task a chunk, an audio task, a poster, and assemble, with
 * their argv.  Children run with their scratch folder as working directory and write there, under
 * the relative names of name.h; what they read is absolute and listed in `reads`.
 * False with `refusal` when nothing can be made of the source.  The same input gives the same plan.
 */
bool plan_make(const struct plan_input *input, struct plan *plan, struct refusal *refusal);

/* argv of the first two tasks, which are known before there is a plan. */
void plan_probe_argv(const struct conf *conf, const char *source, enum probe_step step, struct strings *argv);
void plan_scan_argv(const struct conf *conf, const char *source, const struct facts *facts, struct strings *argv);

/* True where there is a list of packets to be made at all: of the picture, or of a sound whose clock may jump. */
bool plan_scan_is_wanted(const struct facts *facts);

/* Tells `scan`, before its first row, which streams the rows are of. */
void plan_scan_begin(const struct facts *facts, struct scan *scan);

/* True where those packets end long before an MPEG-TS does: to be probed and scanned once more, its streams merged. */
bool plan_goes_on(const struct facts *facts, const struct scan *scan);

#endif
