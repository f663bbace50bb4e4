/* scan.h - the packets of the video stream, from ffprobe's CSV.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_SCAN_H
#define CLIPMILL_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "encode/splice.h"

struct scan_packet {
	int64_t pts, dts;       /* in the stream's time base; one stands for the other where ffprobe gives N/A */
	int64_t shift;          /* what ffmpeg adds to both, where the clock is followed */
	int64_t end;            /* the byte of the file behind it; -1: not told */
	uint32_t size;          /* bytes */
	uint32_t at;            /* its place in the order of the file */
	bool key, discard;
	bool guessed;           /* ffprobe gave no pts */
};

/* Of a scan that has all streams, their indexes in front of the rows, and durations: which they are, and what is kept of the sound. */
struct scan_beside {
	bool wanted;
	int64_t picture, sound;
	int64_t end;            /* the byte of the file behind the last packet that is none of the picture's */
	int64_t last;           /* pts of the sound's last packet, in its time base; INT64_MIN: there was none */
};

/* Reads `ffprobe -show_entries packet=pts,dts,size,pos,flags:packet_side_data=side_data_type -of csv=p=0` as it comes, split anywhere. */
struct scan {
	struct scan_packet *packets;    /* owned; in file order until scan_end sorts by pts */
	size_t count, capacity;
	struct scan_beside beside;
	struct splice splice;           /* what is followed, of the picture first: its clock may start anew */
	int64_t step;                   /* ticks from a picture's time to the next one's, where packets have none of their own; 0: they have */
	int64_t field_most;             /* what lasts less is a field, of which two make a picture */
	bool half;                      /* the last packet was the first of two fields */
	size_t most;                    /* packets that are kept; 0: all there are */
	bool keys_are_false;            /* and are forgotten */
	bool joined;                    /* fields were packets of their own: scan_join_fields(), scan_number() */
	bool torn;                      /* its last packet was dropped by scan_drop_torn() */
	bool cut;                       /* the file ends in the middle of what it announced (encode/telling.h) */
	bool too_many;                  /* there were more than `most` */
	char line[128];                 /* the unfinished last line */
	size_t line_len;
	size_t bad_lines;               /* that were not rows of numbers; skipped */
	size_t described;               /* packets that bring another description of the stream along */
	size_t encrypted;               /* packets */
	size_t headless;                /* packets that were dropped by scan_behead() */
	size_t no_pts;                  /* packets with neither pts nor dts; not kept */
};

void scan_init(struct scan *scan);
/* Its packets have durations (`packet=pts,dts,duration,size,...`) and no times: one picture comes every `step` ticks. */
void scan_number(struct scan *scan, int64_t step, bool may_be_fields);
/* Its rows are of all streams. */
void scan_beside(struct scan *scan, int64_t picture, int64_t sound);
void scan_feed(struct scan *scan, const char *bytes, size_t len);
/* Takes a last line without newline and sorts by pts. */
void scan_end(struct scan *scan);
void scan_fini(struct scan *scan);

/* No packet but the first is a keyframe any more, whatever it is flagged. */
void scan_forget_keys(struct scan *scan);

/* After scan_end: drops what is shown before `pts`, which is that of the first picture that can be decoded: where a recording was cut
 * they lean on others that are not there. */
void scan_behead(struct scan *scan, int64_t pts);

/*
 * After scan_end: drops second fields of H.264 (7.4.1.2.4), each of which is a packet of its own and gives no picture, and forgets
 * those that tell no time.  That there are any shows where `pictures`, which were decoded, are shown from `first` until `last`.
 */
void scan_join_fields(struct scan *scan, int64_t first, int64_t last, int64_t pictures);

/* After scan_end, of a file that was cut off: drops a last packet that goes on to its very end, where it is cut. */
void scan_drop_torn(struct scan *scan, int64_t size_bytes);

/* The packets as they follow each other in the file, once sorted by pts.  The caller frees. */
const struct scan_packet **scan_file_order(const struct scan *scan);

#endif
