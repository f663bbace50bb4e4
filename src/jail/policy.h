/* policy.h - what a jailed child may have and do.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JAIL_POLICY_H
#define CLIPMILL_JAIL_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define POLICY_READS_MOST 256

enum sandbox { SANDBOX_REQUIRE, SANDBOX_BEST_EFFORT, SANDBOX_OFF };

/* Exit codes of the jail's own failures: never the input's fault. */
enum jail_exit {
	JAIL_NO_SANDBOX = 120,  /* Landlock or seccomp is not to be had, and is required */
	JAIL_USAGE = 121,
	JAIL_LIMIT = 122,       /* a limit could not be set */
	JAIL_FILE = 123,        /* a file or folder named cannot be opened */
	JAIL_PARENT = 124,      /* the parent is gone */
	JAIL_EXEC = 125,        /* the program could not be started */
};

/* The command line, read. */
struct policy {
	enum sandbox sandbox;
	const char *dir;                        /* NULL: nothing may be written */
	const char *reads[POLICY_READS_MOST];
	size_t read_count;
	int nice;
	int64_t cpu_s;                          /* 0: no limit */
	int64_t memory_bytes;                   /* 0: no limit */
	int64_t file_bytes;                     /* -1: no limit */
	pid_t parent;                           /* 0: whoever it is */
	int pretend_abi;                        /* -1: the kernel's; for tests of lesser kernels */
	char *const *argv;                      /* of the program; argv[0] is its path */
};

/* Prints "clipmill-jail: what: errno's text" and exits. */
void policy_die(enum jail_exit code, const char *what) __attribute__((noreturn));

#endif
