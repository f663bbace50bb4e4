/* manifest.h - a DASH manifest (ISO/IEC 23009-1) on the same bytes as the HLS playlists.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_MANIFEST_H
#define CLIPMILL_MANIFEST_H

#include "encode/boxes.h"
#include "store/rendition.h"

/* A rendition as it is published: `row` of one piece, and the fragments of its file that are its own; NULL: a text, which
 * has none.  Lent. */
struct manifest_track {
	const struct rendition_row *row;
	const struct fragmented *file;
};

/* Appends the manifest of a finished video: an adaptation set of the rungs of each codec, one a sound, and one a text. */
void manifest_write(const struct manifest_track *tracks, size_t count, struct buf *out);

#endif
