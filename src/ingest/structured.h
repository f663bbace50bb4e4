/* structured.h - items and dictionaries of structured fields (RFC 9651).  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_STRUCTURED_H
#define CLIPMILL_STRUCTURED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The field is one item (section 4.2.3): its value, as wanted.  Parameters are read and left alone.  False, and the
 * value is not changed, for anything else: a field to be ignored.
 */
bool structured_boolean(const char *field, bool *value);        /* section 3.3.6: ?1 or ?0 */
bool structured_length(const char *field, int64_t *value);      /* section 3.3.1: an integer that is not negative */

/* One member of a dictionary (section 3.2); the field's text is its owner. */
struct structured_member {
	const char *key;
	size_t key_len;
	const char *value;      /* as it is written, without parameters: ":BASE64:", "10", "?1"; "" where only the key is there */
	size_t value_len;
};

enum structured_next { STRUCTURED_MEMBER, STRUCTURED_END, STRUCTURED_BAD };

/* The next member behind *at, which begins as the field; a key that comes twice means what it is the last time. */
enum structured_next structured_dictionary(const char **at, struct structured_member *member);

#endif
