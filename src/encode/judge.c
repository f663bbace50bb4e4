/*
 * judge.c - is what a child made good, and if not, whose fault is it?  ffmpeg's exit code says little:
 * what it wrote is looked at in any case.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strings.h"
#include "encode/judge.h"
#include "encode/telling.h"

#define AAC_PACKET 1024         /* samples, which are the ticks of its timescale */
#define OPUS_PACKET_S 0.02
#define SOUND_SLACK_S 0.25      /* that a sound may have more or less than its time */

/* Exit codes: ffmpeg's own, our jail's, its own and the shell's for a program that cannot run. */
enum {
	EXIT_TOO_MANY_ERRORS = 69, EXIT_JAIL_FIRST = 120, EXIT_NOT_RUN_FIRST = 125, EXIT_NOT_RUN_LAST = 127, EXIT_SIGNALLED = 255,
};

__attribute__((format(printf, 4, 5)))
static bool judge(struct judgement *out, enum verdict verdict, const char *reason, const char *format, ...)
{
	va_list ap;

	out->verdict = verdict;
	out->reason = reason;
	va_start(ap, format);
	vsnprintf(out->detail, sizeof out->detail, format, ap);
	va_end(ap);
	return verdict == VERDICT_OK;
}

/* A finished child ---------------------------------------------------------------------------- */

static bool says_this(const struct task_exit *ended, const char *phrase)
{
	return ended->stderr_tail != NULL && strstr(ended->stderr_tail, phrase) != NULL;
}

static bool says(const struct task_exit *ended, const char *const *phrases)
{
	return ended->stderr_tail != NULL && strings_any_in(phrases, ended->stderr_tail);
}

/* ffmpeg calls much an I/O error that is only a strange file: while it writes, or where we read our own, it is one. */
static bool is_machine(enum task_kind kind, const struct task_exit *ended)
{
	static const char *const phrases[] = {
		"No space left on device", "Disk quota exceeded", "Read-only file system", "Too many open files",
		"error while loading shared libraries", "av_interleaved_write_frame(): Input/output error",
		"(incorrect codec parameters ?): Input/output error", NULL,
	};
	static const char *const reading[] = { "Input/output error", NULL };
	const char *closing = ended->stderr_tail != NULL ? strstr(ended->stderr_tail, "Error closing file ") : NULL;

	return says(ended, phrases) || (kind == TASK_ASSEMBLE && says(ended, reading)) ||
	       (closing != NULL && strstr(closing, ": Input/output error") != NULL);
}

/* Also what ffmpeg says of a size that only a hostile file asks for: it counts, or it would be tried
 * for ever. */
static bool is_memory(const struct task_exit *ended)
{
	static const char *const phrases[] = { "Cannot allocate memory", "Resource temporarily unavailable", "[error]: malloc of size", NULL };
	static const char *const sizes[] = { "exceeds specified max pixel count", "image parameters invalid", NULL };

	return says(ended, phrases) || (says_this(ended, "get_buffer() failed") && !says(ended, sizes));
}

/* What a second run would only say again. */
static bool is_hopeless(const struct task_exit *ended)
{
	static const char *const phrases[] = {
		"Invalid data found when processing input", "Cannot determine format of input stream",
		"moov atom not found", "matches no streams", "does not contain any stream",
		"could not find codec parameters", "no decoder found for",
		"not on whitelist", "Output file is empty", "Nothing was written", "has exceeded the maximum", NULL,
	};

	return says(ended, phrases);
}

static void judge_ended_by_us(enum end_cause cause, struct judgement *out)
{
	if (cause == END_STALLED)
		judge(out, VERDICT_RETRY, "stalled", "The work made no progress for too long and was stopped.");
	else if (cause == END_WALL)
		judge(out, VERDICT_RETRY, "took_too_long", "The work took longer than this server allows and was stopped.");
	else if (cause == END_TOO_MANY)
		judge(out, VERDICT_FAIL, "too_many_pictures", "The file has more pictures than the longest video that this server takes.");
	else
		judge(out, VERDICT_FAIL, "too_long", "The video is longer than this server takes.");
}

static void judge_signal(enum task_kind kind, const struct task_exit *ended, struct judgement *out)
{
	if (ended->memory_short)
		judge(out, VERDICT_MACHINE, "machine_short", "This server ran short of memory, and its kernel ended the work.");
	else if (ended->signal == SIGBUS && kind == TASK_ASSEMBLE)
		judge(out, VERDICT_MACHINE, "storage_error", "A piece of the video could not be read from the disk.");
	else if (ended->signal == SIGXFSZ)
		judge(out, VERDICT_FAIL, "too_large", "The result became far larger than its profile allows.");
	else if (ended->signal == SIGXCPU)
		judge(out, VERDICT_RETRY, "took_too_long", "The work took more computing time than this server allows.");
	else if (ended->signal == SIGSYS)
		judge(out, VERDICT_RETRY, "crashed", "The work tried what it may not do and was stopped.");
	else if (ended->signal == SIGKILL || ended->signal == SIGTERM || ended->signal == SIGINT || ended->signal == SIGHUP)
		judge(out, VERDICT_RETRY, "killed", "The work was ended from outside.");
	else
		judge(out, VERDICT_RETRY, "crashed", "The decoder or encoder crashed (signal %d).", ended->signal);
}

static void judge_input(enum task_kind kind, const struct task_exit *ended, struct judgement *out)
{
	const char *colon;
	char line[160];

	telling_line(ended->stderr_tail, line);
	colon = line[0] != '\0' ? ": " : ".";
	if (says_this(ended, "exceeds specified max pixel count"))
		judge(out, VERDICT_FAIL, "picture_too_large", "The picture is larger than this server takes.");
	else if (kind == TASK_PROBE && says_this(ended, "Format not on whitelist"))
		judge(out, VERDICT_FAIL, "not_a_video", "Files of this kind are not read by this server: MP4, Matroska and many others are.");
	else if (kind == TASK_PROBE && says_this(ended, "moov atom not found"))
		judge(out, VERDICT_FAIL, "not_a_video", "The file ends before its index (moov): it was cut off, or its recording never ended.");
	else if (kind == TASK_PROBE || kind == TASK_SCAN)
		judge(out, VERDICT_FAIL, "not_a_video", "The file could not be read as a video%s%s", colon, line);
	else if (kind != TASK_ASSEMBLE && is_hopeless(ended))
		judge(out, VERDICT_FAIL, "not_decodable", "Nothing in the file could be decoded%s%s", colon, line);
	else
		judge(out, VERDICT_RETRY, "tool_failed", "The work ended with exit status %d%s%s", ended->exit_code, colon, line);
}

static void judge_machine(const struct task_exit *ended, struct judgement *out)
{
	char line[160];

	telling_line(ended->stderr_tail, line);
	judge(out, VERDICT_MACHINE, "machine_short", "This server ran short of something: %s", line);
}

/* In the jail's own words, path and all: which program it is helps who installed them. */
static void judge_not_run(const struct task_exit *ended, struct judgement *out)
{
	static const char jail[] = "clipmill-jail: ";
	const char *said = ended->stderr_tail != NULL ? strstr(ended->stderr_tail, jail) : NULL;

	said = said != NULL ? said + sizeof jail - 1 : "";
	judge(out, VERDICT_MACHINE, "tool_missing", "A program could not be started%s%.*s.", *said != '\0' ? ": " : "", (int)strcspn(said, "\n"), said);
}

static void judge_code(enum task_kind kind, const struct task_exit *ended, struct judgement *out)
{
	int code = ended->exit_code;
	char line[160];

	telling_line(ended->stderr_tail, line);
	if (code >= EXIT_JAIL_FIRST && code < EXIT_NOT_RUN_FIRST)
		judge(out, VERDICT_MACHINE, "jail_failed", "The sandbox could not be set up: %s", line);
	else if (code >= EXIT_NOT_RUN_FIRST && code <= EXIT_NOT_RUN_LAST)
		judge_not_run(ended, out);
	else if (is_machine(kind, ended))
		judge_machine(ended, out);
	else if (kind != TASK_PROBE && kind != TASK_SCAN && is_memory(ended))
		judge(out, VERDICT_RETRY, "out_of_memory", "The video needs more memory than this server gives it.");
	else if (code == EXIT_SIGNALLED)
		judge(out, VERDICT_RETRY, "killed", "The work was ended from outside.");
	else if (code == EXIT_TOO_MANY_ERRORS)
		judge(out, VERDICT_FAIL, "not_decodable", "Too much of the file is damaged.");
	else
		judge_input(kind, ended, out);
}

void judge_exit(enum task_kind kind, const struct task_exit *ended, enum end_cause cause, struct judgement *out)
{
	if (cause != END_BY_ITSELF)
		judge_ended_by_us(cause, out);
	else if (ended->signal != 0)
		judge_signal(kind, ended, out);
	else if (ended->exit_code != 0)
		judge_code(kind, ended, out);
	else if (is_machine(kind, ended))
		judge_machine(ended, out);      /* what does not fit at the very end is told, and the exit is 0 */
	else if (kind == TASK_CHUNK && ended->frames == 0)
		judge_input(kind, ended, out);
	else
		judge(out, VERDICT_OK, "ok", "Done.");
}

/* Its command line takes something over from the source as it is: -c:v or -c:a; what is only read along says -c. */
static bool copies(const struct task *task)
{
	for (size_t i = 1; i < task->argv.count; i++)
		if (strcmp(task->argv.items[i], "copy") == 0 && strncmp(task->argv.items[i - 1], "-c:", 3) == 0)
			return true;
	return false;
}

bool judge_may_replan(const struct task *task, const struct judgement *judgement)
{
	if (task->single != NULL || strcmp(judgement->reason, "too_large") == 0)
		return false;
	if (task->kind == TASK_AUDIO || (task->kind == TASK_CHUNK && task->alone))
		return copies(task);
	return task->kind == TASK_CHUNK || task->kind == TASK_ASSEMBLE;
}

/* What it made -------------------------------------------------------------------------------- */

static bool bad(struct judgement *out, const char *detail)
{
	return judge(out, VERDICT_RETRY, "bad_output", "%s", detail);
}

static bool same_kind(const struct fragmented *file, const struct plan_rendition *planned, struct judgement *out)
{
	if (file->is_video != (planned->kind == RENDITION_VIDEO))
		return bad(out, "A picture came where a sound was due, or a sound for a picture.");
	if (file->is_video && (file->width != planned->width || file->height != planned->height))
		return bad(out, "The picture that came out does not have the planned size.");
	if (!file->is_video && file->channels != planned->channels)
		return bad(out, "The sound that came out does not have the planned channels.");
	return true;
}

static bool fragments_follow(const struct fragmented *file, struct judgement *out)
{
	for (size_t i = 0; i < file->count; i++) {
		const struct fragment *f = &file->fragments[i];

		if (!f->starts_sync)
			return bad(out, "A segment does not start with a keyframe.");
		if (i + 1 < file->count && f->decode_time + f->duration != file->fragments[i + 1].decode_time)
			return bad(out, "There is a gap between two segments.");
	}
	return file->duration > 0 || bad(out, "The segments have no duration.");
}

/* Frames of a constant rate have one length, so they are exactly as long as planned. */
static bool is_on_grid(const struct fragmented *file, const struct plan_rendition *planned)
{
	uint64_t tick = planned->rate_num > 0 ? file->timescale * (uint64_t)planned->rate_den / (uint64_t)planned->rate_num : 0;

	return file->duration == file->samples * tick;
}

static double seconds_at(const struct plan_rendition *planned, int64_t frame)
{
	return planned->rate_num > 0 ? (double)frame * (double)planned->rate_den / (double)planned->rate_num : 0;
}

static bool judge_frames(const struct fragmented *file, const struct plan_rendition *planned, const struct task *task,
			 const struct progress *progress, struct judgement *out)
{
	uint64_t expected = (uint64_t)task->frames_planned;

	if (progress->frame > 0 && file->samples != (uint64_t)progress->frame)
		return judge(out, VERDICT_RETRY, "bad_output",
			     "%" PRIu64 " frames were written of %" PRId64 " that were encoded.", file->samples, progress->frame);
	if (expected > 0 && file->samples > expected)
		return judge(out, task->alone ? VERDICT_RETRY : VERDICT_REPLAN, "bad_output",
			     "%" PRIu64 " frames came out of %" PRIu64 " that were planned.", file->samples, expected);
	if (!task->alone && file->samples < expected)
		return judge(out, VERDICT_REPLAN, "frames_missing", "from %.1f s to %.1f s only %" PRIu64 " of %" PRIu64
			     " frames could be decoded.", seconds_at(planned, task->first_frame),
			     seconds_at(planned, task->first_frame + task->frames_planned), file->samples, expected);
	if (!task->alone && !is_on_grid(file, planned))
		return judge(out, VERDICT_REPLAN, "frames_uneven", "the piece at %.1f s is not as long as its frames.",
			     seconds_at(planned, task->first_frame));
	return true;
}

/* All packets of a sound are as long: more or fewer of them than its time has would be out of step with the picture. */
static bool judge_sound(const struct fragmented *file, const struct plan_rendition *planned, struct judgement *out)
{
	double packet = strcmp(planned->codec, "opus") == 0 ? OPUS_PACKET_S * file->timescale : AAC_PACKET;
	double over_s = ((double)file->samples * packet - (double)file->duration) / file->timescale;

	if ((double)file->fragments[0].decode_time >= packet)
		return judge(out, VERDICT_FAIL, "sound_uneven", "The sound that came out does not begin with the picture.");
	if (over_s > SOUND_SLACK_S || over_s < -SOUND_SLACK_S)
		return judge(out, VERDICT_FAIL, "sound_uneven", "The sound that came out is %.1f s too %s for its time.",
			     over_s > 0 ? over_s : -over_s, over_s > 0 ? "long" : "short");
	return true;
}

bool judge_piece(const struct fragmented *file, const struct plan_rendition *planned, const struct task *task,
		 const struct progress *progress, struct judgement *out)
{
	if (!same_kind(file, planned, out) || !fragments_follow(file, out))
		return false;
	if (file->is_video ? !judge_frames(file, planned, task, progress, out) : !judge_sound(file, planned, out))
		return false;
	return judge(out, VERDICT_OK, "ok", "Done.");
}

bool judge_movie(const struct fragmented *file, const struct rendition_row *row, struct judgement *out)
{
	int64_t frames = 0, duration_us = 0, slack_us = (int64_t)row->piece_count + 1; /* each piece's was rounded */
	int64_t own_us = (int64_t)((double)file->duration * 1e6 / file->timescale);

	for (size_t i = 0; i < row->piece_count; i++) {
		frames += row->pieces[i].frames;
		duration_us += row->pieces[i].duration_us;
	}
	if (file->samples != (uint64_t)frames)
		return judge(out, VERDICT_RETRY, "bad_output",
			     "The MP4 file has %" PRIu64 " frames, its pieces have %" PRId64 ".", file->samples, frames);
	if (llabs(own_us - duration_us) > slack_us)
		return bad(out, "The MP4 file is not as long as its pieces.");
	return judge(out, VERDICT_OK, "ok", "Done.");
}
