/* options.h - the command line of clipmill-mux(8).  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_MUX_OPTIONS_H
#define CLIPMILL_MUX_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#define OPTIONS_PIECES_MOST 100000

/* Strings are those of argv. */
struct options {
	const char *folder;             /* where the pieces are */
	const char *audio;              /* name of the sound; NULL: there is none */
	unsigned pieces;                /* of each rung */
	char **rungs;                   /* their names */
	size_t rung_count;
	bool is_over;                   /* --version or --help: all is said */
};

/* Fills `options`; false, and a line on stderr, for a command line that is wrong. */
bool options_parse(struct options *options, int argc, char **argv);

#endif
