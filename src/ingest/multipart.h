/* multipart.h - multipart/form-data as a stream of events.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_MULTIPART_H
#define CLIPMILL_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "ingest/disposition.h"

#define MULTIPART_HEAD_BYTES 8192       /* of one part's header fields */
#define MULTIPART_HEAD_LINES 32
#define MULTIPART_PARTS 64
#define MULTIPART_PREAMBLE_BYTES 8192   /* before the first boundary */
#define MULTIPART_PADDING_BYTES 64      /* blanks after a boundary */

enum multipart_event {
	MULTIPART_MORE,         /* all bytes are used: feed more */
	MULTIPART_PART,         /* a part begins: `name` and `filename` are set (NULL: it has none) */
	MULTIPART_DATA,         /* bytes of its content */
	MULTIPART_PART_END,
	MULTIPART_END,          /* the closing boundary was seen; what follows is ignored */
	MULTIPART_BAD,          /* `fault` says why; it stays bad */
};

enum multipart_fault {
	MULTIPART_FINE,
	MULTIPART_SYNTAX,
	MULTIPART_HEAD_TOO_LARGE,
	MULTIPART_TOO_MANY_PARTS,
	MULTIPART_ENCODED,      /* a Content-Transfer-Encoding that changes the bytes */
};

enum multipart_state {
	MULTIPART_IN_PREAMBLE,
	MULTIPART_IN_DELIMITER, /* behind the boundary, which may still be a look-alike */
	MULTIPART_IN_HEAD,
	MULTIPART_IN_CONTENT,
	MULTIPART_IN_EPILOGUE,
	MULTIPART_IN_FAULT,
};

/* A parser (RFC 7578, RFC 2046 section 5.1).  It does no I/O and allocates nothing. */
struct multipart {
	enum multipart_state state;
	enum multipart_fault fault;
	const char *name;       /* of the part, while it lasts: at MULTIPART_PART_END they are gone */
	const char *filename;   /* as sent: a label to be made by label.h, never a path */

	bool in_part;           /* a part is open: bytes that are no boundary are its content */
	bool disposed;          /* this part's Content-Disposition was seen */
	bool ended;             /* MULTIPART_END was told */
	size_t matched;         /* bytes of the delimiter that the last bytes fed were equal to */
	size_t borrowed;        /* of them, how many are no content: the head's own CRLF */
	size_t tail_len;        /* bytes kept behind the delimiter */
	size_t preamble_bytes;
	size_t parts, lines;
	size_t head_len, line_start;
	size_t delimiter_len;
	char delimiter[4 + BOUNDARY_MOST + MULTIPART_PADDING_BYTES + 2];  /* CRLF -- boundary, then the tail */
	char head[MULTIPART_HEAD_BYTES + 1];
};

/* Begins; `boundary` as disposition_boundary() gave it. */
void multipart_init(struct multipart *m, const char *boundary);

/*
 * Takes bytes from *bytes, *len, which may be cut anywhere, up to the next event.  Call until it
 * returns MULTIPART_MORE.  At MULTIPART_DATA *data and *data_len are the content: mostly a slice of
 * the bytes fed; where `*lent` is set they lie in `m` and are valid until the next call only.
 * Content is searched by memchr(3) for CR alone.
 */
enum multipart_event multipart_next(struct multipart *m, const char **bytes, size_t *len,
				    const char **data, size_t *data_len, bool *lent);

#endif
