/* limits.h - resource limits of the program.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JAIL_LIMITS_H
#define CLIPMILL_JAIL_LIMITS_H

#include "jail/options.h"

/*
 * Sets the limits of setrlimit(2): those that always hold, and cpu_s, memory_bytes and file_bytes
 * where given.  A limit that is stricter already stays.  No RLIMIT_NPROC: it counts all threads of the
 * user, not of this program.  After this the process itself may be out of memory: do nothing but
 * plain system calls.  Fails with FAIL_LIMIT.
 */
void limits_apply(const struct options *options);

#endif
