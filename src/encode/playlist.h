/* playlist.h - HLS playlists (RFC 8216) of what was published.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_PLAYLIST_H
#define CLIPMILL_PLAYLIST_H

#include "encode/boxes.h"
#include "store/plan_store.h"

/* Fills size, frames, duration, peaks, codecs and the EXTINF, BYTERANGE and URI lines of a piece
 * whose rendition, seq and file name are set. */
void playlist_piece(const struct fragmented *file, struct piece *piece);

/* Appends the media playlist of a rendition: VOD, with ENDLIST. */
void playlist_media(const struct rendition_row *rendition, struct buf *out);

/* Appends the master playlist: video rungs from the largest down with the audio group, or audio alone. */
void playlist_master(const struct renditions *list, struct buf *out);

#endif
