/* fcgi.h - one FastCGI connection after the other, for one thread.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_FCGI_H
#define CLIPMILL_FCGI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/conf.h"

#define FCGI_BUFFER_BYTES (256 * 1024)

struct fcgi;

enum fcgi_body {
	FCGI_BODY_DATA,         /* slices were given */
	FCGI_BODY_END,          /* the whole body was given */
	FCGI_BODY_TRUNCATED,    /* the peer ended, aborted or broke the body before its length */
	FCGI_BODY_LEFT,         /* the function of fcgi_leave_when() said so */
	FCGI_BODY_SLOW,         /* silent for idle_timeout, slower than anybody should be, or past its deadline */
};

/*
 * Readies libfcgi, once, before threads.  Signal dispositions stay as they were, but for SIGPIPE,
 * which is ignored from then on.  Returns 0, or -1.
 */
int fcgi_init(void) __attribute__((warn_unused_result));

/* A thread's buffers and sockets; `conf` is lent.  NULL when out of memory or descriptors. */
struct fcgi *fcgi_new(const struct conf *conf);
void fcgi_free(struct fcgi *fcgi);

/*
 * Reads and judges the head of one request on the connected socket `fd`, which stays the caller's
 * to close, also on failure.  Within header_timeout and header_max.  False: no request, nothing
 * to answer; `*reason` says why, NULL when the peer merely left.
 */
bool fcgi_begin(struct fcgi *fcgi, int fd, const char **reason) __attribute__((warn_unused_result));

/* A CGI parameter, of a field in several lines all of them with commas between; NULL when it is not there.  Valid until fcgi_end. */
const char *fcgi_param(const struct fcgi *fcgi, const char *name);

/* Before the first fcgi_body: bytes to be expected, -1 for as many as come; and a deadline for all
 * of them, 0 for none. */
void fcgi_expect(struct fcgi *fcgi, int64_t length_bytes, int64_t deadline_ms);

/*
 * After fcgi_expect: while a body is silent, `leave` is asked about ten times a second, with how long it has been
 * so; true ends the body as FCGI_BODY_LEFT.  Not asked while bytes come.
 */
typedef bool fcgi_leave(void *user, int64_t silent_ms);
void fcgi_leave_when(struct fcgi *fcgi, fcgi_leave *leave, void *user);

/*
 * Waits for more of the body and points `slices` (FCGI_STDIN_SLICES of them) at it; they are valid
 * until the next call.  Never gives more than the length expected.  What it returned last other
 * than FCGI_BODY_DATA, it returns again.
 */
enum fcgi_body fcgi_body(struct fcgi *fcgi, struct iovec *slices, size_t *count);

/* Adds to the answer, which is on its way at once when it is long.  A peer that does not read for
 * idle_timeout is given up: the rest goes nowhere. */
void fcgi_write(struct fcgi *fcgi, const void *bytes, size_t len);

/*
 * Sends what was written of the answer and lets go of the connection, which is the caller's from then on, with the
 * request under way: its id is in *request_id.  False: the peer is gone.  In place of fcgi_end.
 */
bool fcgi_release(struct fcgi *fcgi, uint16_t *request_id);

/*
 * Ends the answer and the request.  Where the body was not read to its end, the peer gets the
 * answer first and what it still sends is drained for a short while, so that it does not see a
 * reset in place of a 4xx.
 */
void fcgi_end(struct fcgi *fcgi);

#endif
