/* ladder.h - which sizes a video gets.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_LADDER_H
#define CLIPMILL_LADDER_H

#include "encode/facts.h"

struct rung {
	char name[16];                  /* 720p: the shorter side */
	int64_t width, height;          /* even, square pixels */
	int64_t max_kbps;
};

/*
 * Fills `rungs`, largest first, and returns how many: those of the profile that the source is not
 * smaller than; its own size on top where that lies well above them; and only its own size where it
 * is smaller than all.  Never none.
 */
size_t ladder_make(const struct facts *facts, const struct profile *profile, struct rung rungs[PLAN_RUNGS_MOST]);

/* The largest even size with the shape of the source whose longer side is at most `longest`. */
void ladder_fit(const struct facts *facts, int64_t longest, int64_t *width, int64_t *height);

#endif
