/*
 * facts_picture.c - the picture of a source: which one, and how it is shown.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/strings.h"
#include "encode/facts_picture.h"

#define FIELD_SHAPE 2.42        /* wide for its height is more than any picture is, and less than a field */
#define SAR_MOST 8              /* a stranger pixel than 8:1 is taken for a mistake */
#define SAR_LEAST 1.0025        /* and one nearer to square for square: rounding made it, and nobody sees it */

/* ffprobe names codecs that ffmpeg cannot decode, or that we do not let it: these we do. */
static const char *const video_codecs[] = {
	"h264", "hevc", "av1", "vp9", "vp8", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "prores", "dnxhd",
	"vc1", "wmv1", "wmv2", "wmv3", "msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "h263", "h263i", "h263p",
	"flv1", "theora", "vp6", "vp6f", "vp6a", "dvvideo", "ffv1", "huffyuv", "ffvhuff", "utvideo", "png",
	"gif", "apng", "qtrle", "svq1", "svq3", "cinepak", "rv10", "rv20", "rv30", "rv40", "rawvideo", "v210",
	"cfhd", NULL,
};

/* Cover art is a video stream to ffprobe, and so are tracks that never say their size. */
static bool is_video(const struct stream_row *s)
{
	return strcmp(s->type, "video") == 0 && !s->attached_pic;
}

static bool has_size(const struct stream_row *s)
{
	return s->width > 0 && s->height > 0;
}

static bool is_shown(const struct stream_row *s)
{
	return is_video(s) && has_size(s);
}

bool facts_picture_is(const struct stream_row *s)
{
	return is_shown(s) && strings_among(video_codecs, s->codec);
}

/* Cover art that decoders of ours read. */
static bool is_cover(const struct stream_row *s)
{
	static const char *const codecs[] = { "mjpeg", "png", NULL };

	return strcmp(s->type, "video") == 0 && s->attached_pic && has_size(s) && strings_among(codecs, s->codec);
}

static bool is_empty(const struct stream_row *s)
{
	return is_video(s) && !has_size(s) && strings_among(video_codecs, s->codec);
}

/* Codecs of stills: beside another one it is a thumbnail, whatever the file says. */
static bool is_of_stills(const struct stream_row *s)
{
	return strcmp(s->codec, "mjpeg") == 0 || strcmp(s->codec, "png") == 0;
}

/* What moves before a thumbnail; the default of the source before any other, as with sounds; else the first. */
static bool is_better(const struct stream_row *s, const struct stream_row *than)
{
	if (than == NULL || is_of_stills(s) != is_of_stills(than))
		return than == NULL || is_of_stills(than);
	return s->is_default && !than->is_default;
}

static const struct stream_row *find_video(const struct probe *probe, size_t *count)
{
	const struct stream_row *best = NULL;

	*count = 0;
	for (size_t i = 0; i < probe->stream_count; i++) {
		if (!facts_picture_is(&probe->streams[i]))
			continue;
		if (is_better(&probe->streams[i], best))
			best = &probe->streams[i];
		++*count;
	}
	return best;
}

/* Of which only a decoder would know the size, as of many in FLV and MPEG-TS, and none of ours does. */
static bool is_foreign(const struct stream_row *s)
{
	return is_video(s) && !strings_among(video_codecs, s->codec);
}

/* The codec of the first picture, where none can be read.  Of one that ffprobe does not know it tells the size alone; but a FLV names
 * no track without a picture (H.265 of RTMP, before ffmpeg 6.1). */
static void take_unread(const struct probe *probe, struct facts_picture *p)
{
	bool flv = strstr(probe->format, "flv") != NULL;

	for (size_t i = 0; i < probe->stream_count && p->unread[0] == '\0'; i++) {
		const struct stream_row *s = &probe->streams[i];

		if (is_shown(s) || is_foreign(s))
			snprintf(p->unread, sizeof p->unread, "%s", s->codec[0] == '\0' && (flv || is_shown(s)) ? "something unknown" : s->codec);
	}
}

/*
 * ffprobe's angle is counter-clockwise, -180 to 180, and cut to a whole number.  ffmpeg turns a picture by what is nearly
 * a right angle with its frame, and by any other within it.
 */
static void take_turn(const struct stream_row *s, struct facts_picture *p)
{
	int64_t angle = ((-s->rotation % 360) + 360) % 360, off = (angle + 1) % 90;

	if (off <= 2)
		p->rotation = (angle + 1) / 90 % 4 * 90;
	else
		p->askew = angle;
}

/* "00000000: A B U", "00000001: C D V", ...: 16.16 numbers (ISO/IEC 14496-12, section 8.3.2). */
static void take_matrix(const struct stream_row *s, struct facts_picture *p)
{
	double a = 1, b = 0, c = 0, d = 1;
	bool known = sscanf(s->matrix, " 00000000: %11lf %11lf %*11d 00000001: %11lf %11lf", &a, &b, &c, &d) == 4;

	p->mirrored = known && a * d - b * c < 0;
	p->reshaped = p->rotation != 0 || p->askew != 0 || (known && (a != 65536 || b != 0 || c != 0 || d != 65536));
}

/* The nearest even number; down where two are as near. */
static int64_t even(double pixels)
{
	int64_t n = (int64_t)ceil(pixels / 2 - 0.5) * 2;

	return n < 2 ? 2 : n;
}

/* As filters of ffmpeg have it for a picture. */
static double coded_shape(const struct stream_row *s)
{
	struct ratio sar = ratio_parse(s->sar);
	double shape = s->height > 0 ? (double)s->width / (double)s->height : 0;

	return sar.num > 0 && sar.den > 0 ? shape * (double)sar.num / (double)sar.den : shape;
}

/* Square pixels by growing the shorter way, then the turn. */
static void shown_size(const struct stream_row *s, struct facts_picture *p)
{
	struct ratio sar = ratio_parse(s->sar);
	double aspect = sar.den > 0 ? (double)sar.num / (double)sar.den : 1.0;
	double width = (double)s->width, height = (double)s->height * (p->by_field ? 2 : 1);

	if (aspect > SAR_MOST || aspect < 1.0 / SAR_MOST || (aspect < SAR_LEAST && aspect > 1.0 / SAR_LEAST))
		aspect = 1.0;
	if (aspect >= 1.0)
		width *= aspect;
	else
		height /= aspect;
	take_turn(s, p);
	take_matrix(s, p);
	p->width = even(p->rotation % 180 == 0 ? width : height);
	p->height = even(p->rotation % 180 == 0 ? height : width);
}

static enum facts_hdr hdr_of(const struct stream_row *s)
{
	if (strcmp(s->color_transfer, "smpte2084") == 0)
		return FACTS_PQ;
	if (strcmp(s->color_transfer, "arib-std-b67") == 0)
		return FACTS_HLG;
	return FACTS_SDR;
}

bool facts_may_have_fields(const struct facts_picture *p)
{
	return ratio_value(p->rate_nominal) < FACTS_FIELDS_MOST;
}

/* Formats with a channel of transparency, but for palettes, which seldom use it. */
static bool has_alpha(const char *pix_fmt)
{
	static const char *const formats[] = { "rgba", "bgra", "argb", "abgr", "ya8", "yuva", "gbrap", "ayuv", "vuya", NULL };

	for (size_t i = 0; formats[i] != NULL; i++)
		if (strncmp(pix_fmt, formats[i], strlen(formats[i])) == 0)
			return true;
	return false;
}

/* What decoding showed outweighs what the stream claims. */
static void take_fields(const struct stream_row *s, const struct measured *m, const struct measured *elsewhere, struct facts_picture *p)
{
	struct fields_seen seen = { .fields = fields_claimed(s) };

	p->says_interlaced = fields_claimed(s) != FIELDS_PROGRESSIVE;
	p->claims_fields = fields_are_doubtful(s);
	p->fields_suspected = m->known && fields_are_suspected(m);
	p->by_field = fields_are_pictures(s, m) && p->coded_shape > FIELD_SHAPE;
	if (p->by_field)
		return;
	if (m->known)
		seen = fields_measured(m, elsewhere, p->says_interlaced);
	p->fields = seen.fields;
	p->interlaced = seen.fields != FIELDS_PROGRESSIVE;
	p->telecine = seen.telecine;
	p->fields_in_parts = seen.in_parts;
	p->fields_flagged = m->flagged * 2 > m->pictures;
	p->fields_in_turn = seen.in_turn && p->fields_flagged;
	p->fields_unsure = seen.unsure && facts_may_have_fields(p);
}

static void take_measured(const struct measured *m, struct facts_picture *p)
{
	p->captions = m->captions > 0;
	p->damage = m->errors;
	p->keys_alone = m->known ? m->alone : -1;
	p->first_pts = m->known ? m->first_pts : INT64_MIN;
	p->last_pts = m->last_pts;
	p->looked = m->pictures;
}

static void take_video(const struct stream_row *s, const struct probe *probe, struct facts_picture *p)
{
	p->index = s->index;
	snprintf(p->codec, sizeof p->codec, "%s", s->codec);
	p->timebase = ratio_parse(s->time_base);
	p->coded_width = s->width;
	p->coded_height = s->height;
	p->coded_shape = coded_shape(s);
	p->rate_nominal = ratio_parse(s->r_frame_rate);
	p->rate_mean = ratio_parse(s->avg_frame_rate);
	take_fields(s, &probe->measured, &probe->elsewhere, p);
	take_measured(&probe->measured, p);
	shown_size(s, p);
	p->alpha = has_alpha(s->pix_fmt);
	p->palette = strcmp(s->pix_fmt, "pal8") == 0 && strcmp(s->codec, "png") != 0;
	p->full_range = strcmp(s->color_range, "pc") == 0;
	p->delay = s->has_b_frames > 0 ? s->has_b_frames : 0;
	p->hdr = hdr_of(s);
	p->dolby_only = s->dolby_profile == 5 || (s->dolby_profile > 0 && s->dolby_base == 0);
	snprintf(p->pix_fmt, sizeof p->pix_fmt, "%s", s->pix_fmt);
	snprintf(p->color_space, sizeof p->color_space, "%s", s->color_space);
	snprintf(p->color_primaries, sizeof p->color_primaries, "%s", s->color_primaries);
	snprintf(p->color_transfer, sizeof p->color_transfer, "%s", s->color_transfer);
}

bool facts_picture_take_other(const struct stream_row *s, struct facts_picture *p)
{
	if (is_empty(s))
		p->empty++;
	else if (is_cover(s) && p->cover < 0)
		p->cover = s->index;
	return strcmp(s->type, "video") == 0;
}

const struct stream_row *facts_picture_find(const struct probe *probe, struct facts_picture *p)
{
	const struct stream_row *video = find_video(probe, &p->count);

	p->cover = -1;
	p->idr = probe->idr;
	if (video != NULL)
		take_video(video, probe, p);
	else
		take_unread(probe, p);
	return video;
}
