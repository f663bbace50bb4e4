/* fcgi_head.h - judges the head of a FastCGI request before libfcgi sees it.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_FCGI_HEAD_H
#define CLIPMILL_FCGI_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fcgi_record.h"

#define FCGI_HEAD_PARAMS 1024   /* most name-value pairs */

enum fcgi_head_result {
	FCGI_HEAD_MORE,         /* not complete: read more behind these bytes */
	FCGI_HEAD_DONE,         /* complete and sound: `len` bytes belong to it */
	FCGI_HEAD_REFUSED,      /* `reason` says why; close the connection */
};

/* A scan of a head that grows. */
struct fcgi_head {
	size_t most;            /* bytes that a head may have */
	size_t at;              /* of the record to be read next */
	uint16_t request_id;    /* 0 until BEGIN_REQUEST */
	size_t len;             /* when done: bytes of the head, its last padding included */
	size_t padding_len;     /* when done: that last padding */
	const char *reason;

	/* of the pair being read; pairs run on from record to record */
	unsigned lengths_read;  /* 0, 1 or 2 of its two lengths are known */
	unsigned more_bytes;    /* of a 4-byte length that are still to come */
	uint32_t length;        /* being read */
	size_t pair_left;       /* bytes of name and value still to come */
	size_t params;
};

void fcgi_head_init(struct fcgi_head *head, size_t most);

/*
 * Looks at the first `len` bytes of a connection: all that were read so far, also those of the calls
 * before.  Sound is: BEGIN_REQUEST for a responder with an id other than 0, then PARAMS of the same
 * id up to the empty one, whose pairs end where they say, hold no NUL and are at most
 * FCGI_HEAD_PARAMS.  Management records and everything else are refused.  FCGI_KEEP_CONN is cleared
 * in place: a connection serves one request and never pins a thread.  The last record's padding
 * length is set to 0, so that the head without those bytes is a complete head.
 */
enum fcgi_head_result fcgi_head_scan(struct fcgi_head *head, unsigned char *bytes, size_t len);

#endif
