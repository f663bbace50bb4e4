/* utf8.h - well-formed UTF-8 (RFC 3629).  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_UTF8_H
#define CLIPMILL_UTF8_H

#include <stddef.h>

/* Bytes of the character that NUL-terminated `text` begins with, 1 to 4; 0: it is the end, or not UTF-8. */
size_t utf8_width(const char *text);

#endif
