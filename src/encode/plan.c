/*
 * plan.c - from facts to the whole job.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "encode/argv.h"
#include "encode/extent.h"
#include "encode/graph.h"
#include "encode/job.h"
#include "encode/line.h"
#include "encode/picture.h"
#include "encode/plan.h"
#include "encode/ratio.h"
#include "encode/sound.h"
#include "encode/switches.h"
#include "encode/text.h"
#include "encode/times.h"

/* Decisions ----------------------------------------------------------------------------------- */

static void decide_rate(struct plan *plan, const struct grid *g)
{
	double rate = ratio_value(g->rate), nominal = ratio_value(g->nominal);

	if (g->every > 1)
		job_decide(plan, "rate_divided", "The source has %.3f frames a second; one in %" PRId64 " is kept: %.3f.", nominal,
		       g->every, rate);
	else if (g->fields == 2)
		job_decide(plan, "rate_of_fields", "Each of the %.3f pictures a second holds two moments: %.3f frames a second.", nominal,
			   rate);
	else if (g->constant)
		job_decide(plan, "rate_constant", "Constant %.3f frames a second: every frame is kept.", rate);
	if (g->hidden > 0)
		job_decide(plan, "rate_variable", "The frame rate varies; it is made a constant %.3f frames a second.  %zu of %zu pictures "
			   "%s too near to the next one to be seen.", rate, g->hidden, g->count, g->hidden == 1 ? "comes" : "come");
	else if (!g->constant)
		job_decide(plan, "rate_variable", "The frame rate varies; it is made a constant %.3f frames a second.", rate);
	if (g->held > 0)
		job_decide(plan, "last_picture_held", "The last picture is shown %.1f s longer than the others%s.", (double)g->held / rate,
			   g->heard ? ", as the sound goes on" : "");
	if (g->lead > 0)
		job_decide(plan, "picture_starts_late",
		       "The sound starts first; the first picture is shown %" PRId64 " time%s more.", g->lead, g->lead == 1 ? "" : "s");
	if (g->cut_s > 0)
		job_decide(plan, "sound_before_picture", "The sound starts %.0f s before the picture; what comes before it is left out.",
			   g->cut_s);
}

static void decide_fields(struct plan *plan, const struct facts *f)
{
	const char *first = f->picture.fields == FIELDS_BOTTOM_FIRST ? "bottom" : "top";

	if (f->picture.by_field)
		job_decide(plan, "by_field", "Each picture of the source is a field, half as high as the picture; it is shown as high as that.");
	else if (f->picture.telecine)
		job_decide(plan, "telecine", "The source is film with repeated fields; its mixed pictures are made whole.");
	else if (f->picture.interlaced)
		job_decide(plan, "deinterlaced", "The source is interlaced%s%s, %s field first; its fields are made into whole pictures.",
			   f->picture.fields_in_parts ? " in parts" : "", f->picture.says_interlaced ? "" : ", though it does not say so",
			   f->picture.fields_in_turn ? "now the top and now the bottom" : first);
	else if (f->picture.says_interlaced)
		job_decide(plan, "not_interlaced", "The source says that it is interlaced, but its pictures are whole: they stay so.");
	else if (f->picture.fields_unsure)
		job_decide(plan, "fields_unsure", "The pictures look interlaced, but whole ones may look so: they stay as they are.");
}

/* To ffprobe both are one, what it names and what it is taken for. */
static void decide_clock(struct plan *plan, const struct facts *f)
{
	double rate = ratio_value(f->picture.rate_nominal);

	if (facts_has_no_clock(f))
		job_decide(plan, "no_clock", "The file has pictures and no clock: they follow each other at %.3f a second, %s.", rate,
			   fabs(rate - FACTS_RATE_GUESSED) < 0.001 ? "which it names, or which is a guess" : "which is what it names");
}

static void decide_captions(struct plan *plan, const struct facts *f, const struct grid *g)
{
	if (f->picture.captions && graph_keeps_captions(g))
		job_decide(plan, "captions_kept", "The closed captions in the pictures are kept.");
	else if (f->picture.captions)
		job_decide(plan, "captions_dropped", "The closed captions in the pictures are left out: the pictures do not keep their "
			   "times, and captions would repeat themselves.");
}

static void decide_picture(struct plan *plan, const struct facts *f, const struct scan *scan)
{
	if (f->picture.count > 1)
		job_decide(plan, "main_picture", "Of %zu pictures of the source only track %" PRId64 " is shown.", f->picture.count, f->picture.index);
	if (f->picture.hdr != FACTS_SDR)
		job_decide(plan, "hdr_to_sdr", "The source is HDR (%s); it is tone-mapped to SDR.",
		       f->picture.hdr == FACTS_PQ ? "PQ" : "HLG");
	if (graph_guesses_color(&f->picture))
		job_decide(plan, "color_guessed", "The source tells colours as %s, which is not converted; they are taken for %s.", f->picture.color_space,
			   graph_color_of(&f->picture).space);
	decide_fields(plan, f);
	if (scan->headless > 0)
		job_decide(plan, "headless", "The first %zu of %zu frames lean on others that are not in the file, and cannot be decoded.",
			   scan->headless, scan->headless + scan->count);
	if (scan->keys_are_false)
		job_decide(plan, "keyframes_false", "Not all that are called keyframes give a picture by themselves: only the first one is believed.");
	if (f->picture.alpha)
		job_decide(plan, "alpha_dropped", "The picture may have transparent parts; they are black.");
	if (f->picture.damage > 0)
		job_decide(plan, "damaged", "The first pictures do not decode cleanly (%" PRId64 " complaint%s).", f->picture.damage,
			   f->picture.damage == 1 ? "" : "s");
	if (f->picture.rotation != 0)
		job_decide(plan, "rotated", "The picture is turned by %" PRId64 " degrees.", f->picture.rotation);
	if (f->picture.mirrored)
		job_decide(plan, "mirrored", "The picture is shown mirrored, as the file says.");
	if (f->picture.askew != 0)
		job_decide(plan, "askew", "The picture is turned by %" PRId64 " degrees within its frame, which keeps its size.", f->picture.askew);
	if (f->sound.count == 0)
		job_decide(plan, "no_sound", "The source has no sound that can be read.");
}

/* Renditions and tasks ------------------------------------------------------------------------ */

static void add_video_rendition(struct plan *plan, const struct rung *rung, struct ratio rate, bool copied)
{
	struct plan_rendition *r = job_rendition(plan, RENDITION_VIDEO, rung->codec);

	snprintf(r->name, sizeof r->name, "%s", rung->name);
	r->width = rung->width;
	r->height = rung->height;
	r->max_kbps = rung->max_kbps;
	r->rung_side = rung->rung_side;
	r->rate_num = rate.num;
	r->rate_den = rate.den;
	r->copied = copied;
}

static void decide_cuts(struct plan *plan, const struct grid *grid, const struct cuts *cuts)
{
	if (cuts->count == 1)
		job_decide(plan, cuts->why, "%s", cuts->detail);
	else if (cuts->between == 0)
		job_decide(plan, "chunked", "Cut at keyframes into %zu pieces of about %.0f s, which all cores share.", cuts->count,
		       grid->duration_s / (double)cuts->count);
	else
		job_decide(plan, "chunked", "Cut into %zu pieces of about %.0f s, which all cores share; %zu of the cuts %s between "
		       "keyframes, because those are far apart.", cuts->count, grid->duration_s / (double)cuts->count, cuts->between,
		       cuts->between == 1 ? "is" : "are");
}

static void add_chunk(const struct plan_input *input, const struct grid *grid, const struct cut *cut, int64_t seq,
		      const struct ladder *ladder, const struct copy *copy, struct plan *plan)
{
	struct plan_task *task = job_task(plan, TASK_CHUNK);
	int64_t frames, ms;

	task->seq = seq;
	task->first_frame = cut->first_frame;
	task->frames_planned = cut->frames;
	task->needs_bytes = cut->needs_bytes;
	frames = argv_chunk(input, grid, cut, seq, ladder, copy, &task->argv);
	ms = (int64_t)ceil((double)frames / ratio_value(grid->rate) * 1000);
	plan->segment_most_ms = ms > plan->segment_most_ms ? ms : plan->segment_most_ms;
	strings_add(&task->reads, input->source);
}

static void decide_copy(struct plan *plan, const struct ladder *ladder, const struct copy *copy, bool copied)
{
	if (copied)
		job_decide(plan, "copied", "%s is the source's own stream, packet by packet: it is as the profile wants it.",
			   ladder->rungs[copy->rung].name);
	else if (copy->why_not[0] != '\0')
		job_decide(plan, "not_copied", "The source's own stream is not taken over: %s", copy->why_not);
}

static void add_picture(const struct plan_input *input, const struct grid *grid, struct plan *plan)
{
	struct ladder ladder;
	struct copy copy;
	struct cuts cuts;
	bool copied;

	ladder_make(&input->facts->picture, input->profile, ladder_source_kbps(&input->facts->picture, input->scan), &ladder);
	copied = copy_choose(input, grid, &ladder, &copy);
	cuts_make(input, grid, copied, &cuts);
	decide_cuts(plan, grid, &cuts);
	decide_copy(plan, &ladder, &copy, copied);
	for (size_t i = 0; i < ladder.note_count; i++)
		job_decide(plan, ladder.notes[i].code, "%s", ladder.notes[i].detail);
	for (size_t i = 0; i < ladder.count; i++)
		add_video_rendition(plan, &ladder.rungs[i], grid->rate, copied && i == copy.rung);
	for (size_t i = 0; i < cuts.count; i++)
		add_chunk(input, grid, &cuts.items[i], (int64_t)i, &ladder, copied ? &copy : NULL, plan);
	plan->width = input->facts->picture.width;
	plan->height = input->facts->picture.height;
	plan->frames = grid->frames;
	plan->pieces = cuts.count;
	cuts_fini(&cuts);
}

static void add_assemble(const struct plan_input *input, struct plan *plan)
{
	struct plan_task *task = job_task(plan, TASK_ASSEMBLE);

	task->needs_count = plan->task_count - 1;
	argv_assemble(input, plan, plan->pieces, &task->argv);
	strings_add(&task->reads, input->media);
}

/* The whole ----------------------------------------------------------------------------------- */

static bool check_grid(const struct plan_input *input, const struct grid *grid, struct refusal *refusal)
{
	if (grid->duration_s * 1000 > (double)input->conf->duration_max_ms)
		return facts_refuse(refusal, "too_long", "The video is longer than this server takes.");
	return true;
}

/* One picture in a format that is used for stills; those in the boxes of an MP4 (AVIF) ffmpeg counts by the second. */
static bool is_still(const struct facts *facts, const struct scan *scan)
{
	bool boxed = facts_are_in(facts, "mov") && facts->picture.timebase.num == facts->picture.timebase.den;

	return scan->count == 1 && facts->sound.count == 0 && (boxed || facts_is_animation(facts));
}

static void fill(const struct plan_input *input, const struct grid *grid, struct plan *plan)
{
	if (grid != NULL) {
		decide_rate(plan, grid);
		if (input->scan->no_pts > 0)
			job_decide(plan, "no_times", "%zu frames do not say when they are shown.", input->scan->no_pts);
		decide_clock(plan, input->facts);
		decide_picture(plan, input->facts, input->scan);
		decide_captions(plan, input->facts, grid);
		add_picture(input, grid, plan);
	} else if (input->facts->picture.count > 0 && input->profile->rung_count == 0)
		job_decide(plan, "sound_only", "The profile makes sound only.");
	else
		job_decide(plan, "no_picture", input->facts->picture.count > 0 ? "The source names a video track, but has no pictures in it."
			   : "The source has sound only.");
	extent_decide(input, grid, plan);
	if (input->facts->picture.empty > 0)
		job_decide(plan, "pictures_empty", "Pictures are announced of which nothing was found: %zu.", input->facts->picture.empty);
	if (line_is_spliced(input, grid))
		job_decide(plan, "spliced", "The clock of the source jumps; its parts are joined without the gaps.");
	sound_plan(input, grid, plan);
	text_plan(input, grid, plan);
	picture_plan(input, grid, plan);
	add_assemble(input, plan);
	plan->duration_ms = llround((grid != NULL ? grid->duration_s : input->facts->source.duration_s) * 1000);
}

/* Without a picture to tell. */
static bool is_spliced(const struct plan_input *input)
{
	const struct facts *f = input->facts;
	struct ratio tick = f->picture.count > 0 ? f->picture.timebase : f->sound.tracks[0].timebase;

	return input->scan != NULL && times_are_spliced(f, input->scan, ratio_value(tick));
}

bool plan_make(const struct plan_input *input, struct plan *plan, struct refusal *refusal)
{
	const struct facts *facts = input->facts;
	struct plan_input told = *input;
	struct grid grid;
	bool picture;

	memset(plan, 0, sizeof *plan);
	if (input->profile->rung_count > 0 && facts->picture.unread[0] != '\0')
		return facts_refuse_unread(refusal, facts);
	if (input->profile->rung_count == 0 && facts->sound.count == 0)
		return facts_refuse(refusal, "no_sound", "The profile makes sound only, and the file has none that can be read.");
	picture = input->profile->rung_count > 0 && facts->picture.count > 0 && input->scan != NULL &&
		  grid_make(facts, input->scan, input->profile->rate_max, &grid);
	if (!picture && facts->sound.count == 0)
		return facts_refuse(refusal, "not_a_video", "The file names a video track, but has no pictures in it.");
	if (picture && input->scan->encrypted > 0)
		return facts_refuse(refusal, "not_decodable", "The picture is encrypted: only those can read it who have its key.");
	if (picture && is_still(facts, input->scan))
		return facts_refuse(refusal, "not_a_video", "The file is a still picture, not a video.");
	if (picture && !check_grid(input, &grid, refusal))
		return false;
	told.spliced = !picture && is_spliced(input);
	fill(&told, picture ? &grid : NULL, plan);
	return true;
}
