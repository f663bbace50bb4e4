/*
 * multipart.c - finds parts in a multipart/form-data body that arrives in pieces of any size.
 *
 * A boundary's delimiter is CR LF -- BOUNDARY, and CR is no character of a boundary: so the only
 * place where a match can begin anew is a CR, and bytes held back over a cut are a prefix of the
 * delimiter and need no copy.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "ingest/multipart.h"

/* What multipart_next was given. */
struct feed {
	const char *at;
	size_t len;
	const char *data;
	size_t data_len;
	bool lent;
};

void multipart_init(struct multipart *m, const char *boundary)
{
	memset(m, 0, offsetof(struct multipart, head));
	m->state = MULTIPART_IN_PREAMBLE;
	memcpy(m->delimiter, "\r\n--", 4);
	m->delimiter_len = 4 + strlen(boundary);
	memcpy(m->delimiter + 4, boundary, m->delimiter_len - 4);
	m->matched = m->borrowed = 2;           /* the first boundary may be the first line */
}

static void take(struct feed *f, size_t len)
{
	f->at += len;
	f->len -= len;
}

static enum multipart_event bad(struct multipart *m, enum multipart_fault fault)
{
	m->state = MULTIPART_IN_FAULT;
	m->fault = fault;
	return MULTIPART_BAD;
}

/* `len` bytes of content or of preamble: told, or counted and dropped. */
static enum multipart_event tell(struct multipart *m, struct feed *f, const char *data, size_t len, bool lent)
{
	if (!m->in_part) {
		m->preamble_bytes += len;
		return m->preamble_bytes > MULTIPART_PREAMBLE_BYTES ? bad(m, MULTIPART_SYNTAX) : MULTIPART_MORE;
	}
	if (len == 0)
		return MULTIPART_MORE;
	f->data = data;
	f->data_len = len;
	f->lent = lent;
	return MULTIPART_DATA;
}

/* The first `len` bytes of m->delimiter were no boundary after all. */
static enum multipart_event tell_held(struct multipart *m, struct feed *f, size_t len)
{
	size_t borrowed = m->borrowed;

	m->matched = m->borrowed = m->tail_len = 0;
	m->state = m->in_part ? MULTIPART_IN_CONTENT : MULTIPART_IN_PREAMBLE;
	return tell(m, f, m->delimiter + borrowed, len - borrowed, true);
}

/* Goes on with a match that the last cut interrupted. */
static enum multipart_event go_on_matching(struct multipart *m, struct feed *f)
{
	while (f->len > 0 && m->matched < m->delimiter_len) {
		if (*f->at != m->delimiter[m->matched])
			return tell_held(m, f, m->matched);
		m->matched++;
		take(f, 1);
	}
	if (m->matched == m->delimiter_len)
		m->state = MULTIPART_IN_DELIMITER;
	return MULTIPART_MORE;
}

/* Bytes before the first that may begin a delimiter; m->matched: how much of one is there. */
static size_t find_delimiter(struct multipart *m, const char *bytes, size_t len)
{
	const char *at = bytes, *end = bytes + len;

	while ((at = memchr(at, '\r', (size_t)(end - at))) != NULL) {
		size_t rest = (size_t)(end - at);

		if (rest > m->delimiter_len)
			rest = m->delimiter_len;
		if ((rest == 1 || at[1] == '\n') && memcmp(at, m->delimiter, rest) == 0) {
			m->matched = rest;
			return (size_t)(at - bytes);
		}
		at++;
	}
	return len;
}

static enum multipart_event take_content(struct multipart *m, struct feed *f)
{
	const char *from = f->at;
	size_t len;

	if (m->matched > 0)
		return go_on_matching(m, f);
	len = find_delimiter(m, f->at, f->len);
	take(f, len + m->matched);
	if (m->matched == m->delimiter_len)
		m->state = MULTIPART_IN_DELIMITER;
	return tell(m, f, from, len, false);
}

static enum multipart_event end_part(struct multipart *m, enum multipart_event otherwise)
{
	if (!m->in_part)
		return otherwise;
	m->in_part = false;
	return MULTIPART_PART_END;
}

static enum multipart_event begin_head(struct multipart *m)
{
	if (++m->parts > MULTIPART_PARTS)
		return bad(m, MULTIPART_TOO_MANY_PARTS);
	m->state = MULTIPART_IN_HEAD;
	m->matched = m->borrowed = m->tail_len = 0;
	m->head_len = m->line_start = m->lines = 0;
	m->name = m->filename = NULL;
	m->disposed = false;
	return end_part(m, MULTIPART_MORE);
}

static enum multipart_event begin_epilogue(struct multipart *m)
{
	enum multipart_event event = end_part(m, MULTIPART_END);

	m->state = MULTIPART_IN_EPILOGUE;
	m->ended = event == MULTIPART_END;
	return event;
}

/* Behind a boundary come "--", or blanks and CRLF; else it was content that looked like one. */
static enum multipart_event take_delimiter(struct multipart *m, struct feed *f)
{
	char *tail = m->delimiter + m->delimiter_len;
	char last = m->tail_len > 0 ? tail[m->tail_len - 1] : '\0';
	char c;

	if (f->len == 0)
		return MULTIPART_MORE;
	c = *f->at;
	if (last == '-' ? c != '-' : last == '\r' ? c != '\n' :
	    c != '\r' && c != ' ' && c != '\t' && (c != '-' || m->tail_len > 0))
		return tell_held(m, f, m->delimiter_len + m->tail_len);
	if (m->tail_len == MULTIPART_PADDING_BYTES)
		return bad(m, MULTIPART_SYNTAX);
	tail[m->tail_len++] = c;
	take(f, 1);
	if (last == '-')
		return begin_epilogue(m);
	return last == '\r' ? begin_head(m) : MULTIPART_MORE;
}

static bool encoding_plain(const char *value)
{
	return strcasecmp(value, "7bit") == 0 || strcasecmp(value, "8bit") == 0 || strcasecmp(value, "binary") == 0;
}

/* One header field, NUL-terminated in place. */
static enum multipart_event take_field(struct multipart *m, char *line)
{
	char *value = strchr(line, ':');
	struct disposition d;

	if (value == NULL || value == line)
		return bad(m, MULTIPART_SYNTAX);
	*value++ = '\0';
	value += strspn(value, " \t");
	if (strcasecmp(line, "Content-Transfer-Encoding") == 0 && !encoding_plain(value))
		return bad(m, MULTIPART_ENCODED);
	if (strcasecmp(line, "Content-Disposition") != 0)
		return MULTIPART_MORE;
	if (m->disposed || !disposition_parse(value, &d))
		return bad(m, MULTIPART_SYNTAX);
	m->disposed = true;
	m->name = d.name;
	m->filename = d.filename;
	return MULTIPART_MORE;
}

static enum multipart_event begin_content(struct multipart *m)
{
	m->state = MULTIPART_IN_CONTENT;
	m->in_part = true;
	m->matched = m->borrowed = 2;           /* the blank line's CRLF may be the delimiter's */
	return MULTIPART_PART;
}

static enum multipart_event take_line(struct multipart *m)
{
	char *line = m->head + m->line_start;
	size_t len = m->head_len - m->line_start;

	if (len < 2 || line[len - 2] != '\r')
		return bad(m, MULTIPART_SYNTAX);
	if (len == 2)
		return begin_content(m);
	if (++m->lines > MULTIPART_HEAD_LINES)
		return bad(m, MULTIPART_HEAD_TOO_LARGE);
	line[len - 2] = '\0';
	if (strlen(line) != len - 2)
		return bad(m, MULTIPART_SYNTAX);
	m->line_start = m->head_len;
	return take_field(m, line);
}

static enum multipart_event take_head(struct multipart *m, struct feed *f)
{
	const char *newline = f->len > 0 ? memchr(f->at, '\n', f->len) : NULL;
	size_t len = newline != NULL ? (size_t)(newline - f->at) + 1 : f->len;

	if (m->head_len + len > MULTIPART_HEAD_BYTES)
		return bad(m, MULTIPART_HEAD_TOO_LARGE);
	if (len > 0)
		memcpy(m->head + m->head_len, f->at, len);
	m->head_len += len;
	take(f, len);
	return newline != NULL ? take_line(m) : MULTIPART_MORE;
}

static enum multipart_event take_epilogue(struct multipart *m, struct feed *f)
{
	if (!m->ended) {
		m->ended = true;
		return MULTIPART_END;
	}
	take(f, f->len);
	return MULTIPART_MORE;
}

static enum multipart_event step(struct multipart *m, struct feed *f)
{
	switch (m->state) {
	case MULTIPART_IN_PREAMBLE:
	case MULTIPART_IN_CONTENT: return f->len > 0 ? take_content(m, f) : MULTIPART_MORE;
	case MULTIPART_IN_DELIMITER: return take_delimiter(m, f);
	case MULTIPART_IN_HEAD: return take_head(m, f);
	case MULTIPART_IN_EPILOGUE: return take_epilogue(m, f);
	case MULTIPART_IN_FAULT: break;
	}
	return MULTIPART_BAD;
}

enum multipart_event multipart_next(struct multipart *m, const char **bytes, size_t *len,
				    const char **data, size_t *data_len, bool *lent)
{
	struct feed f = { *bytes, *len, NULL, 0, false };
	enum multipart_event event;

	do
		event = step(m, &f);
	while (event == MULTIPART_MORE && f.len > 0);
	*bytes = f.at;
	*len = f.len;
	*data = f.data;
	*data_len = f.data_len;
	*lent = f.lent;
	return event;
}
