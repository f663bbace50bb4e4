/*
 * request.c - CGI parameters to one struct.  Everything in them is the client's, except REMOTE_USER and REQUEST_BODY_FILE.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/request.h"

static const struct method_name {
	const char *name;
	enum request_method method;
} method_names[] = {
	{ "GET", REQUEST_GET }, { "HEAD", REQUEST_HEAD }, { "POST", REQUEST_POST }, { "PUT", REQUEST_PUT },
	{ "PATCH", REQUEST_PATCH }, { "DELETE", REQUEST_DELETE }, { "OPTIONS", REQUEST_OPTIONS },
};

void request_methods(unsigned methods, struct buf *out)
{
	size_t begun = out->len;

	for (size_t i = 0; i < sizeof method_names / sizeof *method_names; i++)
		if ((methods & method_names[i].method) != 0)
			buf_printf(out, "%s%s", out->len > begun ? ", " : "", method_names[i].name);
}

/* A reader's state. */
struct source {
	request_lookup *lookup;
	const void *user;
};

static const char *get(const struct source *s, const char *name)
{
	const char *value = s->lookup(s->user, name);

	return value != NULL ? value : "";
}

static enum request_method method_of(const char *name)
{
	for (size_t i = 0; i < sizeof method_names / sizeof *method_names; i++)
		if (strcmp(method_names[i].name, name) == 0)
			return method_names[i].method;
	return REQUEST_OTHER;
}

/* Whether `type` is named in an Accept field.  Weights are not: no browser gives HTML a low one. */
static bool accepts(const char *accept, const char *type)
{
	return strcasestr(accept, type) != NULL;
}

static bool has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if (iscntrl((unsigned char)*text))
			return true;
	return false;
}

/* What web servers resolve before they look what a path is about, and we do not: then it would be about two things. */
static bool is_ambiguous(const char *segment)
{
	return strchr(segment, '/') != NULL || strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0;
}

static bool split_path(struct request *r, char *path)
{
	char *rest = path + 1, *segment;

	while ((segment = strsep(&rest, "/")) != NULL) {
		if (rest == NULL && *segment == '\0')
			break;                  /* a final slash */
		if (!url_decode(segment, false) || has_control(segment) || is_ambiguous(segment))
			return false;
		if (r->segment_count == REQUEST_SEGMENTS) {
			r->segment_count++;
			return true;
		}
		r->segments[r->segment_count++] = segment;
	}
	return true;
}

static enum error read_target(struct request *r, const struct source *s, const char **detail)
{
	const char *uri = get(s, "REQUEST_URI");
	char *query;

	if (strlen(uri) >= sizeof r->target)
		return ERROR_URI_TOO_LONG;
	strcpy(r->target, uri);
	*detail = "the path is malformed, or holds control characters, an encoded slash, . or ..";
	query = strchr(r->target, '?');
	if (query != NULL)
		*query++ = '\0';
	if (r->target[0] != '/' || !split_path(r, r->target))
		return ERROR_BAD_REQUEST;
	*detail = "the query is malformed, holds a NUL, or has too many parameters";
	r->param_count = query != NULL ? url_split_pairs(query, r->params, REQUEST_PARAMS) : 0;
	if (r->param_count < 0) {
		r->param_count = 0;
		return ERROR_BAD_REQUEST;
	}
	*detail = NULL;
	return ERROR_NONE;
}

static enum error read_length(struct request *r, const struct source *s, const char **detail)
{
	const char *text = get(s, "CONTENT_LENGTH");

	r->length_bytes = -1;
	if (*text == '\0')
		return ERROR_NONE;
	if (strspn(text, "0123456789") != strlen(text)) {
		*detail = "Content-Length is not a number";
		return ERROR_BAD_REQUEST;
	}
	errno = 0;
	r->length_bytes = strtoll(text, NULL, 10);
	return errno == 0 ? ERROR_NONE : ERROR_TOO_LARGE;
}

/* Whether `origin` is http(s)://HOST. */
static bool is_own_origin(const char *origin, const char *host)
{
	if (strncasecmp(origin, "https://", 8) == 0)
		origin += 8;
	else if (strncasecmp(origin, "http://", 7) == 0)
		origin += 7;
	else
		return false;
	return *host != '\0' && strcasecmp(origin, host) == 0;
}

static bool is_cross_origin(const struct source *s)
{
	const char *origin = get(s, "HTTP_ORIGIN");

	if (strcasecmp(get(s, "HTTP_SEC_FETCH_SITE"), "cross-site") == 0)
		return true;
	return *origin != '\0' && !is_own_origin(origin, get(s, "HTTP_HOST"));
}

/* tus 1.0.0, "X-HTTP-Method-Override": a POST to an upload is the request that it names, and judged as such. */
static void override_method(struct request *r, const struct source *s)
{
	const char *name = get(s, "HTTP_X_HTTP_METHOD_OVERRIDE");

	if (*name != '\0' && r->method == REQUEST_POST && r->segment_count >= 2 &&
	    strcmp(r->segments[0], "api") == 0 && strcmp(r->segments[1], "uploads") == 0)
		r->method = method_of(name);
}

/* Unshortened, or else two users may be one. */
static bool read_owner(struct request *r, const char *owner)
{
	size_t len = strlen(owner), characters = 0;

	label_title(owner, len, r->owner);
	for (const char *at = r->owner; *at != '\0'; at++)
		characters += ((unsigned char)*at & 0xc0) != 0x80;
	return len <= LABEL_MOST && characters <= REQUEST_OWNER_MOST;
}

static void read_address(struct request *r, const char *address)
{
	struct in6_addr network;

	snprintf(r->address, sizeof r->address, "%s", address);
	if (inet_pton(AF_INET6, address, &network) != 1 || IN6_IS_ADDR_V4MAPPED(&network))
		return;
	memset(network.s6_addr + 8, 0, 8);
	inet_ntop(AF_INET6, &network, r->address, sizeof r->address);
}

enum error request_read(struct request *r, request_lookup *lookup, const void *user, const char **detail)
{
	struct source s = { lookup, user };
	const char *accept = get(&s, "HTTP_ACCEPT"), *owner = get(&s, "REMOTE_USER");
	enum error error;

	memset(r, 0, offsetof(struct request, owner));
	*detail = NULL;
	r->method = method_of(get(&s, "REQUEST_METHOD"));
	r->is_head = r->method == REQUEST_HEAD;
	r->wants_html = accepts(accept, "text/html") && !accepts(accept, "application/json");
	r->cross_origin = is_cross_origin(&s);
	r->host = get(&s, "HTTP_HOST");
	r->content_type = get(&s, "CONTENT_TYPE");
	r->body_file = get(&s, "REQUEST_BODY_FILE");    /* a client's own field is HTTP_REQUEST_BODY_FILE */
	r->content_encoding = get(&s, "HTTP_CONTENT_ENCODING");
	read_address(r, get(&s, "REMOTE_ADDR"));
	if (!read_owner(r, owner))
		return ERROR_OWNER_TOO_LONG;
	error = read_target(r, &s, detail);
	if (error == ERROR_NONE)
		override_method(r, &s);
	return error != ERROR_NONE ? error : read_length(r, &s, detail);
}

const char *request_param(const struct request *r, const char *name)
{
	for (int i = 0; i < r->param_count; i++)
		if (strcmp(r->params[i].name, name) == 0)
			return r->params[i].value;
	return NULL;
}

static bool is_known(const char *known, const char *name)
{
	size_t len;

	for (; *known != '\0'; known += len + (known[len] == ' ')) {
		len = strcspn(known, " ");
		if (strncmp(known, name, len) == 0 && name[len] == '\0')
			return true;
	}
	return false;
}

const char *request_odd_param(const struct request *r, const char *known)
{
	for (int i = 0; i < r->param_count; i++) {
		const char *name = r->params[i].name;

		if (!is_known(known, name) || request_param(r, name) != r->params[i].value)
			return name;
	}
	return NULL;
}

bool request_is_for(const struct request *r, const char *hosts)
{
	const char *colon = strrchr(r->host, ':');
	size_t len = colon != NULL && strspn(colon + 1, "0123456789") == strlen(colon + 1) ? (size_t)(colon - r->host) : strlen(r->host);
	char name[256];                 /* longer ones are nobody's: RFC 1035 section 2.3.4 */

	if (hosts == NULL)
		return true;
	if (len >= sizeof name)
		return false;
	for (size_t i = 0; i < len; i++)
		name[i] = (char)tolower((unsigned char)r->host[i]);
	name[len] = '\0';
	return is_known(hosts, name);
}

bool request_number(const char *text, int64_t least, int64_t most, int64_t *value)
{
	const char *digits = text + (*text == '-');

	if (*digits == '\0' || strspn(digits, "0123456789") != strlen(digits))
		return false;
	errno = 0;
	*value = strtoll(text, NULL, 10);
	return errno == 0 && *value >= least && *value <= most;
}
