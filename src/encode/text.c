/*
 * text.c - a WebVTT file is written anew from its cues, so that nothing gets to a browser that we did not
 * understand.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "encode/text.h"

#define CUES_MOST 50000
#define CUE_MOST_BYTES 4000     /* of its text; the rest is cut off */
#define MINUTES_MOST 60000      /* of a time: no part of it may be more */
#define UNENDED_MS 5000         /* that a cue is shown at the most where nothing tells its end */

/* Where a line begins and ends; LF, CR or CR LF ends it. */
struct line {
	const char *at;
	size_t len;
};

/* False at the end. */
static bool next_line(const char **at, const char *end, struct line *line)
{
	const char *p = *at;

	if (p >= end)
		return false;
	line->at = p;
	while (p < end && *p != '\n' && *p != '\r')
		p++;
	line->len = (size_t)(p - line->at);
	if (p < end)
		p += *p == '\r' && p + 1 < end && p[1] == '\n' ? 2 : 1;
	*at = p;
	return true;
}

/* Times --------------------------------------------------------------------------------------- */

/* Digits; a minus before them is noted. */
static const char *take_number(const char *at, int64_t *value, bool *negative)
{
	char *end;

	*negative = *negative || *at == '-';
	at += *at == '-';
	if (!isdigit((unsigned char)*at))
		return NULL;
	*value = strtoll(at, &end, 10);
	return *value <= MINUTES_MOST ? end : NULL;
}

/* "01:02:03.456" or "02:03.456" as milliseconds.  What comes before our zero ffmpeg writes with a minus in front of each part,
 * "00:-1.-23", and without its hours.  Returns what follows, or NULL. */
static const char *take_time(const char *at, int64_t *ms)
{
	int64_t parts[3] = { 0, 0, 0 }, rest;
	bool negative = false;
	size_t count = 0;
	const char *point;

	do {
		if (count == 3)
			return NULL;
		point = take_number(at, &parts[count++], &negative);
		if (point == NULL)
			return NULL;
		at = point + 1;
	} while (*point == ':');
	if (*point != '.' || count < 2)
		return NULL;
	at = take_number(at, &rest, &negative);
	if (at == NULL || rest > 999 || (!negative && at - point != 4))
		return NULL;
	*ms = (count == 3 ? parts[0] * 3600 + parts[1] * 60 + parts[2] : parts[0] * 60 + parts[1]) * 1000 + rest;
	if (negative)
		*ms = -*ms;
	return at;
}

static bool take_times(const struct line *line, int64_t *from_ms, int64_t *to_ms)
{
	char text[64];
	const char *at;

	if (line->len < 21)
		return false;
	snprintf(text, sizeof text, "%.*s", (int)(line->len < 63 ? line->len : 63), line->at);
	at = take_time(text, from_ms);
	if (at == NULL || strncmp(at, " --> ", 5) != 0)
		return false;
	at = take_time(at + 5, to_ms);
	return at != NULL && (*at == '\0' || *at == ' ' || *at == '\t');
}

static void put_time(int64_t ms, struct buf *out)
{
	buf_printf(out, "%02" PRId64 ":%02" PRId64 ":%02" PRId64 ".%03" PRId64, ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}

/* Text ---------------------------------------------------------------------------------------- */

/* The end of a tag that we keep; 0: it is none. */
static size_t kept_tag(const char *at, const char *end)
{
	static const char *const tags[] = { "<b>", "</b>", "<i>", "</i>", "<u>", "</u>", NULL };

	for (size_t i = 0; tags[i] != NULL; i++)
		if ((size_t)(end - at) >= strlen(tags[i]) && strncmp(at, tags[i], strlen(tags[i])) == 0)
			return strlen(tags[i]);
	return 0;
}

/* A character reference, such as "&amp;"; 0: it is none. */
static size_t reference(const char *at, const char *end)
{
	size_t len = 1;

	while (at + len < end && len < 12 && (isalnum((unsigned char)at[len]) || at[len] == '#'))
		len++;
	return at + len < end && at[len] == ';' && len > 1 ? len + 1 : 0;
}

/* Whether a "<" begins a tag: "<b", "</b" or "<00:01.000>".  In SubRip and ASS it is a mere letter elsewhere: "I <3 you". */
static bool is_tag(const char *at, const char *end)
{
	const char *next = at + 1;

	if (next < end && (isalpha((unsigned char)*next) || *next == '/'))
		return true;
	while (next < end && isdigit((unsigned char)*next))
		next++;
	return next > at + 1 && next + 1 < end && *next == ':' && isdigit((unsigned char)next[1]);
}

/* Skips a tag: to its ">", or to the end where it has none. */
static const char *skip_tag(const char *at, const char *end)
{
	const char *close = memchr(at, '>', (size_t)(end - at));

	return close != NULL ? close + 1 : end;
}

static const char *put_character(const char *at, const char *end, struct buf *out)
{
	size_t len = *at == '<' ? kept_tag(at, end) : *at == '&' ? reference(at, end) : utf8_width(at);

	if (*at == '<' && len == 0 && is_tag(at, end))
		return skip_tag(at, end);
	if (*at == '\\' && at + 1 < end && at[1] == 'h') {     /* ASS: a space that no line is broken at */
		buf_puts(out, " ");
		return at + 2;
	}
	if (*at == '&' && len == 0)
		buf_puts(out, "&amp;");
	else if (*at == '<' && len == 0)
		buf_puts(out, "&lt;");
	else if (*at == '>')
		buf_puts(out, "&gt;");
	else if ((unsigned char)*at >= ' ' && *at != 0x7f)
		buf_put(out, at, len);
	return at + (len > 0 ? len : 1);
}

/* Moves behind tags that we keep. */
static const char *skip_kept(const char *at, const char *end)
{
	size_t len;

	while (at < end && (len = kept_tag(at, end)) > 0)
		at += len;
	return at;
}

/* What ffmpeg leaves of a drawing (ASS, {\\p1}): "m 0 0 l 100 0 100 100", or "<b>m 0 0 ...</b>". */
static bool is_drawing(const struct line *line)
{
	const char *end = line->at + line->len, *at = skip_kept(line->at, end);

	if (end - at < 5 || at[0] != 'm' || at[1] != ' ' || (!isdigit((unsigned char)at[2]) && at[2] != '-'))
		return false;
	for (; at < end; at = skip_kept(at + 1, end))
		if (*at == '\0' || strchr("mnlbspc -.0123456789", *at) == NULL)
			return false;
	return true;
}

/* A line of a cue; false where nothing of it is left. */
static bool put_line(const struct line *line, struct buf *out)
{
	const char *at = line->at, *end = at + line->len;
	size_t before = out->len;

	if (is_drawing(line))
		return false;
	while (at < end && out->len - before < CUE_MOST_BYTES)
		at = put_character(at, end, out);
	if (strspn(buf_text(out) + before, " \t") == out->len - before) {
		buf_cut(out, before);
		return false;
	}
	buf_puts(out, "\n");
	return true;
}

/* Cues ---------------------------------------------------------------------------------------- */

/* The lines after a cue's times, up to an empty one. */
static bool put_cue(const char **at, const char *end, int64_t from_ms, int64_t to_ms, struct buf *out)
{
	size_t before = out->len, lines = 0;
	struct line line;

	buf_puts(out, "\n");
	put_time(from_ms, out);
	buf_puts(out, " --> ");
	put_time(to_ms, out);
	buf_puts(out, "\n");
	while (next_line(at, end, &line) && line.len > 0)
		lines += put_line(&line, out);
	if (lines == 0)
		buf_cut(out, before);
	return lines > 0;
}

static bool begins(const char *vtt, size_t len)
{
	return len >= 6 && strncmp(vtt, "WEBVTT", 6) == 0 && (len == 6 || strchr(" \t\r\n", vtt[6]) != NULL);
}

/* NUL is no text either: what is copied here ends with one, behind its last byte. */
static bool is_utf8(const char *text, size_t len)
{
	const char *end = text + len;
	size_t width;

	while (text < end && (width = utf8_width(text)) > 0)
		text += width;
	return text == end;
}

static bool find_next(const char *at, const char *end, int64_t *next_ms)
{
	struct line line;
	int64_t to_ms;
	bool found = false;

	while (!found && next_line(&at, end, &line))
		found = take_times(&line, next_ms, &to_ms);
	return found;
}

/* What has no length is shown until the next one begins, but not for ever.  It is not meant where it is the last one, as some
 * writers of MOV leave it, nor where it is `unended`; else it is never seen. */
static int64_t end_of(const char *at, const char *end, bool unended, int64_t from_ms)
{
	int64_t next_ms = 0, most_ms = from_ms + UNENDED_MS;
	bool found = find_next(at, end, &next_ms);

	if (found && !unended)
		return from_ms;
	return found && next_ms > from_ms && next_ms < most_ms ? next_ms : most_ms;
}

/* `unended`: none tells when it ends.  How many do. */
static size_t put_cues(const char *at, const char *end, bool unended, struct buf *out, struct text *text)
{
	int64_t from_ms, to_ms, last_ms = 0;
	struct line line;
	size_t told = 0;

	while (text->cues < CUES_MOST && next_line(&at, end, &line)) {
		bool tells;

		if (!take_times(&line, &from_ms, &to_ms))
			continue;
		if (from_ms < last_ms)
			from_ms = last_ms;      /* also: what is shown at our zero began before it */
		tells = to_ms != from_ms;
		if (!tells)
			to_ms = end_of(at, end, unended, from_ms);
		if (to_ms <= from_ms || !put_cue(&at, end, from_ms, to_ms, out))
			continue;
		last_ms = from_ms;
		told += tells;
		text->cues++;
		text->end_s = fmax(text->end_s, (double)to_ms / 1000);
	}
	return told;
}

static void put_all(const char *at, const char *end, struct buf *out, struct text *text)
{
	size_t before = out->len;

	if (put_cues(at, end, false, out, text) > 0)
		return;
	buf_cut(out, before);           /* of fragmented MP4 ffmpeg knows no lengths, and in Matroska they may be missing */
	memset(text, 0, sizeof *text);
	put_cues(at, end, true, out, text);
}

bool text_clean(const char *vtt, size_t len, struct buf *out, struct text *text, char *error, size_t error_size)
{
	char *copy = strndup(vtt, len);
	bool ok;

	if (copy == NULL)
		abort();
	memset(text, 0, sizeof *text);
	ok = begins(copy, strlen(copy)) && strlen(copy) == len && is_utf8(copy, len);
	if (ok) {
		buf_puts(out, "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n");
		put_all(copy, copy + len, out, text);
		ok = text->cues > 0;
		if (!ok)
			snprintf(error, error_size, "There is nothing to read in them.");
	} else
		snprintf(error, error_size, "They could not be made into a valid text.");
	free(copy);
	return ok;
}

void text_piece(const struct text *text, double video_s, struct piece *piece)
{
	double seconds = video_s > 0 ? video_s : text->end_s;
	char lines[160];

	snprintf(lines, sizeof lines, "#EXTINF:%.6f,\n%s\n", seconds, piece->file);
	free(piece->playlist);
	piece->playlist = strdup(lines);
	if (piece->playlist == NULL)
		abort();
	piece->frames = text->cues;
	piece->duration_us = piece->longest_us = llround(seconds * 1e6);
	if (seconds > 0)
		piece->peak_bps = (int64_t)ceil((double)piece->size_bytes * 8 / seconds);
	snprintf(piece->codecs, sizeof piece->codecs, "wvtt");
}
