/*
 * fcgi_record.c - the header of a FastCGI record, read and written.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <assert.h>

#include "base/fcgi_record.h"

#define FCGI_VERSION 1

void fcgi_record_read(struct fcgi_record *record, const unsigned char bytes[FCGI_RECORD_BYTES])
{
	record->version = bytes[0];
	record->type = bytes[1];
	record->request_id = (uint16_t)(bytes[2] << 8 | bytes[3]);
	record->content_len = (size_t)(bytes[4] << 8 | bytes[5]);
	record->padding_len = bytes[6];
}

void fcgi_record_write(enum fcgi_type type, uint16_t request_id, size_t content_len, unsigned char bytes[FCGI_RECORD_BYTES])
{
	assert(content_len <= FCGI_CONTENT_MOST);
	bytes[0] = FCGI_VERSION;
	bytes[1] = (unsigned char)type;
	bytes[2] = (unsigned char)(request_id >> 8);
	bytes[3] = (unsigned char)request_id;
	bytes[4] = (unsigned char)(content_len >> 8);
	bytes[5] = (unsigned char)content_len;
	bytes[6] = bytes[7] = 0;
}
