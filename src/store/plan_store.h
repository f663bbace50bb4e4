/* plan_store.h - what the planner reads and writes.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_PLAN_STORE_H
#define CLIPMILL_PLAN_STORE_H

#include "store/task.h"

#define PLAN_RUNGS_MOST 16
#define PLAN_RENDITIONS_MOST (PLAN_RUNGS_MOST + 32)     /* rungs, sounds and texts */

/* A row of view probe_stream: ffprobe's own values.  Absent text is "", absent numbers are as said. */
struct stream_row {
	int64_t index;
	char type[16];                  /* video, audio, subtitle, data, attachment */
	char codec[32], profile[64], pix_fmt[32], sar[32], field_order[16];
	int64_t width, height;          /* 0 */
	int64_t has_b_frames;           /* 0 */
	int64_t programs;               /* of those that the source has (MPEG-TS), in their order, a bit each that it belongs to; 0: none */
	char r_frame_rate[32], avg_frame_rate[32], time_base[32];       /* N/D */
	int64_t start_pts;              /* INT64_MIN: none */
	double start_time, duration;    /* seconds; NAN */
	double told_s;                  /* what a tag says of the duration (Matroska), else that: not to be relied on; NAN */
	int64_t nb_frames;              /* 0 */
	char color_range[16], color_space[32], color_transfer[32], color_primaries[32];
	int64_t sample_rate, channels;  /* 0 */
	char layout[32];                /* of the channels */
	bool attached_pic, is_default, original, comment, hearing_impaired, visual_impaired, forced;
	char language[16], title[96];
	int64_t dolby_profile, dolby_base;      /* of Dolby Vision, and what others see in it: 0: nothing */
	int64_t rotation;               /* degrees as ffprobe gives them (counter-clockwise); 0 */
	char matrix[192];               /* its whole display matrix, as ffprobe prints it */
};

/* What was seen by decoding the first pictures; see encode/measure.h. */
struct measured {
	bool known;
	int64_t pictures;               /* that were decoded */
	int64_t top_first, bottom_first, progressive, undetermined;     /* of them, as filter idet saw them */
	int64_t repeated, not_repeated; /* pictures that begin or end with a field of the one before: telecine */
	int64_t flagged;                /* pictures that the decoder calls interlaced */
	int64_t alone;                  /* pictures that came of a few keyframes by themselves; -1: nobody looked */
	int64_t first_pts;              /* of the first of them, in the stream's time base; INT64_MIN: not told */
	int64_t captions;               /* pictures that carry closed captions (ATSC A/53) */
	int64_t errors;                 /* lines of complaint of the decoder */
};

/* Packets of the picture that are IDR pictures; see encode/idr.h. */
struct idr {
	bool known;
	int64_t count, sum;             /* of them, and of their times, see idr.c, each modulo 2^32 */
};

/* Tracks of sound whose packets follow each other; see encode/steady.h. */
#define STEADIES_MOST 8
struct steadies {
	struct steady {
		int64_t index;          /* ffmpeg's stream index */
		int64_t first;          /* samples from the source's time 0 to its first packet, which may come before */
		int64_t packets;        /* at least */
		int64_t kbps;
	} items[STEADIES_MOST];
	size_t count;
};

/* ffprobe's JSON as rows. */
struct probe {
	char format[64];                /* format_name */
	double start_time, duration;    /* seconds; NAN */
	int64_t nb_streams;
	bool wide;                      /* more than its first part was looked through for tracks */
	bool merged;                    /* its streams go on under other numbers, as one */
	int64_t size_bytes;             /* of the file; 0: not known */
	struct stream_row *streams;     /* owned */
	size_t stream_count;
	struct measured measured;
	struct idr idr;
	struct steadies steadies;
};
void probe_fini(struct probe *probe);

/* A step of a profile: one encoder.  `crf` and `preset` are on the encoder's own scales. */
struct profile_rung {
	char codec[8];                  /* h264, hevc, vp9, av1 */
	int64_t short_side, max_kbps, crf;
	char preset[16];
};

/* What to make of a video, as it was when the video was planned; see sql/schema/0004-profiles.sql. */
struct profile {
	char name[33];
	int64_t version;
	int64_t segment_ms, chunk_ms, rate_max;
	char audio_codec[16];           /* aac, opus */
	int64_t audio_kbps;
	int64_t surround_kbps;          /* of a second sound with 5.1 channels; 0: none */
	bool copy, keep_source, storyboard;
	struct profile_rung rungs[PLAN_RUNGS_MOST];     /* largest first, of one size the newest codec; none: sound only */
	size_t rung_count;
};

/* One task to come. */
struct plan_task {
	enum task_kind kind;
	int64_t seq;
	struct strings argv;
	struct strings reads;
	int64_t first_frame;            /* chunk: of the output, from 0 */
	int64_t frames_planned;         /* 0: not known; of a sound seconds */
	int64_t needs_bytes;            /* of the source; 0: all */
	size_t needs_first, needs_count;/* waits for the plan's tasks [needs_first, needs_first + needs_count) */
};

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

extern const char *const rendition_role_names[ROLE_COUNT];      /* as in the table */

/* The whole job of one video. */
#define PLAN_DECISIONS_MOST 32
struct plan {
	struct plan_task *tasks;        /* owned; a task comes after all that it needs */
	size_t task_count;
	struct plan_rendition renditions[PLAN_RENDITIONS_MOST];
	size_t rendition_count;
	struct { char code[32]; char detail[200]; } decisions[PLAN_DECISIONS_MOST];
	size_t decision_count;
	int64_t duration_ms, width, height, frames;
	size_t pieces;                  /* chunks of each rung; 0: no picture */
	int64_t segment_most_ms;        /* the longest segment of its rungs; 0: no picture */
};
void plan_fini(struct plan *plan);

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

/*
 * The steps of task kind probe, by its seq.  The second one where a track is named that does not begin where the first one looks,
 * the third where the packets of an MPEG-TS end long before it does: its streams may go on under other numbers.
 */
enum probe_step { PROBE_HEAD, PROBE_WIDE, PROBE_MERGED };

/* What was measured stays. */
enum db_result plan_probe_save(struct db *db, const char *video, const char *json, enum probe_step step);
enum db_result plan_probe_read(struct db *db, const char *video, struct probe *probe);
enum db_result plan_measured_save(struct db *db, const char *video, const struct measured *measured);
enum db_result plan_idr_save(struct db *db, const char *video, const struct idr *idr);
enum db_result plan_steadies_save(struct db *db, const char *video, const struct steadies *steadies);
/* The profile that this edition of the video is made with: the first call keeps it as the video's recipe. */
enum db_result plan_profile_read(struct db *db, const char *video, struct profile *profile);

/*
 * Each of these is one durable transaction that also ends the task as done; DB_NONE and no change
 * when the attempt is no longer ours.
 */
/* Probed, or looked at: only the tasks of `plan` follow, if any; it is made later. */
enum db_result plan_tasks(struct db *db, const struct task *task, const struct task_exit *ended, const struct plan *plan);
/* Planned: the whole job follows. */
enum db_result plan_write(struct db *db, const struct task *task, const struct task_exit *ended, const struct plan *plan);
/* The poster is published; `file` NULL: there is none, and `why` says so in a decision. */
enum db_result plan_poster(struct db *db, const struct task *task, const struct task_exit *ended,
			   const char *file, const char *why);
/* The same for the storyboard: the name of its WebVTT file. */
enum db_result plan_storyboard(struct db *db, const struct task *task, const struct task_exit *ended,
			       const char *file, const char *why);
/* A text is published, and `why`, if it is not NULL, says how it was read; `piece` NULL: nothing of it can be shown, its rendition
 * goes, and `why` says so. */
enum db_result plan_text(struct db *db, const struct task *task, const struct task_exit *ended,
			 const char *rendition, const struct piece *piece, const char *why);
/* What else belongs into the same transaction, done last; anything but DB_OK undoes it all. */
struct plan_also {
	enum db_result (*run)(struct db *db, void *what);
	void *what;
};

/* A chunk or an audio track is published.  `lost` > 0: that many planned frames did not decode. */
enum db_result plan_pieces(struct db *db, const struct task *task, const struct task_exit *ended,
			   const struct piece *pieces, size_t count, int64_t lost, const struct plan_also *also);
/* Everything is published: the video is ready. */
enum db_result plan_publish(struct db *db, const struct task *task, const struct task_exit *ended,
			    const struct published *files, size_t count, const struct plan_also *also);

/* The renditions of the task's edition, with their pieces from `from` on: 0, or -1 for heads of sounds too. */
enum db_result plan_renditions(struct db *db, const struct task *task, int64_t from, struct renditions *list);

#endif
