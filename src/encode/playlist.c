/*
 * playlist.c - HLS playlists (RFC 8216) of what was published: byte ranges of the files that the
 * children wrote.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode/name.h"
#include "encode/playlist.h"
#include "encode/tracks.h"
#include "store/profile.h"

/* A piece ------------------------------------------------------------------------------------- */

static int64_t to_us(const struct fragmented *file, uint64_t ticks)
{
	return llround((double)ticks * 1e6 / file->timescale);
}

static int64_t size_of(const struct fragmented *file)
{
	int64_t sum = 0;

	for (size_t i = 0; i < file->count; i++)
		sum += (int64_t)file->fragments[i].size;
	return sum;
}

/* Each EXTINF, rounded to the nearest second, must not be more. */
static int64_t target_duration(int64_t longest_us)
{
	return longest_us < 1000000 ? 1 : (longest_us + 500000) / 1000000;
}

/*
 * The peak segment bit rate of RFC 8216 section 4.1: of any run of whole segments that is between
 * half and one and a half times as long as the target duration; of fewer than that all.
 */
static int64_t peak_bps(const struct fragmented *file, double target_s)
{
	double peak = file->duration > 0 ? (double)size_of(file) * 8 * file->timescale / (double)file->duration : 0;

	for (size_t first = 0; first < file->count; first++) {
		double bits = 0, seconds = 0;

		for (size_t i = first; i < file->count && seconds < 1.5 * target_s; i++) {
			bits += (double)file->fragments[i].size * 8;
			seconds += (double)file->fragments[i].duration / file->timescale;
			if (seconds >= 0.5 * target_s && seconds <= 1.5 * target_s && bits / seconds > peak)
				peak = bits / seconds;
		}
	}
	return (int64_t)ceil(peak);
}

static uint64_t longest(const struct fragmented *file)
{
	uint64_t most = 0;

	for (size_t i = 0; i < file->count; i++)
		if (file->fragments[i].duration > most)
			most = file->fragments[i].duration;
	return most;
}

static void put_segments(const struct fragmented *file, const char *name, struct buf *out)
{
	for (size_t i = 0; i < file->count; i++) {
		const struct fragment *f = &file->fragments[i];

		buf_printf(out, "#EXTINF:%.6f,\n#EXT-X-BYTERANGE:%" PRIu64 "@%" PRIu64 "\n%s\n",
			   (double)f->duration / file->timescale, f->size, f->offset, name);
	}
}

void playlist_piece(const struct fragmented *file, struct piece *piece)
{
	struct buf lines = BUF_INIT;

	put_segments(file, piece->file, &lines);
	free(piece->playlist);
	piece->playlist = strdup(buf_text(&lines));
	buf_fini(&lines);
	if (piece->playlist == NULL)
		abort();
	piece->size_bytes = size_of(file);
	piece->frames = (int64_t)file->samples;
	piece->duration_us = to_us(file, file->duration);
	piece->longest_us = to_us(file, longest(file));
	piece->peak_bps = peak_bps(file, (double)target_duration(piece->longest_us));
	snprintf(piece->codecs, sizeof piece->codecs, "%s", file->codecs);
}

/* A rendition --------------------------------------------------------------------------------- */

static int64_t target_of(const struct rendition_row *row)
{
	int64_t longest_us = 0;

	for (size_t i = 0; i < row->piece_count; i++)
		if (row->pieces[i].longest_us > longest_us)
			longest_us = row->pieces[i].longest_us;
	return target_duration(longest_us);
}

static void put_head(const struct rendition_row *row, int64_t target_s, const char *type, struct buf *out)
{
	char stem[32], init[64];

	name_stem(stem, row->edition, row->planned.name);
	name_init(init, stem);
	buf_puts(out, "#EXTM3U\n#EXT-X-VERSION:7\n");
	buf_printf(out, "#EXT-X-TARGETDURATION:%" PRId64 "\n", target_s);
	buf_printf(out, "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:%s\n#EXT-X-INDEPENDENT-SEGMENTS\n", type);
	if (row->planned.kind != RENDITION_TEXT)
		buf_printf(out, "#EXT-X-MAP:URI=\"%s\"\n", init);
}

void playlist_media(const struct rendition_row *row, struct buf *out)
{
	put_head(row, target_of(row), "VOD", out);
	for (size_t i = 0; i < row->piece_count; i++)
		buf_puts(out, row->pieces[i].playlist);
	buf_puts(out, "#EXT-X-ENDLIST\n");
}

/* Of the lines that put_segments wrote. */
#define LINES_OF_SEGMENT 3

static size_t segments_of(const struct piece *piece)
{
	size_t lines = 0;

	for (const char *at = piece->playlist; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	return lines / LINES_OF_SEGMENT;
}

static const char *skip_segments(const char *at, size_t count)
{
	for (size_t i = 0; i < count * LINES_OF_SEGMENT && *at != '\0'; i++)
		at = strchr(at, '\n') + 1;
	return at;
}

static int64_t segment_us(const char *at)
{
	return llround(strtod(at + strlen("#EXTINF:"), NULL) * 1e6);
}

/* Segments [from, to) of a piece, which begin at *at_us, as far as they are to be listed; steps *at_us behind them. */
static void put_lines(const struct piece *piece, size_t from, size_t to, int64_t until_us, int64_t *at_us, struct buf *out)
{
	const char *at = skip_segments(piece->playlist, from);

	for (size_t i = from; i < to; i++) {
		const char *next = skip_segments(at, 1);
		bool is_first = *at_us == 0;

		*at_us += segment_us(at);
		if (is_first || *at_us - PLAYLIST_SLACK_US <= until_us)
			buf_put(out, at, (size_t)(next - at));
		at = next;
	}
}

void playlist_early(const struct rendition_row *row, size_t pieces, int64_t until_us, bool complete, int64_t segment_most_ms,
		    struct buf *out)
{
	size_t seen = 0;
	int64_t at_us = 0;

	put_head(row, (segment_most_ms + 999) / 1000, "EVENT", out);
	buf_puts(out, "#EXT-X-START:TIME-OFFSET=0\n");
	for (size_t i = 0; i < pieces; i++) {
		size_t count = segments_of(&row->pieces[i]);

		if (row->pieces[i].seq == NAME_HEAD && count > 0)
			seen = --count;
		put_lines(&row->pieces[i], i > 0 && row->pieces[i - 1].seq == NAME_HEAD ? seen : 0, count, until_us, &at_us, out);
	}
	if (complete)
		buf_puts(out, "#EXT-X-ENDLIST\n");
}

/* The video ----------------------------------------------------------------------------------- */

struct rates {
	int64_t peak_bps, mean_bps;
};

/* Of what is still being made, at least what it may take: an early master is written once, and most films begin with little. */
static struct rates rates_of(const struct rendition_row *row, bool early)
{
	struct rates rates = { early ? row->planned.max_kbps * 1000 : 0, 0 };
	double bits = 0, us = 0;

	for (size_t i = 0; i < row->piece_count; i++) {
		bits += (double)row->pieces[i].size_bytes * 8;
		us += (double)row->pieces[i].duration_us;
		if (row->pieces[i].peak_bps > rates.peak_bps)
			rates.peak_bps = row->pieces[i].peak_bps;
	}
	if (us > 0)
		rates.mean_bps = (int64_t)ceil(bits * 1e6 / us);
	if (rates.mean_bps > rates.peak_bps)
		rates.peak_bps = rates.mean_bps;
	return rates;
}

/* The most that one of what a player may choose from takes. */
static struct rates most_of(const struct renditions *list, enum rendition_kind kind, bool early)
{
	struct rates most = { 0, 0 };

	for (size_t i = 0; i < list->count; i++) {
		struct rates rates = rates_of(&list->rows[i], early);

		if (!tracks_is_listed(list, &list->rows[i], kind, early))
			continue;
		most.peak_bps = rates.peak_bps > most.peak_bps ? rates.peak_bps : most.peak_bps;
		most.mean_bps = rates.mean_bps > most.mean_bps ? rates.mean_bps : most.mean_bps;
	}
	return most;
}

/* Of any combination of pictures of these rates, a sound and a text (RFC 8216, section 4.3.4.2). */
static void put_bandwidth(const struct renditions *list, struct rates pictures, bool early, struct buf *out)
{
	struct rates sound = most_of(list, RENDITION_AUDIO, early), text = most_of(list, RENDITION_TEXT, early);

	buf_printf(out, "#EXT-X-STREAM-INF:BANDWIDTH=%" PRId64, pictures.peak_bps + sound.peak_bps + text.peak_bps);
	if (!early)             /* nobody knows it yet */
		buf_printf(out, ",AVERAGE-BANDWIDTH=%" PRId64, pictures.mean_bps + sound.mean_bps + text.mean_bps);
}

/* The file name of the list that a master names. */
static void name_list(const struct rendition_row *row, bool early, char file[64])
{
	char stem[32];

	name_stem(stem, row->edition, row->planned.name);
	if (early)
		name_early(file, stem);
	else
		name_playlist(file, stem);
}

static void put_video_variant(const struct rendition_row *row, const struct renditions *list, bool early, struct buf *out)
{
	const struct plan_rendition *p = &row->planned;
	char file[64];

	name_list(row, early, file);
	put_bandwidth(list, rates_of(row, early), early, out);
	buf_printf(out, ",RESOLUTION=%" PRId64 "x%" PRId64, p->width, p->height);
	if (p->rate_den > 0)
		buf_printf(out, ",FRAME-RATE=%.3f", (double)p->rate_num / (double)p->rate_den);
	buf_printf(out, ",CODECS=\"%s", row->codecs);
	tracks_codecs(list, early, out);
	buf_puts(out, "\"");
	tracks_attributes(list, early, out);
	buf_printf(out, "\n%s\n", file);
}

/* Of sound alone: its list is the main one's, which EXT-X-MEDIA names too where there are others. */
static void put_audio_variant(const struct rendition_row *row, const struct renditions *list, bool early, struct buf *out)
{
	struct buf codecs = BUF_INIT;
	char file[64];

	tracks_codecs(list, early, &codecs);
	name_list(row, early, file);
	put_bandwidth(list, (struct rates){ 0, 0 }, early, out);
	buf_printf(out, ",CODECS=\"%s\"", codecs.len > 0 ? buf_text(&codecs) + 1 : row->codecs);
	if (tracks_are_many(list, early))
		tracks_attributes(list, early, out);
	buf_printf(out, "\n%s\n", file);
	buf_fini(&codecs);
}

/* And those of one size in their order. */
static int by_size_down(const void *a, const void *b)
{
	const struct rendition_row *const *x = a, *const *y = b;
	int64_t left = (*x)->planned.width * (*x)->planned.height, right = (*y)->planned.width * (*y)->planned.height;

	return left != right ? (left < right) - (left > right) : (*x > *y) - (*x < *y);
}

/* The video rows of the list, largest first; at most PLAN_RUNGS_MOST. */
static size_t sort_videos(const struct renditions *list, const struct rendition_row *rows[PLAN_RUNGS_MOST])
{
	size_t count = 0;

	for (size_t i = 0; i < list->count && count < PLAN_RUNGS_MOST; i++)
		if (list->rows[i].planned.kind == RENDITION_VIDEO)
			rows[count++] = &list->rows[i];
	qsort(rows, count, sizeof rows[0], by_size_down);
	return count;
}

void playlist_master(const struct renditions *list, bool early, struct buf *out)
{
	const struct rendition_row *videos[PLAN_RUNGS_MOST], *audio = tracks_main(list);
	size_t count = sort_videos(list, videos);

	buf_puts(out, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n");
	if (count > 0 || tracks_are_many(list, early))
		tracks_media(list, early, out);
	for (size_t i = 0; i < count; i++)
		put_video_variant(videos[i], list, early, out);
	if (audio != NULL && count == 0)
		put_audio_variant(audio, list, early, out);
}
