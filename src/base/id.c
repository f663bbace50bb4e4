/*
 * id.c - names of videos, uploads and workers: unguessable, and safe as file names.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/id.h"

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void id_new(char id[ID_LEN + 1])
{
	uint8_t random[16];
	unsigned bits = 0;
	uint32_t hold = 0;
	size_t at = 0;

	if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
		abort();
	for (size_t i = 0; i < sizeof random; i++) {
		hold = hold << 8 | random[i];
		for (bits += 8; bits >= 6; bits -= 6)
			id[at++] = alphabet[hold >> (bits - 6) & 63];
	}
	id[at++] = alphabet[hold << (6 - bits) & 63];
	id[at] = '\0';
}

bool id_valid(const char *text)
{
	return strspn(text, alphabet) == ID_LEN && text[ID_LEN] == '\0';
}
