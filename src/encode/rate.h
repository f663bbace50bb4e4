/* rate.h - the grid of the output's frames.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_RATE_H
#define CLIPMILL_RATE_H

#include "encode/facts.h"
#include "encode/scan.h"

/* When each frame of the output is shown: frame n at n / rate, on every rung. */
struct grid {
	struct ratio rate;              /* frames a second of the output */
	struct ratio nominal;           /* of the source */
	int64_t fields;                 /* frames of the output for each picture of the source: 2 where it is interlaced */
	bool mixed;                     /* or where a picture says that it is: there are as many of others as there are fields of these */
	int64_t every;                  /* of so many source frames one is kept; 1: all */
	bool constant;                  /* every source frame has its slot of `nominal` */
	bool keep;                      /* frames go to their slots as they are; else slots are filled with frames */
	bool spliced;                   /* clocks jump: ffmpeg is left to mend them, and counts from the file's start */
	int64_t first_pts;              /* where slot `lead` begins, stream time base: the first picture, or less than half a slot beside it */
	int64_t early;                  /* ticks of it that the first picture comes before that */
	int64_t lead;                   /* slots before it, filled with copies of it: the sound starts earlier */
	double cut_s;                   /* of sound before the picture that is left out; 0: none */
	int64_t held;                   /* slots behind its end that the last picture is still shown in: a GIF that pauses */
	bool heard;                     /* because the sound goes on */
	bool still;                     /* there is no other picture */
	int64_t last;                   /* slots of the last picture, as far as those before are apart */
	int64_t frames;                 /* of the output, lead, held and all */
	int64_t final;                  /* the slot of the last picture, or of its last field, counted from first_pts */
	size_t finals;                  /* pictures in that slot; the last of them is seen */
	size_t count, hidden;           /* pictures, and those that share a slot with the next one */
	double base_s;                  /* source time of slot 0, which is also the sound's zero */
	double duration_s;
	int64_t timescale, tick;        /* of our files: ticks a second, and a frame; exact, so nothing is ever rounded */
	bool torn;                      /* what the source has behind the last picture is no whole one */
	bool guessed;                   /* packets do not tell every time: the decoder may say otherwise */
};

/* False where there is no packet to show. */
bool grid_make(const struct facts *facts, const struct scan *scan, int64_t rate_max, struct grid *grid);

/* Where a rate is divided, pictures are brought to slots of their own first, so that it is always the same one in so many
 * that is kept, though times are rounded to milliseconds. */
bool grid_steps(const struct grid *grid);

/* The slot where the picture of `pts`, in ticks of `base`, is shown, counted from first_pts; `lead` is not in it. */
int64_t grid_slot(const struct grid *grid, int64_t pts, struct ratio base);

#endif
