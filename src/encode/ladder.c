/*
 * ladder.c - which sizes a video gets: steps of the profile, by the shorter side.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "encode/ladder.h"

#define SIDE_MOST 8192          /* pixels: what H.264 decoders take at their highest levels */
#define WELL_ABOVE 1.1          /* a source so much larger than the best rung gets one of its own */
#define VIDEO_RUNGS_MOST (PLAN_RUNGS_MOST - 1) /* one place is the sound's */

static int64_t even(double pixels)
{
	int64_t n = llround(pixels / 2) * 2;

	return n < 2 ? 2 : n > SIDE_MOST ? SIDE_MOST : n;
}

static int64_t short_side(const struct facts *f)
{
	return f->width < f->height ? f->width : f->height;
}

static void set_rung(const struct facts *f, int64_t side, int64_t max_kbps, struct rung *rung)
{
	double scale = (double)side / (double)short_side(f);

	snprintf(rung->name, sizeof rung->name, "%" PRId64 "p", side);
	rung->width = f->width <= f->height ? side : even((double)f->width * scale);
	rung->height = f->width <= f->height ? even((double)f->height * scale) : side;
	rung->max_kbps = max_kbps;
}

/* The cap for a size between rungs: in proportion to its pixels, from the rung above it. */
static int64_t own_kbps(int64_t side, const struct profile_rung *above)
{
	double part = (double)side / (double)above->short_side;
	int64_t kbps = llround((double)above->max_kbps * part * part);

	return kbps < 100 ? 100 : kbps;
}

size_t ladder_make(const struct facts *f, const struct profile *profile, struct rung rungs[PLAN_RUNGS_MOST])
{
	int64_t side = short_side(f);
	size_t fits = 0, count = 0;

	while (fits < profile->rung_count && profile->rungs[fits].short_side > side)
		fits++;
	if (profile->rung_count == 0)
		set_rung(f, side, 5000, &rungs[count++]);
	else if (fits == profile->rung_count)
		set_rung(f, side, profile->rungs[fits - 1].max_kbps, &rungs[count++]);
	else if (fits > 0 && (double)side >= WELL_ABOVE * (double)profile->rungs[fits].short_side)
		set_rung(f, side, own_kbps(side, &profile->rungs[fits - 1]), &rungs[count++]);
	for (; fits < profile->rung_count && count < VIDEO_RUNGS_MOST; fits++)
		set_rung(f, profile->rungs[fits].short_side, profile->rungs[fits].max_kbps, &rungs[count++]);
	return count;
}

void ladder_fit(const struct facts *f, int64_t longest, int64_t *width, int64_t *height)
{
	int64_t side = f->width > f->height ? f->width : f->height;
	double scale = side > longest ? (double)longest / (double)side : 1.0;

	*width = even((double)f->width * scale);
	*height = even((double)f->height * scale);
}
