/* id.h - names of videos, uploads and workers.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_ID_H
#define CLIPMILL_ID_H

#include <stdbool.h>

/* An id is 22 characters of the URL-safe base64 alphabet (RFC 4648 section 5): 128 random bits. */
#define ID_LEN 22

/* Writes a new random id and a final NUL.  Aborts when the kernel has no randomness to give. */
void id_new(char id[ID_LEN + 1]);

/* True when `text` is exactly one id: safe as a file name, and worth a look in the database. */
bool id_valid(const char *text);

#endif
