/*
 * thin.c - published lists without one of their renditions: the lines that speak of it are left out, the others stay as
 * they are, to the byte.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "encode/thin.h"

/* The end of the line at `at`, behind its newline. */
static const char *line_end(const char *at)
{
	const char *newline = strchr(at, '\n');

	return newline != NULL ? newline + 1 : at + strlen(at);
}

static bool starts(const char *at, const char *with)
{
	return strncmp(at, with, strlen(with)) == 0;
}

static bool is_line(const char *at, const char *text)
{
	size_t len = strlen(text);

	return strncmp(at, text, len) == 0 && (at[len] == '\n' || at[len] == '\0');
}

void thin_master(const char *text, const char *uri, struct buf *out)
{
	const char *next;

	for (const char *at = text; *at != '\0'; at = next) {
		next = line_end(at);
		if (starts(at, "#EXT-X-STREAM-INF:") && is_line(next, uri))
			next = line_end(next);
		else
			buf_put(out, at, (size_t)(next - at));
	}
}

/* Past the end of the element that begins at `at`. */
static const char *element_end(const char *at, const char *end)
{
	while (*at != '\0' && !is_line(at, end))
		at = line_end(at);
	return line_end(at);
}

static bool is_representation(const char *at, const char *id)
{
	static const char start[] = "   <Representation id=\"";
	size_t len = strlen(id);

	return starts(at, start) && strncmp(at + sizeof start - 1, id, len) == 0 && at[sizeof start - 1 + len] == '"';
}

void thin_manifest(const char *text, const char *id, struct buf *out)
{
	size_t set = 0, kept = 0;
	const char *next;

	for (const char *at = text; *at != '\0'; at = next) {
		next = line_end(at);
		if (is_representation(at, id)) {
			next = element_end(at, "   </Representation>");
			continue;
		}
		if (starts(at, "  <AdaptationSet")) {
			set = out->len;
			kept = 0;
		}
		kept += starts(at, "   <Representation");
		buf_put(out, at, (size_t)(next - at));
		if (is_line(at, "  </AdaptationSet>") && kept == 0)
			buf_cut(out, set);
	}
}
