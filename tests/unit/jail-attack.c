/*
 * jail-attack.c - tries one thing that a broken-in media program might try, named by argv[1], against
 * argv[2]: a path or a process.  Prints SHUT and the errno where it was refused, OPEN otherwise.  Built
 * without sanitizers: it runs inside the jail.
 * SPDX-License-Identifier: MIT
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Wunused-parameter" /* most attempts need no target */

#define INHERITED_FD 9          /* the test leaves the secret open on it */
#define TOO_MUCH ((size_t)6 << 30)

extern char **environ;

static pid_t process(const char *arg)
{
	return (pid_t)atol(arg);
}

/* Files ---------------------------------------------------------------------------------------- */

static int read_file(const char *path)
{
	return open(path, O_RDONLY);
}

static int read_passwd(const char *arg)
{
	return open("/etc/passwd", O_RDONLY);
}

static int list_folder(const char *path)
{
	return opendir(path) != NULL ? 0 : -1;
}

static int list_root(const char *arg)
{
	return list_folder("/");
}

static int write_file(const char *path)
{
	return open(path, O_WRONLY);
}

static int overwrite_file(const char *path)
{
	return open(path, O_WRONLY | O_TRUNC);
}

static int create_in_tmp(const char *arg)
{
	return open("/tmp/clipmill-jail-attack", O_WRONLY | O_CREAT, 0600);
}

static int create_in_shm(const char *arg)
{
	return open("/dev/shm/clipmill-jail-attack", O_WRONLY | O_CREAT, 0600);
}

static int remove_file(const char *path)
{
	return unlink(path);
}

static int move_in(const char *path)
{
	return rename(path, "stolen");
}

static int truncate_file(const char *path)
{
	return truncate(path, 0);
}

static int chmod_file(const char *path)
{
	return chmod(path, 0777);
}

static int touch_file(const char *path)
{
	return utimensat(AT_FDCWD, path, NULL, 0);
}

static int tag_file(const char *path)
{
	return setxattr(path, "user.attack", "x", 1, 0);
}

static int lock_file(const char *arg)
{
	int fd = open("own", O_RDWR | O_CREAT, 0600);

	return fd < 0 ? 0 : flock(fd, LOCK_EX | LOCK_NB);
}

static int symlink_file(const char *path)
{
	return symlink(path, "symlink");
}

static int hardlink_file(const char *path)
{
	return link(path, "hardlink");
}

static int make_fifo(const char *arg)
{
	return mkfifo("fifo", 0600);
}

static int make_device(const char *arg)
{
	return mknod("device", S_IFCHR | 0600, (1 << 8) | 3);
}

/* The network ---------------------------------------------------------------------------------- */

static int connect_to(int family, int type, const void *address, socklen_t size)
{
	int fd = socket(family, type, 0);

	return fd < 0 ? -1 : connect(fd, address, size);
}

static int tcp(const char *arg)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return connect_to(AF_INET, SOCK_STREAM, &to, sizeof to);
}

static int udp(const char *arg)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return connect_to(AF_INET, SOCK_DGRAM, &to, sizeof to);
}

static int tcp6(const char *arg)
{
	return socket(AF_INET6, SOCK_STREAM, 0);
}

static int netlink(const char *arg)
{
	return socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
}

static int unix_socket(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	snprintf(to.sun_path, sizeof to.sun_path, "%s", path);
	return connect_to(AF_UNIX, SOCK_STREAM, &to, sizeof to);
}

static int abstract_socket(const char *arg)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "\0clipmill-attack" };

	return connect_to(AF_UNIX, SOCK_STREAM, &to, sizeof to);
}

static int socket_pair(const char *arg)
{
	int ends[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}

/* Other processes ------------------------------------------------------------------------------ */

static int signal_other(const char *arg)
{
	return kill(process(arg), SIGCONT);
}

static int signal_group(const char *arg)
{
	return kill(0, SIGCONT);
}

static int signal_all(const char *arg)
{
	return kill(-1, 0);
}

static int signal_queue(const char *arg)
{
	return sigqueue(process(arg), SIGCONT, (union sigval){ .sival_int = 0 });
}

static int read_proc(const char *arg, const char *file)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%ld/%s", (long)process(arg), file);
	return open(path, O_RDONLY);
}

static int environ_other(const char *arg)
{
	return read_proc(arg, "environ");
}

static int cmdline_other(const char *arg)
{
	return read_proc(arg, "cmdline");
}

static int mem_other(const char *arg)
{
	return read_proc(arg, "mem");
}

static int ptrace_other(const char *arg)
{
	return (int)ptrace(PTRACE_SEIZE, process(arg), NULL, NULL);
}

static int vm_read_other(const char *arg)
{
	char byte = 0;
	struct iovec ours = { &byte, 1 }, theirs = { &environ, 1 };

	return (int)process_vm_readv(process(arg), &ours, 1, &theirs, 1, 0);
}

static int pidfd_other(const char *arg)
{
	return (int)syscall(SYS_pidfd_open, process(arg), 0);
}

static int priority_other(const char *arg)
{
	return setpriority(PRIO_PROCESS, (id_t)process(arg), 19);
}

static int limit_other(const char *arg)
{
	struct rlimit limit;

	return prlimit(process(arg), RLIMIT_CPU, NULL, &limit);
}

static int limit_own(const char *arg)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	return setrlimit(RLIMIT_NOFILE, &limit);
}

static int schedule_other(const char *arg)
{
	struct sched_param none = { 0 };

	return sched_setscheduler(process(arg), SCHED_IDLE, &none);
}

static int pin_other(const char *arg)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return sched_setaffinity(process(arg), sizeof set, &set);
}

/* Other programs ------------------------------------------------------------------------------- */

static int run(const char *path)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)":", NULL };

	return execve(path, argv, environ);
}

static int exec_shell(const char *arg)
{
	return run("/bin/sh");
}

static int exec_itself(const char *arg)
{
	return run("/proc/self/exe");
}

static int exec_at(const char *arg)
{
	return (int)syscall(SYS_execveat, AT_FDCWD, "/bin/sh", NULL, NULL, 0);
}

static int exec_memory(const char *arg)
{
	char *argv[] = { (char *)"x", NULL };
	int fd = memfd_create("x", 0);

	return fd < 0 ? -1 : fexecve(fd, argv, environ);
}

static int fork_it(const char *arg)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid;
}

static int clone_raw(const char *arg)
{
	long pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		_exit(0);
	return (int)pid;
}

static int clone3_raw(const char *arg)
{
	struct { unsigned long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls; } how = { 0 };
	long pid;

	how.exit_signal = SIGCHLD;
	pid = syscall(SYS_clone3, &how, sizeof how);
	if (pid == 0)
		_exit(0);
	return (int)pid;
}

/* The kernel ----------------------------------------------------------------------------------- */

static int unshare_user(const char *arg)
{
	return unshare(CLONE_NEWUSER);
}

static int io_uring(const char *arg)
{
	struct io_uring_params how = { 0 };

	return (int)syscall(SYS_io_uring_setup, 1, &how);
}

static int bpf(const char *arg)
{
	return (int)syscall(SYS_bpf, 0, NULL, 0);
}

static int userfault(const char *arg)
{
	return (int)syscall(SYS_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */);
}

static int keys(const char *arg)
{
	return (int)syscall(SYS_keyctl, 0 /* KEYCTL_GET_KEYRING_ID */, -3, 1);
}

static int shared_memory(const char *arg)
{
	return shmget(IPC_PRIVATE, 4096, 0600);
}

static int watch(const char *arg)
{
	return inotify_init1(0);
}

static int profile(const char *arg)
{
	return (int)syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0);
}

static int personality_it(const char *arg)
{
	return (int)syscall(SYS_personality, 0x0400000 /* READ_IMPLIES_EXEC */);
}

/* Memory, and what is inherited ----------------------------------------------------------------- */

static int map(size_t size, int protection)
{
	return mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED ? -1 : 0;
}

static int much_memory(const char *arg)
{
	return map(TOO_MUCH, PROT_READ | PROT_WRITE);
}

static int write_exec(const char *arg)
{
	return map(4096, PROT_READ | PROT_WRITE | PROT_EXEC);
}

static int turn_exec(const char *arg)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? 0 : mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int inherited_fd(const char *arg)
{
	return fcntl(INHERITED_FD, F_GETFD);
}

static int environment(const char *arg)
{
	errno = ENODATA;
	return environ[0] != NULL && strcmp(environ[0], "LC_ALL=C.UTF-8") == 0 && environ[1] != NULL &&
	       strcmp(environ[1], "AV_LOG_FORCE_NOCOLOR=1") == 0 && environ[2] != NULL && strcmp(environ[2], "SVT_LOG=1") == 0 &&
	       (environ[3] == NULL || (strncmp(environ[3], "GLIBC_TUNABLES=glibc.malloc.", 28) == 0 && environ[4] == NULL)) ? -1 : 0;
}

static int blocked_signals(const char *arg)
{
	struct sigaction action;
	sigset_t set;

	sigprocmask(SIG_SETMASK, NULL, &set);
	sigaction(SIGTERM, NULL, &action);
	errno = ENODATA;
	return sigismember(&set, SIGTERM) || action.sa_handler != SIG_DFL ? 0 : -1;
}

/* Not attacks: what must go on working ---------------------------------------------------------- */

static int own_file(const char *arg)
{
	int fd = open("file.tmp", O_RDWR | O_CREAT | O_TRUNC, 0666);

	if (fd < 0 || write(fd, "abc", 3) != 3 || ftruncate(fd, 1) < 0 || mkdir("folder", 0777) < 0)
		return -1;
	return rename("file.tmp", "folder/file") < 0 || open("folder/file", O_RDONLY) < 0 || list_folder(".") < 0 ? -1 :
	       unlink("folder/file") < 0 ? -1 : rmdir("folder");
}

static void *no_work(void *arg)
{
	return arg;
}

static int thread(const char *arg)
{
	pthread_t it;

	errno = pthread_create(&it, NULL, no_work, NULL);
	return errno != 0 ? -1 : pthread_join(it, NULL);
}

static int folder(const char *arg)
{
	char path[4096];

	puts(getcwd(path, sizeof path) != NULL ? path : "?");
	return 0;
}

static int limits(const char *arg)
{
	static const int which[] = { RLIMIT_CORE, RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_NOFILE, RLIMIT_AS, RLIMIT_MEMLOCK,
				     RLIMIT_MSGQUEUE, RLIMIT_STACK };
	struct rlimit limit;

	for (size_t i = 0; i < sizeof which / sizeof *which; i++) {
		getrlimit((__rlimit_resource_t)which[i], &limit);
		printf("%llu/%llu ", (unsigned long long)limit.rlim_cur, (unsigned long long)limit.rlim_max);
	}
	printf("nice %d policy %d leader %d mask %o\n", getpriority(PRIO_PROCESS, 0), sched_getscheduler(0),
	       getpgid(0) == getpid() || errno == ENOSYS, umask(0));
	return 0;
}

static int spin(const char *arg)
{
	for (volatile unsigned i = 1; i != 0; i += 2)
		;
	return 0;
}

static int sleep_long(const char *arg)
{
	puts("asleep");
	fflush(stdout);
	return poll(NULL, 0, 60000), (int)sleep(60);
}

static int big_file(const char *arg)
{
	static char bytes[1 << 20];
	int fd = open("big", O_WRONLY | O_CREAT, 0600);

	for (int i = 0; i < 4; i++)
		if (write(fd, bytes, sizeof bytes) < 0)
			return -1;
	return 0;
}

static int abort_it(const char *arg)
{
	abort();
}

static const struct {
	const char *name;
	int (*try)(const char *arg);
} attempts[] = {
	{ "read", read_file }, { "read-passwd", read_passwd }, { "list", list_folder }, { "list-root", list_root },
	{ "write", write_file }, { "overwrite", overwrite_file }, { "create-tmp", create_in_tmp }, { "create-shm", create_in_shm },
	{ "remove", remove_file }, { "move-in", move_in }, { "truncate", truncate_file }, { "chmod", chmod_file },
	{ "touch", touch_file }, { "setxattr", tag_file }, { "flock", lock_file }, { "symlink", symlink_file },
	{ "hardlink", hardlink_file }, { "fifo", make_fifo }, { "mknod", make_device }, { "tcp", tcp }, { "tcp6", tcp6 },
	{ "udp", udp }, { "netlink", netlink }, { "unix-socket", unix_socket }, { "abstract-socket", abstract_socket },
	{ "socketpair", socket_pair }, { "signal", signal_other }, { "signal-group", signal_group }, { "signal-all", signal_all },
	{ "sigqueue", signal_queue }, { "proc-environ", environ_other }, { "proc-cmdline", cmdline_other }, { "proc-mem", mem_other },
	{ "ptrace", ptrace_other }, { "process-vm-readv", vm_read_other }, { "pidfd", pidfd_other }, { "setpriority", priority_other },
	{ "prlimit", limit_other }, { "setrlimit", limit_own }, { "scheduler", schedule_other }, { "affinity", pin_other },
	{ "exec-sh", exec_shell }, { "exec-self", exec_itself }, { "execveat", exec_at }, { "exec-memfd", exec_memory },
	{ "fork", fork_it }, { "clone", clone_raw }, { "clone3", clone3_raw }, { "unshare", unshare_user }, { "io-uring", io_uring },
	{ "bpf", bpf }, { "userfaultfd", userfault }, { "keyctl", keys }, { "shm", shared_memory }, { "inotify", watch },
	{ "perf", profile }, { "personality", personality_it }, { "much-memory", much_memory }, { "write-exec", write_exec },
	{ "turn-exec", turn_exec }, { "inherited-fd", inherited_fd }, { "environment", environment }, { "signals", blocked_signals },
	{ "own-file", own_file }, { "thread", thread }, { "folder", folder }, { "limits", limits }, { "spin", spin },
	{ "sleep", sleep_long }, { "big-file", big_file }, { "abort", abort_it },
};

/* Any other errno means that the attempt got through to something. */
static int refused(void)
{
	return errno == EPERM || errno == EACCES || errno == ENOSYS || errno == ENOMEM || errno == EBADF || errno == ENODATA;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "", *arg = argc > 2 ? argv[2] : "";

	for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
		if (strcmp(attempts[i].name, name) != 0)
			continue;
		errno = 0;
		if (attempts[i].try(arg) < 0)
			printf("%s %s\n", refused() ? "SHUT" : "OPEN", strerrorname_np(errno));
		else
			puts("OPEN");
		return 0;
	}
	fprintf(stderr, "jail-attack: no attempt of the name %s\n", name);
	return 2;
}
