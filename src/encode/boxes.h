/* boxes.h - fragmented MP4 as our children write it.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_BOXES_H
#define CLIPMILL_BOXES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* One moof and its mdat: a segment, or a part of one. */
struct fragment {
	uint64_t offset, size;          /* bytes in the file, moof through mdat */
	uint64_t decode_time;           /* tfdt, in the track's timescale */
	uint64_t decode_time_at;        /* where in the file its value stands */
	uint8_t decode_time_bytes;      /* 4 or 8 */
	uint64_t duration;              /* sum of its sample durations, timescale */
	uint64_t data_offset;           /* bytes in the file: its samples, in one piece */
	uint32_t samples;
	uint32_t track;                 /* of its tfhd */
	int32_t first_offset;           /* composition offset of its first sample, timescale */
	bool starts_sync;               /* its first sample is a sync sample */
};

/* A single-track fragmented file (ISO/IEC 14496-12), or one track of a hybrid (hybrid.h). */
struct fragmented {
	uint64_t init_size;             /* ftyp and moov, from byte 0; 0: of a hybrid, which has no init segment */
	uint32_t timescale;
	bool is_video;
	uint32_t width, height;         /* of the sample entry */
	uint32_t channels, sample_rate;
	char codecs[64];                /* RFC 6381: avc1.64001F, hvc1.1.6.L93.B0, vp09.00.10.08, mp4a.40.2, opus */
	struct fragment *fragments;     /* owned */
	size_t count;
	uint64_t samples, duration;     /* sums */
};

/*
 * Reads a whole file (mapped by the caller).  False with a reason in `error` for anything that is
 * not exactly ftyp, moov with one track, then whole moof+mdat pairs (styp, sidx, mfra and free are
 * stepped over): a torn last fragment is an error, as are zero samples.
 */
bool fragmented_read(const uint8_t *bytes, size_t len, struct fragmented *file, char *error, size_t error_size);
void fragmented_fini(struct fragmented *file);

/* Appends a fragment and counts it in the sums. */
void fragmented_keep(struct fragmented *file, const struct fragment *fragment);

/*
 * Makes segments of fragments: joins those that follow each other in the file, so that each is as near to `wished_ms` as may
 * be.  What begins before `from_ms` stays as it is.
 */
void fragmented_join(struct fragmented *file, int64_t wished_ms, int64_t from_ms);

/*
 * Appends the init segment that we publish: theirs, with an edit list whose media_time is the
 * composition offset of the first sample, so that presentation starts at 0 (encoding notes in
 * HACKING).  `bytes` is the file that was read.
 */
bool fragmented_init(const uint8_t *bytes, const struct fragmented *file, struct buf *out);

/*
 * Moves the whole file in time: the first tfdt becomes `start` (ticks of its timescale), all others
 * keep their distance from it, in the mapped, writable file and in `file`.  An encoder's negative
 * decode times, which stand there as huge ones, are understood.  False, and nothing is changed, where a
 * time would become negative or does not fit into its 4 bytes.
 */
bool fragmented_place(uint8_t *bytes, struct fragmented *file, uint64_t start) __attribute__((warn_unused_result));

/* What a progressive file's moov says of one track. */
struct movie_track {
	bool is_video;
	uint64_t samples;
	uint64_t duration_us;
	uint64_t end_of_data;           /* one past the last byte that its samples use */
};
struct movie {
	struct movie_track tracks[8];
	size_t count;
	bool faststart;                 /* moov stands before mdat */
};
/* False with a reason unless moov is whole and every sample lies inside the file's mdat. */
bool movie_read(const uint8_t *bytes, size_t len, struct movie *movie, char *error, size_t error_size);

#endif
