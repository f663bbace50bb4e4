/*
 * line.c - parts that the command lines of all children share.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>

#include "encode/line.h"
#include "encode/switches.h"

void line_number(struct strings *argv, const char *option, int64_t value)
{
	strings_add(argv, option);
	strings_addf(argv, "%" PRId64, value);
}

void line_text(struct strings *argv, const char *option, const char *value)
{
	strings_add(argv, option);
	strings_add(argv, value);
}

void line_buf(struct strings *argv, const char *option, struct buf *value)
{
	line_text(argv, option, buf_text(value));
	buf_fini(value);
}

void line_open(const struct plan_input *input, struct strings *argv)
{
	switches_ffmpeg(input->conf, argv);
	line_number(argv, "-filter_complex_threads", input->threads);
	switches_input(input->conf, argv);
	line_text(argv, "-max_error_rate", "1");
	line_number(argv, "-threads", input->threads);
}

void line_clock(const struct grid *grid, struct strings *argv)
{
	if (grid == NULL || !grid->spliced)
		strings_add(argv, "-copyts");
}

double line_zero_s(const struct plan_input *input, const struct grid *grid)
{
	if (grid != NULL)
		return grid->base_s;
	return isfinite(input->facts->audio_start_s) ? input->facts->audio_start_s : 0;
}
