/* trak.h - what a moov says of one track, before its samples.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_TRAK_H
#define CLIPMILL_TRAK_H

#include "encode/bytes.h"

/* Parts of the file that was read: valid as long as its bytes are. */
struct trak {
	uint32_t id;                    /* tkhd (ISO/IEC 14496-12, 8.3.2) */
	uint32_t timescale;             /* mdhd (8.4.2), ticks a second: never 0 */
	uint64_t duration;              /* mdhd, timescale; a fragmented file has 0 */
	uint32_t handler;               /* hdlr (8.4.3): "vide", "soun" */
	struct bytes stbl, stsd;        /* bodies of these boxes (8.5) */
};

/* From the body of a trak box.  NULL, or what is wrong, as half a sentence. */
const char *trak_read(struct bytes body, struct trak *trak);

#endif
