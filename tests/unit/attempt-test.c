/*
 * attempt-test.c - how a task's child is run, and how what it made is read.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "supervise/artefact.h"
#include "supervise/attempt.h"

static void a_file_may_be_as_large_as_its_caps_allow_however_small_uploads_are(void **state)
{
	const struct conf conf = { .upload_max_bytes = 1, .wall_ms = 1000 };
	struct task task = { .kind = TASK_ASSEMBLE, .caps_bytes = (int64_t)5 << 30 };

	assert_true(attempt_spec(&conf, &task, 0, NULL).file_bytes >= (int64_t)10 << 30);
	assert_true(attempt_spec(&conf, &task, 0, NULL).file_bytes < (int64_t)64 << 30);
	task.caps_bytes = 0;
	assert_true(attempt_spec(&conf, &task, 0, NULL).file_bytes >= (int64_t)1 << 30);
}

static void a_planned_task_is_run_with_the_programs_of_now(void **state)
{
	static char ffmpeg[] = "/now/ffmpeg", ffprobe[] = "/now/ffprobe", mux[] = "/now/mux", digest[] = "/now/digest";
	static const struct { enum task_kind kind; int64_t seq; const char *program; } cases[] = {
		{ TASK_CHUNK, 3, ffmpeg }, { TASK_AUDIO, 0, ffmpeg }, { TASK_SUBTITLE, 0, ffmpeg }, { TASK_POSTER, 0, ffmpeg },
		{ TASK_STORYBOARD, 0, ffmpeg }, { TASK_ASSEMBLE, 0, mux }, { TASK_PROBE, 0, ffprobe }, { TASK_SCAN, 0, ffprobe },
		{ TASK_SCAN, 1, ffmpeg }, { TASK_SCAN, 3, ffprobe }, { TASK_DIGEST, 0, digest },
	};
	const struct conf conf = { .ffmpeg = ffmpeg, .ffprobe = ffprobe, .mux = mux, .digest = digest };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct task task = { .kind = cases[i].kind, .seq = cases[i].seq };

		attempt_renew(&conf, &task);
		assert_int_equal(task.argv.count, 0);
		strings_add(&task.argv, "/before/x");
		strings_add(&task.argv, "-y");
		attempt_renew(&conf, &task);
		assert_string_equal(task.argv.items[0], cases[i].program);
		assert_string_equal(task.argv.items[1], "-y");
		strings_fini(&task.argv);
	}
}

static void a_planned_task_reads_its_files_where_they_are_now(void **state)
{
	static char dir[] = "/now";
	static char own[] = "source/v", operators[] = "/srv/a.mp4";
	static const struct { enum task_kind kind; char *source; const char *read, *word, *now_reads, *now_says; } cases[] = {
		{ TASK_CHUNK, own, "/before/source/v", "file:/before/source/v", "/now/source/v", "file:/now/source/v" },
		{ TASK_ASSEMBLE, own, "/before/media/v", "/before/media/v", "/now/media/v", "/now/media/v" },
		{ TASK_CHUNK, operators, "/srv/a.mp4", "file:/srv/a.mp4", "/srv/a.mp4", "file:/srv/a.mp4" },
		{ TASK_CHUNK, own, "/before/source/v", "not/before/source/v", "/now/source/v", "not/before/source/v" },
	};
	const struct conf conf = { .dir = dir, .ffmpeg = dir, .mux = dir };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct task task = { .kind = cases[i].kind, .video = "v", .source = cases[i].source };

		strings_add(&task.reads, cases[i].read);
		strings_add(&task.argv, "/before/x");
		strings_add(&task.argv, cases[i].word);
		attempt_renew(&conf, &task);
		assert_string_equal(task.reads.items[0], cases[i].now_reads);
		assert_string_equal(task.argv.items[1], cases[i].now_says);
		strings_fini(&task.reads);
		strings_fini(&task.argv);
	}
}

/* Pages behind the end of a file are told of as those that a disk cannot give. */
static int empty_file(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_WRONLY | O_TRUNC);

	return fd >= 0 ? close(fd) : -1;
}

static void *read_what_the_disk_lost(void *user)
{
	const struct desk *desk = user;
	struct artefact lost, whole;

	assert_true(artefact_map(desk, ".", "lost", true, &lost));
	assert_true(artefact_map_published(desk, ".", "whole", &whole));
	assert_int_equal(empty_file(desk->dir_fd, "lost"), 0);
	assert_int_equal(lost.bytes[5000], 0);
	lost.bytes[9999] = 'x';
	assert_int_equal(lost.bytes[9999], 'x');
	assert_int_equal(whole.bytes[0], 'w');
	assert_false(artefact_unmap(&lost));
	assert_true(artefact_unmap(&whole));
	return NULL;
}

static void what_a_disk_cannot_give_kills_nobody(void **state)
{
	char dir[] = "/tmp/clipmill-attempt-XXXXXX";
	struct desk desk = { .dir_fd = -1 };
	static char bytes[10000] = "what there was";
	sigset_t all, before;
	pthread_t finisher;

	assert_non_null(mkdtemp(dir));
	desk.dir_fd = open(dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(file_replace(desk.dir_fd, "lost", bytes, sizeof bytes), 0);
	assert_int_equal(file_replace(desk.dir_fd, "whole", bytes, sizeof bytes), 0);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	assert_int_equal(pthread_create(&finisher, NULL, read_what_the_disk_lost, &desk), 0);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	assert_int_equal(pthread_join(finisher, NULL), 0);
	close(desk.dir_fd);
	assert_int_equal(file_remove_tree(AT_FDCWD, dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_may_be_as_large_as_its_caps_allow_however_small_uploads_are),
		cmocka_unit_test(a_planned_task_is_run_with_the_programs_of_now),
		cmocka_unit_test(a_planned_task_reads_its_files_where_they_are_now),
		cmocka_unit_test(what_a_disk_cannot_give_kills_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
