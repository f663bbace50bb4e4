/*
 * runner.c - one claimed task: its scratch folder, its child, its progress, and what follows from
 * each event in each state.  What the child made is judged in publish.c.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/owner.h"
#include "store/worker.h"
#include "supervise/publish.h"
#include "supervise/runner.h"

#define TICK_S 1.0
#define TICK_MOST_MS 2000               /* what a late tick counts for: we slept, and have not read yet what the child said */
#define PROBE_WALL_MS 900000
#define SCAN_WALL_MS 10800000           /* all of the source is read: 64 GiB at 6 MB/s */
#define UNREADABLE_FIRST_MS ((int64_t)30000)    /* until a source is looked for again, and then ... */
#define UNREADABLE_MOST_MS ((int64_t)300000)
#define HELD_MOST 512                   /* tasks that a worker can be found to hold in one look */
#define OUT_TIME_SLACK_MS 120000        /* ffmpeg's out_time runs ahead by its delays */

struct runner {
	struct job job;                 /* at the finisher, while it has this */
	struct runner_shop *shop;
	struct runner *next;
	enum runner_state state;
	struct attempt attempt;
	struct child child;
	ev_timer tick;                  /* progress to the row, and the watchdog */
	int64_t started_ms;             /* monotonic */
	int64_t ticked_ms;              /* monotonic: the last look of the watchdog */
	int64_t silent_ms;              /* of the time that it saw pass: since the last sign of progress */
	int64_t news_mark;              /* what the sign was */
	uint64_t written_blocks;        /* progress.blocks at the last write to the row */
};

static void runner_event(struct runner *r, enum runner_event event);

/* Leaving ------------------------------------------------------------------------------------- */

static void unlink_runner(struct runner *r)
{
	struct runner **at = &r->shop->runners;

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	r->shop->count--;
}

static void leave(struct runner *r)
{
	struct runner_shop *shop = r->shop;

	ev_timer_stop(shop->loop, &r->tick);
	child_fini(&r->child);
	unlink_runner(r);
	attempt_fini(&r->attempt);
	free(r);
	shop->free_slot(shop->user);
}

static void remove_scratch(const struct runner *r)
{
	if (file_remove_tree(r->shop->dir_fd, r->attempt.dir) < 0)
		log_warn("%s: could not be removed: %s", r->attempt.dir, strerror(errno));
}

/* Actions: what the table below names --------------------------------------------------------- */

static void stop_child(struct runner *r)
{
	child_stop(&r->child, r->shop->conf->grace_ms);
}

/* Nobody wants what it makes any more. */
static void kill_child(struct runner *r)
{
	child_stop(&r->child, 0);
}

static void nothing(struct runner *r)
{
}

static int64_t usage_ms(struct timeval t)
{
	return (int64_t)t.tv_sec * 1000 + t.tv_usec / 1000;
}

/* What the kernel and ffmpeg said, gathered once the child is over. */
static void gather(struct runner *r)
{
	struct task_exit *e = &r->attempt.ended;
	int status = r->child.status;

	if (r->attempt.scan.too_many)
		r->attempt.cause = END_TOO_MANY;        /* also where it was over before the watchdog looked */
	e->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	e->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	e->memory_short = child_lacked_memory(&r->child);
	e->user_ms = usage_ms(r->child.usage.ru_utime);
	e->sys_ms = usage_ms(r->child.usage.ru_stime);
	e->max_rss_kb = r->child.usage.ru_maxrss;
	e->frames = r->attempt.progress.frame;
	e->fps = r->attempt.progress.fps;
	buf_reset(&r->attempt.err);
	buf_put(&r->attempt.err, buf_text(&r->child.err), r->child.err.len);
	e->stderr_tail = buf_text(&r->attempt.err);
}

static void job_run(struct job *job, const struct desk *desk)
{
	publish_attempt(desk, &OWNER_OF(job, struct runner, job)->attempt);
}

static void job_done(struct job *job)
{
	runner_event(OWNER_OF(job, struct runner, job), RUNNER_FINISHED);
}

static void judge(struct runner *r)
{
	gather(r);
	r->job.run = job_run;
	r->job.done = job_done;
	finisher_post(r->shop->finisher, &r->job);
}

/* What could not be written is found again by runner_reclaim. */
static void note(const struct runner *r, enum db_result result)
{
	if (result == DB_NONE)
		log_debug("task %" PRId64 ": moved on", r->attempt.task.id);
	else if (result != DB_OK)
		log_error("task %" PRId64 ": its end is not recorded: %s", r->attempt.task.id, db_message(r->shop->db));
}

static void scratch_run(struct job *job, const struct desk *desk)
{
	remove_scratch(OWNER_OF(job, struct runner, job));
}

/* Many GB may have been made, which the disk needs seconds to let go of. */
static void discard(struct runner *r)
{
	r->job.run = scratch_run;
	r->job.done = job_done;
	finisher_post(r->shop->finisher, &r->job);
}

static void say_stopped(struct runner *r)
{
	enum db_result result;

	gather(r);
	result = task_stopped(r->shop->db, &r->attempt.task, &r->attempt.ended);
	note(r, result);
	if (result == DB_OK)
		log_info("video %s: %s %" PRId64 ": stopped", r->attempt.task.video, task_kind_name(r->attempt.task.kind),
			 r->attempt.task.seq);
	leave(r);
}

static void hand_back(struct runner *r)
{
	enum db_result result;

	remove_scratch(r);
	result = task_hand_back(r->shop->db, &r->attempt.task);
	if (result == DB_NONE) {
		gather(r);
		result = task_stopped(r->shop->db, &r->attempt.task, &r->attempt.ended);
	}
	note(r, result);
	leave(r);
}

/* state x event ------------------------------------------------------------------------------- */

struct move {
	enum runner_state to;
	void (*action)(struct runner *r);       /* NULL: cannot happen in this state */
};

static const struct move moves[RUNNER_STATE_COUNT][RUNNER_EVENT_COUNT] = {
	[RUNNER_RUNNING] = {
		[RUNNER_OVER] = { RUNNER_JUDGING, judge },
		[RUNNER_REVOKED] = { RUNNER_REVOKING, kill_child },
		[RUNNER_HUNG] = { RUNNER_ENDING, stop_child },
		[RUNNER_SHUTDOWN] = { RUNNER_RETURNING, stop_child },
	},
	[RUNNER_REVOKING] = {
		[RUNNER_OVER] = { RUNNER_REVOKING, discard },
		[RUNNER_REVOKED] = { RUNNER_REVOKING, nothing },
		[RUNNER_HUNG] = { RUNNER_REVOKING, nothing },
		[RUNNER_SHUTDOWN] = { RUNNER_REVOKING, nothing },
		[RUNNER_FINISHED] = { RUNNER_REVOKING, say_stopped },
	},
	[RUNNER_ENDING] = {
		[RUNNER_OVER] = { RUNNER_JUDGING, judge },
		[RUNNER_REVOKED] = { RUNNER_REVOKING, kill_child },
		[RUNNER_HUNG] = { RUNNER_ENDING, nothing },
		[RUNNER_SHUTDOWN] = { RUNNER_RETURNING, nothing },
	},
	[RUNNER_RETURNING] = {
		[RUNNER_OVER] = { RUNNER_RETURNING, hand_back },
		[RUNNER_REVOKED] = { RUNNER_REVOKING, kill_child },
		[RUNNER_HUNG] = { RUNNER_RETURNING, nothing },
		[RUNNER_SHUTDOWN] = { RUNNER_RETURNING, nothing },
	},
	[RUNNER_JUDGING] = {
		[RUNNER_REVOKED] = { RUNNER_JUDGING, nothing },
		[RUNNER_HUNG] = { RUNNER_JUDGING, nothing },
		[RUNNER_SHUTDOWN] = { RUNNER_JUDGING, nothing },
		[RUNNER_FINISHED] = { RUNNER_JUDGING, leave },
	},
};

static void runner_event(struct runner *r, enum runner_event event)
{
	const struct move *move = &moves[r->state][event];

	if (move->action == NULL)
		abort();
	r->state = move->to;
	move->action(r);
}

/* Progress and the watchdog ------------------------------------------------------------------- */

static void on_output(struct child *child, const char *bytes, size_t len)
{
	attempt_hear(&OWNER_OF(child, struct runner, child)->attempt, bytes, len);
}

static void on_over(struct child *child)
{
	runner_event(OWNER_OF(child, struct runner, child), RUNNER_OVER);
}

static const struct child_events child_events = { on_output, on_over };

/* Pictures in one file are told of when it is complete, texts as they are spoken: what ffmpeg says is no sign of life. */
static bool works_in_silence(enum task_kind kind)
{
	return kind == TASK_SUBTITLE || kind == TASK_POSTER || kind == TASK_STORYBOARD;
}

/* A number that changes while the child gets on with its work. */
static int64_t mark_of(const struct runner *r)
{
	const struct attempt *a = &r->attempt;
	int64_t cpu = works_in_silence(a->task.kind) ? child_cpu_ticks(&r->child) : 0;

	return cpu + a->progress.frame + a->progress.out_time_us + (int64_t)a->output.len + (int64_t)a->scan.count + a->copies.lines;
}

/* How long it may be silent: longer than all of its work should take is too long, however slow its encoder is. */
static int64_t patience_ms(const struct runner *r)
{
	int64_t foretold_ms = (int64_t)(r->attempt.task.predicted_s * 1000);

	return foretold_ms > r->shop->conf->stall_ms ? foretold_ms : r->shop->conf->stall_ms;
}

/* Children that only look at the source are short. */
static int64_t wall_ms(const struct runner *r)
{
	enum task_kind kind = r->attempt.task.kind;
	int64_t most_ms = r->shop->conf->wall_ms;
	int64_t reading_ms = kind == TASK_PROBE ? PROBE_WALL_MS : kind == TASK_SCAN ? SCAN_WALL_MS : most_ms;

	return reading_ms < most_ms ? reading_ms : most_ms;
}

/* Counts the silence. */
static void listen_to_child(struct runner *r, int64_t now_ms)
{
	int64_t mark = mark_of(r), passed_ms = now_ms - r->ticked_ms;

	r->silent_ms = mark != r->news_mark ? 0 : r->silent_ms + (passed_ms < TICK_MOST_MS ? passed_ms : TICK_MOST_MS);
	r->news_mark = mark;
	r->ticked_ms = now_ms;
}

static void watchdog(struct runner *r, int64_t now_ms)
{
	const struct conf *conf = r->shop->conf;
	enum end_cause cause = END_BY_ITSELF;

	listen_to_child(r, now_ms);
	if (r->attempt.scan.too_many)
		cause = END_TOO_MANY;
	else if (r->silent_ms > patience_ms(r))
		cause = END_STALLED;
	else if (now_ms - r->started_ms > wall_ms(r))
		cause = END_WALL;
	else if (r->attempt.progress.out_time_us / 1000 > conf->duration_max_ms + OUT_TIME_SLACK_MS)
		cause = END_TOO_LONG;
	if (cause == END_BY_ITSELF || r->state != RUNNER_RUNNING)
		return;
	r->attempt.cause = cause;
	runner_event(r, RUNNER_HUNG);
}

static double fraction(const struct attempt *a)
{
	double done = 0;

	if (a->task.kind == TASK_CHUNK && a->task.frames_planned > 0)
		done = (double)a->progress.frame / (double)a->task.frames_planned;
	else if (a->task.duration_ms > 0)
		done = (double)a->progress.out_time_us / 1000.0 / (double)a->task.duration_ms;
	return done < 0 ? 0 : done > 0.99 ? 0.99 : done;
}

static void write_progress(struct runner *r)
{
	const struct attempt *a = &r->attempt;

	if (a->progress.blocks == r->written_blocks || r->state != RUNNER_RUNNING)
		return;
	r->written_blocks = a->progress.blocks;
	if (task_progress(r->shop->db, &a->task, fraction(a), a->progress.frame, a->progress.fps) == DB_NONE)
		runner_event(r, RUNNER_REVOKED);
}

static void on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct runner *r = timer->data;

	write_progress(r);
	watchdog(r, clock_mono_ms());
}

/* Starting ------------------------------------------------------------------------------------ */

/* The jail lets nothing else be read: a device may bring bytes for ever. */
static bool can_be_read(const char *path)
{
	struct stat st;

	if (access(path, R_OK) < 0 || stat(path, &st) < 0)
		return false;
	errno = EOPNOTSUPP;
	return S_ISREG(st.st_mode) || S_ISDIR(st.st_mode);
}

/* Looked at before the jail does, which could not say whose fault it is.  NULL: all can be read. */
static const char *missing_read(const struct runner *r)
{
	const struct strings *reads = &r->attempt.task.reads;

	for (size_t i = 0; i < reads->count; i++)
		if (!can_be_read(reads->items[i]))
			return reads->items[i];
	return NULL;
}

/* Our own files do not come back; a disk of somebody else's may be mounted again in a while. */
static bool may_come_back(const struct runner *r, const char *path, int error)
{
	size_t len = strlen(r->shop->conf->dir);
	bool ours = strncmp(path, r->shop->conf->dir, len) == 0 && path[len] == '/';

	return (!ours || error != ENOENT) && r->attempt.task.failures + 1 < r->shop->conf->attempts;
}

/* A digest is nothing that a video fails for: it may be ready, and its source removed. */
static enum db_result end_unreadable(struct runner *r, const struct task_exit *ended, const char *detail, bool again)
{
	const struct task *task = &r->attempt.task;

	if (task->kind == TASK_DIGEST)
		return task_done(r->shop->db, task, ended);
	if (again)
		return task_retry(r->shop->db, task, ended, "source_unreadable",
				  task->failures == 0 ? UNREADABLE_FIRST_MS : UNREADABLE_MOST_MS);
	return task_failed(r->shop->db, task, ended, "source_unreadable", detail);
}

static void fail_unreadable(struct runner *r, const char *path)
{
	char detail[PATH_MAX + 80];
	const struct task_exit ended = { .exit_code = -1, .stderr_tail = detail };
	bool again = may_come_back(r, path, errno);

	snprintf(detail, sizeof detail, "The file %s cannot be read: %s.", path, strerror(errno));
	log_warn("video %s: %s: %s", r->attempt.task.video, task_kind_name(r->attempt.task.kind), detail);
	note(r, end_unreadable(r, &ended, detail, again));
}

static int spawn(struct runner *r)
{
	const struct conf *conf = r->shop->conf;
	struct child_spec spec;
	char dir[PATH_MAX];

	snprintf(dir, sizeof dir, "%s/%s", conf->dir, r->attempt.dir);
	spec = attempt_spec(conf, &r->attempt.task, r->shop->nice, dir);
	if (mkdirat(r->shop->dir_fd, r->attempt.dir, 0755) < 0 && errno != EEXIST)
		return errno;
	return child_spawn(&r->child, r->shop->loop, &child_events, &spec);
}

/* The machine's fault, but where others start well.  False: it is. */
static bool put_off(struct runner *r, int error)
{
	const struct task *task = &r->attempt.task;
	char words[160];
	const struct task_exit ended = { .exit_code = -1, .stderr_tail = words };

	snprintf(words, sizeof words, "the child could not be started: %s", strerror(error));
	log_error("video %s: %s: %s", task->video, task_kind_name(task->kind), words);
	remove_scratch(r);
	if (task_fails_alone(r->shop->db, task)) {
		note(r, task_failed(r->shop->db, task, &ended, "spawn_failed", words));
		return true;
	}
	note(r, task_put_off(r->shop->db, task, &ended, "spawn_failed"));
	if (worker_trouble(r->shop->db, r->shop->worker, words) != DB_OK)
		log_warn("trouble: not recorded: %s", db_message(r->shop->db));
	return false;
}

static struct runner *new_runner(struct runner_shop *shop, struct task *task)
{
	struct runner *r = calloc(1, sizeof *r);

	if (r == NULL)
		abort();
	r->shop = shop;
	r->state = RUNNER_RUNNING;
	r->started_ms = r->ticked_ms = clock_mono_ms();
	attempt_init(&r->attempt, task);
	ev_timer_init(&r->tick, on_tick, TICK_S, TICK_S);
	r->tick.data = r;
	r->next = shop->runners;
	shop->runners = r;
	shop->count++;
	return r;
}

bool runner_start(struct runner_shop *shop, struct task *task)
{
	struct runner *r = new_runner(shop, task);
	const char *missing;
	int failed;
	bool fit;

	if (!attempt_make_argv(&r->attempt, shop->conf, shop->db)) {
		log_warn("video %s: not started: %s", r->attempt.task.video, db_message(shop->db));
		leave(r);               /* runner_reclaim() gives it back */
		return false;
	}
	missing = missing_read(r);
	if (missing != NULL) {
		fail_unreadable(r, missing);
		leave(r);
		return true;
	}
	failed = spawn(r);
	if (failed != 0) {
		fit = put_off(r, failed);
		leave(r);
		return fit;
	}
	log_info("video %s: %s %" PRId64 ": attempt %" PRId64 ", pid %ld", r->attempt.task.video,
		 task_kind_name(r->attempt.task.kind), r->attempt.task.seq, r->attempt.task.attempt, (long)r->child.pid);
	ev_timer_start(shop->loop, &r->tick);
	if (task_started(shop->db, &r->attempt.task, r->child.pid) == DB_NONE)
		runner_event(r, RUNNER_REVOKED);
	return true;
}

/* All of them --------------------------------------------------------------------------------- */

void runner_check_all(struct runner_shop *shop)
{
	for (struct runner *r = shop->runners, *next; r != NULL; r = next) {
		next = r->next;
		if ((r->state == RUNNER_RUNNING || r->state == RUNNER_ENDING) && !task_is_ours(shop->db, &r->attempt.task))
			runner_event(r, RUNNER_REVOKED);
	}
}

static bool has_runner(const struct runner_shop *shop, const struct task_held *held)
{
	for (const struct runner *r = shop->runners; r != NULL; r = r->next)
		if (r->attempt.task.id == held->id && r->attempt.task.attempt == held->attempt)
			return true;
	return false;
}

void runner_reclaim(struct runner_shop *shop)
{
	struct task_held held[HELD_MOST];
	size_t count = task_of_worker(shop->db, shop->worker, held, HELD_MOST);

	for (size_t i = 0; i < count; i++)
		if (!has_runner(shop, &held[i]) && task_lost(shop->db, &held[i]) == DB_OK)
			log_warn("task %" PRId64 ": there was no child of it here: %s", held[i].id,
				 held[i].running ? "it is queued again" : "it is let go of");
}

void runner_nice_all(struct runner_shop *shop, int64_t nice)
{
	shop->nice = nice;
	for (struct runner *r = shop->runners; r != NULL; r = r->next)
		child_nice(&r->child, nice);
}

bool runner_wants_to_be_alone(const struct runner_shop *shop)
{
	for (const struct runner *r = shop->runners; r != NULL; r = r->next)
		if (r->attempt.task.crashes >= TASK_CRASHES_ALONE)
			return true;
	return false;
}

void runner_shutdown_all(struct runner_shop *shop)
{
	for (struct runner *r = shop->runners, *next; r != NULL; r = next) {
		next = r->next;
		runner_event(r, RUNNER_SHUTDOWN);
	}
}

void runner_kill_all(struct runner_shop *shop)
{
	for (struct runner *r = shop->runners; r != NULL; r = r->next)
		child_stop(&r->child, 0);
}
