/*
 * jail-test.c - what clipmill-jail(8) promises, tried from the inside by jail-attack.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"

#define WORDS_MAX 48
#define INHERITED_FD 9          /* jail-attack looks there */
#define ORPHAN_MS 20000         /* from the parent's death to the child's */

/* Beside the folder that the jail opens lies what it must not reach. */
struct fixture {
	char dir[64];           /* with a space in its name */
	char out[80];           /* --dir */
	char secret[80];        /* a file beside it */
	char victim[16];        /* a process of ours, as text */
	pid_t victim_pid;
	const char *jail;
	const char *attack;
	bool landlock;
};

/* How one run ended. */
struct outcome {
	int status;             /* of waitpid(2) */
	struct buf text;        /* standard output and error */
};

static const char *environment(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value != NULL ? value : otherwise;
}

static pid_t start_victim(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		alarm(600);
		for (;;)
			pause();
	}
	return pid;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	strcpy(f->dir, "/tmp/clipmill jail-XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	snprintf(f->out, sizeof f->out, "%s/out", f->dir);
	snprintf(f->secret, sizeof f->secret, "%s/secret", f->dir);
	f->victim_pid = start_victim();
	snprintf(f->victim, sizeof f->victim, "%ld", (long)f->victim_pid);
	f->jail = environment("CLIPMILL_JAIL_PROGRAM", "./clipmill-jail");
	f->attack = environment("CLIPMILL_JAIL_ATTACK", "tests/unit/jail-attack");
	f->landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0;
	*state = f;
	return mkdir(f->out, 0755) == 0 && file_replace(AT_FDCWD, f->secret, "secret", 6) == 0 && f->victim_pid > 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	int result;

	kill(f->victim_pid, SIGKILL);
	waitpid(f->victim_pid, NULL, 0);
	result = file_remove_tree(AT_FDCWD, f->dir);
	free(f);
	return result;
}

/* Running -------------------------------------------------------------------------------------- */

/* The secret on a descriptor, a blocked and an ignored signal, a variable: all to be gone inside. */
static void be_careless(const struct fixture *f)
{
	sigset_t set;
	int fd = open(f->secret, O_RDONLY);

	dup2(fd, INHERITED_FD);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_SETMASK, &set, NULL);
	signal(SIGTERM, SIG_IGN);
	setenv("SECRET", "secret", 1);
}

static void run(const struct fixture *f, const char *const *words, struct outcome *outcome)
{
	char bytes[4096];
	int ends[2];
	ssize_t got;
	pid_t pid;

	*outcome = (struct outcome){ .text = BUF_INIT };
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		be_careless(f);
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		execv(words[0], (char *const *)(uintptr_t)words);
		_exit(99);
	}
	close(ends[1]);
	while ((got = read(ends[0], bytes, sizeof bytes)) > 0)
		buf_put(&outcome->text, bytes, (size_t)got);
	close(ends[0]);
	assert_int_equal(waitpid(pid, &outcome->status, 0), pid);
}

/* Runs clipmill-jail with these words, a NULL at their end. */
static void run_jail(const struct fixture *f, struct outcome *outcome, ...)
{
	const char *words[WORDS_MAX] = { f->jail };
	va_list ap;

	va_start(ap, outcome);
	for (int i = 1; i < WORDS_MAX - 1 && (words[i] = va_arg(ap, const char *)) != NULL; i++)
		;
	va_end(ap);
	run(f, words, outcome);
}

static void attack(const struct fixture *f, const char *sandbox, const char *name, const char *arg, struct outcome *outcome)
{
	run_jail(f, outcome, "--sandbox", sandbox, "--dir", f->out, "--memory", "4294967296", "--", f->attack, name, arg, NULL);
}

static void expect_exit(struct outcome *outcome, int code)
{
	if (!WIFEXITED(outcome->status) || WEXITSTATUS(outcome->status) != code)
		fail_msg("wait status 0x%x and not exit %d: %s", (unsigned)outcome->status, code, buf_text(&outcome->text));
	buf_fini(&outcome->text);
}

static void need_landlock(const struct fixture *f)
{
	if (f->landlock)
		return;
	print_message("SKIPPED: this kernel has no Landlock: NOTHING IS KNOWN about the sandbox\n");
	skip();
}

/* The attacks ---------------------------------------------------------------------------------- */

/* What the attempt is given. */
enum target { NONE, SECRET, BESIDE, VICTIM };

static const struct {
	const char *name;
	enum target target;
	bool open_outside;      /* works without the sandbox, harmlessly: shows that the attempt is a real one */
} attacks[] = {
	{ "read-passwd", NONE, true }, { "read", SECRET, true }, { "list", BESIDE, true }, { "list-root", NONE, true },
	{ "write", SECRET, true }, { "overwrite", SECRET, false }, { "create-tmp", NONE, false }, { "create-shm", NONE, false },
	{ "remove", SECRET, false }, { "move-in", SECRET, false }, { "truncate", SECRET, false }, { "chmod", SECRET, true },
	{ "touch", SECRET, true }, { "setxattr", SECRET, false }, { "flock", NONE, true }, { "symlink", SECRET, true },
	{ "hardlink", SECRET, true }, { "fifo", NONE, true }, { "mknod", NONE, false }, { "tcp", NONE, true },
	{ "tcp6", NONE, false }, { "udp", NONE, true }, { "netlink", NONE, false }, { "unix-socket", SECRET, false },
	{ "abstract-socket", NONE, true }, { "socketpair", NONE, true }, { "signal", VICTIM, true }, { "signal-group", NONE, true },
	{ "signal-all", NONE, true }, { "sigqueue", VICTIM, true }, { "proc-environ", VICTIM, true }, { "proc-cmdline", VICTIM, true },
	{ "proc-mem", VICTIM, false }, { "ptrace", VICTIM, false }, { "process-vm-readv", VICTIM, false }, { "pidfd", VICTIM, true },
	{ "setpriority", VICTIM, true }, { "prlimit", VICTIM, true }, { "setrlimit", NONE, true }, { "scheduler", VICTIM, true },
	{ "affinity", VICTIM, true }, { "exec-sh", NONE, false }, { "exec-self", NONE, false }, { "execveat", NONE, false },
	{ "exec-memfd", NONE, true }, { "fork", NONE, true }, { "clone", NONE, true }, { "clone3", NONE, true },
	{ "unshare", NONE, false }, { "io-uring", NONE, false }, { "bpf", NONE, false }, { "userfaultfd", NONE, false },
	{ "keyctl", NONE, false }, { "shm", NONE, false }, { "inotify", NONE, true }, { "perf", NONE, false },
	{ "personality", NONE, true }, { "much-memory", NONE, false }, { "write-exec", NONE, true }, { "turn-exec", NONE, true },
	{ "inherited-fd", NONE, false }, { "environment", NONE, false }, { "signals", NONE, false },
};

static const char *target_of(const struct fixture *f, enum target target)
{
	switch (target) {
	case NONE: return "";
	case SECRET: return f->secret;
	case BESIDE: return f->dir;
	case VICTIM: return f->victim;
	}
	return "";
}

static unsigned count_not(const struct fixture *f, const char *sandbox, bool outside, const char *wanted)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
		struct outcome outcome;

		if (outside && !attacks[i].open_outside)
			continue;
		attack(f, sandbox, attacks[i].name, target_of(f, attacks[i].target), &outcome);
		if (strncmp(buf_text(&outcome.text), wanted, strlen(wanted)) != 0) {
			print_message("%s: %s, not %s\n", attacks[i].name, buf_text(&outcome.text), wanted);
			wrong++;
		}
		buf_fini(&outcome.text);
	}
	return wrong;
}

static void every_attack_is_refused(void **state)
{
	need_landlock(*state);
	assert_int_equal(count_not(*state, "require", false, "SHUT"), 0);
}

static void the_attacks_are_real_ones(void **state)
{
	assert_int_equal(count_not(*state, "off", true, "OPEN"), 0);
}

static void filter_alone_refuses_what_is_no_file(void **state)
{
	static const char *const names[] = { "socketpair", "fork", "exec-sh", "truncate", "chmod", "hardlink", "ptrace", "write-exec" };
	const struct fixture *f = *state;
	struct outcome outcome;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		run_jail(f, &outcome, "--sandbox", "best-effort", "--pretend-abi", "0", "--dir", f->out, "--", f->attack, names[i],
			 f->secret, NULL);
		if (strncmp(buf_text(&outcome.text), "SHUT", 4) != 0)
			fail_msg("%s: %s", names[i], buf_text(&outcome.text));
		expect_exit(&outcome, 0);
	}
}

static void older_landlock_refuses_files_too(void **state)
{
	static const char *const versions[] = { "1", "2", "3", "4", "5", "6" };
	const struct fixture *f = *state;
	struct outcome outcome;

	need_landlock(f);
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		run_jail(f, &outcome, "--pretend-abi", versions[i], "--dir", f->out, "--", f->attack, "read", f->secret, NULL);
		assert_string_equal(buf_text(&outcome.text), "SHUT EACCES\n");
		expect_exit(&outcome, 0);
	}
}

/* What works ------------------------------------------------------------------------------------ */

static void folder_may_be_written(void **state)
{
	const struct fixture *f = *state;
	struct outcome outcome;

	attack(f, "require", "own-file", "", &outcome);
	assert_string_equal(buf_text(&outcome.text), "OPEN\n");
	expect_exit(&outcome, 0);
}

static void threads_may_start(void **state)
{
	const struct fixture *f = *state;
	struct outcome outcome;

	attack(f, "require", "thread", "", &outcome);
	assert_string_equal(buf_text(&outcome.text), "OPEN\n");
	expect_exit(&outcome, 0);
}

static void named_file_may_be_read_and_not_written(void **state)
{
	const struct fixture *f = *state;
	struct outcome outcome;

	need_landlock(f);
	run_jail(f, &outcome, "--read", f->secret, "--", f->attack, "read", f->secret, NULL);
	assert_string_equal(buf_text(&outcome.text), "OPEN\n");
	expect_exit(&outcome, 0);
	run_jail(f, &outcome, "--read", f->secret, "--", f->attack, "write", f->secret, NULL);
	assert_string_equal(buf_text(&outcome.text), "SHUT EACCES\n");
	expect_exit(&outcome, 0);
}

/* The secret lies in f->dir, and so does the folder that may be written. */
static void named_folder_may_be_read_and_not_written(void **state)
{
	static const struct {
		const char *name;
		const char *answer;
	} rows[] = {
		{ "read", "OPEN\n" }, { "write", "SHUT EACCES\n" }, { "overwrite", "SHUT EACCES\n" }, { "remove", "SHUT EACCES\n" },
		{ "symlink", "SHUT EPERM\n" },
	};
	const struct fixture *f = *state;
	struct outcome outcome;

	need_landlock(f);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		run_jail(f, &outcome, "--dir", f->out, "--read", f->dir, "--", f->attack, rows[i].name, f->secret, NULL);
		assert_string_equal(buf_text(&outcome.text), rows[i].answer);
		expect_exit(&outcome, 0);
	}
	run_jail(f, &outcome, "--read", f->dir, "--", f->attack, "list", f->dir, NULL);
	assert_string_equal(buf_text(&outcome.text), "OPEN\n");
	expect_exit(&outcome, 0);
	run_jail(f, &outcome, "--read", f->out, "--", f->attack, "read", f->secret, NULL);
	assert_string_equal(buf_text(&outcome.text), "SHUT EACCES\n");
	expect_exit(&outcome, 0);
}

static void program_starts_in_the_folder(void **state)
{
	const struct fixture *f = *state;
	struct outcome outcome;

	attack(f, "require", "folder", "", &outcome);
	assert_true(strncmp(buf_text(&outcome.text), f->out, strlen(f->out)) == 0);
	expect_exit(&outcome, 0);
}

static void abort_still_ends_a_program(void **state)
{
	struct outcome outcome;

	attack(*state, "require", "abort", "", &outcome);
	assert_true(WIFSIGNALED(outcome.status) && WTERMSIG(outcome.status) == SIGABRT);
	buf_fini(&outcome.text);
}

/* Limits ---------------------------------------------------------------------------------------- */

static void limits_are_set(void **state)
{
	const struct fixture *f = *state;
	struct outcome outcome;

	run_jail(f, &outcome, "--dir", f->out, "--cpu", "7", "--memory", "1073741824", "--file-size", "4096", "--nice", "19", "--",
		 f->attack, "limits", NULL);
	assert_non_null(strstr(buf_text(&outcome.text), "0/0 7/12 4096/4096 64/64 1073741824/1073741824 65536/65536 0/0 8388608/"));
	assert_non_null(strstr(buf_text(&outcome.text), "nice 19 policy 3"));
	assert_non_null(strstr(buf_text(&outcome.text), "mask 22\n"));
	expect_exit(&outcome, 0);
}

static void a_second_of_processor_time_is_a_second(void **state)
{
	const struct fixture *f = *state;
	struct outcome outcome;

	run_jail(f, &outcome, "--cpu", "1", "--", f->attack, "spin", NULL);
	assert_true(WIFSIGNALED(outcome.status) && WTERMSIG(outcome.status) == SIGXCPU);
	buf_fini(&outcome.text);
}

static void a_file_grows_no_longer_than_allowed(void **state)
{
	const struct fixture *f = *state;
	struct outcome outcome;

	run_jail(f, &outcome, "--dir", f->out, "--file-size", "1000000", "--", f->attack, "big-file", NULL);
	assert_true(WIFSIGNALED(outcome.status) && WTERMSIG(outcome.status) == SIGXFSZ);
	buf_fini(&outcome.text);
}

/* Exit codes ------------------------------------------------------------------------------------ */

static void failures_have_codes_of_their_own(void **state)
{
	const struct fixture *f = *state;
	const struct {
		int code;
		const char *words[8];
	} rows[] = {
		{ 120, { "--pretend-abi", "0", "--", f->attack, "thread" } },
		{ 121, { "--no-such-option", "--", f->attack } },
		{ 121, { "--cpu", "1s", "--", f->attack } },
		{ 121, { "--sandbox", "maybe", "--", f->attack } },
		{ 121, { "--dir" } },
		{ 121, { NULL } },
		{ 121, { "--self-test", "--", f->attack } },
		{ 123, { "--read", "/no such file", "--", f->attack, "thread" } },
		{ 123, { "--read", "/dev/null", "--", f->attack, "thread" } },
		{ 123, { "--dir", "/no such folder", "--", f->attack, "thread" } },
		{ 123, { "--dir", f->secret, "--", f->attack, "thread" } },
		{ 124, { "--parent", "1", "--", f->attack, "thread" } },
		{ 125, { "--", "/no such program" } },
		{ 125, { "--", f->secret } },
		{ 2, { "--", f->attack, "no such attempt" } },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *const *w = rows[i].words;
		struct outcome outcome;

		run_jail(f, &outcome, w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], NULL);
		if (rows[i].code >= 120 && strstr(buf_text(&outcome.text), "clipmill-jail: ") == NULL)
			fail_msg("row %zu: %s", i, buf_text(&outcome.text));
		expect_exit(&outcome, rows[i].code);
	}
}

/* The parent ------------------------------------------------------------------------------------ */

/* Starts the jail tied to itself and tells its process id; ends by a signal only. */
static void be_parent(const struct fixture *f, int tell)
{
	char self[16];
	pid_t pid;

	snprintf(self, sizeof self, "%ld", (long)getpid());
	pid = fork();
	if (pid == 0) {
		dprintf(tell, "%ld\n", (long)getpid());        /* by itself, so that it comes first */
		dup2(tell, STDOUT_FILENO);
		execl(f->jail, f->jail, "--parent", self, "--", f->attack, "sleep", (char *)NULL);
		_exit(99);
	}
	for (;;)
		pause();
}

static void read_until(int fd, struct buf *text, const char *end)
{
	char bytes[64];
	ssize_t got;

	while (strstr(buf_text(text), end) == NULL && (got = read(fd, bytes, sizeof bytes)) > 0)
		buf_put(text, bytes, (size_t)got);
}

static void child_dies_with_its_parent(void **state)
{
	struct pollfd child = { .events = POLLIN };
	struct buf text = BUF_INIT;
	int ends[2];
	pid_t parent;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	parent = fork();
	if (parent == 0)
		be_parent(*state, ends[1]);
	read_until(ends[0], &text, "asleep");
	child.fd = (int)syscall(SYS_pidfd_open, (pid_t)strtol(buf_text(&text), NULL, 10), 0);
	assert_true(child.fd >= 0);
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	assert_int_equal(poll(&child, 1, ORPHAN_MS), 1);
	close(child.fd);
	close(ends[0]);
	close(ends[1]);
	buf_fini(&text);
}

/* The real programs ------------------------------------------------------------------------------ */

static void ffmpeg_encodes_and_ffprobe_reads(void **state)
{
	const struct fixture *f = *state;
	struct outcome outcome;
	char made[96];

	if (access(CLIPMILL_FFMPEG, X_OK) < 0 || access(CLIPMILL_FFPROBE, X_OK) < 0) {
		print_message("SKIPPED: no ffmpeg\n");
		skip();
	}
	run_jail(f, &outcome, "--dir", f->out, "--cpu", "60", "--memory", "4294967296", "--file-size", "100000000", "--",
		 CLIPMILL_FFMPEG, "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=1", "-f", "lavfi", "-i",
		 "sine=d=1", "-vf", "bwdif,scale=160:90", "-c:v", "libx264", "-threads", "2", "-c:a", "aac", "-movflags", "+faststart",
		 "-progress", "pipe:1", "made.mp4", NULL);
	assert_non_null(strstr(buf_text(&outcome.text), "progress=end"));
	expect_exit(&outcome, 0);
	snprintf(made, sizeof made, "%s/made.mp4", f->out);
	run_jail(f, &outcome, "--read", made, "--memory", "1073741824", "--", CLIPMILL_FFPROBE, "-v", "error", "-show_entries",
		 "stream=codec_name", "-of", "csv=p=0", made, NULL);
	assert_string_equal(buf_text(&outcome.text), "h264\naac\n");
	expect_exit(&outcome, 0);
}

/* The self-test ---------------------------------------------------------------------------------- */

static void self_test_says_what_holds(void **state)
{
	const struct fixture *f = *state;
	static const struct {
		const char *sandbox, *abi, *found;
		int code;
	} rows[] = {
		{ "require", "7", "\"ok\":true", 0 },
		{ "require", "1", "\"landlock_abi\":1,\"seccomp\":true,\"ok\":true", 0 },
		{ "require", "0", "\"ok\":false", 120 },
		{ "best-effort", "0", "{\"sandbox\":\"best-effort\",\"landlock_abi\":0,\"seccomp\":true,\"ok\":true,\"detail\":\"", 0 },
		{ "off", "0", "{\"sandbox\":\"off\"", 0 },
	};

	need_landlock(f);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct outcome outcome;

		run_jail(f, &outcome, "--self-test", "--sandbox", rows[i].sandbox, "--pretend-abi", rows[i].abi, NULL);
		if (strstr(buf_text(&outcome.text), rows[i].found) == NULL)
			fail_msg("row %zu: %s", i, buf_text(&outcome.text));
		expect_exit(&outcome, rows[i].code);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_attack_is_refused),
		TEST(the_attacks_are_real_ones),
		TEST(filter_alone_refuses_what_is_no_file),
		TEST(older_landlock_refuses_files_too),
		TEST(folder_may_be_written),
		TEST(threads_may_start),
		TEST(named_file_may_be_read_and_not_written),
		TEST(named_folder_may_be_read_and_not_written),
		TEST(program_starts_in_the_folder),
		TEST(abort_still_ends_a_program),
		TEST(limits_are_set),
		TEST(a_second_of_processor_time_is_a_second),
		TEST(a_file_grows_no_longer_than_allowed),
		TEST(failures_have_codes_of_their_own),
		TEST(child_dies_with_its_parent),
		TEST(ffmpeg_encodes_and_ffprobe_reads),
		TEST(self_test_says_what_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
