/*
 * attempt.c - one run of one task, as the runner leaves it for judgement.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "encode/measure.h"
#include "supervise/attempt.h"

#define READING_MEMORY_BYTES ((int64_t)1 << 30) /* of children that only look at the source */
#define READING_CPU_S 120
#define FILE_LEAST_BYTES ((int64_t)1 << 30)     /* for what has no cap, and where a source is longer than it says */
#define FILE_CAPS 4                             /* caps are kept on the whole, and not in each second */

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
