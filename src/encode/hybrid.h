/* hybrid.h - one file that is a plain MP4 and holds the fragments of HLS.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_HYBRID_H
#define CLIPMILL_HYBRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "encode/boxes.h"

/*
 * The layout, as clipmill-mux(8) writes it:
 *
 *   ftyp
 *   moov      full sample tables, co64, no mvex: what a plain MP4 has
 *   mdat      64-bit size; its payload is moof+mdat, moof+mdat, ... of all tracks by decode time
 *
 * A reader of MP4 sees one mdat, and its samples by the tables; a reader of HLS gets a moof and its mdat
 * as one byte range.  The fragments are those of the pieces, byte for byte, with the track number that
 * they had there (1 in all); the tables tell which track a fragment is of.
 */
enum hybrid_kind { HYBRID_VIDEO, HYBRID_AUDIO };

/*
 * Reads one track of a whole hybrid file (mapped by the caller), and believes nothing: the payload must
 * be fragments without a hole between or behind them; each is of the track whose next chunk it holds,
 * starts with a sync sample and at the tick where its track's fragment before ended, the first at 0; and
 * the tables of every track give exactly the samples of the truns: place, size, duration, composition
 * offset, sync.  The track's media duration is their sum, and the edit list of the picture starts at the
 * composition offset of its first sample.
 *
 * Fills `file` as fragmented_read() does; offsets count from byte 0 of the file; init_size is 0.  The
 * caller frees it by fragmented_fini().  False with a sentence in `error` where anything is not so, or
 * there is no such track; `file` is empty then.
 */
bool hybrid_read(const uint8_t *bytes, size_t len, enum hybrid_kind kind, struct fragmented *file, char *error,
		 size_t error_size);

#endif
