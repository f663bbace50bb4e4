/*
 * errors-test.c - every error has a code of its own, a status and words.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "http/errors.h"
#include "http/reply.h"

static void says_what_happened_and_what_to_do(void **state)
{
	(void)state;
	for (int i = ERROR_NONE + 1; i < ERROR_COUNT; i++) {
		const struct error_entry *e = error_entry((enum error)i);

		assert_non_null(e->code);
		assert_in_range(e->status, 400, 599);
		assert_true(strlen(e->title) > 10 && strlen(e->advice) > 10);
		assert_string_not_equal(error_status_text(e->status), "Status");
	}
}

static void has_no_code_twice(void **state)
{
	(void)state;
	for (int i = 0; i < ERROR_COUNT; i++)
		for (int j = i + 1; j < ERROR_COUNT; j++)
			assert_string_not_equal(error_entry((enum error)i)->code, error_entry((enum error)j)->code);
}

static void writes_problem_json(void **state)
{
	struct reply reply = { .status = 0 };
	struct buf head = BUF_INIT;

	(void)state;
	reply_reset(&reply, false, false);
	reply_errorf(&reply, ERROR_BUSY, "the \"%s\"\n", "disk");
	reply_put_head(&reply, &head);
	assert_non_null(strstr(buf_text(&head), "Status: 503 Service Unavailable\r\n"));
	assert_non_null(strstr(buf_text(&head), "Content-Type: application/problem+json\r\n"));
	assert_non_null(strstr(buf_text(&head), "Retry-After: 5\r\n"));
	assert_non_null(strstr(buf_text(&reply.body), "\"detail\":\"the \\\"disk\\\"\\n\",\"code\":\"busy\""));
	buf_fini(&head);
	reply_fini(&reply);
}

static void escapes_on_error_pages(void **state)
{
	struct reply reply = { .status = 0 };

	(void)state;
	reply_reset(&reply, true, false);
	reply_error(&reply, ERROR_NOT_FOUND, "<script>");
	assert_string_equal(reply.type, "text/html; charset=utf-8");
	assert_null(strstr(buf_text(&reply.body), "<script>"));
	assert_non_null(strstr(buf_text(&reply.body), "&lt;script&gt;"));
	reply_fini(&reply);
}

static void leaves_out_fields_with_control_characters(void **state)
{
	struct reply reply = { .status = 0 };

	(void)state;
	reply_reset(&reply, false, false);
	reply_field(&reply, "Location", "/a\r\nSet-Cookie: a=b");
	reply_field(&reply, "Allow", "GET");
	assert_string_equal(buf_text(&reply.fields), "Allow: GET\r\n");
	reply_fini(&reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_happened_and_what_to_do),
		cmocka_unit_test(has_no_code_twice),
		cmocka_unit_test(writes_problem_json),
		cmocka_unit_test(escapes_on_error_pages),
		cmocka_unit_test(leaves_out_fields_with_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
