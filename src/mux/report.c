/*
 * report.c - how far it is, told as ffmpeg's -progress does: what reads that of the encoders reads ours.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "mux/report.h"

#define INTERVAL_MS 1000

static uint64_t out_time_us(const struct report *r, bool end)
{
	if (end || r->done >= r->total)
		return r->duration_us;
	return (uint64_t)((unsigned __int128)r->duration_us * r->done / r->total);
}

void report_tell(struct report *r, bool end)
{
	int64_t now_ms = clock_mono_ms();

	if (!end && now_ms - r->told_ms < INTERVAL_MS)
		return;
	r->told_ms = now_ms;
	printf("frame=%" PRIu64 "\nout_time_us=%" PRIu64 "\ntotal_size=%" PRIu64 "\nprogress=%s\n", r->frames,
	       out_time_us(r, end), r->done, end ? "end" : "continue");
	fflush(stdout);
}
