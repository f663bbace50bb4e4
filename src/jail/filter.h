/* filter.h - which system calls the program may make.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JAIL_FILTER_H
#define CLIPMILL_JAIL_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>

/* A filter of seccomp(2), compiled and not yet in force. */
struct filter {
	struct sock_filter *code;       /* owned; NULL: none */
	unsigned short count;           /* instructions */
};

/* True where the kernel takes filters. */
bool filter_available(void);

/*
 * Compiles the list of calls that the program may make; its process id, which must be the
 * caller's, is part of it.  execve(2) is allowed only with the very pointer `exec_path`: that address
 * means nothing after the first exec, so there is no second one.  0, or -1 with errno.
 */
int filter_build(struct filter *filter, const char *exec_path) __attribute__((warn_unused_result));

/*
 * Puts the filter in force for this process and all it becomes; needs no_new_privs.  Allocates nothing,
 * and afterwards little but write(2), exit(2) and the one execve(2) is left.  0, or -1 with errno.
 */
int filter_enter(const struct filter *filter) __attribute__((warn_unused_result));

#endif
