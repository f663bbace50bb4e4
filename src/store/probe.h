/* probe.h - what was found of a source.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_PROBE_H
#define CLIPMILL_PROBE_H

#include "store/db.h"

/* A row of view probe_stream: ffprobe's own values.  Absent text is "", absent numbers are as said. */
struct stream_row {
	int64_t index;
	char type[16];                  /* video, audio, subtitle, data, attachment */
	char codec[32], profile[64], pix_fmt[32], sar[32], field_order[16];
	int64_t width, height;          /* 0 */
	int64_t has_b_frames;           /* 0 */
	int64_t programs;               /* of those that the source has (MPEG-TS), in their order, a bit each that it belongs to; 0: none */
	char r_frame_rate[32], avg_frame_rate[32], time_base[32];       /* N/D */
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

/*
 * How much the lines of pictures stand out from those above and below, in millionths of the range of brightness: sums over
 * pictures, as they are and with one of the fields taken from the picture before; see encode/combs.h.
 */
struct combs {
	int64_t as_is;
	int64_t least;                  /* the lesser of the two with another field */
	int64_t order;                  /* what the top field of the picture before does more than its bottom field: more than 0 where the top comes first */
	int64_t apart;                  /* the same without its sign */
	int64_t whole;                  /* how much less they stand out as they are than in the lesser one */
	int64_t pairs;                  /* lines of the top field from those of the bottom one beneath: 0 where each line is there twice */
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
	int64_t last_pts;               /* and of the last one */
	int64_t captions;               /* pictures that carry closed captions (ATSC A/53) */
	int64_t errors;                 /* lines of complaint of the decoder */
	struct combs combs;
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
	bool wide;                      /* more than its first part was looked through for tracks */
	bool merged;                    /* its streams go on under other numbers, as one */
	int64_t size_bytes;             /* of the file; 0: not known */
	struct stream_row *streams;     /* owned */
	size_t stream_count;
	struct measured measured;
	struct measured elsewhere;      /* of a few pictures further on, where it was looked at: their fields alone count */
	struct idr idr;
	struct steadies steadies;
};
void probe_fini(struct probe *probe);

/*
 * The steps of task kind probe, by its seq.  The second one where a track is named that does not begin where the first one looks,
 * the third where the packets of an MPEG-TS end long before it does: its streams may go on under other numbers.
 */
enum probe_step { PROBE_HEAD, PROBE_WIDE, PROBE_MERGED };

/* Each is kept in the row of the video.  What was measured, `elsewhere` or at the start, stays when it is probed once more. */
enum db_result probe_save(struct db *db, const char *video, const char *json, enum probe_step step);
enum db_result probe_read(struct db *db, const char *video, struct probe *probe);
enum db_result probe_measured_save(struct db *db, const char *video, const struct measured *measured, bool elsewhere);
enum db_result probe_idr_save(struct db *db, const char *video, const struct idr *idr);
enum db_result probe_steadies_save(struct db *db, const char *video, const struct steadies *steadies);

#endif
