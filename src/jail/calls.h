/* calls.h - which system calls a child may make: seccomp.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JAIL_CALLS_H
#define CLIPMILL_JAIL_CALLS_H

#include <stdbool.h>

/*
 * Loads the filter: a list of what encoding needs, everything else fails with ENOSYS, and what is an
 * attack with EPERM.  One execve is left, of the string at `program` and no other: the comparison is
 * with the pointer, so the string must lie where nothing else will (calls_hide_away).  False with
 * errno where the kernel or libseccomp cannot.
 */
bool calls_restrict(const char *program);

/* A copy of `text` at an address that the kernel picks at random, gone after the exec. */
const char *calls_hide_away(const char *text);

#endif
