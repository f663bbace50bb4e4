/* steady.h - which sounds of a source have packet after packet, so that they may be copied.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_STEADY_H
#define CLIPMILL_STEADY_H

#include "encode/facts.h"

#define STEADY_PACKET 1024      /* samples of an AAC-LC packet */

/* True where, as far as can be told before its packets are known, this sound might be copied. */
bool steady_is_thinkable(const struct facts *facts, const struct profile *profile, const struct track *track);

/* Whether that is so of any. */
bool steady_is_wanted(const struct facts *facts, const struct profile *profile);

/*
 * For a child that writes framecrc: the sounds that might be copied, and of each packet 0, `every`, 2 * `every`, ...: a few
 * thousand lines, however long the source is.
 */
void steady_add(const struct facts *facts, const struct profile *profile, struct strings *argv);

/* Reads that output, in which the first of these sounds is stream `stream`.  Fills those that are steady. */
void steady_read(const char *output, const struct facts *facts, const struct profile *profile, int stream, struct steadies *found);

#endif
