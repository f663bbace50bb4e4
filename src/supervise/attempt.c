/*
 * attempt.c - one run of one task, as the runner leaves it for judgement.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "encode/look.h"
#include "encode/measure.h"
#include "supervise/attempt.h"

#define READING_MEMORY_BYTES ((int64_t)1 << 30) /* of children that only look at the source */
#define READING_CPU_S 120
#define FILE_LEAST_BYTES ((int64_t)1 << 30)     /* for what has no cap, and where a source is longer than it says */
#define FILE_CAPS 4                             /* caps are kept on the whole, and not in each second */
#define PICTURES_A_SECOND_MOST 100              /* of a source, each of which takes 48 bytes while it is planned ... */
#define PICTURES_MORE 1000000                   /* and so many besides: an hour of slow motion at 240 */

void attempt_init(struct attempt *attempt, struct task *task)
{
	memset(attempt, 0, sizeof *attempt);
	attempt->task = *task;
	memset(task, 0, sizeof *task);
	snprintf(attempt->dir, sizeof attempt->dir, "work/%" PRId64 ".%" PRId64, attempt->task.id, attempt->task.attempt);
	progress_init(&attempt->progress);
	scan_init(&attempt->scan);
}

void attempt_fini(struct attempt *attempt)
{
	task_fini(&attempt->task);
	buf_fini(&attempt->output);
	buf_fini(&attempt->err);
	scan_fini(&attempt->scan);
}

static const char *program_of(const struct conf *conf, const struct task *task)
{
	switch (task->kind) {
	case TASK_PROBE: return conf->ffprobe;
	case TASK_SCAN: return scan_lists_packets(task->seq) ? conf->ffprobe : conf->ffmpeg;
	case TASK_ASSEMBLE: return conf->mux;
	case TASK_DIGEST: return conf->digest;
	case TASK_CHUNK:
	case TASK_AUDIO:
	case TASK_SUBTITLE:
	case TASK_POSTER:
	case TASK_STORYBOARD: break;
	}
	return conf->ffmpeg;
}

struct child_spec attempt_spec(const struct conf *conf, const struct task *task, int64_t nice, const char *dir)
{
	bool reads_only = task->kind == TASK_PROBE || task->kind == TASK_SCAN;

	return (struct child_spec){
		.conf = conf, .argv = &task->argv, .reads = &task->reads, .dir = dir, .nice = nice,
		.memory_bytes = reads_only ? READING_MEMORY_BYTES : conf->memory_max_bytes,
		.cpu_s = reads_only ? READING_CPU_S : conf->wall_ms / 1000 * sysconf(_SC_NPROCESSORS_ONLN),
		.file_bytes = FILE_LEAST_BYTES + FILE_CAPS * task->caps_bytes,
	};
}

void attempt_source_path(const struct conf *conf, const struct task *task, char path[4096])
{
	if (task->source[0] == '/')
		snprintf(path, 4096, "%s", task->source);
	else
		snprintf(path, 4096, "%s/%s", conf->dir, task->source);
}

void attempt_media_path(const struct conf *conf, const struct task *task, char path[4096])
{
	snprintf(path, 4096, "%s/media/%s", conf->dir, task->video);
}

/* A path stands in argv as it is, or after a protocol. */
static void replace_path(struct strings *argv, const char *before, const char *now)
{
	size_t path_len = strlen(before);

	for (size_t i = 1; i < argv->count; i++) {
		size_t len = strlen(argv->items[i]), at = len - path_len;
		struct buf text = BUF_INIT;

		if (len < path_len || strcmp(argv->items[i] + at, before) != 0 || (at > 0 && argv->items[i][at - 1] != ':'))
			continue;
		buf_put(&text, argv->items[i], at);
		buf_puts(&text, now);
		strings_set(argv, i, text.data);
		buf_fini(&text);
	}
}

/* What was planned reads one thing. */
static void renew_read(const struct conf *conf, struct task *task)
{
	char now[4096];

	if (task->reads.count != 1)
		return;
	if (task->kind == TASK_ASSEMBLE)
		attempt_media_path(conf, task, now);
	else
		attempt_source_path(conf, task, now);
	replace_path(&task->argv, task->reads.items[0], now);
	strings_set(&task->reads, 0, now);
}

void attempt_renew(const struct conf *conf, struct task *task)
{
	if (task->argv.count == 0)
		return;
	strings_set(&task->argv, 0, program_of(conf, task));
	renew_read(conf, task);
}

/* False: the database cannot be read. */
static bool scan_argv(struct attempt *attempt, const struct conf *conf, struct db *db, const char *source)
{
	struct task *task = &attempt->task;
	struct refusal refusal;
	struct facts facts = { 0 };
	struct profile profile = { 0 };
	struct probe probe;
	enum db_result result = probe_read(db, task->video, &probe);

	if (result == DB_OK && !facts_from_probe(&probe, conf, &facts, &refusal))
		log_debug("video %s: %s", task->video, refusal.detail);
	probe_fini(&probe);
	if (result == DB_OK && task->seq == SCAN_COPIES)
		result = profile_read(db, task->video, &profile);
	if (result != DB_OK && result != DB_NONE)
		return false;
	if (task->seq == SCAN_MEASURE)
		measure_argv(conf, source, &facts, &task->argv);
	else if (task->seq == SCAN_ELSEWHERE)
		measure_elsewhere_argv(conf, source, &facts, &task->argv);
	else if (task->seq == SCAN_COPIES) {
		copies_begin(&attempt->copies, &facts, &profile);
		copies_argv(conf, source, &facts, &profile, &task->argv);
	} else {
		attempt->scan.most = (size_t)(conf->duration_max_ms / 1000 * PICTURES_A_SECOND_MOST + PICTURES_MORE);
		look_scan_begin(&facts, &attempt->scan);
		look_scan_argv(conf, source, &facts, &task->argv);
	}
	return true;
}

static void digest_argv(const struct conf *conf, const char *source, struct strings *argv)
{
	strings_add(argv, conf->digest);
	strings_add(argv, source);
}

static bool comes_before_a_plan(enum task_kind kind)
{
	return kind == TASK_PROBE || kind == TASK_SCAN || kind == TASK_DIGEST;
}

bool attempt_make_argv(struct attempt *attempt, const struct conf *conf, struct db *db)
{
	struct task *task = &attempt->task;
	char source[PATH_MAX];

	if (!comes_before_a_plan(task->kind)) {
		attempt_renew(conf, task);
		return true;
	}
	attempt_source_path(conf, task, source);
	strings_fini(&task->argv);
	strings_fini(&task->reads);
	strings_add(&task->reads, source);
	if (task->kind == TASK_SCAN)
		return scan_argv(attempt, conf, db, source);
	if (task->kind == TASK_PROBE)
		look_probe_argv(conf, source, (enum probe_step)task->seq, &task->argv);
	else
		digest_argv(conf, source, &task->argv);
	return true;
}

static void keep_output(struct attempt *attempt, const char *bytes, size_t len)
{
	if (attempt->output.len < ATTEMPT_OUTPUT_MOST)
		buf_put(&attempt->output, bytes, len);
}

static void hear_scan(struct attempt *attempt, const char *bytes, size_t len)
{
	if (scan_lists_packets(attempt->task.seq))
		scan_feed(&attempt->scan, bytes, len);
	else if (attempt->task.seq == SCAN_COPIES)
		copies_feed(&attempt->copies, bytes, len);
	else
		keep_output(attempt, bytes, len);
}

void attempt_hear(struct attempt *attempt, const char *bytes, size_t len)
{
	switch (attempt->task.kind) {
	case TASK_PROBE:
	case TASK_DIGEST:
		keep_output(attempt, bytes, len);
		break;
	case TASK_SCAN:
		hear_scan(attempt, bytes, len);
		break;
	case TASK_CHUNK:
	case TASK_AUDIO:
	case TASK_SUBTITLE:
	case TASK_POSTER:
	case TASK_STORYBOARD:
	case TASK_ASSEMBLE:
		progress_feed(&attempt->progress, bytes, len);
		break;
	}
}
