/* steady.h - which sounds of a source have packet after packet, so that they may be copied.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_STEADY_H
#define CLIPMILL_STEADY_H

#include "base/strings.h"
#include "encode/facts.h"
#include "store/profile.h"

#define STEADY_PACKET 1024      /* samples of an AAC-LC packet */

/* True where, as far as can be told before its packets are known, this sound might be copied. */
bool steady_is_thinkable(const struct facts *facts, const struct profile *profile, const struct track *track);

/* Whether that is so of any. */
bool steady_is_wanted(const struct facts *facts, const struct profile *profile);

/* Packets that a sound which was found to be steady has at the most. */
int64_t steady_most(const struct facts *facts, const struct profile *profile, const struct track *track);

/*
 * For a child that writes framecrc: the sounds that might be copied, and of each packet 0, `every`, 2 * `every`, ...: a few
 * thousand lines, however long the source is.
 */
void steady_add(const struct facts *facts, const struct profile *profile, struct strings *argv);

/* What its lines come to, sound by sound.  An offset is the samples between a packet and where it would be if the first were at 0. */
struct steady_sums {
	int64_t index, sample_rate;
	double tick_s;
	int64_t lines, bytes;
	double offsets, least, most;
};
struct steady_look {
	int stream;                     /* of the first of them in the lines */
	int64_t every;
	struct steady_sums sounds[STEADIES_MOST];
	size_t count;
};

/* Takes the lines one by one; those of other streams are passed over.  At the end `found` is filled with those that are steady. */
void steady_begin(const struct facts *facts, const struct profile *profile, int stream, struct steady_look *look);
void steady_take(const char *line, struct steady_look *look);
void steady_end(const struct steady_look *look, struct steadies *found);

#endif
