/*
 * judge.c - is what a child made good, and if not, whose fault is it?  ffmpeg's exit code alone says
 * little: it is 0 on some full disks, and 255 for a signal.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode/judge.h"

#define JAIL_FIRST 120          /* exit codes 120 to 125 are clipmill-jail's own */
#define JAIL_LAST 125
#define FFMPEG_SIGNALLED 255    /* ffmpeg ended by TERM, INT or SIGXCPU */

static bool set(struct judgement *j, enum verdict verdict, const char *reason, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
static bool set(struct judgement *j, enum verdict verdict, const char *reason, const char *format, ...)
{
	va_list ap;

	j->verdict = verdict;
	j->reason = reason;
	va_start(ap, format);
	vsnprintf(j->detail, sizeof j->detail, format, ap);
	va_end(ap);
	return verdict == VERDICT_OK;
}

/* Exits --------------------------------------------------------------------------------------- */

static bool said(const struct task_exit *e, const char *words)
{
	return e->stderr_tail != NULL && strstr(e->stderr_tail, words) != NULL;
}

/* The last line that ffmpeg wrote, without a path of ours in it. */
static void last_words(const struct task_exit *e, char words[160])
{
	const char *text = e->stderr_tail != NULL ? e->stderr_tail : "", *end = text + strlen(text), *start, *cut;

	while (end > text && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	for (start = end; start > text && start[-1] != '\n'; start--)
		continue;
	if (strncmp(start, "file:", 5) == 0 && (cut = strstr(start, ": ")) != NULL && cut < end)
		start = cut + 2;
	snprintf(words, 160, "%.*s", (int)(end - start), start);
}

static bool machine_fault(const struct task_exit *e, struct judgement *j)
{
	if (e->exit_code >= JAIL_FIRST && e->exit_code <= JAIL_LAST)
		return !set(j, VERDICT_MACHINE, "jail_failed", "The sandbox could not be set up; it will be tried again.");
	if (said(e, "No space left on device") || said(e, "Disk quota exceeded"))
		return !set(j, VERDICT_MACHINE, "disk_full", "The disk is full; the work goes on when there is room.");
	if (said(e, "Cannot allocate memory") && e->exit_code != 0)
		return !set(j, VERDICT_RETRY, "no_memory", "There was not enough memory.");
	return false;
}

static void judge_signal(const struct task_exit *e, struct judgement *j)
{
	if (e->signal == SIGKILL || e->signal == SIGTERM || e->signal == SIGINT)
		set(j, VERDICT_RETRY, "killed", "The encoder was ended from outside (signal %d).", e->signal);
	else if (e->signal == SIGXCPU)
		set(j, VERDICT_FAIL, "too_much_cpu", "The video needs more processor time than this server gives to one.");
	else if (e->signal == SIGXFSZ)
		set(j, VERDICT_FAIL, "output_too_large", "What came out grew larger than this server takes.");
	else
		set(j, VERDICT_RETRY, "crashed", "The encoder crashed (signal %d).", e->signal);
}

static void judge_cause(enum end_cause cause, struct judgement *j)
{
	switch (cause) {
	case END_BY_ITSELF:
		break;
	case END_STALLED:
		set(j, VERDICT_RETRY, "stalled", "The encoder made no progress and was ended.");
		break;
	case END_WALL:
		set(j, VERDICT_FAIL, "too_slow", "The encoder ran for longer than this server gives to one task.");
		break;
	case END_TOO_LONG:
		set(j, VERDICT_FAIL, "too_long", "The video is longer than this server takes.");
		break;
	}
}

static void judge_probe(const struct task_exit *e, struct judgement *j)
{
	char words[160];

	last_words(e, words);
	if (said(e, "exceeds specified max pixel") || said(e, "exceeds the maximum") || said(e, "Picture size"))
		set(j, VERDICT_FAIL, "picture_too_large", "The picture is larger than this server takes.");
	else
		set(j, VERDICT_FAIL, "not_a_video", "The file could not be read as a video%s%s.", words[0] != '\0' ? ": " : "", words);
}

static void judge_failure(enum task_kind kind, const struct task_exit *e, struct judgement *j)
{
	char words[160];

	last_words(e, words);
	switch (kind) {
	case TASK_PROBE:
	case TASK_SCAN:
		judge_probe(e, j);
		return;
	case TASK_CHUNK:
	case TASK_AUDIO:
	case TASK_POSTER:
		set(j, VERDICT_RETRY, "encode_failed", "The video could not be encoded%s%s.", words[0] != '\0' ? ": " : "", words);
		return;
	case TASK_ASSEMBLE:
		set(j, VERDICT_RETRY, "assemble_failed", "The renditions could not be put together%s%s.", words[0] != '\0' ? ": " : "",
		    words);
		return;
	}
}

void judge_exit(enum task_kind kind, const struct task_exit *e, enum end_cause cause, struct judgement *j)
{
	memset(j, 0, sizeof *j);
	if (cause != END_BY_ITSELF)
		judge_cause(cause, j);
	else if (machine_fault(e, j))
		return;
	else if (e->signal != 0)
		judge_signal(e, j);
	else if (e->exit_code == FFMPEG_SIGNALLED)
		set(j, VERDICT_RETRY, "killed", "The encoder was ended from outside.");
	else if (e->exit_code != 0)
		judge_failure(kind, e, j);
}

/* Results ------------------------------------------------------------------------------------- */

/* Decode times must follow on one another to the tick: a hole is a hole in the player's buffer. */
static bool is_gapless(const struct fragmented *file)
{
	for (size_t i = 1; i < file->count; i++) {
		const struct fragment *before = &file->fragments[i - 1];

		if (file->fragments[i].decode_time != before->decode_time + before->duration)
			return false;
	}
	return true;
}

static bool starts_well(const struct fragmented *file)
{
	for (size_t i = 0; i < file->count; i++)
		if (!file->fragments[i].starts_sync)
			return false;
	return true;
}

static bool judge_picture(const struct fragmented *file, const struct plan_rendition *planned, const struct task *task,
			  const struct progress *progress, struct judgement *j)
{
	if ((int64_t)file->width != planned->width || (int64_t)file->height != planned->height)
		return set(j, VERDICT_RETRY, "bad_output", "%s is %ux%u instead of %" PRId64 "x%" PRId64 ".", planned->name,
			   file->width, file->height, planned->width, planned->height);
	if ((int64_t)file->samples != progress->frame)
		return set(j, VERDICT_RETRY, "bad_output", "%s has %" PRIu64 " frames; the encoder made %" PRId64 ".", planned->name,
			   file->samples, progress->frame);
	if (task->frames_planned > 0 && (int64_t)file->samples > task->frames_planned)
		return set(j, VERDICT_RETRY, "bad_output", "%s has %" PRIu64 " frames; %" PRId64 " were planned.", planned->name,
			   file->samples, task->frames_planned);
	return true;
}

bool judge_piece(const struct fragmented *file, const struct plan_rendition *planned, const struct task *task,
		 const struct progress *progress, struct judgement *j)
{
	if (!progress->ended)
		return set(j, VERDICT_RETRY, "bad_output", "The encoder did not say that it was at the end.");
	if (file->is_video == planned->is_audio)
		return set(j, VERDICT_RETRY, "bad_output", "%s has the wrong kind of track.", planned->name);
	if (!is_gapless(file))
		return set(j, VERDICT_RETRY, "bad_output", "%s has a gap between two segments.", planned->name);
	if (!starts_well(file))
		return set(j, VERDICT_RETRY, "bad_output", "A segment of %s does not start with a keyframe.", planned->name);
	return planned->is_audio || judge_picture(file, planned, task, progress, j);
}

static int64_t sum_frames(const struct rendition_row *r)
{
	int64_t frames = 0;

	for (size_t i = 0; i < r->piece_count; i++)
		frames += r->pieces[i].frames;
	return frames;
}

static const struct movie_track *find_track(const struct movie *movie, bool video)
{
	for (size_t i = 0; i < movie->count; i++)
		if (movie->tracks[i].is_video == video)
			return &movie->tracks[i];
	return NULL;
}

bool judge_movie(const struct movie *movie, const struct rendition_row *r, bool with_audio, struct judgement *j)
{
	const struct movie_track *own = find_track(movie, !r->planned.is_audio);

	if (!movie->faststart)
		return set(j, VERDICT_RETRY, "bad_output", "%s.mp4 has its index at the end.", r->planned.name);
	if (movie->count != (with_audio && !r->planned.is_audio ? 2u : 1u))
		return set(j, VERDICT_RETRY, "bad_output", "%s.mp4 has %zu tracks.", r->planned.name, movie->count);
	if (own == NULL || (int64_t)own->samples != sum_frames(r))
		return set(j, VERDICT_RETRY, "bad_output", "%s.mp4 has %" PRIu64 " frames instead of %" PRId64 ".", r->planned.name,
			   own != NULL ? own->samples : 0, sum_frames(r));
	if (with_audio && find_track(movie, false) == NULL)
		return set(j, VERDICT_RETRY, "bad_output", "%s.mp4 has no sound.", r->planned.name);
	return true;
}

bool judge_poster(const uint8_t *bytes, size_t len, struct judgement *j)
{
	if (len >= 4 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[len - 2] == 0xff && bytes[len - 1] == 0xd9)
		return true;
	return set(j, VERDICT_RETRY, "bad_output", "The poster is not a whole picture.");
}
