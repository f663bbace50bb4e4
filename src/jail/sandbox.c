/*
 * sandbox.c - Landlock and seccomp, as far as the policy asks for them.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <sys/prctl.h>

#include "jail/calls.h"
#include "jail/files.h"
#include "jail/sandbox.h"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65          /* Linux 6.3 */
#endif
#define MDWE_REFUSE_EXEC_GAIN 1

struct sandbox_state sandbox_enter(const struct policy *policy, const char *program)
{
	struct sandbox_state state = { 0, false };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		policy_die(JAIL_NO_SANDBOX, "PR_SET_NO_NEW_PRIVS");
	if (policy->sandbox == SANDBOX_OFF)
		return state;
	prctl(PR_SET_MDWE, MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
	state.landlock_abi = files_abi(policy);
	if (state.landlock_abi > 0) {
		files_restrict(policy, state.landlock_abi);
	} else if (policy->sandbox == SANDBOX_REQUIRE) {
		errno = ENOSYS;
		policy_die(JAIL_NO_SANDBOX, "this kernel has no Landlock, and sandbox = require");
	}
	state.seccomp = calls_restrict(program);
	if (!state.seccomp && policy->sandbox == SANDBOX_REQUIRE)
		policy_die(JAIL_NO_SANDBOX, "seccomp");
	return state;
}
