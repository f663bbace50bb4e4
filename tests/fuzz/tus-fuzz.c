/*
 * tus-fuzz.c - header fields of resumable uploads, whatever they hold.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/digest.h"
#include "ingest/structured.h"
#include "ingest/tus.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_metadata(const char *field)
{
	struct tus_pair pair;
	const char *at = field, *why;

	while (tus_metadata_next(field, &at, &pair, &why) == TUS_PAIR) {
		assert(at <= field + strlen(field) && pair.key_len > 0);
		assert(strlen(pair.value) == pair.value_len && pair.value_len <= TUS_VALUE_MOST);
	}
}

static void read_concat(const char *field)
{
	char parts[TUS_PARTS_MOST][ID_LEN + 1];
	size_t count;

	if (tus_concat_parse(field, "/api/uploads/", parts, &count) != TUS_CONCAT_FINAL)
		return;
	assert(count > 0 && count <= TUS_PARTS_MOST);
	for (size_t i = 0; i < count; i++)
		assert(id_valid(parts[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *field = malloc(size + 1);
	struct digest_claim claim;
	int64_t number;
	bool value;

	memcpy(field, data, size);
	field[size] = '\0';
	read_metadata(field);
	read_concat(field);
	(void)digest_parse_tus(field, &claim);
	(void)digest_parse_field(field, &claim);
	(void)digest_parse_wanted(field);
	if (tus_number(field, &number))
		assert(number >= 0);
	if (structured_length(field, &number))
		assert(number >= 0);
	(void)structured_boolean(field, &value);
	free(field);
	return 0;
}
