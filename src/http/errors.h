/* errors.h - every error that a client can meet.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_ERRORS_H
#define CLIPMILL_ERRORS_H

enum error {
	ERROR_NONE,
	ERROR_BAD_REQUEST,
	ERROR_BAD_PARAMETER,
	ERROR_BAD_JSON,
	ERROR_BAD_MULTIPART,
	ERROR_TOO_MANY_PARTS,
	ERROR_PART_HEADER_TOO_LARGE,
	ERROR_NO_FILE,
	ERROR_EMPTY_UPLOAD,
	ERROR_LENGTH_MISMATCH,
	ERROR_BODY_TRUNCATED,
	ERROR_BODY_TIMEOUT,
	ERROR_CROSS_ORIGIN,
	ERROR_WRONG_HOST,
	ERROR_OWNER_TOO_LONG,
	ERROR_NOT_FOUND,
	ERROR_METHOD_NOT_ALLOWED,
	ERROR_WRONG_STATE,
	ERROR_BAD_FIELD,
	ERROR_TUS_VERSION,
	ERROR_WRONG_OFFSET,
	ERROR_PARTS_UNFINISHED,
	ERROR_PARTS_JOINED,
	ERROR_UPLOAD_COMPLETE,
	ERROR_UPLOAD_LOCKED,
	ERROR_CHECKSUM_MISMATCH,
	ERROR_DIGEST_MISMATCH,
	ERROR_INCONSISTENT_LENGTH,
	ERROR_UPLOAD_WAS_COMPLETE,
	ERROR_TOO_MANY_UNFINISHED,
	ERROR_TOO_LARGE,
	ERROR_BODY_TOO_LARGE,
	ERROR_URI_TOO_LONG,
	ERROR_UNSUPPORTED_MEDIA_TYPE,
	ERROR_UNSUPPORTED_CONTENT_ENCODING,
	ERROR_INTERNAL,
	ERROR_BUSY,
	ERROR_TOO_MANY_UPLOADS,
	ERROR_UPLOAD_SLOW,
	ERROR_TOO_MANY_STREAMS,
	ERROR_NO_SPACE,
	ERROR_COUNT
};

struct error_entry {
	const char *code;       /* stable: programs match it */
	int status;             /* of HTTP */
	const char *title;      /* what happened */
	const char *advice;     /* what to do, and what was kept */
};

const struct error_entry *error_entry(enum error error);

/* Its type where others gave it one, a URI; NULL: our own, made of the code. */
const char *error_type(enum error error);

/* The reason phrase of a status that we send. */
const char *error_status_text(int status);

#endif
