/*
 * calls.c - which system calls a child may make: an allow-list by libseccomp.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>
#include <fcntl.h>

#include <seccomp.h>

#include "jail/calls.h"

#define INT_MASK UINT64_C(0xffffffff)   /* the kernel looks at an int's lower half only */

/* Names, so that a call that an architecture does not have is left out and not an error. */
static const char *const allowed[] = {
	/* files that are open, and opening more, which Landlock judges */
	"read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "preadv2", "pwritev2", "lseek", "_llseek",
	"open", "openat", "creat", "close", "fstat", "fstat64", "stat", "stat64", "lstat", "lstat64", "newfstatat", "fstatat64",
	"statx", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getdents64", "ftruncate", "ftruncate64",
	"fallocate", "fsync", "fdatasync", "fadvise64", "posix_fadvise", "readahead", "dup", "dup2", "dup3", "pipe", "pipe2",
	"rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "getcwd", "statfs", "fstatfs",
	"poll", "ppoll", "select", "pselect6", "_newselect", "eventfd2", "umask",
	/* memory */
	"brk", "mmap", "mmap2", "munmap", "mremap", "mprotect", "madvise", "mincore", "msync", "membarrier", "get_mempolicy",
	"mbind", "set_mempolicy", "mlock", "mlock2", "munlock",
	/* threads and time */
	"futex", "futex_time64", "futex_waitv", "set_robust_list", "get_robust_list", "set_tid_address", "rseq", "gettid",
	"sched_yield", "sched_getaffinity", "sched_getparam", "sched_getscheduler", "sched_get_priority_max",
	"sched_get_priority_min", "nanosleep", "clock_nanosleep", "clock_nanosleep_time64", "clock_gettime", "clock_gettime64",
	"clock_getres", "gettimeofday", "time", "times", "getitimer", "setitimer",
	/* itself */
	"exit", "exit_group", "getpid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getpgrp", "getpgid", "getsid",
	"getpriority", "getrusage", "getrlimit", "ugetrlimit", "uname", "sysinfo", "getrandom", "getcpu", "arch_prctl",
	"set_thread_area", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigtimedwait", "sigaltstack",
	"restart_syscall", "wait4", "waitid", NULL,
};

/* What nobody needs here, and an intruder would: refused by name, so that it shows in a trace. */
static const char *const attacks[] = {
	"socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg", "sendmmsg", "recvfrom",
	"fork", "vfork", "execveat", "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_open", "pidfd_getfd",
	"pidfd_send_signal", "kcmp", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "setpriority", "sched_setscheduler",
	"sched_setattr", "sched_setparam", "ioprio_set", "setrlimit", "chmod", "fchmod", "fchmodat", "chown", "fchown", "fchownat",
	"lchown", "utime", "utimes", "utimensat", "futimesat", "setxattr", "lsetxattr", "fsetxattr", "removexattr", "truncate",
	"truncate64", "link", "linkat", "symlink", "symlinkat", "mknod", "mknodat", "flock", "mount", "umount2", "pivot_root",
	"chroot", "unshare", "setns", "memfd_create", "memfd_secret", "userfaultfd", "bpf", "perf_event_open", "io_uring_setup",
	"io_uring_enter", "io_uring_register", "keyctl", "add_key", "request_key", "shmget", "shmat", "shmctl", "msgget", "semget",
	"mq_open", "inotify_init", "inotify_init1", "fanotify_init", "setuid", "setgid", "setresuid", "setresgid", "setgroups",
	"capset", "personality", "seccomp", "init_module", "finit_module", "kexec_load", "reboot", "swapon", "quotactl",
	"open_by_handle_at", "name_to_handle_at", "setsid", "setpgid", "sethostname", "syslog", "acct", NULL,
};

static bool allow(scmp_filter_ctx filter, const char *name)
{
	int number = seccomp_syscall_resolve_name(name);

	return number == __NR_SCMP_ERROR || seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0) == 0;
}

static bool refuse(scmp_filter_ctx filter, const char *name)
{
	int number = seccomp_syscall_resolve_name(name);

	return number == __NR_SCMP_ERROR || seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0) == 0;
}

static bool allow_if(scmp_filter_ctx filter, int number, struct scmp_arg_cmp first)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1, first) == 0;
}

/* Threads yes, processes no.  clone3 hides its flags behind a pointer: ENOSYS makes glibc fall back. */
static bool add_clone(scmp_filter_ctx filter)
{
	return allow_if(filter, SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
}

static bool add_signals(scmp_filter_ctx filter)
{
	scmp_datum_t self = (scmp_datum_t)getpid();

	return allow_if(filter, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_MASKED_EQ, INT_MASK, self)) &&
	       allow_if(filter, SCMP_SYS(kill), SCMP_A0(SCMP_CMP_MASKED_EQ, INT_MASK, self));
}

static bool add_terminal(scmp_filter_ctx filter)
{
	static const unsigned long requests[] = { TCGETS, FIONREAD, TIOCGWINSZ };

	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
		if (!allow_if(filter, SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_MASKED_EQ, INT_MASK, requests[i])))
			return false;
	return true;
}

/* No locks: they would reach beyond the child. */
static bool add_fcntl(scmp_filter_ctx filter)
{
	static const int commands[] = { F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD, F_DUPFD_CLOEXEC };

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!allow_if(filter, SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_MASKED_EQ, INT_MASK, (scmp_datum_t)commands[i])))
			return false;
	return true;
}

static bool add_itself(scmp_filter_ctx filter)
{
	return allow_if(filter, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_MASKED_EQ, INT_MASK, PR_SET_NAME)) &&
	       allow_if(filter, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_MASKED_EQ, INT_MASK, PR_GET_NAME)) &&
	       allow_if(filter, SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_MASKED_EQ, INT_MASK, PR_SET_VMA)) &&
	       allow_if(filter, SCMP_SYS(sched_setaffinity), SCMP_A0(SCMP_CMP_MASKED_EQ, INT_MASK, 0)) &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2, SCMP_A0(SCMP_CMP_MASKED_EQ, INT_MASK, 0),
				SCMP_A2(SCMP_CMP_EQ, 0)) == 0;
}

static bool add_exec(scmp_filter_ctx filter, const char *program)
{
	return program == NULL || allow_if(filter, SCMP_SYS(execve), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)(uintptr_t)program));
}

static bool fill(scmp_filter_ctx filter, const char *program)
{
	for (const char *const *name = allowed; *name != NULL; name++)
		if (!allow(filter, *name))
			return false;
	for (const char *const *name = attacks; *name != NULL; name++)
		if (!refuse(filter, *name))
			return false;
	return add_clone(filter) && add_signals(filter) && add_terminal(filter) && add_fcntl(filter) && add_itself(filter) &&
	       add_exec(filter, program);
}

bool calls_restrict(const char *program)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int failed;

	if (filter == NULL)
		return false;
	/* Kernels before 5.16 would slow all code down for a filtered process, unless told. */
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
	failed = fill(filter, program) ? seccomp_load(filter) : -EINVAL;
	seccomp_release(filter);
	errno = -failed;
	return failed == 0;
}

const char *calls_hide_away(const char *text)
{
	size_t len = strlen(text) + 1;
	char *page = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return NULL;
	memcpy(page, text, len);
	mprotect(page, len, PROT_READ);
	return page;
}
