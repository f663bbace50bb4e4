/* urlencoded.h - percent-encoding and name=value pairs.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_URLENCODED_H
#define CLIPMILL_URLENCODED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Decodes %XX (RFC 3986), and + as a blank where `plus`, in place, once.  False at a malformed %
 * or when the result holds a NUL. */
bool url_decode(char *text, bool plus) __attribute__((warn_unused_result));

/* Appends a text as a query parameter has it: all but letters, digits and -._~ as %XX (RFC 3986, 2.3). */
void url_encode(struct buf *out, const char *text);

struct pair {
	const char *name;
	const char *value;      /* "" where there is no = */
};

/*
 * Splits application/x-www-form-urlencoded text in place into at most `most` pairs.  Returns how
 * many there are, or -1 when malformed or too many.
 */
int url_split_pairs(char *text, struct pair *pairs, int most) __attribute__((warn_unused_result));

#endif
