/* confine.h - the jail, closed step by step.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JAIL_CONFINE_H
#define CLIPMILL_JAIL_CONFINE_H

#include "jail/options.h"
#include "jail/program.h"

/*
 * Applies everything that `options` asks for to this process: clean inheritance, low priorities,
 * file rules, limits, and last the system call filter.  Ends the process with one of fail.h's codes
 * when something is not to be had that must be.  Afterwards only program_become() is of use.
 * `program` is NULL where nothing may be executed at all.
 */
void confine(const struct options *options, const struct program *program);

#endif
