/*
 * facts.c - what matters of a source, and whether to refuse it.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "encode/facts.h"

#define OVER_MOST_S 10.0        /* a sound may go on so much longer than the picture */
#define OVER_PART 4             /* or so many times as long, if that is more than ... */
#define OVER_LEAST_S 0.5
#define RATE_LEAST 1.0          /* pictures a second that a stream without a clock is believed to have */
#define RATE_MOST 240.0
#define LATE_S 2.0              /* behind so much what is described by the first packets may not be */

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
	return facts_refuse(refusal, "not_decodable", "The picture is coded as %s, which this server does not read.", f->picture.unread);
}

bool facts_are_in(const struct facts *f, const char *container)
{
	size_t len = strcspn(f->source.container, ",");

	return strlen(container) == len && strncmp(f->source.container, container, len) == 0;
}

/* Of a multiplex of programs the picture's alone: another one's sound is not what is seen. */
static bool is_of_other_program(const struct stream_row *s, const struct stream_row *video)
{
	return video != NULL && video->programs != 0 && s->programs != 0 && (video->programs & s->programs) == 0 && (facts_sound_is(s) || facts_text_is(s));
}

/* Of naked MPEG-1 ffmpeg makes times that leave one out; but MPEG-2, which may say that fields are repeated, gets its own. */
bool facts_has_no_clock(const struct facts *f)
{
	return facts_are_in(f, "h264") || facts_are_in(f, "hevc") || facts_are_in(f, "m4v") || facts_are_in(f, "obu") ||
	       (facts_are_in(f, "mpegvideo") && strcmp(f->picture.codec, "mpeg1video") == 0);
}

bool facts_are_flv_h264(const struct facts *f)
{
	return facts_are_in(f, "flv") && strcmp(f->picture.codec, "h264") == 0;
}

bool facts_drops_torn(const struct facts *f)
{
	return facts_are_in(f, "mov") || facts_are_flv_h264(f);
}

bool facts_length_is_guessed(const struct facts *f)
{
	return facts_are_in(f, "aac") || facts_are_in(f, "mp3");
}

static bool check_limits(const struct facts *f, const struct conf *conf, struct refusal *refusal)
{
	if (f->picture.count > 0 && f->picture.coded_width * f->picture.coded_height > conf->pixels_max)
		return facts_refuse(refusal, "picture_too_large", "The picture is larger than this server takes.");
	if (f->picture.count > 0 && f->picture.dolby_only)
		return facts_refuse(refusal, "dolby_vision",
			      "The picture is Dolby Vision without a base for other players (profile 5): its colours cannot be told.");
	if (f->picture.count > 0 && f->picture.timebase.den == 0)
		return facts_refuse(refusal, "not_a_video", "The video does not say how its time is counted.");
	if (f->picture.count == 0 && f->source.duration_s * 1000 > (double)conf->duration_max_ms)
		return facts_refuse(refusal, "too_long", "The recording is longer than this server takes.");
	return true;
}

/* Nobody is refused for a guess: what is longer is seen when it is made. */
static void take_claim(const struct probe *probe, const struct conf *conf, struct facts *f)
{
	f->source.duration_s = isfinite(probe->duration) && probe->duration > 0 ? probe->duration : 0;
	if (facts_length_is_guessed(f))
		f->source.duration_s = fmin(f->source.duration_s, (double)conf->duration_max_ms / 1000);
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

	f->picture.length_s = tells && isfinite(s->duration) && s->duration > 0 ? s->duration : 0;
	f->picture.length_frames = counts ? s->nb_frames : 0;
	f->picture.told_frames = s->nb_frames;
	f->picture.announced_s = (facts_are_in(f, "matroska") || facts_are_in(f, "mxf")) && isfinite(s->told_s) && s->told_s > 0 ? s->told_s : 0;
}

bool facts_is_outlasted(double picture_s, double over_s)
{
	return over_s > OVER_MOST_S || (over_s > OVER_LEAST_S && over_s > OVER_PART * picture_s);
}

static void take_end(const struct probe *probe, const struct stream_row *video, struct facts *f)
{
	for (size_t i = 0; i < probe->stream_count && f->sound.count > 0; i++) {
		const struct stream_row *s = &probe->streams[i];

		if (s->index == f->sound.tracks[0].index)
			f->sound.outlasted = facts_is_outlasted(video->told_s, s->start_time + s->told_s - video->start_time - video->told_s);
	}
}

/* Containers without a header that describes their tracks; FLV does not even name them. */
static void take_late(const struct probe *probe, struct facts *f)
{
	bool flv = strstr(f->source.container, "flv") != NULL, loose = flv || strncmp(f->source.container, "mpeg", 4) == 0;

	f->source.incomplete = !probe->wide && loose && (f->sound.empty + f->picture.empty > 0 || (flv && (f->picture.count > 0) != (f->sound.count > 0)));
	for (size_t i = 0; i < probe->stream_count && probe->wide; i++) {
		const struct stream_row *s = &probe->streams[i];

		f->source.wide = f->source.wide || ((facts_sound_is(s) || facts_picture_is(s)) && s->start_time - f->source.start_s > LATE_S);
	}
}

/* A duration of 0 stands for all that follows, as in a movie of fragments (ISO/IEC 14496-12, 8.6.6.1); ffmpeg takes it as it is. */
static void take_edits(const struct probe *probe, struct facts *f)
{
	for (size_t i = 0; i < probe->stream_count; i++) {
		const struct stream_row *s = &probe->streams[i];
		bool is_track = facts_sound_is(s) || facts_picture_is(s), is_void = fabs(s->duration) <= 0;

		f->source.edits_are_void = f->source.edits_are_void || (facts_are_in(f, "mov") && is_track && s->nb_frames > 1 && is_void);
	}
}

static void take_source(const struct probe *probe, const struct conf *conf, struct facts *f)
{
	snprintf(f->source.container, sizeof f->source.container, "%s", probe->format);
	f->source.start_s = probe->start_time;
	f->source.merged = probe->merged;
	f->source.size_bytes = probe->size_bytes;
	take_claim(probe, conf, f);
	take_edits(probe, f);
}

static void take_tracks(const struct probe *probe, const struct stream_row *video, struct facts *f)
{
	for (size_t i = 0; i < probe->stream_count; i++)
		if (is_of_other_program(&probe->streams[i], video))
			f->source.other_programs++;
		else if (!facts_picture_take_other(&probe->streams[i], &f->picture))
			facts_tracks_add(&probe->streams[i], &f->sound, &f->text);
	facts_sound_settle(&probe->steadies, &f->sound);
}

/* What it names may be nonsense: then as ffmpeg has it where it names nothing. */
static void settle_rate(struct facts *f)
{
	double rate = ratio_value(f->picture.rate_nominal);

	if (facts_has_no_clock(f) && (!ratio_known(f->picture.rate_nominal) || rate < RATE_LEAST || rate > RATE_MOST))
		f->picture.rate_nominal = (struct ratio){ FACTS_RATE_GUESSED, 1 };
}

bool facts_from_probe(const struct probe *probe, const struct conf *conf, struct facts *f, struct refusal *refusal)
{
	const struct stream_row *video;

	memset(f, 0, sizeof *f);
	take_source(probe, conf, f);
	video = facts_picture_find(probe, &f->picture);
	take_tracks(probe, video, f);
	if (video != NULL) {
		take_length(video, f);
		take_end(probe, video, f);
		settle_rate(f);
	}
	take_late(probe, f);
	if (f->picture.unread[0] != '\0' && f->sound.count == 0)
		return facts_refuse_unread(refusal, f);
	if (video == NULL && f->sound.count == 0)
		return facts_refuse(refusal, "not_a_video", "The file has neither a picture nor a sound that can be read.");
	return check_limits(f, conf, refusal);
}
