/*
 * urlencoded.c - query strings and small form bodies, in place.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <string.h>

#include "base/hex.h"
#include "http/urlencoded.h"

bool url_decode(char *text, bool plus)
{
	char *to = text;

	for (; *text != '\0'; text++) {
		int high, low;

		if (*text != '%') {
			*to++ = (char)(plus && *text == '+' ? ' ' : *text);
			continue;
		}
		high = hex_value(text[1]);
		low = high < 0 ? -1 : hex_value(text[2]);
		if (low < 0 || (high | low) == 0)
			return false;
		*to++ = (char)(high << 4 | low);
		text += 2;
	}
	*to = '\0';
	return true;
}

static bool decode_pair(char *text, struct pair *pair)
{
	char *equals = strchr(text, '=');
	char *value = text + strlen(text);

	if (equals != NULL) {
		*equals = '\0';
		value = equals + 1;
	}
	*pair = (struct pair){ text, value };
	return url_decode(text, true) && (equals == NULL || url_decode(value, true));
}

int url_split_pairs(char *text, struct pair *pairs, int most)
{
	char *rest = text, *item;
	int count = 0;

	while ((item = strsep(&rest, "&")) != NULL) {
		if (*item == '\0')
			continue;
		if (count == most || !decode_pair(item, &pairs[count]))
			return -1;
		count++;
	}
	return count;
}

void url_encode(struct buf *out, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

	for (const char *at = text; *at != '\0'; at++) {
		if (strchr(plain, *at) != NULL)
			buf_put(out, at, 1);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)*at);
	}
}
