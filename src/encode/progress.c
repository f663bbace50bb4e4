/*
 * progress.c - ffmpeg's -progress lines: key=value, a block ends with progress=continue or =end.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "encode/progress.h"

void progress_init(struct progress *p)
{
	memset(p, 0, sizeof *p);
	p->out_time_us = -1;
}

/* What is negative or absurd is no news: no sum of what is left overflows. */
static void take_number(const char *value, int64_t *to)
{
	char *end;
	long long number = strtoll(value, &end, 10);

	if (end != value && number >= 0 && number < INT64_C(1) << 60)
		*to = number;
}

static void take_rate(const char *value, double *to)
{
	double rate = strtod(value, NULL);

	if (isfinite(rate) && rate >= 0)
		*to = rate;
}

static void take_pair(struct progress *p, const char *key, const char *value)
{
	if (strcmp(key, "frame") == 0)
		take_number(value, &p->frame);
	else if (strcmp(key, "fps") == 0)
		take_rate(value, &p->fps);
	else if (strcmp(key, "out_time_us") == 0)
		take_number(value, &p->out_time_us);
	else if (strcmp(key, "progress") == 0)
		p->blocks++;
}

static void take_line(struct progress *p)
{
	char *equals;

	p->line[p->line_len] = '\0';
	p->line_len = 0;
	equals = strchr(p->line, '=');
	if (equals == NULL)
		return;
	*equals = '\0';
	take_pair(p, p->line, equals + 1 + strspn(equals + 1, " "));
}

void progress_feed(struct progress *p, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n')
			take_line(p);
		else if (p->line_len + 1 < sizeof p->line)
			p->line[p->line_len++] = bytes[i];
	}
}
