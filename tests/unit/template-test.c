/*
 * template-test.c - placeholders are filled in, and escaped.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "http/template.h"

static const struct {
	const char *text;
	const char *expected;
} cases[] = {
	{ "plain", "plain" },
	{ "", "" },
	{ "a{{x}}b", "aXb" },
	{ "{{html}}", "&lt;b&gt;&#39;&quot;&amp;" },
	{ "{{{html}}}.", "<b>'\"&." },
	{ "{{none}}{{unknown}}{{empty}}", "" },
	{ "{{#x}}yes {{x}}{{/x}}{{^x}}no{{/x}}", "yes X" },
	{ "{{#none}}yes{{x}}{{/none}}{{^none}}no{{/none}}!", "no!" },
	{ "{{#empty}}yes{{/empty}}", "" },
	{ "{{#x}}1{{#none}}2{{x}}{{/none}}3{{/x}}4", "134" },
	{ "{{#none}}1{{#x}}2{{/x}}3{{/none}}4", "4" },
	{ "open {{x", "open {{x" },
	{ "{{#x}}unclosed", "unclosed" },
	{ "{{braces}}", "{{x}}" },
};

static const struct template_value values[] = {
	{ "x", "X" }, { "html", "<b>'\"&" }, { "none", NULL }, { "empty", "" }, { "braces", "{{x}}" }, { NULL, NULL },
};

static void fills_in_placeholders(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct buf out = BUF_INIT;

		template_render(&out, cases[i].text, values);
		assert_string_equal(buf_text(&out), cases[i].expected);
		buf_fini(&out);
	}
}

static void has_no_inline_script_or_style(void **state)
{
	static const char *const texts[] = {
		template_page_html, template_list, template_list_row, template_video, template_error,
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_null(strstr(texts[i], "<style"));
		assert_null(strstr(texts[i], "style="));
		assert_null(strstr(texts[i], "<script>"));
		assert_null(strstr(texts[i], " onclick"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_in_placeholders),
		cmocka_unit_test(has_no_inline_script_or_style),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
