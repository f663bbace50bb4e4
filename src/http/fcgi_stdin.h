/* fcgi_stdin.h - takes a request's body out of its records.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_FCGI_STDIN_H
#define CLIPMILL_FCGI_STDIN_H

#include <stdint.h>
#include <sys/uio.h>

#include "http/fcgi_head.h"

#define FCGI_STDIN_SLICES 64    /* that one call may give */

enum fcgi_stdin_state {
	FCGI_STDIN_OPEN,        /* more is to come */
	FCGI_STDIN_ENDED,       /* the empty record was seen: what follows is ignored */
	FCGI_STDIN_ABORTED,     /* FCGI_ABORT_REQUEST */
	FCGI_STDIN_BAD,         /* a record that has no place here */
};

/* A pure reader of STDIN records, which may be cut anywhere. */
struct fcgi_stdin {
	enum fcgi_stdin_state state;
	uint16_t request_id;
	size_t content_left;    /* of the record being read */
	size_t padding_left;
	size_t header_len;      /* bytes of the next header that are there */
	unsigned char header[FCGI_RECORD_BYTES];
};

void fcgi_stdin_init(struct fcgi_stdin *in, uint16_t request_id);

/*
 * Takes up to `len` bytes and points `slices` (FCGI_STDIN_SLICES of them) at the content in them.
 * Returns the bytes taken: fewer than `len` when the slices are used up or the state has changed.
 */
size_t fcgi_stdin_take(struct fcgi_stdin *in, unsigned char *bytes, size_t len,
		       struct iovec *slices, size_t *count);

#endif
