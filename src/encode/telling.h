/* telling.h - the one line of a tool's errors that says most.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_TELLING_H
#define CLIPMILL_TELLING_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Fills `line` with the last line of `text` that is not a mere "Conversion failed!", without the
 * tool's "[h264 @ 0x55...]", without paths, printable ASCII only, ending in a full stop.  "" where
 * there is none.  `text` may be NULL.
 */
void telling_line(const char *text, char line[160]);

/* How many lines of it complain of the source: not of what we do not let the tool have for a track that is left out. */
int64_t telling_complaints(const char *text);

/* Pictures did not decode whole: none of what decoders say where they are entered between keyframes. */
bool telling_is_damage(const char *text);

/* A demuxer's words for a file that ends in the middle of what it announced. */
bool telling_is_cut(const char *text);

#endif
