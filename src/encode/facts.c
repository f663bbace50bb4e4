/*
 * facts.c - what matters of a source: which tracks, how they are shown, and whether to refuse.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "encode/facts.h"
#include "encode/language.h"

#define OVER_MOST_S 10.0        /* a sound may go on so much longer than the picture */
#define OVER_PART 4             /* or so many times as long, if that is more than ... */
#define OVER_LEAST_S 0.5
#define LATE_S 2.0              /* behind so much what is described by the first packets may not be */
#define SAR_MOST 8              /* a stranger pixel than 8:1 is taken for a mistake */
#define SAR_LEAST 1.0025        /* and one nearer to square for square: rounding made it, and nobody sees it */

bool facts_refuse(struct refusal *refusal, const char *code, const char *format, ...)
{
	va_list ap;

	refusal->code = code;
	va_start(ap, format);
	vsnprintf(refusal->detail, sizeof refusal->detail, format, ap);
	va_end(ap);
	return false;
}

bool facts_refuse_unread(struct refusal *refusal, const struct facts *f)
{
	return facts_refuse(refusal, "not_decodable", "The picture is coded as %s, which this server does not read.", f->picture_unread);
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
	"gif", "apng", "qtrle", "svq1", "svq3", "cinepak", "rv10", "rv20", "rv30", "rv40", "rawvideo", "v210",
	"cfhd", NULL,
};

static const char *const audio_codecs[] = {
	"aac", "aac_latm", "mp3", "mp2", "mp1", "ac3", "eac3", "dts", "truehd", "mlp", "opus", "vorbis",
	"flac", "alac", "wmav1", "wmav2", "wmapro", "amr_nb", "amr_wb", "cook", "qdm2", "nellymoser",
	"speex", "adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "adpcm_swf", "adpcm_yamaha", "pcm_s16le",
	"pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be",
	"pcm_f64le", "pcm_f64be", "pcm_u8", "pcm_s8", "pcm_alaw", "pcm_mulaw", "pcm_bluray", "pcm_dvd",
	"pcm_s16le_planar", "pcm_s24le_planar", "wavpack", "tta", NULL,
};

static bool is_among(const char *const *list, const char *name)
{
	while (*list != NULL && strcmp(*list, name) != 0)
		list++;
	return *list != NULL;
}

/* Cover art is a video stream to ffprobe, and so are tracks that never say their size. */
static bool is_picture(const struct stream_row *s)
{
	return strcmp(s->type, "video") == 0 && !s->attached_pic && s->width > 0 && s->height > 0;
}

static bool is_video(const struct stream_row *s)
{
	return is_picture(s) && is_among(video_codecs, s->codec);
}

static bool is_audio(const struct stream_row *s)
{
	return strcmp(s->type, "audio") == 0 && s->channels > 0 && s->sample_rate > 0 && is_among(audio_codecs, s->codec);
}

/* Subtitles that are text: the others are pictures, or need fonts of their own. */
static const char *const text_codecs[] = {
	"subrip", "srt", "ass", "ssa", "webvtt", "mov_text", "text", "eia_608", NULL,
};

static bool is_text(const struct stream_row *s)
{
	return strcmp(s->type, "subtitle") == 0 && is_among(text_codecs, s->codec);
}

/* Cover art that decoders of ours read. */
static bool is_cover(const struct stream_row *s)
{
	static const char *const codecs[] = { "mjpeg", "png", NULL };

	return strcmp(s->type, "video") == 0 && s->attached_pic && s->width > 0 && s->height > 0 && is_among(codecs, s->codec);
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
		if (!is_video(&probe->streams[i]))
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
	return strcmp(s->type, "video") == 0 && !s->attached_pic && !is_among(video_codecs, s->codec);
}

/* The codec of the first picture, where none can be read.  Of one that ffprobe does not know it tells the size alone. */
static void take_unread(const struct probe *probe, struct facts *f)
{
	for (size_t i = 0; i < probe->stream_count && f->picture_unread[0] == '\0'; i++) {
		const struct stream_row *s = &probe->streams[i];

		if (is_picture(s) || is_foreign(s))
			snprintf(f->picture_unread, sizeof f->picture_unread, "%s", s->codec[0] == '\0' && is_picture(s) ? "something unknown" : s->codec);
	}
}

/*
 * ffprobe's angle is counter-clockwise, -180 to 180, and cut to a whole number.  ffmpeg turns a picture by what is nearly
 * a right angle with its frame, and by any other within it.
 */
static void take_turn(const struct stream_row *s, struct facts *f)
{
	int64_t angle = ((-s->rotation % 360) + 360) % 360, off = (angle + 1) % 90;

	if (off <= 2)
		f->rotation = (angle + 1) / 90 % 4 * 90;
	else
		f->askew = angle;
}

/* "00000000: A B U", "00000001: C D V", ...: 16.16 numbers (ISO/IEC 14496-12, section 8.3.2). */
static void take_matrix(const struct stream_row *s, struct facts *f)
{
	double a = 1, b = 0, c = 0, d = 1;
	bool known = sscanf(s->matrix, " 00000000: %11lf %11lf %*11d 00000001: %11lf %11lf", &a, &b, &c, &d) == 4;

	f->mirrored = known && a * d - b * c < 0;
	f->reshaped = f->rotation != 0 || f->askew != 0 || (known && (a != 65536 || b != 0 || c != 0 || d != 65536));
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
	double width = (double)s->width, height = (double)s->height * (f->by_field ? 2 : 1);

	if (aspect > SAR_MOST || aspect < 1.0 / SAR_MOST || (aspect < SAR_LEAST && aspect > 1.0 / SAR_LEAST))
		aspect = 1.0;
	if (aspect >= 1.0)
		width *= aspect;
	else
		height /= aspect;
	take_turn(s, f);
	take_matrix(s, f);
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

bool facts_are_in(const struct facts *f, const char *container)
{
	size_t len = strcspn(f->container, ",");

	return strlen(container) == len && strncmp(f->container, container, len) == 0;
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
static void take_measured(const struct stream_row *s, const struct measured *m, struct facts *f)
{
	f->says_interlaced = fields_claimed(s) != FIELDS_PROGRESSIVE;
	f->claims_fields = fields_are_doubtful(s);
	f->by_field = fields_are_pictures(s, m);
	if (!f->by_field)
		f->fields = m->known ? fields_measured(m, f->says_interlaced, &f->telecine) : fields_claimed(s);
	f->interlaced = f->fields != FIELDS_PROGRESSIVE;
	f->captions = m->captions > 0;
	f->damage = m->errors;
	f->keys_alone = m->known ? m->alone : -1;
	f->first_pts = m->known ? m->first_pts : INT64_MIN;
}

static void take_video(const struct stream_row *s, const struct measured *m, struct facts *f)
{
	f->has_video = true;
	f->video_index = s->index;
	snprintf(f->video_codec, sizeof f->video_codec, "%s", s->codec);
	f->timebase = parse_ratio(s->time_base);
	f->coded_width = s->width;
	f->coded_height = s->height;
	take_measured(s, m, f);
	shown_size(s, f);
	f->alpha = has_alpha(s->pix_fmt);
	f->palette = strcmp(s->pix_fmt, "pal8") == 0 && strcmp(s->codec, "png") != 0;
	f->full_range = strcmp(s->color_range, "pc") == 0;
	f->delay = s->has_b_frames > 0 ? s->has_b_frames : 0;
	f->hdr = hdr_of(s);
	f->dolby_only = s->dolby_profile == 5 || (s->dolby_profile > 0 && s->dolby_base == 0);
	snprintf(f->pix_fmt, sizeof f->pix_fmt, "%s", s->pix_fmt);
	snprintf(f->color_space, sizeof f->color_space, "%s", s->color_space);
	snprintf(f->color_primaries, sizeof f->color_primaries, "%s", s->color_primaries);
	snprintf(f->color_transfer, sizeof f->color_transfer, "%s", s->color_transfer);
	f->rate_nominal = parse_ratio(s->r_frame_rate);
	f->rate_mean = parse_ratio(s->avg_frame_rate);
}

/* Which tracks there are, in what language, for whom. */
static void take_track(const struct stream_row *s, struct track *t)
{
	memset(t, 0, sizeof *t);
	t->index = s->index;
	snprintf(t->codec, sizeof t->codec, "%s", s->codec);
	snprintf(t->profile, sizeof t->profile, "%s", s->profile);
	snprintf(t->layout, sizeof t->layout, "%s", s->layout);
	snprintf(t->title, sizeof t->title, "%s", s->title);
	language_tag(s->language, t->language);
	t->timebase = parse_ratio(s->time_base);
	t->channels = s->channels;
	t->sample_rate = s->sample_rate;
	t->is_default = s->is_default;
	t->original = s->original;
	t->commentary = s->comment;
	t->hearing_impaired = s->hearing_impaired;
	t->visual_impaired = s->visual_impaired;
	t->forced = s->forced;
	t->start_s = s->start_time;
	t->duration_s = isfinite(s->duration) && s->duration > 0 ? s->duration : 0;
}

/* How well a track serves as the one that is heard unless another is chosen. */
static int fitness(const struct track *t)
{
	return 4 * t->is_default + 2 * (!t->commentary && !t->visual_impaired) + t->original;
}

/* The main sound comes first: the default track, not a commentary, else the first of the file. */
static void put_main_first(struct facts *f)
{
	struct track first;
	size_t best = 0;

	for (size_t i = 1; i < f->sound_count; i++)
		if (fitness(&f->sounds[i]) > fitness(&f->sounds[best]))
			best = i;
	first = f->sounds[best];
	memmove(&f->sounds[1], &f->sounds[0], best * sizeof first);
	f->sounds[0] = first;
	f->has_audio = true;
	f->audio_start_s = first.start_s;
}

/* Named by the container, and no packet of it was seen that tells what it is. */
static bool is_empty_sound(const struct stream_row *s)
{
	return strcmp(s->type, "audio") == 0 && (s->channels <= 0 || s->sample_rate <= 0) && is_among(audio_codecs, s->codec);
}

static bool is_empty_picture(const struct stream_row *s)
{
	return strcmp(s->type, "video") == 0 && !s->attached_pic && (s->width <= 0 || s->height <= 0) && is_among(video_codecs, s->codec);
}

/* Of a multiplex of programs the picture's alone: another one's sound is not what is seen. */
static bool is_of_other_program(const struct stream_row *s, const struct stream_row *video)
{
	return video != NULL && video->programs != 0 && s->programs != 0 && (video->programs & s->programs) == 0 && (is_audio(s) || is_text(s));
}

static void take_other(const struct stream_row *s, struct facts *f)
{
	if (is_audio(s) && f->sound_count < FACTS_TRACKS_MOST)
		take_track(s, &f->sounds[f->sound_count++]);
	else if (is_empty_sound(s))
		f->sounds_empty++;
	else if (is_empty_picture(s))
		f->pictures_empty++;
	else if (strcmp(s->type, "audio") == 0)
		f->sounds_unread++;
	else if (is_text(s) && f->text_count < FACTS_TRACKS_MOST)
		take_track(s, &f->texts[f->text_count++]);
	else if (strcmp(s->type, "subtitle") == 0)
		f->bitmap_texts++;
	else if (is_cover(s) && f->cover_index < 0)
		f->cover_index = s->index;
}

bool facts_length_is_guessed(const struct facts *f)
{
	return facts_are_in(f, "aac") || facts_are_in(f, "mp3");
}

static bool check_limits(const struct facts *f, const struct conf *conf, struct refusal *refusal)
{
	if (f->has_video && f->coded_width * f->coded_height > conf->pixels_max)
		return facts_refuse(refusal, "picture_too_large", "The picture is larger than this server takes.");
	if (f->has_video && f->dolby_only)
		return facts_refuse(refusal, "dolby_vision",
			      "The picture is Dolby Vision without a base for other players (profile 5): its colours cannot be told.");
	if (f->has_video && f->timebase.den == 0)
		return facts_refuse(refusal, "not_a_video", "The video does not say how its time is counted.");
	if (!f->has_video && f->duration_s * 1000 > (double)conf->duration_max_ms)
		return facts_refuse(refusal, "too_long", "The recording is longer than this server takes.");
	return true;
}

static void take_steadies(const struct steadies *list, struct facts *f)
{
	for (size_t i = 0; i < list->count; i++)
		for (size_t t = 0; t < f->sound_count; t++) {
			if (f->sounds[t].index != list->items[i].index)
				continue;
			f->sounds[t].steady = true;
			f->sounds[t].first_sample = list->items[i].first;
			f->sounds[t].packets = list->items[i].packets;
			f->sounds[t].kbps = list->items[i].kbps;
		}
}

/* Nobody is refused for a guess: what is longer is seen when it is made. */
static void take_claim(const struct probe *probe, const struct conf *conf, struct facts *f)
{
	f->duration_s = isfinite(probe->duration) && probe->duration > 0 ? probe->duration : 0;
	if (facts_length_is_guessed(f))
		f->duration_s = fmin(f->duration_s, (double)conf->duration_max_ms / 1000);
}

bool facts_is_animation(const struct facts *facts)
{
	return facts_are_in(facts, "gif") || facts_are_in(facts, "apng");
}

/* How long the pictures are shown in all, where the container says so for each: of MP4 only if all of them are there, since it
 * claims the whole of what was cut short, or is cut by its edit list. */
static void take_length(const struct stream_row *s, struct facts *f)
{
	bool counts = facts_are_in(f, "mov") && s->nb_frames > 0;
	bool tells = counts || facts_is_animation(f);

	f->picture_s = tells && isfinite(s->duration) && s->duration > 0 ? s->duration : 0;
	f->picture_count = counts ? s->nb_frames : 0;
	f->told_frames = s->nb_frames;
	f->announced_s = facts_are_in(f, "matroska") && isfinite(s->told_s) && s->told_s > 0 ? s->told_s : 0;
}

bool facts_is_outlasted(double picture_s, double over_s)
{
	return over_s > OVER_MOST_S || (over_s > OVER_LEAST_S && over_s > OVER_PART * picture_s);
}

static void take_end(const struct probe *probe, const struct stream_row *video, struct facts *f)
{
	for (size_t i = 0; i < probe->stream_count && f->has_audio; i++) {
		const struct stream_row *s = &probe->streams[i];

		if (s->index == f->sounds[0].index)
			f->outlasted = facts_is_outlasted(video->told_s, s->start_time + s->told_s - video->start_time - video->told_s);
	}
}

/* Containers without a header that describes their tracks; FLV does not even name them. */
static void take_late(const struct probe *probe, struct facts *f)
{
	bool flv = strstr(f->container, "flv") != NULL, loose = flv || strncmp(f->container, "mpeg", 4) == 0;

	f->incomplete = !probe->wide && loose && (f->sounds_empty + f->pictures_empty > 0 || (flv && f->has_video != f->has_audio));
	for (size_t i = 0; i < probe->stream_count && probe->wide; i++) {
		const struct stream_row *s = &probe->streams[i];

		f->wide = f->wide || ((is_audio(s) || is_video(s)) && s->start_time - f->start_s > LATE_S);
	}
}

/* A duration of 0 stands for all that follows, as in a movie of fragments (ISO/IEC 14496-12, 8.6.6.1); ffmpeg takes it as it is. */
static void take_edits(const struct probe *probe, struct facts *f)
{
	for (size_t i = 0; i < probe->stream_count; i++) {
		const struct stream_row *s = &probe->streams[i];
		bool is_track = is_audio(s) || is_video(s), is_void = fabs(s->duration) <= 0;

		f->edits_are_void = f->edits_are_void || (facts_are_in(f, "mov") && is_track && s->nb_frames > 1 && is_void);
	}
}

bool facts_from_probe(const struct probe *probe, const struct conf *conf, struct facts *f, struct refusal *refusal)
{
	const struct stream_row *video;

	memset(f, 0, sizeof *f);
	video = find_video(probe, &f->video_count);
	f->audio_start_s = NAN;
	f->cover_index = -1;
	snprintf(f->container, sizeof f->container, "%s", probe->format);
	f->start_s = probe->start_time;
	f->merged = probe->merged;
	f->size_bytes = probe->size_bytes;
	take_claim(probe, conf, f);
	for (size_t i = 0; i < probe->stream_count; i++)
		if (is_of_other_program(&probe->streams[i], video))
			f->other_programs++;
		else
			take_other(&probe->streams[i], f);
	if (f->sound_count > 0)
		put_main_first(f);
	take_steadies(&probe->steadies, f);
	if (video != NULL) {
		take_video(video, &probe->measured, f);
		take_length(video, f);
		take_end(probe, video, f);
		f->idr = probe->idr;
	} else
		take_unread(probe, f);
	take_late(probe, f);
	take_edits(probe, f);
	if (f->picture_unread[0] != '\0' && f->sound_count == 0)
		return facts_refuse_unread(refusal, f);
	if (video == NULL && f->sound_count == 0)
		return facts_refuse(refusal, "not_a_video", "The file has neither a picture nor a sound that can be read.");
	return check_limits(f, conf, refusal);
}
