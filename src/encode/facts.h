/* facts.h - what matters of a source, from ffprobe's rows.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_FACTS_H
#define CLIPMILL_FACTS_H

#include "base/conf.h"
#include "encode/fields.h"
#include "store/probe.h"

/* A ratio of two positive numbers; 0/0 is "not known". */
struct ratio {
	int64_t num, den;
};

enum facts_hdr { FACTS_SDR, FACTS_PQ, FACTS_HLG };

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

/* The picture, the sounds and the texts that are encoded. */
struct facts {
	bool has_video, has_audio;
	char container[64];             /* ffprobe's format_name */
	double duration_s;              /* claimed; 0: not known */
	double start_s;                 /* of the first stream to start; NAN: not known */

	int64_t video_index;            /* ffmpeg's stream index */
	size_t video_count;             /* that could be taken; one is */
	char video_codec[32];           /* ffprobe's name */
	char picture_unread[32];        /* without a video that can be read: the codec of one that cannot; "": none */
	struct ratio timebase;          /* seconds a tick */
	double picture_s;               /* from the first picture until the last one's end; 0: not known */
	int64_t told_frames;            /* how many pictures the container names; 0: it does not */
	int64_t picture_count;          /* with so many pictures, and no fewer; 0: however many there are */
	double announced_s;             /* when the last picture is said to end, on the source's clock (Matroska); 0: not known */
	int64_t coded_width, coded_height;
	int64_t width, height;          /* as shown: rotated, pixels made square, even */
	int64_t rotation;               /* 0, 90, 180, 270 clockwise */
	int64_t askew;                  /* another angle, clockwise: within its frame, as filter rotate does; else 0 */
	bool mirrored;
	bool reshaped;                  /* any of these, or its display matrix scales it: it is not shown as it is stored */
	enum facts_fields fields;
	bool interlaced;                /* fields is not progressive; else it is shown as it is */
	bool says_interlaced;           /* it says so: believed where nothing was measured */
	bool claims_fields;             /* it says so, or it may be: to be measured with care */
	bool by_field;                  /* each picture is a field: every other line of what is shown */
	bool telecine;                  /* interlaced, but film with repeated fields: a picture a frame, not a field */
	bool captions;                  /* closed captions (ATSC A/53) were seen in its pictures */
	bool alpha;                     /* it has transparent parts */
	bool palette;                   /* its colours are told once, with the first picture (PNG tells them with each) */
	struct idr idr;                 /* its packets that are IDR pictures, where somebody looked */
	int64_t keys_alone;             /* pictures that its first keyframes gave by themselves; -1: nobody looked (encode/measure.h) */
	int64_t first_pts;              /* of the first picture that could be decoded, in its time base; INT64_MIN: not known */
	int64_t damage;                 /* complaints of the decoder over the first pictures */
	bool full_range;
	int64_t delay;                  /* pictures that the decoder waits for before it gives the first: more than 0 where they are reordered */
	char pix_fmt[32];
	enum facts_hdr hdr;
	bool dolby_only;                /* Dolby Vision without a picture for other players (profile 5) */
	char color_space[32], color_primaries[32], color_transfer[32];
	struct ratio rate_nominal, rate_mean;   /* r_frame_rate, avg_frame_rate */

	struct track sounds[FACTS_TRACKS_MOST];         /* the main one first, then as in the file */
	size_t sound_count;
	double audio_start_s;           /* of the main sound; NAN: not known */
	bool outlasted;                 /* the main sound is said to go on long after the picture: to be looked at */
	struct track texts[FACTS_TRACKS_MOST];          /* as in the file */
	size_t text_count;
	size_t bitmap_texts;            /* tracks of subtitles that are pictures: not text, and left out */
	size_t other_programs;          /* tracks of sound and text that belong to programs without the picture: left out */
	bool incomplete;                /* a track may begin where nobody looked yet: to be probed once more, with wide limits */
	bool wide;                      /* one does: whoever opens the source must look as far */
	bool merged;                    /* as of the probe: whoever opens it takes streams that go on under other numbers for one */
	bool edits_are_void;            /* an edit list of the source shows no time of a track that has something to show: it shows all */
	int64_t size_bytes;             /* of the file; 0: not known */
	size_t sounds_empty, pictures_empty;    /* that are announced, without anything that describes them */
	size_t sounds_unread;           /* tracks of sound that cannot be decoded */
	int64_t cover_index;            /* a picture for a recording without one; -1: none */
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

/* True of what is nothing but packets of sound: ffprobe guesses its length from the rate of the first ones. */
bool facts_length_is_guessed(const struct facts *facts);

#endif
