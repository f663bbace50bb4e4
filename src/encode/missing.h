/* missing.h - pictures that a file announces, and its demuxer does not give.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_MISSING_H
#define CLIPMILL_MISSING_H

#include "encode/rate.h"

/* Of pictures that are missing; times are of the output, in seconds. */
struct missing {
	size_t found;
	double from_s, to_s;            /* where the first of them begins, and the last one ends */
	double hole_from_s, hole_to_s;  /* the longest time without any between them; both 0: they are missing before or behind them */
	double until_s;                 /* they are announced until then; 0: how many there are is announced */
};

/*
 * True where some are: the file was cut short, or a track goes on with another codec, which ffmpeg passes over.  What an edit
 * list cuts away is not missing, and how long one is that is known to have been cut off is told otherwise (cut_off).
 */
bool missing_find(const struct facts *facts, const struct scan *scan, const struct grid *grid, struct missing *missing);

#endif
