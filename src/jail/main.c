/*
 * main.c - clipmill-jail: limits itself, locks itself in, and becomes the program that it was given.
 * Everything here happens once, in one thread, before the exec.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jail/calls.h"
#include "jail/limits.h"
#include "jail/sandbox.h"
#include "jail/selftest.h"

static const char usage[] =
	"usage: clipmill-jail [--dir DIR] [--read FILE]... [--sandbox require|best-effort|off] [--nice N]\n"
	"                     [--cpu SECONDS] [--memory BYTES] [--file-size BYTES] [--parent PID] -- PROGRAM [ARG]...\n"
	"       clipmill-jail --self-test [--sandbox MODE]\n"
	"       clipmill-jail --version | --help\n"
	"See clipmill-jail(8).\n";

enum option_code {
	OPTION_DIR = 256, OPTION_READ, OPTION_SANDBOX, OPTION_NICE, OPTION_CPU, OPTION_MEMORY, OPTION_FILE_SIZE, OPTION_PARENT,
	OPTION_SELF_TEST, OPTION_PRETEND_ABI, OPTION_VERSION, OPTION_HELP,
};

static const struct option long_options[] = {
	{ "dir", required_argument, NULL, OPTION_DIR },
	{ "read", required_argument, NULL, OPTION_READ },
	{ "sandbox", required_argument, NULL, OPTION_SANDBOX },
	{ "nice", required_argument, NULL, OPTION_NICE },
	{ "cpu", required_argument, NULL, OPTION_CPU },
	{ "memory", required_argument, NULL, OPTION_MEMORY },
	{ "file-size", required_argument, NULL, OPTION_FILE_SIZE },
	{ "parent", required_argument, NULL, OPTION_PARENT },
	{ "self-test", no_argument, NULL, OPTION_SELF_TEST },
	{ "pretend-abi", required_argument, NULL, OPTION_PRETEND_ABI },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ NULL, 0, NULL, 0 },
};

void policy_die(enum jail_exit code, const char *what)
{
	fprintf(stderr, "clipmill-jail: %s: %s\n", what, strerror(errno));
	_exit((int)code);
}

static void misused(const char *what)
{
	fprintf(stderr, "clipmill-jail: %s\n%s", what, usage);
	exit(JAIL_USAGE);
}

static int64_t number(const char *text, int64_t most)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || value < 0 || value > most)
		misused(text);
	return value;
}

static enum sandbox sandbox_named(const char *name)
{
	if (strcmp(name, "require") == 0)
		return SANDBOX_REQUIRE;
	if (strcmp(name, "best-effort") == 0)
		return SANDBOX_BEST_EFFORT;
	if (strcmp(name, "off") != 0)
		misused(name);
	return SANDBOX_OFF;
}

/* Absolute, before the working directory changes. */
static const char *full_path(const char *path, enum jail_exit code)
{
	char *full = realpath(path, NULL);

	if (full == NULL)
		policy_die(code, path);
	return full;
}

static void add_read(struct policy *policy, const char *path)
{
	if (policy->read_count == POLICY_READS_MOST)
		misused("too many --read");
	policy->reads[policy->read_count++] = full_path(path, JAIL_FILE);
}

static void take(struct policy *policy, int option, bool *test)
{
	switch (option) {
	case OPTION_DIR: policy->dir = full_path(optarg, JAIL_FILE); break;
	case OPTION_READ: add_read(policy, optarg); break;
	case OPTION_SANDBOX: policy->sandbox = sandbox_named(optarg); break;
	case OPTION_NICE: policy->nice = (int)number(optarg, 19); break;
	case OPTION_CPU: policy->cpu_s = number(optarg, INT32_MAX); break;
	case OPTION_MEMORY: policy->memory_bytes = number(optarg, INT64_MAX); break;
	case OPTION_FILE_SIZE: policy->file_bytes = number(optarg, INT64_MAX); break;
	case OPTION_PARENT: policy->parent = (pid_t)number(optarg, INT_MAX); break;
	case OPTION_PRETEND_ABI: policy->pretend_abi = (int)number(optarg, 1000); break;
	case OPTION_SELF_TEST: *test = true; break;
	case OPTION_VERSION: puts("clipmill-jail " PACKAGE_VERSION); exit(0);
	case OPTION_HELP: fputs(usage, stdout); exit(0);
	default: misused("an option was not understood");
	}
}

static bool parse(struct policy *policy, int argc, char **argv)
{
	bool test = false;
	int option;

	*policy = (struct policy){ .nice = 10, .file_bytes = -1, .pretend_abi = -1 };
	while ((option = getopt_long(argc, argv, "+", long_options, NULL)) != -1)
		take(policy, option, &test);
	if (test == (optind < argc))
		misused(test ? "--self-test takes no program" : "there is no program to run");
	policy->argv = test ? NULL : argv + optind;
	return test;
}

/*
 * The program's own path is resolved, so that a symbolic link's target is what may be executed.  The
 * limit on address space comes after all that allocates, the filter last.
 */
static void become(struct policy *policy, char **argv)
{
	char *const environment[] = { (char[]){ "LC_ALL=C.UTF-8" }, (char[]){ "AV_LOG_FORCE_NOCOLOR=1" }, NULL };
	char *program = realpath(argv[0], NULL);
	const char *hidden;

	if (program == NULL)
		policy_die(JAIL_EXEC, argv[0]);
	hidden = calls_hide_away(program);
	if (hidden == NULL)
		policy_die(JAIL_LIMIT, "memory");
	argv[0] = program;
	if (policy->dir != NULL && chdir(policy->dir) < 0)
		policy_die(JAIL_FILE, policy->dir);
	limits_stand_back(policy);
	limits_set(policy);
	sandbox_enter(policy, hidden);
	execve(hidden, argv, environment);
	policy_die(JAIL_EXEC, program);
}

int main(int argc, char **argv)
{
	struct policy policy;

	if (parse(&policy, argc, argv))
		return selftest(&policy);
	limits_clean_slate();
	limits_tie_to_parent(&policy);
	become(&policy, argv + (policy.argv - argv));
	return JAIL_EXEC;
}
