/*
 * timeline.c - the rate of the output, whether the source keeps to it, and where time begins.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "encode/timeline.h"

#define DELAY_FRAMES 2          /* x264 reorders by at most two: three B-frames in a pyramid */
#define LEAD_MOST_S 600.0       /* a sound that starts earlier than that is a mistake */

/* Rates that people use. */
static const struct ratio common[] = {
	{ 1, 1 }, { 2, 1 }, { 3, 1 }, { 4, 1 }, { 5, 1 }, { 6, 1 }, { 15, 2 }, { 8, 1 }, { 10, 1 }, { 12, 1 }, { 25, 2 },
	{ 15000, 1001 }, { 15, 1 }, { 16, 1 }, { 18, 1 }, { 20, 1 }, { 24000, 1001 }, { 24, 1 }, { 25, 1 }, { 30000, 1001 },
	{ 30, 1 }, { 48000, 1001 }, { 48, 1 }, { 50, 1 }, { 60000, 1001 }, { 60, 1 }, { 90, 1 }, { 100, 1 },
	{ 120000, 1001 }, { 120, 1 }, { 144, 1 }, { 240, 1 },
};

double ratio_value(struct ratio ratio)
{
	return ratio.den > 0 ? (double)ratio.num / (double)ratio.den : 0;
}

static int64_t gcd(int64_t a, int64_t b)
{
	return b == 0 ? a : gcd(b, a % b);
}

static struct ratio reduced(int64_t num, int64_t den)
{
	int64_t divisor = gcd(num, den);

	return divisor > 0 ? (struct ratio){ num / divisor, den / divisor } : (struct ratio){ 0, 0 };
}

static int by_value(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The shown packets' times in order.  The caller frees. */
static int64_t *shown_times(const struct scan *scan, size_t *count)
{
	int64_t *times = malloc((scan->count + 1) * sizeof *times);

	if (times == NULL)
		abort();
	*count = 0;
	for (size_t i = 0; i < scan->count; i++)
		if (!scan->packets[i].discard)
			times[(*count)++] = scan->packets[i].pts;
	return times;
}

/* The middle one of the distances between neighbours; 0 for a single frame. */
static int64_t median_step(const int64_t *times, size_t count)
{
	int64_t *steps, median;

	if (count < 2)
		return 0;
	steps = malloc(count * sizeof *steps);
	if (steps == NULL)
		abort();
	for (size_t i = 1; i < count; i++)
		steps[i - 1] = times[i] - times[i - 1];
	qsort(steps, count - 1, sizeof *steps, by_value);
	median = steps[(count - 1) / 2];
	free(steps);
	return median;
}

/* Every frame within one tick of its slot. */
static bool on_grid(const int64_t *times, size_t count, struct ratio rate, struct ratio timebase)
{
	double step = 1.0 / (ratio_value(rate) * ratio_value(timebase));

	for (size_t i = 0; i < count; i++)
		if (fabs((double)(times[i] - times[0]) - (double)i * step) > 1.0 + step / 100.0)
			return false;
	return true;
}

static struct ratio nearest_common(double rate)
{
	struct ratio best = common[0];

	for (size_t i = 1; i < sizeof common / sizeof *common; i++)
		if (fabs(ratio_value(common[i]) - rate) / ratio_value(common[i]) < fabs(ratio_value(best) - rate) / ratio_value(best))
			best = common[i];
	return best;
}

/* True when the stream's own word agrees with the spacing that was seen. */
static bool is_plausible(struct ratio claimed, int64_t step, struct ratio timebase)
{
	double tick = ratio_value(timebase);
	double tolerance = fmax(2 * tick, 0.02 / fmax(ratio_value(claimed), 1e-9));

	return claimed.den > 0 && fabs(1.0 / ratio_value(claimed) - (double)step * tick) <= tolerance;
}

static struct ratio claimed_rate(const struct facts *f, int64_t step)
{
	if (is_plausible(f->rate_nominal, step, f->timebase))
		return f->rate_nominal;
	if (is_plausible(f->rate_mean, step, f->timebase))
		return f->rate_mean;
	return reduced(f->timebase.den, step * f->timebase.num);
}

/* One frame has no spacing: its stream's word, where it is a usual one. */
static struct ratio lone_rate(const struct facts *f)
{
	double claimed = ratio_value(f->rate_nominal);

	return claimed >= 1 && claimed <= 240 ? f->rate_nominal : (struct ratio){ 25, 1 };
}

/* The rate that keeps every frame on its slot wins; else the nearest that people use. */
static struct ratio find_rate(const struct facts *f, const int64_t *times, size_t count, bool *constant)
{
	int64_t step = median_step(times, count);
	struct ratio claimed, candidates[3];
	double near_by;

	*constant = true;
	if (count < 2 || step <= 0) {
		*constant = count < 2;
		return lone_rate(f);
	}
	claimed = claimed_rate(f, step);
	candidates[0] = nearest_common(ratio_value(claimed));
	candidates[1] = claimed;
	candidates[2] = f->rate_mean;
	for (size_t i = 0; i < 3; i++)
		if (candidates[i].den > 0 && on_grid(times, count, candidates[i], f->timebase))
			return candidates[i];
	*constant = false;
	near_by = ratio_value(candidates[0]);
	if (fabs(near_by - ratio_value(claimed)) / near_by < 0.03)
		return candidates[0];
	return (struct ratio){ llround(fmax(1, ratio_value(claimed))), 1 };
}

/* Half, a third, ... of a rate that is more than wanted. */
static struct ratio capped(struct ratio rate, int64_t most)
{
	int64_t divisor = (int64_t)ceil(ratio_value(rate) / (double)most - 1e-9);

	return divisor > 1 ? reduced(rate.num, rate.den * divisor) : rate;
}

static void set_zero(const struct facts *f, struct timeline *t)
{
	double tick = ratio_value(f->timebase), rate = ratio_value(t->rate), start_s = (double)t->start_pts * tick, lead_s = 0;

	if (f->has_audio && isfinite(f->audio_start_s) && f->audio_start_s < start_s && start_s - f->audio_start_s < LEAD_MOST_S)
		lead_s = start_s - f->audio_start_s;
	t->lead_frames = (int64_t)floor(lead_s * rate + 1e-6);
	t->base_s = start_s - (double)t->lead_frames / rate;
	t->delay_ticks = llround(DELAY_FRAMES * TIMELINE_HZ / rate);
	t->offset_ticks = llround((double)t->lead_frames * TIMELINE_HZ / rate) + t->delay_ticks;
}

bool timeline_make(const struct facts *f, const struct scan *scan, int64_t rate_max, struct timeline *t)
{
	size_t count;
	int64_t *times = shown_times(scan, &count);
	struct ratio nominal;

	memset(t, 0, sizeof *t);
	if (count == 0) {
		free(times);
		return false;
	}
	nominal = find_rate(f, times, count, &t->constant);
	t->rate = capped(nominal, rate_max);
	t->resampled = !t->constant || t->rate.num != nominal.num || t->rate.den != nominal.den;
	t->start_pts = times[0];
	t->last_pts = times[count - 1];
	t->last_ticks = llround(1.0 / (ratio_value(nominal) * ratio_value(f->timebase)));
	t->frames_in = (int64_t)count;
	free(times);
	set_zero(f, t);
	if (!t->resampled)
		t->frames_out = t->frames_in + t->lead_frames;
	t->picture_s = (double)t->lead_frames / ratio_value(t->rate) +
		       (double)(t->last_pts - t->start_pts + t->last_ticks) * ratio_value(f->timebase);
	if (t->frames_out > 0)
		t->picture_s = (double)t->frames_out / ratio_value(t->rate);
	return true;
}
