/*
 * missing.c - pictures that a file announces, and its demuxer does not give.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "encode/missing.h"
#include "encode/ratio.h"

#define LEAST_S 0.5             /* without a picture: less may be a rounding */
#define NEARLY 0.2              /* of what is missing: that holes between pictures may be longer or shorter in all */
#define LONGER 3                /* than any other picture the last one may not be shown */

static double seconds_of(const struct facts *f, const struct grid *g, int64_t pts)
{
	return (double)pts * ratio_value(f->picture.timebase) - g->base_s;
}

/* Where all begin and end, and the longest time without any between them.  Returns all such times. */
static double look(const struct facts *f, const struct scan *scan, const struct grid *g, double slot_s, struct missing *m)
{
	double before_s = NAN, holes_s = 0;

	for (size_t i = 0; i < scan->count; i++) {
		double at_s = seconds_of(f, g, scan->packets[i].pts), hole_s = isnan(before_s) ? 0 : at_s - before_s - slot_s;

		if (scan->packets[i].discard)
			continue;
		if (isnan(before_s))
			m->from_s = at_s;
		if (hole_s > slot_s / 2)
			holes_s += hole_s;
		if (hole_s > m->hole_to_s - m->hole_from_s) {
			m->hole_from_s = before_s + slot_s;
			m->hole_to_s = at_s;
		}
		before_s = at_s;
		m->to_s = at_s + slot_s;
		m->found++;
	}
	return holes_s;
}

/* Where pictures come now and then, the last one may stand as long as others. */
static bool ends_early(const struct facts *f, const struct grid *g, double slot_s, struct missing *m)
{
	double longest_s = m->hole_to_s - m->hole_from_s + slot_s, over_s = f->picture.announced_s - g->base_s - m->to_s;

	if (!(f->picture.announced_s > 0) || over_s < LEAST_S || over_s < LONGER * longest_s)
		return false;
	m->until_s = f->picture.announced_s - g->base_s;
	return true;
}

/* What is missing fills the time that has no picture: else an edit list cut it away. */
bool missing_find(const struct facts *f, const struct scan *scan, const struct grid *g, struct missing *m)
{
	double slot_s = 1 / ratio_value(g->nominal), missing_s = ((double)f->picture.length_frames - (double)scan->count) * slot_s;
	double over_s, holes_s;

	memset(m, 0, sizeof *m);
	if ((missing_s <= 0 && !(f->picture.announced_s > 0)) || g->spliced)
		return false;
	holes_s = look(f, scan, g, slot_s, m);
	if (missing_s <= 0)
		return !scan->cut && ends_early(f, g, slot_s, m);
	over_s = f->picture.length_s - (m->to_s - m->from_s);
	if (holes_s >= LEAST_S && fabs(holes_s - missing_s) <= NEARLY * missing_s)
		return true;
	m->hole_from_s = m->hole_to_s = 0;
	return over_s >= LEAST_S && missing_s >= over_s / 2;
}
