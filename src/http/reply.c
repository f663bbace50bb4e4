/*
 * reply.c - status, fields and body of an answer, and errors in their two shapes.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <ctype.h>
#include <stdio.h>

#include "base/log.h"
#include "http/reply.h"
#include "http/template.h"

#define RETRY_AFTER_S "5"
/* blob: is for the addresses of MediaSource objects, by which hls.js plays. */
#define POLICY "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; connect-src 'self'; " \
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

void reply_reset(struct reply *reply, bool html, bool head)
{
	reply->status = 200;
	reply->type = reply->members = NULL;
	reply->html = html;
	reply->head = head;
	reply->open_ended = false;
	buf_reset(&reply->fields);
	buf_reset(&reply->body);
}

void reply_fini(struct reply *reply)
{
	buf_fini(&reply->fields);
	buf_fini(&reply->body);
}

void reply_field(struct reply *reply, const char *name, const char *value)
{
	for (const char *at = value; *at != '\0'; at++) {
		if (iscntrl((unsigned char)*at)) {
			log_error("answer: field %s left out: control character in '%s'", name, value);
			return;
		}
	}
	buf_printf(&reply->fields, "%s: %s\r\n", name, value);
}

void reply_json(struct reply *reply, int status)
{
	reply->status = status;
	reply->type = "application/json";
	if (reply->body.len > 0 && reply->body.data[reply->body.len - 1] != '\n')
		buf_puts(&reply->body, "\n");
}

void reply_page(struct reply *reply, int status)
{
	reply->status = status;
	reply->type = "text/html; charset=utf-8";
}

void reply_stream(struct reply *reply, bool open_ended)
{
	reply->status = 200;
	reply->type = "text/event-stream";
	reply->open_ended = open_ended;
	reply_field(reply, "X-Accel-Buffering", "no");
}

void reply_see_other(struct reply *reply, const char *location)
{
	buf_reset(&reply->body);
	reply->status = 303;
	reply->type = NULL;
	reply_field(reply, "Location", location);
}

static void put_problem(struct reply *reply, const struct error_entry *e, const char *type, const char *detail)
{
	struct buf *b = &reply->body;

	if (type != NULL)
		buf_printf(b, "{\"type\":\"%s\",\"title\":", type);
	else
		buf_printf(b, "{\"type\":\"urn:clipmill:error:%s\",\"title\":", e->code);
	buf_json(b, e->title);
	buf_printf(b, ",\"status\":%d,\"detail\":", e->status);
	buf_json(b, detail);
	buf_printf(b, ",\"code\":\"%s\",\"advice\":", e->code);
	buf_json(b, e->advice);
	buf_printf(b, "%s}\n", reply->members != NULL ? reply->members : "");
	reply->type = "application/problem+json";
}

static void put_error_page(struct reply *reply, const struct error_entry *e, const char *detail)
{
	struct buf text = BUF_INIT;

	template_render(&text, template_error, (const struct template_value[]){
		{ "title", e->title }, { "detail", detail != e->title ? detail : NULL }, { "advice", e->advice }, { "code", e->code }, { NULL, NULL },
	});
	template_page(&reply->body, (const struct template_value[]){
		{ "title", e->title }, { "body", buf_text(&text) }, { NULL, NULL },
	});
	buf_fini(&text);
	reply_page(reply, e->status);
}

bool reply_error(struct reply *reply, enum error error, const char *detail)
{
	const struct error_entry *e = error_entry(error);

	buf_reset(&reply->body);
	reply->status = e->status;
	if (e->status == 503)
		reply_field(reply, "Retry-After", RETRY_AFTER_S);
	if (detail == NULL)
		detail = e->title;
	if (reply->html)
		put_error_page(reply, e, detail);
	else
		put_problem(reply, e, error_type(error), detail);
	return false;
}

bool reply_errorf(struct reply *reply, enum error error, const char *format, ...)
{
	char detail[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(detail, sizeof detail, format, ap);
	va_end(ap);
	return reply_error(reply, error, detail);
}

void reply_put_head(const struct reply *reply, struct buf *out)
{
	buf_printf(out, "Status: %d %s\r\n", reply->status, error_status_text(reply->status));
	if (reply->type != NULL)
		buf_printf(out, "Content-Type: %s\r\n", reply->type);
	if (reply->status != 204 && !reply->open_ended)
		buf_printf(out, "Content-Length: %zu\r\n", reply->type != NULL ? reply->body.len : 0);
	buf_puts(out, "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
		 "Content-Security-Policy: " POLICY "\r\nReferrer-Policy: same-origin\r\n");
	buf_puts(out, buf_text(&reply->fields));
	buf_puts(out, "\r\n");
}
