/* cli.h - what clipmill does when it is given a word.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_CLI_H
#define CLIPMILL_CLI_H

#include "base/conf.h"

/* A subcommand: argv[0] is its own word.  Returns the exit status; complaints go to standard error. */
struct cli_command {
	const char *name;
	const char *words;              /* of its usage line */
	const char *does;
	int (*run)(const struct conf *conf, int argc, char **argv);
};

/* Ends with a row whose name is NULL. */
extern const struct cli_command cli_commands[];

/* "clipmill: WHAT" on standard error; EXIT_FAILURE. */
int cli_complain(const char *what);

int cli_init(const struct conf *conf, int argc, char **argv);
int cli_check(const struct conf *conf, int argc, char **argv);
int cli_reencode(const struct conf *conf, int argc, char **argv);
int cli_replay(const struct conf *conf, int argc, char **argv);

#endif
