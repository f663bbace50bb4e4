/*
 * api_rufh.c - Resumable Uploads for HTTP (draft-ietf-httpbis-resumable-upload, interop version 8), but for its
 * interim answers: no web server passes those on from FastCGI.  Section names are the draft's.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/transfer.h"
#include "http/upload.h"
#include "ingest/disposition.h"
#include "ingest/structured.h"

#define BODY_TYPE "application/partial-upload"

/* One request. */
struct rufh {
	struct transfer t;
	bool complete;          /* Upload-Complete: the last byte comes with it */
	char members[128];      /* of a problem */
};

static bool bad_field(struct rufh *r, const char *why)
{
	return reply_error(r->t.ex->reply, ERROR_BAD_FIELD, why);
}

static bool inconsistent(struct rufh *r, const char *why)
{
	return reply_error(r->t.ex->reply, ERROR_INCONSISTENT_LENGTH, why);
}

/* "Limits" */
static void tell_limit(struct rufh *r, bool with_age)
{
	int64_t age_s = r->t.resume.row.expires_s - clock_wall_ms() / 1000;
	char text[80];

	if (with_age)
		snprintf(text, sizeof text, "max-size=%" PRId64 ", max-age=%" PRId64, r->t.ex->conf->upload_max_bytes, age_s > 0 ? age_s : 0);
	else
		snprintf(text, sizeof text, "max-size=%" PRId64, r->t.ex->conf->upload_max_bytes);
	reply_field(r->t.ex->reply, "Upload-Limit", text);
}

static void tell_complete(struct rufh *r, bool complete)
{
	reply_field(r->t.ex->reply, "Upload-Complete", complete ? "?1" : "?0");
}

static void init(struct rufh *r, struct exchange *ex)
{
	transfer_init(&r->t, ex, ERROR_DIGEST_MISMATCH, ERROR_INCONSISTENT_LENGTH);
	r->t.presses = true;    /* "Concurrency": a client that comes back knows that its earlier request is of no use */
	r->complete = false;
	r->members[0] = '\0';
}

/* A 413 says what would have been taken. */
static void fini(struct rufh *r)
{
	if (r->t.ex->reply->status == 413)
		tell_limit(r, false);
	transfer_fini(&r->t);
}

/* What requests with bytes tell ----------------------------------------------------------------- */

static bool complete_ok(struct rufh *r)
{
	const char *field = exchange_field(r->t.ex, "UPLOAD_COMPLETE");

	if (field == NULL || !structured_boolean(field, &r->complete))
		return bad_field(r, "Upload-Complete: ?1 or ?0");
	r->t.resume.ends = r->complete;
	return true;
}

/* "Length": told by itself, or by the last request's own length, or by both alike.  A field that is none is ignored. */
static bool length_ok(struct rufh *r, int64_t offset)
{
	const char *field = exchange_field(r->t.ex, "UPLOAD_LENGTH");
	int64_t own = r->t.ex->request->length_bytes, *length = &r->t.length_bytes;

	if (field != NULL && !structured_length(field, length))
		field = NULL;
	if (!r->complete || own < 0)
		return true;
	if (__builtin_add_overflow(own, offset, &own) || (field != NULL && own != *length))
		return inconsistent(r, "Upload-Length is not what Upload-Offset and Content-Length make");
	*length = own;
	return true;
}

/* Want-Repr-Digest, of this request or else of the creation: for the answer to the last byte. */
static void read_wanted(struct rufh *r)
{
	const char *field = exchange_field(r->t.ex, "WANT_REPR_DIGEST");

	r->t.resume.wants = digest_parse_wanted(field != NULL ? field : r->t.resume.row.wants);
}

/* RFC 9530: of this request, and of the whole.  Those whose algorithm we do not know are left alone. */
static bool digests_ok(struct rufh *r, char whole[UPLOAD_DIGEST_MOST + 1])
{
	const char *field = exchange_field(r->t.ex, "REPR_DIGEST");
	struct digest_claim claim;

	whole[0] = '\0';
	if (!upload_claim_ok(r->t.ex, "Content-Digest", exchange_field(r->t.ex, "CONTENT_DIGEST"), &r->t.claim) ||
	    !upload_claim_ok(r->t.ex, "Repr-Digest", field, &claim))
		return false;
	if (claim.kind == DIGEST_NONE)
		return true;
	if (strlen(field) > UPLOAD_DIGEST_MOST)
		return bad_field(r, "Repr-Digest: too long");
	strcpy(whole, field);
	return true;
}

/* The last byte is here: then that is the length. */
static bool end(struct rufh *r)
{
	struct upload_row *row = &r->t.resume.row;

	if (!r->complete)
		return true;
	read_wanted(r);
	if (row->length_bytes < 0) {
		r->t.length_bytes = row->offset_bytes;
		if (row->offset_bytes > 0 && !transfer_set_length(&r->t))
			return false;
	}
	if (row->offset_bytes == 0)
		return reply_error(r->t.ex->reply, ERROR_EMPTY_UPLOAD, NULL);
	if (row->offset_bytes != row->length_bytes)
		return inconsistent(r, "fewer bytes came than Upload-Length says");
	return transfer_finish(&r->t);
}

/* What the video's own address would have answered. */
static void tell_video(struct rufh *r, int status)
{
	struct reply *reply = r->t.ex->reply;
	char path[64], digest[DIGEST_FIELD_MOST];

	snprintf(path, sizeof path, "/api/videos/%s", r->t.resume.row.id);
	reply_field(reply, "Location", path);
	tell_complete(r, true);
	transfer_tell_offset(&r->t);    /* tus-js-client in the draft's fifth version looks for it */
	digest_field(&r->t.resume.told, digest);
	if (digest[0] != '\0')
		reply_field(reply, "Repr-Digest", digest);
	transfer_tell_video(&r->t);
	upload_tell_video(r->t.ex, r->t.resume.row.id, status);
}

/* "Upload Creation" ------------------------------------------------------------------------------ */

/* Content-Disposition: inline; filename="...", as a form's parts have it but for the type. */
static void take_filename(struct exchange *ex, struct upload *options)
{
	const char *field = exchange_field(ex, "CONTENT_DISPOSITION"), *rest = field != NULL ? strchr(field, ';') : NULL;
	struct disposition parsed;
	char copy[1024];

	if (rest != NULL && snprintf(copy, sizeof copy, "form-data%s", rest) < (int)sizeof copy &&
	    disposition_parse(copy, &parsed) && parsed.filename != NULL)
		label_filename(parsed.filename, strlen(parsed.filename), options->filename);
}

static bool options_ok(struct rufh *r)
{
	struct upload options;

	if (!transfer_options(&r->t, &options))
		return false;
	if (request_param(r->t.ex->request, "filename") == NULL)
		take_filename(r->t.ex, &options);
	transfer_set_options(&r->t, &options);
	return true;
}

static bool create(struct rufh *r)
{
	struct upload_row *row = &r->t.resume.row;
	struct exchange *ex = r->t.ex;
	const char *worker = ex->request->length_bytes != 0 ? ex->worker : NULL;
	const char *wants = exchange_field(ex, "WANT_REPR_DIGEST");

	row->kind = UPLOAD_WHOLE;
	if (wants != NULL)
		snprintf(row->wants, sizeof row->wants, "%s", wants);
	if (!upload_encoding_ok(ex) || !complete_ok(r) || !length_ok(r, 0) || !options_ok(r) || !digests_ok(r, row->digest))
		return false;
	row->length_bytes = r->t.length_bytes;
	if (row->length_bytes == 0)
		return reply_error(ex->reply, ERROR_EMPTY_UPLOAD, NULL);
	if (!transfer_fits(&r->t) || !upload_enter(ex))
		return false;
	r->t.entered = true;
	if (!transfer_ok(&r->t, resume_create(&r->t.resume, ex->db, ex->conf, ex->dir_fd, worker)))
		return false;
	if (transfer_body(&r->t) && end(r) && transfer_ok(&r->t, resume_tell(&r->t.resume)))
		return true;
	if (resume_remove(&r->t.resume) != SPOOL_OK)     /* nobody knows its address */
		log_warn("upload %s: it stays until it expires", row->id);
	return false;
}

void rufh_create(struct exchange *ex)
{
	struct rufh r;
	char path[64];

	init(&r, ex);
	if (create(&r) && r.complete) {
		tell_video(&r, 201);
	} else if (ex->reply->status < 400) {
		snprintf(path, sizeof path, TRANSFER_BASE "%s", r.t.resume.row.id);
		reply_field(ex->reply, "Location", path);
		tell_complete(&r, false);
		transfer_tell_offset(&r.t);
		tell_limit(&r, true);
		ex->reply->status = 201;
	}
	fini(&r);
}

/* "Offset Retrieval" ----------------------------------------------------------------------------- */

/* What is told must not be outdated when it is: the writer gives way, and where it cannot that is 423. */
static bool look(struct rufh *r)
{
	return transfer_read(&r->t) && transfer_ok(&r->t, transfer_take_if(&r->t));
}

void rufh_head(struct exchange *ex)
{
	struct rufh r;

	init(&r, ex);
	if (look(&r) || (ex->reply->status == 404 && transfer_read_video(&r.t))) {
		ex->reply->type = NULL;
		ex->reply->status = 204;
		transfer_tell_offset(&r.t);
		tell_complete(&r, r.t.resume.row.done);
		if (r.t.resume.row.length_bytes >= 0)
			transfer_tell_number(&r.t, "Upload-Length", r.t.resume.row.length_bytes);
		tell_limit(&r, !r.t.resume.row.done);
		transfer_tell_video(&r.t);
	}
	fini(&r);
}

/* "Upload Append" -------------------------------------------------------------------------------- */

static bool refuse_complete(struct rufh *r)
{
	char path[64];

	if (r->t.ex->request->length_bytes > 0)
		return inconsistent(r, "the upload is complete");
	snprintf(path, sizeof path, "/api/videos/%s", r->t.resume.row.id);
	reply_field(r->t.ex->reply, "Location", path);
	return reply_error(r->t.ex->reply, ERROR_UPLOAD_WAS_COMPLETE, NULL);
}

static bool place_ok(struct rufh *r, int64_t offset)
{
	const struct upload_row *row = &r->t.resume.row;

	if (row->done || row->kind == UPLOAD_JOINED)
		return refuse_complete(r);
	if (offset == row->offset_bytes)
		return true;
	transfer_tell_offset(&r->t);
	snprintf(r->members, sizeof r->members, ",\"expected-offset\":%" PRId64 ",\"provided-offset\":%" PRId64, row->offset_bytes, offset);
	r->t.ex->reply->members = r->members;
	reply_error(r->t.ex->reply, ERROR_WRONG_OFFSET, NULL);
	r->t.ex->reply->members = NULL;
	return false;
}

static bool head_ok(struct rufh *r, int64_t *offset, char digest[UPLOAD_DIGEST_MOST + 1])
{
	const char *field = exchange_field(r->t.ex, "UPLOAD_OFFSET");

	if (!upload_encoding_ok(r->t.ex))
		return false;
	if (!transfer_type_ok(r->t.ex, BODY_TYPE))
		return false;
	if (field == NULL || !structured_length(field, offset))
		return bad_field(r, "Upload-Offset: not a number of bytes");
	return complete_ok(r) && length_ok(r, *offset) && digests_ok(r, digest);
}

static bool append(struct rufh *r)
{
	struct upload_row *row = &r->t.resume.row;
	char digest[UPLOAD_DIGEST_MOST + 1];
	int64_t offset;

	if (!head_ok(r, &offset, digest) || !transfer_read(&r->t))
		return false;
	if (!row->done && !transfer_take(&r->t))
		return false;
	if (!place_ok(r, offset))
		return false;
	if (r->t.length_bytes == 0)
		return reply_error(r->t.ex->reply, ERROR_EMPTY_UPLOAD, NULL);
	if (!transfer_fits(&r->t) || (digest[0] != '\0' && !transfer_ok(&r->t, resume_set_digest(&r->t.resume, digest))))
		return false;
	return transfer_set_length(&r->t) && transfer_body(&r->t) && end(r);
}

void rufh_append(struct exchange *ex)
{
	struct rufh r;

	init(&r, ex);
	if (append(&r)) {
		if (r.t.resume.row.done) {
			tell_video(&r, 200);
		} else {
			tell_complete(&r, false);
			transfer_tell_offset(&r.t);
			tell_limit(&r, true);
			ex->reply->status = 204;
		}
	}
	fini(&r);
}

/* "Upload Cancellation", and OPTIONS ------------------------------------------------------------- */

void rufh_delete(struct exchange *ex)
{
	struct rufh r;

	init(&r, ex);
	transfer_delete(&r.t);
	fini(&r);
}

void rufh_options(struct exchange *ex)
{
	struct rufh r;

	init(&r, ex);
	reply_field(ex->reply, "Accept-Patch", TRANSFER_TYPES);
	reply_field(ex->reply, "Want-Content-Digest", "sha-256=10, sha-512=5");
	reply_field(ex->reply, "Want-Repr-Digest", "sha-256=10, sha-512=5");
	tell_limit(&r, false);
	fini(&r);
}
