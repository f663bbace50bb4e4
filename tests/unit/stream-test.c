/*
 * stream-test.c - one event stream and its reader.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "supervise/stream.h"

static void left(struct stream *stream)
{
	fail_msg("the reader is there");
}

static void drained(struct stream *stream)
{
	fail_msg("the reader was never that fast");
}

static void a_reader_that_is_always_a_little_behind_costs_no_more_for_it(void **state)
{
	struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
	struct stream *list = NULL, *s;
	struct parked who = { .request_id = 1 };
	char news[4096], taken[sizeof news + 8]; /* with its record's header */
	int ends[2];

	memset(news, 'n', sizeof news);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	who.fd = ends[0];
	s = stream_new(loop, &who, &list, left, drained, NULL);
	while (s->pending.len < 20 * sizeof news)
		stream_tell(s, news, sizeof news);
	for (int round = 0; round < 1000; round++) {
		assert_int_equal(recv(ends[1], taken, sizeof taken, MSG_WAITALL), sizeof taken);
		ev_run(loop, EVRUN_NOWAIT);
		stream_tell(s, news, sizeof news);
	}
	assert_false(s->dead);
	assert_in_range(s->pending.len, 1, 256 * 1024);
	stream_free(s);
	close(ends[1]);
	ev_loop_destroy(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_that_is_always_a_little_behind_costs_no_more_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
