/* report.h - how far it is, told as ffmpeg's -progress does.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_MUX_REPORT_H
#define CLIPMILL_MUX_REPORT_H

#include <stdbool.h>
#include <stdint.h>

/* All rungs together are one way from 0 to the video's duration. */
struct report {
	uint64_t total;                 /* bytes of all pieces that are to be laid */
	uint64_t done;                  /* bytes laid */
	uint64_t frames;                /* pictures in what was laid, of all rungs */
	uint64_t duration_us;           /* of the video; 0: not known yet */
	int64_t told_ms;                /* when last, by the monotonic clock */
};

/* Prints a block on stdout if the last one is a second old; at the end in any case. */
void report_tell(struct report *report, bool end);

#endif
