/* facts.h - what matters of a source, from ffprobe's rows.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_FACTS_H
#define CLIPMILL_FACTS_H

#include "base/conf.h"
#include "store/plan_store.h"

/* A ratio of two positive numbers; 0/0 is "not known". */
struct ratio {
	int64_t num, den;
};

enum facts_hdr { FACTS_SDR, FACTS_PQ, FACTS_HLG };

/* The picture and sound that are encoded. */
struct facts {
	bool has_video, has_audio;
	char container[64];             /* ffprobe's format_name */
	double duration_s;              /* claimed; 0: not known */
	double start_s;                 /* of the first stream to start; NAN: not known */

	int64_t video_index;            /* ffmpeg's stream index */
	char video_codec[32];           /* ffprobe's name */
	struct ratio timebase;          /* seconds a tick */
	int64_t coded_width, coded_height;
	int64_t width, height;          /* as shown: rotated, pixels made square, even */
	int64_t rotation;               /* 0, 90, 180, 270 clockwise */
	bool interlaced;                /* as claimed by the stream */
	bool full_range, has_b_frames;
	char pix_fmt[32];
	enum facts_hdr hdr;
	char color_space[32], color_primaries[32], color_transfer[32];
	struct ratio rate_nominal, rate_mean;   /* r_frame_rate, avg_frame_rate */

	int64_t audio_index;
	int64_t sample_rate, channels;
	double audio_start_s, video_start_s;    /* NAN: not known */
	double audio_duration_s;        /* claimed; 0: not known */
};

/* Why a source is refused: a stable code and a sentence for the uploader. */
struct refusal {
	const char *code;       /* not_a_video, no_picture_or_sound, picture_too_large, too_long, ... */
	char detail[200];
};

/* Fills `facts`; false with `refusal` filled when the source cannot or must not be encoded. */
bool facts_from_probe(const struct probe *probe, const struct conf *conf, struct facts *facts, struct refusal *refusal);

#endif
