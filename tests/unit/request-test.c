/*
 * request-test.c - CGI parameters to a request, and what is refused.
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
#include "http/request.h"
#include "http/urlencoded.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* Parameters as "NAME=VALUE" strings, NULL at the end. */
static const char *look_up(const void *user, const char *name)
{
	size_t len = strlen(name);

	for (const char *const *p = user; *p != NULL; p++)
		if (strncmp(*p, name, len) == 0 && (*p)[len] == '=')
			return *p + len + 1;
	return NULL;
}

static struct request r;

static enum error read_params(const char *const *params)
{
	const char *detail;

	return request_read(&r, look_up, params, &detail);
}

static enum error read_uri(const char *uri)
{
	char param[REQUEST_TARGET_BYTES + 100];

	strcpy(param, "REQUEST_URI=");
	strcat(param, uri);
	return read_params((const char *const[]){ "REQUEST_METHOD=GET", param, NULL });
}

static const struct {
	const char *uri;
	enum error error;
	const char *segments;   /* joined by | */
} paths[] = {
	{ "/api/videos", ERROR_NONE, "api|videos" },
	{ "/api/videos/", ERROR_NONE, "api|videos" },
	{ "/api//videos", ERROR_NONE, "api||videos" },
	{ "/", ERROR_NONE, "" },
	{ "/a%20b?x=1", ERROR_NONE, "a b" },
	{ "/...a", ERROR_NONE, "...a" },
	{ "/a%2Fc", ERROR_BAD_REQUEST, NULL },
	{ "/a/./b", ERROR_BAD_REQUEST, NULL },
	{ "/a/..", ERROR_BAD_REQUEST, NULL },
	{ "/a/%2e%2e/b", ERROR_BAD_REQUEST, NULL },
	{ "/a+b", ERROR_NONE, "a+b" },
	{ "/%2541", ERROR_NONE, "%41" },
	{ "/..%2f../x", ERROR_BAD_REQUEST, NULL },
	{ "/a/b/c/d/e/f", ERROR_NONE, "a|b|c|d|e|f" },
	{ "/a%0d%0aX:1", ERROR_BAD_REQUEST, NULL },
	{ "/a%00b", ERROR_BAD_REQUEST, NULL },
	{ "/a%7f", ERROR_BAD_REQUEST, NULL },
	{ "/a%", ERROR_BAD_REQUEST, NULL },
	{ "/a%4", ERROR_BAD_REQUEST, NULL },
	{ "/a%zz", ERROR_BAD_REQUEST, NULL },
	{ "*", ERROR_BAD_REQUEST, NULL },
	{ "http://h/a", ERROR_BAD_REQUEST, NULL },
	{ "", ERROR_BAD_REQUEST, NULL },
	{ "/?a=%00", ERROR_BAD_REQUEST, NULL },
	{ "/?a=%", ERROR_BAD_REQUEST, NULL },
	{ "/?1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16&17", ERROR_BAD_REQUEST, NULL },
};

static void splits_paths_before_decoding_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		char joined[256] = "";

		assert_int_equal(read_uri(paths[i].uri), paths[i].error);
		if (paths[i].segments == NULL)
			continue;
		for (size_t s = 0; s < r.segment_count; s++) {
			strcat(joined, s > 0 ? "|" : "");
			strcat(joined, r.segments[s]);
		}
		assert_string_equal(joined, paths[i].segments);
	}
}

static void refuses_very_long_addresses(void **state)
{
	char uri[REQUEST_TARGET_BYTES + 1];

	(void)state;
	memset(uri, 'a', sizeof uri - 1);
	uri[0] = '/';
	uri[sizeof uri - 1] = '\0';
	assert_int_equal(read_uri(uri), ERROR_URI_TOO_LONG);
	uri[sizeof uri - 2] = '\0';
	assert_int_equal(read_uri(uri), ERROR_NONE);
	assert_int_equal(read_uri("/1/2/3/4/5/6/7"), ERROR_NONE);
	assert_true(r.segment_count > REQUEST_SEGMENTS);
}

static void decodes_the_query(void **state)
{
	static const char known[] = "title state";

	(void)state;
	assert_int_equal(read_uri("/?title=a+b%26%2b%C3%A9&state=&&x"), ERROR_NONE);
	assert_string_equal(request_param(&r, "title"), "a b&+\xc3\xa9");
	assert_string_equal(request_param(&r, "state"), "");
	assert_string_equal(request_param(&r, "x"), "");
	assert_null(request_param(&r, "y"));
	assert_string_equal(request_odd_param(&r, known), "x");
	assert_string_equal(request_odd_param(&r, ""), "title");
	assert_string_equal(request_odd_param(&r, "titles stat x"), "title");
	assert_int_equal(read_uri("/?state=1&state=2"), ERROR_NONE);
	assert_string_equal(request_odd_param(&r, known), "state");
	assert_int_equal(read_uri("/?state=1"), ERROR_NONE);
	assert_null(request_odd_param(&r, known));
}

static void is_for_the_hosts_that_are_ours(void **state)
{
	static const char hosts[] = "localhost 127.0.0.1 [::1]";
	static const char *const ours[] = { "localhost", "LocalHost:8080", "127.0.0.1:80", "[::1]:8080", "[::1]" };
	static const char *const others[] = { "", "evil.example:8080", "localhost.evil.example", "local", "localhost:x", ":8080", "[::2]:1" };

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
		r.host = ours[i];
		assert_true(request_is_for(&r, hosts));
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		r.host = others[i];
		assert_false(request_is_for(&r, hosts));
		assert_true(request_is_for(&r, NULL));
	}
}

static const struct {
	const char *text;
	enum error error;
	int64_t length;
} lengths[] = {
	{ "", ERROR_NONE, -1 }, { "0", ERROR_NONE, 0 }, { "10", ERROR_NONE, 10 },
	{ "9223372036854775807", ERROR_NONE, INT64_MAX }, { "9223372036854775808", ERROR_TOO_LARGE, 0 },
	{ "18446744073709551626", ERROR_TOO_LARGE, 0 }, { "-1", ERROR_BAD_REQUEST, 0 }, { "+5", ERROR_BAD_REQUEST, 0 },
	{ "5 ", ERROR_BAD_REQUEST, 0 }, { "0x10", ERROR_BAD_REQUEST, 0 }, { "1, 2", ERROR_BAD_REQUEST, 0 },
};

static void takes_only_digits_as_a_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		char param[64] = "CONTENT_LENGTH=";

		strcat(param, lengths[i].text);
		assert_int_equal(read_params((const char *const[]){ "REQUEST_URI=/", param, NULL }), lengths[i].error);
		if (lengths[i].error == ERROR_NONE)
			assert_int_equal(r.length_bytes, lengths[i].length);
	}
}

static void refuses_an_owner_that_the_tables_would_not_take_or_that_is_cut(void **state)
{
	static const struct { int count; const char *character; enum error error; } owners[] = {
		{ 100, "a", ERROR_NONE }, { 101, "a", ERROR_OWNER_TOO_LONG }, { 100, "\xc3\xa9", ERROR_NONE }, { 100, "\xe2\x82\xac", ERROR_OWNER_TOO_LONG },
		{ 300, "\x01", ERROR_OWNER_TOO_LONG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(owners); i++) {
		char param[512] = "REMOTE_USER=";

		for (int n = 0; n < owners[i].count; n++)
			strcat(param, owners[i].character);
		assert_int_equal(read_params((const char *const[]){ "REQUEST_URI=/", param, NULL }), owners[i].error);
	}
}

static const struct {
	const char *origin, *site;
	bool cross;
} origins[] = {
	{ "HTTP_ORIGIN=", "HTTP_SEC_FETCH_SITE=", false },
	{ "HTTP_ORIGIN=http://me:8080", "HTTP_SEC_FETCH_SITE=same-origin", false },
	{ "HTTP_ORIGIN=https://ME:8080", "HTTP_SEC_FETCH_SITE=", false },
	{ "HTTP_ORIGIN=", "HTTP_SEC_FETCH_SITE=none", false },
	{ "HTTP_ORIGIN=", "HTTP_SEC_FETCH_SITE=cross-site", true },
	{ "HTTP_ORIGIN=http://me", "HTTP_SEC_FETCH_SITE=", true },
	{ "HTTP_ORIGIN=https://evil", "HTTP_SEC_FETCH_SITE=same-origin", true },
	{ "HTTP_ORIGIN=https://me:8080.evil", "HTTP_SEC_FETCH_SITE=", true },
	{ "HTTP_ORIGIN=null", "HTTP_SEC_FETCH_SITE=", true },
};

static void knows_another_sites_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(origins); i++) {
		const char *const params[] = { "REQUEST_URI=/", "HTTP_HOST=me:8080", origins[i].origin, origins[i].site, NULL };

		assert_int_equal(read_params(params), ERROR_NONE);
		assert_int_equal(r.cross_origin, origins[i].cross);
	}
}

static void believes_only_the_servers_user(void **state)
{
	(void)state;
	read_params((const char *const[]){ "REQUEST_URI=/", "HTTP_REMOTE_USER=root", NULL });
	assert_string_equal(r.owner, "");
	read_params((const char *const[]){ "REQUEST_URI=/", "REMOTE_USER=ann", "HTTP_REMOTE_USER=root", NULL });
	assert_string_equal(r.owner, "ann");
}

static const struct {
	const char *param, *address;
} addresses[] = {
	{ "REMOTE_ADDR=192.0.2.7", "192.0.2.7" },
	{ "REMOTE_ADDR=2001:db8:1:2:3:4:5:6", "2001:db8:1:2::" },
	{ "REMOTE_ADDR=::ffff:192.0.2.7", "::ffff:192.0.2.7" },
	{ "REMOTE_ADDR=unix:", "unix:" },
	{ "HTTP_REMOTE_ADDR=192.0.2.7", "" },
};

static void takes_a_network_of_ipv6_for_one_client(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		read_params((const char *const[]){ "REQUEST_URI=/", addresses[i].param, NULL });
		assert_string_equal(r.address, addresses[i].address);
	}
}

static void gives_browsers_html_and_others_json(void **state)
{
	(void)state;
	read_params((const char *const[]){ "REQUEST_URI=/", "HTTP_ACCEPT=text/html,application/xhtml+xml,*/*;q=0.8", NULL });
	assert_true(r.wants_html);
	read_params((const char *const[]){ "REQUEST_URI=/", "HTTP_ACCEPT=*/*", NULL });
	assert_false(r.wants_html);
	read_params((const char *const[]){ "REQUEST_URI=/", "HTTP_ACCEPT=application/json, text/html", NULL });
	assert_false(r.wants_html);
}

static void reads_strict_numbers(void **state)
{
	int64_t n = 0;

	(void)state;
	assert_true(request_number("-100", -100, 100, &n) && n == -100);
	assert_true(request_number("0", 0, 0, &n) && n == 0);
	assert_false(request_number("101", -100, 100, &n));
	for (size_t i = 0; i < 7; i++)
		assert_false(request_number((const char *const[]){ "", "-", "+1", " 1", "1 ", "1.0", "99999999999999999999" }[i],
					    INT64_MIN, INT64_MAX, &n));
}

static void encoding_is_undone_by_decoding(void **state)
{
	static const char text[] = "a b+c&d=e%41/?#\"<\xc3\xbc>-._~\x01\x7f";
	struct buf out = BUF_INIT;

	url_encode(&out, text);
	assert_string_equal(buf_text(&out), "a%20b%2Bc%26d%3De%2541%2F%3F%23%22%3C%C3%BC%3E-._~%01%7F");
	assert_true(url_decode(out.data, true));
	assert_string_equal(out.data, text);
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encoding_is_undone_by_decoding),
		cmocka_unit_test(splits_paths_before_decoding_once),
		cmocka_unit_test(refuses_very_long_addresses),
		cmocka_unit_test(decodes_the_query),
		cmocka_unit_test(is_for_the_hosts_that_are_ours),
		cmocka_unit_test(takes_only_digits_as_a_length),
		cmocka_unit_test(refuses_an_owner_that_the_tables_would_not_take_or_that_is_cut),
		cmocka_unit_test(knows_another_sites_requests),
		cmocka_unit_test(believes_only_the_servers_user),
		cmocka_unit_test(takes_a_network_of_ipv6_for_one_client),
		cmocka_unit_test(gives_browsers_html_and_others_json),
		cmocka_unit_test(reads_strict_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
