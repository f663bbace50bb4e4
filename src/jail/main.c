/*
 * main.c - clipmill-jail: takes away what a media program does not need, then becomes it.  It is the
 * same process all along: whoever started it sees, signals and reaps the program.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "jail/confine.h"
#include "jail/options.h"
#include "jail/process.h"
#include "jail/program.h"
#include "jail/selftest.h"

int main(int argc, char **argv)
{
	struct options options;
	struct program program;

	options_parse(&options, argc, argv);
	if (options.self_test) {
		int status = selftest_run(&options);

		options_fini(&options);
		return status;
	}
	if (options.parent > 0)
		process_tie(options.parent);
	process_clear();
	program_find(&program, options.command[0]);
	confine(&options, &program);
	program_become(&program, options.command);
}
