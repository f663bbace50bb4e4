/*
 * utf8.c - well-formed UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdbool.h>

#include "base/utf8.h"

static bool is_rest(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* The second byte of three or four is what rules overlong forms, surrogates and the end of Unicode out. */
static bool second_fits(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second < 0xa0;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second < 0x90;
	default:
		return true;
	}
}

size_t utf8_width(const char *text)
{
	const unsigned char *b = (const unsigned char *)text;

	if (b[0] == 0)
		return 0;
	if (b[0] < 0x80)
		return 1;
	if (b[0] < 0xc2 || b[0] > 0xf4 || !is_rest(b[1]) || !second_fits(b[0], b[1]))
		return 0;
	if (b[0] < 0xe0)
		return 2;
	if (!is_rest(b[2]))
		return 0;
	if (b[0] < 0xf0)
		return 3;
	return is_rest(b[3]) ? 4 : 0;
}
