/* memory.h - how much memory there is.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_MEMORY_H
#define CLIPMILL_MEMORY_H

#include <stdint.h>

/* Bytes that can be had without swapping, clean pages of files included (proc(5), MemAvailable); 0: not known. */
int64_t memory_available_bytes(void);

/* Processes that the kernel has killed since it started, for want of memory of the machine or of a cgroup; 0: not known. */
int64_t memory_kills(void);

#endif
