/* whole.h - uploads of which every byte is there, and that are not videos yet.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_WHOLE_H
#define CLIPMILL_WHOLE_H

#include "ingest/resume.h"

/*
 * Makes a whole upload whose turn is ours (resume_begin) a video, where its bytes are what Repr-Digest said: the file is read
 * again for that.  SPOOL_OTHER: they are not, and it was removed.  Where they could not be read, or nothing can be
 * stored, it stays, and may be tried again.
 */
enum spool_result whole_finish(struct resume *resume) __attribute__((warn_unused_result));

/*
 * The same for one that nobody goes on with: its last byte came, and then its request or its responder ended.
 * SPOOL_TAKEN: somebody does.  SPOOL_GONE: it was not there, or had lost its file, and is forgotten.
 */
enum spool_result whole_complete(struct db *db, const struct conf *conf, int dir_fd, const char *id);

#endif
