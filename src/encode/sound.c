/*
 * sound.c - which sounds a video gets, and how they are made: one child a rendition, the whole track.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "encode/language.h"
#include "encode/line.h"
#include "encode/name.h"
#include "encode/sound.h"
#include "encode/sound_copy.h"
#include "encode/sound_graph.h"
#include "encode/switches.h"

#define SOUNDS_MOST 8           /* tracks; more are named in a decision */
#define SLACK_S 5.0             /* a sound may be so much longer than it claims */
#define OVER_S 60.0             /* and than the longest video that is taken: there it is cut off, and refused */

#define REACH_S 60.0            /* the longest hole that is filled where a sound changes its channels or its rate */
#define LATE_S 10.0             /* a sound may begin so much later than it claims */

#define PART_MS 1000            /* a segment is written in such parts: an early list begins with them, see HACKING */
#define HEAD_FROM_S 60.0        /* sounds of longer videos have a head */
#define HEAD_LEAST_S 20.0
#define HEAD_PART 20            /* of the whole */

#define OPUS_DELAY 312          /* samples of 48 kHz that libopus begins with, before those that it was given */
#define OPUS_PACKET 960         /* samples */
#define AAC_PACKET 1024
#define OPUS_SILENCE_S ((double)(OPUS_PACKET - OPUS_DELAY) / 48000)

/* Command lines ------------------------------------------------------------------------------- */

/* What one child makes of one track. */
struct take {
	const struct track *track;
	const struct plan_rendition *rendition;
	const struct sound_copy *copy;  /* NULL: it is encoded */
	double head_s;                  /* > 0: only so many seconds, as NAME_HEAD */
	int64_t kbps;
};

/* What the file claims of its length can be believed. */
static bool length_is_told(const struct plan_input *input, const struct grid *grid)
{
	return !facts_length_is_guessed(input->facts) && !line_is_spliced(input, grid);
}

/* A bound against gaps that would be filled with days of silence: what the file claims, and a little. */
static double most_s(const struct plan_input *input, const struct grid *grid, const struct track *t)
{
	double all_s = (double)input->conf->duration_max_ms / 1000 + OVER_S;
	double claimed_s = t->duration_s > 0 ? t->duration_s : input->facts->source.duration_s;

	if (!(claimed_s > 0) || !length_is_told(input, grid))
		return all_s;
	return fmin(all_s, fmax(claimed_s, grid != NULL ? grid->duration_s : 0) + SLACK_S);
}

static bool is_opus(const struct plan_rendition *r)
{
	return strcmp(r->codec, "opus") == 0;
}

static int64_t packet_of(const struct plan_rendition *r)
{
	return is_opus(r) ? OPUS_PACKET : AAC_PACKET;
}

/*
 * Players do not agree on how to skip an encoder's priming: the packet that holds it, before the zero, is dropped.  AAC
 * begins with exactly one packet of it; Opus is given silence in front, so that priming and silence are one packet.
 * Also dropped is what a graph that was made anew says of a time for which there are packets.
 */
static void add_codec(const struct take *take, struct strings *argv)
{
	line_text(argv, "-c:a", is_opus(take->rendition) ? "libopus" : "aac");
	strings_add(argv, "-b:a");
	strings_addf(argv, "%" PRId64 "k", take->kbps);
	strings_add(argv, "-bsf:a");
	strings_addf(argv, "noise=drop='if(gte(pts,ld(0)),0*st(0,pts+%" PRId64 "),1)'", packet_of(take->rendition));
}

static void add_file(const struct plan_input *input, const struct take *take, struct strings *argv)
{
	int64_t segment_ms = input->profile->segment_ms;
	char stem[32], file[64];

	switches_output(argv);
	line_text(argv, "-use_editlist", "0");
	line_text(argv, "-avoid_negative_ts", "disabled");
	line_number(argv, "-frag_duration", segment_ms * 1000 / ((segment_ms + PART_MS - 1) / PART_MS));
	line_text(argv, "-movflags", "+empty_moov+default_base_moof+frag_discont+skip_trailer");
	name_stem(stem, input->edition, take->rendition->name);
	name_piece(file, stem, take->head_s > 0 ? NAME_HEAD : 0);
	line_text(argv, "-f", "mp4");
	strings_addf(argv, "file:%s", file);
}

static void add_length(const struct plan_input *input, const struct grid *grid, const struct take *take, double from_s, struct strings *argv)
{
	strings_add(argv, "-t");
	strings_addf(argv, "%.6f", from_s + (take->head_s > 0 ? take->head_s : most_s(input, grid, take->track)));
}

/*
 * Of a copy ffmpeg counts -t from the source's own 0.  The same child decodes it, for its complaints: an encoder covers what
 * is damaged, a copy has it for good.
 */
static void add_copy_line(const struct plan_input *input, const struct grid *grid, const struct take *take, struct strings *argv)
{
	double from_s = fmax(0, line_zero_s(input, grid));

	line_open(input, argv);
	line_clock(input, grid, argv);
	switches_file(argv, input->source);
	line_map(take->track->index, argv);
	add_length(input, grid, take, from_s, argv);
	sound_copy_add(take->track, take->copy, argv);
	add_file(input, take, argv);
	line_map(take->track->index, argv);
	add_length(input, grid, take, from_s, argv);
	strings_add_all(argv, (const char *const[]){ "-f", "null", "-", NULL });
}

/* Seconds that should be decoded of it; 1: it is not known how many (Matroska may leave some out). */
static int64_t seconds_due(const struct plan_input *input, const struct grid *grid, const struct track *t)
{
	const struct facts *f = input->facts;
	double left_s = f->source.duration_s - fmax(0, t->start_s - f->source.start_s);
	double due_s = fmin(t->duration_s > 0 || grid != NULL ? t->duration_s : f->source.duration_s, left_s);
	bool told = grid == NULL || f->picture.length_frames > 0 || strstr(f->source.container, "mpeg") != NULL;

	if (!(due_s > 1) || !told || facts_are_in(f, "matroska") || !length_is_told(input, grid))
		return 1;
	return (int64_t)due_s;
}

/* To nowhere: how many come is told by -progress. */
static void add_count(const struct plan_input *input, const struct grid *grid, const struct take *take, struct strings *argv)
{
	line_text(argv, "-map", "[n]");
	add_length(input, grid, take, 0, argv);
	strings_add_all(argv, (const char *const[]){ "-fps_mode", "passthrough", "-f", "null", "-", NULL });
}

/* ffmpeg says of a track of which it saw nothing yet what it says of the whole file. */
static bool is_unseen(const struct facts *f, const struct track *t)
{
	return f->picture.length_frames == 0 && f->source.duration_s > 0 && t->duration_s >= f->source.duration_s && !(t->start_s > f->source.start_s);
}

/* At least to the zero, from where the sound begins. */
static double reach_s(const struct plan_input *input, const struct grid *grid, const struct track *t)
{
	double clock_s = line_is_spliced(input, grid) ? input->facts->source.start_s : 0;
	double lead_s = t->start_s - clock_s - line_zero_s(input, grid);

	if (grid != NULL && is_unseen(input->facts, t))
		return fmax(REACH_S, grid->duration_s);
	return isfinite(lead_s) ? fmax(REACH_S, fmin(lead_s, (double)input->conf->duration_max_ms / 1000) + LATE_S) : REACH_S;
}

/* The sound is kept whole: it may end after the picture, and is padded where it ends before. */
static void add_line(const struct plan_input *input, const struct grid *grid, const struct take *take, struct strings *argv)
{
	struct sound_shape shape = {
		.channels = take->rendition->channels, .packet = packet_of(take->rendition), .zero_s = line_zero_s(input, grid),
		.reach_s = reach_s(input, grid, take->track), .least_s = grid != NULL ? grid->duration_s : 0,
		.most_s = take->head_s, .in_ogg = facts_are_in(input->facts, "ogg"), .counted = take->head_s <= 0,
	};
	struct buf graph = BUF_INIT;

	line_open(input, argv);
	line_clock(input, grid, argv);
	switches_file(argv, input->source);
	if (take->head_s > 0)
		shape.least_s = fmin(shape.least_s, take->head_s);
	if (is_opus(take->rendition)) {
		shape.zero_s -= OPUS_SILENCE_S;
		shape.least_s += shape.least_s > 0 ? OPUS_SILENCE_S : 0;
		shape.most_s += shape.most_s > 0 ? OPUS_SILENCE_S : 0;
	}
	sound_graph(take->track, &shape, &graph);
	line_buf(argv, "-filter_complex", &graph);
	line_text(argv, "-map", "[a]");
	add_length(input, grid, take, 0, argv);
	add_codec(take, argv);
	add_file(input, take, argv);
	if (shape.counted)
		add_count(input, grid, take, argv);
	line_beside(input, grid, argv);
}

/* Renditions ---------------------------------------------------------------------------------- */

static void add_task(const struct plan_input *input, const struct grid *grid, const struct take *take, int64_t seq,
		     struct plan *plan)
{
	struct plan_task *task = job_task(plan, TASK_AUDIO);

	task->seq = seq;
	if (take->copy != NULL)
		add_copy_line(input, grid, take, &task->argv);
	else
		add_line(input, grid, take, &task->argv);
	if (take->copy == NULL && take->head_s <= 0)
		task->frames_planned = seconds_due(input, grid, take->track);
	strings_add(&task->reads, input->source);
}

static int64_t count_sounds(const struct plan *plan)
{
	int64_t count = 0;

	for (size_t i = 0; i < plan->rendition_count; i++)
		count += plan->renditions[i].kind == RENDITION_AUDIO;
	return count;
}

static void name_it(const struct plan *plan, const struct track *t, struct plan_rendition *r)
{
	const char *language = language_name(t->language), *what = r->channels > 2 ? " 5.1" : "";
	const char *kind = r->role == ROLE_COMMENTARY ? " (commentary)" : r->role == ROLE_DESCRIPTION ? " (described)" : "";
	char stem[32] = "audio", title[96] = "", name[64];

	if (!r->is_default && t->language[0] != '\0')
		snprintf(stem, sizeof stem, "audio-%.8s", t->language);
	if (r->channels > 2)
		snprintf(stem + strlen(stem), sizeof stem - strlen(stem), "-51");
	snprintf(name, sizeof name, "%s%s%s", language != NULL ? language : t->language[0] != '\0' ? t->language : "Audio", what, kind);
	if (t->title[0] != '\0')
		snprintf(title, sizeof title, "%.80s%s", t->title, what);
	snprintf(r->language, sizeof r->language, "%s", t->language);
	job_name(plan, r, stem, title, name);
}

/* The whole of a long sound takes longer than the first chunk: its first part alone comes before it.  The same
 * samples through the same encoder are the same bytes, so that a player goes from one to the other unawares. */
static double head_of(const struct grid *grid, const struct plan *plan)
{
	if (grid == NULL || plan->pieces < 2 || grid->duration_s <= HEAD_FROM_S)
		return 0;
	return fmax(HEAD_LEAST_S, grid->duration_s / HEAD_PART);
}

static void decide_copy(struct plan *plan, const struct plan_rendition *r, const struct sound_copy *copy)
{
	if (r->copied)
		job_decide(plan, "sound_copied", "The sound %s is the source's own stream, packet by packet: it is as the profile wants it.", r->name);
	else if (copy->why_not[0] != '\0')
		job_decide(plan, "sound_not_copied", "The sound %s is not the source's own stream: %s", r->name, copy->why_not);
}

static void decide_mix(const struct plan_rendition *r, const struct track *t, struct plan *plan)
{
	if (t->channels > 2)
		job_decide(plan, "downmixed", "The sound%s%s has %" PRId64 " channels; it is mixed down to stereo.", r->is_default ? "" : " ",
			   r->is_default ? "" : r->name, t->channels);
}

/* What a channel takes at the most: libopus refuses more, and AAC has room for 6144 bits of it in a packet of 1024 samples. */
#define CHANNEL_MOST_KBPS 256

static int64_t kbps_for(const struct profile *profile, int64_t channels)
{
	int64_t kbps = channels > 2 ? profile->surround_kbps : profile->audio_kbps;

	return kbps < channels * CHANNEL_MOST_KBPS ? kbps : channels * CHANNEL_MOST_KBPS;
}

static bool add_sound(const struct plan_input *input, const struct grid *grid, const struct track *t, int64_t channels,
		      struct plan *plan)
{
	bool opus = strcmp(input->profile->audio_codec, "opus") == 0;
	int64_t seq = count_sounds(plan);
	struct plan_rendition *r = job_rendition(plan, RENDITION_AUDIO, opus ? "opus" : "aac");
	struct take take = { .track = t, .rendition = r };
	struct sound_copy copy;

	if (r == NULL)
		return false;
	r->channels = channels;
	r->is_default = seq == 0;
	r->role = t->commentary ? ROLE_COMMENTARY : t->visual_impaired ? ROLE_DESCRIPTION : ROLE_PLAIN;
	take.kbps = kbps_for(input->profile, channels);
	r->copied = sound_copy_fits(input, grid, t, channels, take.kbps, &copy);
	r->max_kbps = r->copied ? t->kbps : take.kbps;
	take.copy = r->copied ? &copy : NULL;
	name_it(plan, t, r);
	if (channels == 2)
		decide_mix(r, t, plan);
	decide_copy(plan, r, &copy);
	take.head_s = seq == 0 ? head_of(grid, plan) : 0;
	if (take.head_s > 0)
		add_task(input, grid, &take, NAME_HEAD, plan);
	take.head_s = 0;
	add_task(input, grid, &take, seq, plan);
	return true;
}

/* Decisions ----------------------------------------------------------------------------------- */

static void decide_main(const struct facts *f, struct plan *plan)
{
	const struct track *t = &f->sound.tracks[0];

	if (f->sound.count > 1)
		job_decide(plan, "main_sound", "Of %zu tracks of sound, track %" PRId64 " (%s) is heard unless another is chosen.",
			   f->sound.count, t->index, t->is_default ? "the default of the source" : "its first");
}

static void decide_rest(const struct facts *f, struct plan *plan)
{
	if (f->sound.count > SOUNDS_MOST)
		job_decide(plan, "sounds_left_out", "The source has %zu tracks of sound; the first %d are kept.", f->sound.count,
			   SOUNDS_MOST);
	if (f->source.other_programs > 0)
		job_decide(plan, "other_programs", "Sounds and texts of other programs of the source than its picture's are left out: %zu.",
			   f->source.other_programs);
	if (f->sound.empty > 0)
		job_decide(plan, "sounds_empty", "Sounds are announced of which nothing was found: %zu.", f->sound.empty);
	if (f->sound.unread > 0)
		job_decide(plan, "sounds_unread", "Sounds that cannot be decoded are left out: %zu.", f->sound.unread);
}

bool sound_is_cut_off(const struct conf *conf, double seconds)
{
	return seconds > (double)conf->duration_max_ms / 1000 + OVER_S - 1;
}

void sound_plan(const struct plan_input *input, const struct grid *grid, struct plan *plan)
{
	const struct facts *f = input->facts;

	if (f->sound.count > 0)
		decide_main(f, plan);
	decide_rest(f, plan);
	for (size_t i = 0; i < f->sound.count && i < SOUNDS_MOST; i++) {
		const struct track *t = &f->sound.tracks[i];

		if (!add_sound(input, grid, t, t->channels == 1 ? 1 : 2, plan))
			return;
		if (t->channels < 6 || t->channels > 8 || input->profile->surround_kbps <= 0)
			continue;
		if (!add_sound(input, grid, t, 6, plan))
			return;
		job_decide(plan, "surround_kept", "The sound with %" PRId64 " channels is also kept as 5.1.", t->channels);
	}
}
