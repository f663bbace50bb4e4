/* moof.h - one fragment, and its samples one by one.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_MOOF_H
#define CLIPMILL_MOOF_H

#include "encode/boxes.h"
#include "encode/bytes.h"

/* A sample as a trun tells it (ISO/IEC 14496-12, 8.8.8). */
struct sample {
	uint32_t duration;      /* timescale */
	uint32_t size;          /* bytes */
	int32_t offset;         /* composition, timescale */
	bool sync;
};

/* What samples have where their trun does not say. */
struct sample_defaults {
	bool has_duration, has_size, has_flags;
	uint32_t duration, size, flags;
};

/* Nothing is known but what the fragment says itself. */
extern const struct sample_defaults sample_defaults_none;

/*
 * Reads a moof, and takes the mdat that must follow it from `rest`.  `base` is what offsets in `f` count
 * from, `trex` what the moov says.  NULL, or what is wrong, as half a sentence: more than one track or
 * none, data outside the mdat or in several pieces, offsets that count from elsewhere than the moof, a
 * sample that nothing tells the size of.
 */
const char *moof_read(const uint8_t *base, const struct sample_defaults *trex, const struct box *moof,
		      struct bytes *rest, struct fragment *f);

/* A walk over the samples of a fragment. */
struct sample_walk {
	struct bytes boxes;             /* of the traf, that were not looked at yet */
	struct bytes list;              /* of the trun that it is in */
	struct sample_defaults defaults;
	uint32_t flags, first_flags;    /* of that trun */
	uint32_t left;                  /* samples in it */
	bool at_first;                  /* of them */
	bool bad;                       /* torn, or a sample is not told fully */
};

/* Starts before the first sample of a fragment that moof_read() took, with the same `base`. */
void sample_walk_start(struct sample_walk *walk, const uint8_t *base, const struct sample_defaults *trex,
		       const struct fragment *f);

/* Takes the next sample.  False at the end, or with `walk->bad`. */
bool sample_walk_next(struct sample_walk *walk, struct sample *sample);

#endif
