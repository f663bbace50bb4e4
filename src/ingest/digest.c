/*
 * digest.c - checksums of requests and of whole files, and the header fields that promise them.  The sums are
 * libcrypto's and zlib's.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <zlib.h>

#include "ingest/digest.h"
#include "ingest/structured.h"

struct digest {
	enum digest_kind kind;
	EVP_MD_CTX *context;    /* NULL for CRC-32 */
	uLong crc;
};

static const struct known {
	enum digest_kind kind;
	const char *tus;        /* its name there; NULL: not announced */
	const char *field;      /* in RFC 9530; NULL: insecure there, and not looked at */
	size_t len;             /* bytes */
} known[] = {
	{ DIGEST_SHA512, NULL, "sha-512", 64 },
	{ DIGEST_SHA256, "sha256", "sha-256", 32 },
	{ DIGEST_SHA1, "sha1", NULL, 20 },
	{ DIGEST_MD5, "md5", NULL, 16 },
	{ DIGEST_CRC32, "crc32", NULL, 4 },
};

#define KNOWN_COUNT (sizeof known / sizeof *known)

static const struct known *find_kind(enum digest_kind kind)
{
	for (size_t i = 0; i < KNOWN_COUNT; i++)
		if (known[i].kind == kind)
			return &known[i];
	return NULL;
}

static int base64_value(char c)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c != '\0' ? strchr(alphabet, c) : NULL;

	return at != NULL ? (int)(at - alphabet) : -1;
}

/* Four characters, of which the last `padding` are =, to 3 - padding bytes.  False at others, or at bits that say nothing. */
static bool decode_quad(const char *text, size_t padding, unsigned char *to)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < 4; i++) {
		int value = i < 4 - padding ? base64_value(text[i]) : 0;

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
	}
	if ((padding == 1 && (bits & 0xFF) != 0) || (padding == 2 && (bits & 0xFFFF) != 0))
		return false;
	for (size_t i = 0; i < 3 - padding; i++)
		to[i] = (unsigned char)(bits >> (16 - 8 * i));
	return true;
}

long digest_base64(const char *text, size_t len, unsigned char *to, size_t most)
{
	size_t padding = 0, bytes;

	if (len % 4 != 0)
		return -1;
	while (padding < 2 && padding < len && text[len - 1 - padding] == '=')
		padding++;
	bytes = len / 4 * 3 - padding;
	if (bytes > most)
		return -1;
	for (size_t i = 0; i < len; i += 4)
		if (!decode_quad(text + i, i + 4 == len ? padding : 0, to + i / 4 * 3))
			return -1;
	return (long)bytes;
}

enum digest_parsed digest_parse_tus(const char *text, struct digest_claim *claim)
{
	size_t name_len = strcspn(text, " ");
	const char *sum = text + name_len + 1;

	claim->kind = DIGEST_NONE;
	if (name_len == 0 || text[name_len] == '\0')
		return DIGEST_MALFORMED;
	for (size_t i = 0; i < KNOWN_COUNT; i++) {
		if (known[i].tus == NULL || strlen(known[i].tus) != name_len || strncmp(known[i].tus, text, name_len) != 0)
			continue;
		if (digest_base64(sum, strlen(sum), claim->bytes, sizeof claim->bytes) != (long)known[i].len)
			return DIGEST_MALFORMED;
		claim->kind = known[i].kind;
		return DIGEST_PARSED;
	}
	return DIGEST_UNKNOWN;
}

/* RFC 9530 ------------------------------------------------------------------------------------- */

static const struct known *find_key(const struct structured_member *m)
{
	for (size_t i = 0; i < KNOWN_COUNT; i++)
		if (known[i].field != NULL && strlen(known[i].field) == m->key_len && strncmp(known[i].field, m->key, m->key_len) == 0)
			return &known[i];
	return NULL;
}

/* :BASE64: of an algorithm that we know; a claim that is stronger stays.  False: it is not that. */
static bool take_sum(const struct structured_member *m, const struct known *k, struct digest_claim *claim)
{
	struct digest_claim sum = { .kind = k->kind };

	if (m->value_len < 2 || m->value[0] != ':' ||
	    digest_base64(m->value + 1, m->value_len - 2, sum.bytes, sizeof sum.bytes) != (long)k->len)
		return false;
	if (claim->kind != DIGEST_SHA512 || k->kind == DIGEST_SHA512)
		*claim = sum;
	return true;
}

enum digest_parsed digest_parse_field(const char *text, struct digest_claim *claim)
{
	struct structured_member member;
	enum structured_next next;
	const char *at = text;

	claim->kind = DIGEST_NONE;
	while ((next = structured_dictionary(&at, &member)) == STRUCTURED_MEMBER) {
		const struct known *k = find_key(&member);

		if (k != NULL && !take_sum(&member, k, claim))
			return DIGEST_MALFORMED;
	}
	if (next == STRUCTURED_BAD || text[strspn(text, " ")] == '\0')
		return DIGEST_MALFORMED;
	return claim->kind != DIGEST_NONE ? DIGEST_PARSED : DIGEST_UNKNOWN;
}

enum digest_kind digest_parse_wanted(const char *text)
{
	struct structured_member member;
	enum structured_next next;
	enum digest_kind kind = DIGEST_NONE;
	int64_t most = 0, weight;
	const char *at = text;
	char value[4];                  /* 0 to 10 */

	while ((next = structured_dictionary(&at, &member)) == STRUCTURED_MEMBER) {
		const struct known *k = find_key(&member);
		bool is_better = k != NULL && snprintf(value, sizeof value, "%.*s", (int)member.value_len, member.value) < (int)sizeof value &&
				 structured_length(value, &weight) && weight >= most && weight > 0 &&
				 (weight > most || k->kind == DIGEST_SHA256);

		if (is_better) {
			kind = k->kind;
			most = weight;
		}
	}
	return next == STRUCTURED_END ? kind : DIGEST_NONE;
}

void digest_field(const struct digest_claim *claim, char text[DIGEST_FIELD_MOST])
{
	const struct known *k = find_kind(claim->kind);
	unsigned char base64[(DIGEST_BYTES_MOST + 2) / 3 * 4 + 1];

	text[0] = '\0';
	if (k == NULL || k->field == NULL)
		return;
	EVP_EncodeBlock(base64, claim->bytes, (int)k->len);
	snprintf(text, DIGEST_FIELD_MOST, "%s=:%s:", k->field, (const char *)base64);
}

/* Sums ----------------------------------------------------------------------------------------- */

static const EVP_MD *method_of(enum digest_kind kind)
{
	switch (kind) {
	case DIGEST_MD5: return EVP_md5();
	case DIGEST_SHA1: return EVP_sha1();
	case DIGEST_SHA256: return EVP_sha256();
	case DIGEST_SHA512: return EVP_sha512();
	case DIGEST_CRC32:
	case DIGEST_NONE: break;
	}
	return NULL;
}

struct digest *digest_new(enum digest_kind kind)
{
	const EVP_MD *method = method_of(kind);
	struct digest *digest = calloc(1, sizeof *digest);

	if (digest == NULL)
		return NULL;
	digest->kind = kind;
	digest->crc = crc32(0, NULL, 0);
	if (method == NULL)
		return digest;
	digest->context = EVP_MD_CTX_new();
	if (digest->context != NULL && EVP_DigestInit_ex(digest->context, method, NULL) == 1)
		return digest;
	digest_free(digest);
	return NULL;
}

void digest_free(struct digest *digest)
{
	if (digest == NULL)
		return;
	EVP_MD_CTX_free(digest->context);
	free(digest);
}

void digest_add(struct digest *digest, const void *bytes, size_t len)
{
	if (digest == NULL)
		return;
	if (digest->context != NULL)
		(void)EVP_DigestUpdate(digest->context, bytes, len);
	else
		digest->crc = crc32_z(digest->crc, bytes, len);
}

bool digest_add_file(struct digest *digest, int fd, int64_t size_bytes)
{
	char block[65536];
	off_t at = 0;
	ssize_t n;

	errno = ENOMEM;
	if (digest == NULL)
		return false;
	while ((n = pread(fd, block, sizeof block, at)) > 0) {
		digest_add(digest, block, (size_t)n);
		at += n;
	}
	if (n == 0 && at != size_bytes)
		errno = EIO;
	return n == 0 && at == size_bytes;
}

bool digest_final(struct digest *digest, struct digest_claim *made)
{
	*made = (struct digest_claim){ .kind = DIGEST_NONE };
	if (digest == NULL)
		return false;
	if (digest->context != NULL) {
		if (EVP_DigestFinal_ex(digest->context, made->bytes, NULL) != 1)
			return false;
	} else {
		for (size_t i = 0; i < 4; i++)
			made->bytes[i] = (unsigned char)(digest->crc >> (24 - 8 * i));
	}
	made->kind = digest->kind;
	return true;
}

bool digest_same(const struct digest_claim *a, const struct digest_claim *b)
{
	const struct known *k = find_kind(a->kind);

	return k != NULL && a->kind == b->kind && memcmp(a->bytes, b->bytes, k->len) == 0;
}

bool digest_matches(struct digest *digest, const struct digest_claim *claim)
{
	struct digest_claim made;

	return digest_final(digest, &made) && digest_same(&made, claim);
}

const char *digest_sha256(const struct digest_claim *claim, char text[DIGEST_SHA256_TEXT])
{
	if (claim->kind != DIGEST_SHA256)
		return NULL;
	for (size_t i = 0; i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", claim->bytes[i]);
	return text;
}
