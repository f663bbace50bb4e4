/*
 * disposition.c - parameters of Content-Disposition and Content-Type.  Works in place and knows
 * nothing of streams: multipart.c finds the lines.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/hex.h"
#include "ingest/disposition.h"

#define FORM_TYPE "multipart/form-data"

static char *skip_blanks(char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

static bool is_token(char c)
{
	return isalnum((unsigned char)c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* The byte that a %XX at `at` stands for; -1 when it is none. */
static int percent_byte(const char *at)
{
	int high, low;

	if (at[0] != '%' || (high = hex_value(at[1])) < 0 || (low = hex_value(at[2])) < 0)
		return -1;
	return high << 4 | low;
}

/* The end of a quoted string's text after its opening quote is put in place; NULL: no closing quote. */
static char *unquote(char *at)
{
	char *to = at;

	for (; *at != '"'; at++) {
		if (*at == '\0')
			return NULL;
		if (*at == '\\' && (at[1] == '"' || at[1] == '\\'))
			at++;
		*to++ = *at;
	}
	*to = '\0';
	return at + 1;
}

/* Cuts one value, quoted or a token, and moves *at behind it; NULL when malformed. */
static char *cut_value(char **at)
{
	char *value = *at;

	if (*value == '"') {
		*at = unquote(++value);
		return *at == NULL ? NULL : value;
	}
	while (is_token(**at))
		(*at)++;
	return *at == value ? NULL : value;
}

/* Ends the value that was cut as a token, and steps over the separator.  False at other bytes. */
static bool cut_end(char **at)
{
	char *end = *at;

	*at = skip_blanks(end);
	if (**at == ';')
		(*at)++;
	else if (**at != '\0')
		return false;
	*end = '\0';
	return true;
}

/* Browsers write a quote, CR and LF of a name as %22, %0D, %0A and leave every other % as it is. */
static void decode_browser(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++) {
		int byte = percent_byte(text);

		if (byte == '"' || byte == '\r' || byte == '\n') {
			*to++ = (char)byte;
			text += 2;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

/* An extended value, charset'language'text; NULL when it is not UTF-8. */
static char *decode_extended(char *text)
{
	char *to, *value, *quote = strchr(text, '\'');

	if (quote == NULL || quote - text != 5 || strncasecmp(text, "UTF-8", 5) != 0)
		return NULL;
	quote = strchr(quote + 1, '\'');
	if (quote == NULL)
		return NULL;
	value = to = text = quote + 1;
	for (; *text != '\0'; text++) {
		int byte = percent_byte(text);

		if (byte >= 0)
			text += 2;
		if (byte != 0)
			*to++ = byte > 0 ? (char)byte : *text;
	}
	*to = '\0';
	return value;
}

/* One parameter of a list being parsed. */
struct parameter {
	char *name;
	char *value;
};

/* Reads the next parameter: 1 one was read, 0 there is no more, -1 malformed. */
static int next_parameter(char **at, struct parameter *p)
{
	char *name_end;

	*at = skip_blanks(*at);
	if (**at == '\0')
		return 0;
	p->name = *at;
	while (is_token(**at))
		(*at)++;
	name_end = *at;
	*at = skip_blanks(*at);
	if (name_end == p->name || **at != '=')
		return -1;
	*at = skip_blanks(*at + 1);
	*name_end = '\0';
	p->value = cut_value(at);
	return p->value != NULL && cut_end(at) ? 1 : -1;
}

static bool set_once(const char **field, const char *value)
{
	if (*field != NULL)
		return false;
	*field = value;
	return true;
}

bool disposition_parse(char *text, struct disposition *to)
{
	const char *extended = NULL;
	struct parameter p;
	int more = 1;
	bool ok = true;

	*to = (struct disposition){ NULL, NULL };
	text = skip_blanks(text);
	if (strncasecmp(text, "form-data", 9) != 0 || is_token(text[9]))
		return false;
	text = skip_blanks(text + 9);
	if (*text == ';')
		text++;
	else if (*text != '\0')
		return false;
	while (ok && (more = next_parameter(&text, &p)) == 1) {
		if (strcasecmp(p.name, "filename*") == 0) {
			ok = set_once(&extended, decode_extended(p.value));
			continue;
		}
		decode_browser(p.value);
		if (strcasecmp(p.name, "name") == 0)
			ok = set_once(&to->name, p.value);
		else if (strcasecmp(p.name, "filename") == 0)
			ok = set_once(&to->filename, p.value);
	}
	if (extended != NULL)
		to->filename = extended;
	return ok && more == 0;
}

static bool boundary_valid(const char *boundary)
{
	size_t len = strlen(boundary);

	if (len < 1 || len > BOUNDARY_MOST || boundary[len - 1] == ' ')
		return false;
	for (; *boundary != '\0'; boundary++)
		if (!isalnum((unsigned char)*boundary) && strchr("'()+_,-./:=? ", *boundary) == NULL)
			return false;
	return true;
}

bool disposition_is_form(const char *content_type)
{
	size_t len = sizeof FORM_TYPE - 1;

	return content_type != NULL && strncasecmp(content_type, FORM_TYPE, len) == 0 && !is_token(content_type[len]);
}

bool disposition_boundary(const char *content_type, char boundary[BOUNDARY_MOST + 1])
{
	const char *found = NULL;
	struct parameter p;
	char copy[512];
	char *at = copy;
	int more = 1;

	if (!disposition_is_form(content_type) || strlen(content_type) >= sizeof copy)
		return false;
	strcpy(copy, content_type);
	at = skip_blanks(copy + sizeof FORM_TYPE - 1);
	if (*at++ != ';')
		return false;
	while ((more = next_parameter(&at, &p)) == 1)
		if (strcasecmp(p.name, "boundary") == 0 && !set_once(&found, p.value))
			return false;
	if (more != 0 || found == NULL || !boundary_valid(found))
		return false;
	strcpy(boundary, found);
	return true;
}
