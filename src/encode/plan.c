/*
 * plan.c - from facts to the whole job: the rows of task, and their argv.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode/graph.h"
#include "encode/ladder.h"
#include "encode/plan.h"
#include "encode/switches.h"
#include "encode/timeline.h"

#define SLACK_S 5.0             /* an output may be so much longer than planned before it is cut */
#define POSTER_LONGEST 1280     /* pixels */
#define POSTER_AT 0.1           /* of the picture's length */
#define AUDIO_RATE 48000        /* samples a second of every output */

/* Everything that the argv are made of. */
struct draft {
	const struct plan_input *in;
	struct plan *plan;
	struct timeline time;
	struct ladder ladder;
	double sound_s;                 /* longest that the sound may get */
};

void plan_piece_file(char file[64], const char *rendition, int64_t seq)
{
	snprintf(file, 64, "%s-%04" PRId64 ".m4s", rendition, seq);
}

void plan_mp4_file(char file[64], const char *rendition)
{
	snprintf(file, 64, "%s.mp4", rendition);
}

/* Probe and scan ------------------------------------------------------------------------------ */

static void ffprobe(const struct conf *conf, const char *source, const char *entries, struct strings *argv)
{
	const char *const head[] = { "-hide_banner", "-v", "error", "-max_alloc", "268435456", NULL };

	strings_add(argv, conf->ffprobe);
	strings_add_all(argv, head);
	switches_input(conf, argv);
	strings_add(argv, "-show_entries");
	strings_add(argv, entries);
	switches_file(argv, source);
}

void plan_probe_argv(const struct conf *conf, const char *source, struct strings *argv)
{
	ffprobe(conf, source,
		"format=format_name,start_time,duration,nb_streams:"
		"stream=index,codec_type,codec_name,profile,width,height,pix_fmt,sample_aspect_ratio,field_order,has_b_frames,"
		"r_frame_rate,avg_frame_rate,time_base,start_pts,start_time,duration,nb_frames,bit_rate,color_range,color_space,"
		"color_transfer,color_primaries,sample_rate,channels:"
		"stream_disposition=attached_pic,default:stream_tags=language:stream_side_data=rotation", argv);
	strings_add(argv, "-of");
	strings_add(argv, "json");
}

void plan_scan_argv(const struct conf *conf, const char *source, int64_t stream_index, struct strings *argv)
{
	ffprobe(conf, source, "packet=pts,dts,flags", argv);
	strings_add(argv, "-select_streams");
	strings_addf(argv, "%" PRId64, stream_index);
	strings_add(argv, "-of");
	strings_add(argv, "csv=p=0");
}

/* Rows ---------------------------------------------------------------------------------------- */

static struct plan_task *add_task(struct draft *d, enum task_kind kind)
{
	struct plan_task *tasks = realloc(d->plan->tasks, (d->plan->task_count + 1) * sizeof *tasks), *task;

	if (tasks == NULL)
		abort();
	d->plan->tasks = tasks;
	task = &tasks[d->plan->task_count++];
	memset(task, 0, sizeof *task);
	task->kind = kind;
	return task;
}

static void decide(struct draft *d, const char *code, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void decide(struct draft *d, const char *code, const char *format, ...)
{
	va_list ap;

	if (d->plan->decision_count == PLAN_DECISIONS_MOST)
		return;
	snprintf(d->plan->decisions[d->plan->decision_count].code, sizeof d->plan->decisions[0].code, "%s", code);
	va_start(ap, format);
	vsnprintf(d->plan->decisions[d->plan->decision_count].detail, sizeof d->plan->decisions[0].detail, format, ap);
	va_end(ap);
	d->plan->decision_count++;
}

static void add_renditions(struct draft *d)
{
	for (size_t i = 0; i < d->ladder.count; i++) {
		struct plan_rendition *r = &d->plan->renditions[d->plan->rendition_count++];

		memcpy(r->name, d->ladder.rungs[i].name, sizeof r->name);
		r->width = d->ladder.rungs[i].width;
		r->height = d->ladder.rungs[i].height;
		r->rate_num = d->time.rate.num;
		r->rate_den = d->time.rate.den;
	}
	if (d->in->facts->has_audio) {
		struct plan_rendition *r = &d->plan->renditions[d->plan->rendition_count++];

		strcpy(r->name, "audio");
		r->is_audio = true;
		r->channels = d->in->facts->channels == 1 ? 1 : 2;
	}
}

/* argv ---------------------------------------------------------------------------------------- */

static void add_pair(struct strings *argv, const char *option, int64_t value)
{
	strings_add(argv, option);
	strings_addf(argv, "%" PRId64, value);
}

/* The source as input of an encoding child, with its own times. */
static void source_input(const struct draft *d, struct plan_task *task)
{
	const char *const times[] = { "-copyts", NULL };

	switches_ffmpeg(d->in->conf, &task->argv);
	strings_add_all(&task->argv, times);
	add_pair(&task->argv, "-filter_complex_threads", d->in->threads);
	add_pair(&task->argv, "-threads", d->in->threads);
	switches_input(d->in->conf, &task->argv);
	switches_file(&task->argv, d->in->source);
	strings_add(&task->reads, d->in->source);
}

/* Fragmented MP4 (ISO/IEC 14496-12), one fragment a segment, decode times as they are. */
static void fragments(struct strings *argv, const char *rendition)
{
	const char *const options[] = {
		"-use_editlist", "0", "-avoid_negative_ts", "disabled", "-f", "mp4", NULL,
	};
	char file[64];

	plan_piece_file(file, rendition, 0);
	strings_add_all(argv, options);
	strings_add(argv, file);
}

static double segment_s(const struct draft *d)
{
	double wanted = (double)d->in->profile->segment_ms / 1000.0;
	double count = fmax(1, round(d->time.picture_s / wanted));

	return d->time.picture_s / count;
}

static void rung_output(const struct draft *d, const struct rung *rung, size_t i, struct strings *argv)
{
	const struct profile *p = d->in->profile;
	const char *const codec[] = {
		"-fps_mode", "passthrough", "-enc_time_base", "1:90000", "-c:v", "libx264", "-preset", p->preset,
		"-x264-params", "open-gop=0:scenecut=40:keyint=600:min-keyint=300", NULL,
	};
	const char *const container[] = {
		"-video_track_timescale", "90000", "-movflags", "+frag_keyframe+empty_moov+default_base_moof+frag_discont", NULL,
	};

	strings_add(argv, "-map");
	strings_addf(argv, "[v%zu]", i);
	strings_add_all(argv, codec);
	add_pair(argv, "-crf", p->crf);
	strings_add(argv, "-maxrate");
	strings_addf(argv, "%" PRId64 "k", rung->max_kbps);
	strings_add(argv, "-bufsize");
	strings_addf(argv, "%" PRId64 "k", rung->max_kbps * 2);
	add_pair(argv, "-threads", d->in->threads);
	strings_add(argv, "-force_key_frames");
	strings_addf(argv, "expr:gte(t-%.6f,n_forced*%.6f)", (double)d->time.delay_ticks / TIMELINE_HZ - 0.001, segment_s(d));
	strings_add(argv, "-t");
	strings_addf(argv, "%.3f", d->time.picture_s + SLACK_S);
	switches_output(argv);
	strings_add(argv, "-an");
	strings_add_all(argv, container);
	fragments(argv, rung->name);
}

static void chunk_task(struct draft *d)
{
	struct plan_task *task = add_task(d, TASK_CHUNK);
	struct buf graph = BUF_INIT;

	source_input(d, task);
	graph_chunk(d->in->facts, &d->time, &d->ladder, &graph);
	strings_add(&task->argv, "-filter_complex");
	strings_add(&task->argv, buf_text(&graph));
	buf_fini(&graph);
	for (size_t i = 0; i < d->ladder.count; i++)
		rung_output(d, &d->ladder.rungs[i], i, &task->argv);
	task->frames_planned = d->in->facts->interlaced ? 0 : d->time.frames_out;
}

static void audio_task(struct draft *d)
{
	const struct facts *f = d->in->facts;
	struct plan_task *task = add_task(d, TASK_AUDIO);
	struct strings *argv = &task->argv;
	/* An edit list for the encoder's priming is ignored by some players: the packet is dropped instead. */
	const char *const codec[] = {
		"-c:a", "aac", "-bsf:a", "noise=drop='eq(n,0)'", "-vn", "-movflags", "+empty_moov+default_base_moof+frag_discont",
		"-frag_duration", NULL,
	};
	int64_t channels = f->channels == 1 ? 1 : 2;

	source_input(d, task);
	strings_add(argv, "-map");
	strings_addf(argv, "0:%" PRId64, f->audio_index);
	strings_add(argv, "-af");
	strings_addf(argv, "asetpts=PTS-(%.9f)/TB,aresample=%d:async=1:first_pts=0,apad=whole_dur=%.6f", d->time.base_s, AUDIO_RATE,
		     d->time.picture_s);
	add_pair(argv, "-ac", channels);
	strings_add(argv, "-b:a");
	strings_addf(argv, "%" PRId64 "k", d->in->profile->audio_kbps * channels / 2);
	strings_add(argv, "-t");
	strings_addf(argv, "%.3f", d->sound_s);
	switches_output(argv);
	strings_add_all(argv, codec);
	strings_addf(argv, "%" PRId64, d->in->profile->segment_ms * 1000);
	fragments(argv, "audio");
}

static void poster_task(struct draft *d)
{
	struct plan_task *task = add_task(d, TASK_POSTER);
	struct strings *argv = &task->argv;
	const char *const input[] = { "-skip_frame", "nokey", "-noaccurate_seek", "-ss", NULL };
	const char *const output[] = {
		"-frames:v", "1", "-q:v", "3", "-an", "-f", "image2", "-update", "1", PLAN_POSTER_FILE, NULL,
	};
	struct buf graph = BUF_INIT;
	int64_t width, height;

	ladder_fit(d->in->facts, POSTER_LONGEST, &width, &height);
	switches_ffmpeg(d->in->conf, argv);
	add_pair(argv, "-threads", 1);
	strings_add_all(argv, input);
	strings_addf(argv, "%.3f", d->time.picture_s * POSTER_AT);
	switches_input(d->in->conf, argv);
	switches_file(argv, d->in->source);
	strings_add(&task->reads, d->in->source);
	graph_poster(d->in->facts, width, height, &graph);
	strings_add(argv, "-filter_complex");
	strings_add(argv, buf_text(&graph));
	buf_fini(&graph);
	strings_add(argv, "-map");
	strings_add(argv, "[p]");
	switches_output(argv);
	strings_add_all(argv, output);
}

/* One published piece as an input; each starts at its own zero. */
static void own_input(const struct draft *d, struct plan_task *task, const char *rendition)
{
	char file[64], path[4200];

	plan_piece_file(file, rendition, 0);
	snprintf(path, sizeof path, "%s/%s", d->in->media, file);
	switches_own_input(&task->argv);
	switches_file(&task->argv, path);
	strings_add(&task->reads, path);
}

static void movie_output(struct plan_task *task, const char *rendition, int video_input, int audio_input)
{
	const char *const options[] = { "-c", "copy", "-movflags", "+faststart", "-f", "mp4", NULL };
	char file[64];

	if (video_input >= 0) {
		strings_add(&task->argv, "-map");
		strings_addf(&task->argv, "%d:v", video_input);
	}
	if (audio_input >= 0) {
		strings_add(&task->argv, "-map");
		strings_addf(&task->argv, "%d:a", audio_input);
	}
	plan_mp4_file(file, rendition);
	switches_output(&task->argv);
	strings_add_all(&task->argv, options);
	strings_add(&task->argv, file);
}

/* Waits for all before it: one child copies every rung and the sound into progressive files. */
static void assemble_task(struct draft *d)
{
	size_t needs = d->plan->task_count;
	struct plan_task *task = add_task(d, TASK_ASSEMBLE);
	int videos = (int)d->ladder.count, audio = d->in->facts->has_audio ? videos : -1;

	task->needs_count = needs;
	switches_ffmpeg(d->in->conf, &task->argv);
	strings_add(&task->argv, "-xerror");
	for (int i = 0; i < videos; i++)
		own_input(d, task, d->ladder.rungs[i].name);
	if (audio >= 0)
		own_input(d, task, "audio");
	for (int i = 0; i < videos; i++)
		movie_output(task, d->ladder.rungs[i].name, i, audio);
	if (videos == 0)
		movie_output(task, "audio", -1, audio);
}

/* ---------------------------------------------------------------------------------------------- */

static void explain(struct draft *d)
{
	const struct facts *f = d->in->facts;
	double rate = ratio_value(d->time.rate);

	if (d->ladder.dropped > 0)
		decide(d, "rungs_dropped", "%zu rungs are larger than the source (%" PRId64 "x%" PRId64 ") and are not made.",
		       d->ladder.dropped, f->width, f->height);
	if (d->ladder.own_top)
		decide(d, "own_top_rung", "The largest rung has the source's own size.");
	if (!d->time.constant)
		decide(d, "rate_made_constant", "The frames come at uneven times; they are put on a grid of %.3f a second.", rate);
	else if (d->time.resampled)
		decide(d, "rate_reduced", "The frame rate is reduced to %.3f a second.", rate);
	if (d->time.lead_frames > 0)
		decide(d, "first_frame_held", "The sound starts before the picture: the first frame is held for %.3f s.",
		       (double)d->time.lead_frames / rate);
	if (f->hdr != FACTS_SDR)
		decide(d, "tone_mapped", "The source is HDR; it is tone-mapped to what every screen shows.");
	if (f->interlaced)
		decide(d, "deinterlaced", "The source is interlaced; it is made progressive.");
	decide(d, "one_chunk", "The video is encoded in one piece.");
}

static bool refuse(struct refusal *refusal, const char *code, const char *detail)
{
	refusal->code = code;
	snprintf(refusal->detail, sizeof refusal->detail, "%s", detail);
	return false;
}

static bool plan_video(struct draft *d, struct refusal *refusal)
{
	const struct plan_input *in = d->in;

	if (in->scan == NULL || !timeline_make(in->facts, in->scan, in->profile->rate_max, &d->time))
		return refuse(refusal, "not_a_video", "The file has no picture that can be decoded.");
	if (d->time.picture_s * 1000 > (double)in->conf->duration_max_ms)
		return refuse(refusal, "too_long", "The video is longer than this server takes.");
	ladder_make(in->facts, in->profile, &d->ladder);
	if (d->ladder.count == 0)
		return refuse(refusal, "bad_profile", "The profile has no rungs.");
	d->plan->width = in->facts->width;
	d->plan->height = in->facts->height;
	d->plan->frames = d->time.frames_out;
	return true;
}

/* How long the sound may get: its own word, the file's, or the picture's, whichever is longest. */
static void limit_sound(struct draft *d)
{
	const struct facts *f = d->in->facts;
	double longest = fmax(d->time.picture_s, f->audio_duration_s), most = (double)d->in->conf->duration_max_ms / 1000.0;

	if (f->audio_duration_s <= 0 && !f->has_video)
		longest = fmax(longest, f->duration_s > 0 ? f->duration_s : most);
	d->sound_s = fmin(longest, most) + SLACK_S;
}

bool plan_make(const struct plan_input *input, struct plan *plan, struct refusal *refusal)
{
	struct draft d = { .in = input, .plan = plan };

	memset(plan, 0, sizeof *plan);
	if (input->facts->has_video && !plan_video(&d, refusal))
		return false;
	if (!input->facts->has_video && isfinite(input->facts->audio_start_s))
		d.time.base_s = input->facts->audio_start_s;
	limit_sound(&d);
	plan->duration_ms = llround((input->facts->has_video ? d.time.picture_s : input->facts->duration_s) * 1000);
	if (input->facts->has_video) {
		chunk_task(&d);
		poster_task(&d);
		explain(&d);
	}
	if (input->facts->has_audio)
		audio_task(&d);
	assemble_task(&d);
	add_renditions(&d);
	return true;
}
