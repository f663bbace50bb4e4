/*
 * boxes.c - fragmented MP4 as our children write it, read as if a stranger had.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "encode/boxes.h"
#include "encode/bytes.h"
#include "encode/codecs.h"

/* tfhd and trun flags (ISO/IEC 14496-12, 8.8.7 and 8.8.8). */
enum {
	TFHD_BASE_OFFSET = 0x1, TFHD_DESCRIPTION = 0x2, TFHD_DURATION = 0x8, TFHD_SIZE = 0x10, TFHD_FLAGS = 0x20,
	TFHD_BASE_IS_MOOF = 0x20000,
	TRUN_OFFSET = 0x1, TRUN_FIRST_FLAGS = 0x4, TRUN_DURATION = 0x100, TRUN_SIZE = 0x200, TRUN_FLAGS = 0x400,
	TRUN_COMPOSITION = 0x800,
};
#define SAMPLE_IS_NON_SYNC 0x10000u

/* What a sample has where its trun does not say. */
struct defaults {
	uint32_t duration, size, flags;
};

/* A file on its way in. */
struct reading {
	const uint8_t *bytes;
	struct fragmented *file;
	struct defaults trex;
	uint32_t track;
	bool has_moov;
	const char *wrong;              /* the first thing that is */
};

/* A fragment on its way in. */
struct run {
	struct fragment fragment;
	struct defaults defaults;
	uint64_t data_from, data_to;    /* what its samples use, counted from its moof */
	bool has_time, has_runs;
};

static bool wrong(struct reading *r, const char *what)
{
	if (r->wrong == NULL)
		r->wrong = what;
	return false;
}

/* moov ---------------------------------------------------------------------------------------- */

static uint32_t timescale_of(struct bytes mdhd)
{
	bytes_skip(&mdhd, bytes_u32(&mdhd) >> 24 == 1 ? 16 : 8);
	return bytes_u32(&mdhd);
}

static uint32_t track_of(struct bytes tkhd)
{
	bytes_skip(&tkhd, bytes_u32(&tkhd) >> 24 == 1 ? 16 : 8);
	return bytes_u32(&tkhd);
}

static bool read_trak(struct reading *r, struct bytes trak)
{
	struct box tkhd, mdia, mdhd, minf, stbl, stsd;

	if (!box_find(trak, BOX_TYPE('t', 'k', 'h', 'd'), &tkhd) || !box_find(trak, BOX_TYPE('m', 'd', 'i', 'a'), &mdia) ||
	    !box_find(mdia.body, BOX_TYPE('m', 'd', 'h', 'd'), &mdhd) ||
	    !box_find(mdia.body, BOX_TYPE('m', 'i', 'n', 'f'), &minf) ||
	    !box_find(minf.body, BOX_TYPE('s', 't', 'b', 'l'), &stbl) ||
	    !box_find(stbl.body, BOX_TYPE('s', 't', 's', 'd'), &stsd))
		return wrong(r, "its track is not described");
	r->track = track_of(tkhd.body);
	r->file->timescale = timescale_of(mdhd.body);
	if (r->file->timescale == 0)
		return wrong(r, "its track has no time scale");
	return codecs_read(stsd.body, r->file) || wrong(r, "its codec is not one that we write");
}

static void read_trex(struct reading *r, struct bytes trex)
{
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

/* moof ---------------------------------------------------------------------------------------- */

static bool read_tfhd(struct reading *r, struct bytes tfhd, struct run *run)
{
	uint32_t flags = bytes_u32(&tfhd);

	if (bytes_u32(&tfhd) != r->track)
		return wrong(r, "a fragment is of another track");
	if ((flags & TFHD_BASE_OFFSET) != 0 || (flags & TFHD_BASE_IS_MOOF) == 0)
		return wrong(r, "a fragment cannot be moved");
	bytes_skip(&tfhd, (flags & TFHD_DESCRIPTION) != 0 ? 4 : 0);
	if ((flags & TFHD_DURATION) != 0)
		run->defaults.duration = bytes_u32(&tfhd);
	if ((flags & TFHD_SIZE) != 0)
		run->defaults.size = bytes_u32(&tfhd);
	if ((flags & TFHD_FLAGS) != 0)
		run->defaults.flags = bytes_u32(&tfhd);
	return !tfhd.bad || wrong(r, "a fragment's header is torn");
}

static bool read_tfdt(struct reading *r, struct bytes tfdt, struct run *run)
{
	uint8_t width = bytes_u32(&tfdt) >> 24 == 1 ? 8 : 4;

	run->fragment.decode_time_at = (uint64_t)(tfdt.at - r->bytes);
	run->fragment.decode_time_bytes = width;
	run->fragment.decode_time = bytes_number(&tfdt, width);
	run->has_time = true;
	return !tfdt.bad || wrong(r, "a fragment's time is torn");
}

struct sample {
	uint32_t duration, size, flags;
	int32_t offset;
};

static struct sample read_sample(struct bytes *trun, uint32_t flags, const struct defaults *defaults)
{
	struct sample s = { defaults->duration, defaults->size, defaults->flags, 0 };

	if ((flags & TRUN_DURATION) != 0)
		s.duration = bytes_u32(trun);
	if ((flags & TRUN_SIZE) != 0)
		s.size = bytes_u32(trun);
	if ((flags & TRUN_FLAGS) != 0)
		s.flags = bytes_u32(trun);
	if ((flags & TRUN_COMPOSITION) != 0)
		s.offset = (int32_t)bytes_u32(trun);
	return s;
}

/* The first sample of all says how the fragment starts. */
static void take_sample(struct run *run, const struct sample *s)
{
	if (run->fragment.samples++ == 0) {
		run->fragment.first_offset = s->offset;
		run->fragment.starts_sync = (s->flags & SAMPLE_IS_NON_SYNC) == 0;
	}
	run->fragment.duration += s->duration;
	run->data_to += s->size;
}

static bool read_samples(struct reading *r, struct bytes trun, uint32_t flags, uint32_t count, uint32_t first_flags,
			 struct run *run)
{
	/* A sample without bytes of its own in the trun could be claimed four thousand million times. */
	if ((flags & (TRUN_DURATION | TRUN_SIZE | TRUN_FLAGS | TRUN_COMPOSITION)) == 0 && count > UINT16_MAX)
		return wrong(r, "a fragment claims too many samples");
	for (uint32_t i = 0; i < count && !trun.bad; i++) {
		struct sample s = read_sample(&trun, flags, &run->defaults);

		if (i == 0 && (flags & TRUN_FIRST_FLAGS) != 0)
			s.flags = first_flags;
		take_sample(run, &s);
	}
	return !trun.bad || wrong(r, "a fragment's list of samples is torn");
}

static bool read_trun(struct reading *r, struct bytes trun, struct run *run)
{
	uint32_t flags = bytes_u32(&trun), count = bytes_u32(&trun), first_flags = 0;
	int64_t offset = (int64_t)run->data_to;

	if ((flags & TRUN_OFFSET) != 0)
		offset = (int32_t)bytes_u32(&trun);
	if ((flags & TRUN_FIRST_FLAGS) != 0)
		first_flags = bytes_u32(&trun);
	if (trun.bad || offset < 0 || (!run->has_runs && (flags & TRUN_OFFSET) == 0))
		return wrong(r, "a fragment does not say where its samples are");
	if (!run->has_runs || (uint64_t)offset < run->data_from)
		run->data_from = (uint64_t)offset;
	if (run->has_runs && (uint64_t)offset != run->data_to)
		return wrong(r, "a fragment's samples are not in one piece");
	run->data_to = (uint64_t)offset;
	run->has_runs = true;
	return read_samples(r, trun, flags, count, first_flags, run);
}

static bool read_traf(struct reading *r, struct bytes traf, struct run *run)
{
	struct box box;

	if (!box_find(traf, BOX_TYPE('t', 'f', 'h', 'd'), &box) || !read_tfhd(r, box.body, run))
		return wrong(r, "a fragment has no track header");
	while (box_next(&traf, &box)) {
		if (box.type == BOX_TYPE('t', 'f', 'd', 't') && !read_tfdt(r, box.body, run))
			return false;
		if (box.type == BOX_TYPE('t', 'r', 'u', 'n') && !read_trun(r, box.body, run))
			return false;
	}
	if (traf.bad || !run->has_time || run->fragment.samples == 0)
		return wrong(r, "a fragment has no time or no samples");
	return true;
}

static bool read_moof(struct reading *r, struct box *moof, struct run *run)
{
	struct bytes inside = moof->body;
	struct box traf, second;

	*run = (struct run){ .defaults = r->trex };
	run->fragment.offset = (uint64_t)(moof->start - r->bytes);
	if (!box_find(inside, BOX_TYPE('t', 'r', 'a', 'f'), &traf))
		return wrong(r, "a fragment has no track");
	inside.left -= (size_t)(traf.start + traf.size - inside.at);
	inside.at = traf.start + traf.size;
	if (box_find(inside, BOX_TYPE('t', 'r', 'a', 'f'), &second))
		return wrong(r, "a fragment has two tracks");
	return read_traf(r, traf.body, run);
}

static void keep(struct fragmented *file, const struct fragment *fragment)
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

/* A moof and what must follow it. */
static bool read_fragment(struct reading *r, struct box *moof, struct bytes *rest)
{
	struct box mdat;
	uint64_t head;
	struct run run;

	if (!r->has_moov)
		return wrong(r, "a fragment comes before the header");
	if (!read_moof(r, moof, &run))
		return false;
	if (!box_next(rest, &mdat) || mdat.type != BOX_TYPE('m', 'd', 'a', 't'))
		return wrong(r, "a fragment has lost its samples");
	head = (uint64_t)(mdat.body.at - moof->start);
	run.fragment.size = (uint64_t)(mdat.start + mdat.size - moof->start);
	if (run.data_from < head || run.data_to > run.fragment.size)
		return wrong(r, "a fragment's samples are not where it says");
	keep(r->file, &run.fragment);
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

void fragmented_fini(struct fragmented *file)
{
	free(file->fragments);
	memset(file, 0, sizeof *file);
}

static void put_number(uint8_t *to, uint64_t value, size_t count)
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
		put_number(bytes + f->decode_time_at, f->decode_time, f->decode_time_bytes);
	}
	return true;
}
