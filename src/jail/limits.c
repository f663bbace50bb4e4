/*
 * limits.c - what a child may use: descriptors, time, memory, and how it gives way to others.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jail/limits.h"

#define FILES_MOST 64
#define STACK_BYTES (8 << 20)
#define LOCKED_BYTES (64 << 10) /* 0 makes libgcrypt complain */
#define CPU_GRACE_S 5           /* between SIGXCPU and SIGKILL */
#define OOM_SCORE "500"
#define IOPRIO_LOWEST (2 << 13 | 7)     /* best effort, level 7: ioprio_set(2) has no wrapper */
#define IOPRIO_WHO_PROCESS 1

static void close_others(void)
{
	long most;

	if (close_range(STDERR_FILENO + 1, ~0U, 0) == 0)
		return;
	most = sysconf(_SC_OPEN_MAX);
	for (long fd = STDERR_FILENO + 1; fd < (most > 0 ? most : 1024); fd++)
		close((int)fd);
}

static void default_signals(void)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		sigaction(number, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void limits_clean_slate(void)
{
	int null;

	default_signals();
	umask(022);
	if (getpgrp() != getpid())
		setpgid(0, 0);
	close_others();
	null = open("/dev/null", O_RDONLY);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		policy_die(JAIL_FILE, "/dev/null");
	if (null > STDERR_FILENO)
		close(null);
}

void limits_tie_to_parent(const struct policy *policy)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		policy_die(JAIL_LIMIT, "PR_SET_PDEATHSIG");
	if (policy->parent == 0 || getppid() == policy->parent)
		return;
	errno = ESRCH;
	policy_die(JAIL_PARENT, "the parent named is not ours");
}

/* Best effort, all of it: giving way is a courtesy. */
void limits_stand_back(const struct policy *policy)
{
	const struct sched_param batch = { 0 };
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (write(fd, OOM_SCORE, strlen(OOM_SCORE)) < 0)
			errno = 0;
		close(fd);
	}
	setpriority(PRIO_PROCESS, 0, policy->nice);
	syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_LOWEST);
	sched_setscheduler(0, SCHED_BATCH, &batch);
}

/* Never above what we were given ourselves. */
static void limit(__rlimit_resource_t resource, rlim_t soft, rlim_t hard, const char *name)
{
	struct rlimit now, wanted;

	if (getrlimit(resource, &now) < 0)
		policy_die(JAIL_LIMIT, name);
	wanted.rlim_max = hard < now.rlim_max ? hard : now.rlim_max;
	wanted.rlim_cur = soft < wanted.rlim_max ? soft : wanted.rlim_max;
	if (setrlimit(resource, &wanted) < 0)
		policy_die(JAIL_LIMIT, name);
}

void limits_set(const struct policy *policy)
{
	rlim_t cpu = (rlim_t)policy->cpu_s;

	limit(RLIMIT_CORE, 0, 0, "RLIMIT_CORE");
	limit(RLIMIT_NOFILE, FILES_MOST, FILES_MOST, "RLIMIT_NOFILE");
	limit(RLIMIT_MEMLOCK, LOCKED_BYTES, LOCKED_BYTES, "RLIMIT_MEMLOCK");
	limit(RLIMIT_MSGQUEUE, 0, 0, "RLIMIT_MSGQUEUE");
	limit(RLIMIT_STACK, STACK_BYTES, STACK_BYTES, "RLIMIT_STACK");
	if (cpu > 0)
		limit(RLIMIT_CPU, cpu, cpu + CPU_GRACE_S, "RLIMIT_CPU");
	if (policy->file_bytes >= 0)
		limit(RLIMIT_FSIZE, (rlim_t)policy->file_bytes, (rlim_t)policy->file_bytes, "RLIMIT_FSIZE");
	if (policy->memory_bytes > 0)
		limit(RLIMIT_AS, (rlim_t)policy->memory_bytes, (rlim_t)policy->memory_bytes, "RLIMIT_AS");
}
