/*
 * exchange.c - what handlers share: small bodies, and the store's and the peer's failures in words.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/exchange.h"
#include "http/fcgi_stdin.h"

#define PROMPT_MS 100           /* for a small body that its client does not hold back */

const char *exchange_field(const struct exchange *ex, const char *name)
{
	char full[64];

	snprintf(full, sizeof full, "HTTP_%s", name);
	return fcgi_param(ex->fcgi, full);
}

bool exchange_db_ok(struct exchange *ex, enum db_result result)
{
	switch (result) {
	case DB_OK:
		return true;
	case DB_NONE:
		reply_error(ex->reply, ERROR_NOT_FOUND, NULL);
		break;
	case DB_REFUSED:
		reply_error(ex->reply, ERROR_WRONG_STATE, db_message(ex->db));
		break;
	case DB_BUSY:
		reply_error(ex->reply, ERROR_BUSY, "another writer holds the database");
		break;
	case DB_FULL:
		reply_error(ex->reply, ERROR_NO_SPACE, NULL);
		break;
	case DB_FAILED:
		log_error("request: database: %s", db_message(ex->db));
		reply_error(ex->reply, ERROR_INTERNAL, "the database cannot be used at the moment");
		break;
	}
	return false;
}

void exchange_body_error(struct exchange *ex, enum fcgi_body body)
{
	if (body == FCGI_BODY_LEFT)
		reply_error(ex->reply, ERROR_UPLOAD_LOCKED, "another request has taken over");
	else
		reply_error(ex->reply, body == FCGI_BODY_SLOW ? ERROR_BODY_TIMEOUT : ERROR_BODY_TRUNCATED, NULL);
}

bool exchange_enter(const struct exchange *ex)
{
	if (atomic_fetch_add(ex->uploads, 1) < ex->conf->upload_threads)
		return true;
	exchange_leave(ex);
	return false;
}

void exchange_leave(const struct exchange *ex)
{
	atomic_fetch_sub(ex->uploads, 1);
}

/* Of a small body. */
struct reader {
	const struct exchange *ex;
	int64_t begun_ms;               /* monotonic */
	bool entered;
};

/* Whether its client holds it back, and there is no place for one who does. */
static bool is_crowded(void *user, int64_t silent_ms)
{
	struct reader *r = user;

	if (!r->entered && clock_mono_ms() - r->begun_ms >= PROMPT_MS) {
		r->entered = exchange_enter(r->ex);
		return !r->entered;
	}
	return false;
}

static enum fcgi_body read_small(struct exchange *ex, struct buf *body)
{
	struct reader r = { .ex = ex, .begun_ms = clock_mono_ms() };
	struct iovec slices[FCGI_STDIN_SLICES];
	enum fcgi_body result = FCGI_BODY_END;
	size_t count;

	fcgi_expect(ex->fcgi, ex->request->length_bytes, ex->conf->header_timeout_ms);
	fcgi_leave_when(ex->fcgi, is_crowded, &r);
	while (body->len <= EXCHANGE_BODY_MOST && (result = fcgi_body(ex->fcgi, slices, &count)) == FCGI_BODY_DATA) {
		for (size_t i = 0; i < count; i++)
			buf_put(body, slices[i].iov_base, slices[i].iov_len);
		if (is_crowded(&r, 0)) {
			result = FCGI_BODY_LEFT;
			break;
		}
	}
	fcgi_leave_when(ex->fcgi, NULL, NULL);
	if (r.entered)
		exchange_leave(ex);
	return result;
}

bool exchange_read_body(struct exchange *ex, struct buf *body)
{
	enum fcgi_body result = FCGI_BODY_END;

	if (ex->request->length_bytes <= EXCHANGE_BODY_MOST)
		result = read_small(ex, body);
	if (ex->request->length_bytes > EXCHANGE_BODY_MOST || body->len > EXCHANGE_BODY_MOST)
		reply_errorf(ex->reply, ERROR_BODY_TOO_LARGE, "at most %d bytes", EXCHANGE_BODY_MOST);
	else if (result == FCGI_BODY_LEFT)
		reply_error(ex->reply, ERROR_BUSY, "too many others bring their bodies slowly");
	else if (result != FCGI_BODY_END)
		exchange_body_error(ex, result);
	else if (strlen(buf_text(body)) != body->len)
		reply_error(ex->reply, ERROR_BAD_REQUEST, "the body holds a NUL byte");
	else
		return true;
	return false;
}
