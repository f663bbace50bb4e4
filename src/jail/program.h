/* program.h - the program that the jail becomes.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JAIL_PROGRAM_H
#define CLIPMILL_JAIL_PROGRAM_H

#include <stdbool.h>

/* Ends with FAIL_EXEC for what cannot be run. */
struct program {
	const char *path;       /* resolved, at an address that nobody can guess; NULL: none */
	int fd;                 /* of the program, for reading */
	int loader_fd;          /* of its ELF interpreter (ld.so); -1: linked statically, or not ELF */
	bool huge_pages;        /* are given to those who ask (madvise(2), MADV_HUGEPAGE): its malloc shall */
};

/*
 * Finds the program: symbolic links are followed, PATH is not searched.  The path is put at a random
 * address of which execve(2) may be allowed once: see filter.h.
 */
void program_find(struct program *program, const char *name);

/* Becomes the program, with exactly the environment of clipmill-jail(8).  Comes back never. */
void program_become(const struct program *program, char **argv) __attribute__((noreturn));

#endif
