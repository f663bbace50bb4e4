/* upload.h - what a form and a raw upload have in common.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_HTTP_UPLOAD_H
#define CLIPMILL_HTTP_UPLOAD_H

#include "http/exchange.h"
#include "http/fcgi_stdin.h"
#include "ingest/digest.h"
#include "ingest/label.h"
#include "ingest/spool.h"

#define UPLOAD_PROFILE_MOST 32  /* characters of a profile's name */

/* A file on its way from a request into the spool. */
struct upload {
	struct exchange *ex;
	struct spool spool;
	bool open;                      /* the spool is */
	int64_t declared_bytes;         /* of the file, by parameter size; -1: not told */
	int64_t priority;
	struct digest_claim claims[2];  /* Content-Digest and Repr-Digest: of the body, here both mean that */
	struct digest *sums[2];         /* the second where it is of another kind than the first */
	struct digest_claim sha256;     /* of the file; DIGEST_NONE: a task computes it */
	char filename[LABEL_MOST + 1];
	char title[LABEL_MOST + 1];
	char profile[UPLOAD_PROFILE_MOST + 1];

	/* slices of this buffer's bytes that wait to be written in one call */
	struct iovec slices[FCGI_STDIN_SLICES * 2];
	size_t slice_count;
};

void upload_init(struct upload *upload, struct exchange *ex);

/* Sets title, profile, priority, size or filename.  False: answered with 400.  Other names: ignored. */
bool upload_set(struct upload *upload, const char *name, const char *value, size_t len);

/* Sets them all from the query. */
bool upload_set_all(struct upload *upload);

/* True when the body comes as it is: no Content-Encoding but identity.  Else answered with 415. */
bool upload_encoding_ok(struct exchange *ex);

/* True when it went well.  Else answered; a full disk with what there is and what was wanted. */
bool upload_result_ok(struct exchange *ex, const struct spool *spool, enum spool_result result);

/* Answers with the new video as its own address tells it; if need be with its id alone, for it is stored all the same. */
void upload_tell_video(struct exchange *ex, const char *id, int status);

/* exchange_enter; false: answered with 503. */
bool upload_enter(struct exchange *ex);

/* Reads one of the fields of RFC 9530; one that is NULL, or whose algorithms we do not know, claims nothing.  False: answered. */
bool upload_claim_ok(struct exchange *ex, const char *name, const char *field, struct digest_claim *claim);

/* Reads Content-Digest and Repr-Digest; false: answered with 400.  upload_sum takes the body as it comes, and
 * upload_sums_ok compares: false: answered, as the bytes are others.  Without those fields they do nothing. */
bool upload_claims_ok(struct upload *upload);
void upload_sum(struct upload *upload, const struct iovec *slices, size_t count);
bool upload_sum_file(struct upload *upload);    /* in place of it, of a file that came whole */
bool upload_sums_ok(struct upload *upload);

/* Opens the spool for `length_bytes` (-1: not told).  False: answered. */
bool upload_open(struct upload *upload, int64_t length_bytes);

/* Opens it with the file that the web server wrote to `path` (spool_adopt); `length_bytes` of it were promised.
 * False: answered. */
bool upload_adopt(struct upload *upload, const char *path, int64_t length_bytes);

/* Adds bytes that stay where they are until upload_flush; upload_flush writes them.  False: answered. */
bool upload_add(struct upload *upload, const char *bytes, size_t len);
bool upload_flush(struct upload *upload);

/* Makes it a video and answers 201, or 303 for a page; or with an error. */
void upload_end(struct upload *upload);

/* Removes what is left of an upload that was not ended well. */
void upload_fini(struct upload *upload);

#endif
