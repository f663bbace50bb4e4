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

struct fields_seen {
	enum facts_fields fields;
	bool telecine;                  /* film, of which every other picture or so repeats a field */
	bool in_parts;                  /* elsewhere its pictures are whole */
	bool in_turn;                   /* now the one field comes first and now the other: each picture has to say which */
	bool unsure;                    /* taken for whole, though they look otherwise: nobody says so, and they might be */
};

/*
 * What was measured, at its start and elsewhere (all 0 where nobody looked).  `says_so`: the file claims to be interlaced; else its
 * pictures must be so beyond doubt (encode/combs.h).  It is interlaced where it is so in one of the places.
 */
struct fields_seen fields_measured(const struct measured *start, const struct measured *elsewhere, bool says_so);

/* Its start shows one field before the other, as whole pictures with patterns may, or nothing that moves: to be looked at again. */
bool fields_are_suspected(const struct measured *start);

#endif
