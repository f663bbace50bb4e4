/*
 * ladder.c - which rungs a source gets, by its shorter side, so that portrait gets what landscape does.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "encode/ladder.h"

#define LONG_SIDE_MOST 4096     /* pixels; more than most decoders take */
#define OWN_SIZE_FROM 1.1       /* the source is so much larger than the rung below it */

static int64_t even(double pixels)
{
	int64_t n = (int64_t)ceil(pixels / 2 - 0.5) * 2;

	return n < 2 ? 2 : n;
}

static int64_t short_side(const struct facts *f)
{
	return f->width < f->height ? f->width : f->height;
}

static int64_t long_side(const struct facts *f)
{
	return f->width < f->height ? f->height : f->width;
}

static void scaled(const struct facts *f, double factor, int64_t *width, int64_t *height)
{
	*width = even((double)f->width * factor);
	*height = even((double)f->height * factor);
}

void ladder_fit(const struct facts *f, int64_t longest, int64_t *width, int64_t *height)
{
	double factor = (double)longest / (double)long_side(f);

	scaled(f, factor < 1 ? factor : 1, width, height);
}

static void add_rung(const struct facts *f, int64_t side, int64_t max_kbps, struct ladder *ladder)
{
	struct rung *rung = &ladder->rungs[ladder->count++];
	double factor = (double)side / (double)short_side(f);

	if ((double)long_side(f) * factor > LONG_SIDE_MOST)
		factor = LONG_SIDE_MOST / (double)long_side(f);
	scaled(f, factor, &rung->width, &rung->height);
	rung->max_kbps = max_kbps;
	snprintf(rung->name, sizeof rung->name, "%" PRId64 "p", side);
}

/* The cap of a size between two rungs, by area; below all rungs, a part of the lowest's. */
static int64_t own_kbps(const struct profile *p, size_t below, int64_t side)
{
	double area = (double)side * (double)side, low = 0, high, low_kbps = 0, kbps;

	if (below < p->rung_count) {
		low = (double)(p->rungs[below].short_side * p->rungs[below].short_side);
		low_kbps = (double)p->rungs[below].max_kbps;
	}
	high = (double)(p->rungs[below - 1].short_side * p->rungs[below - 1].short_side);
	kbps = low_kbps + ((double)p->rungs[below - 1].max_kbps - low_kbps) * (area - low) / (high - low);
	return kbps < 100 ? 100 : llround(kbps);
}

void ladder_make(const struct facts *f, const struct profile *p, struct ladder *ladder)
{
	int64_t side = short_side(f);
	size_t fits = 0;

	memset(ladder, 0, sizeof *ladder);
	while (fits < p->rung_count && p->rungs[fits].short_side > side)
		fits++;
	ladder->dropped = fits;
	ladder->own_top = fits > 0 && (fits == p->rung_count || (double)side > OWN_SIZE_FROM * (double)p->rungs[fits].short_side);
	if (ladder->own_top)
		add_rung(f, side, own_kbps(p, fits, side), ladder);
	for (size_t i = fits; i < p->rung_count; i++)
		add_rung(f, p->rungs[i].short_side, p->rungs[i].max_kbps, ladder);
}
