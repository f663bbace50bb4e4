/* facts.h - what matters of a source, from ffprobe's rows.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_FACTS_H
#define CLIPMILL_FACTS_H

#include "base/conf.h"
#include "encode/facts_picture.h"
#include "encode/facts_tracks.h"
#include "store/probe.h"

/* The file as a whole. */
struct facts_source {
	char container[64];             /* ffprobe's format_name */
	double duration_s;              /* claimed; 0: not known */
	double start_s;                 /* of the first stream to start; NAN: not known */
	int64_t size_bytes;             /* 0: not known */
	size_t other_programs;          /* tracks of sound and text that belong to programs without the picture: left out */
	bool incomplete;                /* a track may begin where nobody looked yet: to be probed once more, with wide limits */
	bool wide;                      /* one does: whoever opens the source must look as far */
	bool merged;                    /* as of the probe: whoever opens it takes streams that go on under other numbers for one */
	bool edits_are_void;            /* an edit list shows no time of a track that has something to show: it shows all */
};

/* The picture, the sounds and the texts that are encoded. */
struct facts {
	struct facts_source source;
	struct facts_picture picture;
	struct facts_sound sound;
	struct facts_text text;
};

/* Why a source is refused: a stable code and a sentence for the uploader. */
struct refusal {
	const char *code;       /* not_a_video, picture_too_large, too_long, ...: doc/http-api.md has them all */
	char detail[200];
};

/* Fills it in.  False, for a judge to return. */
bool facts_refuse(struct refusal *refusal, const char *code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* True where its demuxer is the one that ffprobe's format_name begins with: "mov", "matroska", "mpegts", ... */
bool facts_are_in(const struct facts *facts, const char *container);

/* Fills `facts`; false with `refusal` filled when the source cannot or must not be encoded. */
bool facts_from_probe(const struct probe *probe, const struct conf *conf, struct facts *facts, struct refusal *refusal);

/* Refuses for a picture that cannot be read: its sound alone is not what the uploader has in mind. */
bool facts_refuse_unread(struct refusal *refusal, const struct facts *facts);

/* True where a sound ends so much later than a picture of `picture_s` that players wait for pictures: a song with its cover. */
bool facts_is_outlasted(double picture_s, double over_s);

/* True of GIF and APNG, which say of each picture how long it is shown. */
bool facts_is_animation(const struct facts *facts);

#define FACTS_RATE_GUESSED 25   /* pictures a second: by ffmpeg as well, of what names no rate */

/* True of a stream of pictures without a container, whose packets have no times: they follow each other at its nominal rate, whatever
 * order they are stored in. */
bool facts_has_no_clock(const struct facts *facts);

/* True of what is nothing but packets of sound: ffprobe guesses its length from the rate of the first ones. */
bool facts_length_is_guessed(const struct facts *facts);

/* True of H.264 in FLV, of whose last packet nothing says whether it is whole. */
bool facts_are_flv_h264(const struct facts *facts);

/* True where a packet that is torn by the end of the file is none: ffmpeg marks it, and scan_drop_torn() drops it. */
bool facts_drops_torn(const struct facts *facts);

#endif
