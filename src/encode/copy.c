/*
 * copy.c - may the source's own picture serve as a rung?
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode/copy.h"
#include "encode/graph.h"
#include "encode/ratio.h"

#define APART_MOST_S 10.0       /* keyframes further apart make segments that are too long to start at */

static bool no(struct copy *copy, const char *why)
{
	snprintf(copy->why_not, sizeof copy->why_not, "%s", why);
	return false;
}

static bool is_plain(const struct facts *f, const struct rung *rung, struct copy *copy)
{
	if (strcmp(f->video_codec, rung->codec) != 0)
		return no(copy, "The source has another codec.");
	if (f->coded_width != rung->width || f->coded_height != rung->height || f->rotation != 0)
		return no(copy, "The picture is turned, or has another size.");
	if (strcmp(f->pix_fmt, "yuv420p") != 0 || f->full_range || f->hdr != FACTS_SDR)
		return no(copy, "The picture is not of the kind that every player takes: 8 bits, 4:2:0, limited range.");
	if (f->interlaced)
		return no(copy, "The source is interlaced.");
	return true;
}

static bool is_regular(const struct plan_input *input, const struct grid *g, struct copy *copy)
{
	const struct scan *scan = input->scan;

	if (!g->constant || g->every != 1 || g->fields != 1 || g->spliced || g->guessed || g->lead > 0)
		return no(copy, "Its frames do not stand on a grid of one rate from the start.");
	if (g->frames != (int64_t)scan->count || scan->no_pts > 0 || scan->bad_lines > 0)
		return no(copy, "Some slots have no frame, or some frames no time.");
	for (size_t i = 0; i < scan->count; i++)
		if (scan->packets[i].discard)
			return no(copy, "Frames are cut away by an edit list.");
	return true;
}

static int by_place(const void *a, const void *b)
{
	const struct scan_packet *left = *(const struct scan_packet *const *)a, *right = *(const struct scan_packet *const *)b;

	return left->at < right->at ? -1 : left->at > right->at;
}

/*
 * In the order of decoding, with every slot taken once: a group of pictures is closed where its keyframe is shown as
 * it is decoded, after all before it and before all behind it.
 */
static bool is_closed(const struct scan *scan, const struct scan_packet **order, struct copy *copy)
{
	int64_t most = -1, key = 0, slot;

	for (size_t i = 0; i < scan->count; i++) {
		slot = order[i] - scan->packets;
		if (i == 0 && !order[i]->key)
			return no(copy, "It does not begin with a keyframe.");
		if (order[i]->key && (slot != (int64_t)i || most >= slot))
			return no(copy, "Pictures around a keyframe need those before it (open groups of pictures).");
		if (order[i]->key) {
			copy->apart = slot - key > copy->apart ? slot - key : copy->apart;
			key = slot;
		}
		copy->delay = (int64_t)i - slot > copy->delay ? (int64_t)i - slot : copy->delay;
		most = slot > most ? slot : most;
	}
	copy->apart = (int64_t)scan->count - key > copy->apart ? (int64_t)scan->count - key : copy->apart;
	return true;
}

static bool look_at_groups(const struct scan *scan, struct copy *copy)
{
	const struct scan_packet **order = calloc(scan->count, sizeof *order);
	bool closed;

	if (order == NULL)
		abort();
	for (size_t i = 0; i < scan->count; i++)
		order[i] = &scan->packets[i];
	qsort(order, scan->count, sizeof *order, by_place);
	closed = is_closed(scan, order, copy);
	free(order);
	return closed;
}

bool copy_fits(const struct plan_input *input, const struct grid *g, const struct rung *rung, struct copy *copy)
{
	memset(copy, 0, sizeof *copy);
	if (!input->profile->copy)
		return no(copy, "The profile has everything encoded.");
	if (!is_plain(input->facts, rung, copy) || !is_regular(input, g, copy) || !look_at_groups(input->scan, copy))
		return false;
	if ((double)copy->apart > APART_MOST_S * ratio_value(g->rate))
		return no(copy, "Its keyframes are more than 10 s apart.");
	if (copy->delay > GRAPH_DELAY_FRAMES)
		return no(copy, "Its pictures are stored too far from their order.");
	if (ladder_source_kbps(input->facts, input->scan) > rung->max_kbps)
		return no(copy, "It takes more than the rung may.");
	return true;
}

/*
 * Filter setts counts PTS in its own output time base already (ffmpeg rescales before it), whatever its TB says.
 * The nearest slot is exact, since every frame of a constant rate is within a tick of its own.
 */
void copy_add(const struct grid *g, const struct facts *f, const struct copy *copy, int64_t first, struct strings *argv)
{
	strings_add(argv, "-c:v");
	strings_add(argv, "copy");
	strings_add(argv, "-bsf:v");
	strings_addf(argv, "setts=time_base=1/%" PRId64 ":pts='(round((PTS/%" PRId64 "-(%" PRId64 ")*%" PRId64 "/%" PRId64
		     ")*%" PRId64 "/%" PRId64 ")+%" PRId64 ")*%" PRId64 "':dts='(N+%" PRId64 ")*%" PRId64 "':duration=%" PRId64,
		     g->timescale, g->timescale, g->first_pts, f->timebase.num, f->timebase.den, g->rate.num, g->rate.den, first,
		     g->tick, first - copy->delay, g->tick, g->tick);
}
