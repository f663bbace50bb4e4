/*
 * commands.c - the table of subcommands.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "store/db.h"

const struct cli_command cli_commands[] = {
	{ "init", "init", "make the directories and the database", cli_init },
	{ "check", "check", "are the files there that the database names, and no others", cli_check },
	{ "reencode", "reencode VIDEO [PROFILE]", "encode a finished video again", cli_reencode },
	{ "replay", "replay TASK [--run]", "print the line of a task's child, or run it again", cli_replay },
	{ NULL, NULL, NULL, NULL },
};

int cli_complain(const char *what)
{
	fprintf(stderr, "clipmill: %s\n", what);
	return EXIT_FAILURE;
}

int cli_init(const struct conf *conf, int argc, char **argv)
{
	char error[512];

	if (argc != 1)
		return cli_complain("init takes no arguments");
	return db_init(conf->dir, error, sizeof error) == 0 ? EXIT_SUCCESS : cli_complain(error);
}
