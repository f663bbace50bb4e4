/* timeline.h - the one grid of time that every output of a video shares.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_TIMELINE_H
#define CLIPMILL_TIMELINE_H

#include "encode/facts.h"
#include "encode/scan.h"

#define TIMELINE_HZ 90000       /* ticks a second of every video output */

/*
 * The picture always starts at 0.  Where the sound starts earlier, the first frame is cloned for the
 * whole frames of its lead, and BASE, the source's time that becomes 0, swallows the rest.
 */
struct timeline {
	struct ratio rate;              /* frames a second of the output */
	bool constant;                  /* every frame of the source lies on the grid: all are kept */
	bool resampled;                 /* the fps filter makes the grid */
	int64_t start_pts, last_pts;    /* of the source, in its time base */
	int64_t last_ticks;             /* duration of the last frame, in its time base */
	int64_t frames_in;              /* packets to be shown */
	int64_t frames_out;             /* that must come out; 0: cannot be known before */
	int64_t lead_frames;            /* clones in front */
	double base_s;                  /* BASE: seconds of the source that become 0 */
	double picture_s;               /* length of the output's picture */
	int64_t delay_ticks;            /* presentation shift that keeps decode times positive, TIMELINE_HZ */
	int64_t offset_ticks;           /* what the first source frame's time becomes, delay included */
};

/* False when the scan has no packet to show. */
bool timeline_make(const struct facts *facts, const struct scan *scan, int64_t rate_max, struct timeline *timeline);

double ratio_value(struct ratio ratio);

#endif
