/* idr.h - which packets of a source are pictures that decoding can begin with, whatever they are flagged.
 * SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_IDR_H
#define CLIPMILL_IDR_H

#include "base/strings.h"
#include "encode/facts.h"
#include "encode/scan.h"

/* For a child that writes framecrc: as stream 0 the packets of the picture that have an IDR picture in them. */
void idr_add(const struct facts *facts, struct strings *argv);

/*
 * The times that the container itself tells of its packets, and that are right where packets between are not read: libavformat
 * makes the other ones of the packets before.  Decode times, or presentation times.
 */
bool idr_goes_by_dts(const struct facts *facts);

/* Takes a line of that output. */
void idr_take(const char *line, bool by_dts, struct idr *idr);

/* Parameter sets: those at the head of the file, and those that packets bring along. */
struct sets {
	bool at_head;
	int64_t count, size;            /* of packets */
	uint32_t crc;
	bool differ;                    /* from each other */
};
/* Takes a line of that output's stream 1. */
void idr_take_sets(const char *line, struct sets *sets);

/* True where the keyframes of the scan are those packets that facts->idr counts, and no others. */
bool idr_are_keyframes(const struct facts *facts, const struct scan *scan);

#endif
