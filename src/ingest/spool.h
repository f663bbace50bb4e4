/* spool.h - every file before it is a source.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_SPOOL_H
#define CLIPMILL_SPOOL_H

#include <sys/uio.h>

#include "base/conf.h"
#include "base/id.h"
#include "ingest/handover.h"
#include "store/budget.h"
#include "store/upload.h"

/* A body being written to incoming/ID.  Belongs to one request thread. */
struct spool {
	struct db *db;                  /* lent */
	const struct conf *conf;        /* lent */
	int dir_fd;                     /* of the store; lent */
	const char *profile;            /* lent: by which it is foretold what will be made of it */
	char id[ID_LEN + 1];
	int fd;                         /* -1: closed */
	int64_t length_bytes;           /* told when it opened; -1: it was not */
	int64_t limit_bytes;            /* the file is never longer */
	int64_t size_bytes;             /* written so far */
	int64_t reserved_bytes;         /* allocated ahead of the data */
	int64_t recorded_bytes;         /* of one that ends with its request: that its row tells, and */
	int64_t recorded_ms;            /* monotonic: since when */
	int64_t start_bytes;            /* write-back starts with so many */
	int64_t started_bytes;          /* of the data, whose write-back was started */
	int64_t dropped_bytes;          /* of the data, on disk, and if it is large out of the page cache */
	int64_t cached_most_bytes;      /* an upload that is longer is large */
	bool promised;                  /* room for all of it; else it asks for more as it grows */
	bool resumable;                 /* what is written stays when it is closed */
	bool untold;                    /* resumable, but its client does not know its address yet: it ends with its request */
	bool moved;                     /* it is source/ID already, though not yet a video */
	bool damaged;                   /* a write to the disk failed: no later sync tells of it, nor proves anything */
	struct budget budget;           /* as it was looked at last, */
	int64_t wanted_bytes;           /* what was wanted of it, and */
	bool firm;                      /* whether that fits whatever becomes of others' claims */
	bool finished;                  /* it is a video: nothing of it may be removed */
};

enum spool_result {
	SPOOL_OK,
	SPOOL_FULL,             /* no space: refused before the first byte, or ENOSPC in the middle; spool_full() has words */
	SPOOL_TOO_LARGE,        /* over upload_max, or over the length of a resumable upload */
	SPOOL_TOO_MANY,         /* unfinished resumable uploads */
	SPOOL_OTHER,            /* the whole is not what was promised of it */
	SPOOL_GONE,             /* there is no such resumable upload, or no longer */
	SPOOL_TAKEN,            /* another writes to it and does not give way */
	SPOOL_BUSY,             /* the database is held by another writer */
	SPOOL_REFUSED,          /* a value that the rules do not take: db_message() */
	SPOOL_FAILED,           /* anything else; logged */
};

/* Records the upload of `length_bytes` (-1: not told), and creates incoming/ID.  Its bytes find room as they come. */
enum spool_result spool_open(struct spool *spool, struct db *db, const struct conf *conf, int dir_fd,
			     const char *worker, const char *filename, int64_t length_bytes);

/*
 * The same with a file that is complete: it is renamed to incoming/ID, and `given` no longer owns its
 * descriptor.  Nothing can be appended.
 */
enum spool_result spool_adopt(struct spool *spool, struct db *db, const struct conf *conf, int dir_fd,
			      const char *worker, const char *filename, struct handover *given);

/*
 * Goes on behind the first `offset_bytes` of the file that `fd` is, which the spool closes; what it has
 * behind them was never promised, and is cut off.  The caller fills in db, conf, dir_fd, profile, id, limit_bytes and promised.
 */
enum spool_result spool_resume(struct spool *spool, int fd, int64_t offset_bytes);

/* Whether `more` bytes fit above the floor; of what was promised already. */
enum spool_result spool_check_space(const struct spool *spool, int64_t more);

/* Whether a body of so many bytes, of which `to_come` are not there yet, and what will be made of it, fits beside all that
 * others were promised: in the transaction that adds its row, or tells its length. */
enum spool_result spool_check_budget(struct spool *spool, int64_t length_bytes, int64_t to_come);

/*
 * Has the row, which says `before_bytes`, say what was written, of a whole of `length_bytes`.  SPOOL_FULL: the bytes did not prove
 * before that the rest is coming, and it does not fit beside others; the row is as it was.  `ended` as for upload_record.
 */
enum spool_result spool_record(struct spool *spool, int64_t length_bytes, int64_t before_bytes, bool ended);

/* Makes all that was written durable (fdatasync).  Once that, or a write-back, has failed, it fails for good. */
enum spool_result spool_sync(struct spool *spool);

/* Cuts the file back to `size_bytes`. */
enum spool_result spool_cut(struct spool *spool, int64_t size_bytes);

/* Appends the slices in one system call, where it can; the entries of `slices` may be changed. */
enum spool_result spool_appendv(struct spool *spool, struct iovec *slices, size_t count);

/*
 * fsync file, rename to source/ID (mode 0400), fsync both folders, commit: in this order.  When it
 * returns SPOOL_OK the video is there, durable and queued; `done`'s id and size are filled in here.
 */
enum spool_result spool_finish(struct spool *spool, struct upload_done *done);

/* Words for SPOOL_FULL: what there is, who has it, what was wanted. */
void spool_full(const struct spool *spool, char words[BUDGET_WORDS]);

/* Closes it, and removes what is not resumable; fine after spool_finish and after a failure. */
void spool_abort(struct spool *spool);

/* For other files of this room: what a failure of the system or of the store is, logged where it is nobody's. */
enum spool_result spool_from_errno(const struct spool *spool, const char *what);
enum spool_result spool_from_db(enum db_result result);
/* The end of a transaction, as db_end. */
enum spool_result spool_end(struct spool *spool, enum spool_result result);

#endif
