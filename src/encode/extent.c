/*
 * extent.c - how much of what a source announces is there.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "encode/extent.h"
#include "encode/job.h"
#include "encode/ratio.h"

#define REST_BYTES 100000       /* behind the last picture, and one byte of the file in so many: then it does not end there */
#define REST_PART 20
#define SHORT_LEAST_S 1.0       /* that a file is shorter than it says as a whole, ... */
#define SHORT_PART 0.02         /* ... and a part of what it says */
#define LEAST_S 0.5             /* without a picture, where each picture or track tells its times: less may be a rounding */
#define LONGER 3                /* than any other picture the last one may not be shown */
#define NEARLY 0.2              /* of what is missing: that holes between pictures may be longer or shorter in all */

/* What comes behind the pictures ------------------------------------------------------------- */

/* Bytes behind the last packet of the picture; in an Ogg file, whose streams end together, of any. */
static int64_t rest_of(const struct facts *facts, const struct scan *scan)
{
	int64_t end = facts_are_in(facts, "ogg") && scan->beside.end > 0 ? scan->beside.end : -1;

	for (size_t i = 0; i < scan->count; i++)
		end = scan->packets[i].end > end ? scan->packets[i].end : end;
	return end >= 0 ? facts->source.size_bytes - end : 0;
}

static bool has_rest(const struct facts *facts, const struct scan *scan)
{
	int64_t rest = rest_of(facts, scan);

	return rest > REST_BYTES && rest > facts->source.size_bytes / REST_PART;
}

bool extent_goes_on(const struct facts *facts, const struct scan *scan)
{
	return facts_are_in(facts, "mpegts") && has_rest(facts, scan);
}

/* Of Ogg files that were joined ffmpeg reads the pictures of the first. */
static bool is_chained(const struct facts *facts, const struct scan *scan)
{
	return facts->picture.count > 0 && facts_are_in(facts, "ogg") && has_rest(facts, scan);
}

/* Where the sound is heard for long after the last picture, that is what comes behind it. */
static void decide_rest(struct plan *plan, const struct facts *f, const struct scan *scan, bool heard)
{
	bool goes_on = scan != NULL && extent_goes_on(f, scan);

	if (goes_on && heard)
		return;
	if (goes_on || (scan != NULL && is_chained(f, scan)))
		job_decide(plan, "goes_on", "Behind what is kept the source goes on for %.1f of its %.1f MB, with other streams.",
			   (double)rest_of(f, scan) / 1e6, (double)f->source.size_bytes / 1e6);
	else if (f->source.merged)
		job_decide(plan, "merged", "The streams of the source go on under other numbers, and were joined.");
}

/* Pictures that are announced, and that its demuxer does not give ------------------------------ */

/* The pictures that are there; times are of the output, in seconds. */
struct shown {
	size_t count;
	double slot_s;                  /* of one */
	double from_s, to_s;            /* where the first of them begins, and the last one ends */
	double hole_from_s, hole_to_s;  /* the longest time without any between them */
	double holes_s;                 /* all such times */
};

static void look(const struct facts *f, const struct scan *scan, const struct grid *g, struct shown *s)
{
	*s = (struct shown){ .slot_s = 1 / ratio_value(g->nominal) };
	for (size_t i = 0; i < scan->count; i++) {
		double at_s = (double)scan->packets[i].pts * ratio_value(f->picture.timebase) - g->base_s, hole_s = at_s - s->to_s;

		if (scan->packets[i].discard)
			continue;
		if (s->count++ == 0)
			s->from_s = at_s;
		else if (hole_s > s->slot_s / 2)
			s->holes_s += hole_s;
		if (s->count > 1 && hole_s > s->hole_to_s - s->hole_from_s) {
			s->hole_from_s = s->to_s;
			s->hole_to_s = at_s;
		}
		s->to_s = at_s + s->slot_s;
	}
}

/* What is told, and not filled.  Of a track that its edit list cuts ffmpeg tells where it ends, be it shown late or not; of others
 * how long all that is in it lasts. */
static double over_of(const struct facts *f, const struct grid *grid, const struct shown *s)
{
	bool is_trimmed = f->picture.length_s < ((double)f->picture.length_frames - 1) * s->slot_s;
	double lasts_s = s->to_s - s->from_s, ends_s = s->to_s + grid->base_s;

	return f->picture.length_s - (is_trimmed ? fmax(lasts_s, ends_s) : lasts_s);
}

/*
 * Fewer than announced: the file was cut short, or a track goes on with another codec, which ffmpeg passes over.  What is missing
 * fills the time that has no picture: else an edit list cut it away.
 */
static void decide_missing(struct plan *plan, const struct facts *f, const struct scan *scan, const struct grid *grid, const struct shown *s)
{
	double missing_s = ((double)f->picture.length_frames - (double)scan->count) * s->slot_s;
	double over_s = over_of(f, grid, s);
	bool between = s->holes_s >= LEAST_S && fabs(s->holes_s - missing_s) <= NEARLY * missing_s;
	char hole[64] = "";

	if (missing_s <= 0 || (!between && (over_s < LEAST_S || missing_s < over_s / 2)))
		return;
	if (between)
		snprintf(hole, sizeof hole, ", and none from %.1f s to %.1f s", s->hole_from_s, s->hole_to_s);
	job_decide(plan, "pictures_missing", "Of the %" PRId64 " pictures that the file announces %zu are found, from %.1f s to %.1f s%s.",
		   f->picture.length_frames, s->count, s->from_s, s->to_s, hole);
}

/* A file that ends before it says so ---------------------------------------------------------- */

/* How long the file says that it is, where a recorder writes that and nothing else tells of a loss: in the head of a FLV, and as
 * pictures in that of an AVI. */
static double claimed_s(const struct facts *f)
{
	if (facts_are_in(f, "avi"))
		return (double)f->picture.told_frames * ratio_value(f->picture.timebase);
	return facts_are_in(f, "flv") ? f->source.duration_s : 0;
}

/* Of the picture, or of its sound where that was scanned as well. */
static double found_s(const struct plan_input *input, const struct grid *grid)
{
	const struct scan_beside *beside = &input->scan->beside;

	if (!beside->wanted || beside->last == INT64_MIN)
		return grid->duration_s;
	return fmax(grid->duration_s, (double)beside->last * ratio_value(input->facts->sound.tracks[0].timebase) - grid->base_s);
}

static void decide_end(struct plan *plan, const struct plan_input *input, const struct grid *grid)
{
	double said_s = input->scan->cut ? input->facts->source.duration_s : claimed_s(input->facts), is_s = found_s(input, grid);
	bool sure = input->scan->cut || input->scan->torn;

	if (!grid->spliced && said_s - is_s > fmax(SHORT_LEAST_S, said_s * SHORT_PART))
		job_decide(plan, "cut_off", "The file says that it is %.1f s long, and ends after %.1f s: it %s cut off.", said_s, is_s,
			   sure ? "was" : "may have been");
	else if (sure)
		job_decide(plan, "cut_off", "The file ends in the middle of a packet: it was cut off.");
}

/* The pictures alone end early (Matroska, MXF).  Where they come now and then, the last one may stand as long as others. */
static void decide_end_of_pictures(struct plan *plan, const struct facts *f, const struct grid *grid, const struct shown *s)
{
	double said_s = f->picture.announced_s - grid->base_s, over_s = said_s - s->to_s;
	double longest_s = s->hole_to_s - s->hole_from_s + s->slot_s;

	if (f->picture.announced_s > 0 && over_s >= LEAST_S && over_s >= LONGER * longest_s)
		job_decide(plan, "pictures_missing", "The file announces pictures until %.1f s, and they end at %.1f s.", said_s, s->to_s);
}

static void decide_pictures(struct plan *plan, const struct plan_input *input, const struct grid *grid)
{
	struct shown shown;

	decide_end(plan, input, grid);
	if (grid->spliced)
		return;
	look(input->facts, input->scan, grid, &shown);
	decide_missing(plan, input->facts, input->scan, grid, &shown);
	if (!input->scan->cut)
		decide_end_of_pictures(plan, input->facts, grid, &shown);
}

void extent_decide(const struct plan_input *input, const struct grid *grid, struct plan *plan)
{
	if (grid != NULL)
		decide_pictures(plan, input, grid);
	decide_rest(plan, input->facts, input->scan, grid != NULL && grid->heard);
}
