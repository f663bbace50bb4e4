/* cuts.h - where a video is cut into chunks.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_CUTS_H
#define CLIPMILL_CUTS_H

#include "encode/input.h"
#include "encode/rate.h"

/* One chunk: frames [first_frame, first_frame + frames) of the grid, decoded and encoded by one child. */
struct cut {
	int64_t first_frame, frames;
	bool first, last;               /* of the video */
	bool seeks;                     /* else it reads from the start */
	int64_t seek_us;                /* for -ss with -seek_timestamp 1 -noaccurate_seek: lands before its first frame */
	int64_t needs_bytes;            /* of the source, up to here; 0: not known */
};

struct cuts {
	struct cut *items;              /* owned; at least one */
	size_t count;
	size_t between;                 /* cuts that are not at a keyframe of the source */
	const char *why;                /* why there is only one: a code for a decision; NULL where there are more */
	char detail[160];               /* the same in a sentence */
};

/*
 * Chunks are exact anywhere: a child seeks to a keyframe at or before its first frame and drops what comes
 * before it.  Cuts at keyframes cost nothing, so those are taken where there are any near.  The first
 * chunks are short, so that the video can be watched early; the last ones too, so that all cores end together.
 * `at_keyframes`: nowhere else.
 */
void cuts_make(const struct plan_input *input, const struct grid *grid, bool at_keyframes, struct cuts *cuts);
void cuts_fini(struct cuts *cuts);

#endif
