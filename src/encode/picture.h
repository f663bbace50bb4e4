/* picture.h - poster and storyboard.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_PICTURE_H
#define CLIPMILL_PICTURE_H

#include "encode/job.h"

/* Adds the tasks.  `grid` NULL: there is no picture but perhaps cover art, which is the poster then. */
void picture_plan(const struct plan_input *input, const struct grid *grid, struct plan *plan);

/* True of a command line that leaves pictures out: then `again` becomes one that decodes all of them, from the start. */
bool picture_again(const struct strings *argv, struct strings *again);

/* How a storyboard is laid out: `count` pictures of one size, row by row, the first from 0 to `every_s`. */
struct storyboard {
	int64_t count, columns, rows;
	double every_s, duration_s;
};
struct storyboard storyboard_of(int64_t duration_ms);

/*
 * Reads the size of a JPEG from its frame header (ITU-T T.81, B.2.2).  False where it is none, or does not end
 * as one.
 */
bool picture_size(const uint8_t *bytes, size_t len, int64_t *width, int64_t *height);

/* WebVTT whose cues name parts of the sprite: "storyboard.jpg#xywh=0,0,160,90". */
void storyboard_list(const struct storyboard *board, const char *sprite, int64_t sprite_width, int64_t sprite_height, struct buf *out);

#endif
