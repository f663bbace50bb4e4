/* landlock.h - which files the program may touch.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JAIL_LANDLOCK_H
#define CLIPMILL_JAIL_LANDLOCK_H

#include <stdint.h>

#define LANDLOCK_ABI_KNOWN 7    /* newest ABI that the constants here describe (Linux 6.15) */

/* What may be done with one file, or with everything beneath one folder. */
enum landlock_grant {
	LANDLOCK_GRANT_READ,    /* a file: read */
	LANDLOCK_GRANT_DEVICE,  /* a file: read and write */
	LANDLOCK_GRANT_RUN,     /* a file: read and execute */
	LANDLOCK_GRANT_TREE,    /* a folder: list, read the files */
	LANDLOCK_GRANT_OUTPUT,  /* a folder: list, read, write, truncate, make and remove files and folders, rename */
};

/* A ruleset of landlock(7) in the making. */
struct landlock {
	int fd;                 /* of the ruleset; -1: none */
	uint64_t handled;       /* file rights that are refused where no rule gives them */
};

/*
 * The newest ABI that kernel and program know; 0 where Landlock is missing.  `pretend`, when not
 * negative, is an upper bound for tests.
 */
int landlock_abi(int pretend);

/* Begins a ruleset that refuses everything that `abi` can refuse.  0, or -1 with errno. */
int landlock_begin(struct landlock *landlock, int abi) __attribute__((warn_unused_result));

/* Grants what `fd` stands for, whatever name leads there.  0, or -1 with errno. */
int landlock_allow(const struct landlock *landlock, int fd, enum landlock_grant grant) __attribute__((warn_unused_result));

/* Grants what every program needs to start: shared libraries, /dev/null and the like.  What does not
 * exist is left out.  0, or -1 with errno. */
int landlock_allow_system(const struct landlock *landlock) __attribute__((warn_unused_result));

/* Shuts the door, for this process and all it becomes; needs no_new_privs.  0, or -1 with errno. */
int landlock_enter(struct landlock *landlock) __attribute__((warn_unused_result));

#endif
