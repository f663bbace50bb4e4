/* digest.h - what bytes were promised to be, and what they are.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_DIGEST_H
#define CLIPMILL_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES_MOST 64    /* of EVP_MAX_MD_SIZE */
#define DIGEST_FIELD_MOST 128

/* What tus announces in Tus-Checksum-Algorithm: all but SHA-512, which is RFC 9530's. */
#define DIGEST_TUS_NAMES "sha1,sha256,md5,crc32"

enum digest_kind { DIGEST_NONE, DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA512, DIGEST_CRC32 };

/* What a client says that its bytes are. */
struct digest_claim {
	enum digest_kind kind;
	unsigned char bytes[DIGEST_BYTES_MOST];
};

/*
 * Decodes base64 (RFC 4648 section 4) with its padding, and nothing else.  Returns the number of bytes, at
 * most `most`, or -1.
 */
long digest_base64(const char *text, size_t len, unsigned char *to, size_t most);

enum digest_parsed { DIGEST_PARSED, DIGEST_MALFORMED, DIGEST_UNKNOWN };

/* "sha1 BASE64", as tus 1.0.0 has it in Upload-Checksum.  A CRC-32 is four bytes, the highest first. */
enum digest_parsed digest_parse_tus(const char *text, struct digest_claim *claim);

/*
 * "sha-256=:BASE64:, ...", as RFC 9530 has it in Content-Digest and Repr-Digest: the strongest that we know
 * is taken.  DIGEST_UNKNOWN: well-formed, and none of them is known.
 */
enum digest_parsed digest_parse_field(const char *text, struct digest_claim *claim);

/* The algorithm that Want-Repr-Digest (RFC 9530 section 4) likes most of ours; DIGEST_NONE: none, or it is malformed. */
enum digest_kind digest_parse_wanted(const char *text);

/* "sha-256=:BASE64:", as RFC 9530 has it; "" for what it does not have. */
void digest_field(const struct digest_claim *claim, char text[DIGEST_FIELD_MOST]);

#define DIGEST_SHA256_TEXT (2 * 32 + 1)

/* The bytes of a SHA-256 as 64 small hexadecimal digits, in `text`; NULL for another kind. */
const char *digest_sha256(const struct digest_claim *claim, char text[DIGEST_SHA256_TEXT]);

struct digest;

/* A digest being made; NULL when out of memory.  Free with digest_free; NULL is fine everywhere. */
struct digest *digest_new(enum digest_kind kind);
void digest_free(struct digest *digest);
void digest_add(struct digest *digest, const void *bytes, size_t len);

/* Adds what is in a file that is so long.  False with errno: not all of it, or `digest` is NULL. */
bool digest_add_file(struct digest *digest, int fd, int64_t size_bytes);

/* What the bytes that were added are.  Ends the digest.  False: it failed, and `made` is none. */
bool digest_final(struct digest *digest, struct digest_claim *made);

bool digest_same(const struct digest_claim *a, const struct digest_claim *b);

/* Whether the bytes that were added are what was claimed.  Ends the digest. */
bool digest_matches(struct digest *digest, const struct digest_claim *claim);

#endif
