/* plans.h - what fuzzers of the planner share: a profile, settings, and what holds for every plan.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_TESTS_PLANS_H
#define CLIPMILL_TESTS_PLANS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "encode/plan.h"

/* Says where it does not hold. */
#define check(holds) check_that((holds) != 0, #holds, __LINE__)
static inline void check_that(int holds, const char *what, int line)
{
	if (holds)
		return;
	fprintf(stderr, "line %d: %s\n", line, what);
	abort();
}

static char plans_ffmpeg[] = "/usr/bin/ffmpeg", plans_ffprobe[] = "/usr/bin/ffprobe", plans_mux[] = "/usr/libexec/clipmill-mux";
static const struct conf plans_conf = {
	.ffmpeg = plans_ffmpeg, .ffprobe = plans_ffprobe, .mux = plans_mux, .duration_max_ms = 43200000, .pixels_max = 37748736,
};
static const struct profile plans_profile = {
	.segment_ms = 4000, .chunk_ms = 10000, .rate_max = 60, .audio_codec = "aac", .audio_kbps = 128, .surround_kbps = 384,
	.storyboard = true, .rungs = { { "h264", 720, 2800, 23, "veryfast" }, { "vp9", 240, 450, 33, "4" } }, .rung_count = 2,
};

/* What stands in playlists and pages: well-formed, without quotes, tags and control characters. */
static inline void check_label(const char *label)
{
	for (size_t width; *label != '\0'; label += width) {
		width = utf8_width(label);
		check(width > 0 && (unsigned char)*label >= ' ' && strchr("\"<>\\&\x7f", *label) == NULL);
	}
}

/* Chunks follow each other without a gap and make up the whole; a task waits for earlier ones only. */
static inline void check_plan(const struct plan *plan)
{
	int64_t frames = 0;
	size_t pieces = 0;

	for (size_t i = 0; i < plan->task_count; i++) {
		const struct plan_task *task = &plan->tasks[i];

		check(task->argv.count > 3 && task->needs_first + task->needs_count <= i);
		if (task->kind != TASK_CHUNK)
			continue;
		check(task->first_frame == frames && task->frames_planned > 0 && task->seq == (int64_t)pieces);
		frames += task->frames_planned;
		pieces++;
	}
	check(pieces == plan->pieces && (pieces == 0 || frames == plan->frames));
	check(plan->duration_ms >= 0);
	for (size_t i = 0; i < plan->rendition_count; i++) {
		const struct plan_rendition *r = &plan->renditions[i];

		check(strspn(r->name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(r->name) && r->name[0] != '\0');
		check_label(r->label);
		check_label(r->language);
	}
}

/* A plan of these facts, or a refusal that has words. */
static inline void try_plan(const struct facts *facts, const struct scan *scan)
{
	const struct plan_input input = {
		.conf = &plans_conf, .facts = facts, .scan = scan, .profile = &plans_profile, .source = "/srv/source/x", .media = "/srv/media/x",
		.edition = 1, .threads = 1,
	};
	struct refusal refusal;
	struct plan plan;

	if (plan_make(&input, &plan, &refusal))
		check_plan(&plan);
	else
		check(strlen(refusal.detail) > 10 && refusal.code != NULL);
	plan_fini(&plan);
}

#endif
