/* sniff.h - files that are no video, by their first bytes.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_SNIFF_H
#define CLIPMILL_SNIFF_H

#include <stddef.h>
#include <stdint.h>

#define SNIFF_BYTES 16

/* What the bytes begin, for people, with its article: "a PNG picture", "a PDF document"; NULL: not known. */
const char *sniff(const uint8_t *bytes, size_t len);

#endif
