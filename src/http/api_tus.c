/*
 * api_tus.c - tus 1.0.0 (https://tus.io/protocols/resumable-upload): its header fields, its status codes, and
 * which of its rules hold in which order.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "http/transfer.h"
#include "http/upload.h"
#include "ingest/join.h"
#include "ingest/tus.h"
#include "ingest/whole.h"

#define EXTENSIONS "creation,creation-with-upload,creation-defer-length,termination,expiration,checksum,concatenation"
#define BODY_TYPE "application/offset+octet-stream"

static bool bad_field(struct exchange *ex, const char *why)
{
	return reply_error(ex->reply, ERROR_BAD_FIELD, why);
}

/* The length is all that ends it. */
static void init(struct transfer *t, struct exchange *ex)
{
	transfer_init(t, ex, ERROR_CHECKSUM_MISMATCH, ERROR_BAD_FIELD);
	t->resume.ends = true;
}

/* Every request but OPTIONS, and every answer, says the version. */
static bool version_ok(struct exchange *ex)
{
	const char *version = exchange_field(ex, "TUS_RESUMABLE");

	reply_field(ex->reply, "Tus-Resumable", TRANSFER_TUS_VERSION);
	if (version != NULL && strcmp(version, TRANSFER_TUS_VERSION) == 0)
		return true;
	reply_field(ex->reply, "Tus-Version", TRANSFER_TUS_VERSION);
	return reply_error(ex->reply, ERROR_TUS_VERSION, NULL);
}

/* Upload-Expires, of what is not complete (RFC 9110 section 5.6.7). */
static void tell_expiry(struct transfer *t)
{
	const time_t at = (time_t)t->resume.row.expires_s;
	char text[64];
	struct tm tm;

	if (t->resume.row.done)
		return;
	gmtime_r(&at, &tm);
	strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm);
	reply_field(t->ex->reply, "Upload-Expires", text);
}

static bool checksum_ok(struct transfer *t)
{
	const char *field = exchange_field(t->ex, "UPLOAD_CHECKSUM");

	if (field == NULL)
		return true;
	switch (digest_parse_tus(field, &t->claim)) {
	case DIGEST_PARSED: return true;
	case DIGEST_MALFORMED: return bad_field(t->ex, "Upload-Checksum: an algorithm, a blank, and its sum in base64");
	case DIGEST_UNKNOWN: break;
	}
	return bad_field(t->ex, "Upload-Checksum: the algorithm is none of " DIGEST_TUS_NAMES);
}

/* Upload-Length, where the request has it: into t->length_bytes. */
static bool length_ok(struct transfer *t)
{
	const char *field = exchange_field(t->ex, "UPLOAD_LENGTH");

	return field == NULL || tus_number(field, &t->length_bytes) || bad_field(t->ex, "Upload-Length: not a number of bytes");
}

void tus_options(struct exchange *ex)
{
	char most[24];

	snprintf(most, sizeof most, "%" PRId64, ex->conf->upload_max_bytes);
	reply_field(ex->reply, "Tus-Resumable", TRANSFER_TUS_VERSION);
	reply_field(ex->reply, "Tus-Version", TRANSFER_TUS_VERSION);
	reply_field(ex->reply, "Tus-Extension", EXTENSIONS);
	reply_field(ex->reply, "Tus-Max-Size", most);
	reply_field(ex->reply, "Tus-Checksum-Algorithm", DIGEST_TUS_NAMES);
	ex->reply->status = 204;
}

/* Creation ------------------------------------------------------------------------------------- */

static bool has_body(const struct exchange *ex)
{
	return ex->request->length_bytes > 0 || (ex->request->length_bytes < 0 && ex->request->content_type[0] != '\0');
}

/* Upload-Length, or else Upload-Defer-Length: 1. */
static bool new_length_ok(struct transfer *t)
{
	const char *defer = exchange_field(t->ex, "UPLOAD_DEFER_LENGTH");

	if (!length_ok(t))
		return false;
	if (defer != NULL && strcmp(defer, "1") != 0)
		return bad_field(t->ex, "Upload-Defer-Length: only 1 means something");
	if ((defer != NULL) == (t->length_bytes >= 0))
		return bad_field(t->ex, "Upload-Length or Upload-Defer-Length: one of them, and not both");
	t->resume.row.length_bytes = t->length_bytes;
	return t->length_bytes != 0 || reply_error(t->ex->reply, ERROR_EMPTY_UPLOAD, NULL);
}

static void tell_created(struct transfer *t)
{
	char location[64];

	snprintf(location, sizeof location, TRANSFER_BASE "%s", t->resume.row.id);
	reply_field(t->ex->reply, "Location", location);
	if (t->resume.row.kind != UPLOAD_JOINED)
		transfer_tell_offset(t);
	tell_expiry(t);
	transfer_tell_video(t);
	t->ex->reply->status = 201;
}

/* The client of a request that broke off never learns the address: nobody will go on with it. */
static bool first_bytes(struct transfer *t)
{
	if (!has_body(t->ex))
		return true;
	if (transfer_body(t) && transfer_finish(t) && transfer_ok(t, resume_tell(&t->resume)))
		return true;
	if (resume_remove(&t->resume) != SPOOL_OK)
		log_warn("upload %s: it stays until it expires", t->resume.row.id);
	return false;
}

static void create(struct transfer *t)
{
	struct exchange *ex = t->ex;

	if (!new_length_ok(t) || (has_body(ex) && !transfer_type_ok(ex, BODY_TYPE)) || !checksum_ok(t) || !transfer_fits(t))
		return;
	if (!upload_enter(ex))
		return;
	t->entered = true;
	if (transfer_ok(t, resume_create(&t->resume, ex->db, ex->conf, ex->dir_fd, has_body(ex) ? ex->worker : NULL)) && first_bytes(t))
		tell_created(t);
}

static void tell_joined(struct transfer *t, enum join_result joined, enum spool_result result)
{
	switch (joined) {
	case JOIN_OK:
	case JOIN_BEFORE:
		t->resume.row.done = true;
		t->resume.row.kind = UPLOAD_JOINED;
		tell_created(t);
		break;
	case JOIN_NO_PART: (void)bad_field(t->ex, "Upload-Concat: one of them is no partial upload"); break;
	case JOIN_ELSEWHERE: reply_error(t->ex->reply, ERROR_PARTS_JOINED, NULL); break;
	case JOIN_UNFINISHED: reply_error(t->ex->reply, ERROR_PARTS_UNFINISHED, NULL); break;
	case JOIN_FAILED:
		if (result == SPOOL_FULL)
			reply_error(t->ex->reply, ERROR_NO_SPACE, "the disk has no room to copy them into one file: the partial uploads are kept");
		else
			(void)transfer_ok(t, result);
		break;
	}
}

static void join(struct transfer *t, char parts[][ID_LEN + 1], size_t count)
{
	const char (*list)[ID_LEN + 1] = (const char (*)[ID_LEN + 1])parts;
	struct exchange *ex = t->ex;
	enum spool_result result;
	enum join_result joined;

	if (has_body(ex) || exchange_field(ex, "UPLOAD_LENGTH") != NULL || exchange_field(ex, "UPLOAD_DEFER_LENGTH") != NULL) {
		(void)bad_field(ex, "a joined upload has neither a body nor a length of its own");
		return;
	}
	if (!upload_enter(ex))
		return;
	t->entered = true;
	joined = join_parts(&t->resume, list, count, ex->db, ex->conf, ex->dir_fd, ex->worker, &result);
	tell_joined(t, joined, result);
}

void tus_create(struct exchange *ex)
{
	const char *metadata = exchange_field(ex, "UPLOAD_METADATA"), *concat = exchange_field(ex, "UPLOAD_CONCAT");
	char parts[TUS_PARTS_MOST][ID_LEN + 1];
	enum tus_concat kind = TUS_CONCAT_PART;
	struct transfer t;
	size_t count;

	init(&t, ex);
	if (!version_ok(ex) || !upload_encoding_ok(ex) || !transfer_metadata(&t, metadata != NULL ? metadata : ""))
		return;
	t.resume.row.kind = concat != NULL ? UPLOAD_PART : UPLOAD_WHOLE;
	if (concat != NULL) {
		if (strlen(concat) > UPLOAD_CONCAT_MOST)
			kind = TUS_CONCAT_BAD;
		else
			kind = tus_concat_parse(concat, TRANSFER_BASE, parts, &count);
	}
	if (kind == TUS_CONCAT_BAD)
		(void)bad_field(ex, "Upload-Concat: partial, or final; and the addresses of at most 64 partial uploads, each once");
	else if (concat != NULL)
		strcpy(t.resume.row.concat, concat);
	if (kind == TUS_CONCAT_FINAL)
		join(&t, parts, count);
	else if (kind == TUS_CONCAT_PART)
		create(&t);
	transfer_fini(&t);
}

/* The offset ----------------------------------------------------------------------------------- */

static void tell_upload(struct transfer *t)
{
	const struct upload_row *row = &t->resume.row;
	struct reply *reply = t->ex->reply;

	transfer_tell_offset(t);
	if (row->length_bytes >= 0)
		transfer_tell_number(t, "Upload-Length", row->length_bytes);
	else
		reply_field(reply, "Upload-Defer-Length", "1");
	if (row->metadata[0] != '\0')
		reply_field(reply, "Upload-Metadata", row->metadata);
	if (row->concat[0] != '\0')
		reply_field(reply, "Upload-Concat", row->concat);
	tell_expiry(t);
	transfer_tell_video(t);
}

/*
 * Whether all is well with it that is whole.  Where no video can be made of it for now, as where an encoder went away since it
 * was begun, it waits for that, and is tried again (supervise/expiry.c): to its client it is an upload like others.
 */
static bool complete(struct transfer *t)
{
	enum spool_result result = resume_begin(&t->resume);

	if (result == SPOOL_OK)
		result = whole_finish(&t->resume);
	return result == SPOOL_REFUSED || transfer_ok(t, result);
}

/* Every byte is here, and it is to be a video, and is none. */
static bool is_becoming(const struct transfer *t)
{
	return t->resume.row.kind == UPLOAD_WHOLE && !t->resume.row.done && resume_is_whole(&t->resume);
}

/*
 * Lets a stale writer give way, so that the offset is as far as it can be, and makes a video of what was whole when
 * its responder died.  An active writer keeps its turn: then the last durable offset is told, but not the length: a client
 * takes that for the end of its work, and does not come back where the video then fails to be made.
 */
static bool settle(struct transfer *t)
{
	enum spool_result result = transfer_take_if(t);

	if (result == SPOOL_TAKEN && !is_becoming(t))
		return true;
	if (!transfer_ok(t, result))
		return false;
	return !is_becoming(t) || complete(t);
}

void tus_head(struct exchange *ex)
{
	struct transfer t;

	init(&t, ex);
	if (!version_ok(ex))
		return;
	if ((transfer_read(&t) && settle(&t)) || (ex->reply->status == 404 && transfer_read_video(&t))) {
		ex->reply->type = NULL;
		ex->reply->status = 200;
		tell_upload(&t);
	}
	transfer_fini(&t);
}

/* Bytes ---------------------------------------------------------------------------------------- */

static bool offset_ok(struct exchange *ex, int64_t *offset)
{
	const char *field = exchange_field(ex, "UPLOAD_OFFSET");

	return (field != NULL && tus_number(field, offset)) || bad_field(ex, "Upload-Offset: not a number of bytes");
}

/* Whether the upload goes on at this offset; one that is complete takes no byte. */
static bool place_ok(struct transfer *t, int64_t offset)
{
	const struct upload_row *row = &t->resume.row;

	if (row->kind == UPLOAD_JOINED || (row->done && has_body(t->ex)))
		return reply_error(t->ex->reply, ERROR_UPLOAD_COMPLETE, NULL);
	return offset == row->offset_bytes || reply_errorf(t->ex->reply, ERROR_WRONG_OFFSET, "it goes on at %" PRId64, row->offset_bytes);
}

static bool append(struct transfer *t, int64_t offset)
{
	if (!transfer_read(t))
		return false;
	if (t->resume.row.done)
		return place_ok(t, offset);
	if (!transfer_take(t) || !place_ok(t, offset))
		return false;
	if (t->resume.row.done)
		return true;
	return transfer_fits(t) && transfer_set_length(t) && transfer_body(t) && transfer_finish(t);
}

void tus_append(struct exchange *ex)
{
	struct transfer t;
	int64_t offset;

	init(&t, ex);
	if (version_ok(ex) && upload_encoding_ok(ex) && transfer_type_ok(ex, BODY_TYPE) && offset_ok(ex, &offset) && length_ok(&t) && checksum_ok(&t) &&
	    append(&t, offset)) {
		transfer_tell_offset(&t);
		tell_expiry(&t);
		transfer_tell_video(&t);
		ex->reply->status = 204;
	}
	transfer_fini(&t);
}

void tus_delete(struct exchange *ex)
{
	struct transfer t;

	init(&t, ex);
	if (version_ok(ex))
		transfer_delete(&t);
	transfer_fini(&t);
}
