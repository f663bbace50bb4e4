/*
 * facts_tracks.c - the sounds and texts of a source.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/strings.h"
#include "encode/facts_tracks.h"
#include "encode/language.h"

static const char *const audio_codecs[] = {
	"aac", "aac_latm", "mp3", "mp2", "mp1", "ac3", "eac3", "dts", "truehd", "mlp", "opus", "vorbis",
	"flac", "alac", "wmav1", "wmav2", "wmapro", "amr_nb", "amr_wb", "cook", "qdm2", "nellymoser",
	"speex", "adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "adpcm_swf", "adpcm_yamaha", "pcm_s16le",
	"pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be",
	"pcm_f64le", "pcm_f64be", "pcm_u8", "pcm_s8", "pcm_alaw", "pcm_mulaw", "pcm_bluray", "pcm_dvd",
	"pcm_s16le_planar", "pcm_s24le_planar", "wavpack", "tta", "s302m", "gsm", "gsm_ms",
	"qcelp", "evrc", NULL,
};

bool facts_sound_is(const struct stream_row *s)
{
	return strcmp(s->type, "audio") == 0 && s->channels > 0 && s->sample_rate > 0 && strings_among(audio_codecs, s->codec);
}

/* Subtitles that are text: the others are pictures, or need fonts of their own. */
static const char *const text_codecs[] = {
	"subrip", "srt", "ass", "ssa", "webvtt", "mov_text", "text", "eia_608", NULL,
};

bool facts_text_is(const struct stream_row *s)
{
	return strcmp(s->type, "subtitle") == 0 && strings_among(text_codecs, s->codec);
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
	t->timebase = ratio_parse(s->time_base);
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
static void put_main_first(struct facts_sound *sound)
{
	struct track first;
	size_t best = 0;

	for (size_t i = 1; i < sound->count; i++)
		if (fitness(&sound->tracks[i]) > fitness(&sound->tracks[best]))
			best = i;
	first = sound->tracks[best];
	memmove(&sound->tracks[1], &sound->tracks[0], best * sizeof first);
	sound->tracks[0] = first;
	sound->start_s = first.start_s;
}

/* Named by the container, and no packet of it was seen that tells what it is. */
static bool is_empty(const struct stream_row *s)
{
	return strcmp(s->type, "audio") == 0 && (s->channels <= 0 || s->sample_rate <= 0) && strings_among(audio_codecs, s->codec);
}

void facts_tracks_add(const struct stream_row *s, struct facts_sound *sound, struct facts_text *text)
{
	if (facts_sound_is(s) && sound->count < FACTS_TRACKS_MOST)
		take_track(s, &sound->tracks[sound->count++]);
	else if (is_empty(s))
		sound->empty++;
	else if (strcmp(s->type, "audio") == 0)
		sound->unread++;
	else if (facts_text_is(s) && text->count < FACTS_TRACKS_MOST)
		take_track(s, &text->tracks[text->count++]);
	else if (strcmp(s->type, "subtitle") == 0)
		text->bitmaps++;
}

static void take_steady(const struct steady *found, struct facts_sound *sound)
{
	for (size_t i = 0; i < sound->count; i++) {
		struct track *t = &sound->tracks[i];

		if (t->index != found->index)
			continue;
		t->steady = true;
		t->first_sample = found->first;
		t->packets = found->packets;
		t->kbps = found->kbps;
	}
}

void facts_sound_settle(const struct steadies *steadies, struct facts_sound *sound)
{
	sound->start_s = NAN;
	if (sound->count > 0)
		put_main_first(sound);
	for (size_t i = 0; i < steadies->count; i++)
		take_steady(&steadies->items[i], sound);
}
