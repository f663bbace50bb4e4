/*
 * playlist.c - HLS playlists (RFC 8216) of what was published: segments are byte ranges of a piece.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "encode/playlist.h"

#define AUDIO_GROUP "audio"

static int64_t to_us(uint64_t ticks, uint32_t timescale)
{
	return llround((double)ticks * 1e6 / timescale);
}

static void take_segment(const struct fragmented *file, const struct fragment *f, struct piece *piece, struct buf *lines)
{
	int64_t us = to_us(f->duration, file->timescale);
	int64_t bps = us > 0 ? (int64_t)ceil((double)f->size * 8e6 / (double)us) : 0;

	if (us > piece->longest_us)
		piece->longest_us = us;
	if (bps > piece->peak_bps)
		piece->peak_bps = bps;
	buf_printf(lines, "#EXTINF:%.6f,\n#EXT-X-BYTERANGE:%" PRIu64 "@%" PRIu64 "\n%s\n", (double)us / 1e6, f->size, f->offset,
		   piece->file);
}

void playlist_piece(const struct fragmented *file, struct piece *piece)
{
	const struct fragment *last = &file->fragments[file->count - 1];
	struct buf lines = BUF_INIT;

	piece->size_bytes = (int64_t)(last->offset + last->size);
	piece->frames = (int64_t)file->samples;
	piece->duration_us = to_us(file->duration, file->timescale);
	piece->peak_bps = piece->longest_us = 0;
	snprintf(piece->codecs, sizeof piece->codecs, "%s", file->codecs);
	for (size_t i = 0; i < file->count; i++)
		take_segment(file, &file->fragments[i], piece, &lines);
	piece->playlist = lines.data;
}

void playlist_media_file(char file[64], const char *rendition)
{
	snprintf(file, 64, "%s.m3u8", rendition);
}

void playlist_init_file(char file[64], const char *rendition)
{
	snprintf(file, 64, "%s-init.mp4", rendition);
}

/* RFC 8216 4.3.3.1: each EXTINF, rounded to the nearest second, is at most this. */
static int64_t target_duration(const struct rendition_row *r)
{
	int64_t longest_us = 0;

	for (size_t i = 0; i < r->piece_count; i++)
		if (r->pieces[i].longest_us > longest_us)
			longest_us = r->pieces[i].longest_us;
	return longest_us < 1000000 ? 1 : (longest_us + 999999) / 1000000;
}

void playlist_media(const struct rendition_row *r, struct buf *out)
{
	char init[64];

	playlist_init_file(init, r->planned.name);
	buf_printf(out, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%" PRId64 "\n#EXT-X-PLAYLIST-TYPE:VOD\n"
		   "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"%s\"\n", target_duration(r), init);
	for (size_t i = 0; i < r->piece_count; i++)
		buf_puts(out, r->pieces[i].playlist);
	buf_puts(out, "#EXT-X-ENDLIST\n");
}

/* Bits a second over all pieces: the busiest segment's, and the mean. */
static void bandwidth(const struct rendition_row *r, int64_t *peak, int64_t *mean)
{
	double bytes = 0, us = 0;

	*peak = 0;
	for (size_t i = 0; i < r->piece_count; i++) {
		bytes += (double)r->pieces[i].size_bytes;
		us += (double)r->pieces[i].duration_us;
		if (r->pieces[i].peak_bps > *peak)
			*peak = r->pieces[i].peak_bps;
	}
	*mean = us > 0 ? llround(bytes * 8e6 / us) : 0;
}

static const struct rendition_row *find_audio(const struct renditions *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i].planned.is_audio)
			return &list->rows[i];
	return NULL;
}

static void put_variant(const struct rendition_row *r, const struct rendition_row *audio, struct buf *out)
{
	int64_t peak, mean, audio_peak = 0, audio_mean = 0;
	bool with_audio = audio != NULL && audio != r;

	bandwidth(r, &peak, &mean);
	if (with_audio)
		bandwidth(audio, &audio_peak, &audio_mean);
	buf_printf(out, "#EXT-X-STREAM-INF:BANDWIDTH=%" PRId64 ",AVERAGE-BANDWIDTH=%" PRId64 ",CODECS=\"%s%s%s\"",
		   peak + audio_peak, mean + audio_mean, r->codecs, with_audio ? "," : "", with_audio ? audio->codecs : "");
	if (!r->planned.is_audio)
		buf_printf(out, ",RESOLUTION=%" PRId64 "x%" PRId64, r->planned.width, r->planned.height);
	if (r->planned.rate_den > 0)
		buf_printf(out, ",FRAME-RATE=%.3f", (double)r->planned.rate_num / (double)r->planned.rate_den);
	buf_printf(out, "%s\n%s.m3u8\n", with_audio ? ",AUDIO=\"" AUDIO_GROUP "\"" : "", r->planned.name);
}

void playlist_master(const struct renditions *list, struct buf *out)
{
	const struct rendition_row *audio = find_audio(list);
	bool video = false;

	buf_puts(out, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n");
	for (size_t i = 0; i < list->count; i++)
		video = video || !list->rows[i].planned.is_audio;
	if (video && audio != NULL)
		buf_printf(out, "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"" AUDIO_GROUP "\",NAME=\"main\",DEFAULT=YES,AUTOSELECT=YES,"
			   "CHANNELS=\"%" PRId64 "\",URI=\"%s.m3u8\"\n", audio->planned.channels, audio->planned.name);
	for (size_t i = 0; i < list->count; i++)
		if (!video || !list->rows[i].planned.is_audio)
			put_variant(&list->rows[i], audio, out);
}
