/* thin.h - published lists without one of their renditions.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_THIN_H
#define CLIPMILL_THIN_H

#include "base/buf.h"

/* Appends a master playlist as playlist_master() writes it, without the variant whose address is `uri`. */
void thin_master(const char *text, const char *uri, struct buf *out);

/* Appends a manifest as manifest_write() writes it, without the Representation `id`, nor the set that only it was in. */
void thin_manifest(const char *text, const char *id, struct buf *out);

#endif
