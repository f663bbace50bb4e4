/* link.h - a video that is the same file as a finished one gets its rows.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_LINK_H
#define CLIPMILL_LINK_H

#include "store/task.h"

/* A finished video with the same source, owner and version of its profile; see view twin. */
struct link_twin {
	char video[ID_LEN + 1];
	int64_t edition;                /* that is published */
	bool source;                    /* both have their source in source/: it can be linked as well */
};

/* True while nothing was made of the digest's video, and its probe waits for the digest. */
bool link_awaited(struct db *db, const struct task *digest);

/* DB_NONE: there is none. */
enum db_result link_find(struct db *db, const struct task *digest, const char *sha256, struct link_twin *twin);

/* True for a file of the twin that is there only until players have left it. */
bool link_is_spent(struct db *db, const struct link_twin *twin, const char *file);

/*
 * In one transaction the digest is done, the video has the twin's renditions, pieces and decisions, and is ready.  The
 * files must be there.  DB_NONE, and no change: the attempt is no longer ours, or the twin is not what it was.
 */
enum db_result link_save(struct db *db, const struct task *digest, const struct task_exit *ended, const char *sha256,
			 const struct link_twin *twin);

#endif
