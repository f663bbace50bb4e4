/* selftest.h - does the jail hold on this machine?  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JAIL_SELFTEST_H
#define CLIPMILL_JAIL_SELFTEST_H

#include "jail/options.h"

/*
 * Confines a child and lets it really try to get out.  Prints one line of JSON; returns the exit
 * status, 0 when what options->sandbox promises holds, else FAIL_SANDBOX.
 */
int selftest_run(const struct options *options) __attribute__((warn_unused_result));

#endif
