/* upload.h - rows of `upload`: bodies on their way in.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_UPLOAD_H
#define CLIPMILL_UPLOAD_H

#include "store/db.h"

/* A complete body, to become a video. */
struct upload_done {
	const char *id;         /* of the upload, and of the video that it becomes */
	const char *filename, *title, *owner, *profile;
	int64_t priority;
	int64_t size_bytes;
};

/* Records that incoming/ID is about to be written by `worker`.  length_bytes -1: not told. */
enum db_result upload_begin(struct db *db, const char *id, const char *worker, const char *filename, int64_t length_bytes);

/*
 * In one durable transaction the upload's row goes and the video's comes, queued, with its first
 * task.  The file must already be source/ID and fsynced.  DB_REFUSED: a value the rules do not take.
 */
enum db_result upload_complete(struct db *db, const struct upload_done *done);

/* Forgets an upload whose file is gone. */
enum db_result upload_abort(struct db *db, const char *id);

/* True when incoming/ID belongs to an upload under way. */
bool upload_exists(struct db *db, const char *id);

/* Next upload left behind by a worker that is not alive; DB_NONE when there is none. */
enum db_result upload_orphan(struct db *db, char id[23]);

#endif
