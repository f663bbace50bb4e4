/*
 * tus-test.c - header fields of resumable uploads, and digests.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/digest.h"
#include "ingest/tus.h"

#define ID "abcdefghijklmnopqrstuv"
#define OTHER "ABCDEFGHIJKLMNOPQRSTUV"

/* The pairs of a field as "key=value;", and "!" where it is bad. */
static void read_all(const char *field, char out[256])
{
	struct tus_pair pair;
	const char *at = field, *why;
	enum tus_next next;
	size_t used = 0;

	out[0] = '\0';
	while ((next = tus_metadata_next(field, &at, &pair, &why)) == TUS_PAIR)
		used += (size_t)snprintf(out + used, 256 - used, "%.*s=%s;", (int)pair.key_len, pair.key, pair.value);
	if (next == TUS_BAD)
		snprintf(out + used, 256 - used, "!");
}

static const struct {
	const char *field, *pairs;
} fields[] = {
	{ "", "" },
	{ "a", "a=;" },
	{ "a ", "a=;" },
	{ "a eA==", "a=x;" },
	{ "a eA==,b eHk=", "a=x;b=xy;" },
	{ "a eA==, b eHk=", "a=x;b=xy;" },
	{ "a,ab,b", "a=;ab=;b=;" },
	{ "filename bmFtZQ==,is_confidential", "filename=name;is_confidential=;" },
	{ "a,a", "a=;!" },
	{ "ab eA==,b,ab", "ab=x;b=;!" },
	{ ",", "!" },
	{ "a,", "a=;!" },
	{ " a", "!" },
	{ "a eA=", "!" },
	{ "a eA", "!" },
	{ "a eB==", "!" },
	{ "a =eA=", "!" },
	{ "a AA==", "!" },
	{ "a eA== b", "!" },
	{ "a\teA==", "!" },
	{ "\xc3\xa4 eA==", "!" },
};

static void metadata_is_read_strictly(void **state)
{
	char pairs[256];

	(void)state;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		read_all(fields[i].field, pairs);
		assert_string_equal(pairs, fields[i].pairs);
	}
}

static const struct {
	const char *field;
	enum tus_concat kind;
	size_t count;
} concats[] = {
	{ "partial", TUS_CONCAT_PART, 0 },
	{ "final;/u/" ID, TUS_CONCAT_FINAL, 1 },
	{ "final; /u/" ID "  http://h/u/" OTHER " ", TUS_CONCAT_FINAL, 2 },
	{ "final;HTTPS://h:8/u/" ID, TUS_CONCAT_FINAL, 1 },
	{ "final", TUS_CONCAT_BAD, 0 },
	{ "final;", TUS_CONCAT_BAD, 0 },
	{ "Partial", TUS_CONCAT_BAD, 0 },
	{ "final;/u/" ID " /u/" ID, TUS_CONCAT_BAD, 1 },
	{ "final;/u/" ID "x", TUS_CONCAT_BAD, 0 },
	{ "final;/v/" ID, TUS_CONCAT_BAD, 0 },
	{ "final;/u/../u/" ID, TUS_CONCAT_BAD, 0 },
	{ "final;http://h", TUS_CONCAT_BAD, 0 },
	{ "final;http:// /u/" ID, TUS_CONCAT_BAD, 0 },
};

static void concat_names_parts_by_their_address(void **state)
{
	char parts[TUS_PARTS_MOST][ID_LEN + 1];
	size_t count;

	(void)state;
	for (size_t i = 0; i < sizeof concats / sizeof *concats; i++) {
		assert_int_equal(tus_concat_parse(concats[i].field, "/u/", parts, &count), concats[i].kind);
		assert_int_equal(count, concats[i].count);
	}
}

static void numbers_have_one_form(void **state)
{
	static const char *const wrong[] = { "", "-1", "+1", " 1", "1 ", "01", "0x1", "1e3", "9223372036854775808", "1, 1" };
	int64_t number;

	(void)state;
	assert_true(tus_number("0", &number) && number == 0);
	assert_true(tus_number("9223372036854775807", &number) && number == INT64_MAX);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(tus_number(wrong[i], &number));
}

/* Sums of "abc". */
static const char *const abc_tus[] = {
	"md5 kAFQmDzST7DWlj99KOF/cg==", "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
	"sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", "crc32 NSRBwg==",
};

static bool holds(const struct digest_claim *claim, const char *text)
{
	struct digest *digest = digest_new(claim->kind);
	bool same;

	for (; *text != '\0'; text++)
		digest_add(digest, text, 1);
	same = digest_matches(digest, claim);
	digest_free(digest);
	return same;
}

static void sums_are_what_others_make_them(void **state)
{
	struct digest_claim claim;
	char text[DIGEST_FIELD_MOST];

	(void)state;
	for (size_t i = 0; i < sizeof abc_tus / sizeof *abc_tus; i++) {
		assert_int_equal(digest_parse_tus(abc_tus[i], &claim), DIGEST_PARSED);
		assert_true(holds(&claim, "abc"));
		assert_false(holds(&claim, "abd"));
		assert_false(holds(&claim, ""));
	}
	assert_int_equal(digest_parse_field("sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:, md5=:AAAA:", &claim), DIGEST_PARSED);
	assert_true(claim.kind == DIGEST_SHA256 && holds(&claim, "abc"));
	digest_field(&claim, text);
	assert_string_equal(text, "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:");
}

static void the_digest_that_is_wanted_most_is_told(void **state)
{
	static const struct {
		const char *field;
		enum digest_kind kind;
	} cases[] = {
		{ "sha-256=1", DIGEST_SHA256 }, { "sha-512=3, sha-256=10, md5=10", DIGEST_SHA256 }, { "sha-256=1, sha-512=2", DIGEST_SHA512 },
		{ "sha-512=1, sha-256=1", DIGEST_SHA256 }, { "sha-256=0", DIGEST_NONE }, { "md5=1", DIGEST_NONE }, { "", DIGEST_NONE },
		{ "sha-256=?1", DIGEST_NONE }, { "sha-256=1,", DIGEST_NONE },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(digest_parse_wanted(cases[i].field), cases[i].kind);
}

static void malformed_sums_are_told_from_unknown_ones(void **state)
{
	struct digest_claim claim;

	(void)state;
	assert_int_equal(digest_parse_tus("sha1", &claim), DIGEST_MALFORMED);
	assert_int_equal(digest_parse_tus("sha1 AAAA", &claim), DIGEST_MALFORMED);
	assert_int_equal(digest_parse_tus("", &claim), DIGEST_MALFORMED);
	assert_int_equal(digest_parse_tus("sha512 AAAA", &claim), DIGEST_UNKNOWN);
	assert_int_equal(digest_parse_field("id-x=:AAAA:;q=1, unixsum=1", &claim), DIGEST_UNKNOWN);
	assert_int_equal(digest_parse_field("sha-256=1", &claim), DIGEST_MALFORMED);
	assert_int_equal(digest_parse_field("id-x=:AAAA:", &claim), DIGEST_UNKNOWN);
	assert_int_equal(digest_parse_field("sha-256=:AAAA:", &claim), DIGEST_MALFORMED);
	assert_int_equal(digest_parse_field("sha-256=:AAAA", &claim), DIGEST_MALFORMED);
	assert_int_equal(digest_parse_field("id-x=:AAAA:,", &claim), DIGEST_MALFORMED);
	assert_int_equal(digest_parse_field("", &claim), DIGEST_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metadata_is_read_strictly),
		cmocka_unit_test(concat_names_parts_by_their_address),
		cmocka_unit_test(numbers_have_one_form),
		cmocka_unit_test(sums_are_what_others_make_them),
		cmocka_unit_test(the_digest_that_is_wanted_most_is_told),
		cmocka_unit_test(malformed_sums_are_told_from_unknown_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
