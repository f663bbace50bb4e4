/* buf.h - a growing run of bytes.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_BUF_H
#define CLIPMILL_BUF_H

#include <stdarg.h>
#include <stddef.h>

/*
 * A growing run of bytes.  `data` is always NUL-terminated once anything was put, and owned by the
 * buffer.  Running out of memory aborts: what grows here is bounded by its callers.
 */
struct buf {
	char *data;     /* NULL until the first put */
	size_t len;     /* bytes used, without the final NUL */
	size_t cap;     /* bytes allocated */
};

#define BUF_INIT { NULL, 0, 0 }

/* Frees the bytes; the buffer is empty and can be used again. */
void buf_fini(struct buf *b);

/* Empties the buffer and keeps its memory. */
void buf_reset(struct buf *b);

/* Forgets what comes after the first `len` bytes. */
void buf_cut(struct buf *b, size_t len);

/* The text so far, never NULL. */
const char *buf_text(const struct buf *b);

void buf_put(struct buf *b, const void *bytes, size_t len);
void buf_puts(struct buf *b, const char *text);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3), nonnull(2)));
void buf_vprintf(struct buf *b, const char *format, va_list ap) __attribute__((format(printf, 2, 0), nonnull(2)));

/* Puts `text`, each byte that is not UTF-8 as U+FFFD. */
void buf_utf8(struct buf *b, const char *text);

/* Puts `text` as a JSON string with its quotes (RFC 8259 section 7), each byte that is not UTF-8 as U+FFFD; NULL puts null. */
void buf_json(struct buf *b, const char *text);

/* Puts `text` for HTML content or a quoted attribute: & < > " ' become entities. */
void buf_html(struct buf *b, const char *text);

/* Puts `word` as a POSIX shell takes it for one word: as it is, or in single quotes. */
void buf_shell(struct buf *b, const char *word);

/* Keeps only the last `most` bytes: the tail of a stream that is too long to keep. */
void buf_keep_tail(struct buf *b, size_t most);

#endif
