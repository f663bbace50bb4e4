/*
 * transfer.c - what both protocols of resumable uploads do: the upload in the path, its turn, its bytes, and
 * its fields in an answer.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/turn.h"
#include "http/fcgi_stdin.h"
#include "http/transfer.h"
#include "http/upload.h"
#include "ingest/tus.h"
#include "ingest/whole.h"

#define WAIT_MS 3000            /* for another request to give way */
#define SILENT_MS 500           /* of a peer, after which another may take over */

void transfer_init(struct transfer *transfer, struct exchange *ex, enum error mismatch, enum error inconsistent)
{
	memset(transfer, 0, sizeof *transfer);
	transfer->ex = ex;
	transfer->resume.spool.fd = -1;
	transfer->resume.spool.resumable = true;
	transfer->length_bytes = -1;
	transfer->mismatch = mismatch;
	transfer->inconsistent = inconsistent;
}

void transfer_fini(struct transfer *transfer)
{
	resume_leave(&transfer->resume);
	digest_free(transfer->digest);
	transfer->digest = NULL;
	if (transfer->entered)
		exchange_leave(transfer->ex);
	transfer->entered = false;
}

bool transfer_type_ok(struct exchange *ex, const char *type)
{
	if (strcasecmp(ex->request->content_type, type) == 0)
		return true;
	if (ex->request->method == REQUEST_PATCH)
		reply_field(ex->reply, "Accept-Patch", TRANSFER_TYPES);         /* RFC 5789 section 2.2 */
	return reply_errorf(ex->reply, ERROR_UNSUPPORTED_MEDIA_TYPE, "send it as %s", type);
}

bool transfer_ok(struct transfer *transfer, enum spool_result result)
{
	struct exchange *ex = transfer->ex;

	switch (result) {
	case SPOOL_TOO_LARGE:
		return reply_errorf(ex->reply, ERROR_TOO_LARGE, "at most %" PRId64 " bytes, and no more than were told", ex->conf->upload_max_bytes);
	case SPOOL_TOO_MANY: return reply_error(ex->reply, ERROR_TOO_MANY_UNFINISHED, NULL);
	case SPOOL_OTHER: return reply_error(ex->reply, ERROR_DIGEST_MISMATCH, "the whole is not what Repr-Digest says: it was removed");
	case SPOOL_GONE: return reply_error(ex->reply, ERROR_NOT_FOUND, "there is no such upload, or it has expired");
	case SPOOL_TAKEN: return reply_error(ex->reply, ERROR_UPLOAD_LOCKED, NULL);
	case SPOOL_OK:
	case SPOOL_FULL:
	case SPOOL_BUSY:
	case SPOOL_REFUSED:
	case SPOOL_FAILED: break;
	}
	return upload_result_ok(ex, &transfer->resume.spool, result);
}

/* Before the first byte ------------------------------------------------------------------------ */

/* Options that a pair may set; "size" is not among them: the protocols have their own. */
static bool is_option(const struct tus_pair *pair)
{
	return tus_key_is(pair, "filename") || tus_key_is(pair, "title") || tus_key_is(pair, "profile") ||
	       tus_key_is(pair, "priority");
}

static bool set_option(struct upload *options, const struct tus_pair *pair)
{
	char key[16];

	if (!is_option(pair))
		return true;
	snprintf(key, sizeof key, "%.*s", (int)pair->key_len, pair->key);
	return upload_set(options, key, pair->value, pair->value_len);
}

static bool read_pairs(struct transfer *t, struct upload *options, const char *field)
{
	struct tus_pair pair;
	const char *at = field, *why;
	enum tus_next next;

	while ((next = tus_metadata_next(field, &at, &pair, &why)) == TUS_PAIR)
		if (!set_option(options, &pair))
			return false;
	return next == TUS_END || reply_errorf(t->ex->reply, ERROR_BAD_FIELD, "Upload-Metadata: %s", why);
}

bool transfer_options(struct transfer *transfer, struct upload *options)
{
	upload_init(options, transfer->ex);
	label_filename("", 0, options->filename);
	return upload_set_all(options);
}

bool transfer_metadata(struct transfer *transfer, const char *field)
{
	struct upload_row *row = &transfer->resume.row;
	struct upload options;

	if (!transfer_options(transfer, &options))
		return false;
	if (strlen(field) > UPLOAD_METADATA_MOST)
		return reply_errorf(transfer->ex->reply, ERROR_BAD_FIELD, "Upload-Metadata: at most %d bytes", UPLOAD_METADATA_MOST);
	if (!read_pairs(transfer, &options, field))
		return false;
	strcpy(row->metadata, field);
	transfer_set_options(transfer, &options);
	return true;
}

void transfer_set_options(struct transfer *transfer, const struct upload *options)
{
	struct upload_row *row = &transfer->resume.row;

	strcpy(row->owner, transfer->ex->request->owner);
	strcpy(row->address, transfer->ex->request->address);
	strcpy(row->filename, options->filename);
	strcpy(row->title, options->title);
	strcpy(row->profile, options->profile);
	row->priority = options->priority;
}

bool transfer_read(struct transfer *transfer)
{
	struct exchange *ex = transfer->ex;

	return transfer_ok(transfer, resume_read(&transfer->resume, ex->db, ex->conf, ex->dir_fd, ex->id, ex->request->owner));
}

bool transfer_take(struct transfer *transfer)
{
	if (!transfer->entered && !upload_enter(transfer->ex))
		return false;
	transfer->entered = true;
	return transfer_ok(transfer, resume_take(&transfer->resume, WAIT_MS, transfer->presses));
}

enum spool_result transfer_take_if(struct transfer *transfer)
{
	if (!transfer->entered)
		transfer->entered = exchange_enter(transfer->ex);
	return resume_take(&transfer->resume, transfer->entered ? WAIT_MS : 0, transfer->presses);
}

void transfer_delete(struct transfer *transfer)
{
	struct resume *r = &transfer->resume;

	if (!transfer_read(transfer) || !transfer_ok(transfer, transfer_take_if(transfer)))
		return;
	if (r->row.done)
		reply_error(transfer->ex->reply, ERROR_UPLOAD_COMPLETE, NULL);
	else if (transfer_ok(transfer, resume_remove(r)))
		transfer->ex->reply->status = 204;
}

/* A length may be told once, and is never less than what is here. */
static bool length_agrees(struct transfer *t)
{
	const struct upload_row *row = &t->resume.row;
	int64_t length = t->length_bytes;

	return length < 0 || length == row->length_bytes || (row->length_bytes < 0 && length > 0 && length >= row->offset_bytes) ||
	       reply_error(t->ex->reply, t->inconsistent, "Upload-Length: it is another, or less than what is here already");
}

bool transfer_fits(struct transfer *transfer)
{
	int64_t length = transfer->resume.row.length_bytes, most = transfer->ex->conf->upload_max_bytes;

	if (!length_agrees(transfer))
		return false;
	if (transfer->length_bytes >= 0)
		length = transfer->length_bytes;
	if (length < 0 || length > most)
		length = most;
	return transfer->ex->request->length_bytes <= length - transfer->resume.row.offset_bytes ||
	       transfer_ok(transfer, SPOOL_TOO_LARGE);
}

bool transfer_set_length(struct transfer *transfer)
{
	const struct upload_row *row = &transfer->resume.row;
	int64_t length = transfer->length_bytes;

	if (length < 0 || length == row->length_bytes)
		return true;
	return transfer_ok(transfer, resume_set_length(&transfer->resume, length));
}

/* The body ------------------------------------------------------------------------------------- */

/* Gives way to another request when this one's peer is silent, or where the other presses. */
static bool leave(void *user, int64_t silent_ms)
{
	const struct transfer *t = user;

	return turn_pressed(t->resume.spool.fd) || (silent_ms >= SILENT_MS && turn_wanted(t->resume.spool.fd));
}

static bool begin_body(struct transfer *t)
{
	if (t->claim.kind == DIGEST_NONE)
		return true;
	t->digest = digest_new(t->claim.kind);
	t->resume.at_once = true;
	return t->digest != NULL || reply_error(t->ex->reply, ERROR_BUSY, "no memory");
}

/* What came of a body that did not come whole.  The answer is there already. */
static void keep_what_came(struct transfer *t)
{
	bool is_lost = t->resume.at_once || t->resume.spool.damaged;
	enum spool_result result = is_lost ? resume_undo(&t->resume) : resume_record(&t->resume);

	if (result != SPOOL_OK)
		log_warn("upload %s: what came last is not kept", t->resume.row.id);
}

/* Takes the slices.  False: answered. */
static bool take_slices(struct transfer *t, struct iovec *slices, size_t count)
{
	for (size_t i = 0; i < count; i++)
		digest_add(t->digest, slices[i].iov_base, slices[i].iov_len);
	return transfer_ok(t, resume_appendv(&t->resume, slices, count));
}

static bool digest_ok(struct transfer *t)
{
	if (t->digest == NULL)
		return true;
	if (!digest_matches(t->digest, &t->claim))
		return reply_error(t->ex->reply, t->mismatch, NULL);
	if (t->resume.from_bytes == 0)          /* if it is whole now, that was its digest */
		resume_know_digest(&t->resume, &t->claim);
	return true;
}

static bool end_body(struct transfer *t, enum fcgi_body body)
{
	if (body == FCGI_BODY_END)
		return digest_ok(t);
	if (body == FCGI_BODY_SLOW)
		return reply_error(t->ex->reply, ERROR_UPLOAD_SLOW, NULL);
	exchange_body_error(t->ex, body);
	return false;
}

bool transfer_body(struct transfer *transfer)
{
	struct fcgi *fcgi = transfer->ex->fcgi;
	struct iovec slices[FCGI_STDIN_SLICES];
	enum fcgi_body body = FCGI_BODY_END;
	bool ok = true;
	size_t count;

	if (!transfer_ok(transfer, resume_begin(&transfer->resume)) || !begin_body(transfer))
		return false;
	fcgi_expect(fcgi, transfer->ex->request->length_bytes, 0);
	fcgi_leave_when(fcgi, leave, transfer);
	while (ok && (body = fcgi_body(fcgi, slices, &count)) == FCGI_BODY_DATA) {
		ok = take_slices(transfer, slices, count);
		if (turn_pressed(transfer->resume.spool.fd)) {
			body = FCGI_BODY_LEFT;
			break;
		}
	}
	if (ok && end_body(transfer, body))
		return transfer_ok(transfer, resume_record(&transfer->resume));
	keep_what_came(transfer);
	return false;
}

bool transfer_read_video(struct transfer *transfer)
{
	struct upload_row *row = &transfer->resume.row;
	struct exchange *ex = transfer->ex;

	if (upload_video_size(ex->db, ex->id, ex->request->owner, &row->length_bytes) != DB_OK)
		return false;
	strcpy(row->id, ex->id);
	row->kind = UPLOAD_WHOLE;
	row->done = true;
	row->offset_bytes = row->length_bytes;
	return true;
}

bool transfer_finish(struct transfer *transfer)
{
	struct resume *r = &transfer->resume;

	if (r->row.done || r->row.kind == UPLOAD_PART || !resume_is_whole(r))
		return true;
	return transfer_ok(transfer, whole_finish(r));
}

/* The answer ----------------------------------------------------------------------------------- */

void transfer_tell_number(struct transfer *transfer, const char *name, int64_t value)
{
	char text[24];

	snprintf(text, sizeof text, "%" PRId64, value);
	reply_field(transfer->ex->reply, name, text);
}

void transfer_tell_offset(struct transfer *transfer)
{
	transfer_tell_number(transfer, "Upload-Offset", transfer->resume.row.offset_bytes);
}

void transfer_tell_video(struct transfer *transfer)
{
	const struct upload_row *row = &transfer->resume.row;
	char path[64];

	if (!row->done)
		return;
	snprintf(path, sizeof path, "/api/videos/%s", row->kind == UPLOAD_PART ? row->joined : row->id);
	reply_field(transfer->ex->reply, "Upload-Video", path);
}
