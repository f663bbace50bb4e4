/* structured.h - items of structured fields (RFC 9651).  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_STRUCTURED_H
#define CLIPMILL_STRUCTURED_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The field is one item (section 4.2.3): its value, as wanted.  Parameters are read and left alone.  False, and the
 * value is not changed, for anything else: a field to be ignored.
 */
bool structured_boolean(const char *field, bool *value);        /* section 3.3.6: ?1 or ?0 */
bool structured_length(const char *field, int64_t *value);      /* section 3.3.1: an integer that is not negative */

#endif
