/*
 * spawner.c - the thread that spawns, with a table of descriptors of its own that has next to nothing in it.  Until it closes
 * them, a child has all that its spawner had, also where its responder is killed at that moment: it still listened on the
 * socket then, lighttpd took it for somebody else's responder, and never started one there again.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "supervise/spawner.h"

/* What the two ends of the pair say to each other; `pipes` go along. */
struct order {
	char *const *command;           /* lent, as all of this process' memory is */
	pid_t pid;                      /* the answer, */
	int failed;                     /* or an errno */
};

union pipes {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(2 * sizeof(int))];
};

static pthread_once_t started = PTHREAD_ONCE_INIT;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int ends[2] = { -1, -1 };        /* who orders, and the thread */
static int not_started;                 /* an errno */

/* The thread ------------------------------------------------------------------------------------- */

static void set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(attributes);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(attributes, 0);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &all);
}

/* Where the table is still everybody's, descriptor 0 may be the listening socket: the child gets /dev/null there. */
static void spawn_with(struct order *order, int out, int err)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	char *const environment[] = { NULL };

	set_attributes(&attributes);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	order->failed = posix_spawn(&order->pid, order->command[0], &files, &attributes, order->command, environment);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
}

/* Kernels before 5.9 know no such call: then it stays everybody's table. */
static void leave_table(int kept)
{
	if (close_range((unsigned)kept + 1, ~0U, CLOSE_RANGE_UNSHARE) == 0 && kept > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, (unsigned)kept - 1, 0);
}

static struct msghdr message(struct iovec *text, union pipes *pipes)
{
	return (struct msghdr){ .msg_iov = text, .msg_iovlen = 1, .msg_control = pipes, .msg_controllen = sizeof *pipes };
}

static void *run(void *user)
{
	struct order *order;
	struct iovec text = { &order, sizeof order };
	union pipes pipes;
	int fd = ends[1], fds[2];

	leave_table(fd);
	for (;;) {
		struct msghdr got = message(&text, &pipes);

		if (recvmsg(fd, &got, MSG_CMSG_CLOEXEC) != sizeof order)
			continue;
		if (CMSG_FIRSTHDR(&got) != NULL && (got.msg_flags & MSG_CTRUNC) == 0) {
			memcpy(fds, CMSG_DATA(&pipes.head), sizeof fds);
			spawn_with(order, fds[0], fds[1]);
			close(fds[0]);
			close(fds[1]);
		}
		(void)send(fd, &order, sizeof order, MSG_NOSIGNAL);
	}
	return user;
}

/* Signals are the loop's. */
static int start_thread(void)
{
	pthread_t thread;
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&thread, NULL, run, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed != 0 ? failed : pthread_detach(thread);
}

static void start(void)
{
	not_started = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0 ? errno : start_thread();
}

/* Who orders ------------------------------------------------------------------------------------- */

static int give(struct order *order, int out, int err)
{
	struct iovec text = { &order, sizeof order };
	union pipes pipes = { .head = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(2 * sizeof(int)) } };
	struct msghdr sent = message(&text, &pipes);
	ssize_t n;

	memcpy(CMSG_DATA(&pipes.head), (int[]){ out, err }, 2 * sizeof(int));
	while ((n = sendmsg(ends[0], &sent, MSG_NOSIGNAL)) < 0 && errno == EINTR)
		continue;
	if (n < 0)
		return errno;
	while (recv(ends[0], &order, sizeof order, 0) < 0 && errno == EINTR)
		continue;
	return order->failed;
}

int spawner_spawn(pid_t *pid, char *const *command, int out, int err)
{
	struct order order = { .command = command, .failed = EMFILE };
	int failed;

	pthread_once(&started, start);
	if (not_started != 0)
		return not_started;
	pthread_mutex_lock(&turn);
	failed = give(&order, out, err);
	pthread_mutex_unlock(&turn);
	if (failed == 0)
		*pid = order.pid;
	return failed;
}
