/* playlist.h - HLS playlists (RFC 8216) of what was published.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_PLAYLIST_H
#define CLIPMILL_PLAYLIST_H

#include "encode/boxes.h"
#include "store/rendition.h"

/* Fills size, frames, duration, peaks, codecs and the EXTINF, BYTERANGE and URI lines of a piece
 * whose rendition, seq and file name are set. */
void playlist_piece(const struct fragmented *file, struct piece *piece);

/* Appends the media playlist of a rendition that is complete: VOD, with ENDLIST. */
void playlist_media(const struct rendition_row *rendition, struct buf *out);

/*
 * The same while pieces are still to come: an EVENT list of the first `pieces` of them, with ENDLIST once it is
 * `complete`.  A sound may begin with its head: its segments but the last, which is cut short, stand for the
 * first of the whole.  What ends later than `until_us`, by more than the slack that frames of sound need, is left out, but
 * for the first segment.  `segment_most_ms` bounds the segments of all pieces, so that EXT-X-TARGETDURATION never changes.
 */
#define PLAYLIST_TO_THE_END INT64_MAX
#define PLAYLIST_SLACK_US 250000
void playlist_early(const struct rendition_row *rendition, size_t pieces, int64_t until_us, bool complete, int64_t segment_most_ms,
		    struct buf *out);

/* Appends the master playlist: video rungs from the largest down with the audio group, or audio alone.  `early`: of
 * the lists that grow. */
void playlist_master(const struct renditions *list, bool early, struct buf *out);

#endif
