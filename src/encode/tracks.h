/* tracks.h - sounds, texts and captions in a master playlist (RFC 8216).  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_TRACKS_H
#define CLIPMILL_TRACKS_H

#include "base/buf.h"
#include "store/rendition.h"

/* The sound that is heard unless another is chosen; NULL: there is none. */
const struct rendition_row *tracks_main(const struct renditions *list);

/* There is more than the main sound, so that a list of sound alone must name what there is to choose from. */
bool tracks_are_many(const struct renditions *list, bool early);

/* The EXT-X-MEDIA lines.  `early`: of the lists that grow; they have the main sound only. */
void tracks_media(const struct renditions *list, bool early, struct buf *out);

/* What a variant says of them: ,AUDIO="..." and so on. */
void tracks_attributes(const struct renditions *list, bool early, struct buf *out);

/* Codecs of all sounds that may be played with a variant, each once and with a comma in front (section 4.3.4.2). */
void tracks_codecs(const struct renditions *list, bool early, struct buf *out);

/* A sound or a text, as `kind` says, that is there and is listed: what a player may choose. */
bool tracks_is_listed(const struct renditions *list, const struct rendition_row *row, enum rendition_kind kind, bool early);

#endif
