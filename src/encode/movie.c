/*
 * movie.c - what a progressive MP4 says of itself: is its header whole, and are its samples there?
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>

#include "encode/boxes.h"
#include "encode/trak.h"

/* The tables of one track (ISO/IEC 14496-12, 8.7). */
struct tables {
	struct bytes sizes, runs, chunks;       /* behind their entry counts */
	uint32_t size_all;              /* stsz: of every sample; 0: each has its own */
	uint32_t samples, run_count, chunk_count;
	size_t chunk_width;             /* 4 or 8 bytes an offset */
};

/* The mdat that samples must lie in. */
struct span {
	uint64_t from, to;
};

/* One stsc row: from this chunk on, so many samples each. */
struct chunk_run {
	uint32_t first, samples;
};

static bool open_table(struct bytes stbl, uint32_t type, struct bytes *body, uint32_t *count, size_t width)
{
	struct box box;

	if (!box_find(stbl, type, &box))
		return false;
	bytes_skip(&box.body, 4);
	*count = bytes_u32(&box.body);
	*body = box.body;
	return !box.body.bad && box.body.left / width >= *count;
}

static bool open_sizes(struct bytes stbl, struct tables *t)
{
	struct box box;

	if (!box_find(stbl, BOX_TYPE('s', 't', 's', 'z'), &box))
		return false;
	bytes_skip(&box.body, 4);
	t->size_all = bytes_u32(&box.body);
	t->samples = bytes_u32(&box.body);
	t->sizes = box.body;
	return !box.body.bad && (t->size_all > 0 || box.body.left / 4 >= t->samples);
}

static bool open_tables(struct bytes stbl, struct tables *t)
{
	if (!open_sizes(stbl, t) || !open_table(stbl, BOX_TYPE('s', 't', 's', 'c'), &t->runs, &t->run_count, 12))
		return false;
	t->chunk_width = 4;
	if (open_table(stbl, BOX_TYPE('s', 't', 'c', 'o'), &t->chunks, &t->chunk_count, 4))
		return true;
	t->chunk_width = 8;
	return open_table(stbl, BOX_TYPE('c', 'o', '6', '4'), &t->chunks, &t->chunk_count, 8);
}

static struct chunk_run next_run(struct tables *t)
{
	struct chunk_run run = { UINT32_MAX, 0 };

	if (t->run_count == 0)
		return run;
	t->run_count--;
	run.first = bytes_u32(&t->runs);
	run.samples = bytes_u32(&t->runs);
	bytes_skip(&t->runs, 4);
	return run;
}

/* Bytes of the next `count` samples. */
static uint64_t sum_sizes(struct tables *t, uint32_t count)
{
	uint64_t sum = 0;

	if (t->size_all > 0)
		return (uint64_t)t->size_all * count;
	for (uint32_t i = 0; i < count; i++)
		sum += bytes_u32(&t->sizes);
	return sum;
}

/* Every sample must belong to a chunk, and every chunk lie in the mdat. */
static bool walk_chunks(struct tables *t, const struct span *mdat, struct movie_track *track)
{
	struct chunk_run run = { 0, 0 }, next = next_run(t);
	uint64_t left = t->samples;

	for (uint32_t chunk = 1; chunk <= t->chunk_count && left > 0; chunk++) {
		uint64_t offset = bytes_number(&t->chunks, t->chunk_width), end;

		if (chunk == next.first) {
			run = next;
			next = next_run(t);
		}
		if (run.samples == 0 || run.samples > left)
			return false;
		end = offset + sum_sizes(t, run.samples);
		left -= run.samples;
		if (offset < mdat->from || end < offset || end > mdat->to)
			return false;
		if (end > track->end_of_data)
			track->end_of_data = end;
	}
	return left == 0;
}

static uint64_t duration_us(const struct trak *trak)
{
	unsigned __int128 us = (unsigned __int128)trak->duration * 1000000 / trak->timescale;

	return us < INT64_MAX ? (uint64_t)us : INT64_MAX;
}

static bool read_track(struct bytes body, const struct span *mdat, struct movie_track *track)
{
	struct tables tables = { 0 };
	struct trak trak;

	if (trak_read(body, &trak) != NULL || !open_tables(trak.stbl, &tables))
		return false;
	*track = (struct movie_track){
		.is_video = trak.handler == BOX_TYPE('v', 'i', 'd', 'e'), .samples = tables.samples, .duration_us = duration_us(&trak),
	};
	return walk_chunks(&tables, mdat, track);
}

static const char *read_tracks(struct bytes moov, const struct span *mdat, struct movie *movie)
{
	struct box box;

	while (box_next(&moov, &box)) {
		if (box.type != BOX_TYPE('t', 'r', 'a', 'k'))
			continue;
		if (movie->count == sizeof movie->tracks / sizeof movie->tracks[0])
			return "it has too many tracks";
		if (!read_track(box.body, mdat, &movie->tracks[movie->count++]))
			return "the samples of a track are not where its header says";
	}
	if (moov.bad)
		return "its header is torn";
	return movie->count > 0 ? NULL : "it has no tracks";
}

static const char *read_movie(const uint8_t *bytes, size_t len, struct movie *movie)
{
	struct bytes rest = bytes_of(bytes, len);
	struct box box, moov = { 0 };
	struct span mdat = { 0, 0 };

	while (box_next(&rest, &box)) {
		if (box.type == BOX_TYPE('m', 'o', 'o', 'v')) {
			moov = box;
			movie->faststart = mdat.to == 0;
		} else if (box.type == BOX_TYPE('m', 'd', 'a', 't') && mdat.to == 0) {
			mdat.from = (uint64_t)(box.body.at - bytes);
			mdat.to = mdat.from + box.body.left;
		}
	}
	if (rest.bad)
		return "its end is torn off";
	if (moov.size == 0 || mdat.to == 0)
		return "it has no header or no samples";
	return read_tracks(moov.body, &mdat, movie);
}

bool movie_read(const uint8_t *bytes, size_t len, struct movie *movie, char *error, size_t error_size)
{
	const char *wrong = "it is empty";

	memset(movie, 0, sizeof *movie);
	if (bytes != NULL && len > 0)
		wrong = read_movie(bytes, len, movie);
	if (wrong != NULL)
		snprintf(error, error_size, "A file that was made is not usable: %s.", wrong);
	return wrong == NULL;
}
