/*
 * fcgi-head-fuzz.c - a head whole and in pieces is judged the same, and the body behind it is read
 * within its bounds.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http/fcgi_stdin.h"

#define MOST 65536

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void take_body(uint16_t request_id, unsigned char *bytes, size_t len)
{
	struct iovec slices[FCGI_STDIN_SLICES];
	struct fcgi_stdin in;
	size_t count, n, at = 0;

	fcgi_stdin_init(&in, request_id);
	do {
		n = fcgi_stdin_take(&in, bytes + at, len - at, slices, &count);
		for (size_t i = 0; i < count; i++)
			if ((unsigned char *)slices[i].iov_base < bytes + at || slices[i].iov_len > n)
				abort();
		at += n;
	} while (n > 0 && in.state == FCGI_STDIN_OPEN);
	if (at > len || (in.state == FCGI_STDIN_OPEN && at != len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct fcgi_head whole, cut;
	enum fcgi_head_result first, second = FCGI_HEAD_MORE;
	unsigned char *copy = malloc(len + 1), *again = malloc(len + 1);

	memcpy(copy, bytes, len);
	memcpy(again, bytes, len);
	fcgi_head_init(&whole, MOST);
	first = fcgi_head_scan(&whole, copy, len);
	fcgi_head_init(&cut, MOST);
	for (size_t n = 0; n <= len && second == FCGI_HEAD_MORE; n++)
		second = fcgi_head_scan(&cut, again, n);
	if (first != second || whole.len != cut.len || whole.len > len || (first == FCGI_HEAD_REFUSED && whole.reason == NULL))
		abort();
	if (first == FCGI_HEAD_DONE)
		take_body(whole.request_id, copy + whole.len, len - whole.len);
	free(copy);
	free(again);
	return 0;
}
