/* transfer.h - a request that has to do with a resumable upload.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_TRANSFER_H
#define CLIPMILL_TRANSFER_H

#include "http/exchange.h"
#include "ingest/digest.h"
#include "ingest/resume.h"

#define TRANSFER_BASE "/api/uploads/"
#define TRANSFER_TUS_VERSION "1.0.0"
#define TRANSFER_TYPES "application/partial-upload, application/offset+octet-stream"

struct upload;

/* One request.  Large: about 16 KB. */
struct transfer {
	struct exchange *ex;
	struct resume resume;
	struct digest_claim claim;      /* of this request's bytes; DIGEST_NONE: nothing is claimed */
	struct digest *digest;
	enum error mismatch;            /* what a claim that does not hold is told as */
	enum error inconsistent;        /* and a length that contradicts another */
	int64_t length_bytes;           /* of the whole, as this request tells it; -1: it does not */
	bool presses;                   /* a writer gives way to it though bytes still come */
	bool entered;                   /* has a place among upload_threads */
};

void transfer_init(struct transfer *transfer, struct exchange *ex, enum error mismatch, enum error inconsistent);

/* Lets go of everything.  The answer stays. */
void transfer_fini(struct transfer *transfer);

/* All of these return false when they have answered with an error. */

/* Whether the body is of this media type (RFC 9110 section 8.3.1), without parameters. */
bool transfer_type_ok(struct exchange *ex, const char *type);

bool transfer_ok(struct transfer *transfer, enum spool_result result);

/* Reads the query into options. */
bool transfer_options(struct transfer *transfer, struct upload *options);

/* Reads Upload-Metadata into the row, and its options into those of the query. */
bool transfer_metadata(struct transfer *transfer, const char *field);

/* Takes options into the row. */
void transfer_set_options(struct transfer *transfer, const struct upload *options);

/* Reads the upload that the path names. */
bool transfer_read(struct transfer *transfer);

/* Takes the turn to write to it. */
bool transfer_take(struct transfer *transfer);

/* The same for one who brings no bytes, and needs no place among those who do: without one it does not wait.  Answers nothing. */
enum spool_result transfer_take_if(struct transfer *transfer) __attribute__((warn_unused_result));

/* Answers a DELETE. */
void transfer_delete(struct transfer *transfer);

/* Whether the length that this request tells is the one known, and its own bytes, if told how many, fit into it. */
bool transfer_fits(struct transfer *transfer);

/* Takes the length that this request tells into the row, after transfer_fits. */
bool transfer_set_length(struct transfer *transfer);

/*
 * Takes the body into the upload and makes it durable.  False also when it did not come whole: what came is
 * recorded then, but for a request whose bytes are claimed to have a digest.
 */
bool transfer_body(struct transfer *transfer);

/* Where every byte is there, and they are what Repr-Digest said, makes it a video; a part stays. */
bool transfer_finish(struct transfer *transfer);

/* Fields of an answer: what both protocols have in common. */
void transfer_tell_offset(struct transfer *transfer);
void transfer_tell_video(struct transfer *transfer);
void transfer_tell_number(struct transfer *transfer, const char *name, int64_t value);

/* Of an upload whose row has expired, the video is there for as long as it is: it is in the row then. */
bool transfer_read_video(struct transfer *transfer);

/* The tus side of the handlers, and that of Resumable Uploads for HTTP. */
exchange_handler tus_options, tus_create, tus_head, tus_append, tus_delete;
exchange_handler rufh_options, rufh_create, rufh_head, rufh_append, rufh_delete;

#endif
