/*
 * process.c - what survives an exec and should not: signal masks, descriptors, priorities.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jail/fail.h"
#include "jail/process.h"

#define FILE_MASK 022                   /* the web server reads what is published, as another user */
#define OOM_SCORE "500"                 /* of 1000; the responder has 0 */
#define DESCRIPTORS_MAX 1048576         /* highest one that is looked for where close_range(2) is missing */
#define IOPRIO_PROCESS 1                /* IOPRIO_WHO_PROCESS of <linux/ioprio.h> */
#define IOPRIO_LOWEST ((2 << 13) | 7)   /* IOPRIO_CLASS_BE, level 7 */

void process_tie(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		fail(FAIL_PARENT, "cannot be tied to process %ld: %s", (long)parent, strerror(errno));
	if (getppid() != parent)
		fail(FAIL_PARENT, "process %ld is not the parent, or has gone", (long)parent);
}

static void clear_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL); /* KILL, STOP and what libc keeps for itself: refused, and fine */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void close_from(int first)
{
	struct rlimit limit;
	rlim_t end = DESCRIPTORS_MAX;

	if (syscall(SYS_close_range, first, ~0U, 0) == 0)
		return;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < end)
		end = limit.rlim_cur;
	for (int fd = first; fd < (int)end; fd++)
		close(fd);
}

static void clear_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR); /* fills 1 and 2 as well where they are closed */
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
		fail(FAIL_FILE, "cannot open /dev/null: %s", strerror(errno));
	close_from(STDERR_FILENO + 1);
}

void process_clear(void)
{
	clear_signals();
	umask(FILE_MASK);
	if (getpgrp() != getpid())
		setpgid(0, 0);
	clear_descriptors();
}

static void offer_to_oom_killer(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, OOM_SCORE, sizeof OOM_SCORE - 1) < 0)
		errno = 0; /* as it was, then */
	close(fd);
}

void process_lower(int nice)
{
	struct sched_param none = { .sched_priority = 0 };

	offer_to_oom_killer();
	if (getpriority(PRIO_PROCESS, 0) < nice)
		setpriority(PRIO_PROCESS, 0, nice);
	sched_setscheduler(0, SCHED_BATCH, &none);
	syscall(SYS_ioprio_set, IOPRIO_PROCESS, 0, IOPRIO_LOWEST);
}
