/*
 * attempt.c - one run of one task, as the runner leaves it for judgement.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "supervise/attempt.h"

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
