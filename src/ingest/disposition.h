/* disposition.h - what a part's Content-Disposition says.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_DISPOSITION_H
#define CLIPMILL_DISPOSITION_H

#include <stdbool.h>
#include <stddef.h>

#define BOUNDARY_MOST 70        /* characters: RFC 2046 section 5.1.1 */

/* Strings point into the text that was parsed; NULL where it has no such parameter. */
struct disposition {
	const char *name;
	const char *filename;
};

/*
 * Parses the value of a Content-Disposition field in place (RFC 7578 section 4.2): `text` is
 * overwritten with the decoded strings.  Backslash escapes a quote or a backslash only, so old
 * browsers' "C:\dir\a.mp4" stays whole; %22 %0D %0A are decoded as browsers encode them.
 * filename* (RFC 8187, UTF-8) wins over filename; a NUL in it is dropped.  False when malformed,
 * or when a parameter is there twice.
 */
bool disposition_parse(char *text, struct disposition *to) __attribute__((warn_unused_result));

/*
 * Takes the boundary out of a Content-Type "multipart/form-data; boundary=...": 1 to 70 of the
 * characters that RFC 2046 allows, not ending in a blank.  False when it is another type or has
 * no such boundary.
 */
bool disposition_boundary(const char *content_type, char boundary[BOUNDARY_MOST + 1])
	__attribute__((warn_unused_result));

/* True when a Content-Type is multipart/form-data, whatever its parameters. */
bool disposition_is_form(const char *content_type);

#endif
