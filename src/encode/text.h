/* text.h - subtitles as WebVTT (W3C WebVTT: The Web Video Text Tracks Format).  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_TEXT_H
#define CLIPMILL_TEXT_H

#include "encode/job.h"

/* Adds a rendition and a task for each track of subtitles that is text: "text-de", ...; and says what is left out.
 * A task's seq is the place of its rendition in the plan. */
void text_plan(const struct plan_input *input, const struct grid *grid, struct plan *plan);

/* What came of a track. */
struct text {
	int64_t cues;
	double end_s;                   /* of the last one */
};

/*
 * Writes the file anew, since it is served to browsers: cues with valid times, in order, and in their text
 * nothing but characters, line breaks and the tags b, i and u.  Styles, regions, comments, settings and other
 * tags go, and so does what comes before time 0.  The head says how its times lie to those of the video (RFC 8216
 * section 3.5).  False with a sentence in `error` where it is no WebVTT.
 */
bool text_clean(const char *vtt, size_t len, struct buf *out, struct text *text, char *error, size_t error_size);

/* The lines of its media playlist: one segment, as long as the video (of which nobody knows how long it is: to its last cue).  A cue
 * may end long after it, where the source does not say when. */
void text_piece(const struct text *text, double video_s, struct piece *piece);

/* True where a child's errors tell that cues were left out for their encoding. */
bool text_lost_cues(const char *errors);

/*
 * True where a child lost cues as they were no UTF-8, and none that it wrote tells that the others are: then `again` becomes the
 * command line that reads them as Windows-1252, which the most of such files are.
 */
bool text_is_legacy(const struct buf *written, const char *errors, const struct strings *argv, struct strings *again);

/* True of such a command line. */
bool text_reads_legacy(const struct strings *argv);

#endif
