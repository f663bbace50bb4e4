/*
 * options.c - the command line of clipmill-mux(8).
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mux/options.h"

#define NAME_BYTES_MOST 48      /* with a number and its ending a name still fits where names go (encode/name.h) */

static const char usage[] =
	"usage: clipmill-mux --folder DIR --pieces N [--audio NAME] RUNG...\n"
	"       clipmill-mux --folder DIR --audio NAME\n"
	"       clipmill-mux --version | --help\n"
	"See clipmill-mux(8).\n";

static const struct option long_options[] = {
	{ "folder", required_argument, NULL, 'f' },
	{ "pieces", required_argument, NULL, 'p' },
	{ "audio", required_argument, NULL, 'a' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static bool wrong(const char *what)
{
	fprintf(stderr, "clipmill-mux: %s; see clipmill-mux --help\n", what);
	return false;
}

static bool show(struct options *options, const char *text)
{
	options->is_over = true;
	fputs(text, stdout);
	return true;
}

/* A token that is part of a file name, and of no path. */
static bool is_name(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= NAME_BYTES_MOST && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static bool take_pieces(struct options *options, const char *text)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || text[0] == '-' || value == 0 || value > OPTIONS_PIECES_MOST)
		return wrong("--pieces takes a number from 1 to 100000");
	options->pieces = (unsigned)value;
	return true;
}

static bool take(struct options *options, int option, const char *value)
{
	switch (option) {
	case 'f': options->folder = value; return true;
	case 'p': return take_pieces(options, value);
	case 'a': options->audio = value; return true;
	case 'V': return show(options, "clipmill-mux " PACKAGE_VERSION "\n");
	case 'h': return show(options, usage);
	default: return wrong("unknown option, or one without its value");
	}
}

static bool check(const struct options *options)
{
	if (options->folder == NULL)
		return wrong("--folder is needed");
	if (options->audio != NULL && !is_name(options->audio))
		return wrong("--audio takes a name of a-z, 0-9 and -");
	for (size_t i = 0; i < options->rung_count; i++)
		if (!is_name(options->rungs[i]))
			return wrong("a RUNG is a name of a-z, 0-9 and -");
	if ((options->rung_count > 0) != (options->pieces > 0))
		return wrong("--pieces is needed with a RUNG, and without one there are none");
	return options->rung_count > 0 || options->audio != NULL || wrong("a RUNG is needed, or --audio");
}

bool options_parse(struct options *options, int argc, char **argv)
{
	int option;

	*options = (struct options){ 0 };
	opterr = 0;
	while ((option = getopt_long(argc, argv, "+", long_options, NULL)) != -1)
		if (!take(options, option, optarg) || options->is_over)
			return options->is_over;
	options->rungs = argv + optind;
	options->rung_count = (size_t)(argc - optind);
	return check(options);
}
