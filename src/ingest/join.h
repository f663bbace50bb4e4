/* join.h - partial uploads made into one.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JOIN_H
#define CLIPMILL_JOIN_H

#include "ingest/resume.h"

enum join_result {
	JOIN_OK,
	JOIN_BEFORE,            /* these were joined already in this order: into->row.id is the video, and it is still there */
	JOIN_ELSEWHERE,         /* one of them went into something else, or into a video that is gone */
	JOIN_NO_PART,           /* one of them is not there, is another's, or is no part */
	JOIN_UNFINISHED,        /* one of them is not whole */
	JOIN_FAILED,            /* *result says how */
};

/*
 * Makes `count` parts, in this order, into one upload that becomes a video: options and owner are in
 * into->row.  The bytes never come into this process: the kernel shares or copies them.  When it returns
 * JOIN_OK the video is there and durable, and the parts' files are gone.
 */
enum join_result join_parts(struct resume *into, const char (*parts)[ID_LEN + 1], size_t count, struct db *db,
			    const struct conf *conf, int dir_fd, const char *worker, enum spool_result *result);

#endif
