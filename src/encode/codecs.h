/* codecs.h - what a track's sample entry says.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_CODECS_H
#define CLIPMILL_CODECS_H

#include "encode/boxes.h"
#include "encode/bytes.h"

/*
 * Reads the body of an stsd box: codec string (RFC 6381 sections 3.3 and 3.4), size, channels, rate.
 * False for anything but one entry of avc1, avc3, hvc1, hev1, vp09, av01, mp4a or Opus.
 */
bool codecs_read(struct bytes stsd, struct fragmented *file);

/* Is the handler the one that the codec wants, `vide` or `soun`?  Ask after codecs_read(). */
bool codecs_handled(uint32_t handler, const struct fragmented *file);

#endif
