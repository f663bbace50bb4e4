/*
 * filter.c - the system call filter, by libseccomp.  A list of what is allowed: the media programs need
 * about 50 calls, what the kernel learns next is refused without a change here.  What is not named
 * gets ENOSYS, as on an older kernel, so that libc falls back; named attacks get EPERM.  Nothing is
 * killed: a library that tries its luck at start is no attacker.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jail/filter.h"

#define INT_MASK 0xffffffffULL          /* an int argument: the kernel ignores the upper half, so do we */
#define SET_VMA 0x53564d41              /* PR_SET_VMA: malloc names its memory */

/* A thread of the same process, in no new namespace. */
#define CLONE_CHECKED (CLONE_THREAD | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
		       CLONE_NEWPID | CLONE_NEWNET)

static const char *const allowed[] = {
	/* files: Landlock says which */
	"open", "openat", "close", "close_range", "read", "readv", "pread64", "preadv", "preadv2", "write", "writev", "pwrite64",
	"pwritev", "pwritev2", "lseek", "_llseek", "dup", "dup2", "dup3", "fstat", "fstat64", "stat", "stat64", "lstat", "lstat64",
	"newfstatat", "fstatat64", "statx", "statfs", "statfs64", "fstatfs", "fstatfs64", "access", "faccessat", "faccessat2",
	"getdents", "getdents64", "getcwd", "readlink", "readlinkat", "ftruncate", "ftruncate64", "fallocate", "fsync",
	"fdatasync", "copy_file_range", "sync_file_range", "fadvise64", "fadvise64_64", "mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "rename",
	"renameat", "renameat2", "umask", "pipe", "pipe2", "poll", "ppoll", "ppoll_time64", "select", "_newselect", "pselect6",
	"pselect6_time64",
	/* memory; mmap and mprotect are below */
	"brk", "munmap", "mremap", "madvise", "msync", "mlock", "munlock", "membarrier",
	/* threads */
	"futex", "futex_time64", "futex_waitv", "set_robust_list", "set_tid_address", "rseq", "exit", "exit_group", "gettid",
	"sched_yield", "sched_getaffinity", "sched_getscheduler", "sched_getparam", "sched_get_priority_max",
	"sched_get_priority_min", "getcpu", "arch_prctl",
	/* signals */
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "sigaltstack", "restart_syscall",
	/* time */
	"clock_gettime", "clock_gettime64", "clock_getres", "clock_getres_time64", "clock_nanosleep", "clock_nanosleep_time64",
	"nanosleep", "gettimeofday", "time", "times",
	/* about itself and the machine */
	"getpid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getuid32", "geteuid32", "getgid32", "getegid32",
	"getrusage", "getrlimit", "ugetrlimit", "getpriority", "getrandom", "uname", "sysinfo",
};

static const char *const attacks[] = {
	/* the network, other processes' sockets */
	"socket", "socketpair", "socketcall", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg",
	/* other processes */
	"ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_open", "pidfd_getfd", "pidfd_send_signal",
	"tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "kcmp", "setpriority", "ioprio_set", "sched_setscheduler",
	"sched_setparam", "sched_setattr", "setrlimit", "fork", "vfork", "execveat",
	/* files, beside what Landlock sees */
	"truncate", "truncate64", "chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown", "fchownat", "utime", "utimes",
	"utimensat", "futimesat", "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", "flock",
	"link", "linkat", "symlink", "symlinkat", "mknod", "mknodat", "open_by_handle_at", "memfd_create", "memfd_secret",
	"inotify_init", "inotify_init1", "fanotify_init",
	/* shared memory and queues */
	"shmget", "shmat", "shmctl", "msgget", "semget", "ipc", "mq_open",
	/* the kernel's broad side */
	"unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "io_uring_setup",
	"io_uring_enter", "io_uring_register", "bpf", "userfaultfd", "perf_event_open", "keyctl", "add_key", "request_key",
	"personality", "modify_ldt", "remap_file_pages", "kexec_load", "init_module", "finit_module", "delete_module", "reboot",
	"swapon", "syslog", "quotactl", "acct", "settimeofday", "clock_settime", "adjtimex", "setuid", "setgid", "setreuid",
	"setregid", "setresuid", "setresgid", "setgroups", "setfsuid", "setfsgid", "capset", "sethostname", "iopl", "ioperm",
};

/* One argument of a call must match; several rows of one call are alternatives. */
static const struct check {
	const char *call;
	unsigned argument;
	uint64_t mask;
	uint64_t value;
} checks[] = {
	{ "clone", 0, CLONE_CHECKED, CLONE_THREAD }, /* clone3 hides its flags: ENOSYS, and libc takes this one */
	{ "sched_setaffinity", 0, INT_MASK, 0 },
	{ "ioctl", 1, INT_MASK, TCGETS },
	{ "ioctl", 1, INT_MASK, FIONREAD },
	{ "ioctl", 1, INT_MASK, TIOCGWINSZ },
	{ "fcntl", 1, INT_MASK, F_DUPFD },
	{ "fcntl", 1, INT_MASK, F_DUPFD_CLOEXEC },
	{ "fcntl", 1, INT_MASK, F_GETFD },
	{ "fcntl", 1, INT_MASK, F_SETFD },
	{ "fcntl", 1, INT_MASK, F_GETFL },
	{ "fcntl", 1, INT_MASK, F_SETFL },
	{ "prctl", 0, INT_MASK, PR_SET_NAME },
	{ "prctl", 0, INT_MASK, PR_GET_NAME },
	{ "prctl", 0, INT_MASK, PR_CAPBSET_READ },
	{ "prctl", 0, INT_MASK, SET_VMA },
	/* memory is writable or executable, never both, and never turns executable */
	{ "mmap", 2, PROT_WRITE | PROT_EXEC, 0 },
	{ "mmap", 2, PROT_WRITE | PROT_EXEC, PROT_WRITE },
	{ "mmap", 2, PROT_WRITE | PROT_EXEC, PROT_EXEC },
	{ "mmap2", 2, PROT_WRITE | PROT_EXEC, 0 },
	{ "mmap2", 2, PROT_WRITE | PROT_EXEC, PROT_WRITE },
	{ "mmap2", 2, PROT_WRITE | PROT_EXEC, PROT_EXEC },
	{ "mprotect", 2, PROT_EXEC, 0 },
};

bool filter_available(void)
{
	uint32_t action = SECCOMP_RET_ERRNO;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0U, &action) == 0;
}

/* A call that this machine does not have is no error: it needs no rule. */
static int add_rule(scmp_filter_ctx ctx, uint32_t action, const char *name, unsigned count, const struct scmp_arg_cmp *arguments)
{
	int number = seccomp_syscall_resolve_name(name);

	if (number < 0)
		return 0;
	return seccomp_rule_add_array(ctx, action, number, count, arguments);
}

static int add_names(scmp_filter_ctx ctx, uint32_t action, const char *const *names, size_t count)
{
	int failed = 0;

	for (size_t i = 0; i < count && failed == 0; i++)
		failed = add_rule(ctx, action, names[i], 0, NULL);
	return failed;
}

static int add_checks(scmp_filter_ctx ctx)
{
	int failed = 0;

	for (size_t i = 0; i < sizeof checks / sizeof checks[0] && failed == 0; i++) {
		struct scmp_arg_cmp match = SCMP_CMP(checks[i].argument, SCMP_CMP_MASKED_EQ, checks[i].mask, checks[i].value);

		failed = add_rule(ctx, SCMP_ACT_ALLOW, checks[i].call, 1, &match);
	}
	return failed;
}

/* Only its own process may be signalled (abort does), only its own limits read, and one exec made. */
static int add_own(scmp_filter_ctx ctx, const char *exec_path)
{
	struct scmp_arg_cmp self = SCMP_A0(SCMP_CMP_MASKED_EQ, INT_MASK, (uint64_t)getpid());
	struct scmp_arg_cmp path = SCMP_A0(SCMP_CMP_EQ, (uint64_t)(uintptr_t)exec_path, 0);
	struct scmp_arg_cmp limits[] = { SCMP_A0(SCMP_CMP_MASKED_EQ, INT_MASK, 0), SCMP_A2(SCMP_CMP_EQ, 0, 0) };
	int failed;

	failed = add_rule(ctx, SCMP_ACT_ALLOW, "kill", 1, &self);
	if (failed == 0)
		failed = add_rule(ctx, SCMP_ACT_ALLOW, "tgkill", 1, &self);
	if (failed == 0)
		failed = add_rule(ctx, SCMP_ACT_ALLOW, "execve", 1, &path);
	if (failed == 0)
		failed = add_rule(ctx, SCMP_ACT_ALLOW, "prlimit64", 2, limits);
	return failed;
}

static int add_all(scmp_filter_ctx ctx, const char *exec_path)
{
	int failed = add_names(ctx, SCMP_ACT_ALLOW, allowed, sizeof allowed / sizeof allowed[0]);

	if (failed == 0)
		failed = add_names(ctx, SCMP_ACT_ERRNO(EPERM), attacks, sizeof attacks / sizeof attacks[0]);
	if (failed == 0)
		failed = add_checks(ctx);
	return failed != 0 ? failed : add_own(ctx, exec_path);
}

/* From the descriptor that libseccomp wrote the program to. */
static int load_code(struct filter *filter, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	filter->count = (unsigned short)((size_t)st.st_size / sizeof *filter->code);
	filter->code = calloc(filter->count, sizeof *filter->code);
	if (filter->code == NULL || pread(fd, filter->code, (size_t)st.st_size, 0) != st.st_size)
		return -1;
	return 0;
}

static int compile(struct filter *filter, scmp_filter_ctx ctx)
{
	int fd = memfd_create("filter", MFD_CLOEXEC), failed;

	if (fd < 0)
		return -1;
	failed = seccomp_export_bpf(ctx, fd);
	if (failed == 0)
		failed = load_code(filter, fd);
	else
		errno = -failed;
	close(fd);
	return failed == 0 ? 0 : -1;
}

int filter_build(struct filter *filter, const char *exec_path)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int failed;

	*filter = (struct filter){ .code = NULL };
	if (ctx == NULL) {
		errno = ENOMEM;
		return -1;
	}
	failed = add_all(ctx, exec_path);
	if (failed != 0)
		errno = -failed;
	else
		failed = compile(filter, ctx);
	seccomp_release(ctx);
	return failed == 0 ? 0 : -1;
}

/* SPEC_ALLOW is what libseccomp calls SCMP_FLTATR_CTL_SSB: without it kernels before 5.16 slow the
 * program down with a defence that only scripts in one address space need.  Since Linux 4.17. */
int filter_enter(const struct filter *filter)
{
	struct sock_fprog program = { .len = filter->count, .filter = filter->code };

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) == 0)
		return 0;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0U, &program);
}
