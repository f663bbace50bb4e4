/* spawner.h - the one place that spawns.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_SPAWNER_H
#define CLIPMILL_SPAWNER_H

#include <sys/types.h>

/*
 * Spawns command[0] with these words, an empty environment, and nothing open but /dev/null, `out` and `err` as descriptors
 * 0 to 2: a process group of its own, no signal blocked or ignored.  It is a child of this process, and of a thread that
 * lives as long (PR_SET_PDEATHSIG).  From any thread.  Returns 0 and fills in `pid`, or an errno.
 */
int spawner_spawn(pid_t *pid, char *const *command, int out, int err) __attribute__((warn_unused_result));

#endif
