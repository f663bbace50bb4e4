/* times.h - when the pictures of a source are shown.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_TIMES_H
#define CLIPMILL_TIMES_H

#include "encode/facts.h"
#include "encode/scan.h"

/* The pictures that are shown, in order. */
struct times {
	int64_t *pts;                   /* owned; in the stream's time base */
	size_t count;
	double tick;                    /* seconds of it */
	double spacing_s;               /* median */
	bool guessed;                   /* the packets tell only some, or none of reordered ones: the decoder may say otherwise */
	bool spliced;                   /* the clock jumps: pts are as ffmpeg puts them in one line */
};

/* Containers whose clocks may start anew in mid-file. */
bool times_may_jump(const char *container);

/* True where those of a scan do, and ffmpeg can count from the file's start instead.  A tick is `tick` seconds. */
bool times_are_spliced(const struct facts *facts, const struct scan *scan, double tick);

/* Fills `times` (times_fini).  False where nothing is shown. */
bool times_make(const struct facts *facts, const struct scan *scan, struct times *times);
void times_fini(struct times *times);

/* Seconds since the first picture. */
double times_seconds(const struct times *times, size_t at);

#endif
