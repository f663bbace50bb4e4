/*
 * job.c - the rows of a plan.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "encode/job.h"

void job_decide(struct plan *plan, const char *code, const char *format, ...)
{
	va_list ap;

	if (plan->decision_count == PLAN_DECISIONS_MOST)
		return;
	snprintf(plan->decisions[plan->decision_count].code, sizeof plan->decisions[0].code, "%s", code);
	va_start(ap, format);
	vsnprintf(plan->decisions[plan->decision_count].detail, sizeof plan->decisions[0].detail, format, ap);
	va_end(ap);
	plan->decision_count++;
}

struct plan_task *job_task(struct plan *plan, enum task_kind kind)
{
	struct plan_task *tasks = realloc(plan->tasks, (plan->task_count + 1) * sizeof *tasks);
	struct plan_task *task;

	if (tasks == NULL)
		abort();
	plan->tasks = tasks;
	task = &tasks[plan->task_count++];
	memset(task, 0, sizeof *task);
	task->kind = kind;
	return task;
}

struct plan_rendition *job_rendition(struct plan *plan, enum rendition_kind kind, const char *codec)
{
	struct plan_rendition *r;

	if (plan->rendition_count == PLAN_RENDITIONS_MOST)
		return NULL;
	r = &plan->renditions[plan->rendition_count++];
	memset(r, 0, sizeof *r);
	r->kind = kind;
	snprintf(r->codec, sizeof r->codec, "%s", codec);
	return r;
}

/* Names and labels ---------------------------------------------------------------------------- */

/* What a quoted string of a playlist, a page and a log all take as it is: no quotes, tags or control characters. */
static char safe_of(char c)
{
	if (c == '"')
		return '\'';
	return (unsigned char)c < ' ' || c == 0x7f || strchr("<>\\&", c) != NULL ? ' ' : c;
}

/* Also without spaces at its ends, or two in a row; cut off where it is not UTF-8, or long. */
static void make_safe(const char *title, char label[64])
{
	size_t len = 0, width;

	for (; (width = utf8_width(title)) > 0 && len + width < 60; title += width) {
		char c = safe_of(*title);

		if (c == ' ' && (len == 0 || label[len - 1] == ' '))
			continue;
		memcpy(label + len, title, width);
		if (width == 1)
			label[len] = c;
		len += width;
	}
	while (len > 0 && label[len - 1] == ' ')
		len--;
	label[len] = '\0';
}

static bool is_taken(const struct plan *plan, const struct plan_rendition *except, const char *name, const char *label)
{
	for (size_t i = 0; i < plan->rendition_count; i++) {
		const struct plan_rendition *r = &plan->renditions[i];

		if (r != except && r->kind == except->kind &&
		    ((name != NULL && strcmp(r->name, name) == 0) || (label != NULL && strcmp(r->label, label) == 0)))
			return true;
	}
	return false;
}

void job_name(const struct plan *plan, struct plan_rendition *r, const char *stem, const char *title, const char *fallback)
{
	char first[24], label[64];

	snprintf(first, sizeof first, "%.19s", stem);
	for (size_t i = 0; first[i] != '\0'; i++)
		first[i] = isalnum((unsigned char)first[i]) ? (char)tolower((unsigned char)first[i]) : '-';
	snprintf(r->name, sizeof r->name, "%s", first);
	for (unsigned n = 2; n < 100 && is_taken(plan, r, r->name, NULL); n++)
		snprintf(r->name, sizeof r->name, "%.19s-%u", first, n % 100);
	make_safe(title, label);
	if (label[0] == '\0')
		make_safe(fallback, label);
	snprintf(r->label, sizeof r->label, "%s", label);
	for (unsigned n = 2; n < 100 && is_taken(plan, r, NULL, r->label); n++)
		snprintf(r->label, sizeof r->label, "%.60s %u", label, n % 100);
}
