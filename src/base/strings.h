/* strings.h - a list of strings, such as an argv.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_STRINGS_H
#define CLIPMILL_STRINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Entries and the array are owned.  Once anything was added, `items` ends with a NULL. */
struct strings {
	char **items;
	size_t count;
};

#define STRINGS_INIT { NULL, 0 }

void strings_add(struct strings *list, const char *text);
void strings_addf(struct strings *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds each of a NULL-terminated array. */
void strings_add_all(struct strings *list, const char *const *items);

/* True where a NULL-terminated array has `text`. */
bool strings_among(const char *const *array, const char *text);

/* True where `text` has a string of a NULL-terminated array somewhere in it. */
bool strings_any_in(const char *const *array, const char *text);

/* Puts `text` in the place of an entry that is there. */
void strings_set(struct strings *list, size_t at, const char *text);

/* Frees the entries; the list is empty and can be used again. */
void strings_fini(struct strings *list);

/* Appends the list as a JSON array of strings. */
void strings_json(const struct strings *list, struct buf *out);

#endif
