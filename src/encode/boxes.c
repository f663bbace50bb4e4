/*
 * boxes.c - fragmented MP4 as our children write it, read as if a stranger had.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "encode/boxes.h"
#include "encode/bytes.h"
#include "encode/codecs.h"
#include "encode/moof.h"
#include "encode/trak.h"

/* A file on its way in. */
struct reading {
	const uint8_t *bytes;
	struct fragmented *file;
	struct sample_defaults trex;
	uint32_t track;
	bool has_moov;
	const char *wrong;              /* the first thing that is */
};

static bool wrong(struct reading *r, const char *what)
{
	if (r->wrong == NULL)
		r->wrong = what;
	return false;
}

/* moov ---------------------------------------------------------------------------------------- */

static bool read_trak(struct reading *r, struct bytes body)
{
	struct trak trak;
	const char *why = trak_read(body, &trak);

	if (why != NULL)
		return wrong(r, why);
	r->track = trak.id;
	r->file->timescale = trak.timescale;
	if (!codecs_read(trak.stsd, r->file))
		return wrong(r, "its codec is not one that we write");
	return codecs_handled(trak.handler, r->file) || wrong(r, "its track is for something else than its codec");
}

static void read_trex(struct reading *r, struct bytes trex)
{
	r->trex = (struct sample_defaults){ .has_duration = true, .has_size = true, .has_flags = true };
	bytes_skip(&trex, 12);
	r->trex.duration = bytes_u32(&trex);
	r->trex.size = bytes_u32(&trex);
	r->trex.flags = bytes_u32(&trex);
}

static bool read_moov(struct reading *r, struct box *moov)
{
	struct bytes inside = moov->body;
	struct box box, trex;
	int tracks = 0;

	if (r->has_moov)
		return wrong(r, "it has two headers");
	r->has_moov = true;
	r->file->init_size = (uint64_t)(moov->start + moov->size - r->bytes);
	while (box_next(&inside, &box)) {
		if (box.type == BOX_TYPE('t', 'r', 'a', 'k') && ++tracks == 1 && !read_trak(r, box.body))
			return false;
		if (box.type == BOX_TYPE('m', 'v', 'e', 'x') && box_find(box.body, BOX_TYPE('t', 'r', 'e', 'x'), &trex))
			read_trex(r, trex.body);
	}
	return (!inside.bad && tracks == 1) || wrong(r, "it does not have exactly one track");
}

/* Fragments ----------------------------------------------------------------------------------- */

/* A moof and what must follow it. */
static bool read_fragment(struct reading *r, const struct box *moof, struct bytes *rest)
{
	struct fragment fragment;
	const char *why;

	if (!r->has_moov)
		return wrong(r, "a fragment comes before the header");
	why = moof_read(r->bytes, &r->trex, moof, rest, &fragment);
	if (why != NULL)
		return wrong(r, why);
	if (fragment.track != r->track)
		return wrong(r, "a fragment is of another track");
	fragmented_keep(r->file, &fragment);
	return true;
}

/* The file ------------------------------------------------------------------------------------ */

static bool read_top(struct reading *r, struct bytes rest)
{
	struct box box;
	bool first = true;

	for (; box_next(&rest, &box); first = false) {
		if (first != (box.type == BOX_TYPE('f', 't', 'y', 'p')))
			return wrong(r, "it does not begin as an MP4 file");
		switch (box.type) {
		case BOX_TYPE('m', 'o', 'o', 'v'):
			if (!read_moov(r, &box))
				return false;
			break;
		case BOX_TYPE('m', 'o', 'o', 'f'):
			if (!read_fragment(r, &box, &rest))
				return false;
			break;
		case BOX_TYPE('f', 't', 'y', 'p'):
		case BOX_TYPE('s', 't', 'y', 'p'):
		case BOX_TYPE('s', 'i', 'd', 'x'):
		case BOX_TYPE('m', 'f', 'r', 'a'):
		case BOX_TYPE('f', 'r', 'e', 'e'):
			break;
		default:
			return wrong(r, "it holds a box that we never write");
		}
	}
	if (rest.bad)
		return wrong(r, "its end is torn off");
	return r->file->samples > 0 || wrong(r, "it holds no samples");
}

bool fragmented_read(const uint8_t *bytes, size_t len, struct fragmented *file, char *error, size_t error_size)
{
	struct reading r = { .bytes = bytes, .file = file };

	memset(file, 0, sizeof *file);
	if (len == 0 || bytes == NULL)
		wrong(&r, "it is empty");
	else
		read_top(&r, bytes_of(bytes, len));
	if (r.wrong == NULL)
		return true;
	snprintf(error, error_size, "A file that was made is not usable: %s.", r.wrong);
	fragmented_fini(file);
	return false;
}

void fragmented_keep(struct fragmented *file, const struct fragment *fragment)
{
	if (file->count % 64 == 0) {
		struct fragment *grown = realloc(file->fragments, (file->count + 64) * sizeof *grown);

		if (grown == NULL)
			abort();
		file->fragments = grown;
	}
	file->fragments[file->count++] = *fragment;
	file->samples += fragment->samples;
	file->duration += fragment->duration;
}

static bool belongs(const struct fragment *f, const struct fragment *next, uint64_t wished)
{
	return f->offset + f->size == next->offset && f->duration + next->duration / 2 <= wished;
}

void fragmented_join(struct fragmented *file, int64_t wished_ms, int64_t from_ms)
{
	uint64_t wished = file->timescale * (uint64_t)wished_ms / 1000, from = file->timescale * (uint64_t)from_ms / 1000;
	struct fragment *last = file->fragments;
	uint64_t at = last->duration;           /* where the next one begins */

	for (size_t i = 1; i < file->count; i++) {
		const struct fragment *next = &file->fragments[i];
		bool is_behind = at - last->duration >= from;

		at += next->duration;
		if (is_behind && belongs(last, next, wished)) {
			last->size += next->size;
			last->duration += next->duration;
			last->samples += next->samples;
		} else
			*++last = *next;
	}
	file->count = (size_t)(last - file->fragments) + 1;
}

void fragmented_fini(struct fragmented *file)
{
	free(file->fragments);
	memset(file, 0, sizeof *file);
}

static void store_number(uint8_t *to, uint64_t value, size_t count)
{
	for (size_t i = count; i-- > 0; value >>= 8)
		to[i] = (uint8_t)value;
}

/* Where a fragment comes to lie when the first one is moved to `start`.  False: it cannot be told in its tfdt. */
static bool placed(const struct fragmented *file, const struct fragment *f, uint64_t start, uint64_t *at)
{
	int64_t from_first = (int64_t)(f->decode_time - file->fragments[0].decode_time);

	if (from_first < 0 ? start < 0 - (uint64_t)from_first : start > INT64_MAX - (uint64_t)from_first)
		return false;
	*at = start + (uint64_t)from_first;
	return f->decode_time_bytes == 8 || *at <= UINT32_MAX;
}

bool fragmented_place(uint8_t *bytes, struct fragmented *file, uint64_t start)
{
	uint64_t at;

	for (size_t i = 0; i < file->count; i++)
		if (!placed(file, &file->fragments[i], start, &at))
			return false;
	for (size_t i = file->count; i-- > 0;) {
		struct fragment *f = &file->fragments[i];

		placed(file, f, start, &f->decode_time);
		store_number(bytes + f->decode_time_at, f->decode_time, f->decode_time_bytes);
	}
	return true;
}
