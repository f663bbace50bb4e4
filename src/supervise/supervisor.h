/* supervisor.h - the main thread's loop.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_SUPERVISOR_H
#define CLIPMILL_SUPERVISOR_H

#include <stdbool.h>

#include "base/conf.h"
#include "base/id.h"
#include "base/parked.h"

struct supervisor;

/*
 * Opens the store, takes run/ID.lock, runs the jail's self-test and adds the worker's row.  NULL
 * with a line in `error`, also where the sandbox that the settings require is not to be had.
 */
struct supervisor *supervisor_new(const struct conf *conf, char *error, size_t error_size);

/* This responder's id, 22 characters. */
const char *supervisor_worker(const struct supervisor *s);

/* Where request threads park event streams; until supervisor_free. */
struct parking *supervisor_parking(struct supervisor *s);

/*
 * Runs the libev default loop in the calling (main) thread until SIGTERM or SIGINT: claims, spawns
 * and tracks children.  `stopping` is called once when the end begins.  True: no child is left and
 * every unfinished task is back in the queue.  False after four seconds all the same: then the caller
 * must _exit() soon, and the others take over what is left.
 */
bool supervisor_run(struct supervisor *s, void (*stopping)(void *user), void *user);

/* Ends the worker's row and frees its lock.  Not after supervisor_run returned false. */
void supervisor_free(struct supervisor *s);

#endif
