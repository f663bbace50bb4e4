/*
 * replay.c - a task's child again: the line that runs it, or the run itself, in a scratch folder of its own,
 * compared with what was published.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "encode/boxes.h"
#include "encode/opus.h"
#include "encode/text.h"
#include "store/task.h"
#include "supervise/artefact.h"
#include "supervise/attempt.h"

struct replay {
	const struct conf *conf;
	struct db *db;
	struct task task;
	char dir[PATH_MAX];             /* where it writes */
};

/* The line ------------------------------------------------------------------------------------ */

static void put_line(const struct strings *command)
{
	struct buf line = BUF_INIT;

	for (size_t i = 0; i < command->count; i++) {
		buf_puts(&line, i > 0 ? " " : "");
		buf_shell(&line, command->items[i]);
	}
	puts(buf_text(&line));
	buf_fini(&line);
}

/* The run ------------------------------------------------------------------------------------- */

/* As the supervisor does it: a group of its own, nothing inherited; but its words come to the terminal. */
static pid_t start(const struct strings *command)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	setpgid(0, 0);
	execve(command->items[0], command->items, (char *const[]){ NULL });
	fprintf(stderr, "clipmill: %s: %s\n", command->items[0], strerror(errno));
	_exit(127);
}

static bool run(const struct strings *command)
{
	int64_t began_ms = clock_mono_ms();
	struct rusage usage;
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = start(command);
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0)
		return false;
	if (WIFSIGNALED(status))
		printf("ended by signal %d", WTERMSIG(status));
	else
		printf("exit code %d", WEXITSTATUS(status));
	printf(" after %.1f s, CPU %.1f s, peak %ld MB\n", (double)(clock_mono_ms() - began_ms) / 1000,
	       (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
	       usage.ru_maxrss / 1024);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The difference ------------------------------------------------------------------------------ */

/* A published piece was moved to its place in time, and Opus told to begin at once: so is the new one before it is compared. */
static void place_like(const struct replay *r, struct artefact *made, const struct artefact *published)
{
	struct fragmented ours, theirs;
	char error[160];

	if (r->task.kind == TASK_AUDIO)
		opus_begin_at_once(made->bytes, made->len);

	if (!fragmented_read(published->bytes, published->len, &theirs, error, sizeof error))
		return;
	if (fragmented_read(made->bytes, made->len, &ours, error, sizeof error)) {
		if (!fragmented_place(made->bytes, &ours, theirs.fragments[0].decode_time))
			fputs("clipmill: a piece does not fit into its place\n", stderr);
		fragmented_fini(&ours);
	}
	fragmented_fini(&theirs);
}

static void tell_difference(const char *name, const uint8_t *made, size_t len, const struct artefact *published)
{
	size_t most = len < published->len ? len : published->len, at = 0;

	while (at < most && made[at] == published->bytes[at])
		at++;
	if (at == most && len == published->len)
		printf("%s: %zu bytes, the same as published\n", name, len);
	else
		printf("%s: %zu bytes, published %zu; they differ from byte %zu on\n", name, len, published->len, at);
}

/* Subtitles are written anew when they are published: so are these before they are compared. */
static void tell_text(const char *name, const struct artefact *made, const struct artefact *published)
{
	struct buf clean = BUF_INIT;
	struct text text;
	char error[160];

	if (text_clean((const char *)made->bytes, made->len, &clean, &text, error, sizeof error))
		tell_difference(name, (const uint8_t *)buf_text(&clean), clean.len, published);
	else
		printf("%s: %zu bytes: %s\n", name, made->len, error);
	buf_fini(&clean);
}

static bool is_piece(const struct replay *r)
{
	return r->task.kind == TASK_CHUNK || r->task.kind == TASK_AUDIO;
}

static void compare(const struct replay *r, const char *name)
{
	const struct desk here = { .conf = r->conf, .dir_fd = AT_FDCWD };
	struct artefact made, published;
	char home[PATH_MAX];
	bool whole = true;

	if (!artefact_map(&here, r->dir, name, true, &made))
		return;
	attempt_media_path(r->conf, &r->task, home);
	if (artefact_map_published(&here, home, name, &published)) {
		place_like(r, &made, &published);
		if (r->task.kind == TASK_SUBTITLE && made.bytes != NULL)
			tell_text(name, &made, &published);
		else
			tell_difference(name, made.bytes, made.len, &published);
		whole = artefact_unmap(&published);
	} else
		printf("%s: %zu bytes, not published%s\n", name, made.len, is_piece(r) ? ", or laid into a file and removed since then" : "");
	if (!artefact_unmap(&made) || !whole)
		fprintf(stderr, "clipmill: %s: not all of it could be read\n", name);
}

static void compare_all(const struct replay *r)
{
	DIR *dir = opendir(r->dir);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			compare(r, entry->d_name);
	if (dir != NULL)
		closedir(dir);
}

/* The command --------------------------------------------------------------------------------- */

static int replay(struct replay *r, bool runs)
{
	struct strings command = STRINGS_INIT;
	struct child_spec spec;
	char source[PATH_MAX];
	bool ok = true;

	attempt_renew(r->conf, &r->task);
	attempt_source_path(r->conf, &r->task, source);
	if (r->task.reads.count == 0)           /* probe and scan: their row does not say it */
		strings_add(&r->task.reads, source);
	spec = attempt_spec(r->conf, &r->task, r->conf->nice, r->dir);
	spec.by_hand = true;
	child_command(&spec, &command);
	put_line(&command);
	if (runs) {
		ok = run(&command);
		compare_all(r);
		if (!ok && r->task.kind == TASK_ASSEMBLE)
			cli_complain("the pieces that it lays are removed once a video is ready, or some time later: see early_keep in clipmill.conf(5)");
		printf("left in %s\n", r->dir);
	}
	strings_fini(&command);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Where it writes: the current directory where it is not run, else a new one below that, so that it is found and
 * removed by who asked for it. */
static bool choose_dir(struct replay *r, bool runs)
{
	char cwd[PATH_MAX - 64];

	if (getcwd(cwd, sizeof cwd) == NULL)
		return false;
	if (!runs)
		snprintf(r->dir, sizeof r->dir, "%s", cwd);
	else
		snprintf(r->dir, sizeof r->dir, "%s/replay-%" PRId64 ".XXXXXX", cwd, r->task.id);
	return !runs || mkdtemp(r->dir) != NULL;
}

static int replay_task(struct replay *r, int64_t id, bool runs)
{
	enum db_result result = task_read(r->db, id, &r->task);
	int status;

	if (result != DB_OK)
		return cli_complain(result == DB_NONE ? "there is no such task" : db_message(r->db));
	if (r->task.argv.count == 0)
		status = cli_complain("the task has not run yet: what it runs is decided when it starts");
	else if (!choose_dir(r, runs))
		status = cli_complain(strerror(errno));
	else
		status = replay(r, runs);
	task_fini(&r->task);
	return status;
}

int cli_replay(const struct conf *conf, int argc, char **argv)
{
	struct replay r = { .conf = conf };
	bool runs = argc == 3 && strcmp(argv[2], "--run") == 0;
	char error[512], *end;
	int64_t id;
	int status;

	if (argc != 2 && !runs)
		return cli_complain("replay TASK [--run]");
	id = strtoll(argv[1], &end, 10);
	if (*end != '\0' || end == argv[1])
		return cli_complain("TASK is a number: the id of a row of table task");
	r.db = db_open(conf->dir, DB_QUICK, error, sizeof error);
	if (r.db == NULL)
		return cli_complain(error);
	status = replay_task(&r, id, runs);
	db_close(r.db);
	return status;
}
