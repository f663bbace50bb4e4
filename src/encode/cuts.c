/*
 * cuts.c - where a video is cut into chunks, and when it must not be.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode/cuts.h"
#include "encode/ratio.h"

#define LONG_VIDEO_S 600.0      /* from here on chunks are twice as long */
#define EARLY_S 1.0             /* the first chunk; the next is twice as long, and so on */
#define FRAMES_LEAST 8          /* of a chunk: encoders need some to settle their delay */
#define TAIL_PART 3             /* a chunk takes at most a third of what is left ... */
#define WINDOW 0.4              /* a keyframe this part of a chunk away is as good as one in the right place */
#define HEAD_CUTS 2             /* so many may be between keyframes, so that little is decoded in vain */
#define WALK_MOST_S 12.0        /* and no more than this is, each time */
#define AHEAD_FRAMES 64         /* what decoders and trim read on behind a chunk's end */

/* A place where decoding can begin. */
struct entry {
	int64_t slot;                   /* of the grid */
	int64_t pts, dts;
};

struct cutter {
	const struct plan_input *input;
	const struct grid *grid;
	struct cuts *cuts;
	bool at_keyframes;              /* and nowhere else */
	struct entry *entries;          /* rising */
	size_t entry_count;
};

void cuts_fini(struct cuts *cuts)
{
	free(cuts->items);
	cuts->items = NULL;
	cuts->count = 0;
}

static double seconds(const struct cutter *c, int64_t frames)
{
	return (double)frames / ratio_value(c->grid->rate);
}

static int64_t slot_of(const struct cutter *c, int64_t pts)
{
	return grid_slot(c->grid, pts, c->input->facts->picture.timebase) + c->grid->lead;
}

/* May it be cut? ------------------------------------------------------------------------------ */

static bool is_in_one_of(const struct facts *f, const char *const *containers)
{
	for (; *containers != NULL; containers++)
		if (facts_are_in(f, *containers))
			return true;
	return false;
}

/* Demuxers that seek where they are told to. */
static bool seeks_well(const struct facts *f)
{
	static const char *const names[] = { "mov", "matroska", "mpegts", "flv", "asf", "ogg", "avi", NULL };

	return is_in_one_of(f, names);
}

static bool whole(struct cuts *cuts, const char *why, const char *detail)
{
	cuts->why = why;
	snprintf(cuts->detail, sizeof cuts->detail, "%s", detail);
	return false;
}

static bool may_cut(struct cutter *c)
{
	const struct facts *f = c->input->facts;
	const struct grid *g = c->grid;

	if (c->input->single != NULL) {
		c->cuts->why = "one_chunk_after_mismatch";
		snprintf(c->cuts->detail, sizeof c->cuts->detail, "Encoded in one piece: %s", c->input->single);
		return false;
	}
	if (g->duration_s * 1000 < (double)c->input->profile->chunk_ms / 2)
		return whole(c->cuts, "one_chunk_short", "It is short: encoded in one piece.");
	if (!seeks_well(f))
		return whole(c->cuts, "one_chunk_container", "Files of this kind cannot be entered exactly: encoded in one piece.");
	if (f->picture.palette)
		return whole(c->cuts, "one_chunk_palette", "Its colours are told once, with the first picture: encoded in one piece.");
	if (g->spliced || g->guessed || c->input->scan->no_pts > 0)
		return whole(c->cuts, "one_chunk_times", "The file does not tell the time of every frame: encoded in one piece.");
	return true;
}

/* Where frames keep their slots, counting them must come to the same as their times. */
static bool counts_agree(const struct cutter *c)
{
	const struct scan *scan = c->input->scan;
	int64_t n = 0;

	for (size_t i = 0; c->grid->keep && i < scan->count; i++) {
		if (scan->packets[i].discard)
			continue;
		if (slot_of(c, scan->packets[i].pts) != n)
			return whole(c->cuts, "one_chunk_times", "The file's clock is too coarse: encoded in one piece.");
		n += c->grid->fields;
	}
	return true;
}

/* Recordings that were joined overlap a little: decode times go back by less than ffmpeg mends, and which of two
 * pictures at the same time is shown depends on where one enters.  (mov and Matroska have one clock by their nature.) */
static bool is_one_clock(const struct cutter *c)
{
	static const char *const by_nature[] = { "mov", "matroska", NULL };
	const struct scan_packet **order = scan_file_order(c->input->scan);
	bool back = false;

	for (size_t i = 1; i < c->input->scan->count && !is_in_one_of(c->input->facts, by_nature); i++)
		back = back || order[i]->dts < order[i - 1]->dts;
	free(order);
	return !back || whole(c->cuts, "one_chunk_times", "Its clock goes back: encoded in one piece.");
}

/* Keyframes ----------------------------------------------------------------------------------- */

static void add_entry(struct cutter *c, const struct scan_packet *p)
{
	c->entries[c->entry_count++] = (struct entry){ slot_of(c, p->pts), p->pts, p->dts < p->pts ? p->dts : p->pts };
}

/* False where they are not told in rising order: then their times cannot be trusted. */
static bool find_entries(struct cutter *c)
{
	const struct scan *scan = c->input->scan;
	int64_t dts = INT64_MIN;

	c->entries = calloc(scan->count + 1, sizeof *c->entries);
	if (c->entries == NULL)
		abort();
	for (size_t i = 0; i < scan->count; i++) {
		const struct scan_packet *p = &scan->packets[i];

		if (!p->key || p->discard)
			continue;
		if (p->dts <= dts)
			return whole(c->cuts, "one_chunk_keyframes", "Its keyframes do not follow each other: encoded in one piece.");
		dts = p->dts;
		add_entry(c, p);
	}
	if (c->entry_count == 0)
		return whole(c->cuts, "one_chunk_keyframes", "It has no keyframes: encoded in one piece.");
	return true;
}

/* The last entry at or before a slot; the entry count where there is none. */
static size_t entry_before(const struct cutter *c, int64_t slot)
{
	size_t low = 0, high = c->entry_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->entries[middle].slot <= slot)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? low - 1 : c->entry_count;
}

/* Places -------------------------------------------------------------------------------------- */

/* How long the next chunk should be: short at the start, and again where the end is near. */
static double wished_s(const struct cutter *c, size_t index, double left_s)
{
	double usual = (double)c->input->profile->chunk_ms / 1000, tail;

	if (c->grid->duration_s >= LONG_VIDEO_S)
		usual *= 2;
	tail = fmax(left_s / TAIL_PART, usual / TAIL_PART);
	usual = fmin(usual, fmax(tail, EARLY_S));
	return fmin(usual, ldexp(EARLY_S, index < 10 ? (int)index : 10));
}

/* The keyframe nearest to `wished` within the window; 0: there is none. */
static int64_t keyframe_near(const struct cutter *c, int64_t from, int64_t wished)
{
	int64_t window = (int64_t)((double)(wished - from) * WINDOW), best = 0;
	size_t at = entry_before(c, wished + window);

	if (at == c->entry_count)
		return 0;
	for (size_t i = at + 1; i-- > 0 && c->entries[i].slot >= wished - window && c->entries[i].slot > from;)
		if (best == 0 || llabs(c->entries[i].slot - wished) < llabs(best - wished))
			best = c->entries[i].slot;
	return best;
}

/* Early in the video `wished` itself will do, with a keyframe not far before it; not while the last picture is held, which
 * the last chunk does. */
static int64_t place_near(struct cutter *c, size_t index, int64_t from, int64_t wished)
{
	int64_t place = keyframe_near(c, from, wished);
	size_t at;

	if (place > 0 || index >= HEAD_CUTS || c->at_keyframes || wished >= c->grid->frames - c->grid->held - c->grid->last)
		return place;
	at = entry_before(c, wished);
	if (at == c->entry_count || seconds(c, wished - c->entries[at].slot) > WALK_MOST_S)
		return 0;
	c->cuts->between++;
	return wished;
}

/* The frame where the next chunk begins; the count of frames where this one is the last. */
static int64_t next_place(struct cutter *c, size_t index, int64_t from)
{
	int64_t total = c->grid->frames, place;
	double length = wished_s(c, index, seconds(c, total - from));
	double rate = ratio_value(c->grid->rate);

	for (double s = length; seconds(c, total - from) > 1.5 * s; s += length) {
		int64_t frames = llround(s * rate);

		if (frames < FRAMES_LEAST || total - from - frames < FRAMES_LEAST)
			continue;
		place = place_near(c, index, from, from + frames);
		if (place >= from + FRAMES_LEAST && total - place >= FRAMES_LEAST)
			return place;
	}
	return total;
}

/* Chunks -------------------------------------------------------------------------------------- */

/*
 * The next keyframe is decoded before this one is shown.  mov looks for the last one that is decoded by then (for HEVC it minds
 * what is shown), so it would go past this one.
 */
static bool is_crowded(const struct cutter *c, size_t at)
{
	const struct facts *f = c->input->facts;

	return facts_are_in(f, "mov") && strcmp(f->picture.codec, "hevc") != 0 && at + 1 < c->entry_count &&
	       c->entries[at + 1].dts <= c->entries[at].pts;
}

/*
 * What each demuxer must be told so that it lands at or before a keyframe without costing much: mov and
 * asf go by presentation times, the others by decode times (Matroska is told presentation times all the same).  For those ffmpeg
 * seeks earlier by itself where pictures are reordered, which 3/23 s undo: what precedes the keyframe may be of another
 * description, and complains.  Rounded up to the microsecond, as ffmpeg rounds down.
 */
static int64_t seek_us(const struct cutter *c, size_t at)
{
	static const char *const by_pts[] = { "mov", "asf", "matroska", NULL };
	const struct facts *f = c->input->facts;
	const struct entry *e = &c->entries[at];
	double tick = ratio_value(f->picture.timebase), s;

	s = (double)(is_in_one_of(f, by_pts) && !is_crowded(c, at) ? e->pts : e->dts) * tick;
	if ((facts_are_in(f, "matroska") || facts_are_in(f, "mpegts")) && f->picture.delay > 0)
		s += 3.0 / 23;
	return (int64_t)ceil(s * 1e6 - 1e-3);
}

/* Filters that look at neighbours, and streams whose first pictures lean on earlier ones, start a keyframe earlier. */
static bool wants_run_up(const struct cutter *c)
{
	return c->input->facts->picture.interlaced;
}

static void set_seek(const struct cutter *c, struct cut *cut)
{
	size_t at = entry_before(c, cut->first_frame);

	if (wants_run_up(c))
		at = at == c->entry_count || at == 0 ? c->entry_count : at - 1;
	cut->seeks = !cut->first && at < c->entry_count && at > 0;
	if (cut->seeks)
		cut->seek_us = seek_us(c, at);
}

static void add_cut(struct cutter *c, int64_t from, int64_t to)
{
	struct cuts *cuts = c->cuts;
	struct cut *items = realloc(cuts->items, (cuts->count + 1) * sizeof *items);

	if (items == NULL)
		abort();
	cuts->items = items;
	items[cuts->count] = (struct cut){
		.first_frame = from, .frames = to - from, .first = from == 0, .last = to == c->grid->frames,
	};
	set_seek(c, &items[cuts->count++]);
}

/* Packets are sorted by time: what a chunk needs is the farthest byte of all before its end. */
static void set_needs(const struct cutter *c)
{
	const struct scan *scan = c->input->scan;
	int64_t most = 0;
	size_t at = 0;

	for (size_t i = 0; i < c->cuts->count; i++) {
		struct cut *cut = &c->cuts->items[i];
		int64_t until = cut->first_frame + cut->frames + AHEAD_FRAMES;

		for (; at < scan->count && slot_of(c, scan->packets[at].pts) < until; at++) {
			if (scan->packets[at].end < 0)
				return;
			if (scan->packets[at].end > most)
				most = scan->packets[at].end;
		}
		cut->needs_bytes = at < scan->count ? most : 0;
	}
}

void cuts_make(const struct plan_input *input, const struct grid *grid, bool at_keyframes, struct cuts *cuts)
{
	struct cutter c = { .input = input, .grid = grid, .cuts = cuts, .at_keyframes = at_keyframes };
	int64_t from = 0;

	memset(cuts, 0, sizeof *cuts);
	if (may_cut(&c) && counts_agree(&c) && is_one_clock(&c) && find_entries(&c)) {
		for (size_t i = 0; from < grid->frames; i++) {
			int64_t to = next_place(&c, i, from);

			add_cut(&c, from, to);
			from = to;
		}
		set_needs(&c);
		if (cuts->count == 1)
			whole(cuts, "one_chunk_keyframes", "It has too few keyframes to be entered in between: encoded in one piece.");
	} else
		add_cut(&c, 0, grid->frames);
	free(c.entries);
}
