/*
 * publish.c - from a child that is over to rows and published files: judge, verify, fsync, rename,
 * commit, in this order, so that what a row names is there, whole.  What each kind of task makes is
 * in make_*.c.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "store/worker.h"
#include "supervise/make.h"
#include "supervise/publish.h"

#define COMMIT_RETRY_MS 500
#define COMMIT_SAY_MS 60000     /* the log may be on the disk that is full */
#define BACKOFF_FIRST_MS 1000
#define BACKOFF_MOST_MS 300000

static const struct make *const makes[TASK_KIND_COUNT] = {
	[TASK_PROBE] = &make_probe,
	[TASK_SCAN] = &make_scan,
	[TASK_CHUNK] = &make_chunk,
	[TASK_AUDIO] = &make_audio,
	[TASK_SUBTITLE] = &make_subtitle,
	[TASK_POSTER] = &make_poster,
	[TASK_STORYBOARD] = &make_storyboard,
	[TASK_ASSEMBLE] = &make_assemble,
	[TASK_DIGEST] = &make_digest,
};

/* 1 s, 4 s, 16 s, ... and up to a quarter more, so that what failed together is not retried together. */
static int64_t backoff_ms(int64_t failures)
{
	int64_t delay = BACKOFF_FIRST_MS;
	uint16_t random = 0;

	for (int64_t i = 0; i < failures && delay < BACKOFF_MOST_MS; i++)
		delay *= 4;
	if (delay > BACKOFF_MOST_MS)
		delay = BACKOFF_MOST_MS;
	if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
		random = 0;
	return delay + delay * random / (4 * UINT16_MAX);
}

/* The video is not to blame, and this worker is not to try the next one before the machine is well. */
static enum db_result put_off(struct work *work)
{
	const struct judgement *j = &work->judgement;
	enum db_result result = task_put_off(work->desk->db, &work->attempt->task, &work->attempt->ended, j->reason);

	if (result == DB_OK && worker_trouble(work->desk->db, work->desk->worker, j->detail) != DB_OK)
		log_warn("trouble: not recorded: %s", db_message(work->desk->db));
	return result;
}

static enum db_result commit_end(struct work *work)
{
	const struct attempt *a = work->attempt;
	const struct judgement *j = &work->judgement;
	bool last = a->task.failures + 1 >= work->desk->conf->attempts;

	if (j->verdict == VERDICT_OK)
		return makes[a->task.kind]->commit(work);
	if (j->verdict == VERDICT_MACHINE)
		return put_off(work);
	if (j->verdict == VERDICT_REPLAN || (judge_may_replan(&a->task, j) && (j->verdict == VERDICT_FAIL || last)))
		return task_replan(work->desk->db, &a->task, &a->ended, j->reason, j->detail);
	if (j->verdict == VERDICT_RETRY && !last)
		return task_retry(work->desk->db, &a->task, &a->ended, j->reason, backoff_ms(a->task.failures));
	if (makes[a->task.kind]->without != NULL)
		return makes[a->task.kind]->without(work);
	return task_failed(work->desk->db, &a->task, &a->ended, j->reason, j->detail);
}

/* Until the database takes it, or the responder stops. */
static enum db_result persist(struct work *work, enum db_result (*commit)(struct work *work))
{
	const struct timespec pause = { 0, COMMIT_RETRY_MS * 1000000L };
	enum db_result result;
	int64_t said_ms = 0;

	while ((result = commit(work)) != DB_OK && result != DB_NONE) {
		if (said_ms == 0 || clock_mono_ms() - said_ms >= COMMIT_SAY_MS || result == DB_REFUSED) {
			said_ms = clock_mono_ms();
			log_error("video %s: %s: not recorded yet: %s", work->attempt->task.video,
				  task_kind_name(work->attempt->task.kind), db_message(work->desk->db));
		}
		if (result == DB_REFUSED || atomic_load(work->desk->stopping))
			break;
		nanosleep(&pause, NULL);
	}
	return result;
}

static enum db_result commit_stopped(struct work *work)
{
	return task_stopped(work->desk->db, &work->attempt->task, &work->attempt->ended);
}

/* A commit that our own rules refuse would be refused for ever: the task is given up with their words. */
static enum db_result commit_refused(struct work *work)
{
	const struct attempt *a = work->attempt;

	return task_failed(work->desk->db, &a->task, &a->ended, "internal", work->judgement.detail);
}

static void tell(const struct work *work)
{
	static const char *const outcome[] = {
		[VERDICT_OK] = "done", [VERDICT_RETRY] = "failed", [VERDICT_MACHINE] = "put off", [VERDICT_FAIL] = "failed for good",
		[VERDICT_REPLAN] = "planned anew in one piece",
	};
	const struct task *t = &work->attempt->task;
	const struct judgement *j = &work->judgement;

	if (j->verdict == VERDICT_OK)
		log_info("video %s: %s %" PRId64 ": done", t->video, task_kind_name(t->kind), t->seq);
	else
		log_warn("video %s: %s %" PRId64 ": %s: %s: %s", t->video, task_kind_name(t->kind), t->seq, outcome[j->verdict],
			 j->reason, j->detail);
}

static void drop_scratch(const struct desk *desk, const struct attempt *attempt)
{
	if (file_remove_tree(desk->dir_fd, attempt->dir) < 0)
		log_warn("%s: could not be removed", attempt->dir);
}

void publish_attempt(const struct desk *desk, struct attempt *attempt)
{
	struct work work = { .desk = desk, .attempt = attempt };
	bool ours = task_is_ours(desk->db, &attempt->task);
	enum db_result result;

	judge_exit(attempt->task.kind, &attempt->ended, attempt->cause, &work.judgement);
	if (work.judgement.verdict == VERDICT_OK && ours)
		makes[attempt->task.kind]->make(&work);
	if (work.judgement.verdict == VERDICT_MACHINE && task_fails_alone(desk->db, &attempt->task))
		work.judgement.verdict = VERDICT_RETRY;
	if (work.judgement.verdict != VERDICT_OK)
		drop_scratch(desk, attempt);    /* first: on a full disk the row may need its room */
	result = ours ? persist(&work, commit_end) : DB_NONE;   /* what was not made is not committed */
	if (result == DB_OK)
		tell(&work);
	else if (result == DB_NONE)
		result = persist(&work, commit_stopped);
	else if (result == DB_REFUSED) {
		work_refuse(&work, VERDICT_FAIL, "internal", db_message(desk->db));
		result = persist(&work, commit_refused);
	}
	if (result == DB_OK || result == DB_NONE)
		drop_scratch(desk, attempt);
	work_fini(&work);
}
