/* bytes.h - spans of bytes, big-endian numbers, and boxes.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_BYTES_H
#define CLIPMILL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes that belong to somebody else. */
struct span {
	const uint8_t *at;
	size_t len;
};

static inline uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t get64(const uint8_t *p)
{
	return (uint64_t)get32(p) << 32 | get32(p + 4);
}

static inline void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void put32(uint8_t *p, uint32_t v)
{
	put16(p, (uint16_t)(v >> 16));
	put16(p + 2, (uint16_t)v);
}

static inline void put64(uint8_t *p, uint64_t v)
{
	put32(p, (uint32_t)(v >> 32));
	put32(p + 4, (uint32_t)v);
}

/* What is left from byte `n` on; nothing where it is shorter. */
static inline struct span span_from(struct span s, size_t n)
{
	return n <= s.len ? (struct span){ s.at + n, s.len - n } : (struct span){ s.at + s.len, 0 };
}

/*
 * Takes one box (ISO/IEC 14496-12 4.2) off the front of `*rest`: its type and what is inside.  False
 * where no whole box is left.  A size of 0, "to the end of the file", is not taken: nothing that we
 * read may be open-ended.
 */
static inline bool span_box(struct span *rest, char type[5], struct span *body)
{
	uint64_t size;
	size_t head = 8;

	if (rest->len < 8)
		return false;
	size = get32(rest->at);
	memcpy(type, rest->at + 4, 4);
	type[4] = '\0';
	if (size == 1) {
		if (rest->len < 16)
			return false;
		size = get64(rest->at + 8);
		head = 16;
	}
	if (size < head || size > rest->len)
		return false;
	*body = (struct span){ rest->at + head, (size_t)size - head };
	*rest = span_from(*rest, (size_t)size);
	return true;
}

/* The first box of a type among those that stand side by side in `in`. */
static inline bool span_find(struct span in, const char *wanted, struct span *body)
{
	char type[5];

	while (span_box(&in, type, body))
		if (memcmp(type, wanted, 4) == 0)
			return true;
	return false;
}

static inline size_t span_count(struct span in, const char *wanted)
{
	struct span body;
	size_t count = 0;
	char type[5];

	while (span_box(&in, type, &body))
		count += memcmp(type, wanted, 4) == 0;
	return count;
}

#endif
