/* fields.h - how the lines of a picture lie in time.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_FIELDS_H
#define CLIPMILL_FIELDS_H

#include <stdbool.h>

#include "store/probe.h"

/*
 * How the lines of a picture lie in time, measured where it was (encode/measure.h), else as claimed.
 * Interlaced: each picture holds two moments, and the output has one picture a field: twice as many.
 */
enum facts_fields { FIELDS_PROGRESSIVE, FIELDS_TOP_FIRST, FIELDS_BOTTOM_FIRST };

/* What the stream claims, by ffprobe's field_order: all that there is where nothing was measured. */
enum facts_fields fields_claimed(const struct stream_row *stream);

/* It claims to be interlaced, or its codec often is though nothing says so: to be measured with care. */
bool fields_are_doubtful(const struct stream_row *stream);

/* HEVC may code each field as a picture (H.265, D.3.3: pic_struct); other codecs' decoders put them together. */
bool fields_are_pictures(const struct stream_row *stream, const struct measured *measured);

/* What was measured; `says_so`: the file claims to be interlaced.  `telecine`: film, of which every other picture or so repeats a field. */
enum facts_fields fields_measured(const struct measured *measured, bool says_so, bool *telecine);

#endif
