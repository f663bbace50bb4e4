/*
 * tus.c - parses what clients of resumable uploads say in header fields.  Pure: no I/O, nothing kept.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ingest/digest.h"
#include "ingest/tus.h"

static bool is_key_char(char c)
{
	return c > ' ' && c < 0x7F && c != ',';
}

static size_t key_len_at(const char *at)
{
	size_t len = 0;

	while (is_key_char(at[len]))
		len++;
	return len;
}

/* Whether the key at `at` is in the field before it. */
static bool is_repeated(const char *field, const char *at, size_t len)
{
	for (const char *pair = field; pair < at; pair += strcspn(pair, ",") + 1) {
		pair += strspn(pair, " ");
		if (pair < at && key_len_at(pair) == len && memcmp(pair, at, len) == 0)
			return true;
	}
	return false;
}

static bool take_value(const char **at, struct tus_pair *pair, const char **why)
{
	size_t len;
	long bytes;

	pair->value_len = 0;
	pair->value[0] = '\0';
	if (**at != ' ')
		return true;
	(*at)++;
	len = strcspn(*at, ", ");
	bytes = digest_base64(*at, len, (unsigned char *)pair->value, TUS_VALUE_MOST);
	*why = "a value is not base64, or is too long";
	if (bytes < 0)
		return false;
	*at += len;
	pair->value_len = (size_t)bytes;
	pair->value[bytes] = '\0';
	*why = "a value holds a NUL byte";
	return strlen(pair->value) == pair->value_len;
}

enum tus_next tus_metadata_next(const char *field, const char **at, struct tus_pair *pair, const char **why)
{
	if (*at != field) {
		if (**at == '\0')
			return TUS_END;
		(*at)++;                /* the comma that the pair before ended at */
		*at += strspn(*at, " ");
	} else if (*field == '\0') {
		return TUS_END;
	}
	pair->key = *at;
	pair->key_len = key_len_at(*at);
	*why = "a key is missing or has odd characters";
	if (pair->key_len == 0)
		return TUS_BAD;
	*why = "a key is there twice";
	if (is_repeated(field, *at, pair->key_len))
		return TUS_BAD;
	*at += pair->key_len;
	if (!take_value(at, pair, why))
		return TUS_BAD;
	*at += strspn(*at, " ");
	*why = "pairs are separated by commas";
	return **at == ',' || **at == '\0' ? TUS_PAIR : TUS_BAD;
}

bool tus_key_is(const struct tus_pair *pair, const char *key)
{
	return strlen(key) == pair->key_len && memcmp(key, pair->key, pair->key_len) == 0;
}

/* The path of a URL: http(s)://HOST/PATH, or /PATH. */
static const char *path_of(const char *url)
{
	size_t scheme = strncasecmp(url, "https://", 8) == 0 ? 8 : strncasecmp(url, "http://", 7) == 0 ? 7 : 0;

	if (scheme == 0)
		return url;
	url += scheme;
	return url + strcspn(url, "/ ");
}

static bool take_part(const char *url, size_t len, const char *base, char id[ID_LEN + 1])
{
	const char *path = path_of(url);
	size_t base_len = strlen(base);

	if (path + base_len + ID_LEN != url + len || strncmp(path, base, base_len) != 0)
		return false;
	memcpy(id, path + base_len, ID_LEN);
	id[ID_LEN] = '\0';
	return id_valid(id);
}

static bool is_among(char parts[][ID_LEN + 1], size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(parts[i], id) == 0)
			return true;
	return false;
}

enum tus_concat tus_concat_parse(const char *field, const char *base, char parts[][ID_LEN + 1], size_t *count)
{
	const char *at = field + 6;

	*count = 0;
	if (strcmp(field, "partial") == 0)
		return TUS_CONCAT_PART;
	if (strncmp(field, "final;", 6) != 0)
		return TUS_CONCAT_BAD;
	for (at += strspn(at, " "); *at != '\0'; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");

		if (*count == TUS_PARTS_MOST || !take_part(at, len, base, parts[*count]) ||
		    is_among(parts, *count, parts[*count]))
			return TUS_CONCAT_BAD;
		(*count)++;
		at += len;
	}
	return *count > 0 ? TUS_CONCAT_FINAL : TUS_CONCAT_BAD;
}

bool tus_number(const char *field, int64_t *value)
{
	size_t len = strlen(field);

	if (len == 0 || strspn(field, "0123456789") != len || (field[0] == '0' && len > 1))
		return false;
	errno = 0;
	*value = strtoll(field, NULL, 10);
	return errno == 0;
}
