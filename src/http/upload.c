/*
 * upload.c - a file on its way into the spool: its options, its slices, its answer.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "http/upload.h"
#include "store/profile.h"
#include "store/video.h"

void upload_init(struct upload *upload, struct exchange *ex)
{
	memset(upload, 0, offsetof(struct upload, slices));
	upload->ex = ex;
	upload->declared_bytes = -1;
	upload->slice_count = 0;
	strcpy(upload->profile, "default");
}

static bool set_profile(struct upload *u, const char *value)
{
	if (strlen(value) > UPLOAD_PROFILE_MOST || !profile_exists(u->ex->db, value))
		return reply_errorf(u->ex->reply, ERROR_BAD_PARAMETER, "profile: there is no profile '%.40s'", value);
	if (profile_lacks_encoder(u->ex->db, value))
		return reply_errorf(u->ex->reply, ERROR_BAD_PARAMETER, "profile: the ffmpeg of this server lacks an encoder that '%.40s' needs", value);
	strcpy(u->profile, value);
	return true;
}

static bool set_number(struct upload *u, const char *name, const char *value, int64_t least, int64_t most, int64_t *to)
{
	return request_number(value, least, most, to) ||
	       reply_errorf(u->ex->reply, ERROR_BAD_PARAMETER, "%s must be a whole number from %" PRId64 " to %" PRId64, name, least, most);
}

bool upload_set(struct upload *upload, const char *name, const char *value, size_t len)
{
	bool is_empty = len == 0;

	if (strcmp(name, "title") == 0)
		label_title(value, len, upload->title);
	else if (strcmp(name, "filename") == 0)
		label_filename(value, len, upload->filename);
	else if (strcmp(name, "profile") == 0 && !is_empty)
		return set_profile(upload, value);
	else if (strcmp(name, "priority") == 0 && !is_empty)
		return set_number(upload, name, value, -100, 100, &upload->priority);
	else if (strcmp(name, "size") == 0 && !is_empty)
		return set_number(upload, name, value, 0, INT64_MAX, &upload->declared_bytes);
	return true;
}

bool upload_set_all(struct upload *upload)
{
	const struct request *r = upload->ex->request;

	for (int i = 0; i < r->param_count; i++)
		if (!upload_set(upload, r->params[i].name, r->params[i].value, strlen(r->params[i].value)))
			return false;
	return true;
}

bool upload_encoding_ok(struct exchange *ex)
{
	const char *encoding = ex->request->content_encoding;

	return *encoding == '\0' || strcasecmp(encoding, "identity") == 0 ||
	       reply_error(ex->reply, ERROR_UNSUPPORTED_CONTENT_ENCODING, NULL);
}

bool upload_enter(struct exchange *ex)
{
	return exchange_enter(ex) || reply_error(ex->reply, ERROR_TOO_MANY_UPLOADS, NULL);
}

bool upload_claim_ok(struct exchange *ex, const char *name, const char *field, struct digest_claim *claim)
{
	claim->kind = DIGEST_NONE;
	return field == NULL || digest_parse_field(field, claim) != DIGEST_MALFORMED ||
	       reply_errorf(ex->reply, ERROR_BAD_FIELD, "%s: see RFC 9530", name);
}

bool upload_claims_ok(struct upload *upload)
{
	struct digest_claim *claims = upload->claims;
	struct exchange *ex = upload->ex;

	if (!upload_claim_ok(ex, "Content-Digest", exchange_field(ex, "CONTENT_DIGEST"), &claims[0]) ||
	    !upload_claim_ok(ex, "Repr-Digest", exchange_field(ex, "REPR_DIGEST"), &claims[1]))
		return false;
	for (int i = 0; i < 2; i++)
		if (claims[i].kind != DIGEST_NONE && (i == 0 || claims[1].kind != claims[0].kind))
			upload->sums[i] = digest_new(claims[i].kind);
	return true;
}

void upload_sum(struct upload *upload, const struct iovec *slices, size_t count)
{
	for (size_t i = 0; i < 2 * count; i++)
		digest_add(upload->sums[i % 2], slices[i / 2].iov_base, slices[i / 2].iov_len);
}

bool upload_sum_file(struct upload *upload)
{
	const struct spool *s = &upload->spool;

	for (int i = 0; i < 2; i++) {
		if (upload->sums[i] == NULL || digest_add_file(upload->sums[i], s->fd, s->size_bytes))
			continue;
		log_error("upload %s: reading it again: %s", s->id, strerror(errno));
		return reply_error(upload->ex->reply, ERROR_INTERNAL, "the upload could not be read");
	}
	return true;
}

bool upload_sums_ok(struct upload *upload)
{
	struct digest_claim made = { .kind = DIGEST_NONE };

	for (int i = 0; i < 2; i++) {
		if (upload->sums[i] != NULL)
			(void)digest_final(upload->sums[i], &made);
		if (upload->claims[i].kind == DIGEST_NONE || digest_same(&made, &upload->claims[i]))
			continue;
		return reply_error(upload->ex->reply, ERROR_DIGEST_MISMATCH, NULL);
	}
	return true;
}

/* Says what takes the room. */
static bool refuse_full(struct reply *reply, const struct spool *spool)
{
	char words[BUDGET_WORDS];

	spool_full(spool, words);
	return reply_error(reply, ERROR_NO_SPACE, words);
}

bool upload_result_ok(struct exchange *ex, const struct spool *spool, enum spool_result result)
{
	struct reply *reply = ex->reply;

	switch (result) {
	case SPOOL_OK: return true;
	case SPOOL_FULL: return refuse_full(reply, spool);
	case SPOOL_TOO_LARGE: return reply_errorf(reply, ERROR_TOO_LARGE, "at most %" PRId64 " bytes", ex->conf->upload_max_bytes);
	case SPOOL_BUSY: return reply_error(reply, ERROR_BUSY, "another writer holds the database");
	case SPOOL_REFUSED: return reply_error(reply, ERROR_BAD_PARAMETER, db_message(ex->db));
	case SPOOL_FAILED: return reply_error(reply, ERROR_INTERNAL, "the upload could not be stored");
	case SPOOL_TOO_MANY:
	case SPOOL_OTHER:
	case SPOOL_TAKEN:
	case SPOOL_GONE: break;
	}
	return reply_error(reply, ERROR_INTERNAL, "the upload is gone");
}

static bool spool_ok(struct upload *u, enum spool_result result)
{
	return upload_result_ok(u->ex, &u->spool, result);
}

bool upload_open(struct upload *upload, int64_t length_bytes)
{
	struct exchange *ex = upload->ex;

	upload->open = spool_ok(upload, spool_open(&upload->spool, ex->db, ex->conf, ex->dir_fd, ex->worker,
						   upload->filename, length_bytes));
	return upload->open;
}

bool upload_adopt(struct upload *upload, const char *path, int64_t length_bytes)
{
	struct exchange *ex = upload->ex;
	struct handover given;
	const char *reason;

	if (!handover_open(&given, ex->conf->hand_over, path, length_bytes, &reason)) {
		log_error("upload: %s is not taken over: %s", path, reason);
		return reply_error(ex->reply, ERROR_INTERNAL, "the file that the web server stored was not taken over");
	}
	upload->open = spool_ok(upload, spool_adopt(&upload->spool, ex->db, ex->conf, ex->dir_fd, ex->worker,
						    upload->filename, &given));
	handover_close(&given);
	return upload->open;
}

bool upload_flush(struct upload *upload)
{
	size_t count = upload->slice_count;

	upload->slice_count = 0;
	return count == 0 || spool_ok(upload, spool_appendv(&upload->spool, upload->slices, count));
}

bool upload_add(struct upload *upload, const char *bytes, size_t len)
{
	union { const char *in; void *out; } base = { .in = bytes };

	if (upload->slice_count == sizeof upload->slices / sizeof *upload->slices && !upload_flush(upload))
		return false;
	upload->slices[upload->slice_count++] = (struct iovec){ base.out, len };
	return true;
}

static bool size_ok(struct upload *u)
{
	int64_t size = u->spool.size_bytes, told = u->declared_bytes;
	struct reply *reply = u->ex->reply;

	if (told >= 0 && told != size)
		return reply_errorf(reply, ERROR_LENGTH_MISMATCH, "size says %" PRId64 " bytes, %" PRId64 " arrived", told, size);
	return size > 0 || reply_error(reply, ERROR_EMPTY_UPLOAD, NULL);
}

void upload_tell_video(struct exchange *ex, const char *id, int status)
{
	struct buf *body = &ex->reply->body;

	if (video_json(ex->db, id, body) != DB_OK) {
		buf_reset(body);
		buf_printf(body, "{\"id\":\"%s\"}", id);
	}
	reply_json(ex->reply, status);
}

static void tell_created(struct exchange *ex, const char *id)
{
	char location[64];

	snprintf(location, sizeof location, ex->reply->html ? "/videos/%s" : "/api/videos/%s", id);
	if (ex->reply->html) {
		reply_see_other(ex->reply, location);
		return;
	}
	reply_field(ex->reply, "Location", location);
	upload_tell_video(ex, id, 201);
}

void upload_end(struct upload *upload)
{
	struct exchange *ex = upload->ex;
	char sha256[DIGEST_SHA256_TEXT];
	struct upload_done done = {
		.filename = upload->filename, .title = upload->title, .owner = ex->request->owner,
		.profile = upload->profile, .priority = upload->priority, .sha256 = digest_sha256(&upload->sha256, sha256),
	};

	if (!size_ok(upload) || !spool_ok(upload, spool_finish(&upload->spool, &done)))
		return;
	log_info("video %s: %" PRId64 " bytes uploaded as '%s'", done.id, done.size_bytes, done.filename);
	tell_created(ex, done.id);
}

void upload_fini(struct upload *upload)
{
	if (upload->open)
		spool_abort(&upload->spool);
	upload->open = false;
	for (int i = 0; i < 2; i++)
		digest_free(upload->sums[i]);
}
