/* lock.h - run/WORKER.lock: held for as long as a responder lives.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_LOCK_H
#define CLIPMILL_LOCK_H

#include "base/id.h"

enum lock_result { LOCK_OURS, LOCK_HELD, LOCK_FAILED };

/*
 * flock(2), close-on-exec: the kernel frees it when the process ends, however it ends, and no child
 * keeps it.  `dir_fd` is the store's.
 */

/* Creates and takes the lock of a new worker.  Returns the descriptor to keep, or -1 with errno. */
int lock_create(int dir_fd, const char *worker);

/*
 * Tries to take a worker's lock without waiting.  LOCK_OURS: the worker is dead and `fd` must be
 * closed after its burial (-1 where the file was gone already).
 */
enum lock_result lock_try(int dir_fd, const char *worker, int *fd);

/* Removes the file of a lock that is held by the caller, then frees it. */
void lock_remove(int dir_fd, const char *worker, int fd);

#endif
