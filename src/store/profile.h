/* profile.h - what is to be made of videos.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_PROFILE_H
#define CLIPMILL_PROFILE_H

#include "store/db.h"

#define PLAN_RUNGS_MOST 16

/* A step of a profile: one encoder.  `crf` and `preset` are on the encoder's own scales. */
struct profile_rung {
	char codec[8];                  /* h264, hevc, vp9, av1 */
	int64_t short_side, max_kbps, crf;
	char preset[16];
};

/* What to make of a video, as it was when the video was planned; see sql/schema/0004-profiles.sql. */
struct profile {
	char name[33];
	int64_t segment_ms, chunk_ms, rate_max;
	char audio_codec[16];           /* aac, opus */
	int64_t audio_kbps;
	int64_t surround_kbps;          /* of a second sound with 5.1 channels; 0: none */
	bool copy, storyboard;
	struct profile_rung rungs[PLAN_RUNGS_MOST];     /* largest first, of one size the newest codec; none: sound only */
	size_t rung_count;
};

/* True when the profile exists. */
bool profile_exists(struct db *db, const char *name);

/* True when ffmpeg lacks an encoder that it needs. */
bool profile_lacks_encoder(struct db *db, const char *name);

/* The profile that this edition of the video is made with: the first call keeps it as the video's recipe. */
enum db_result profile_read(struct db *db, const char *video, struct profile *profile);

/* Both within one transaction of the caller: the list of table encoder is made anew. */
enum db_result profile_encoders_forget(struct db *db);
enum db_result profile_encoder_add(struct db *db, const char *codec, const char *encoder);

#endif
