/* resume.h - uploads that can be resumed.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_RESUME_H
#define CLIPMILL_RESUME_H

#include "ingest/digest.h"
#include "ingest/spool.h"

/* An upload while one request has to do with it.  Belongs to one request thread. */
struct resume {
	struct spool spool;
	struct upload_row row;          /* as the database has it */
	int64_t from_bytes;             /* where this request began */
	int64_t recorded_ms;            /* monotonic: when the row was written last */
	struct digest_claim sha256;     /* of the whole, where somebody computed it; DIGEST_NONE: a task does */
	enum digest_kind wants;         /* which digest of the whole is to be told with its end */
	struct digest_claim told;       /* that */
	bool ends;                      /* this request's last byte is that of the whole: so says its protocol, or its client */
	bool at_once;                   /* this request's bytes are kept all or not at all: nothing is recorded on the way */
};

/*
 * Records a new upload, whose kind, owner, options, length and metadata are in `resume->row`, and takes its
 * turn.  `worker`: with whom it ends, if it does so before resume_tell.  After a failure nothing of it is left.
 */
enum spool_result resume_create(struct resume *resume, struct db *db, const struct conf *conf, int dir_fd, const char *worker)
	__attribute__((warn_unused_result));

/* Before a new upload's address is told to its client: from then on it outlives its worker. */
enum spool_result resume_tell(struct resume *resume) __attribute__((warn_unused_result));

/* Reads an upload of `owner` (NULL: anybody's) into resume->row.  SPOOL_GONE: there is none.  Nothing is held afterwards. */
enum spool_result resume_read(struct resume *resume, struct db *db, const struct conf *conf, int dir_fd, const char *id,
			      const char *owner) __attribute__((warn_unused_result));

/*
 * After resume_read: takes the turn to write, waiting for its holder to give way for `wait_ms` (`presses`: also where bytes
 * still come to it), and reads the row again in any case: it is the truth then, and where it says `done` that is
 * SPOOL_OK.  SPOOL_TAKEN: nothing is held, or only for the moment in which somebody else moves the file.
 */
enum spool_result resume_take(struct resume *resume, int64_t wait_ms, bool presses) __attribute__((warn_unused_result));

/* Makes the file ready to be appended to at the row's offset. */
enum spool_result resume_begin(struct resume *resume) __attribute__((warn_unused_result));

/* Appends; records what is durable every now and then.  SPOOL_TOO_LARGE: over the length; nothing of these is kept. */
enum spool_result resume_appendv(struct resume *resume, struct iovec *slices, size_t count) __attribute__((warn_unused_result));

/* Makes what was written durable, then the row's offset.  After a failed write to the disk (spool.damaged) it fails for good. */
enum spool_result resume_record(struct resume *resume) __attribute__((warn_unused_result));

/* Drops what this request has written. */
enum spool_result resume_undo(struct resume *resume) __attribute__((warn_unused_result));

/* Tells the length of an upload that did not have one.  SPOOL_FULL: it does not fit beside what others were promised; it stays. */
enum spool_result resume_set_length(struct resume *resume, int64_t length_bytes) __attribute__((warn_unused_result));

/* Tells what the whole must be, as Repr-Digest has it: whoever finishes the upload compares it. */
enum spool_result resume_set_digest(struct resume *resume, const char *digest) __attribute__((warn_unused_result));

/* Takes note of a digest of the whole. */
void resume_know_digest(struct resume *resume, const struct digest_claim *made);

/* True when every byte is there. */
bool resume_is_whole(const struct resume *resume);

/* Makes a whole upload a video, with what it was joined from, if so. */
enum spool_result resume_finish(struct resume *resume, const char (*parts)[ID_LEN + 1], size_t part_count)
	__attribute__((warn_unused_result));

/* Removes an upload that is ours: file and row. */
enum spool_result resume_remove(struct resume *resume) __attribute__((warn_unused_result));

/* Lets go.  Fine in any state that a function here left. */
void resume_leave(struct resume *resume);

#endif
