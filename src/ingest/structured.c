/*
 * structured.c - items and dictionaries of structured fields.  Section numbers are those of RFC 9651.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <string.h>

#include "ingest/structured.h"

#define DIGITS_MOST 15          /* of an integer (4.2.4) */
#define FRACTION_MOST 3         /* of a decimal, which has so many fewer before them */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_alpha(char c)
{
	return is_lower((char)(c | 0x20));
}

static bool is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

/* Moves behind `c` where it is next. */
static bool skip(const char **at, char c)
{
	if (**at != c)
		return false;
	++*at;
	return true;
}

static size_t skip_digits(const char **at)
{
	size_t digits = strspn(*at, "0123456789");

	*at += digits;
	return digits;
}

/* 4.2.4: an integer or a decimal. */
static bool skip_number(const char **at)
{
	size_t whole, fraction;

	skip(at, '-');
	whole = skip_digits(at);
	if (!skip(at, '.'))
		return whole > 0 && whole <= DIGITS_MOST;
	fraction = skip_digits(at);
	return whole > 0 && whole <= DIGITS_MOST - FRACTION_MOST && fraction > 0 && fraction <= FRACTION_MOST;
}

/* 4.2.9: an integer. */
static bool skip_date(const char **at)
{
	const char *number = *at;

	return (is_digit(*number) || *number == '-') && skip_number(at) && memchr(number, '.', (size_t)(*at - number)) == NULL;
}

/* 4.2.5 */
static bool skip_string(const char **at)
{
	while (!skip(at, '"')) {
		bool escaped = skip(at, '\\');

		if (!is_printable(**at) || (escaped && **at != '"' && **at != '\\'))
			return false;
		++*at;
	}
	return true;
}

/* 4.2.10: a string whose escapes are %xx, in lower case. */
static bool skip_display_string(const char **at)
{
	if (!skip(at, '"'))
		return false;
	while (!skip(at, '"')) {
		bool escaped = skip(at, '%');

		if (escaped ? strspn(*at, "0123456789abcdef") < 2 : !is_printable(**at))
			return false;
		*at += escaped ? 2 : 1;
	}
	return true;
}

/* 4.2.7 */
static bool skip_bytes(const char **at)
{
	*at += strspn(*at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");
	return skip(at, ':');
}

/* 4.2.6 */
static bool skip_token(const char **at)
{
	if (!is_alpha(**at) && **at != '*')
		return false;
	while (is_alpha(**at) || is_digit(**at) || (**at != '\0' && strchr("!#$%&'*+-.^_`|~:/", **at) != NULL))
		++*at;
	return true;
}

/* 4.2.3.1 */
static bool skip_bare_item(const char **at)
{
	if (is_digit(**at) || **at == '-')
		return skip_number(at);
	if (skip(at, '"'))
		return skip_string(at);
	if (skip(at, ':'))
		return skip_bytes(at);
	if (skip(at, '?'))
		return skip(at, '0') || skip(at, '1');
	if (skip(at, '@'))
		return skip_date(at);
	if (skip(at, '%'))
		return skip_display_string(at);
	return skip_token(at);
}

/* 4.2.3.3 */
static bool skip_key(const char **at)
{
	if (!is_lower(**at) && **at != '*')
		return false;
	while (is_lower(**at) || is_digit(**at) || (**at != '\0' && strchr("_-.*", **at) != NULL))
		++*at;
	return true;
}

/* 4.2.3.2 */
static bool skip_parameters(const char **at)
{
	while (skip(at, ';')) {
		*at += strspn(*at, " ");
		if (!skip_key(at) || (skip(at, '=') && !skip_bare_item(at)))
			return false;
	}
	return true;
}

/* 4.2.1.2, behind its bracket. */
static bool skip_inner_list(const char **at)
{
	for (;;) {
		*at += strspn(*at, " ");
		if (skip(at, ')'))
			return true;
		if (!skip_bare_item(at) || !skip_parameters(at) || (**at != ' ' && **at != ')'))
			return false;
	}
}

/* Parameters, and nothing behind them but blanks. */
static bool ends(const char *at)
{
	return skip_parameters(&at) && at[strspn(at, " ")] == '\0';
}

bool structured_boolean(const char *field, bool *value)
{
	field += strspn(field, " ");
	if (field[0] != '?' || (field[1] != '0' && field[1] != '1') || !ends(field + 2))
		return false;
	*value = field[1] == '1';
	return true;
}

bool structured_length(const char *field, int64_t *value)
{
	size_t digits;
	int64_t number = 0;

	field += strspn(field, " ");
	digits = strspn(field, "0123456789");
	if (digits == 0 || digits > DIGITS_MOST || !ends(field + digits))
		return false;
	for (size_t i = 0; i < digits; i++)
		number = 10 * number + (field[i] - '0');
	*value = number;
	return true;
}

/* 4.2.2: what is behind a member is the field's end, or a comma and another member. */
static bool skip_comma(const char **at)
{
	*at += strspn(*at, " \t");
	if (**at == '\0')
		return true;
	if (!skip(at, ','))
		return false;
	*at += strspn(*at, " \t");
	return **at != '\0';
}

enum structured_next structured_dictionary(const char **at, struct structured_member *member)
{
	*at += strspn(*at, " ");
	if (**at == '\0')
		return STRUCTURED_END;
	member->key = *at;
	if (!skip_key(at))
		return STRUCTURED_BAD;
	member->key_len = (size_t)(*at - member->key);
	member->value = *at;
	if (skip(at, '=')) {
		member->value = *at;
		if (!(skip(at, '(') ? skip_inner_list(at) : skip_bare_item(at)))
			return STRUCTURED_BAD;
	}
	member->value_len = (size_t)(*at - member->value);
	return skip_parameters(at) && skip_comma(at) ? STRUCTURED_MEMBER : STRUCTURED_BAD;
}
