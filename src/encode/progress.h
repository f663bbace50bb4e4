/* progress.h - ffmpeg's -progress lines.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_PROGRESS_H
#define CLIPMILL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the last whole block of -progress said. */
struct progress {
	int64_t frame;          /* 0 where there is no video */
	double fps;
	int64_t out_time_us;    /* -1: not told yet */
	uint64_t blocks;        /* complete blocks so far: a change means news */
	char line[256];         /* the unfinished last line */
	size_t line_len;
};

void progress_init(struct progress *p);
/* Takes bytes split anywhere; lines that are too long or strange are skipped. */
void progress_feed(struct progress *p, const char *bytes, size_t len);

#endif
