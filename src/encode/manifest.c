/*
 * manifest.c - a DASH manifest (ISO/IEC 23009-1:2022) on the same bytes as the HLS playlists.  Segments are
 * byte ranges with their own durations, so it lists them all (5.3.9.3, SegmentList).
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "encode/manifest.h"
#include "encode/name.h"

static const char *mime_of(const struct rendition_row *row)
{
	return row->planned.kind == RENDITION_VIDEO ? "video/mp4" : "audio/mp4";
}

static const char *content_of(const struct rendition_row *row)
{
	return row->planned.kind == RENDITION_VIDEO ? "video" : "audio";
}

static double seconds_of(const struct fragmented *file)
{
	return (double)file->duration / file->timescale;
}

/* Attribute values are of our own making, but for labels, which are left out, and languages, which are checked. */
static bool is_language(const char *language)
{
	return language[0] != '\0' && strspn(language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == strlen(language);
}

static void put_language(const struct plan_rendition *p, struct buf *out)
{
	if (is_language(p->language))
		buf_printf(out, " lang=\"%s\"", p->language);
	buf_puts(out, ">\n");
}

/* One S element a segment (5.3.9.6): dash.js 5.2 takes a repeated one in a SegmentList for one segment. */
static void put_timeline(const struct fragmented *file, struct buf *out)
{
	buf_puts(out, "     <SegmentTimeline>\n");
	for (size_t i = 0; i < file->count; i++)
		buf_printf(out, "      <S t=\"%" PRIu64 "\" d=\"%" PRIu64 "\"/>\n", file->fragments[i].decode_time,
			   file->fragments[i].duration);
	buf_puts(out, "     </SegmentTimeline>\n");
}

static void put_segments(const struct manifest_track *track, struct buf *out)
{
	const struct fragmented *file = track->file;
	char stem[32], init[64];

	name_stem(stem, track->row->edition, track->row->planned.name);
	name_init(init, stem);
	buf_printf(out, "    <SegmentList timescale=\"%" PRIu32 "\">\n", file->timescale);
	buf_printf(out, "     <Initialization sourceURL=\"%s\"/>\n", init);
	put_timeline(file, out);
	for (size_t i = 0; i < file->count; i++)
		buf_printf(out, "     <SegmentURL media=\"%s\" mediaRange=\"%" PRIu64 "-%" PRIu64 "\"/>\n", track->row->pieces[0].file,
			   file->fragments[i].offset, file->fragments[i].offset + file->fragments[i].size - 1);
	buf_puts(out, "    </SegmentList>\n");
}

static void put_representation(const struct manifest_track *track, struct buf *out)
{
	const struct plan_rendition *p = &track->row->planned;

	buf_printf(out, "   <Representation id=\"%s\" codecs=\"%s\" bandwidth=\"%" PRId64 "\"", p->name, track->row->codecs,
		   track->row->pieces[0].peak_bps);
	if (p->kind == RENDITION_VIDEO)
		buf_printf(out, " width=\"%" PRId64 "\" height=\"%" PRId64 "\" frameRate=\"%" PRId64 "/%" PRId64 "\" sar=\"1:1\">\n",
			   p->width, p->height, p->rate_num, p->rate_den);
	else
		buf_printf(out, " audioSamplingRate=\"%" PRIu32 "\">\n    <AudioChannelConfiguration schemeIdUri="
			   "\"urn:mpeg:dash:23003:3:audio_channel_configuration:2011\" value=\"%" PRId64 "\"/>\n",
			   track->file->sample_rate, p->channels);
	put_segments(track, out);
	buf_puts(out, "   </Representation>\n");
}

/* Of what is not the main sound: ISO/IEC 23009-1, 5.8.5.5. */
static const char *const roles[ROLE_COUNT] = {
	[ROLE_PLAIN] = "alternate", [ROLE_FORCED] = "forced-subtitle", [ROLE_CAPTIONS] = "caption", [ROLE_COMMENTARY] = "commentary",
	[ROLE_DESCRIPTION] = "description",
};

static void put_role(const char *role, struct buf *out)
{
	buf_printf(out, "   <Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"%s\"/>\n", role);
}

/* A text is one file beside the manifest, and no segments (5.3.9.1): players load it whole. */
static void put_text(const struct rendition_row *row, struct buf *out)
{
	const struct plan_rendition *p = &row->planned;

	buf_puts(out, "  <AdaptationSet contentType=\"text\" mimeType=\"text/vtt\"");
	put_language(p, out);
	put_role(p->role == ROLE_PLAIN ? "subtitle" : roles[p->role], out);
	buf_printf(out, "   <Representation id=\"%s\" bandwidth=\"%" PRId64 "\">\n    <BaseURL>%s</BaseURL>\n   </Representation>\n"
		   "  </AdaptationSet>\n", p->name, row->pieces[0].peak_bps > 0 ? row->pieces[0].peak_bps : 1, row->pieces[0].file);
}

static void open_set(const struct rendition_row *row, struct buf *out)
{
	buf_printf(out, "  <AdaptationSet contentType=\"%s\" mimeType=\"%s\" segmentAlignment=\"true\" startWithSAP=\"1\"",
		   content_of(row), mime_of(row));
	put_language(&row->planned, out);
	if (row->planned.kind == RENDITION_AUDIO)
		put_role(row->planned.is_default ? "main" : roles[row->planned.role], out);
}

/* Players switch within a set: the rungs of one codec. */
static bool same_set(const struct rendition_row *a, const struct rendition_row *b)
{
	return a->planned.kind == RENDITION_VIDEO && b->planned.kind == RENDITION_VIDEO &&
	       strcmp(a->planned.codec, b->planned.codec) == 0;
}

static bool is_first_of_set(const struct manifest_track *tracks, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (same_set(tracks[i].row, tracks[at].row))
			return false;
	return true;
}

static void put_set(const struct manifest_track *tracks, size_t count, size_t at, struct buf *out)
{
	open_set(tracks[at].row, out);
	put_representation(&tracks[at], out);
	for (size_t i = at + 1; i < count; i++)
		if (same_set(tracks[at].row, tracks[i].row))
			put_representation(&tracks[i], out);
	buf_puts(out, "  </AdaptationSet>\n");
}

/* What has arrived at the rate of @bandwidth after @minBufferTime plays on from any segment (5.3.5.4): at the rate of its busiest
 * segments that takes as long as one of them. */
void manifest_write(const struct manifest_track *tracks, size_t count, struct buf *out)
{
	double longest = 0, segment_us = 0;

	for (size_t i = 0; i < count; i++)
		if (tracks[i].file != NULL) {
			longest = fmax(longest, seconds_of(tracks[i].file));
			segment_us = fmax(segment_us, (double)tracks[i].row->pieces[0].longest_us);
		}
	buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	buf_printf(out, "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" profiles=\"urn:mpeg:dash:profile:isoff-main:2011\" type=\"static\" "
		   "mediaPresentationDuration=\"PT%.3fS\" minBufferTime=\"PT%.3fS\">\n <Period id=\"0\" start=\"PT0S\">\n", longest,
		   segment_us / 1e6);
	for (size_t i = 0; i < count; i++)
		if (tracks[i].row->planned.kind == RENDITION_TEXT)
			put_text(tracks[i].row, out);
		else if (is_first_of_set(tracks, i))
			put_set(tracks, count, i, out);
	buf_puts(out, " </Period>\n</MPD>\n");
}
