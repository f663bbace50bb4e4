/*
 * fcgi_head.c - a strict reader of BEGIN_REQUEST and PARAMS.  libfcgi 2.4 aborts on some lengths and
 * overruns its stack on some management records; nothing that this file lets through does that.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <string.h>

#include "http/fcgi_head.h"

#define ROLE_RESPONDER 1
#define BEGIN_BYTES 8           /* content of BEGIN_REQUEST */

void fcgi_head_init(struct fcgi_head *head, size_t most)
{
	*head = (struct fcgi_head){ .most = most };
}

static bool refuse(struct fcgi_head *head, const char *reason)
{
	head->reason = reason;
	return false;
}

static bool begin(struct fcgi_head *head, const struct fcgi_record *record, unsigned char *content)
{
	if (record->request_id == 0)
		return refuse(head, "a management record");
	if (record->type != FCGI_TYPE_BEGIN_REQUEST || record->content_len != BEGIN_BYTES)
		return refuse(head, "no BEGIN_REQUEST first");
	if (record->padding_len > 0)
		return refuse(head, "a BEGIN_REQUEST with padding");    /* libfcgi reads that as the next record */
	if ((content[0] << 8 | content[1]) != ROLE_RESPONDER)
		return refuse(head, "a role that is not responder");
	content[2] = 0;         /* flags: FCGI_KEEP_CONN */
	head->request_id = record->request_id;
	return true;
}

/* One length is complete. */
static bool take_length(struct fcgi_head *head)
{
	head->lengths_read++;
	if (head->length > head->most)
		return refuse(head, "a parameter longer than the head may be");
	head->pair_left += head->length;
	if (head->lengths_read == 2 && ++head->params > FCGI_HEAD_PARAMS)
		return refuse(head, "too many parameters");
	return true;
}

/* One byte of a length: 1 byte below 128, or 4 with the top bit set. */
static bool take_length_byte(struct fcgi_head *head, unsigned char byte)
{
	if (head->more_bytes == 0) {
		head->length = byte & 0x7F;
		if ((byte & 0x80) == 0)
			return take_length(head);
		head->more_bytes = 3;
		return true;
	}
	head->length = head->length << 8 | byte;
	return --head->more_bytes > 0 || take_length(head);
}

static bool take_pairs(struct fcgi_head *head, const unsigned char *bytes, size_t len)
{
	while (len > 0) {
		size_t n = head->pair_left < len ? head->pair_left : len;

		if (head->lengths_read < 2) {
			if (!take_length_byte(head, *bytes))
				return false;
			n = 1;
		} else {
			if (n > 0 && memchr(bytes, '\0', n) != NULL)
				return refuse(head, "a NUL in a parameter");
			head->pair_left -= n;
		}
		if (head->lengths_read == 2 && head->pair_left == 0)
			head->lengths_read = 0;
		bytes += n;
		len -= n;
	}
	return true;
}

static bool pairs_ended(const struct fcgi_head *head)
{
	return head->lengths_read == 0 && head->more_bytes == 0 && head->pair_left == 0;
}

/* A whole record after BEGIN_REQUEST. */
static bool params(struct fcgi_head *head, const struct fcgi_record *record, const unsigned char *content)
{
	if (record->request_id != head->request_id || record->type != FCGI_TYPE_PARAMS)
		return refuse(head, "a record other than PARAMS in the head");
	if (record->content_len == 0 && !pairs_ended(head))
		return refuse(head, "the last parameter is cut off");
	return take_pairs(head, content, record->content_len);
}

/* Reads the record at head->at: false when refused or not all there yet (head->reason tells). */
static bool take_record(struct fcgi_head *head, unsigned char *bytes, size_t len)
{
	unsigned char *at = bytes + head->at;
	struct fcgi_record record;
	size_t whole;

	if (len - head->at < FCGI_RECORD_BYTES)
		return head->at + FCGI_RECORD_BYTES > head->most ? refuse(head, "a head that is too large") : false;
	fcgi_record_read(&record, at);
	whole = FCGI_RECORD_BYTES + record.content_len + record.padding_len;
	if (record.version != 1)
		return refuse(head, "a version that is not 1");
	if (head->at + whole > head->most)
		return refuse(head, "a head that is too large");
	if (len - head->at < whole)
		return false;
	if (head->request_id == 0 ? !begin(head, &record, at + FCGI_RECORD_BYTES) :
	    !params(head, &record, at + FCGI_RECORD_BYTES))
		return false;
	head->at += whole;
	if (record.type != FCGI_TYPE_PARAMS || record.content_len > 0)
		return true;
	head->len = head->at;
	head->padding_len = record.padding_len;
	at[6] = 0;
	return true;
}

enum fcgi_head_result fcgi_head_scan(struct fcgi_head *head, unsigned char *bytes, size_t len)
{
	while (head->len == 0 && head->reason == NULL)
		if (!take_record(head, bytes, len))
			break;
	if (head->reason != NULL)
		return FCGI_HEAD_REFUSED;
	return head->len > 0 ? FCGI_HEAD_DONE : FCGI_HEAD_MORE;
}
