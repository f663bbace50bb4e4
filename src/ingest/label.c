/*
 * label.c - cleans names from clients.  A label is only ever shown or stored, never part of a path.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
#include "ingest/label.h"

#define REPLACEMENT "\xef\xbf\xbd"      /* U+FFFD */

/* Characters that could hide or reorder what stands around them: first and last of each range. */
static const uint32_t unwanted[][2] = {
	{ 0x0000, 0x001F }, { 0x007F, 0x009F }, { 0x061C, 0x061C }, { 0x200B, 0x200B }, { 0x200E, 0x200F },
	{ 0x2028, 0x202E }, { 0x2060, 0x2069 }, { 0xFEFF, 0xFEFF },
};

/* Bytes of the character at `at`, of which `left` are there; 0: it is ill-formed. */
static size_t width_of(const char *at, size_t left)
{
	char head[5] = "";

	if (*at == '\0')
		return 1;
	memcpy(head, at, left < 4 ? left : 4);
	return utf8_width(head);
}

static uint32_t decode(const char *at, size_t width)
{
	const unsigned char *b = (const unsigned char *)at;
	uint32_t c = width == 1 ? *b : *b & (0x7Fu >> width);

	for (size_t i = 1; i < width; i++)
		c = c << 6 | (b[i] & 0x3Fu);
	return c;
}

static bool is_unwanted(uint32_t c)
{
	for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++)
		if (c >= unwanted[i][0] && c <= unwanted[i][1])
			return true;
	return false;
}

void label_title(const char *text, size_t len, char label[LABEL_MOST + 1])
{
	const char *end = text + len;
	size_t used = 0;

	for (size_t step; text < end; text += step) {
		size_t width = width_of(text, (size_t)(end - text));
		const char *put = width > 0 ? text : REPLACEMENT;
		size_t n = width > 0 ? width : strlen(REPLACEMENT);

		step = width > 0 ? width : 1;
		if (width > 0 && (is_unwanted(decode(text, width)) || (*text == ' ' && used == 0)))
			continue;
		if (used + n > LABEL_MOST)
			break;
		memcpy(label + used, put, n);
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
