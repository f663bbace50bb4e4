/*
 * label.c - cleans names from clients.  A label is only ever shown or stored, never part of a path.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "ingest/label.h"

#define REPLACEMENT 0xFFFDu

/* The lead bytes of well-formed UTF-8, and what their second byte must be (Unicode table 3-7). */
static const struct lead {
	unsigned char from, to;
	unsigned char second_from, second_to;
	size_t len;
} leads[] = {
	{ 0x00, 0x7F, 0, 0, 1 },
	{ 0xC2, 0xDF, 0x80, 0xBF, 2 },
	{ 0xE0, 0xE0, 0xA0, 0xBF, 3 },
	{ 0xE1, 0xEC, 0x80, 0xBF, 3 },
	{ 0xED, 0xED, 0x80, 0x9F, 3 },
	{ 0xEE, 0xEF, 0x80, 0xBF, 3 },
	{ 0xF0, 0xF0, 0x90, 0xBF, 4 },
	{ 0xF1, 0xF3, 0x80, 0xBF, 4 },
	{ 0xF4, 0xF4, 0x80, 0x8F, 4 },
};

/* Characters that could hide or reorder what stands around them: first and last of each range. */
static const uint32_t unwanted[][2] = {
	{ 0x0000, 0x001F }, { 0x007F, 0x009F }, { 0x061C, 0x061C }, { 0x200B, 0x200B }, { 0x200E, 0x200F },
	{ 0x2028, 0x202E }, { 0x2060, 0x2069 }, { 0xFEFF, 0xFEFF },
};

static const struct lead *find_lead(unsigned char byte)
{
	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++)
		if (byte >= leads[i].from && byte <= leads[i].to)
			return &leads[i];
	return NULL;
}

/* Decodes one character, and moves *at behind it; an ill-formed byte alone is U+FFFD. */
static uint32_t next_character(const unsigned char **at, const unsigned char *end)
{
	const unsigned char *p = *at;
	const struct lead *lead = find_lead(*p);
	uint32_t c;

	*at = p + 1;
	if (lead == NULL || (size_t)(end - p) < lead->len)
		return REPLACEMENT;
	if (lead->len == 1)
		return *p;
	if (p[1] < lead->second_from || p[1] > lead->second_to)
		return REPLACEMENT;
	c = *p & (0x7Fu >> lead->len);
	for (size_t i = 1; i < lead->len; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return REPLACEMENT;
		c = c << 6 | (p[i] & 0x3Fu);
	}
	*at = p + lead->len;
	return c;
}

static bool is_unwanted(uint32_t c)
{
	for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++)
		if (c >= unwanted[i][0] && c <= unwanted[i][1])
			return true;
	return false;
}

static size_t encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

void label_title(const char *text, size_t len, char label[LABEL_MOST + 1])
{
	const unsigned char *at = (const unsigned char *)text, *end = at + len;
	size_t used = 0;

	while (at < end) {
		uint32_t c = next_character(&at, end);
		char bytes[4];
		size_t n;

		if (is_unwanted(c) || (c == ' ' && used == 0))
			continue;
		n = encode(c, bytes);
		if (used + n > LABEL_MOST)
			break;
		memcpy(label + used, bytes, n);
		used += n;
	}
	while (used > 0 && label[used - 1] == ' ')
		used--;
	label[used] = '\0';
}

void label_filename(const char *text, size_t len, char label[LABEL_MOST + 1])
{
	for (size_t i = len; i > 0; i--) {
		if (text[i - 1] == '/' || text[i - 1] == '\\') {
			text += i;
			len -= i;
			break;
		}
	}
	label_title(text, len, label);
	if (label[0] == '\0')
		strcpy(label, "untitled");
}
