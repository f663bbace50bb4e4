/*
 * buf.c - a growing run of bytes, and what escapes text on its way into JSON, HTML and a shell.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

static void reserve(struct buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 256;
	char *data;

	if (b->len + more + 1 <= b->cap)
		return;
	while (cap < b->len + more + 1)
		cap *= 2;
	data = realloc(b->data, cap);
	if (data == NULL)
		abort();
	b->data = data;
	b->cap = cap;
}

void buf_fini(struct buf *b)
{
	free(b->data);
	*b = (struct buf)BUF_INIT;
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->data != NULL)
		b->data[0] = '\0';
}

void buf_cut(struct buf *b, size_t len)
{
	if (len >= b->len)
		return;
	b->len = len;
	b->data[len] = '\0';
}

const char *buf_text(const struct buf *b)
{
	return b->data != NULL ? b->data : "";
}

void buf_put(struct buf *b, const void *bytes, size_t len)
{
	reserve(b, len);
	if (len > 0)
		memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_puts(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
}

void buf_vprintf(struct buf *b, const char *format, va_list ap)
{
	va_list again;
	int need;

	va_copy(again, ap);
	need = vsnprintf(NULL, 0, format, ap);
	if (need >= 0) {
		reserve(b, (size_t)need);
		vsnprintf(b->data + b->len, (size_t)need + 1, format, again);
		b->len += (size_t)need;
	}
	va_end(again);
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	buf_vprintf(b, format, ap);
	va_end(ap);
}

static void json_char(struct buf *b, unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		buf_printf(b, "\\%c", c);
		break;
	case '\n':
		buf_puts(b, "\\n");
		break;
	case '\t':
		buf_puts(b, "\\t");
		break;
	default:
		if (c < 0x20 || c == 0x7f)
			buf_printf(b, "\\u%04x", c);
		else
			buf_put(b, &c, 1);
	}
}

void buf_utf8(struct buf *b, const char *text)
{
	const char *end = text;

	while (*end != '\0') {
		size_t width = utf8_width(end);

		if (width > 0) {
			end += width;
			continue;
		}
		buf_put(b, text, (size_t)(end - text));
		buf_puts(b, "\ufffd");
		text = ++end;
	}
	buf_put(b, text, (size_t)(end - text));
}

void buf_json(struct buf *b, const char *text)
{
	if (text == NULL) {
		buf_puts(b, "null");
		return;
	}
	buf_puts(b, "\"");
	while (*text != '\0') {
		size_t width = utf8_width(text);

		if (width == 1)
			json_char(b, (unsigned char)*text);
		else if (width > 1)
			buf_put(b, text, width);
		else
			buf_puts(b, "\\ufffd");
		text += width > 0 ? width : 1;
	}
	buf_puts(b, "\"");
}

static const char *html_entity(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return NULL;
	}
}

void buf_html(struct buf *b, const char *text)
{
	for (; text != NULL && *text != '\0'; text++) {
		const char *entity = html_entity(*text);

		if (entity != NULL)
			buf_puts(b, entity);
		else
			buf_put(b, text, 1);
	}
}

static bool is_plain(const char *word)
{
	return word[0] != '\0' &&
	       strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=+,@%") == strlen(word);
}

void buf_shell(struct buf *b, const char *word)
{
	if (is_plain(word)) {
		buf_puts(b, word);
		return;
	}
	buf_puts(b, "'");
	for (; *word != '\0'; word++)
		if (*word == '\'')
			buf_puts(b, "'\\''");
		else
			buf_put(b, word, 1);
	buf_puts(b, "'");
}

void buf_keep_tail(struct buf *b, size_t most)
{
	if (b->len <= most)
		return;
	memmove(b->data, b->data + b->len - most, most + 1);
	b->len = most;
}
