/* request.h - what a client asks for, read from CGI parameters.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_REQUEST_H
#define CLIPMILL_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/id.h"
#include "http/errors.h"
#include "http/urlencoded.h"
#include "ingest/label.h"

#define REQUEST_TARGET_BYTES 8192       /* of path and query */
#define REQUEST_SEGMENTS 6
#define REQUEST_OWNER_MOST 100          /* characters of an owner, as the schema has it */
#define REQUEST_PARAMS 16
#define REQUEST_ADDRESS_BYTES 46        /* INET6_ADDRSTRLEN */

enum request_method {
	REQUEST_GET = 1, REQUEST_HEAD = 2, REQUEST_POST = 4, REQUEST_PUT = 8, REQUEST_PATCH = 16,
	REQUEST_DELETE = 32, REQUEST_OPTIONS = 64, REQUEST_OTHER = 128,
};

/* One request's head.  Strings point into the CGI parameters or into `target`. */
struct request {
	enum request_method method;                     /* as X-HTTP-Method-Override has it, where that is taken */
	bool is_head;                                   /* the answer has no body, whatever was overridden */
	const char *segments[REQUEST_SEGMENTS];         /* of the path, each decoded once */
	size_t segment_count;                           /* REQUEST_SEGMENTS + 1: more than any route has */
	struct pair params[REQUEST_PARAMS];             /* of the query */
	int param_count;
	int64_t length_bytes;                           /* Content-Length; -1: not told */
	const char *host;                               /* with its port; "" when not told */
	const char *content_type;                       /* "" when not told */
	const char *content_encoding;                   /* "" when not told */
	const char *body_file;                          /* where the web server stored the body; "" when it did not */
	bool wants_html;                                /* a browser's page load, by Accept */
	bool cross_origin;                              /* made by another site's page */
	char owner[LABEL_MOST + 1];                     /* REMOTE_USER, never a client's own field */
	char address[REQUEST_ADDRESS_BYTES];            /* REMOTE_ADDR; of IPv6 the network, /64, as one client has all of it */
	char target[REQUEST_TARGET_BYTES];
};

/* Looks up a CGI parameter; NULL when it is not there. */
typedef const char *request_lookup(const void *user, const char *name);

/*
 * Reads the head.  ERROR_NONE, or the error to be told with *detail set (NULL: nothing to add); what
 * the answer needs, method and wants_html, is set in any case.  The path is taken from REQUEST_URI,
 * which is what the client sent: segments are split before they are decoded, and a control
 * character in one is refused.
 */
enum error request_read(struct request *r, request_lookup *lookup, const void *user, const char **detail);

/* Appends the names of a set of methods, with commas, for Allow. */
void request_methods(unsigned methods, struct buf *out);

/* The value of a query parameter; NULL when it is not there. */
const char *request_param(const struct request *r, const char *name);

/* The first query parameter that is not among the words of `known`, or is there twice; or NULL. */
const char *request_odd_param(const struct request *r, const char *known);

/* Whether it is for one of `hosts`, names in small letters with a blank between them, on whatever port; NULL: any. */
bool request_is_for(const struct request *r, const char *hosts);

/* Strict: optional -, digits, nothing else, within the bounds. */
bool request_number(const char *text, int64_t least, int64_t most, int64_t *value);

#endif
