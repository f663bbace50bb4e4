/* bytes.h - big-endian numbers and ISO boxes, from bytes that nobody vouches for.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_BYTES_H
#define CLIPMILL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What is left to read.  Reading past the end gives zeros and sets `bad`, for good. */
struct bytes {
	const uint8_t *at;
	size_t left;
	bool bad;
};

static inline struct bytes bytes_of(const uint8_t *at, size_t len)
{
	return (struct bytes){ at, len, false };
}

static inline uint64_t bytes_number(struct bytes *b, size_t count)
{
	uint64_t value = 0;

	if (b->left < count) {
		b->bad = true;
		b->left = 0;
		return 0;
	}
	for (size_t i = 0; i < count; i++)
		value = value << 8 | b->at[i];
	b->at += count;
	b->left -= count;
	return value;
}

static inline uint8_t bytes_u8(struct bytes *b)
{
	return (uint8_t)bytes_number(b, 1);
}

static inline uint16_t bytes_u16(struct bytes *b)
{
	return (uint16_t)bytes_number(b, 2);
}

static inline uint32_t bytes_u32(struct bytes *b)
{
	return (uint32_t)bytes_number(b, 4);
}

static inline uint64_t bytes_u64(struct bytes *b)
{
	return bytes_number(b, 8);
}

static inline void bytes_skip(struct bytes *b, size_t count)
{
	if (b->left < count) {
		b->bad = true;
		b->left = 0;
		return;
	}
	b->at += count;
	b->left -= count;
}

#define BOX_TYPE(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* One box (ISO/IEC 14496-12 section 4.2). */
struct box {
	uint32_t type;
	const uint8_t *start;           /* of its header */
	size_t size;                    /* header and all */
	struct bytes body;
};

/*
 * Takes the next box.  False at the end, and, with `from->bad` set, where there is no whole box: a size
 * that is less than its header or more than what is left.  Size 0, "to the end of the file", is none
 * either: who writes a whole file knows it.
 */
static inline bool box_next(struct bytes *from, struct box *box)
{
	struct bytes head = *from;
	uint64_t size;
	size_t header = 8;

	if (from->bad || from->left == 0)
		return false;
	size = bytes_u32(&head);
	box->type = bytes_u32(&head);
	if (size == 1) {
		size = bytes_u64(&head);
		header = 16;
	}
	if (head.bad || size < header || size > from->left) {
		from->bad = true;
		return false;
	}
	box->start = from->at;
	box->size = (size_t)size;
	box->body = bytes_of(from->at + header, (size_t)size - header);
	from->at += box->size;
	from->left -= box->size;
	return true;
}

/* The first box of that type inside.  False where there is none. */
static inline bool box_find(struct bytes inside, uint32_t type, struct box *box)
{
	while (box_next(&inside, box))
		if (box->type == type)
			return true;
	return false;
}

#endif
