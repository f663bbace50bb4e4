/* ladder.h - which sizes a video gets, and why not others.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_LADDER_H
#define CLIPMILL_LADDER_H

#include "encode/facts_picture.h"
#include "encode/scan.h"
#include "store/profile.h"

struct rung {
	char name[24];                  /* 720p: the shorter side; 720p-av1 where a ladder has other codecs beside H.264 */
	int64_t width, height;          /* even, square pixels */
	int64_t max_kbps;
	int64_t rung_side;              /* of the profile's rung that it is made after */
	char codec[8];                  /* h264, hevc, vp9, av1 */
	int64_t crf;
	char preset[16];
};

#define LADDER_NOTES_MOST (2 * PLAN_RUNGS_MOST)

/* Why the ladder is not that of the profile: a decision. */
struct ladder_note {
	char code[32];                  /* rung_too_large, rung_too_near, rung_pointless, rung_capped, rung_other_codec */
	char detail[200];
};

struct ladder {
	struct rung rungs[PLAN_RUNGS_MOST];     /* largest first */
	size_t count;                           /* 0: the profile makes no pictures */
	struct ladder_note notes[LADDER_NOTES_MOST];
	size_t note_count;
};

/*
 * The rungs of the profile that the source is not smaller than; its own size on top where that lies well above them;
 * and only its own size where it is smaller than all.  Rates are capped by the source's, `source_kbps` (0: not known);
 * a rung that nobody would need next to the one above it is left out.  Never none, unless the profile has none.
 */
void ladder_make(const struct facts_picture *picture, const struct profile *profile, int64_t source_kbps, struct ladder *ladder);

/* The rate of a source in its busiest seconds, of its pictures alone; 0: its packets do not tell. */
int64_t ladder_source_kbps(const struct facts_picture *picture, const struct scan *scan);

/* The largest even size with the shape of the source whose longer side is at most `longest`. */
void ladder_fit(const struct facts_picture *picture, int64_t longest, int64_t *width, int64_t *height);

#endif
