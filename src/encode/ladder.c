/*
 * ladder.c - which sizes a video gets: steps of the profile, by the shorter side, as far as the source has them.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "encode/encoder.h"
#include "encode/ladder.h"

#define SIDE_MOST 8192          /* pixels: what H.264 decoders take at their highest levels */
#define WELL_ABOVE 1.1          /* one size is worth having beside another that is so much smaller */
#define VIDEO_RUNGS_MOST (PLAN_RUNGS_MOST - 1) /* one place is the sound's */

#define BUSY_S 4.0              /* a source's rate is that of its busiest so many seconds */
#define BUSY_LEAST_S 1.0        /* shorter clips are taken to last so long */
#define AGAIN 1.5               /* what was encoded before takes so much more to look the same */
#define RATE_LEAST_KBPS 100     /* no cap is below it */
#define RATE_ENOUGH_KBPS 200    /* any line that plays video plays this: no rung is needed below one */

__attribute__((format(printf, 3, 4)))
static void note(struct ladder *ladder, const char *code, const char *format, ...)
{
	struct ladder_note *last = &ladder->notes[ladder->note_count];
	va_list ap;

	if (ladder->note_count == LADDER_NOTES_MOST)
		return;
	snprintf(last->code, sizeof last->code, "%s", code);
	va_start(ap, format);
	vsnprintf(last->detail, sizeof last->detail, format, ap);
	va_end(ap);
	ladder->note_count++;
}

static int64_t even(double pixels)
{
	int64_t n = llround(pixels / 2) * 2;

	return n < 2 ? 2 : n > SIDE_MOST ? SIDE_MOST : n;
}

static int64_t short_side(const struct facts_picture *p)
{
	return p->width < p->height ? p->width : p->height;
}

static int64_t long_side(const struct facts_picture *p)
{
	return p->width > p->height ? p->width : p->height;
}

/* The shorter side of the largest picture of this shape. */
static int64_t short_side_most(const struct facts_picture *p)
{
	int64_t side = short_side(p);

	return long_side(p) <= SIDE_MOST ? side : even((double)side * SIDE_MOST / (double)long_side(p));
}

/* The source's rate ---------------------------------------------------------------------------- */

int64_t ladder_source_kbps(const struct facts_picture *p, const struct scan *scan)
{
	double tick = (double)p->timebase.num / (double)p->timebase.den;
	int64_t bytes = 0, most = 0;
	double whole_s, window_s;
	size_t from = 0;

	if (scan == NULL || scan->count == 0 || p->timebase.den == 0)
		return 0;
	whole_s = (double)(scan->packets[scan->count - 1].pts - scan->packets[0].pts) * tick;
	window_s = fmin(BUSY_S, fmax(BUSY_LEAST_S, whole_s));
	for (size_t i = 0; i < scan->count; i++) {
		bytes += scan->packets[i].size;
		while ((double)(scan->packets[i].pts - scan->packets[from].pts) * tick >= window_s)
			bytes -= scan->packets[from++].size;
		most = bytes > most ? bytes : most;
	}
	return llround((double)most * 8 / 1000 / window_s);
}

/* Bits of H.264 for one of the source's: a thrifty codec's rate does not say how little is in it. */
static double thrift_of(const char *codec)
{
	const struct encoder *known = encoder_of(codec);

	return known != NULL ? known->thrift : 1.0;
}

/* What a rung may take of the source's rate: less for fewer pixels, though not in proportion. */
static int64_t fair_kbps(const struct facts_picture *p, const struct rung *rung, int64_t source_kbps)
{
	double part = (double)(rung->width * rung->height) / (double)(p->width * p->height);
	double same = (double)source_kbps * AGAIN * thrift_of(p->codec) / thrift_of(rung->codec);
	int64_t kbps = llround(same * pow(fmin(part, 1.0), 0.75));

	return kbps < RATE_LEAST_KBPS ? RATE_LEAST_KBPS : kbps;
}

/* Rungs ---------------------------------------------------------------------------------------- */

static bool is_mixed(const struct profile *profile)
{
	for (size_t i = 1; i < profile->rung_count; i++)
		if (strcmp(profile->rungs[i].codec, profile->rungs[0].codec) != 0)
			return true;
	return false;
}

/* What everybody plays keeps the short name. */
static void set_name(const struct profile *profile, const char *codec, int64_t side, char name[24])
{
	bool plain = !is_mixed(profile) || strcmp(codec, "h264") == 0;

	snprintf(name, 24, "%" PRId64 "p%s%s", side, plain ? "" : "-", plain ? "" : codec);
}

static void set_size(const struct facts_picture *p, int64_t side, struct rung *rung)
{
	double scale = (double)side / (double)short_side(p);

	rung->width = p->width <= p->height ? side : even((double)p->width * scale);
	rung->height = p->width <= p->height ? even((double)p->height * scale) : side;
}

static void set_rung(const struct facts_picture *p, const struct profile *profile, const struct profile_rung *as, int64_t side,
		     struct rung *rung)
{
	memset(rung, 0, sizeof *rung);
	set_size(p, side, rung);
	rung->max_kbps = as->max_kbps;
	rung->rung_side = as->short_side;
	rung->crf = as->crf;
	snprintf(rung->codec, sizeof rung->codec, "%s", as->codec);
	snprintf(rung->preset, sizeof rung->preset, "%s", as->preset);
	set_name(profile, as->codec, side, rung->name);
}

/* A picture that is too small for an encoder goes to the one that takes any. */
static void set_codec(const struct profile *profile, int64_t side, struct rung *rung, struct ladder *ladder)
{
	const struct encoder *wanted = encoder_of(rung->codec), *any = encoder_of("h264");

	if (wanted != NULL && rung->width >= wanted->side_least && rung->height >= wanted->side_least)
		return;
	snprintf(rung->codec, sizeof rung->codec, "%s", any->codec);
	snprintf(rung->preset, sizeof rung->preset, "%s", any->preset);
	rung->crf = any->crf;
	set_name(profile, rung->codec, side, rung->name);
	if (wanted != NULL)
		note(ladder, "rung_other_codec", "%s is made with H.264: %s takes no picture below %" PRId64 " pixels.", rung->name,
		     wanted->title, wanted->side_least);
}

/* The rung of that codec that was taken last: the next larger one.  NULL: there is none. */
static const struct rung *above(const struct ladder *ladder, const char *codec)
{
	for (size_t i = ladder->count; i-- > 0;)
		if (strcmp(ladder->rungs[i].codec, codec) == 0)
			return &ladder->rungs[i];
	return NULL;
}

static bool is_needed(const struct rung *rung, int64_t side, struct ladder *ladder)
{
	const struct rung *larger = above(ladder, rung->codec);
	int64_t larger_side = larger == NULL ? 0 : larger->width < larger->height ? larger->width : larger->height;

	if (larger == NULL)
		return true;
	if ((double)larger_side < WELL_ABOVE * (double)side) {
		note(ladder, "rung_too_near", "%s is left out: %s is nearly the same.", rung->name, larger->name);
		return false;
	}
	if (larger->max_kbps <= RATE_ENOUGH_KBPS) {
		note(ladder, "rung_pointless", "%s is left out: %s takes no more than %" PRId64 " kb/s already.", rung->name,
		     larger->name, larger->max_kbps);
		return false;
	}
	return true;
}

static void cap_rung(const struct facts_picture *p, int64_t source_kbps, struct rung *rung, struct ladder *ladder)
{
	int64_t fair = source_kbps > 0 ? fair_kbps(p, rung, source_kbps) : rung->max_kbps;

	if (fair >= rung->max_kbps)
		return;
	note(ladder, "rung_capped", "%s takes %" PRId64 " kb/s at most, not %" PRId64 ": the source has %" PRId64 " itself.", rung->name,
	     fair, rung->max_kbps, source_kbps);
	rung->max_kbps = fair;
}

/* What a rung is made from, and where it goes. */
struct making {
	const struct facts_picture *picture;
	const struct profile *profile;
	int64_t source_kbps;
	struct ladder *ladder;
};

static void take(const struct making *m, const struct profile_rung *as, int64_t side, int64_t max_kbps)
{
	struct rung rung;

	if (m->ladder->count == VIDEO_RUNGS_MOST)
		return;
	set_rung(m->picture, m->profile, as, side, &rung);
	rung.max_kbps = max_kbps;
	set_codec(m->profile, side, &rung, m->ladder);
	if (!is_needed(&rung, side, m->ladder))
		return;
	cap_rung(m->picture, m->source_kbps, &rung, m->ladder);
	m->ladder->rungs[m->ladder->count++] = rung;
}

/* The cap for a size between rungs: in proportion to its pixels, from the rung above it. */
static int64_t own_kbps(int64_t side, const struct profile_rung *larger)
{
	double part = (double)side / (double)larger->short_side;
	int64_t kbps = llround((double)larger->max_kbps * part * part);

	return kbps < RATE_LEAST_KBPS ? RATE_LEAST_KBPS : kbps;
}

/* The source's own size, with every codec that the next larger size has. */
static void take_own(const struct making *m, size_t fits, int64_t side)
{
	const struct profile_rung *rungs = m->profile->rungs;

	for (size_t i = 0; i < fits; i++)
		if (rungs[i].short_side == rungs[fits - 1].short_side)
			take(m, &rungs[i], side, own_kbps(side, &rungs[i]));
}

static void note_larger(const struct making *m, size_t fits, int64_t side)
{
	char name[24];

	for (size_t i = 0; i < fits; i++) {
		set_name(m->profile, m->profile->rungs[i].codec, m->profile->rungs[i].short_side, name);
		note(m->ladder, "rung_too_large", "%s is left out: the shorter side of the source has %" PRId64 " pixels.", name, side);
	}
}

void ladder_make(const struct facts_picture *p, const struct profile *profile, int64_t source_kbps, struct ladder *ladder)
{
	const struct making m = { p, profile, source_kbps, ladder };
	const struct profile_rung *rungs = profile->rungs;
	int64_t side = short_side_most(p);
	size_t fits = 0;

	ladder->count = ladder->note_count = 0;
	if (side < short_side(p))
		note(ladder, "made_smaller", "The longer side of the source has %" PRId64 " pixels: it is made smaller, as players take no more than %d.",
		     long_side(p), SIDE_MOST);
	while (fits < profile->rung_count && rungs[fits].short_side > side)
		fits++;
	note_larger(&m, fits, side);
	if (fits > 0 && fits == profile->rung_count)
		take(&m, &rungs[fits - 1], side, rungs[fits - 1].max_kbps);
	else if (fits > 0 && (double)side >= WELL_ABOVE * (double)rungs[fits].short_side)
		take_own(&m, fits, side);
	for (; fits < profile->rung_count; fits++)
		take(&m, &rungs[fits], rungs[fits].short_side, rungs[fits].max_kbps);
}

void ladder_fit(const struct facts_picture *p, int64_t longest, int64_t *width, int64_t *height)
{
	int64_t side = long_side(p);
	double scale = side > longest ? (double)longest / (double)side : 1.0;

	*width = even((double)p->width * scale);
	*height = even((double)p->height * scale);
}
