/* measure.h - what the first pictures of a source really are.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_MEASURE_H
#define CLIPMILL_MEASURE_H

#include "base/strings.h"
#include "encode/facts.h"
#include "encode/scan.h"

/* The steps of task kind scan, by its seq.  SCAN_MERGED is the first once more, after PROBE_MERGED. */
enum scan_step { SCAN_PACKETS, SCAN_MEASURE, SCAN_COPIES, SCAN_MERGED, SCAN_ELSEWHERE };

/* True of the steps that list packets, by ffprobe; the others are ffmpeg's. */
static inline bool scan_lists_packets(int64_t step)
{
	return step == SCAN_PACKETS || step == SCAN_MERGED;
}

/*
 * A child that decodes the first pictures: filter idet and encode/combs.h say how their lines lie in time, side data
 * whether captions are in them, and the decoder what is damaged.  A few keyframes are decoded without what lies between them.  It writes filter metadata to
 * standard output.  More pictures are looked at where the stream claims to be interlaced, or may be.
 */
void measure_argv(const struct conf *conf, const char *source, const struct facts *facts, struct strings *argv);

/* True where it may be interlaced, or is a recording, and is long enough for its first pictures to tell little: those may stand still, or be an
 * announcement. */
bool measure_elsewhere_is_wanted(const struct facts *facts);

/* True where its first pictures, which say that they are whole, do not look so, or stand still. */
bool measure_more_is_wanted(const struct facts *facts);

/* A child that looks for fields alone, in pictures from two places further on, or in all of a short source.  What it complains of counts for nothing: it
 * enters where pictures may lean on others before. */
void measure_elsewhere_argv(const struct conf *conf, const char *source, const struct facts *facts, struct strings *argv);

/* Reads either's output, and the child's errors. */
void measure_read(const char *output, const char *errors, struct measured *measured);

/* True where of the keyframes that were decoded by themselves not all gave a picture: a phone's every 30th packet is flagged as
 * one, whatever it is, or an encoder refreshes its picture bit by bit. */
bool measure_keys_are_false(const struct facts_picture *picture, const struct scan *scan);

#endif
