/*
 * selftest.c - does the jail hold?  An escape that was tried says more than a kernel's version.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jail/files.h"
#include "jail/sandbox.h"
#include "jail/selftest.h"

/* What the child found, as its exit status. */
enum finding { FINDING_TIGHT = 0, FINDING_OPEN = 1 /* plus the attempt's number */ };

struct attempt {
	const char *name;
	bool (*succeeds)(void);
	bool needs_landlock;            /* else seccomp shuts it */
};

static bool read_foreign(void)
{
	return open("/etc/passwd", O_RDONLY) >= 0;
}

static bool write_foreign(void)
{
	return open("/tmp/.clipmill-jail-selftest", O_WRONLY | O_CREAT | O_EXCL, 0600) >= 0;
}

static bool make_socket(void)
{
	return socket(AF_INET, SOCK_DGRAM, 0) >= 0;
}

static bool make_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool run_shell(void)
{
	char *const argv[] = { NULL };

	return execve("/bin/true", argv, argv) == 0 || (errno != EPERM && errno != EACCES && errno != ENOSYS);
}

static bool signal_parent(void)
{
	return kill(getppid(), 0) == 0;
}

static const struct attempt attempts[] = {
	{ "reading a foreign file", read_foreign, true },
	{ "writing a foreign file", write_foreign, true },
	{ "opening a socket", make_socket, false },
	{ "making a process", make_process, false },
	{ "signalling a process", signal_parent, false },
	{ "running a program", run_shell, false },
};

#define ATTEMPT_COUNT (sizeof attempts / sizeof *attempts)

static void try_all(const struct policy *policy)
{
	struct sandbox_state state = sandbox_enter(policy, NULL);

	for (size_t i = 0; i < ATTEMPT_COUNT; i++) {
		bool shut = attempts[i].needs_landlock ? state.landlock_abi > 0 : state.seccomp;

		if (shut && attempts[i].succeeds())
			_exit(FINDING_OPEN + (int)i);
	}
	_exit(state.seccomp || policy->sandbox == SANDBOX_OFF ? FINDING_TIGHT : JAIL_NO_SANDBOX);
}

static int run_child(const struct policy *policy)
{
	int status = -1;
	pid_t pid = fork();

	if (pid < 0)
		return JAIL_NO_SANDBOX;
	if (pid == 0)
		try_all(policy);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : JAIL_NO_SANDBOX;
}

static const char *describe(const struct policy *policy, int abi, int finding, char *text, size_t size)
{
	if (finding > 0 && finding <= (int)ATTEMPT_COUNT)
		snprintf(text, size, "%s is possible inside the jail", attempts[finding - 1].name);
	else if (finding != FINDING_TIGHT)
		snprintf(text, size, "%s", abi == 0 ? "this kernel has no Landlock" : "this kernel has no seccomp filters");
	else if (policy->sandbox == SANDBOX_OFF)
		snprintf(text, size, "the sandbox is off: children are limited, not locked in");
	else if (abi == 0)
		snprintf(text, size, "this kernel has no Landlock: children can read what this user can");
	else
		snprintf(text, size, "nothing was possible that should not be");
	return text;
}

int selftest(const struct policy *policy)
{
	int abi = policy->sandbox == SANDBOX_OFF ? 0 : files_abi(policy), finding = run_child(policy);
	static const char *const names[] = { "require", "best-effort", "off" };
	char detail[120];

	printf("{\"sandbox\":\"%s\",\"landlock_abi\":%d,\"seccomp\":%s,\"ok\":%s,\"detail\":\"%s\"}\n", names[policy->sandbox], abi,
	       policy->sandbox != SANDBOX_OFF && finding != JAIL_NO_SANDBOX ? "true" : "false",
	       finding == FINDING_TIGHT ? "true" : "false", describe(policy, abi, finding, detail, sizeof detail));
	return finding == FINDING_TIGHT ? 0 : JAIL_NO_SANDBOX;
}
