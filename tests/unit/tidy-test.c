/*
 * tidy-test.c - when what goes away by itself is looked for.
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

#include "base/clock.h"
#include "base/file.h"
#include "supervise/tidy.h"

/* The clocks are ours, and a job that is posted is only counted. */
static int64_t wall_ms = 1800000000000, mono_ms = 5000;
static int posted;

int64_t clock_wall_ms(void)
{
	return wall_ms;
}

int64_t clock_mono_ms(void)
{
	return mono_ms;
}

ev_tstamp ev_now(struct ev_loop *loop)
{
	return (ev_tstamp)wall_ms / 1000;
}

void finisher_post(struct finisher *finisher, struct job *job)
{
	posted++;
	job->done(job);
}

static void pass(int64_t ms)
{
	wall_ms += ms;
	mono_ms += ms;
}

static int looks(struct tidy *tidy)
{
	posted = 0;
	tidy_look(tidy);
	return posted;
}

static void a_clock_that_is_set_back_stops_nothing(void **state)
{
	static const struct conf conf = { .upload_expiry_ms = 86400000 };
	char dir[] = "/tmp/clipmill-tidy-XXXXXX", error[256];
	struct tidy tidy = { .conf = &conf, .strays_ms = mono_ms };

	assert_non_null(mkdtemp(dir));
	assert_int_equal(db_init(dir, error, sizeof error), 0);
	tidy.db = db_open(dir, DB_QUICK, error, sizeof error);
	assert_non_null(tidy.db);
	assert_int_equal(looks(&tidy), 1);      /* soon after the machine's start, too */
	assert_int_equal(looks(&tidy), 0);
	pass(25000);
	assert_int_equal(looks(&tidy), 1);
	wall_ms -= 3600000;
	assert_int_equal(looks(&tidy), 0);
	pass(25000);
	assert_int_equal(looks(&tidy), 1);
	tidy_soon(&tidy);
	assert_int_equal(looks(&tidy), 1);
	db_close(tidy.db);
	assert_int_equal(file_remove_tree(-1, dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_that_is_set_back_stops_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
