/*
 * copy.c - may the source's own picture serve as a rung?
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode/copy.h"
#include "encode/graph.h"
#include "encode/idr.h"
#include "encode/ratio.h"

#define APART_MOST 2.5          /* of the wished length: keyframes further apart make segments that are too long to start at */
#define SEGMENT_LEAST 0.75      /* of the wished length: a keyframe from there on begins the next segment */

static bool no(struct copy *copy, const char *why)
{
	snprintf(copy->why_not, sizeof copy->why_not, "%s", why);
	return false;
}

static bool is_plain(const struct facts_picture *p, const struct rung *rung, struct copy *copy)
{
	if (strcmp(p->codec, rung->codec) != 0)
		return no(copy, "The source has another codec.");
	if (p->coded_width != rung->width || p->coded_height != rung->height || p->rotation != 0 || p->reshaped)
		return no(copy, "The picture is turned or mirrored, or has another size.");
	if (strcmp(p->pix_fmt, "yuv420p") != 0 || p->full_range || p->hdr != FACTS_SDR)
		return no(copy, "The picture is not of the kind that every player takes: 8 bits, 4:2:0, limited range.");
	if (p->interlaced)
		return no(copy, "The source is interlaced.");
	return true;
}

bool copy_is_described_once(const struct facts *f)
{
	return facts_are_in(f, "mov") || facts_are_in(f, "matroska");
}

/* What measuring may find against a copy is not known yet. */
bool copy_is_hoped_for(const struct facts *facts, const struct profile *profile)
{
	struct facts hoped = *facts;

	hoped.picture.interlaced = false;
	hoped.picture.damage = 0;
	return copy_is_thinkable(&hoped, profile);
}

bool copy_is_thinkable(const struct facts *f, const struct profile *profile)
{
	const struct facts_picture *p = &f->picture;
	bool wanted = false;

	for (size_t i = 0; i < profile->rung_count; i++)
		wanted = wanted || strcmp(profile->rungs[i].codec, p->codec) == 0;
	return profile->copy && wanted && copy_is_described_once(f) && p->damage == 0 && p->rotation == 0 && !p->reshaped && !p->interlaced &&
	       (strcmp(p->codec, "h264") == 0 || strcmp(p->codec, "hevc") == 0) && p->coded_width == p->width && p->coded_height == p->height &&
	       strcmp(p->pix_fmt, "yuv420p") == 0 && !p->full_range && p->hdr == FACTS_SDR;
}

static bool is_regular(const struct plan_input *input, const struct grid *g, struct copy *copy)
{
	const struct scan *scan = input->scan;

	if (g->every != 1)
		return no(copy, "It has more frames a second than the profile takes.");
	if (!g->constant || g->fields != 1 || g->spliced || g->guessed || g->lead > 0)
		return no(copy, "Its frames do not stand on a grid of one rate from the start.");
	if (g->frames != (int64_t)scan->count || scan->no_pts > 0 || scan->bad_lines > 0)
		return no(copy, "Some slots have no frame, or some frames no time.");
	if (scan->joined)
		return no(copy, "Its fields are packets of their own.");
	if (scan->headless > 0)
		return no(copy, "It does not begin with a keyframe.");
	if (scan->keys_are_false)
		return no(copy, "Its keyframes cannot be decoded by themselves.");
	if (scan->described > 0)
		return no(copy, "It is described anew on the way.");
	for (size_t i = 0; i < scan->count; i++)
		if (scan->packets[i].discard)
			return no(copy, "Frames are cut away by an edit list.");
	return true;
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
	const struct scan_packet **order = scan_file_order(scan);
	bool closed = is_closed(scan, order, copy);

	free(order);
	return closed;
}

bool copy_fits(const struct plan_input *input, const struct grid *g, const struct rung *rung, struct copy *copy)
{
	double wished = (double)input->profile->segment_ms / 1000 * ratio_value(g->rate);

	memset(copy, 0, sizeof *copy);
	copy->least = wished * SEGMENT_LEAST < 2 ? 2 : llround(wished * SEGMENT_LEAST);
	if (!input->profile->copy)
		return no(copy, "The profile has everything encoded.");
	if (input->single != NULL)
		return no(copy, "Something of it did not come out as planned, so it is encoded.");
	if (!is_plain(&input->facts->picture, rung, copy) || !is_regular(input, g, copy) || !look_at_groups(input->scan, copy))
		return false;
	if ((double)copy->apart > APART_MOST * wished)
		return no(copy, "Its keyframes are too far apart to start at.");
	if (input->scan->cut)
		return no(copy, "The file was cut off.");
	if (!input->facts->picture.idr.known)
		return no(copy, "It was not found to be whole, and described at its head, once for all.");
	if (!idr_are_keyframes(input->facts, input->scan))
		return no(copy, "Not every keyframe stands for itself.");
	if (copy->delay > GRAPH_DELAY_FRAMES)
		return no(copy, "Its pictures are stored too far from their order.");
	if (ladder_source_kbps(&input->facts->picture, input->scan) > rung->max_kbps)
		return no(copy, "It takes more than the rung may.");
	return input->facts->picture.damage == 0 || no(copy, "Its first pictures do not decode cleanly.");
}

/* Encoders that do not hear of forced keyframes cannot have theirs where the source has its own. */
static bool others_can_follow(const struct ladder *ladder, struct copy *copy)
{
	for (size_t i = 0; i < ladder->count; i++)
		if (strcmp(ladder->rungs[i].codec, "av1") == 0)
			return no(copy, "The AV1 encoder cannot have its keyframes where the source has them.");
	return true;
}

bool copy_choose(const struct plan_input *input, const struct grid *g, const struct ladder *ladder, struct copy *copy)
{
	size_t at = 0;

	memset(copy, 0, sizeof *copy);
	while (at < ladder->count && !is_plain(&input->facts->picture, &ladder->rungs[at], copy))
		at++;
	if (at < ladder->count && copy_fits(input, g, &ladder->rungs[at], copy) && others_can_follow(ladder, copy)) {
		copy->rung = at;
		return true;
	}
	if (at == ladder->count || !copy_is_thinkable(input->facts, input->profile))
		copy->why_not[0] = '\0';
	return false;
}

size_t copy_keys(const struct scan *scan, const struct copy *copy, const struct cut *cut, int64_t **slots)
{
	int64_t last = cut->first_frame;
	size_t count = 0;

	*slots = calloc((size_t)(cut->frames / copy->least) + 1, sizeof **slots);
	if (*slots == NULL)
		abort();
	for (int64_t slot = last + 1; slot < cut->first_frame + cut->frames; slot++) {
		if (!scan->packets[slot].key || slot - last < copy->least)
			continue;
		(*slots)[count++] = slot;
		last = slot;
	}
	return count;
}

/*
 * The slot of a packet: `pts` is what the filter calls its time, which ffmpeg has rescaled to our files' time base by then,
 * whatever the filter's TB says.  The nearest one is exact, since every frame of a constant rate is within a tick of its own.
 */
static void put_slot(const struct facts_picture *p, const struct grid *g, const char *pts, struct buf *out)
{
	buf_printf(out, "round((%s/%" PRId64 "-(%" PRId64 ")*%" PRId64 "/%" PRId64 ")*%" PRId64 "/%" PRId64 ")", pts, g->timescale,
		   g->first_pts, p->timebase.num, p->timebase.den, g->rate.num, g->rate.den);
}

/* Groups are closed, so a chunk's packets are those whose slots are its own. */
static void put_membership(const struct facts_picture *p, const struct grid *g, const struct cut *cut, struct buf *out)
{
	if (cut->first && cut->last)
		return;
	buf_puts(out, "noise=drop='not(between(");
	put_slot(p, g, "pts", out);
	buf_printf(out, ",%" PRId64 ",%" PRId64 "))',", cut->first_frame, cut->first_frame + cut->frames - 1);
}

static void put_times(const struct facts_picture *p, const struct grid *g, const struct copy *copy, const struct cut *cut, int64_t later,
		      struct buf *out)
{
	buf_printf(out, "setts=time_base=1/%" PRId64 ":pts='(", g->timescale);
	put_slot(p, g, "PTS", out);
	buf_printf(out, "+%" PRId64 ")*%" PRId64 "':dts='(N+%" PRId64 ")*%" PRId64 "':duration=%" PRId64, later, g->tick,
		   cut->first_frame + later - copy->delay, g->tick, g->tick);
}

/* -copypriorss: what the seek gave is ours to judge. */
void copy_add(const struct plan_input *input, const struct grid *g, const struct copy *copy, const struct cut *cut, int64_t later,
	      struct strings *argv)
{
	double least_us = ((double)copy->least - 0.5) / ratio_value(g->rate) * 1e6;
	struct buf filters = BUF_INIT;

	put_membership(&input->facts->picture, g, cut, &filters);
	put_times(&input->facts->picture, g, copy, cut, later, &filters);
	strings_add_all(argv, (const char *const[]){ "-c:v", "copy", "-copypriorss", "1", NULL });
	strings_add_all(argv, (const char *const[]){ "-tag:v", strcmp(input->facts->picture.codec, "hevc") == 0 ? "hvc1" : "avc1", NULL });
	strings_add(argv, "-min_frag_duration");
	strings_addf(argv, "%.0f", least_us);
	strings_add(argv, "-bsf:v");
	strings_add(argv, buf_text(&filters));
	buf_fini(&filters);
}
