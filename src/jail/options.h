/* options.h - the command line of clipmill-jail(8).  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JAIL_OPTIONS_H
#define CLIPMILL_JAIL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum options_sandbox { OPTIONS_REQUIRE, OPTIONS_BEST_EFFORT, OPTIONS_OFF };

/* Strings are those of argv. */
struct options {
	const char *dir;                /* the one folder that may be written; NULL: none */
	const char **reads;             /* files and folders that may be read; owned */
	size_t read_count;
	enum options_sandbox sandbox;
	int nice;                       /* 10 unless told */
	int64_t cpu_s;                  /* 0: no limit */
	int64_t memory_bytes;           /* 0: no limit */
	int64_t file_bytes;             /* -1: no limit */
	pid_t parent;                   /* 0: do not die with the parent */
	int pretend_abi;                /* for tests: Landlock is no newer than this; -1: as it is */
	bool pretend_no_seccomp;        /* for tests */
	bool self_test;
	char **command;                 /* PROGRAM [ARG]... and a NULL; NULL with self_test */
};

/*
 * Fills `options` from the command line.  Ends the process with FAIL_USAGE for a wrong one, and with
 * 0 after --version or --help.
 */
void options_parse(struct options *options, int argc, char **argv);

void options_fini(struct options *options);

/* The word that --sandbox takes. */
const char *options_sandbox_name(enum options_sandbox sandbox);

#endif
