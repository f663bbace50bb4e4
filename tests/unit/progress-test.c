/*
 * progress-test.c - ffmpeg's -progress lines, split anywhere.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "encode/progress.h"

static const char block[] =
	"frame=120\nfps=48.50\nstream_0_0_q=28.0\nbitrate=N/A\ntotal_size=N/A\nout_time_us=5000000\nout_time_ms=5000000\n"
	"out_time=00:00:05.000000\ndup_frames=0\ndrop_frames=2\nspeed=2.02x\nprogress=continue\n";

static void feed(struct progress *p, const char *text, size_t step)
{
	for (size_t at = 0, len = strlen(text); at < len; at += step)
		progress_feed(p, text + at, len - at < step ? len - at : step);
}

static void reads_a_block_whole_and_in_pieces(void **state)
{
	struct progress p;

	for (size_t step = 1; step <= sizeof block; step++) {
		progress_init(&p);
		feed(&p, block, step);
		assert_int_equal(p.frame, 120);
		assert_true(p.fps > 48.4 && p.fps < 48.6);
		assert_int_equal(p.out_time_us, 5000000);
		assert_int_equal(p.blocks, 1);
	}
}

static void sees_the_end(void **state)
{
	struct progress p;

	progress_init(&p);
	feed(&p, block, 7);
	feed(&p, "frame= 240\nout_time_us=N/A\ntotal_size=99\nprogress=end\n", 7);
	assert_int_equal(p.frame, 240);
	assert_int_equal(p.out_time_us, 5000000);
	assert_int_equal(p.blocks, 2);
}

static void skips_what_is_strange(void **state)
{
	char line[1001];
	struct progress p;

	progress_init(&p);
	memset(line, 'x', 1000);
	line[1000] = '\0';
	feed(&p, line, 100);
	feed(&p, "\nnothing\n=\nframe=abc\nframe=7\n\nprogress=", 3);
	assert_int_equal(p.frame, 7);
	assert_int_equal(p.blocks, 0);
	feed(&p, "=\nframe=-8\nframe=99999999999999999999\nout_time_us=-33000\nfps=nan\nfps=-1\nfps=1e999\n", 5);
	assert_int_equal(p.frame, 7);
	assert_int_equal(p.out_time_us, -1);
	assert_true(p.fps == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_block_whole_and_in_pieces),
		cmocka_unit_test(sees_the_end),
		cmocka_unit_test(skips_what_is_strange),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
