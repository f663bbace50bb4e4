/* limits.h - what a child may use.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JAIL_LIMITS_H
#define CLIPMILL_JAIL_LIMITS_H

#include "jail/policy.h"

/* Signals, umask, descriptors and its own process group: nothing of the parent's is inherited. */
void limits_clean_slate(void);

/* The kernel ends us with the parent; exits with JAIL_PARENT where it is gone already. */
void limits_tie_to_parent(const struct policy *policy);

/* Nice, I/O priority, batch scheduling, and first in line when memory runs out. */
void limits_stand_back(const struct policy *policy);

/* setrlimit(2), each soft and hard; the address space comes last. */
void limits_set(const struct policy *policy);

#endif
