/* ladder.h - which rungs a source gets.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_LADDER_H
#define CLIPMILL_LADDER_H

#include "encode/facts.h"

/* One step of the ladder, for this source. */
struct rung {
	char name[16];                  /* "720p": by the shorter side */
	int64_t width, height;          /* even */
	int64_t max_kbps;
};

struct ladder {
	struct rung rungs[PLAN_RUNGS_MOST];     /* largest first */
	size_t count;
	size_t dropped;                 /* rungs of the profile that are larger than the source */
	bool own_top;                   /* the top rung has the source's own size */
};

/*
 * None is larger than the source.  Where the source lies well between two rungs of the profile, or
 * below all, it gets a top rung of its own size, with a cap between theirs.
 */
void ladder_make(const struct facts *facts, const struct profile *profile, struct ladder *ladder);

/* The largest size of the source's shape with a longer side of at most `longest`, even. */
void ladder_fit(const struct facts *facts, int64_t longest, int64_t *width, int64_t *height);

#endif
