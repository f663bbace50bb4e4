/*
 * layout_header.c - what stands before the payload of a hybrid file: a moov as of any plain MP4.  Times
 * in it are 0 and there is no udta: the bytes depend on the pieces alone.
 *
 * Brands: isom and iso2 for the boxes, mp41 for old readers, iso4 for negative composition offsets, and
 * the codec's own.  Not iso5 or iso6, although there are fragments: what lies in an mdat is no box to who
 * reads this file by its header, and who reads the fragments has the brands of the init segment.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "encode/layout.h"
#include "encode/put.h"

#define TKHD_ENABLED_IN_MOVIE 3
#define TKHD_TAIL_BYTES 60      /* from behind the duration: layer, volume, matrix, size (ISO/IEC 14496-12, 8.3.2) */
#define MDAT_HEAD_BYTES 16

/* The header being written. */
struct heading {
	const struct layout *layout;
	struct buf *out;
	uint32_t timescale;             /* of the movie: of the first track, so that the picture's times are exact */
	uint64_t base;                  /* where the payload begins in the file */
	size_t track;                   /* whose trak is being written */
};

static const struct layout_track *current(const struct heading *h)
{
	return h->layout->tracks[h->track];
}

/* A track's duration in the movie's timescale, rounded. */
static uint64_t movie_duration(const struct heading *h, const struct layout_track *track)
{
	unsigned __int128 ticks = (unsigned __int128)track->tables.time * h->timescale;

	return (uint64_t)((ticks + track->timescale / 2) / track->timescale);
}

/* ftyp ---------------------------------------------------------------------------------------- */

/* The first sample entry of a track; 0 where there is none. */
static uint32_t entry_of(const struct layout_track *track)
{
	static const uint32_t path[] = {
		BOX_TYPE('m', 'o', 'o', 'v'), BOX_TYPE('t', 'r', 'a', 'k'), BOX_TYPE('m', 'd', 'i', 'a'), BOX_TYPE('m', 'i', 'n', 'f'),
		BOX_TYPE('s', 't', 'b', 'l'), BOX_TYPE('s', 't', 's', 'd'),
	};
	struct bytes inside = bytes_of((const uint8_t *)track->init.data, track->init.len);
	struct box box;

	for (size_t i = 0; i < sizeof path / sizeof path[0]; i++) {
		if (!box_find(inside, path[i], &box))
			return 0;
		inside = box.body;
	}
	bytes_skip(&inside, 8);
	return box_next(&inside, &box) ? box.type : 0;
}

static void put_ftyp(struct heading *h)
{
	size_t at = put_open(h->out, BOX_TYPE('f', 't', 'y', 'p'));
	bool negative = false;

	put_u32(h->out, BOX_TYPE('i', 's', 'o', 'm'));
	put_u32(h->out, 0x200);
	put_u32(h->out, BOX_TYPE('i', 's', 'o', 'm'));
	put_u32(h->out, BOX_TYPE('i', 's', 'o', '2'));
	for (size_t i = 0; i < h->layout->count; i++) {
		uint32_t entry = entry_of(h->layout->tracks[i]);

		negative |= h->layout->tracks[i]->tables.has_negative;
		if (entry == BOX_TYPE('a', 'v', 'c', '1') || entry == BOX_TYPE('a', 'v', '0', '1'))
			put_u32(h->out, entry);
	}
	if (negative)
		put_u32(h->out, BOX_TYPE('i', 's', 'o', '4'));
	put_u32(h->out, BOX_TYPE('m', 'p', '4', '1'));
	put_close(h->out, at);
}

/* stbl ---------------------------------------------------------------------------------------- */

/* A row where the number of samples changes. */
static void put_chunk_runs(struct heading *h)
{
	const struct layout_track *track = current(h);
	size_t at = put_open_full(h->out, BOX_TYPE('s', 't', 's', 'c'), 0, 0), rows_at = h->out->len;
	uint32_t rows = 0;

	put_u32(h->out, 0);
	for (size_t i = 0; i < track->count; i++)
		if (i == 0 || track->fragments[i].samples != track->fragments[i - 1].samples) {
			put_u32(h->out, (uint32_t)i + 1);
			put_u32(h->out, track->fragments[i].samples);
			put_u32(h->out, 1);
			rows++;
		}
	put_u32_at(h->out, rows_at, rows);
	put_close(h->out, at);
}

/* One chunk a fragment: its samples lie together. */
static void put_chunks(struct heading *h)
{
	size_t at = put_open_full(h->out, BOX_TYPE('c', 'o', '6', '4'), 0, 0);
	const struct layout_fragment *f;
	struct layout_walk walk = { 0 };

	put_u32(h->out, (uint32_t)current(h)->count);
	while ((f = layout_next(h->layout, &walk)) != NULL)
		if (walk.track == h->track)
			put_u64(h->out, h->base + walk.offset + f->data);
	put_close(h->out, at);
}

static void put_stbl(struct heading *h, struct bytes inside)
{
	size_t at = put_open(h->out, BOX_TYPE('s', 't', 'b', 'l'));
	struct box stsd;

	if (box_find(inside, BOX_TYPE('s', 't', 's', 'd'), &stsd))
		buf_put(h->out, stsd.start, stsd.size);
	tables_put(&current(h)->tables, h->out);
	put_chunk_runs(h);
	put_chunks(h);
	put_close(h->out, at);
}

/* trak ---------------------------------------------------------------------------------------- */

/* Behind the version, in both versions of mvhd, tkhd and mdhd: two times of 4 or 8 bytes. */
static void skip_times(struct bytes *body, bool *wide)
{
	*wide = bytes_u32(body) >> 24 == 1;
	bytes_skip(body, *wide ? 16 : 8);
}

static void put_tkhd(struct heading *h, struct bytes body)
{
	size_t at = put_open_full(h->out, BOX_TYPE('t', 'k', 'h', 'd'), 1, TKHD_ENABLED_IN_MOVIE);
	bool wide;

	skip_times(&body, &wide);
	bytes_skip(&body, wide ? 16 : 12);
	put_u64(h->out, 0);
	put_u64(h->out, 0);
	put_u32(h->out, (uint32_t)h->track + 1);
	put_u32(h->out, 0);
	put_u64(h->out, movie_duration(h, current(h)));
	if (body.left >= TKHD_TAIL_BYTES)
		buf_put(h->out, body.at, TKHD_TAIL_BYTES);
	put_close(h->out, at);
}

static void put_mdhd(struct heading *h, struct bytes body)
{
	size_t at = put_open_full(h->out, BOX_TYPE('m', 'd', 'h', 'd'), 1, 0);
	bool wide;

	skip_times(&body, &wide);
	bytes_skip(&body, wide ? 12 : 8);
	put_u64(h->out, 0);
	put_u64(h->out, 0);
	put_u32(h->out, current(h)->timescale);
	put_u64(h->out, current(h)->tables.time);
	put_u32(h->out, bytes_u32(&body));
	put_close(h->out, at);
}

/* The picture starts with its first picture, whatever the reorder delay. */
static void put_edits(struct heading *h)
{
	size_t at, elst;

	if (!current(h)->is_video)
		return;
	at = put_open(h->out, BOX_TYPE('e', 'd', 't', 's'));
	elst = put_open_full(h->out, BOX_TYPE('e', 'l', 's', 't'), 1, 0);
	put_u32(h->out, 1);
	put_u64(h->out, movie_duration(h, current(h)));
	put_u64(h->out, (uint64_t)current(h)->first_offset);
	put_u32(h->out, 0x10000);
	put_close(h->out, elst);
	put_close(h->out, at);
}

/* Copies the boxes of a trak (depth 0), its mdia (1) or minf (2), and writes anew those that change. */
static void put_inside(struct heading *h, struct bytes inside, int depth)
{
	struct box box;

	while (box_next(&inside, &box)) {
		size_t at;

		switch (box.type) {
		case BOX_TYPE('t', 'k', 'h', 'd'):
			put_tkhd(h, box.body);
			put_edits(h);
			break;
		case BOX_TYPE('m', 'd', 'h', 'd'):
			put_mdhd(h, box.body);
			break;
		case BOX_TYPE('s', 't', 'b', 'l'):
			put_stbl(h, box.body);
			break;
		case BOX_TYPE('e', 'd', 't', 's'):
			break;
		case BOX_TYPE('m', 'd', 'i', 'a'):
		case BOX_TYPE('m', 'i', 'n', 'f'):
			if (depth == 2)
				break;
			at = put_open(h->out, box.type);
			put_inside(h, box.body, depth + 1);
			put_close(h->out, at);
			break;
		default:
			buf_put(h->out, box.start, box.size);
		}
	}
}

static void put_trak(struct heading *h)
{
	struct bytes init = bytes_of((const uint8_t *)current(h)->init.data, current(h)->init.len);
	size_t at = put_open(h->out, BOX_TYPE('t', 'r', 'a', 'k'));
	struct box moov, trak;

	if (box_find(init, BOX_TYPE('m', 'o', 'o', 'v'), &moov) && box_find(moov.body, BOX_TYPE('t', 'r', 'a', 'k'), &trak))
		put_inside(h, trak.body, 0);
	put_close(h->out, at);
}

/* moov ---------------------------------------------------------------------------------------- */

static void put_mvhd(struct heading *h)
{
	static const uint32_t matrix[9] = { 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000 };
	size_t at = put_open_full(h->out, BOX_TYPE('m', 'v', 'h', 'd'), 1, 0);
	uint64_t longest = 0;

	for (size_t i = 0; i < h->layout->count; i++) {
		uint64_t duration = movie_duration(h, h->layout->tracks[i]);

		longest = duration > longest ? duration : longest;
	}
	put_u64(h->out, 0);
	put_u64(h->out, 0);
	put_u32(h->out, h->timescale);
	put_u64(h->out, longest);
	put_u32(h->out, 0x10000);               /* rate */
	put_u16(h->out, 0x100);                 /* volume */
	put_u16(h->out, 0);
	put_u64(h->out, 0);
	for (size_t i = 0; i < 9; i++)
		put_u32(h->out, matrix[i]);
	for (size_t i = 0; i < 6; i++)
		put_u32(h->out, 0);
	put_u32(h->out, (uint32_t)h->layout->count + 1);
	put_close(h->out, at);
}

static void put_all(struct heading *h, uint64_t payload)
{
	size_t moov;

	put_ftyp(h);
	moov = put_open(h->out, BOX_TYPE('m', 'o', 'o', 'v'));
	put_mvhd(h);
	for (h->track = 0; h->track < h->layout->count; h->track++)
		put_trak(h);
	put_close(h->out, moov);
	put_u32(h->out, 1);
	put_u32(h->out, BOX_TYPE('m', 'd', 'a', 't'));
	put_u64(h->out, MDAT_HEAD_BYTES + payload);
}

/* Written twice: chunk offsets have 8 bytes always, so the first tells how long it is. */
void layout_header(const struct layout *layout, struct buf *out)
{
	struct heading heading = { .layout = layout, .out = out, .timescale = layout->tracks[0]->timescale };
	uint64_t payload = 0;
	size_t start = out->len;

	for (size_t i = 0; i < layout->count; i++)
		payload += layout->tracks[i]->bytes;
	put_all(&heading, payload);
	heading.base = out->len - start;
	buf_cut(out, start);
	put_all(&heading, payload);
}
