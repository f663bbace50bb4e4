/* facts_picture.h - what matters of the picture of a source.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_FACTS_PICTURE_H
#define CLIPMILL_FACTS_PICTURE_H

#include "encode/fields.h"
#include "encode/ratio.h"
#include "store/probe.h"

#define FACTS_FIELDS_MOST 31.0  /* pictures a second: none of more fields than 60 are known */

enum facts_hdr { FACTS_SDR, FACTS_PQ, FACTS_HLG };

struct facts_picture {
	size_t count;                   /* that could be taken; one is; 0: none, and nothing below it but `unread`, `empty` and `cover` is told */
	int64_t index;                  /* ffmpeg's stream index */
	char codec[32];                 /* ffprobe's name */
	char unread[32];                /* without a video that can be read: the codec of one that cannot; "": none */
	size_t empty;                   /* tracks that are announced, without anything that describes them */
	int64_t cover;                  /* index of a picture for a recording without one; -1: none */

	/* When it is shown. */
	struct ratio timebase;          /* seconds a tick */
	struct ratio rate_nominal, rate_mean;   /* r_frame_rate, avg_frame_rate */
	int64_t delay;                  /* pictures that the decoder waits for before it gives the first: more than 0 where they are reordered */
	int64_t first_pts;              /* of the first picture that could be decoded, in its time base; INT64_MIN: not known */
	int64_t looked, last_pts;       /* so many pictures came of the packets from that one until this one; 0: nobody looked */
	double length_s;                /* from the first picture until the last one's end; 0: not known */
	int64_t length_frames;          /* with so many pictures, and no fewer; 0: however many there are */
	int64_t told_frames;            /* how many pictures the container names; 0: it does not */
	double announced_s;             /* when the last picture is said to end, on the source's clock (Matroska); 0: not known */

	/* How it is shown. */
	int64_t coded_width, coded_height;
	double coded_shape;             /* width by height as its first pictures are shown, before any turn; 0: not known */
	int64_t width, height;          /* as shown: rotated, pixels made square, even */
	int64_t rotation;               /* 0, 90, 180, 270 clockwise */
	int64_t askew;                  /* another angle, clockwise: within its frame, as filter rotate does; else 0 */
	bool mirrored;
	bool reshaped;                  /* any of these, or its display matrix scales it: it is not shown as it is stored */
	enum facts_fields fields;
	bool interlaced;                /* fields is not progressive; else it is shown as it is */
	bool says_interlaced;           /* it says so: believed where nothing was measured */
	bool claims_fields;             /* it says so, or it may be: to be measured with care */
	bool fields_suspected;          /* its start does not look whole, or stands still */
	bool fields_unsure;             /* not interlaced, though it looks a little so */
	bool fields_in_parts;           /* interlaced, but not all along */
	bool fields_in_turn;            /* now with the one field first and now with the other, as each picture says */
	bool fields_flagged;            /* its pictures say that they are interlaced */
	bool by_field;                  /* each picture is a field: every other line of what is shown */
	bool telecine;                  /* interlaced, but film with repeated fields: a picture a frame, not a field */
	bool captions;                  /* closed captions (ATSC A/53) were seen in its pictures */

	/* Its colours. */
	char pix_fmt[32];
	bool full_range;
	bool alpha;                     /* it may have transparent parts */
	bool palette;                   /* its colours are told once, with the first picture (PNG tells them with each) */
	enum facts_hdr hdr;
	bool dolby_only;                /* Dolby Vision without a picture for other players (profile 5) */
	char color_space[32], color_primaries[32], color_transfer[32];

	/* What looking at its packets and pictures showed. */
	struct idr idr;                 /* its packets that are IDR pictures, where somebody looked */
	int64_t keys_alone;             /* pictures that its first keyframes gave by themselves; -1: nobody looked (encode/measure.h) */
	int64_t damage;                 /* complaints of the decoder over the first pictures */
};

/* True of a stream that could be the picture. */
bool facts_picture_is(const struct stream_row *stream);

/* So few pictures a second that each may be two fields. */
bool facts_may_have_fields(const struct facts_picture *picture);

/* Looks for the picture among the streams, and tells what it is; NULL: there is none. */
const struct stream_row *facts_picture_find(const struct probe *probe, struct facts_picture *picture);

/* Notes a stream that is not the picture; false where it is none of its kind at all. */
bool facts_picture_take_other(const struct stream_row *stream, struct facts_picture *picture);

#endif
