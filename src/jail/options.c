/*
 * options.c - the command line.  Numbers are plain decimal: a caller that slips is told at once.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jail/fail.h"
#include "jail/options.h"

static const char usage[] =
	"usage: clipmill-jail [--dir DIR] [--read PATH]... [--sandbox require|best-effort|off] [--nice N]\n"
	"                     [--cpu SECONDS] [--memory BYTES] [--file-size BYTES] [--parent PID]\n"
	"                     -- PROGRAM [ARG]...\n"
	"       clipmill-jail --self-test [--sandbox MODE]\n"
	"       clipmill-jail --version | --help\n"
	"See clipmill-jail(8).\n";

static const struct option long_options[] = {
	{ "dir", required_argument, NULL, 'd' },
	{ "read", required_argument, NULL, 'r' },
	{ "sandbox", required_argument, NULL, 's' },
	{ "nice", required_argument, NULL, 'n' },
	{ "cpu", required_argument, NULL, 'c' },
	{ "memory", required_argument, NULL, 'm' },
	{ "file-size", required_argument, NULL, 'f' },
	{ "parent", required_argument, NULL, 'p' },
	{ "pretend-abi", required_argument, NULL, 'a' },
	{ "pretend-no-seccomp", no_argument, NULL, 'S' },
	{ "self-test", no_argument, NULL, 't' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char *const sandbox_names[] = {
	[OPTIONS_REQUIRE] = "require",
	[OPTIONS_BEST_EFFORT] = "best-effort",
	[OPTIONS_OFF] = "off",
};

const char *options_sandbox_name(enum options_sandbox sandbox)
{
	return sandbox_names[sandbox];
}

static int64_t number(const char *name, const char *text, int64_t least, int64_t most)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || value < least || value > most)
		fail(FAIL_USAGE, "%s takes a number from %lld to %lld, not \"%s\"", name, (long long)least, (long long)most, text);
	return value;
}

static enum options_sandbox sandbox(const char *text)
{
	for (int i = OPTIONS_REQUIRE; i <= OPTIONS_OFF; i++)
		if (strcmp(text, sandbox_names[i]) == 0)
			return (enum options_sandbox)i;
	fail(FAIL_USAGE, "--sandbox takes require, best-effort or off, not \"%s\"", text);
}

static void show(const char *text)
{
	fputs(text, stdout);
	exit(fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void take(struct options *o, int option, const char *value)
{
	switch (option) {
	case 'd': o->dir = value; break;
	case 'r': o->reads[o->read_count++] = value; break;
	case 's': o->sandbox = sandbox(value); break;
	case 'n': o->nice = (int)number("--nice", value, 0, 19); break;
	case 'c': o->cpu_s = number("--cpu", value, 0, INT_MAX); break;
	case 'm': o->memory_bytes = number("--memory", value, 0, INT64_MAX); break;
	case 'f': o->file_bytes = number("--file-size", value, 0, INT64_MAX); break;
	case 'p': o->parent = (pid_t)number("--parent", value, 1, INT_MAX); break;
	case 'a': o->pretend_abi = (int)number("--pretend-abi", value, 0, INT_MAX); break;
	case 'S': o->pretend_no_seccomp = true; break;
	case 't': o->self_test = true; break;
	case 'V': show("clipmill-jail " PACKAGE_VERSION "\n"); break;
	case 'h': show(usage); break;
	default: fail(FAIL_USAGE, "unknown option, or one without its value; see clipmill-jail --help");
	}
}

void options_parse(struct options *options, int argc, char **argv)
{
	int option;

	*options = (struct options){ .sandbox = OPTIONS_REQUIRE, .nice = 10, .file_bytes = -1, .pretend_abi = -1 };
	options->reads = calloc((size_t)argc + 1, sizeof *options->reads);
	if (options->reads == NULL)
		fail(FAIL_LIMIT, "out of memory");
	opterr = 0;
	while ((option = getopt_long(argc, argv, "+", long_options, NULL)) != -1)
		take(options, option, optarg);
	if (options->self_test != (optind == argc))
		fail(FAIL_USAGE, "a PROGRAM is needed, or --self-test and none; see clipmill-jail --help");
	if (!options->self_test)
		options->command = argv + optind;
}

void options_fini(struct options *options)
{
	free(options->reads);
	options->reads = NULL;
}
