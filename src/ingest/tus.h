/* tus.h - header fields of resumable uploads, read strictly.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_TUS_H
#define CLIPMILL_TUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/id.h"

#define TUS_VALUE_MOST 3072     /* bytes of one metadata value */
#define TUS_PARTS_MOST 64       /* of one joined upload */

/* One pair of Upload-Metadata. */
struct tus_pair {
	const char *key;        /* into the field; not NUL-terminated */
	size_t key_len;
	size_t value_len;
	char value[TUS_VALUE_MOST + 1];         /* decoded, with a final NUL */
};

enum tus_next { TUS_PAIR, TUS_END, TUS_BAD };

/*
 * Reads the pair at *at and moves *at behind it (tus 1.0.0, "Upload-Metadata": pairs separated by commas, a key
 * of printable ASCII, and a blank and base64, or neither).  `field` is the whole, in which no key may be there
 * twice.  TUS_BAD: malformed, a key twice, a NUL in a value, or a value over TUS_VALUE_MOST; *why says which.
 */
enum tus_next tus_metadata_next(const char *field, const char **at, struct tus_pair *pair, const char **why);

bool tus_key_is(const struct tus_pair *pair, const char *key);

enum tus_concat { TUS_CONCAT_PART, TUS_CONCAT_FINAL, TUS_CONCAT_BAD };

/*
 * Upload-Concat: "partial", or "final;" and 1 to TUS_PARTS_MOST URLs, each once, separated by blanks, of which
 * the path must be `base` and an id: absolute, or from the root.
 */
enum tus_concat tus_concat_parse(const char *field, const char *base, char parts[][ID_LEN + 1], size_t *count);

/* Digits only, without leading zeros, up to 2^63 - 1. */
bool tus_number(const char *field, int64_t *value);

#endif
