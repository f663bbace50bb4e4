/* facts_tracks.h - what matters of the sounds and texts of a source.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_FACTS_TRACKS_H
#define CLIPMILL_FACTS_TRACKS_H

#include "encode/ratio.h"
#include "store/probe.h"

#define FACTS_TRACKS_MOST 32    /* of sound, and of text; more are not looked at */

/* A track of sound or text that can be read. */
struct track {
	int64_t index;                  /* ffmpeg's stream index */
	char codec[32], profile[64];    /* ffprobe's names */
	int64_t channels, sample_rate;  /* sound */
	struct ratio timebase;          /* seconds a tick */
	char layout[32];                /* of the channels; "": not known */
	char language[16];              /* RFC 5646; "": not known */
	char title[96];                 /* as the file has it: not safe */
	bool is_default, original, commentary, hearing_impaired, visual_impaired, forced;
	double start_s;                 /* NAN: not known */
	double duration_s;              /* claimed; 0: not known */
	bool steady;                    /* sound: its packets were looked at, and follow each other; then: */
	int64_t first_sample;           /* from the source's time 0 to the first one, in samples */
	int64_t packets;                /* at least */
	int64_t kbps;
};

struct facts_sound {
	struct track tracks[FACTS_TRACKS_MOST]; /* the main one first, then as in the file */
	size_t count;
	double start_s;                 /* of the main one; NAN: not known, or there is none */
	bool outlasted;                 /* the main sound is said to go on long after the picture: to be looked at */
	size_t empty;                   /* tracks that are announced, without anything that describes them */
	size_t unread;                  /* tracks that cannot be decoded */
};

struct facts_text {
	struct track tracks[FACTS_TRACKS_MOST]; /* as in the file */
	size_t count;
	size_t bitmaps;                 /* tracks of subtitles that are pictures: not text, and left out */
};

/* True of a stream that could be heard, or read. */
bool facts_sound_is(const struct stream_row *stream);
bool facts_text_is(const struct stream_row *stream);

/* Adds a stream that is no picture, to what it is, or to what is left out. */
void facts_tracks_add(const struct stream_row *stream, struct facts_sound *sound, struct facts_text *text);

/* When all are there: the main sound comes first, and each is told what its packets showed. */
void facts_sound_settle(const struct steadies *steadies, struct facts_sound *sound);

#endif
