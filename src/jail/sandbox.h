/* sandbox.h - Landlock and seccomp, as far as the policy asks for them.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JAIL_SANDBOX_H
#define CLIPMILL_JAIL_SANDBOX_H

#include "jail/policy.h"

/* What of it is in force. */
struct sandbox_state {
	int landlock_abi;       /* 0: no Landlock */
	bool seccomp;
};

/*
 * Locks this process in.  `program` is the string that execve will be called with (calls_hide_away);
 * NULL: nothing can be executed.  With SANDBOX_REQUIRE it exits where a part is missing.
 */
struct sandbox_state sandbox_enter(const struct policy *policy, const char *program);

#endif
