/*
 * fcgi_stdin.c - STDIN records to slices of content, without a copy.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <string.h>

#include "http/fcgi_stdin.h"

void fcgi_stdin_init(struct fcgi_stdin *in, uint16_t request_id)
{
	*in = (struct fcgi_stdin){ .state = FCGI_STDIN_OPEN, .request_id = request_id };
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static enum fcgi_stdin_state judge(struct fcgi_stdin *in)
{
	struct fcgi_record record;

	fcgi_record_read(&record, in->header);
	in->header_len = 0;
	if (record.version != 1 || record.request_id != in->request_id)
		return FCGI_STDIN_BAD;
	if (record.type == FCGI_TYPE_ABORT_REQUEST)
		return FCGI_STDIN_ABORTED;
	if (record.type != FCGI_TYPE_STDIN)
		return FCGI_STDIN_BAD;
	if (record.content_len == 0)
		return FCGI_STDIN_ENDED;
	in->content_left = record.content_len;
	in->padding_left = record.padding_len;
	return FCGI_STDIN_OPEN;
}

static size_t take_header(struct fcgi_stdin *in, const unsigned char *bytes, size_t len)
{
	size_t n = least(FCGI_RECORD_BYTES - in->header_len, len);

	memcpy(in->header + in->header_len, bytes, n);
	in->header_len += n;
	if (in->header_len == FCGI_RECORD_BYTES)
		in->state = judge(in);
	return n;
}

size_t fcgi_stdin_take(struct fcgi_stdin *in, unsigned char *bytes, size_t len,
		       struct iovec *slices, size_t *count)
{
	size_t at = 0;

	*count = 0;
	while (at < len && in->state == FCGI_STDIN_OPEN && *count < FCGI_STDIN_SLICES) {
		size_t n;

		if (in->content_left > 0) {
			n = least(in->content_left, len - at);
			slices[(*count)++] = (struct iovec){ bytes + at, n };
			in->content_left -= n;
		} else if (in->padding_left > 0) {
			n = least(in->padding_left, len - at);
			in->padding_left -= n;
		} else {
			n = take_header(in, bytes + at, len - at);
		}
		at += n;
	}
	return at;
}
