/*
 * splice.c - what ffmpeg adds to the times of a file whose clocks start anew.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <math.h>

#include "encode/splice.h"
#include "encode/ratio.h"

/* -dts_delta_threshold, and what is called a jump back. */
#define AHEAD_US 10000000
#define BACK_US 100000

#define TIME_MOST_US 1e15       /* no clock gets there, and sums do not overflow */

void splice_follow(struct splice *splice, int64_t index, struct ratio timebase)
{
	if (splice->count == 0)
		splice->last = INT64_MIN;
	if (ratio_known(timebase) && splice->count < sizeof splice->streams / sizeof *splice->streams)
		splice->streams[splice->count++] = (struct splice_stream){
			.index = index, .tick_us = ratio_value(timebase) * 1e6, .dts = INT64_MIN, .next = INT64_MIN };
}

static struct splice_stream *stream_of(struct splice *splice, int64_t index)
{
	for (size_t i = 0; i < splice->count; i++)
		if (splice->streams[i].index == index)
			return &splice->streams[i];
	return NULL;
}

/* How far `now` is from where it is expected, where that is a new clock; else 0. */
static int64_t jump(const struct splice *splice, const struct splice_stream *s, int64_t now)
{
	int64_t expected = s->next != INT64_MIN ? s->next : splice->last, off = expected != INT64_MIN ? now - expected : 0;

	return off > AHEAD_US || off < -AHEAD_US || (s->next != INT64_MIN && now + BACK_US < s->dts) ? off : 0;
}

static int64_t next_of(const struct splice_stream *s, int64_t now, int64_t duration)
{
	double us = (double)duration * s->tick_us;

	if (us > 0 && us < TIME_MOST_US)
		return now + llround(us);
	return s->dts != INT64_MIN && now > s->dts ? 2 * now - s->dts : now;
}

void splice_pass(struct splice *splice, int64_t index, int64_t dts, int64_t duration)
{
	struct splice_stream *s = stream_of(splice, index);
	double told_us = s != NULL ? (double)dts * s->tick_us : 0;
	int64_t now, off;

	if (s == NULL || fabs(told_us) > TIME_MOST_US || fabs(told_us + (double)splice->shift) > TIME_MOST_US)
		return;
	now = llround(told_us) + splice->shift;
	off = jump(splice, s, now);
	now -= off;
	splice->shift -= off;
	splice->last = now;
	s->next = next_of(s, now, duration);
	s->dts = now;
}

int64_t splice_shift(const struct splice *splice)
{
	return splice->count > 0 ? llround((double)splice->shift / splice->streams[0].tick_us) : 0;
}
