/*
 * movie.c - what a progressive file's moov says (ISO/IEC 14496-12 8): enough to know that every
 * sample is there.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "encode/boxes.h"
#include "encode/bytes.h"

/* The sample table of one track. */
struct table {
	struct span stsz, stsc, offsets;
	uint32_t samples, sizes_same;
	uint32_t chunks, runs;
	bool long_offsets;              /* co64 */
};

static bool wrong(char *error, size_t size, const char *what)
{
	snprintf(error, size, "%s", what);
	return false;
}

static bool open_table(struct span stbl, struct table *t)
{
	size_t entry;

	memset(t, 0, sizeof *t);
	if (!span_find(stbl, "stsz", &t->stsz) || !span_find(stbl, "stsc", &t->stsc) || t->stsz.len < 12 || t->stsc.len < 8)
		return false;
	t->long_offsets = span_find(stbl, "co64", &t->offsets);
	if ((!t->long_offsets && !span_find(stbl, "stco", &t->offsets)) || t->offsets.len < 8)
		return false;
	t->sizes_same = get32(t->stsz.at + 4);
	t->samples = get32(t->stsz.at + 8);
	t->runs = get32(t->stsc.at + 4);
	t->chunks = get32(t->offsets.at + 4);
	entry = t->long_offsets ? 8 : 4;
	return (t->sizes_same != 0 || t->samples <= (t->stsz.len - 12) / 4) && t->runs <= (t->stsc.len - 8) / 12 &&
	       t->chunks <= (t->offsets.len - 8) / entry;
}

static uint64_t chunk_offset(const struct table *t, uint32_t chunk)
{
	const uint8_t *at = t->offsets.at + 8;

	return t->long_offsets ? get64(at + 8 * (size_t)chunk) : get32(at + 4 * (size_t)chunk);
}

/* Samples of chunk `chunk`, counted from 0; `*run` walks along. */
static uint32_t chunk_samples(const struct table *t, uint32_t chunk, uint32_t *run)
{
	const uint8_t *at = t->stsc.at + 8;

	while (*run + 1 < t->runs && get32(at + 12 * (size_t)(*run + 1)) <= chunk + 1)
		(*run)++;
	return get32(at + 12 * (size_t)*run + 4);
}

static uint64_t sample_size(const struct table *t, uint32_t sample)
{
	return t->sizes_same != 0 ? t->sizes_same : get32(t->stsz.at + 12 + 4 * (size_t)sample);
}

/* One past the last byte that the samples use; 0 where the tables do not agree, or a byte before
 * `from` is used. */
static uint64_t end_of_data(const struct table *t, uint64_t from)
{
	uint64_t end = 0;
	uint32_t sample = 0, run = 0;

	for (uint32_t chunk = 0; chunk < t->chunks && t->runs > 0; chunk++) {
		uint64_t at = chunk_offset(t, chunk);
		uint32_t count = chunk_samples(t, chunk, &run);

		if (at < from || count > t->samples - sample)
			return 0;
		for (; count > 0; count--)
			at += sample_size(t, sample++);
		if (at > end)
			end = at;
	}
	return sample == t->samples ? end : 0;
}

static bool read_duration(struct span mdhd, struct movie_track *track)
{
	bool is_long = mdhd.len > 0 && mdhd.at[0] == 1;
	uint64_t duration;
	uint32_t timescale;

	if (mdhd.len < (is_long ? 36u : 24u))
		return false;
	timescale = get32(mdhd.at + (is_long ? 20 : 12));
	duration = is_long ? get64(mdhd.at + 24) : get32(mdhd.at + 16);
	if (timescale == 0)
		return false;
	track->duration_us = (uint64_t)((double)duration * 1e6 / timescale);
	return true;
}

static bool read_track(struct span trak, uint64_t mdat_at, struct movie_track *track)
{
	struct span mdia, mdhd, hdlr, minf, stbl;
	struct table table;

	if (!span_find(trak, "mdia", &mdia) || !span_find(mdia, "mdhd", &mdhd) || !span_find(mdia, "hdlr", &hdlr) ||
	    !span_find(mdia, "minf", &minf) || !span_find(minf, "stbl", &stbl) || hdlr.len < 12)
		return false;
	track->is_video = memcmp(hdlr.at + 8, "vide", 4) == 0;
	if (!read_duration(mdhd, track) || !open_table(stbl, &table))
		return false;
	track->samples = table.samples;
	track->end_of_data = end_of_data(&table, mdat_at);
	return track->end_of_data > 0;
}

static bool read_tracks(struct span moov, uint64_t mdat_at, uint64_t mdat_end, struct movie *movie, char *error, size_t size)
{
	const size_t most = sizeof movie->tracks / sizeof *movie->tracks;
	struct span body;
	char type[5];

	while (span_box(&moov, type, &body)) {
		if (strcmp(type, "trak") != 0)
			continue;
		if (movie->count == most || !read_track(body, mdat_at, &movie->tracks[movie->count]))
			return wrong(error, size, "a track's tables are damaged");
		if (movie->tracks[movie->count++].end_of_data > mdat_end)
			return wrong(error, size, "the data ends before the last sample");
	}
	return movie->count > 0 || wrong(error, size, "there is no track");
}

bool movie_read(const uint8_t *bytes, size_t len, struct movie *movie, char *error, size_t error_size)
{
	struct span rest = { bytes, len }, body, moov = { NULL, 0 };
	uint64_t mdat_at = 0, mdat_end = 0;
	char type[5];

	memset(movie, 0, sizeof *movie);
	while (rest.len > 0) {
		if (!span_box(&rest, type, &body))
			return wrong(error, error_size, "the file ends in the middle of a box");
		if (strcmp(type, "moov") == 0) {
			moov = body;
			movie->faststart = mdat_at == 0;
		} else if (strcmp(type, "mdat") == 0) {
			mdat_at = (uint64_t)(body.at - bytes);
			mdat_end = mdat_at + body.len;
		}
	}
	if (moov.at == NULL || mdat_at == 0)
		return wrong(error, error_size, "the file has no moov or no data");
	return read_tracks(moov, mdat_at, mdat_end, movie, error, error_size);
}
