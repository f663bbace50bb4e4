/*
 * facts.c - what matters of a source: which streams, how they are shown, and whether to refuse.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode/facts.h"

#define SAR_MOST 8              /* a stranger pixel than 8:1 is taken for a mistake */

static bool refuse(struct refusal *refusal, const char *code, const char *detail)
{
	refusal->code = code;
	snprintf(refusal->detail, sizeof refusal->detail, "%s", detail);
	return false;
}

/* "30000/1001" or "16:9"; 0/0 where it is neither or not positive. */
static struct ratio parse_ratio(const char *text)
{
	struct ratio ratio = { 0, 0 };
	char sign;

	if (sscanf(text, "%18" SCNd64 "%c%18" SCNd64, &ratio.num, &sign, &ratio.den) != 3)
		return (struct ratio){ 0, 0 };
	if (ratio.num <= 0 || ratio.den <= 0 || ratio.num > INT32_MAX || ratio.den > INT32_MAX)
		return (struct ratio){ 0, 0 };
	return ratio;
}

/* ffprobe names codecs that ffmpeg cannot decode, or that we do not let it: these we do. */
static const char *const video_codecs[] = {
	"h264", "hevc", "av1", "vp9", "vp8", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "prores", "dnxhd",
	"vc1", "wmv1", "wmv2", "wmv3", "msmpeg4v1", "msmpeg4v2", "msmpeg4v3", "h263", "h263i", "h263p",
	"flv1", "theora", "vp6", "vp6f", "vp6a", "dvvideo", "ffv1", "huffyuv", "ffvhuff", "utvideo", "png",
	"gif", "qtrle", "svq1", "svq3", "cinepak", "rv10", "rv20", "rv30", "rv40", "rawvideo", "cfhd", NULL,
};

static const char *const audio_codecs[] = {
	"aac", "aac_latm", "mp3", "mp2", "mp1", "ac3", "eac3", "dts", "truehd", "mlp", "opus", "vorbis",
	"flac", "alac", "wmav1", "wmav2", "wmapro", "amr_nb", "amr_wb", "cook", "qdm2", "nellymoser",
	"speex", "adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "adpcm_swf", "adpcm_yamaha", "pcm_s16le",
	"pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be",
	"pcm_f64le", "pcm_f64be", "pcm_u8", "pcm_s8", "pcm_alaw", "pcm_mulaw", "pcm_bluray", "pcm_dvd",
	"pcm_s16le_planar", "pcm_s24le_planar", NULL,
};

static bool is_among(const char *const *list, const char *name)
{
	while (*list != NULL && strcmp(*list, name) != 0)
		list++;
	return *list != NULL;
}

/* Cover art is a video stream to ffprobe, and so are tracks that never say their size. */
static bool is_video(const struct stream_row *s)
{
	return strcmp(s->type, "video") == 0 && !s->attached_pic && s->width > 0 && s->height > 0 &&
	       is_among(video_codecs, s->codec);
}

static bool is_audio(const struct stream_row *s)
{
	return strcmp(s->type, "audio") == 0 && s->channels > 0 && s->sample_rate > 0 && is_among(audio_codecs, s->codec);
}

static const struct stream_row *find_video(const struct probe *probe)
{
	for (size_t i = 0; i < probe->stream_count; i++)
		if (is_video(&probe->streams[i]))
			return &probe->streams[i];
	return NULL;
}

/* The default track, else the first. */
static const struct stream_row *find_audio(const struct probe *probe)
{
	const struct stream_row *first = NULL;

	for (size_t i = 0; i < probe->stream_count; i++) {
		if (!is_audio(&probe->streams[i]))
			continue;
		if (probe->streams[i].is_default)
			return &probe->streams[i];
		if (first == NULL)
			first = &probe->streams[i];
	}
	return first;
}

/* ffprobe's angle is counter-clockwise, -180 to 180. */
static int64_t clockwise(int64_t rotation)
{
	int64_t angle = ((-rotation % 360) + 360) % 360;

	return (angle + 45) / 90 % 4 * 90;
}

/* The nearest even number; down where two are as near. */
static int64_t even(double pixels)
{
	int64_t n = (int64_t)ceil(pixels / 2 - 0.5) * 2;

	return n < 2 ? 2 : n;
}

/* Square pixels by growing the shorter way, then the turn. */
static void shown_size(const struct stream_row *s, struct facts *f)
{
	struct ratio sar = parse_ratio(s->sar);
	double aspect = sar.den > 0 ? (double)sar.num / (double)sar.den : 1.0;
	double width = (double)s->width, height = (double)s->height;

	if (aspect > SAR_MOST || aspect < 1.0 / SAR_MOST)
		aspect = 1.0;
	if (aspect >= 1.0)
		width *= aspect;
	else
		height /= aspect;
	f->rotation = clockwise(s->rotation);
	f->width = even(f->rotation % 180 == 0 ? width : height);
	f->height = even(f->rotation % 180 == 0 ? height : width);
}

static enum facts_hdr hdr_of(const struct stream_row *s)
{
	if (strcmp(s->color_transfer, "smpte2084") == 0)
		return FACTS_PQ;
	if (strcmp(s->color_transfer, "arib-std-b67") == 0)
		return FACTS_HLG;
	return FACTS_SDR;
}

static bool is_interlaced(const char *order)
{
	static const char *const orders[] = { "tt", "bb", "tb", "bt", NULL };

	return is_among(orders, order);
}

static void take_video(const struct stream_row *s, struct facts *f)
{
	f->has_video = true;
	f->video_index = s->index;
	snprintf(f->video_codec, sizeof f->video_codec, "%s", s->codec);
	f->timebase = parse_ratio(s->time_base);
	f->coded_width = s->width;
	f->coded_height = s->height;
	shown_size(s, f);
	f->interlaced = is_interlaced(s->field_order);
	f->full_range = strcmp(s->color_range, "pc") == 0;
	f->has_b_frames = s->has_b_frames > 0;
	f->hdr = hdr_of(s);
	snprintf(f->pix_fmt, sizeof f->pix_fmt, "%s", s->pix_fmt);
	snprintf(f->color_space, sizeof f->color_space, "%s", s->color_space);
	snprintf(f->color_primaries, sizeof f->color_primaries, "%s", s->color_primaries);
	snprintf(f->color_transfer, sizeof f->color_transfer, "%s", s->color_transfer);
	f->rate_nominal = parse_ratio(s->r_frame_rate);
	f->rate_mean = parse_ratio(s->avg_frame_rate);
	f->video_start_s = s->start_time;
}

static void take_audio(const struct stream_row *s, struct facts *f)
{
	f->has_audio = true;
	f->audio_index = s->index;
	f->sample_rate = s->sample_rate;
	f->channels = s->channels;
	f->audio_start_s = s->start_time;
	f->audio_duration_s = isfinite(s->duration) && s->duration > 0 ? s->duration : 0;
}

static bool check_limits(const struct facts *f, const struct conf *conf, struct refusal *refusal)
{
	if (f->has_video && f->coded_width * f->coded_height > conf->pixels_max)
		return refuse(refusal, "picture_too_large", "The picture is larger than this server takes.");
	if (f->has_video && f->timebase.den == 0)
		return refuse(refusal, "not_a_video", "The video does not say how its time is counted.");
	if (!f->has_video && f->duration_s * 1000 > (double)conf->duration_max_ms)
		return refuse(refusal, "too_long", "The recording is longer than this server takes.");
	return true;
}

bool facts_from_probe(const struct probe *probe, const struct conf *conf, struct facts *f, struct refusal *refusal)
{
	const struct stream_row *video = find_video(probe), *audio = find_audio(probe);

	memset(f, 0, sizeof *f);
	f->audio_start_s = f->video_start_s = NAN;
	snprintf(f->container, sizeof f->container, "%s", probe->format);
	f->start_s = probe->start_time;
	f->duration_s = isfinite(probe->duration) && probe->duration > 0 ? probe->duration : 0;
	if (video != NULL)
		take_video(video, f);
	if (audio != NULL)
		take_audio(audio, f);
	if (video == NULL && audio == NULL)
		return refuse(refusal, "not_a_video", "The file has neither a picture nor a sound that can be read.");
	return check_limits(f, conf, refusal);
}
