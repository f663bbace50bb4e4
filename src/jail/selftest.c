/*
 * selftest.c - a version number promises, an attempt proves: some kernels have Landlock and do not start
 * it, some containers refuse seccomp.
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

#include "jail/confine.h"
#include "jail/fail.h"
#include "jail/filter.h"
#include "jail/landlock.h"
#include "jail/process.h"
#include "jail/selftest.h"

#define WORDS_BYTES 512

/* What the child has to say: a report when it exits with 0, else the last words of fail(). */
struct outcome {
	int status;             /* of waitpid(2) */
	unsigned open;          /* bit i: attempt i worked */
	char words[WORDS_BYTES];
};

static bool try_read(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool try_create(void)
{
	char path[64];
	int fd;

	snprintf(path, sizeof path, "/tmp/clipmill-jail-test.%ld", (long)getpid());
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		unlink(path);
	return fd >= 0;
}

static bool try_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool try_signal(void)
{
	return kill(getppid(), 0) == 0;
}

static bool try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0;
}

/*
 * In a child where that is to be had: the exec may work, and a shell with nothing to do ends well.  Where
 * exec works and fork does not, there is no report: not ok.
 */
static bool try_exec(void)
{
	char sh[] = "sh", option[] = "-c", nothing[] = ":";
	char *const argv[] = { sh, option, nothing, NULL };
	pid_t pid = fork();
	int status = -1;

	if (pid > 0)
		return waitpid(pid, &status, 0) == pid && status == 0;
	execve("/bin/sh", argv, NULL);
	if (pid == 0)
		_exit(1);
	return false;
}

static const struct {
	bool (*try)(void);
	const char *what;
	bool by_filter;         /* the filter refuses it, otherwise Landlock does */
} attempts[] = {
	{ try_read, "read /etc/passwd", false },
	{ try_create, "create a file in /tmp", false },
	{ try_socket, "make a socket", true },
	{ try_signal, "signal the parent", true },
	{ try_fork, "fork", true },
	{ try_exec, "execute /bin/sh", true },
};

#define ATTEMPTS (sizeof attempts / sizeof attempts[0])

static void be_child(const struct options *options, pid_t parent, int fd)
{
	unsigned open = 0;

	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	process_tie(parent);
	process_clear();
	confine(options, NULL);
	for (size_t i = 0; i < ATTEMPTS; i++)
		if (attempts[i].try())
			open |= 1U << i;
	_exit(write(STDOUT_FILENO, &open, sizeof open) == (ssize_t)sizeof open ? 0 : 1);
}

static size_t read_all(int fd, char *bytes, size_t size)
{
	size_t used = 0;
	ssize_t got;

	while (used < size && ((got = read(fd, bytes + used, size - used)) > 0 || (got < 0 && errno == EINTR)))
		used += got > 0 ? (size_t)got : 0;
	return used;
}

static void judge_words(struct outcome *outcome, size_t len)
{
	outcome->words[len] = '\0';
	if (WIFEXITED(outcome->status) && WEXITSTATUS(outcome->status) == 0 && len == sizeof outcome->open) {
		memcpy(&outcome->open, outcome->words, sizeof outcome->open);
		outcome->words[0] = '\0';
	} else if (len == 0) {
		snprintf(outcome->words, sizeof outcome->words, "the child ended with status 0x%x", (unsigned)outcome->status);
	}
	outcome->words[strcspn(outcome->words, "\n")] = '\0';
}

static void run_child(const struct options *options, struct outcome *outcome)
{
	pid_t pid, parent = getpid();
	int ends[2];
	size_t len;

	memset(outcome, 0, sizeof *outcome);
	if (pipe2(ends, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		fail(FAIL_LIMIT, "cannot start a child: %s", strerror(errno));
	if (pid == 0)
		be_child(options, parent, ends[1]);
	close(ends[1]);
	len = read_all(ends[0], outcome->words, sizeof outcome->words - 1);
	close(ends[0]);
	while (waitpid(pid, &outcome->status, 0) < 0 && errno == EINTR)
		;
	judge_words(outcome, len);
}

static bool has(const struct options *options, bool filter)
{
	if (filter)
		return filter_available() && !options->pretend_no_seccomp;
	return landlock_abi(options->pretend_abi) > 0;
}

/* One sentence; true when what was promised holds. */
static bool judge(const struct options *options, const struct outcome *outcome, char *detail, size_t size)
{
	bool ok = true;
	size_t at = 0;

	if (outcome->words[0] != '\0') {
		snprintf(detail, size, "%s", outcome->words);
		return false;
	}
	at += (size_t)snprintf(detail, size, "%s%s", has(options, false) ? "" : "Landlock is missing; ",
			       has(options, true) ? "" : "seccomp is missing; ");
	at += (size_t)snprintf(detail + at, size - at, outcome->open == 0 ? "all attempts to break out were refused" : "still possible");
	for (size_t i = 0, told = 0; i < ATTEMPTS; i++) {
		if ((outcome->open & 1U << i) == 0)
			continue;
		at += (size_t)snprintf(detail + at, size - at, "%s %s", told++ == 0 ? ":" : ",", attempts[i].what);
		ok = ok && options->sandbox == OPTIONS_BEST_EFFORT && !has(options, attempts[i].by_filter);
	}
	return ok;
}

static void put_json(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		if ((unsigned char)*text >= 0x20)
			putchar(*text);
	}
	putchar('"');
}

static int print(const struct options *options, bool ok, const char *detail)
{
	printf("{\"sandbox\":\"%s\",\"landlock_abi\":%d,\"seccomp\":%s,\"ok\":%s,\"detail\":",
	       options_sandbox_name(options->sandbox), landlock_abi(options->pretend_abi), has(options, true) ? "true" : "false",
	       ok ? "true" : "false");
	put_json(detail);
	puts("}");
	return fflush(stdout) == 0 && ok ? 0 : FAIL_SANDBOX;
}

int selftest_run(const struct options *options)
{
	char detail[2 * WORDS_BYTES];
	struct outcome outcome;
	bool ok;

	if (options->sandbox == OPTIONS_OFF)
		return print(options, true, "the sandbox is off: limits only");
	run_child(options, &outcome);
	ok = judge(options, &outcome, detail, sizeof detail);
	return print(options, ok, detail);
}
