/*
 * rate.c - the grid of the output's frames: which rate a source has, whether each of its frames
 * stands in a slot of that rate, and what of it is kept.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "encode/rate.h"
#include "encode/ratio.h"
#include "encode/times.h"

#define NEAR 0.05               /* how far a usual spacing may be from that of a common rate */
#define SAID_NEAR 0.005         /* and how far the one that a file names */
#define FINE_PART 10            /* a rate at which one picture in so many follows others is not to be lost */
#define FINE_LEAST 8            /* and so many of them at the least */
#define FILM_LEAST 8            /* pictures that show a pattern */
#define FILM_PART 5             /* a step is longer or shorter by one part of a slot in so many */
#define OWN_MOST 0.45           /* of a slot: that a picture is away from its own */
#define TERM_MOST 1000000       /* fractions with longer terms are rounded to thousandths */
#define NTSC_MOST 1000          /* pictures a second that are one part in 1001 slower than a whole rate */
#define FRAMES_MOST 1e12        /* of any span: a length that is refused anyway */
#define TIMESCALE_LEAST 10000   /* ticks a second, so that players that round times round little */
#define HELD_LEAST_S 0.5         /* a last picture that is shown so much longer than others is held; less may be a rounding */
#define HELD_MOST_S 600.0
#define STILL_RATE 5             /* of a single picture that is shown while a sound is heard: quick to enter, and nothing moves */
#define SLOW_RATE 10             /* of pictures that come now and then: a tenth of a second is soon enough, and those held cost little */
#define CLEAR 0.8                /* of 1: most pictures are in step when they agree so much, within a tenth of a slot */
#define EVEN_LEAST 8             /* pictures of which the mean rate says something */
#define STEPS_MOST 3             /* of a slot's sixteenths: slots may begin so much before or after the first picture, ... */
#define STEPS_OF_SLOT 16         /* ... where each picture has one of its own then */
#define LEAD_MOST_S 600.0       /* a picture that starts later than that after the sound is not waited for */

/* Rates that people use. */
static const struct ratio common[] = {
	{ 1, 1 }, { 2, 1 }, { 3, 1 }, { 4, 1 }, { 5, 1 }, { 6, 1 }, { 15, 2 }, { 8, 1 }, { 10, 1 }, { 12, 1 }, { 25, 2 },
	{ 15000, 1001 }, { 15, 1 }, { 16, 1 }, { 18, 1 }, { 20, 1 }, { 24000, 1001 }, { 24, 1 }, { 25, 1 }, { 30000, 1001 },
	{ 30, 1 }, { 48000, 1001 }, { 48, 1 }, { 50, 1 }, { 60000, 1001 }, { 60, 1 }, { 90, 1 }, { 100, 1 },
	{ 120000, 1001 }, { 120, 1 }, { 144, 1 }, { 240, 1 },
};

/* Every frame within one tick, and a hundredth of a slot, of its own slot, and nearer to it than to any other: a clock that ticks
 * once a frame (AVI) may skip one. */
static bool on_grid(const struct times *t, struct ratio rate)
{
	double slot = 1 / ratio_value(rate), slack = fmin(t->tick + slot / 100, OWN_MOST * slot);

	for (size_t i = 0; i < t->count; i++)
		if (fabs(times_seconds(t, i) - (double)i * slot) > slack)
			return false;
	return true;
}

static double distance(struct ratio from, double rate)
{
	return fabs(ratio_value(from) - rate) / ratio_value(from);
}

static struct ratio nearest_common(double rate)
{
	struct ratio best = common[0];

	for (size_t i = 1; i < sizeof common / sizeof common[0]; i++)
		if (distance(common[i], rate) < distance(best, rate))
			best = common[i];
	return best;
}

/* A fraction for a measured rate. */
static struct ratio from_value(double rate)
{
	if (rate > 4e9)
		rate = 4e9;
	return ratio_reduce((struct ratio){ rate < 0.001 ? 1 : llround(rate * 1000), 1000 });
}

static struct ratio tidy(struct ratio rate)
{
	struct ratio reduced = ratio_reduce(rate);

	return reduced.num > TERM_MOST || reduced.den > TERM_MOST ? from_value(ratio_value(rate)) : reduced;
}

/* The exact rate of the median spacing, where that is a whole number of ticks. */
static struct ratio from_spacing(const struct facts *facts, const struct times *t)
{
	double ticks = t->spacing_s / t->tick;

	if (ticks < 1 || ticks > 1e9 || fabs(ticks - round(ticks)) > 1e-3)
		return from_value(1 / t->spacing_s);
	return tidy((struct ratio){ facts->picture.timebase.den, facts->picture.timebase.num * llround(ticks) });
}

/* What the file says counts only where the packets do not speak against it. */
static bool is_plausible(const struct times *t, struct ratio rate)
{
	double slack = fmin(2 * t->tick, t->spacing_s / 4), slot;

	if (!ratio_known(rate))
		return false;
	slot = 1 / ratio_value(rate);
	return fabs(slot - t->spacing_s) <= fmax(slack, slot / 50);
}

static bool try_rate(const struct times *t, struct ratio rate, struct ratio *nominal)
{
	if (!ratio_known(rate) || !on_grid(t, rate))
		return false;
	*nominal = rate;
	return true;
}

/*
 * Film in video of 60 fields a second, each second picture told to be shown for a field longer (soft telecine): nothing else
 * takes now two fields and now three, and stays in step.  So each picture is within half of a slot of its own.  How far they are
 * spread around theirs, in slots; INFINITY: it is no such film.
 */
static double film_spread(const struct times *t, struct ratio rate)
{
	double slot = 1 / ratio_value(rate), slack = t->tick + slot / 100, least = 0, most = 0;

	for (size_t i = 1; i < t->count; i++) {
		double step_s = times_seconds(t, i) - times_seconds(t, i - 1), off = times_seconds(t, i) / slot - (double)i;

		least = fmin(least, off);
		most = fmax(most, off);
		if (fabs(fabs(step_s - slot) - slot / FILM_PART) > slack || most > OWN_MOST || least < -OWN_MOST)
			return INFINITY;
	}
	return t->count >= FILM_LEAST ? most - least : INFINITY;
}

static bool find_film(const struct facts *facts, const struct times *t, struct ratio *nominal)
{
	const struct ratio ntsc = { 24000, 1001 }, whole = { 24, 1 };
	double as_ntsc = film_spread(t, ntsc), as_whole = film_spread(t, whole);

	if (facts->picture.interlaced || isinf(fmin(as_ntsc, as_whole)))
		return false;
	*nominal = as_ntsc <= as_whole ? ntsc : whole;
	return true;
}

/* What it stands for where 120 is said of 119.88. */
static struct ratio ntsc_of(struct ratio rate)
{
	return rate.den == 1 && rate.num <= NTSC_MOST ? (struct ratio){ rate.num * 1000, 1001 } : (struct ratio){ 0 };
}

/* A common rate fits before an odd one that is as good: 29.97 and not 45000/1501. */
static bool find_constant(const struct facts *facts, const struct times *t, struct ratio *nominal)
{
	const struct ratio said[] = { facts->picture.rate_nominal, facts->picture.rate_mean, from_spacing(facts, t) };

	for (size_t i = 0; i < 3; i++) {
		if (!is_plausible(t, said[i]))
			continue;
		if (try_rate(t, nearest_common(ratio_value(said[i])), nominal) || try_rate(t, tidy(said[i]), nominal) ||
		    try_rate(t, ntsc_of(tidy(said[i])), nominal))
			return true;
	}
	return find_film(facts, t, nominal);
}

static bool is_near(struct ratio rate, double value, double part)
{
	return fabs(ratio_value(rate) - value) < part * value;
}

/* How many pictures follow the one before at this rate, as that did too, or took half as much again as film does
 * (soft telecine), and how long they take in all. */
static size_t at_rate(const struct times *t, struct ratio rate, double *sum_s)
{
	double slot = 1 / ratio_value(rate), slack = fmin(fmax(t->tick, slot / 20), slot / 2);
	bool before = false;
	size_t count = 0;

	*sum_s = 0;
	for (size_t i = 1; i < t->count; i++) {
		double step_s = times_seconds(t, i) - times_seconds(t, i - 1);
		bool now = fabs(step_s - slot) <= slack;

		if (now && before) {
			*sum_s += step_s;
			count++;
		}
		before = now || fabs(step_s - 1.5 * slot) <= slack;
	}
	return count;
}

/*
 * The finest rate at which one picture in ten follows others.  What stands still most of the time (a screen) has more pictures
 * that are far apart than such that move, and these must not be lost.  A single short step among longer ones is jitter.
 */
static double finest_rate(const struct times *t)
{
	double usual = 1 / t->spacing_s, sum_s;

	for (size_t i = sizeof common / sizeof common[0]; i-- > 0 && ratio_value(common[i]) > usual * (1 + NEAR);) {
		size_t count = at_rate(t, common[i], &sum_s);

		if (count >= FINE_LEAST && count * FINE_PART >= t->count)
			return (double)count / sum_s;
	}
	return usual;
}

/* Of the shortest step: in an animation each is meant. */
static double shortest_rate(const struct times *t)
{
	double least_s = t->spacing_s;

	for (size_t i = 1; i < t->count; i++)
		least_s = fmin(least_s, times_seconds(t, i) - times_seconds(t, i - 1));
	return 1 / fmax(least_s, t->tick);
}

/* So that slots of a second show each picture when it is due. */
static bool is_on_seconds(const struct times *t)
{
	double slack = fmax(t->tick, 0.5 / SLOW_RATE);

	for (size_t i = 0; i < t->count; i++)
		if (fabs(times_seconds(t, i) - round(times_seconds(t, i))) > slack)
			return false;
	return true;
}

/* Of a source without a constant rate: the common one that it names, or that its finest spacing is near. */
static struct ratio usual_rate(const struct facts *facts, const struct times *t)
{
	double rate = facts_is_animation(facts) ? shortest_rate(t) : finest_rate(t), said = ratio_value(facts->picture.rate_nominal);

	if (ratio_known(facts->picture.rate_nominal) && is_near(nearest_common(said), said, SAID_NEAR) &&
	    (rate > 1 / t->spacing_s ? is_near(facts->picture.rate_nominal, rate, NEAR) : is_plausible(t, facts->picture.rate_nominal)))
		return nearest_common(said);
	if (is_near(nearest_common(rate), rate, NEAR))
		return nearest_common(rate);
	if (rate >= 1)
		return (struct ratio){ llround(rate), 1 };
	return is_on_seconds(t) ? (struct ratio){ 1, 1 } : (struct ratio){ SLOW_RATE, 1 };
}

/* Each field is a moment of its own; of film there are only as many as pictures. */
static bool has_fields(const struct facts *facts)
{
	return facts->picture.interlaced && !facts->picture.telecine;
}

/* How many pictures share a slot with the next one, and are not seen, where slots begin `late` ticks after the first one; none but
 * the first `most` are looked for. */
static size_t count_hidden(const struct times *t, struct ratio rate, int64_t late, size_t most)
{
	double per_tick = ratio_value(rate) * t->tick;
	long long before = LLONG_MIN;
	size_t count = 0;

	for (size_t i = 0; i < t->count && count < most; i++) {
		long long slot = llround((double)(t->pts[i] - t->pts[0] - late) * per_tick);

		count += slot == before;
		before = slot;
	}
	return count;
}

static bool shows_all(const struct times *t, struct ratio rate, int64_t late)
{
	return count_hidden(t, rate, late, 1) == 0;
}

/*
 * Whether slots can begin so that each picture has one of its own, `late` ticks after the first picture: as near to it as can be, as
 * all pictures move by that against the sound.  Of film with repeated fields among video some stand between two slots, and
 * rounded milliseconds put them now into this one and now into that.
 */
static bool can_show_all(const struct times *t, struct ratio rate, int64_t *late)
{
	double part = 1 / ratio_value(rate) / STEPS_OF_SLOT / t->tick;

	for (int i = 0; i <= 2 * STEPS_MOST; i++) {
		int step = i % 2 == 0 ? i / 2 : -(i + 1) / 2;   /* 0, -1, 1, -2, ... */

		*late = llround(step * part);
		if ((double)llabs(*late) <= STEPS_MOST * part && shows_all(t, rate, *late))
			return true;
	}
	*late = 0;
	return false;
}

static bool is_better(const struct times *t, struct ratio rate, struct ratio usual)
{
	int64_t late;

	return !can_show_all(t, usual, &late) && can_show_all(t, rate, &late);
}

/* Where the usual rate hides pictures, and each of them has a slot of its own at their mean rate (59.6, as phones have it), this
 * is better; so is the one that the file names, where its clock ticks once a picture and those that show nothing new are left
 * out (Theora, AVI). */
static struct ratio kind_rate(const struct facts *facts, const struct times *t, int64_t rate_max, struct ratio usual)
{
	double mean = times_seconds(t, t->count - 1) > 0 ? (double)(t->count - 1) / times_seconds(t, t->count - 1) : 0;
	struct ratio rate = ratio_reduce((struct ratio){ llround(fmin(mean, NTSC_MOST) * 10000), 10000 }), said = tidy(facts->picture.rate_nominal);

	if (t->count < EVEN_LEAST || ratio_value(usual) > (double)rate_max)
		return usual;
	if (mean >= SLOW_RATE && mean <= (double)rate_max && is_better(t, rate, usual))
		return rate;
	return is_near(said, 1 / t->tick, 1e-6) && ratio_value(said) <= (double)rate_max && is_better(t, said, usual) ? said : usual;
}

static void choose_rate(const struct facts *facts, const struct times *t, int64_t rate_max, struct grid *g)
{
	double rate;

	g->constant = find_constant(facts, t, &g->nominal);
	if (!g->constant)
		g->nominal = kind_rate(facts, t, rate_max, usual_rate(facts, t));
	rate = ratio_value(g->nominal);
	g->every = rate > (double)rate_max ? (int64_t)ceil(rate / (double)rate_max - 1e-9) : 1;
	g->fields = has_fields(facts) && 2 * rate <= (double)rate_max + 1e-9 ? 2 : 1;
	g->mixed = has_fields(facts) && facts->picture.fields_flagged && !g->constant && g->every == 1 && rate > FACTS_FIELDS_MOST;
	g->rate = tidy((struct ratio){ g->nominal.num * g->fields, g->nominal.den * g->every });
}

/*
 * How many ticks later than the first picture the slots begin, where most others are in step with each other and not with it:
 * some writers put it at 0, whatever it had.  The mean direction of them on a circle that is a slot long.  Where they are not in
 * step, little more or less than none, if each has a slot of its own then.
 */
static int64_t step_of(const struct times *t, const struct grid *g)
{
	double x = 0, y = 0, turn = 2 * M_PI * ratio_value(g->rate);
	int64_t late = 0;

	for (size_t i = 1; i < t->count && !g->constant; i++) {
		x += cos(turn * times_seconds(t, i));
		y += sin(turn * times_seconds(t, i));
	}
	if (hypot(x, y) > CLEAR * (double)(t->count - 1))
		return llround(atan2(y, x) / turn / t->tick);
	if (!g->constant && g->every == 1)
		can_show_all(t, g->rate, &late);
	return late;
}

/* How many slots pass between the start of the sound and the first picture; the rest of a slot is
 * taken off the sound. */
static void choose_zero(const struct facts *facts, const struct times *t, struct grid *g)
{
	int64_t late = step_of(t, g);
	double start_s = (double)(t->pts[0] + late) * t->tick, lead_s = start_s - facts->sound.start_s;

	g->first_pts = t->pts[0] + late;
	g->early = late > 0 ? late : 0;
	g->lead = 0;
	if (facts->sound.count == 0 || !isfinite(lead_s) || lead_s <= 0)
		lead_s = 0;
	if (lead_s < LEAD_MOST_S)
		g->lead = (int64_t)floor(lead_s * ratio_value(g->rate) + 1e-6);
	else
		g->cut_s = lead_s;
	g->base_s = start_s - (double)g->lead / ratio_value(g->rate);
}

/* Without -copyts, ffmpeg counts from the first time of the whole file. */
static void choose_clock(const struct facts *facts, const struct times *t, struct grid *g)
{
	g->spliced = t->spliced && isfinite(facts->source.start_s) && fabs(facts->source.start_s / t->tick) < 1e15;
	if (!g->spliced)
		return;
	g->base_s -= facts->source.start_s;
	g->first_pts -= llround(facts->source.start_s / t->tick);
}

/* The rate's numerator, or a multiple: a frame is a whole number of ticks. */
static void choose_ticks(struct grid *g)
{
	int64_t times = 1;

	if (g->rate.num < TIMESCALE_LEAST)
		times = (TIMESCALE_LEAST + g->rate.num - 1) / g->rate.num;
	g->timescale = g->rate.num * times;
	g->tick = g->rate.den * times;
}

/* Of the pictures, where the file's clock is one. */
static double end_s(const struct times *t, double usual_s)
{
	return (double)t->pts[t->count - 1] * t->tick + usual_s;
}

/* How much longer the main sound is heard than pictures are shown; 0: not by so much that they must be shown. */
static double outlasted_s(const struct facts *facts, const struct scan *scan, const struct times *t, double usual_s)
{
	double over_s = (double)scan->beside.last * ratio_value(facts->sound.tracks[0].timebase) - end_s(t, usual_s);

	if (!scan->beside.wanted || scan->beside.last == INT64_MIN || t->spliced ||
	    !facts_is_outlasted(times_seconds(t, t->count - 1) + usual_s, over_s))
		return 0;
	return over_s;
}

/* How much longer the last picture is shown than the others.  A single one is compared with a slot. */
static void choose_held(const struct facts *facts, const struct scan *scan, const struct times *t, struct grid *g)
{
	double usual_s = t->count > 1 ? t->spacing_s : 1 / ratio_value(g->rate);
	double held_s = facts->picture.length_s - (times_seconds(t, t->count - 1) + usual_s);
	double heard_s = outlasted_s(facts, scan, t, usual_s);
	bool all = facts->picture.length_frames == 0 || facts->picture.length_frames == (int64_t)t->count;

	if (!all || held_s < HELD_LEAST_S || held_s > HELD_MOST_S)
		held_s = 0;
	g->heard = heard_s > held_s;
	g->held = llround(fmin(fmax(held_s, heard_s) * ratio_value(g->rate), FRAMES_MOST));
}

/* How long the last picture is shown before it is held. */
static double last_s(const struct facts *facts, const struct times *t)
{
	double said_s = facts->picture.length_s - times_seconds(t, t->count - 1);

	return facts_is_animation(facts) && said_s > 0 ? fmin(said_s, t->spacing_s) : t->spacing_s;
}

bool grid_steps(const struct grid *g)
{
	return g->every > 1;
}

int64_t grid_slot(const struct grid *g, int64_t pts, struct ratio base)
{
	int64_t ticks = pts - g->first_pts;

	if (!grid_steps(g))
		return ratio_frames(ticks, base, g->rate);
	return ratio_frames(ratio_frames(ticks, base, g->nominal), (struct ratio){ g->nominal.den, g->nominal.num }, g->rate);
}

static int64_t slot_of(const struct facts *facts, const struct times *t, const struct grid *g, size_t i)
{
	return grid_slot(g, t->pts[i], facts->picture.timebase);
}

static void count_frames(const struct facts *facts, const struct times *t, struct grid *g)
{
	double shown_s = last_s(facts, t), end_s = (double)(t->pts[t->count - 1] - g->first_pts) * t->tick + shown_s;
	int64_t frames = llround(fmin(end_s * ratio_value(g->rate), FRAMES_MOST)), final = slot_of(facts, t, g, t->count - 1);

	g->last = llround(fmin(shown_s * ratio_value(g->rate), FRAMES_MOST));
	g->final = final + g->fields - 1;
	for (g->finals = 1; g->finals < t->count && slot_of(facts, t, g, t->count - 1 - g->finals) == final;)
		g->finals++;
	g->count = t->count;
	g->hidden = g->constant || g->every > 1 ? 0 : count_hidden(t, g->rate, g->first_pts - t->pts[0], t->count);
	if (g->constant && g->every == 1)
		frames = (int64_t)t->count * g->fields;
	g->frames = g->lead + (frames > 0 ? frames : 1) + g->held;
	g->duration_s = (double)g->frames / ratio_value(g->rate);
}

bool grid_make(const struct facts *facts, const struct scan *scan, int64_t rate_max, struct grid *g)
{
	struct times t;

	memset(g, 0, sizeof *g);
	if (times_make(facts, scan, &t)) {
		choose_rate(facts, &t, rate_max, g);
		g->still = t.count == 1 && outlasted_s(facts, scan, &t, 1 / ratio_value(g->rate)) > 0;
		if (g->still)
			g->rate = (struct ratio){ STILL_RATE, 1 };
		choose_zero(facts, &t, g);
		choose_ticks(g);
		choose_held(facts, scan, &t, g);
		count_frames(facts, &t, g);
		choose_clock(facts, &t, g);
		g->guessed = t.guessed;
		g->torn = scan->torn;
		g->keep = g->constant && g->every == 1 && g->lead == 0 && g->held == 0 && !t.guessed && !g->spliced;
	}
	times_fini(&t);
	return g->frames > 0;
}
