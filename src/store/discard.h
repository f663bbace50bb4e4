/* discard.h - published files that nobody needs any more.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_DISCARD_H
#define CLIPMILL_DISCARD_H

#include "base/id.h"
#include "store/db.h"

#define DISCARD_SOURCE "@source"  /* stands for the uploaded file itself */

/* One file of media/VIDEO/ whose time has come, or DISCARD_SOURCE. */
struct discard {
	char video[ID_LEN + 1];
	char file[256];                 /* any name that a folder can have: people put files there too */
};

/* Marks a file to be removed in `delay_ms`, but where it is a picture that the video's row names. */
enum db_result discard_add(struct db *db, const char *video, const char *file, int64_t delay_ms);

/* Marks the pieces that the published files of an edition were made of, to be removed in `own_ms`, and those of editions before, in
 * `older_ms`; not those that are published themselves. */
enum db_result discard_pieces(struct db *db, const char *video, int64_t edition, int64_t own_ms, int64_t older_ms);

/* Marks the source of a video whose profile does not keep it. */
enum db_result discard_source(struct db *db, const char *video);

/* DB_NONE: there is nothing to remove now. */
enum db_result discard_due(struct db *db, struct discard *discard);

/* Writes down that a source is not kept, before it goes.  DB_NONE: it must stay, as the next edition is made from it. */
enum db_result discard_source_first(struct db *db, const struct discard *discard);

/* It cannot be removed: others go first, and it is tried again later and later. */
enum db_result discard_put_off(struct db *db, const struct discard *discard);

/* The file is gone, and so are the rows that named it. */
enum db_result discard_forget(struct db *db, const struct discard *discard);

#endif
