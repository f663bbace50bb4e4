/*
 * telling.c - the one line of a tool's errors that says most, fit to be shown to an uploader.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "base/strings.h"
#include "encode/telling.h"

#define LINE_MOST 160
#define ENDED_EARLY "File ended prematurely"
#define PARTIAL ": partial file"

/* Lines that follow any failure. */
static const char *const empty_words[] = {
	"Conversion failed!", "Error marking filters as finished", "Error while filtering", "Failed to inject frame",
	"Error initializing complex filters", "Error reinitializing filters", "Error initializing output stream",
	"Last message repeated", "Error while processing the decoded data", "Error while decoding stream",
	"Consider increasing", "Error opening filters", "unable to set thread affinity",
};

static bool is_empty(const char *at, size_t len)
{
	for (size_t i = 0; i < sizeof empty_words / sizeof empty_words[0]; i++)
		if (memmem(at, len, empty_words[i], strlen(empty_words[i])) != NULL)
			return true;
	return len == 0;
}

/* The last line that says something; {NULL, 0}: none. */
static const char *last_line(const char *text, size_t *len)
{
	const char *end = text + strlen(text);

	while (end > text) {
		const char *start = memrchr(text, '\n', (size_t)(end - text));

		start = start != NULL ? start + 1 : text;
		*len = (size_t)(end - start);
		if (!is_empty(start, *len))
			return start;
		end = start > text ? start - 1 : text;
	}
	return NULL;
}

/* Steps over "[h264 @ 0x55d0c0] ", which may stand twice. */
static const char *step_over_tags(const char *at, const char *end)
{
	while (at < end && *at == '[') {
		const char *close = memchr(at, ']', (size_t)(end - at));

		if (close == NULL || close + 1 >= end || close[1] != ' ')
			break;
		at = close + 2;
	}
	return at;
}

/* A word with a slash in it is a path of ours. */
static size_t word_len(const char *at, const char *end, bool *is_path)
{
	const char *p = at;

	*is_path = false;
	for (; p < end && *p != ' '; p++)
		if (*p == '/')
			*is_path = true;
	return (size_t)(p - at);
}

static void copy_words(const char *at, const char *end, char *line)
{
	size_t used = 0;

	while (at < end) {
		bool is_path;
		size_t len = word_len(at, end, &is_path);

		for (size_t i = 0; !is_path && i < len && used + 3 < LINE_MOST; i++)
			if (at[i] >= ' ' && at[i] <= '~')
				line[used++] = at[i];
		at += len;
		while (at < end && *at == ' ')
			at++;
		if (used > 0 && line[used - 1] != ' ' && used + 3 < LINE_MOST)
			line[used++] = ' ';
	}
	while (used > 0 && strchr(" .:", line[used - 1]) != NULL)
		used--;
	if (used > 0)
		line[used++] = '.';
	line[used] = '\0';
}

void telling_line(const char *text, char line[160])
{
	const char *at;
	size_t len;

	line[0] = '\0';
	if (text == NULL)
		return;
	at = last_line(text, &len);
	if (at != NULL)
		copy_words(step_over_tags(at, at + len), at + len, line);
}

/*
 * What says nothing of how pictures decode: that we do not let the source have a decoder; the clock of a muxer that writes nothing,
 * where pictures are very near to each other; what a parser, which has no name, says of pictures that are described anew, since it
 * reads them by the description before; that pictures are not there which the decoder was not given: those before the keyframe that
 * it was entered at, or all that are none; that the file ends within a packet, which is told in other words.  What is wrong with a
 * picture the decoder says in other words as well.
 */
static const char *const our_words[] = {
	"not on whitelist", "[null @ ", "[NULL @ ", "mmco: unref short failure", "illegal short term buffer state detected",
	"co located POCs unavailable", ENDED_EARLY, PARTIAL,
};

static bool is_ours(const char *line, size_t len)
{
	for (size_t i = 0; i < sizeof our_words / sizeof our_words[0]; i++)
		if (memmem(line, len, our_words[i], strlen(our_words[i])) != NULL)
			return true;
	return false;
}

int64_t telling_complaints(const char *text)
{
	bool passed = false;
	int64_t count = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		if (!passed || memmem(text, len, "Last message repeated", 21) == NULL)
			passed = is_ours(text, len);
		count += !passed && len > 0;
		text += len + (text[len] == '\n');
	}
	return count;
}

bool telling_is_damage(const char *text)
{
	static const char *const words[] = {
		"Error while decoding stream", "error while decoding MB", " damaged at ", "invalid mb type", "invalid cbp", NULL,
	};

	return strings_any_in(words, text);
}

bool telling_is_cut(const char *text)
{
	return strstr(text, PARTIAL) != NULL || strstr(text, ENDED_EARLY) != NULL;
}
