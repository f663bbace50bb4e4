/* argv.h - the command lines of the children that a plan has.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_ARGV_H
#define CLIPMILL_ARGV_H

#include "encode/copy.h"
#include "encode/cuts.h"
#include "encode/input.h"
#include "encode/ladder.h"
#include "encode/rate.h"
#include "store/plan_store.h"

/* Chunk `seq`: one ffmpeg decodes once and writes a fragmented MP4 a rung, all with their keyframes at the same
 * frames.  `copy`: one of them is the source's own; NULL: none.  Returns the frames of its longest segment. */
int64_t argv_chunk(const struct plan_input *input, const struct grid *grid, const struct cut *cut, int64_t seq,
		   const struct ladder *ladder, const struct copy *copy, struct strings *argv);

/* clipmill-mux: from so many published pieces a rung, and the sound, to one file a rung; or of the sound alone. */
void argv_assemble(const struct plan_input *input, const struct plan *plan, size_t pieces, struct strings *argv);

#endif
