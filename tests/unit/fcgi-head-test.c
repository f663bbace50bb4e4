/*
 * fcgi-head-test.c - what of a FastCGI connection's records gets through, wherever they are cut.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "http/fcgi_stdin.h"

#define MOST 4096

static void put_record(struct buf *b, int type, int id, const void *content, size_t len, size_t padding)
{
	const unsigned char header[8] = {
		1, (unsigned char)type, (unsigned char)(id >> 8), (unsigned char)id,
		(unsigned char)(len >> 8), (unsigned char)len, (unsigned char)padding, 0,
	};

	buf_put(b, header, sizeof header);
	buf_put(b, content, len);
	buf_put(b, "\xff\xff\xff\xff\xff\xff\xff\xff", padding);
}

static void put_begin(struct buf *b, int role, int flags, int id)
{
	const unsigned char content[8] = { 0, (unsigned char)role, (unsigned char)flags };

	put_record(b, 1, id, content, sizeof content, 0);
}

static enum fcgi_head_result scan(struct fcgi_head *head, const struct buf *b, size_t first)
{
	unsigned char *copy = malloc(b->len);
	enum fcgi_head_result result;

	memcpy(copy, b->data, b->len);
	fcgi_head_init(head, MOST);
	result = fcgi_head_scan(head, copy, first);
	if (result == FCGI_HEAD_MORE)
		result = fcgi_head_scan(head, copy, b->len);
	if (result == FCGI_HEAD_DONE) {
		assert_int_equal(copy[8 + 2], 0);                               /* no keep-conn */
		assert_int_equal(copy[head->len - head->padding_len - 2], 0);   /* the last record has no padding */
	}
	free(copy);
	return result;
}

static void takes_a_head_cut_anywhere(void **state)
{
	struct buf b = BUF_INIT;
	size_t len;

	(void)state;
	put_begin(&b, 1, 1, 258);
	put_record(&b, 4, 258, "\1\2aBC\4", 6, 3);                      /* the second pair runs on */
	put_record(&b, 4, 258, "\x80\0\0\5nam", 7, 0);
	put_record(&b, 4, 258, "eVALUE", 6, 7);
	put_record(&b, 4, 258, "", 0, 5);
	len = b.len;
	put_record(&b, 5, 258, "body", 4, 0);
	for (size_t cut = 0; cut <= b.len; cut++) {
		struct fcgi_head head;

		assert_int_equal(scan(&head, &b, cut), FCGI_HEAD_DONE);
		assert_int_equal(head.len, len);
		assert_int_equal(head.padding_len, 5);
		assert_int_equal(head.request_id, 258);
		assert_int_equal(head.params, 2);
	}
	buf_fini(&b);
}

/* One head with one thing wrong. */
static void put_bad(struct buf *b, int which)
{
	char many[2 * (FCGI_HEAD_PARAMS + 1)];

	memset(many, 0, sizeof many);
	switch (which) {
	case 0: put_record(b, 9, 0, "\16\0FCGI_MAX_CONNS", 16, 0); return;      /* management first */
	case 1: put_begin(b, 1, 0, 0); return;
	case 2: put_begin(b, 2, 0, 1); return;
	case 3: put_begin(b, 3, 0, 1); return;
	case 4: put_record(b, 1, 1, "\0\1\0\0", 4, 0); return;
	case 5: put_record(b, 4, 1, "", 0, 0); return;
	case 6: put_record(b, 1, 1, "\0\1\0\0\0\0\0\0", 8, 8); return;
	default: put_begin(b, 1, 0, 1);
	}
	switch (which) {
	case 7: put_begin(b, 1, 0, 1); return;
	case 8: put_record(b, 9, 0, "\16\0FCGI_MAX_CONNS", 16, 0); return;
	case 9: put_record(b, 5, 1, "x", 1, 0); return;
	case 10: put_record(b, 4, 2, "\1\1ab", 4, 0); return;
	case 11: put_record(b, 2, 1, "", 0, 0); return;
	case 12: put_record(b, 4, 1, "\xff\xff\xff\xff\1", 5, 0); return;       /* name of 2 GiB */
	case 13: put_record(b, 4, 1, "\1\xc0\0\0\0", 5, 0); return;             /* value of 1 GiB */
	case 14: put_record(b, 4, 1, "\1\5ab", 4, 0); break;                    /* longer than the rest */
	case 15: put_record(b, 4, 1, "\1", 1, 0); break;
	case 16: put_record(b, 4, 1, "\1\x80\0", 3, 0); break;
	case 17: put_record(b, 4, 1, "\1\2ab\0", 5, 0); break;                  /* NUL */
	case 18: put_record(b, 4, 1, many, sizeof many, 0); break;
	default: put_record(b, 4, 1, many, 0, 0); b->data[16] = 2; return;      /* version */
	}
	put_record(b, 4, 1, "", 0, 0);
}

static void refuses_everything_else(void **state)
{
	(void)state;
	for (int which = 0; which <= 19; which++) {
		struct buf b = BUF_INIT;
		struct fcgi_head head;

		put_bad(&b, which);
		assert_int_equal(scan(&head, &b, b.len), FCGI_HEAD_REFUSED);
		assert_non_null(head.reason);
		buf_fini(&b);
	}
}

static void refuses_a_head_that_is_too_large(void **state)
{
	char value[MOST] = { 0 };
	struct fcgi_head head;
	struct buf b = BUF_INIT;

	(void)state;
	memset(value, 'x', sizeof value);
	put_begin(&b, 1, 0, 1);
	put_record(&b, 4, 1, value, sizeof value, 0);
	assert_int_equal(scan(&head, &b, 24), FCGI_HEAD_REFUSED);
	buf_fini(&b);
}

static void takes_a_body_cut_anywhere(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	put_record(&b, 5, 1, "hello ", 6, 2);
	put_record(&b, 5, 1, "world", 5, 0);
	put_record(&b, 5, 1, "", 0, 0);
	for (size_t cut = 0; cut <= b.len; cut++) {
		struct iovec slices[FCGI_STDIN_SLICES];
		struct buf body = BUF_INIT;
		struct fcgi_stdin in;
		size_t count, at = 0;

		fcgi_stdin_init(&in, 1);
		for (int round = 0; round < 2; round++) {
			at += fcgi_stdin_take(&in, (unsigned char *)b.data + at, (round == 0 ? cut : b.len) - at, slices, &count);
			for (size_t i = 0; i < count; i++)
				buf_put(&body, slices[i].iov_base, slices[i].iov_len);
		}
		assert_string_equal(buf_text(&body), "hello world");
		assert_int_equal(in.state, FCGI_STDIN_ENDED);
		buf_fini(&body);
	}
	buf_fini(&b);
}

static const struct {
	int type, id;
	enum fcgi_stdin_state state;
} strangers[] = {
	{ 2, 1, FCGI_STDIN_ABORTED }, { 5, 2, FCGI_STDIN_BAD }, { 4, 1, FCGI_STDIN_BAD }, { 9, 0, FCGI_STDIN_BAD },
	{ 1, 1, FCGI_STDIN_BAD }, { 8, 1, FCGI_STDIN_BAD },
};

static void ends_a_body_at_any_other_record(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
		struct iovec slices[FCGI_STDIN_SLICES];
		struct buf b = BUF_INIT;
		struct fcgi_stdin in;
		size_t count;

		put_record(&b, strangers[i].type, strangers[i].id, "x", 1, 0);
		fcgi_stdin_init(&in, 1);
		fcgi_stdin_take(&in, (unsigned char *)b.data, b.len, slices, &count);
		assert_int_equal(in.state, strangers[i].state);
		assert_int_equal(count, 0);
		buf_fini(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_a_head_cut_anywhere),
		cmocka_unit_test(refuses_everything_else),
		cmocka_unit_test(refuses_a_head_that_is_too_large),
		cmocka_unit_test(takes_a_body_cut_anywhere),
		cmocka_unit_test(ends_a_body_at_any_other_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
