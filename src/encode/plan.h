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

#endif
