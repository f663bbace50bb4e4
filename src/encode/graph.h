/* graph.h - the filter graphs of chunk and poster.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_GRAPH_H
#define CLIPMILL_GRAPH_H

#include "base/buf.h"
#include "encode/cuts.h"
#include "encode/facts_picture.h"
#include "encode/ladder.h"
#include "encode/rate.h"

#define GRAPH_DELAY_FRAMES 16   /* pictures are shifted by so many slots, so that no decode time is negative */

/*
 * From the video stream to one labelled output a rung, [v0], [v1], ...: decoded once, put on the
 * grid, cut to the chunk, deinterlaced and made SDR where needed, scaled from rung to rung.
 */
void graph_video(const struct facts_picture *picture, const struct grid *grid, const struct cut *cut, const struct rung *rungs,
		 size_t count, struct buf *out);

/* True where the size may change in mid-stream: then there is no need to build the graph anew, which would lose its place on
 * the grid.  What ffmpeg puts before a graph to turn pictures by odd angles cannot take that. */
bool graph_takes_changes(const struct facts_picture *picture);

/* True where the graph turns the pictures, so that ffmpeg must not. */
bool graph_turns(const struct facts_picture *picture);

/* True where each picture, and with it its closed captions, is shown exactly once. */
bool graph_keeps_captions(const struct grid *grid);

/* A -vf for JPEGs, at most `longest` pixels a side. */
void graph_small(const struct facts_picture *picture, int64_t longest, struct buf *out);

/* Of which pictures a poster is made. */
struct poster_pick {
	int64_t first;                  /* of those that are decoded */
	int64_t among;                  /* the best of so many that are not black, ... */
	int64_t most;                   /* ... where so many hold any; else of those that come first */
};

/* The same for the poster. */
void graph_poster(const struct facts_picture *picture, int64_t longest, const struct poster_pick *pick, struct buf *out);

/* True of sources that have no matrix. */
bool graph_is_rgb(const struct facts_picture *picture);

/* The H.264 that we write: limited range, and colours as in the source where players know them. */
struct graph_color {
	const char *space, *primaries, *transfer;
};
struct graph_color graph_color_of(const struct facts_picture *picture);
/* True where its colours are made of YUV in a way that is not converted (YCgCo, constant luminance), and are taken for the usual ones. */
bool graph_guesses_color(const struct facts_picture *picture);

#endif
