/* encoder.h - the options of a video encoder for one rung.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_ENCODER_H
#define CLIPMILL_ENCODER_H

#include "base/strings.h"
#include "encode/facts.h"

#define ENCODER_COUNT 4

/* What we ask of ffmpeg for a codec. */
struct encoder {
	char codec[8];                  /* as in table rung: h264, hevc, vp9, av1 */
	char name[16];                  /* ffmpeg's: libx264, ... */
	char title[8];                  /* for people: H.264 */
	int64_t side_least;             /* pixels: of the smallest picture that it takes */
	double thrift;                  /* bits of H.264 for one of it, about, at the same quality */
	int64_t crf;                    /* usual, on its own scale */
	char preset[16];                /* usual */
};

/* By codec; NULL where it is none of ours. */
const struct encoder *encoder_of(const char *codec);

/* One rung of one chunk. */
struct encoding {
	const char *codec, *preset;     /* a codec of ours */
	int64_t crf, max_kbps;
	struct ratio rate;              /* frames a second */
	int64_t every;                  /* frames: each so many one is a keyframe, and no other; at least 2 */
	const int64_t *keys;            /* instead: the frames, by their times, that are; the first is anyway, and none is
					 * `every` behind another.  NULL: each so many.  AV1 does not know it */
	size_t key_count;
	int64_t threads;                /* output bytes depend on it; with more than one they may differ from run to run */
};

/*
 * Adds the options of an output from -c:v on, its time base (a tick is a frame) and its keyframes included.
 * GOPs are closed, the rate is capped, nothing of it depends on the machine, and frames come out in pieces that
 * can be joined: sample descriptions are the same for any content and length.  With one thread the same input gives
 * the same bytes; with more, all but VP9 differ from run to run wherever the cap of the rate is felt.
 */
void encoder_add(const struct encoding *encoding, struct strings *argv);

#endif
