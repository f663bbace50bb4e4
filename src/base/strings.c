/*
 * strings.c - a list of strings, such as an argv.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"

static void take(struct strings *list, char *text)
{
	char **items = realloc(list->items, (list->count + 2) * sizeof *items);

	if (items == NULL || text == NULL)
		abort();
	items[list->count++] = text;
	items[list->count] = NULL;
	list->items = items;
}

void strings_add(struct strings *list, const char *text)
{
	take(list, strdup(text));
}

void strings_addf(struct strings *list, const char *format, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, format);
	buf_vprintf(&text, format, ap);
	va_end(ap);
	take(list, text.data != NULL ? text.data : strdup(""));
}

void strings_add_all(struct strings *list, const char *const *items)
{
	for (; *items != NULL; items++)
		strings_add(list, *items);
}

bool strings_among(const char *const *array, const char *text)
{
	while (*array != NULL && strcmp(*array, text) != 0)
		array++;
	return *array != NULL;
}

bool strings_any_in(const char *const *array, const char *text)
{
	for (; *array != NULL; array++)
		if (strstr(text, *array) != NULL)
			return true;
	return false;
}

void strings_set(struct strings *list, size_t at, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		abort();
	free(list->items[at]);
	list->items[at] = copy;
}

void strings_fini(struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strings)STRINGS_INIT;
}

void strings_json(const struct strings *list, struct buf *out)
{
	buf_puts(out, "[");
	for (size_t i = 0; i < list->count; i++) {
		buf_puts(out, i > 0 ? "," : "");
		buf_json(out, list->items[i]);
	}
	buf_puts(out, "]");
}
