/* rendition.h - the renditions of an edition and the pieces that they are made of.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_RENDITION_H
#define CLIPMILL_RENDITION_H

#include "store/task.h"

/* One rendition to come; they stand in the order of the lists: the largest rung first, sound last. */
enum rendition_kind { RENDITION_VIDEO, RENDITION_AUDIO, RENDITION_TEXT };

/* What a sound or a text is for: of a text ROLE_FORCED or ROLE_CAPTIONS, of a sound ROLE_COMMENTARY or ROLE_DESCRIPTION. */
enum rendition_role { ROLE_PLAIN, ROLE_FORCED, ROLE_CAPTIONS, ROLE_COMMENTARY, ROLE_DESCRIPTION, ROLE_COUNT };

struct plan_rendition {
	char name[24];                  /* 720p, audio, text-de: unique within the edition */
	enum rendition_kind kind;
	char codec[16];                 /* h264, aac, webvtt, ... */
	bool copied;                    /* the source's own data, not encoded again */
	char language[16], label[64];   /* "": not known */
	bool is_default;                /* of the sounds, or of the texts */
	enum rendition_role role;
	int64_t width, height, rate_num, rate_den, channels;    /* 0: does not apply */
	int64_t max_kbps;               /* cap of its rate; 0: not known */
	int64_t rung_side;              /* short_side of the profile's rung that it is made after; 0: none */
};

extern const char *const rendition_kind_names[];                /* as in the table */
extern const char *const rendition_role_names[ROLE_COUNT];      /* as in the table */

/* A verified chunk of a rendition, as published; see table piece.  Strings are owned. */
struct piece {
	char rendition[24];
	int64_t seq;
	char file[64];
	int64_t size_bytes, frames, duration_us, peak_bps, longest_us;
	char *playlist;
	char codecs[64];                /* RFC 6381, from the init segment; kept in the rendition */
};
void piece_fini(struct piece *piece);

/* A rendition of an edition with its pieces, for assemble. */
struct rendition_row {
	struct plan_rendition planned;
	int64_t edition;
	int64_t place;                  /* in the plan */
	char codecs[64];
	struct piece *pieces;           /* owned, in order */
	size_t piece_count;
};
struct renditions {
	struct rendition_row *rows;     /* owned */
	size_t count;
	bool captions;                  /* closed captions are in the pictures of all rungs */
};
void renditions_fini(struct renditions *list);

/* What is published of a rendition.  `file` is its progressive MP4; "" where it has none of its own (the
 * sound of a video stands in the files of its rungs). */
struct published {
	char rendition[24];
	char file[64];
	int64_t size_bytes, frames, duration_us, peak_bps, mean_bps;
};

/* The renditions of the task's edition, with their pieces from `from` on: 0, or -1 for heads of sounds too. */
enum db_result renditions_read(struct db *db, const struct task *task, int64_t from, struct renditions *list);

#endif
