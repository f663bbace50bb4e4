/*
 * times.c - when the pictures of a source are shown, from a scan of its packets: where clocks jump,
 * and where packets do not tell.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "encode/ratio.h"
#include "encode/times.h"

#define CLOCK_LEAST 1000        /* "pictures" a second: a clock that is named in the place of a rate (ASF, of a single picture) */
#define JUMP_BACK_S 0.1         /* less is not in order, but on one clock */
#define PAUSE_MOST_S 600.0      /* a picture may stand still so long */

void times_fini(struct times *t)
{
	free(t->pts);
	t->pts = NULL;
	t->count = 0;
}

double times_seconds(const struct times *t, size_t at)
{
	return ((double)t->pts[at] - (double)t->pts[0]) * t->tick;
}

static int by_time(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* ffmpeg mends these, and only these. */
bool times_may_jump(const char *container)
{
	return strstr(container, "mpeg") != NULL || strstr(container, "flv") != NULL || strstr(container, "ogg") != NULL;
}

/* A step ahead is a picture that stands still, unless it is very long, or clocks are seen to start anew. */
static bool is_spliced(const struct scan_packet *const *packets, size_t count, double tick)
{
	for (size_t i = 1; i < count; i++) {
		double step_s = ((double)packets[i]->dts - (double)packets[i - 1]->dts) * tick;

		if (step_s < -JUMP_BACK_S || step_s > PAUSE_MOST_S)
			return true;
	}
	return false;
}

bool times_are_spliced(const struct facts *facts, const struct scan *scan, double tick)
{
	const struct scan_packet **packets = scan_file_order(scan);
	bool spliced = times_may_jump(facts->source.container) && isfinite(facts->source.start_s) && is_spliced(packets, scan->count, tick);

	free(packets);
	return spliced;
}

/* True where the clock was followed, and parts have to be put behind each other as ffmpeg does. */
static bool has_joints(const struct scan *scan)
{
	for (size_t i = 0; i < scan->count; i++)
		if (scan->packets[i].shift != 0)
			return true;
	return false;
}

static int64_t mended(const struct times *t, const struct scan_packet *packet, int64_t time)
{
	return time + (t->spliced ? packet->shift : 0);
}

/* How many packets later a picture is pushed out; 0: presentation times are told. */
static size_t pushed_later(const struct facts *facts, const struct scan_packet *const *packets, size_t count)
{
	return packets[0]->guessed && facts->picture.delay > 0 && (int64_t)count > facts->picture.delay ? (size_t)facts->picture.delay : 0;
}

/* How long the last pictures last, of which nobody says it: a nominal step, or the least that any other does where that is up to two. */
static int64_t last_step(const struct times *t, int64_t nominal)
{
	int64_t least = INT64_MAX;

	for (size_t i = 1; i < t->count; i++)
		if (t->pts[i] - t->pts[i - 1] < least)
			least = t->pts[i] - t->pts[i - 1];
	return least > nominal && least <= 2 * nominal + 1 ? least : nominal;
}

/* Where not even the first packet tells when its picture is shown and pictures are reordered (AVI), decoders give each the time of the
 * packet that pushed it out, which comes as many `later` as they wait for; the last ones follow at the nominal rate, but for film of
 * MPEG-2, whose nominal rate is that of fields: each of its pictures lasts two of them at the least. */
static void take_pushed(struct times *t, const struct facts *facts, const struct scan_packet *const *packets, size_t count, size_t later)
{
	double rate = ratio_value(facts->picture.rate_nominal);
	int64_t step = rate > 0 && t->tick > 0 ? llround(fmin(fmax(1 / (rate * t->tick), 1), 1e9)) : 1;

	for (size_t i = later; i < count; i++)
		t->pts[t->count++] = mended(t, packets[i], packets[i]->dts);
	step = last_step(t, step);
	for (size_t i = 0; i < later; i++, t->count++)
		t->pts[t->count] = t->pts[t->count - 1] + step;
}

/* Decode times are even where presentation times are told for some packets only (MPEG-PS): the
 * pictures are as evenly spaced, from the first known time on. */
static void take_even(struct times *t, const struct scan_packet *const *packets, size_t count)
{
	int64_t first_pts = INT64_MAX, first_dts = INT64_MAX;

	for (size_t i = 0; i < count; i++) {
		int64_t pts = mended(t, packets[i], packets[i]->pts), dts = mended(t, packets[i], packets[i]->dts);

		if (packets[i]->discard)
			continue;
		if (!packets[i]->guessed && pts < first_pts)
			first_pts = pts;
		if (dts < first_dts)
			first_dts = dts;
		t->pts[t->count++] = dts;
	}
	if (first_pts == INT64_MAX || fabs((double)first_pts - (double)first_dts) > 1e15)
		return;
	for (size_t i = 0; i < t->count; i++)
		t->pts[i] += first_pts - first_dts;
}

/* Without any presentation times decode times will do, but where pictures are reordered. */
static bool is_guessed(const struct facts *facts, const struct scan *scan)
{
	size_t guessed = 0;

	for (size_t i = 0; i < scan->count; i++)
		guessed += scan->packets[i].guessed;
	return guessed > 0 && (guessed < scan->count || facts->picture.delay > 0);
}

static void take_shown(struct times *t, const struct facts *facts, const struct scan_packet *const *packets, size_t count)
{
	size_t later = pushed_later(facts, packets, count);

	t->pts = malloc((count + 1) * sizeof *t->pts);
	if (t->pts == NULL)
		abort();
	if (t->guessed && later > 0)
		take_pushed(t, facts, packets, count, later);
	else if (t->guessed)
		take_even(t, packets, count);
	else
		for (size_t i = 0; i < count; i++)
			if (!packets[i]->discard)
				t->pts[t->count++] = mended(t, packets[i], packets[i]->pts);
	qsort(t->pts, t->count, sizeof *t->pts, by_time);
}

/* A frame that is missing here and there does not move the median. */
static double median_spacing(const struct times *t)
{
	size_t count = t->count > 0 ? t->count - 1 : 0;
	double *spacing = malloc((count + 1) * sizeof *spacing);
	double median;

	if (spacing == NULL)
		abort();
	for (size_t i = 0; i < count; i++)
		spacing[i] = times_seconds(t, i + 1) - times_seconds(t, i);
	qsort(spacing, count, sizeof *spacing, by_value);
	median = count > 0 ? spacing[count / 2] : 0;
	free(spacing);
	return median;
}

static void measure(struct times *t, const struct facts *facts)
{
	double rate = ratio_value(facts->picture.rate_nominal);

	t->spacing_s = median_spacing(t);
	if (t->spacing_s <= 0 && rate > 0 && rate < CLOCK_LEAST)
		t->spacing_s = 1 / rate;
	if (t->spacing_s <= 0)
		t->spacing_s = facts->source.duration_s > 0 && t->count == 1 ? facts->source.duration_s : 1.0 / 25;
}

bool times_make(const struct facts *facts, const struct scan *scan, struct times *t)
{
	const struct scan_packet **packets;

	memset(t, 0, sizeof *t);
	if (scan->count == 0)
		return false;
	t->tick = ratio_value(facts->picture.timebase);
	t->guessed = is_guessed(facts, scan);
	packets = scan_file_order(scan);
	t->spliced = times_may_jump(facts->source.container) && is_spliced(packets, scan->count, t->tick) && has_joints(scan);
	take_shown(t, facts, packets, scan->count);
	free(packets);
	if (t->count > 0)
		measure(t, facts);
	return t->count > 0;
}
