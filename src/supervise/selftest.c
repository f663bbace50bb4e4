/*
 * selftest.c - is the machine fit for work?  A jail that is tried says more than a kernel's version.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strings.h"
#include "supervise/child.h"
#include "supervise/selftest.h"
#include "supervise/spawner.h"

#define TIMEOUT_MS 10000        /* of each program */
#define LOOK_MS 100             /* between two looks whether it is still wanted */
#define OUTPUT_MOST 65536       /* bytes: the list of encoders has some 15,000 */

const struct selftest_codec selftest_codecs[SELFTEST_CODECS] = {
	{ "h264", "libx264" }, { "hevc", "libx265" }, { "vp9", "libvpx-vp9" }, { "av1", "libsvtav1" }, { "aac", "aac" },
	{ "opus", "libopus" },
};

/* Reads to the end, or until the time is over. */
static void read_until(int fd, int64_t until_ms, const struct selftest *test, struct buf *out)
{
	struct pollfd ready = { fd, POLLIN, 0 };
	char bytes[4096];
	ssize_t n;

	while (clock_mono_ms() < until_ms && !atomic_load(test->stopping) && out->len < OUTPUT_MOST) {
		if (poll(&ready, 1, LOOK_MS) <= 0)
			continue;
		n = read(fd, bytes, sizeof bytes);
		if (n == 0 || (n < 0 && errno != EINTR))
			return;
		if (n > 0)
			buf_put(out, bytes, (size_t)n);
	}
}

/* Runs a command; true when it exited 0 in time.  What it printed is in `out`. */
static bool run(const struct selftest *test, const struct strings *command, struct buf *out)
{
	int pipe_fd[2], status = -1, failed;
	pid_t pid;

	if (pipe2(pipe_fd, O_CLOEXEC) < 0)
		return false;
	failed = spawner_spawn(&pid, command->items, pipe_fd[1], pipe_fd[1]);
	close(pipe_fd[1]);
	if (failed == 0) {
		read_until(pipe_fd[0], clock_mono_ms() + TIMEOUT_MS, test, out);
		kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			continue;
	} else {
		buf_printf(out, "%s: %s", command->items[0], strerror(failed));
	}
	close(pipe_fd[0]);
	return failed == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The first line of what a program printed. */
static void first_line(const struct buf *out, char *line, size_t size)
{
	snprintf(line, size, "%.*s", (int)strcspn(buf_text(out), "\n"), buf_text(out));
}

static void test_jail(const struct conf *conf, struct selftest *test)
{
	struct strings command = STRINGS_INIT;
	struct buf out = BUF_INIT;
	char line[200];

	strings_add(&command, conf->jail);
	strings_add(&command, "--self-test");
	strings_add(&command, "--sandbox");
	strings_add(&command, conf_sandbox_name(conf->sandbox));
	test->jail_ok = run(test, &command, &out);
	first_line(&out, line, sizeof line);
	if (!test->jail_ok)
		snprintf(test->detail, sizeof test->detail, "sandbox = %s: %s", conf_sandbox_name(conf->sandbox), line);
	buf_puts(&test->json, "{\"jail\":");
	if (line[0] == '{')
		buf_puts(&test->json, line);
	else
		buf_json(&test->json, line);
	strings_fini(&command);
	buf_fini(&out);
}

/* Runs a tool with one option in the jail. */
static bool run_tool(const struct conf *conf, const struct selftest *test, const char *path, const char *option, struct buf *out)
{
	struct strings command = STRINGS_INIT;
	bool ok;

	child_jail(conf, &command);
	strings_add(&command, "--");
	strings_add(&command, path);
	strings_add(&command, option);
	ok = run(test, &command, out);
	strings_fini(&command);
	return ok;
}

static bool test_tool(const struct conf *conf, struct selftest *test, const char *name, const char *path)
{
	struct buf out = BUF_INIT;
	bool ok = run_tool(conf, test, path, "-version", &out);
	char line[200];

	first_line(&out, line, sizeof line);
	if (!ok && test->detail[0] == '\0')
		snprintf(test->detail, sizeof test->detail, "%s does not start: %s", path, line);
	buf_printf(&test->json, ",\"%s\":", name);
	buf_json(&test->json, line);
	buf_fini(&out);
	return ok;
}

/* A line of the list is " V....D libx264   words": the name stands alone. */
static bool lists(const char *list, const char *encoder)
{
	char word[40];

	snprintf(word, sizeof word, " %s ", encoder);
	return strstr(list, word) != NULL;
}

static void test_encoders(const struct conf *conf, struct selftest *test)
{
	const char *separator = "";
	struct buf out = BUF_INIT;

	run_tool(conf, test, conf->ffmpeg, "-encoders", &out);
	buf_puts(&test->json, ",\"encoders\":[");
	for (size_t i = 0; i < SELFTEST_CODECS; i++) {
		test->encoders[i] = lists(buf_text(&out), selftest_codecs[i].encoder);
		if (!test->encoders[i])
			continue;
		buf_puts(&test->json, separator);
		buf_json(&test->json, selftest_codecs[i].encoder);
		separator = ",";
	}
	buf_puts(&test->json, "]");
	buf_fini(&out);
}

void selftest_run(const struct conf *conf, const atomic_bool *stopping, struct selftest *test)
{
	*test = (struct selftest){ .stopping = stopping };
	test_jail(conf, test);
	test->tools_ok = test_tool(conf, test, "ffmpeg", conf->ffmpeg);
	test->tools_ok = test_tool(conf, test, "ffprobe", conf->ffprobe) && test->tools_ok;
	test_encoders(conf, test);
	buf_printf(&test->json, ",\"ok\":%s,\"detail\":", test->jail_ok && test->tools_ok ? "true" : "false");
	buf_json(&test->json, test->detail);
	buf_puts(&test->json, "}");
}

void selftest_fini(struct selftest *test)
{
	buf_fini(&test->json);
}
