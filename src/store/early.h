/* early.h - a video that is watched while it is still encoded.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_EARLY_H
#define CLIPMILL_EARLY_H

#include "store/task.h"

/* What decides whether early playlists are written. */
struct early {
	bool published;                 /* a finished edition is on show: it stays until this one is finished too */
	bool playable;                  /* the master playlist names the early ones already */
	int64_t segment_most_ms;        /* the longest one of a rung that was planned; 0: not known */
	int64_t pieces;                 /* chunks that each rung will have */
};

enum db_result early_read(struct db *db, const struct task *task, struct early *early);

/* From now on the video can be watched from its start. */
enum db_result early_playable(struct db *db, const struct task *task);

#endif
