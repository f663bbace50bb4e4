/* graph.h - filter graphs.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_GRAPH_H
#define CLIPMILL_GRAPH_H

#include "base/buf.h"
#include "encode/facts.h"
#include "encode/ladder.h"
#include "encode/timeline.h"

/* Decoded once, timed, scaled from rung to rung: outputs [v0], [v1], ... from the largest down. */
void graph_chunk(const struct facts *facts, const struct timeline *timeline, const struct ladder *ladder, struct buf *graph);

/* One telling picture of the given size: output [p]. */
void graph_poster(const struct facts *facts, int64_t width, int64_t height, struct buf *graph);

#endif
