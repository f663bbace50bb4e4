/*
 * main.c - clipmill-mux: lays the pieces of a finished video into one file a rung, which is a plain MP4
 * and the target of HLS byte ranges (encode/hybrid.h).
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdlib.h>

#include "mux/mux.h"
#include "mux/options.h"

#define EXIT_USAGE 2

int main(int argc, char **argv)
{
	struct options options;

	if (!options_parse(&options, argc, argv))
		return EXIT_USAGE;
	return options.is_over || mux_run(&options) ? EXIT_SUCCESS : EXIT_FAILURE;
}
