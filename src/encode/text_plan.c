/*
 * text_plan.c - which texts a video gets, and the children that make them.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "encode/language.h"
#include "encode/line.h"
#include "encode/name.h"
#include "encode/switches.h"
#include "encode/text.h"

#define TEXTS_MOST 24           /* tracks; more are named in a decision */

/* The cues move to our zero while they are written. */
static void add_line(const struct plan_input *input, const struct grid *grid, const struct track *t,
		     const struct plan_rendition *r, struct strings *argv)
{
	const char *const fixed[] = { "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-f", "webvtt", NULL };
	char stem[32], file[64];

	line_open(input, argv);
	line_clock(input, grid, argv);
	switches_file(argv, input->source);
	line_map(t->index, argv);
	line_text(argv, "-c:s", "webvtt");
	strings_add(argv, "-output_ts_offset");
	strings_addf(argv, "%.6f", -line_zero_s(input, grid));
	line_text(argv, "-avoid_negative_ts", "disabled");
	strings_add_all(argv, fixed);
	name_stem(stem, input->edition, r->name);
	name_text(file, stem);
	strings_addf(argv, "file:%s", file);
	line_beside(input, grid, argv);
}

static void name_it(const struct plan *plan, const struct track *t, struct plan_rendition *r)
{
	const char *language = language_name(t->language);
	const char *kind = r->role == ROLE_FORCED ? " (forced)" : r->role == ROLE_CAPTIONS ? " (for the hard of hearing)" : "";
	char stem[24] = "text", name[64];

	if (t->language[0] != '\0')
		snprintf(stem, sizeof stem, "text-%.8s", t->language);
	snprintf(name, sizeof name, "%.24s%s", language != NULL ? language : t->language[0] != '\0' ? t->language : "Subtitles", kind);
	snprintf(r->language, sizeof r->language, "%s", t->language);
	job_name(plan, r, stem, t->title, name);
}

static void add_text(const struct plan_input *input, const struct grid *grid, const struct track *t, struct plan *plan)
{
	struct plan_rendition *r = job_rendition(plan, RENDITION_TEXT, "webvtt");
	struct plan_task *task;

	if (r == NULL)
		return;
	r->role = t->forced ? ROLE_FORCED : t->hearing_impaired ? ROLE_CAPTIONS : ROLE_PLAIN;
	name_it(plan, t, r);
	r->is_default = t->forced && t->is_default;
	task = job_task(plan, TASK_SUBTITLE);
	task->seq = (int64_t)(r - plan->renditions);
	add_line(input, grid, t, r, &task->argv);
	strings_add(&task->reads, input->source);
	job_decide(plan, "text_kept", "The subtitles \"%s\" (%s) are kept as WebVTT.", r->label, t->codec);
}

#define CHARENC "-sub_charenc"
#define NOT_UTF8 "Invalid UTF-8 in decoded subtitles text"
#define NOT_LEGACY "Unable to recode subtitle event"

bool text_reads_legacy(const struct strings *argv)
{
	for (size_t i = 0; i < argv->count; i++)
		if (strcmp(argv->items[i], CHARENC) == 0)
			return true;
	return false;
}

bool text_lost_cues(const char *errors)
{
	return strstr(errors, NOT_UTF8) != NULL || strstr(errors, NOT_LEGACY) != NULL;
}

bool text_is_legacy(const struct buf *written, const char *errors, const struct strings *argv, struct strings *again)
{
	if (strstr(errors, NOT_UTF8) == NULL || text_reads_legacy(argv))
		return false;
	for (size_t i = 0; i < written->len; i++)
		if ((unsigned char)written->data[i] >= 0x80)
			return false;
	for (size_t i = 0; i < argv->count; i++) {
		if (strcmp(argv->items[i], "-i") == 0)
			line_text(again, CHARENC, "CP1252");
		strings_add(again, argv->items[i]);
	}
	return true;
}

void text_plan(const struct plan_input *input, const struct grid *grid, struct plan *plan)
{
	const struct facts *f = input->facts;

	if (f->text.bitmaps > 0)
		job_decide(plan, "bitmaps_left_out", "Subtitles that are pictures, not text, are left out: %zu.", f->text.bitmaps);
	if (f->text.count > TEXTS_MOST)
		job_decide(plan, "texts_left_out", "The source has %zu tracks of subtitles; the first %d are kept.", f->text.count,
			   TEXTS_MOST);
	for (size_t i = 0; i < f->text.count && i < TEXTS_MOST; i++)
		add_text(input, grid, &f->text.tracks[i], plan);
}
