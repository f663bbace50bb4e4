/* upload.h - rows of `upload`: bodies on their way in.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_UPLOAD_H
#define CLIPMILL_UPLOAD_H

#include "base/id.h"
#include "store/db.h"

#define UPLOAD_METADATA_MOST 4096       /* bytes of Upload-Metadata */
#define UPLOAD_CONCAT_MOST 8192         /* of Upload-Concat */
#define UPLOAD_DIGEST_MOST 255          /* of Repr-Digest */

enum upload_kind {
	UPLOAD_ONCE,            /* a form or a raw body: ends with its request */
	UPLOAD_WHOLE,           /* can be resumed, and becomes a video */
	UPLOAD_PART,            /* can be resumed, and is joined with others */
	UPLOAD_JOINED,          /* made of parts */
};

/* A complete body, to become a video. */
struct upload_done {
	const char *id;         /* of the upload, and of the video that it becomes */
	const char *filename, *title, *owner, *profile;
	int64_t priority;
	int64_t size_bytes;
	const char *sha256;     /* 64 small hexadecimal digits, where they were computed as it came; NULL: a task does it */
	bool keep;              /* its row stays, and tells that it is complete */
	const char (*parts)[ID_LEN + 1];        /* that it was joined from */
	size_t part_count;
};

/* A resumable upload. */
struct upload_row {
	char id[ID_LEN + 1];
	enum upload_kind kind;
	char owner[256], filename[256], title[256], profile[33];
	char address[46];       /* of the client that creates it; not read again */
	int64_t priority;
	int64_t length_bytes;   /* -1: not told yet */
	int64_t offset_bytes;   /* on stable storage */
	char metadata[UPLOAD_METADATA_MOST + 1];        /* "": none was given; these three likewise */
	char concat[UPLOAD_CONCAT_MOST + 1];
	char digest[UPLOAD_DIGEST_MOST + 1];    /* Repr-Digest; "": none */
	char wants[UPLOAD_DIGEST_MOST + 1];     /* Want-Repr-Digest; "": none */
	char joined[ID_LEN + 1];        /* of a part: the upload that it went into */
	bool done;
	int64_t expires_s;      /* since the epoch */
	bool lapsed;            /* room is kept for what has come, and no more (view upload_claim) */
};

/* Records that incoming/ID is about to be written by `worker`.  length_bytes -1: not told. */
enum db_result upload_begin(struct db *db, const char *id, const char *worker, const char *filename, int64_t length_bytes);

/*
 * Records a resumable upload; of `row` everything but offset, joined, done and expires is used.  `worker`
 * NULL: it outlives who writes it.  DB_NONE: there are `most` unfinished ones, or the owner has `most_of_owner`; or there
 * is no owner, and the address has as many as are left.
 */
enum db_result upload_create(struct db *db, const struct upload_row *row, const char *worker, int64_t most,
			     int64_t most_of_owner) __attribute__((warn_unused_result));

/* Reads a resumable upload of `owner` (NULL: anybody's).  DB_NONE: it is another's, has expired, or its video was deleted. */
enum db_result upload_read(struct db *db, const char *id, const char *owner, int64_t expiry_ms, struct upload_row *row)
	__attribute__((warn_unused_result));

/* Bytes of a video of `owner`, which an upload of this id has become. */
enum db_result upload_video_size(struct db *db, const char *id, const char *owner, int64_t *size_bytes)
	__attribute__((warn_unused_result));

/*
 * Promises bytes up to `offset_bytes`, which are on stable storage, and starts the expiry anew.  DB_NONE:
 * the row does not say `before_bytes` any more.  `ended`: the client says that what it sent last ends it.
 */
enum db_result upload_record(struct db *db, const char *id, int64_t before_bytes, int64_t offset_bytes, bool ended)
	__attribute__((warn_unused_result));

/* Whether its bytes prove that the rest is coming (view upload_claim). */
bool upload_is_proven(struct db *db, const char *id);

/* Has its time begin anew, as if a byte had come. */
enum db_result upload_touch(struct db *db, const char *id) __attribute__((warn_unused_result));

/* Keeps what the whole must be (Repr-Digest). */
enum db_result upload_set_digest(struct db *db, const char *id, const char *digest) __attribute__((warn_unused_result));

/* From now on it outlives its worker. */
enum db_result upload_tell(struct db *db, const char *id) __attribute__((warn_unused_result));

/* Tells a length that was not known; DB_NONE: it was, or the upload is longer already. */
enum db_result upload_set_length(struct db *db, const char *id, int64_t length_bytes) __attribute__((warn_unused_result));

/*
 * In one durable transaction the upload's row goes, or is marked as done, and the video's comes, queued, with
 * its first task.  The file must already be source/ID and fsynced.  DB_REFUSED: a value the rules do not take.
 */
enum db_result upload_complete(struct db *db, const struct upload_done *done);

/* Forgets an upload whose file is gone. */
enum db_result upload_abort(struct db *db, const char *id);

/* True when incoming/ID belongs to an upload that is not complete. */
bool upload_needs_file(struct db *db, const char *id);

/* Next upload behind `id`, in the order of ids, that was left by a worker that is not alive, into `id`; DB_NONE: there is none. */
enum db_result upload_orphan(struct db *db, char id[ID_LEN + 1]);

/* Counts the time by which uploads, and what profiles keep for some days, expire (table lived); at least once in two minutes, or
 * less of it passes. */
enum db_result upload_count_time(struct db *db);

/* Next resumable upload behind `id`, in the order of ids, that has expired, into `id`; DB_NONE: there is none. */
enum db_result upload_expired(struct db *db, int64_t expiry_ms, char id[ID_LEN + 1]);

/* Next whole upload behind `id` that got its last byte `rest_ms` ago or more and is no video, likewise. */
enum db_result upload_left(struct db *db, int64_t rest_ms, char id[ID_LEN + 1]);

/* Next upload behind `id` whose promise of room has lapsed, likewise. */
enum db_result upload_lapsed(struct db *db, char id[ID_LEN + 1]);

/* Next upload behind `id` that is not complete, has or must have a file, and was begun more than `rest_ms` ago, likewise. */
enum db_result upload_lasting(struct db *db, int64_t rest_ms, char id[ID_LEN + 1]);

/* True when this one has expired. */
bool upload_is_expired(struct db *db, int64_t expiry_ms, const char *id);

#endif
