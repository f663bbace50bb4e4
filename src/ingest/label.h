/* label.h - names that people give, made safe to show.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_LABEL_H
#define CLIPMILL_LABEL_H

#include <stddef.h>

#define LABEL_MOST 255          /* bytes of UTF-8 */

/*
 * Copies `len` bytes of a title into `label` as valid UTF-8: ill-formed bytes become U+FFFD, control
 * characters, line separators and bidirectional controls go, blanks at both ends go, and what is longer
 * than LABEL_MOST bytes is cut at a character's border.  May come out empty.
 */
void label_title(const char *text, size_t len, char label[LABEL_MOST + 1]);

/* The same for a file name: what is before the last / or \ goes, and an empty one is "untitled". */
void label_filename(const char *text, size_t len, char label[LABEL_MOST + 1]);

#endif
