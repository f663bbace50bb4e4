/* copy.h - may the source's own picture serve as a rung?  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_COPY_H
#define CLIPMILL_COPY_H

#include "encode/input.h"
#include "encode/ladder.h"
#include "encode/rate.h"

struct copy {
	int64_t delay;                  /* slots that packets must be decoded ahead, so that none is shown before */
	int64_t apart;                  /* slots of the longest way from one keyframe to the next, or to the end */
	char why_not[160];              /* a sentence; "" where it fits */
};

/*
 * True where the packets of the source can be taken over as they are for `rung`, each put into its slot of `grid`:
 * same codec, size and kind of picture, a constant rate, closed groups of pictures with keyframes often enough, and a
 * rate below the rung's cap.  Packets cannot tell a keyframe from the start of an intra refresh, which flags none
 * that stands for itself: whoever copies decodes the keyframes alone first and sees that each is an I picture.
 */
bool copy_fits(const struct plan_input *input, const struct grid *grid, const struct rung *rung, struct copy *copy);

/* -c:v copy, and a bitstream filter that puts packet after packet onto the grid: with -copyts, output time base
 * 1/timescale, `first` slots later. */
void copy_add(const struct grid *grid, const struct facts *facts, const struct copy *copy, int64_t first, struct strings *argv);

#endif
