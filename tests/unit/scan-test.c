/*
 * scan-test.c - ffprobe's packets as CSV, split anywhere.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "encode/scan.h"

static void scan_text(struct scan *scan, const char *text, size_t step)
{
	scan_init(scan);
	for (size_t at = 0, len = strlen(text); at < len; at += step)
		scan_feed(scan, text + at, len - at < step ? len - at : step);
	scan_end(scan);
}

static void keeps_no_more_than_it_may(void **state)
{
	struct scan scan;

	scan_init(&scan);
	scan.most = 2;
	scan_feed(&scan, "0,0,1,0,K_\n1,1,1,1,__\n", 22);
	assert_false(scan.too_many);
	scan_feed(&scan, "2,2,1,2,__\n3,3,1,3,__\n", 22);
	scan_end(&scan);
	assert_true(scan.too_many);
	assert_int_equal(scan.count, 2);
	scan_fini(&scan);
}

static void counts_what_side_data_tells(void **state)
{
	static const char text[] = "0,0,100,48,K_\n512,512,20,148,__,New Extradata\n1024,1024,7,168,__,Skip Samples\n"
				   "1536,1536,7,175,__,Encryption info\n\n2048,2048,7,182,__,Encryption info\n\n";
	struct scan scan;

	scan_text(&scan, text, 7);
	assert_int_equal(scan.count, 5);
	assert_int_equal(scan.bad_lines, 0);
	assert_int_equal(scan.described, 1);
	assert_int_equal(scan.encrypted, 2);
	scan_fini(&scan);
}

static void sorts_by_pts_however_it_is_split(void **state)
{
	static const char text[] = "0,-1024,100,48,K_\n1536,-512,20,148,__\n512,0,N/A,N/A,_D\n1024,512,7,N/A,__";
	struct scan scan;

	for (size_t step = 1; step <= sizeof text; step++) {
		scan_text(&scan, text, step);
		assert_int_equal(scan.count, 4);
		for (size_t i = 0; i < 4; i++)
			assert_int_equal(scan.packets[i].pts, (int64_t)i * 512);
		assert_true(scan.packets[0].key);
		assert_false(scan.packets[1].key);
		assert_true(scan.packets[1].discard);
		assert_int_equal(scan.packets[3].at, 1);
		assert_int_equal(scan.packets[0].end, 148);
		assert_int_equal(scan.packets[1].end, -1);
		assert_int_equal(scan.packets[2].size, 7);
		scan_fini(&scan);
	}
}

static void takes_mpegts_and_matroska_rows(void **state)
{
	struct scan scan;

	scan_text(&scan, "126000,N/A,1,2,K_,\n\n133500,129750,1,3,__,\n\nN/A,137250,1,4,__,\n\nN/A,N/A,1,5,__\n", 5);
	assert_int_equal(scan.count, 3);
	assert_int_equal(scan.packets[0].dts, 126000);
	assert_int_equal(scan.packets[2].pts, 137250);
	assert_true(scan.packets[2].guessed);
	assert_int_equal(scan.no_pts, 1);
	assert_int_equal(scan.bad_lines, 0);
	scan_fini(&scan);
}

static void numbers_packets_without_times(void **state)
{
	struct scan scan;

	scan_init(&scan);
	scan_number(&scan, 48000, false);
	scan_feed(&scan, "N/A,N/A,N/A,10,0,K_\nN/A,N/A,24000,7,10,__\n96000,96000,24000,8,17,__\n", 69);
	scan_end(&scan);
	assert_int_equal(scan.count, 3);
	assert_int_equal(scan.no_pts, 0);
	for (size_t i = 0; i < scan.count; i++) {
		assert_int_equal(scan.packets[i].pts, 48000 * (int64_t)i);
		assert_false(scan.packets[i].guessed);
	}
	assert_int_equal(scan.packets[2].end, 25);
	scan_fini(&scan);
}

/* Two fields, a frame, a field that has lost its other one, a frame, two fields. */
static void numbers_two_fields_once(void **state)
{
	struct scan scan;

	scan_init(&scan);
	scan_number(&scan, 48000, true);
	for (const char *length = "ffFfFff"; *length != '\0'; length++)
		scan_feed(&scan, *length == 'f' ? "N/A,N/A,24000,9,0,__\n" : "N/A,N/A,48000,9,0,__\n", 21);
	scan_end(&scan);
	assert_int_equal(scan.count, 5);
	assert_int_equal(scan.packets[4].pts, 4 * 48000);
	assert_int_equal(scan.packets[4].at, 4);
	assert_true(scan.joined);
	scan_fini(&scan);
}

static void counts_rows_that_are_none(void **state)
{
	struct scan scan;

	scan_text(&scan, "hello\n1,2\n1,2,3,4,X_\n,,,,K_\n9223372036854775807,0,1,2,K_\n5,5,6,7,K_\n", 9);
	assert_int_equal(scan.count, 1);
	assert_int_equal(scan.bad_lines, 5);
	scan_fini(&scan);
}

static void forgets_keyframes(void **state)
{
	struct scan scan;

	scan_text(&scan, "80,0,100,0,K_\n0,40,100,100,__\n40,80,100,200,K_\n", 7);
	scan_forget_keys(&scan);
	assert_true(scan.keys_are_false);
	assert_false(scan.packets[0].key || scan.packets[1].key);
	assert_true(scan.packets[2].key);       /* it comes first in the file */
	scan_fini(&scan);
}

/* Open groups: P I B B P; and a clock that starts anew later on. */
static void forgets_what_leans_on_others(void **state)
{
	char text[4096] = "10,10,100,0,__\n40,20,100,100,K_\n20,30,50,200,__\n30,40,50,300,__\n50,50,100,400,__\n";
	struct scan scan;

	scan_text(&scan, text, 7);
	scan_behead(&scan, 41);
	assert_int_equal(scan.count, 5);
	scan_behead(&scan, 40);
	assert_int_equal(scan.count, 2);
	assert_int_equal(scan.headless, 3);
	assert_true(scan.packets[0].pts == 40 && scan.packets[0].at == 0 && scan.packets[0].key);
	assert_true(scan.packets[1].pts == 50 && scan.packets[1].at == 1);
	scan_fini(&scan);
	for (size_t i = 0, at = strlen(text); i < 70; i++)
		at += (size_t)snprintf(text + at, sizeof text - at, "%zu,%zu,1,500,__\n", i, i);
	scan_text(&scan, text, 7);
	scan_behead(&scan, 40);
	assert_int_equal(scan.headless + scan.count, 75);
	assert_true(scan.headless > 3 && scan.count > 2);       /* no more than are near */
	scan_fini(&scan);
	scan_text(&scan, "N/A,10,100,0,__\n40,20,100,100,K_\n", 7);
	scan_behead(&scan, 40);
	assert_int_equal(scan.count, 2);        /* when the first one is shown is a guess */
	scan_fini(&scan);
}

/* 40 packets of a camera with 25 frames a second: all fields, frames among fields, fields without times, frames alone. */
static void joins_the_fields_of_a_frame(void **state)
{
	static const struct { bool timed; int every; int64_t last, pictures; size_t kept, no_pts; bool joined; } cases[] = {
		{ true, 1, 3600 * 9, 10, 20, 0, true }, { true, 2, 3600 * 9, 10, 20, 0, true }, { false, 1, 3600 * 9, 10, 20, 0, true },
		{ true, 1, 1800 * 19, 20, 40, 0, false }, { false, 1, 3600 * 9, 19, 20, 20, false }, { true, 1, 3600 * 3, 4, 40, 0, false },
	};
	char line[64];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scan scan;

		scan_init(&scan);
		for (int n = 0; n < 20; n++) {
			scan_feed(&scan, line, (size_t)snprintf(line, sizeof line, "%d,%d,9,%d,%s\n", n * 3600, n * 3600, n * 20, n == 0 ? "K_" : "__"));
			if (n % cases[i].every == 0 && cases[i].timed)
				scan_feed(&scan, line, (size_t)snprintf(line, sizeof line, "%d,%d,9,%d,__\n", n * 3600 + 1800, n * 3600 + 1800, n * 20 + 9));
			else if (n % cases[i].every == 0)
				scan_feed(&scan, line, (size_t)snprintf(line, sizeof line, "N/A,N/A,9,%d,__\n", n * 20 + 9));
		}
		scan_end(&scan);
		scan_join_fields(&scan, 0, cases[i].last, cases[i].pictures);
		assert_int_equal(scan.count, cases[i].kept);
		assert_int_equal(scan.no_pts, cases[i].no_pts);
		assert_int_equal(scan.joined, cases[i].joined);
		assert_int_equal(scan.packets[scan.count - 1].at, scan.count - 1);
		scan_fini(&scan);
	}
}

static void joins_no_packets_of_a_clock_that_starts_anew(void **state)
{
	struct scan scan;
	char line[64];

	scan_init(&scan);
	for (int n = 0; n < 40; n++)
		scan_feed(&scan, line, (size_t)snprintf(line, sizeof line, "%d,%d,9,%d,K_\n", n % 20 * 3600, n % 20 * 3600, n * 20));
	scan_end(&scan);
	scan_join_fields(&scan, 0, 3600 * 19, 20);
	assert_int_equal(scan.count, 40);
	assert_false(scan.joined);
	scan_fini(&scan);
}

static void drops_a_last_packet_that_is_torn(void **state)
{
	struct scan scan;

	scan_text(&scan, "0,0,100,0,K_\n80,40,100,100,__\n40,80,50,200,__\n", 7);
	scan_drop_torn(&scan, 251);
	assert_true(scan.count == 3 && !scan.torn);
	scan_drop_torn(&scan, 250);
	assert_true(scan.count == 2 && scan.torn && scan.packets[1].pts == 80);
	scan_drop_torn(&scan, 0);
	assert_int_equal(scan.count, 2);
	scan_fini(&scan);
}

static void nothing_is_nothing(void **state)
{
	struct scan scan;

	scan_text(&scan, "", 1);
	assert_int_equal(scan.count, 0);
	scan_fini(&scan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_what_side_data_tells),
		cmocka_unit_test(sorts_by_pts_however_it_is_split),
		cmocka_unit_test(keeps_no_more_than_it_may),
		cmocka_unit_test(takes_mpegts_and_matroska_rows),
		cmocka_unit_test(numbers_packets_without_times),
		cmocka_unit_test(numbers_two_fields_once),
		cmocka_unit_test(counts_rows_that_are_none),
		cmocka_unit_test(forgets_keyframes),
		cmocka_unit_test(forgets_what_leans_on_others),
		cmocka_unit_test(joins_the_fields_of_a_frame),
		cmocka_unit_test(joins_no_packets_of_a_clock_that_starts_anew),
		cmocka_unit_test(drops_a_last_packet_that_is_torn),
		cmocka_unit_test(nothing_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
