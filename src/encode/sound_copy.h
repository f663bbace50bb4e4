/* sound_copy.h - may the source's own sound serve as it is?  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_SOUND_COPY_H
#define CLIPMILL_SOUND_COPY_H

#include "base/strings.h"
#include "encode/input.h"
#include "encode/rate.h"

struct sound_copy {
	int64_t skip;                   /* packets that come before the picture does */
	char why_not[160];              /* a sentence; "" where it fits, or where nobody would expect it to */
};

/*
 * True where the packets of the track can be taken over as they are for a rendition of so many channels and at most
 * `kbps`, and a little: AAC-LC, packet after packet (encode/steady.h), of which one begins with the picture, to a quarter
 * of a millisecond; as long as the picture.
 */
bool sound_copy_fits(const struct plan_input *input, const struct grid *grid, const struct track *track, int64_t channels,
		     int64_t kbps, struct sound_copy *copy);

/* -c:a copy of all packets but the first copy->skip, and a bitstream filter that gives them their times from 0 on. */
void sound_copy_add(const struct track *track, const struct sound_copy *copy, struct strings *argv);

#endif
