/* extent.h - how much of what a source announces is there.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_EXTENT_H
#define CLIPMILL_EXTENT_H

#include "encode/input.h"
#include "encode/rate.h"
#include "store/plan_store.h"

/* True where the packets of the picture end long before an MPEG-TS does: to be probed and scanned once more, its streams merged. */
bool extent_goes_on(const struct facts *facts, const struct scan *scan);

/* Tells what was cut off, is missing, or goes on behind what is kept.  `grid`: of the pictures; NULL: there are none. */
void extent_decide(const struct plan_input *input, const struct grid *grid, struct plan *plan);

#endif
