/* process.h - what a process inherits, put in order.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JAIL_PROCESS_H
#define CLIPMILL_JAIL_PROCESS_H

#include <sys/types.h>

/*
 * From here on the process is killed with SIGKILL when the thread that started it ends (PR_SET_PDEATHSIG,
 * kept over exec).  Fails with FAIL_PARENT when `parent` is not the parent, so has gone already.
 */
void process_tie(pid_t parent);

/*
 * Leaves nothing of the caller: no blocked or ignored signal, umask 022, leader of its own process
 * group, /dev/null as standard input, no descriptor above 2.
 */
void process_clear(void);

/* Last in every queue: batch scheduling, `nice` or higher, lowest best-effort I/O, first for the OOM
 * killer.  Each as far as the kernel lets us. */
void process_lower(int nice);

#endif
