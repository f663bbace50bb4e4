/* files.h - which files a child may touch: Landlock.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_JAIL_FILES_H
#define CLIPMILL_JAIL_FILES_H

#include "jail/policy.h"

/* Landlock's version on this kernel; 0 where there is none.  `policy` may pretend a lesser one. */
int files_abi(const struct policy *policy);

/*
 * From here on: read the libraries, the files of the policy, and nothing else; write below its
 * folder, and nowhere else; execute the program alone.  No TCP, no new device, no signal or abstract
 * socket to the outside, as far as `abi` knows of them.  PR_SET_NO_NEW_PRIVS must be set.
 */
void files_restrict(const struct policy *policy, int abi);

#endif
