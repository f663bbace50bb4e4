/* fcgi_record.h - the header of a FastCGI record.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_FCGI_RECORD_H
#define CLIPMILL_FCGI_RECORD_H

#include <stddef.h>
#include <stdint.h>

/* FastCGI 1.0 sections 3.3 and 8; ours, so that one file only needs libfcgi's headers. */
#define FCGI_RECORD_BYTES 8
#define FCGI_CONTENT_MOST 65535
enum fcgi_type {
	FCGI_TYPE_BEGIN_REQUEST = 1, FCGI_TYPE_ABORT_REQUEST = 2, FCGI_TYPE_END_REQUEST = 3, FCGI_TYPE_PARAMS = 4,
	FCGI_TYPE_STDIN = 5, FCGI_TYPE_STDOUT = 6,
};

struct fcgi_record {
	unsigned version, type;
	uint16_t request_id;
	size_t content_len, padding_len;
};

void fcgi_record_read(struct fcgi_record *record, const unsigned char bytes[FCGI_RECORD_BYTES]);

/* Of a record without padding; `content_len` is at most FCGI_CONTENT_MOST. */
void fcgi_record_write(enum fcgi_type type, uint16_t request_id, size_t content_len, unsigned char bytes[FCGI_RECORD_BYTES]);

#endif
