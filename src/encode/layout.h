/* layout.h - which fragment comes where in a hybrid file, and the header before them.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_LAYOUT_H
#define CLIPMILL_LAYOUT_H

#include "encode/tables.h"

/* A fragment of a piece. */
struct layout_fragment {
	uint32_t piece;                 /* which, from 0 */
	uint32_t samples;
	uint64_t offset, size;          /* bytes in the piece, moof through mdat */
	uint64_t data;                  /* bytes from its moof to its first sample */
	uint64_t decode_time;           /* timescale */
};

/* One track: pieces that follow each other. */
struct layout_track {
	struct buf init;                /* ftyp and moov of the first piece; all others have the same */
	bool is_video;
	uint32_t timescale;
	int32_t first_offset;           /* composition offset of each piece's first sample */
	struct tables tables;
	struct layout_fragment *fragments; /* owned */
	size_t count;
	uint32_t pieces;
	uint64_t bytes;                 /* of all its fragments */
};

/*
 * Takes the next piece (mapped by the caller, not needed afterwards).  False with a sentence in `error`
 * for one that is torn, that has another header than the first, that does not begin where the one before
 * ends (the first: at 0), that has a gap, a fragment without a sync sample in front, or a first picture
 * that is shown earlier or later after its decode time than that of the first piece: it would be shown
 * at a wrong time.
 */
bool layout_add(struct layout_track *track, const uint8_t *bytes, size_t len, char *error, size_t error_size);

void layout_track_fini(struct layout_track *track);

/* The file: the picture's track and the sound's, or one of them. */
struct layout {
	const struct layout_track *tracks[2];
	size_t count;
};

/* A walk over the fragments in the order of the file: by decode time, the track that is named first in front. */
struct layout_walk {
	size_t next[2];                 /* of each track */
	size_t track;                   /* which the fragment taken is of */
	uint64_t offset;                /* where it stands, from the first byte of the payload */
	uint64_t end;                   /* where the next one will */
};

/* The next fragment; NULL at the end.  Start with a walk that is all zeros. */
const struct layout_fragment *layout_next(const struct layout *layout, struct layout_walk *walk);

/*
 * Appends all that stands before the payload: ftyp, moov, and the mdat's header, whose size counts the
 * payload.  Depends on the tracks alone.
 */
void layout_header(const struct layout *layout, struct buf *out);

#endif
