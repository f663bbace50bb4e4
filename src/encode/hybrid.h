/* hybrid.h - a finished file: plain MP4 and HLS fragments in one.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_HYBRID_H
#define CLIPMILL_HYBRID_H
#include "encode/boxes.h"
bool hybrid_read(const uint8_t *bytes, size_t len, bool video, struct fragmented *file, char *error, size_t error_size);
#endif
