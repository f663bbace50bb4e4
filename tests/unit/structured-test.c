/*
 * structured-test.c - items and dictionaries of structured fields.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/structured.h"

static void reads_booleans(void **state)
{
	static const char *const wrong[] = { "", "1", "?", "?2", "?1?", "?1 0", "?1, ?0", "true", "?T" };
	bool value = false;

	assert_true(structured_boolean("?1", &value) && value);
	assert_true(structured_boolean(" ?0 ", &value) && !value);
	value = true;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(structured_boolean(wrong[i], &value));
	assert_true(value);
}

static void reads_lengths(void **state)
{
	static const char *const wrong[] = { "", "-1", "+1", "1.0", "1.", "0x1", "1e3", "1, 1", "\"1\"", "1000000000000000", "1 1" };
	int64_t value = -1;

	assert_true(structured_length("0", &value) && value == 0);
	assert_true(structured_length("007", &value) && value == 7);
	assert_true(structured_length(" 999999999999999 ", &value) && value == 999999999999999);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(structured_length(wrong[i], &value));
	assert_int_equal(value, 999999999999999);
}

static void parameters_are_left_alone_where_they_are_any(void **state)
{
	static const char *const right[] = {
		"5;a", "5; a", "5;a;b", "5;*a-b_c.d*=1", "5;a=-1", "5;a=1.125", "5;a=\"b;\\\"\\\\\"", "5;a=tok/en:*", "5;a=*", "5;a=:AA==:",
		"5;a=?0;b", "5;a=@-15", "5;a=%\"%c3%bc ok\"", "5;a=123456789012.5 ",
	};
	static const char *const wrong[] = {
		"5;", "5;A", "5;a=", "5 ;a", "5;a=1.", "5;a=1.2345", "5;a=1234567890123.5", "5;a=\"", "5;a=\"\\n\"", "5;a=\"\x01\"", "5;a=:AA",
		"5;a=?2", "5;a=@1.5", "5;a=@", "5;a=%\"%C3\"", "5;a=%\"%4\"", "5;a=%x", "5;a b", "5;a=-", "5;;a", "5;a=(1)", "5;a=\x80",
	};
	int64_t value;

	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		value = 0;
		assert_true(structured_length(right[i], &value) && value == 5);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(structured_length(wrong[i], &value));
}

static void reads_dictionaries(void **state)
{
	static const char field[] = " a=:AA==:;q=1 , b=?0,c;x=1,  d=(1 \"x\";y);z=1,e=10 ";
	static const char *const keys[] = { "a", "b", "c", "d", "e" }, *const values[] = { ":AA==:", "?0", "", "(1 \"x\";y)", "10" };
	static const char *const wrong[] = { "A=1", "a=", "a=1,", "a=1,,b", "a=1 b=2", "a=(1", "a=(1\"x\")", "a=1;", ",a", "a==1", "=1" };
	struct structured_member m;
	const char *at = field;

	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(structured_dictionary(&at, &m), STRUCTURED_MEMBER);
		assert_int_equal(m.key_len, strlen(keys[i]));
		assert_memory_equal(m.key, keys[i], m.key_len);
		assert_int_equal(m.value_len, strlen(values[i]));
		assert_memory_equal(m.value, values[i], m.value_len);
	}
	assert_int_equal(structured_dictionary(&at, &m), STRUCTURED_END);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		enum structured_next next;

		at = wrong[i];
		while ((next = structured_dictionary(&at, &m)) == STRUCTURED_MEMBER)
			;
		assert_int_equal(next, STRUCTURED_BAD);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_booleans),
		cmocka_unit_test(reads_lengths),
		cmocka_unit_test(reads_dictionaries),
		cmocka_unit_test(parameters_are_left_alone_where_they_are_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
