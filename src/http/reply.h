/* reply.h - an answer before it is sent.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_REPLY_H
#define CLIPMILL_REPLY_H

#include <stdbool.h>

#include "base/buf.h"
#include "http/errors.h"

/* One answer.  Its buffers are kept from request to request. */
struct reply {
	int status;
	const char *type;       /* Content-Type; NULL: there is no body */
	const char *members;    /* further JSON members of an error, ",..."; NULL: none */
	bool html;              /* an error is told as a page */
	bool head;              /* the request was HEAD: no body is sent */
	bool open_ended;        /* the body goes on: it has no length yet */
	struct buf fields;      /* further header fields, each with its CRLF */
	struct buf body;
};

/* Begins a new answer: 200, no body. */
void reply_reset(struct reply *reply, bool html, bool head);
void reply_fini(struct reply *reply);

/* Adds a header field.  One with a control character in its value is left out, and logged. */
void reply_field(struct reply *reply, const char *name, const char *value);

/* The body is JSON, or a page, and was put into reply->body. */
void reply_json(struct reply *reply, int status);
void reply_page(struct reply *reply, int status);

/* The body is, or begins, an event stream (HTML, section 9.2). */
void reply_stream(struct reply *reply, bool open_ended);

/* 303 See Other. */
void reply_see_other(struct reply *reply, const char *location);

/*
 * Replaces the answer by an error: problem+json (RFC 9457), or a page.  `detail` NULL: the table's
 * words only.  503s carry Retry-After.  False, always: `return is_fine || reply_error(...)`.
 */
bool reply_error(struct reply *reply, enum error error, const char *detail);
bool reply_errorf(struct reply *reply, enum error error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Appends the CGI header: Status, fields, the blank line. */
void reply_put_head(const struct reply *reply, struct buf *out);

#endif
