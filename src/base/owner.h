/* owner.h - from a member to the struct that has it.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_OWNER_H
#define CLIPMILL_OWNER_H

#include <stddef.h>

/* The `type` whose `member` is what `pointer` points to: for callbacks that are given the member. */
#define OWNER_OF(pointer, type, member) ((type *)(void *)((char *)(pointer) - offsetof(type, member)))

#endif
