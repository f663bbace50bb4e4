/*
 * argv.c - the command lines of the children that a plan has.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "encode/argv.h"
#include "encode/encoder.h"
#include "encode/graph.h"
#include "encode/line.h"
#include "encode/name.h"
#include "encode/switches.h"

#define FRAGMENTED "+empty_moov+default_base_moof+frag_discont+skip_trailer"

/* Chunk --------------------------------------------------------------------------------------- */

/* Frames of a segment: as many segments as come nearest to the wished length, so that none is tiny.  No encoder is
 * asked for nothing but keyframes: not all can. */
static int64_t segment_frames(const struct profile *profile, const struct grid *grid, const struct cut *cut)
{
	double wished = (double)profile->segment_ms / 1000 * (double)grid->rate.num / (double)grid->rate.den;
	int64_t count = llround((double)cut->frames / wished);

	int64_t frames = count < 1 ? cut->frames : (cut->frames + count - 1) / count;

	return frames < 2 ? 2 : frames;
}

/* What all rungs of a chunk have in common. */
struct chunk {
	const struct plan_input *input;
	const struct grid *grid;
	const struct cut *cut;
	int64_t seq;
	const struct copy *copy;        /* NULL: none is copied */
	int64_t every;                  /* frames of the longest segment */
	int64_t *keys;                  /* with a copy: slots, as they stand in the output, where segments begin */
	size_t key_count;
};

/* Segments are the source's where one rung is. */
static void find_segments(struct chunk *c)
{
	int64_t last = c->cut->first_frame;

	c->every = segment_frames(c->input->profile, c->grid, c->cut);
	if (c->copy == NULL)
		return;
	c->key_count = copy_keys(c->input->scan, c->copy, c->cut, &c->keys);
	c->every = 2;
	for (size_t i = 0; i <= c->key_count; i++) {
		int64_t end = i < c->key_count ? c->keys[i] : c->cut->first_frame + c->cut->frames;

		c->every = end - last > c->every ? end - last : c->every;
		last = end;
	}
	for (size_t i = 0; i < c->key_count; i++)
		c->keys[i] += GRAPH_DELAY_FRAMES;
}

static void add_encoder(const struct chunk *c, const struct rung *rung, struct strings *argv)
{
	const struct encoding encoding = {
		.codec = rung->codec, .preset = rung->preset, .crf = rung->crf, .max_kbps = rung->max_kbps, .rate = c->grid->rate,
		.every = c->every, .keys = c->keys, .key_count = c->key_count, .threads = c->input->threads,
	};

	encoder_add(&encoding, argv);
}

static void add_piece(const struct chunk *c, const struct rung *rung, struct strings *argv)
{
	char stem[32], file[64];

	switches_output(argv);
	line_number(argv, "-video_track_timescale", c->grid->timescale);
	line_text(argv, "-use_editlist", "0");
	line_text(argv, "-avoid_negative_ts", "disabled");
	line_text(argv, "-movflags", "+frag_keyframe" FRAGMENTED);
	name_stem(stem, c->input->edition, rung->name);
	name_piece(file, stem, c->seq);
	line_text(argv, "-f", "mp4");
	strings_addf(argv, "file:%s", file);
}

/* Of the last frame ffmpeg says that it is as long as the container's rate has it, which need not be the grid's: the film of a
 * DVD has 24 frames a second among 60 fields. */
#define LENGTH_OF_FRAMES "setts=pts=PTS:dts=DTS:duration='if(N,DTS-PREV_INDTS,%" PRId64 ")'"

/* Of the graph's output `at`. */
static void add_rung(const struct chunk *c, const struct rung *rung, size_t at, struct strings *argv)
{
	strings_add(argv, "-map");
	strings_addf(argv, "[v%zu]", at);
	line_text(argv, "-fps_mode", "passthrough");
	add_encoder(c, rung, argv);
	strings_add(argv, "-bsf:v");
	strings_addf(argv, LENGTH_OF_FRAMES, c->grid->tick);
	add_piece(c, rung, argv);
}

static void add_copy(const struct chunk *c, const struct rung *rung, struct strings *argv)
{
	line_map(c->input->facts->picture.index, argv);
	copy_add(c->input, c->grid, c->copy, c->cut, GRAPH_DELAY_FRAMES, argv);
	add_piece(c, rung, argv);
}

/* Where nothing is encoded, the pictures are decoded all the same, so that somebody has seen them. */
static void add_look(struct strings *argv)
{
	strings_add_all(argv, (const char *const[]){ "-map", "[v0]", "-f", "null", "-", NULL });
}

/* The rungs that are encoded; the copied one comes last, so that progress counts the others' frames. */
static void add_rungs(const struct chunk *c, const struct ladder *ladder, struct strings *argv)
{
	struct rung encoded[PLAN_RUNGS_MOST];
	struct buf graph = BUF_INIT;
	size_t count = 0;

	for (size_t i = 0; i < ladder->count; i++)
		if (c->copy == NULL || i != c->copy->rung)
			encoded[count++] = ladder->rungs[i];
	graph_video(&c->input->facts->picture, c->grid, c->cut, count > 0 ? encoded : ladder->rungs, count > 0 ? count : 1, &graph);
	line_buf(argv, "-filter_complex", &graph);
	for (size_t i = 0; i < count; i++)
		add_rung(c, &encoded[i], i, argv);
	if (count == 0)
		add_look(argv);
	if (c->copy != NULL)
		add_copy(c, &ladder->rungs[c->copy->rung], argv);
}

static void add_seek(const struct cut *cut, struct strings *argv)
{
	const char *const fixed[] = { "-noaccurate_seek", "-seek_timestamp", "1", "-ss", NULL };
	int64_t us = cut->seek_us;

	if (!cut->seeks)
		return;
	strings_add_all(argv, fixed);
	strings_addf(argv, "%s%" PRId64 ".%06" PRId64, us < 0 ? "-" : "", (us < 0 ? -us : us) / 1000000, (us < 0 ? -us : us) % 1000000);
}

int64_t argv_chunk(const struct plan_input *input, const struct grid *grid, const struct cut *cut, int64_t seq,
		   const struct ladder *ladder, const struct copy *copy, struct strings *argv)
{
	struct chunk chunk = { .input = input, .grid = grid, .cut = cut, .seq = seq, .copy = copy };

	line_open(input, argv);
	line_clock(input, grid, argv);
	if (graph_takes_changes(&input->facts->picture))
		line_text(argv, "-reinit_filter", "0");
	if (graph_turns(&input->facts->picture))
		strings_add(argv, "-noautorotate");
	add_seek(cut, argv);
	switches_file(argv, input->source);
	find_segments(&chunk);
	add_rungs(&chunk, ladder, argv);
	line_beside(input, grid, argv);
	free(chunk.keys);
	return chunk.every < cut->frames ? chunk.every : cut->frames;
}

/* Assemble ------------------------------------------------------------------------------------ */

static const struct plan_rendition *main_sound(const struct plan *plan)
{
	for (size_t i = 0; i < plan->rendition_count; i++)
		if (plan->renditions[i].kind == RENDITION_AUDIO && plan->renditions[i].is_default)
			return &plan->renditions[i];
	return NULL;
}

static void add_stem(const struct plan_input *input, const struct plan_rendition *r, struct strings *argv)
{
	char stem[32];

	name_stem(stem, input->edition, r->name);
	strings_add(argv, stem);
}

void argv_assemble(const struct plan_input *input, const struct plan *plan, size_t pieces, struct strings *argv)
{
	const struct plan_rendition *sound = main_sound(plan);

	strings_add(argv, input->conf->mux);
	line_text(argv, "--folder", input->media);
	if (pieces > 0)
		line_number(argv, "--pieces", (int64_t)pieces);
	if (sound != NULL) {
		strings_add(argv, "--audio");
		add_stem(input, sound, argv);
	}
	for (size_t i = 0; i < plan->rendition_count; i++)
		if (plan->renditions[i].kind == RENDITION_VIDEO)
			add_stem(input, &plan->renditions[i], argv);
}
