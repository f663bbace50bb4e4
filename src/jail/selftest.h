/* selftest.h - does the jail hold?  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JAIL_SELFTEST_H
#define CLIPMILL_JAIL_SELFTEST_H

#include "jail/policy.h"

/*
 * A child puts itself into the jail and tries to get out of it.  Prints one line of JSON: sandbox,
 * landlock_abi, seccomp, ok, detail.  Returns 0, or JAIL_NO_SANDBOX where the policy needs more.
 */
int selftest(const struct policy *policy);

#endif
