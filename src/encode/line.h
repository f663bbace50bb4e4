/* line.h - parts that the command lines of all children share.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_LINE_H
#define CLIPMILL_LINE_H

#include "base/buf.h"
#include "base/strings.h"
#include "encode/input.h"
#include "encode/rate.h"

/* An option and its value. */
void line_number(struct strings *argv, const char *option, int64_t value);
void line_text(struct strings *argv, const char *option, const char *value);
/* A stream of the source. */
void line_map(int64_t stream, struct strings *argv);
/* Takes the buffer's bytes and empties it. */
void line_buf(struct strings *argv, const char *option, struct buf *value);

/* ffmpeg and its gates, up to the source; broken data is stepped over. */
void line_open(const struct plan_input *input, struct strings *argv);

/* Its clocks jump: ffmpeg is left to mend them, and counts from the file's start. */
bool line_is_spliced(const struct plan_input *input, const struct grid *grid);

/* The file's own times, but where its clocks jump: then those that ffmpeg makes of them. */
void line_clock(const struct plan_input *input, const struct grid *grid, struct strings *argv);

/* ffmpeg mends clocks by the streams that a child takes, in file order: each child takes all, so that all mend alike. */
void line_beside(const struct plan_input *input, const struct grid *grid, struct strings *argv);

/* The time of everything's zero, on that clock: of the grid, or of the main sound where there is no picture. */
double line_zero_s(const struct plan_input *input, const struct grid *grid);

#endif
