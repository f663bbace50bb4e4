/* splice.h - what ffmpeg adds to the times of a file whose clocks start anew.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_SPLICE_H
#define CLIPMILL_SPLICE_H

#include <stddef.h>
#include <stdint.h>

#include "encode/facts.h"

/* Times are microseconds, as ffmpeg's are; INT64_MIN: none. */
struct splice_stream {
	int64_t index;
	double tick_us;
	int64_t dts, next;      /* of its last packet, and of the one after it, as it is foretold */
};

/*
 * ffmpeg's ts_discontinuity_process(), without -copyts: a packet that is far from where its stream goes on begins a new clock, and
 * all packets behind it, of each stream that is taken, are moved along.
 */
struct splice {
	struct splice_stream streams[1 + FACTS_TRACKS_MOST];
	size_t count;           /* 0: nothing is followed */
	int64_t last;           /* of the last packet of all */
	int64_t shift;          /* to be added */
};

/* One more stream that is taken; the first is the picture. */
void splice_follow(struct splice *splice, int64_t index, struct ratio timebase);

/* The next packet of the file, in ticks of its stream; `duration` 0: not known. */
void splice_pass(struct splice *splice, int64_t index, int64_t dts, int64_t duration);

/* The shift in ticks of the picture. */
int64_t splice_shift(const struct splice *splice);

#endif
