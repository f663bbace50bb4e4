/*
 * json.c - is it JSON?  Section numbers are those of RFC 8259.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <string.h>

#include "base/json.h"

#define DIGITS "0123456789"

/* Each reads what it is named after from *at, and moves *at behind it. */
static bool value(const char **at, int depth);

static void blanks(const char **at)
{
	*at += strspn(*at, " \t\n\r");
}

static bool next_is(const char **at, char c)
{
	if (**at != c)
		return false;
	++*at;
	return true;
}

static bool word(const char **at, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*at, word, len) != 0)
		return false;
	*at += len;
	return true;
}

static bool digits(const char **at)
{
	size_t count = strspn(*at, DIGITS);

	*at += count;
	return count > 0;
}

/* 6 */
static bool number(const char **at)
{
	next_is(at, '-');
	if (!next_is(at, '0') && !digits(at))
		return false;
	if (next_is(at, '.') && !digits(at))
		return false;
	if (!next_is(at, 'e') && !next_is(at, 'E'))
		return true;
	if (!next_is(at, '+'))
		next_is(at, '-');
	return digits(at);
}

/* 7, behind the backslash */
static bool escape(const char **at)
{
	if (next_is(at, 'u')) {
		if (strspn(*at, DIGITS "abcdefABCDEF") < 4 || strncmp(*at, "0000", 4) == 0)
			return false;
		*at += 4;
		return true;
	}
	if (**at == '\0' || strchr("\"\\/bfnrt", **at) == NULL)
		return false;
	++*at;
	return true;
}

static bool string(const char **at)
{
	if (!next_is(at, '"'))
		return false;
	while (!next_is(at, '"')) {
		if ((unsigned char)**at < ' ')          /* the end too */
			return false;
		if (*(*at)++ == '\\' && !escape(at))
			return false;
	}
	return true;
}

static bool member(const char **at, int depth)
{
	blanks(at);
	if (!string(at))
		return false;
	blanks(at);
	return next_is(at, ':') && value(at, depth);
}

/* 4 and 5: what is between the brackets */
static bool list(const char **at, char end, bool (*item)(const char **at, int depth), int depth)
{
	if (depth == JSON_DEPTH_MOST)
		return false;
	blanks(at);
	if (next_is(at, end))
		return true;
	do
		if (!item(at, depth + 1))
			return false;
	while (next_is(at, ','));
	return next_is(at, end);
}

static bool value(const char **at, int depth)
{
	bool valid;

	blanks(at);
	if (**at == '"')
		valid = string(at);
	else if (next_is(at, '{'))
		valid = list(at, '}', member, depth);
	else if (next_is(at, '['))
		valid = list(at, ']', value, depth);
	else
		valid = number(at) || word(at, "true") || word(at, "false") || word(at, "null");
	blanks(at);
	return valid;
}

bool json_is_object(const char *text)
{
	blanks(&text);
	return *text == '{' && value(&text, 0) && *text == '\0';
}
