/* pieces.h - small fragmented MP4 files, as a child would write them.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_TEST_PIECES_H
#define CLIPMILL_TEST_PIECES_H

#include <string.h>

#include "encode/bytes.h"
#include "encode/put.h"

#define TICK 1001               /* of a picture */

static inline size_t open_named(struct buf *out, const char *type)
{
	return put_open(out, BOX_TYPE((uint8_t)type[0], (uint8_t)type[1], (uint8_t)type[2], (uint8_t)type[3]));
}

static inline void put_row(struct buf *out, size_t count, const uint32_t *values)
{
	for (size_t i = 0; i < count; i++)
		put_u32(out, values[i]);
}
#define PUT(out, ...) put_row((out), sizeof((const uint32_t[]){ __VA_ARGS__ }) / 4, (const uint32_t[]){ __VA_ARGS__ })

static inline void put_zeros(struct buf *out, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_number(out, 0, 1);
}

/* A sample entry with one box in it. */
static inline void put_stsd(struct buf *out, const char *entry, size_t head, const char *config, const void *bytes, size_t len)
{
	static const uint8_t size[] = { 0, 64, 0, 48 };
	size_t stsd = open_named(out, "stsd"), at, box;

	PUT(out, 0, 1);
	at = open_named(out, entry);
	put_zeros(out, head);
	memcpy(out->data + at + 8 + 24, size, sizeof size);
	box = open_named(out, config);
	buf_put(out, bytes, len);
	put_close(out, box);
	put_close(out, at);
	put_close(out, stsd);
}

static inline void put_trak(struct buf *out, bool video, uint32_t timescale)
{
	static const uint8_t avcc[] = { 1, 0x64, 0, 0x1f };
	static const uint8_t dops[] = { 0, 2, 1, 0x38, 0, 0, 0xbb, 0x80, 0, 0, 0 };
	size_t trak = open_named(out, "trak"), mdia, minf, stbl, box = open_named(out, "tkhd");

	PUT(out, 3, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000, 64 << 16, 48 << 16);
	put_close(out, box);
	mdia = open_named(out, "mdia");
	box = open_named(out, "mdhd");
	PUT(out, 0, 0, 0, timescale, 0, 0x55c40000);
	put_close(out, box);
	box = open_named(out, "hdlr");
	PUT(out, 0, 0);
	buf_puts(out, video ? "vide" : "soun");
	put_close(out, box);
	minf = open_named(out, "minf");
	stbl = open_named(out, "stbl");
	if (video)
		put_stsd(out, "avc1", 78, "avcC", avcc, sizeof avcc);
	else
		put_stsd(out, "Opus", 28, "dOps", dops, sizeof dops);
	put_close(out, stbl);
	put_close(out, minf);
	put_close(out, mdia);
	put_close(out, trak);
}

/* ftyp and moov. */
static inline void put_init(struct buf *out, bool video, uint32_t timescale)
{
	size_t box = open_named(out, "ftyp"), mvex;

	buf_puts(out, "iso5");
	put_u32(out, 0);
	put_close(out, box);
	box = open_named(out, "moov");
	put_trak(out, video, timescale);
	mvex = open_named(out, "mvex");
	size_t trex = open_named(out, "trex");
	PUT(out, 0, 1, 1, TICK, 5, 0);
	put_close(out, trex);
	put_close(out, mvex);
	put_close(out, box);
}

/* How a fragment is made. */
struct fragment_plan {
	uint64_t decode_time;
	uint32_t samples, duration;     /* of each, ticks */
	uint32_t delay;                 /* composition offset of the first sample; the others have other ones */
	bool not_sync;                  /* the first is no keyframe */
	bool all_sync;
	bool leans_on_trex;             /* the sizes are not told */
	uint32_t bytes;                 /* of the first sample; each one has one more than the one before */
};

static inline void put_traf(struct buf *out, const struct fragment_plan *p, size_t *offset_at)
{
	size_t traf = open_named(out, "traf"), box = open_named(out, "tfhd");

	PUT(out, 0x20020, 1, 0x10000);
	put_close(out, box);
	box = put_open_full(out, BOX_TYPE('t', 'f', 'd', 't'), 1, 0);
	put_u64(out, p->decode_time);
	put_close(out, box);
	box = open_named(out, "trun");
	PUT(out, p->leans_on_trex ? 0xd01u : 0xf01u, p->samples);
	*offset_at = out->len;
	put_u32(out, 0);
	for (uint32_t i = 0; i < p->samples; i++) {
		put_u32(out, p->duration);
		if (!p->leans_on_trex)
			put_u32(out, p->bytes + i);
		put_u32(out, p->all_sync || (i == 0 && !p->not_sync) ? 0x2000000 : 0x1010000);
		put_u32(out, p->delay + (p->delay > 0 ? i % 3 * p->duration : 0));
	}
	put_close(out, box);
	put_close(out, traf);
}

static inline void put_fragment(struct buf *out, const struct fragment_plan *p)
{
	size_t moof = open_named(out, "moof"), offset_at, mdat, len = 0;

	put_traf(out, p, &offset_at);
	put_close(out, moof);
	for (size_t i = 0, value = out->len - moof + 8; i < 4; i++)
		out->data[offset_at + i] = (char)(uint8_t)(value >> (24 - 8 * i));
	mdat = open_named(out, "mdat");
	for (uint32_t i = 0; i < p->samples; i++)
		len += p->leans_on_trex ? 5 : p->bytes + i;
	for (size_t i = 0; i < len; i++)
		put_number(out, i + p->decode_time, 1);
	put_close(out, mdat);
}

#endif
