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

void line_map(int64_t stream, struct strings *argv)
{
	strings_add(argv, "-map");
	strings_addf(argv, "0:%" PRId64, stream);
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
	switches_source(input->conf, input->facts, argv);
	switches_packets(input->facts, argv);
	line_text(argv, "-max_error_rate", "1");
	line_number(argv, "-threads", input->threads);
}

bool line_is_spliced(const struct plan_input *input, const struct grid *grid)
{
	return grid != NULL ? grid->spliced : input->spliced;
}

void line_clock(const struct plan_input *input, const struct grid *grid, struct strings *argv)
{
	if (!line_is_spliced(input, grid))
		strings_add(argv, "-copyts");
}

void line_beside(const struct plan_input *input, const struct grid *grid, struct strings *argv)
{
	const struct facts *facts = input->facts;

	if (grid == NULL || !grid->spliced)
		return;
	line_map(facts->picture.index, argv);
	for (size_t i = 0; i < facts->sound.count; i++)
		line_map(facts->sound.tracks[i].index, argv);
	strings_add_all(argv, (const char *const[]){ "-c", "copy", "-f", "null", "-", NULL });
}

double line_zero_s(const struct plan_input *input, const struct grid *grid)
{
	if (grid != NULL)
		return grid->base_s;
	if (!isfinite(input->facts->sound.start_s))
		return 0;
	return input->facts->sound.start_s - (input->spliced ? input->facts->source.start_s : 0);
}
