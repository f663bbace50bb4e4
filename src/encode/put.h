/* put.h - writing big-endian numbers and ISO boxes.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_PUT_H
#define CLIPMILL_PUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* The low `count` bytes of a number, at most 8. */
static inline void put_number(struct buf *out, uint64_t value, size_t count)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)(value >> (8 * (count - 1 - i)));
	buf_put(out, bytes, count);
}

static inline void put_u16(struct buf *out, uint16_t value)
{
	put_number(out, value, 2);
}

static inline void put_u32(struct buf *out, uint32_t value)
{
	put_number(out, value, 4);
}

static inline void put_u64(struct buf *out, uint64_t value)
{
	put_number(out, value, 8);
}

/* Into four bytes that are there, at `at`. */
static inline void put_u32_at(struct buf *out, size_t at, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		out->data[at + i] = (char)(uint8_t)(value >> (24 - 8 * i));
}

/* Begins a box (BOX_TYPE of bytes.h).  Returns where its size stands: put_close fills it in. */
static inline size_t put_open(struct buf *out, uint32_t type)
{
	size_t at = out->len;

	put_u32(out, 0);
	put_u32(out, type);
	return at;
}

/* A full box (ISO/IEC 14496-12, 4.2). */
static inline size_t put_open_full(struct buf *out, uint32_t type, uint8_t version, uint32_t flags)
{
	size_t at = put_open(out, type);

	put_u32(out, (uint32_t)version << 24 | flags);
	return at;
}

static inline void put_close(struct buf *out, size_t at)
{
	put_u32_at(out, at, (uint32_t)(out->len - at));
}

#endif
