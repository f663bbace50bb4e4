/*
 * supervisor.c - the main thread's loop: it claims tasks while there are free slots, and notices
 * changes, deaths and the end.  One task's life is in runner.c.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/owner.h"
#include "store/budget.h"
#include "store/profile.h"
#include "store/worker.h"
#include "supervise/finisher.h"
#include "supervise/lock.h"
#include "supervise/recovery.h"
#include "supervise/runner.h"
#include "supervise/selftest.h"
#include "supervise/streams.h"
#include "supervise/supervisor.h"
#include "supervise/tidy.h"
#include "supervise/wake.h"

#define KILL_AFTER_S 2.0        /* from the end's beginning to KILL for every child */
#define LEAVE_AFTER_S 3.0       /* ... to leaving the loop, whatever is left */
#define FINISH_MS 1000          /* ... and then for the finisher */
#define RETEST_FIRST_S 1.0      /* between self-tests of a machine that is in trouble */
#define RETEST_MOST_S 60.0
#define BUDGET_MS 1000          /* between looks at the disk for those who read the database */

struct supervisor {
	const struct conf *conf;        /* lent */
	char id[ID_LEN + 1];
	int dir_fd, lock_fd;
	struct db *db;
	struct ev_loop *loop;
	struct finisher *finisher;
	struct finisher *tidier;        /* for what may take minutes and nobody waits for, as to read a whole upload again */
	struct runner_shop shop;
	struct recovery recovery;
	struct wake wake;
	struct streams streams;
	struct tidy tidy;
	ev_signal term, intr;
	ev_timer again;                 /* looks for work as soon as the loop is back */
	ev_timer retest;                /* runs while the machine is not fit, but for while it is tested */
	struct job testing;             /* the self-test, at the finisher: a program may hang */
	struct selftest test;
	ev_timer kill_timer, leave_timer;
	bool fit;                       /* the last self-test was good, and no task told of trouble since */
	int64_t troubled_ms;            /* when one last did; monotonic */
	bool low;                       /* free space is below the floor */
	bool joined;                    /* our row says that we are alive */
	bool stopping;
	int64_t budget_ms;              /* when free space is written down next; monotonic */
	void (*on_stopping)(void *user);
	void *user;
};

/* Stopping ------------------------------------------------------------------------------------ */

static void stop(struct supervisor *s)
{
	if (s->stopping)
		return;
	s->stopping = true;
	log_info("stopping: %" PRId64 " children go back to the queue", s->shop.count);
	if (s->on_stopping != NULL)
		s->on_stopping(s->user);
	ev_timer_start(s->loop, &s->kill_timer);
	ev_timer_start(s->loop, &s->leave_timer);
	runner_shutdown_all(&s->shop);
	if (s->shop.count == 0)
		ev_break(s->loop, EVBREAK_ALL);
}

/* Work ---------------------------------------------------------------------------------------- */

static void look_again(struct supervisor *s)
{
	ev_timer_stop(s->loop, &s->again);
	ev_timer_set(&s->again, 0.0, 0.0);
	ev_timer_start(s->loop, &s->again);
}

static void work_came_back(void *user)
{
	look_again(user);
}

static void somebody_died(void *user)
{
	struct supervisor *s = user;

	tidy_soon(&s->tidy);
	look_again(s);
}

/* Free space above the floor. */
static int64_t room_bytes(const struct supervisor *s)
{
	int64_t free_bytes = file_free_bytes(s->dir_fd, ".");

	return free_bytes < 0 ? INT64_MAX : free_bytes - s->conf->floor_bytes;
}

/* Below the floor no work starts, so that what runs, and the database, have room to end well. */
static bool has_room(struct supervisor *s)
{
	int64_t free_bytes = file_free_bytes(s->dir_fd, ".");
	bool low = free_bytes >= 0 && free_bytes < s->conf->floor_bytes;

	if (low && !s->low)
		log_error("free space is %" PRId64 " MB, below floor = %" PRId64 " MB, or there are no inodes (df -i): no work starts until there is more",
			  free_bytes >> 20, s->conf->floor_bytes >> 20);
	else if (!low && s->low)
		log_info("there is room again: work goes on");
	s->low = low;
	return !low;
}

/* For those who look at the database, and to say there why work waits. */
static void keep_budget(struct supervisor *s)
{
	struct budget budget;

	if (clock_mono_ms() < s->budget_ms)
		return;
	s->budget_ms = clock_mono_ms() + BUDGET_MS;
	if (budget_read(s->db, s->dir_fd, s->conf->floor_bytes, NULL, &budget) != DB_OK || budget.free_bytes < 0)
		return;
	if (budget_keep(s->db, &budget) != DB_OK)
		log_debug("free space: not recorded: %s", db_message(s->db));
}

/* The machine's fault: nothing is claimed until a self-test passes again.  What comes soon after the last time waits
 * longer. */
static void lose_fitness(struct supervisor *s)
{
	int64_t now_ms = clock_mono_ms();

	s->fit = false;
	if (now_ms - s->troubled_ms > (int64_t)(RETEST_MOST_S * 1000) || s->retest.repeat <= 0)
		s->retest.repeat = RETEST_FIRST_S;
	s->troubled_ms = now_ms;
	ev_timer_again(s->loop, &s->retest);
	log_error("no work starts until this machine is well again: see worker.trouble");
}

static void claim_work(struct supervisor *s, const struct worker_orders *orders)
{
	struct task task;

	while (!orders->paused && s->shop.count < orders->slots && s->fit && has_room(s) && !runner_wants_to_be_alone(&s->shop)) {
		if (task_claim(s->db, s->id, s->shop.count, room_bytes(s), &task) != DB_OK || !runner_start(&s->shop, &task))
			return;
	}
}

/* What an operator wrote into our row, and the machine's fault that a finished task told of. */
static void follow_orders(struct supervisor *s)
{
	struct worker_orders orders;
	enum db_result result = worker_read(s->db, s->id, &orders);
	int64_t nice;

	if (result == DB_NONE) {
		log_error("worker %s: its row does not say any longer that it is alive: it ends, and another takes its place", s->id);
		stop(s);
	}
	if (result != DB_OK)
		return;
	nice = orders.nice >= 0 ? orders.nice : s->conf->nice;
	if (nice != s->shop.nice)
		runner_nice_all(&s->shop, nice);
	if (orders.trouble && s->fit)
		lose_fitness(s);
	keep_budget(s);
	claim_work(s, &orders);
}

/* A newer program has brought the database up to date while we ran: what we know of its rules no longer holds. */
static bool is_superseded(struct supervisor *s)
{
	if (!db_is_anothers(s->db))
		return false;
	log_warn("worker %s: the database was made that of another version of clipmill: it ends, and one of that takes its place", s->id);
	stop(s);
	return true;
}

static void look(void *user)
{
	struct supervisor *s = user;

	if (s->stopping || is_superseded(s))
		return;
	runner_check_all(&s->shop);
	runner_reclaim(&s->shop);
	recovery_look(&s->recovery);
	tidy_look(&s->tidy);
	follow_orders(s);
}

static void on_again(struct ev_loop *loop, ev_timer *timer, int events)
{
	look(timer->data);
}

/* Fitness ------------------------------------------------------------------------------------- */

/* Profiles are checked against what ffmpeg can do when they are written.  An ffmpeg that does not start says nothing. */
static void keep_encoders(struct supervisor *s, const struct selftest *test)
{
	enum db_result result = DB_OK;

	if (!test->tools_ok || db_begin(s->db) != DB_OK)
		return;
	result = profile_encoders_forget(s->db);
	for (size_t i = 0; i < SELFTEST_CODECS && result == DB_OK; i++)
		if (test->encoders[i])
			result = profile_encoder_add(s->db, selftest_codecs[i].codec, selftest_codecs[i].encoder);
	if (db_end(s->db, result) != DB_OK)
		log_warn("encoders: not recorded: %s", db_message(s->db));
}

/* It is over, as far as a self-test can tell: the next task will show. */
static void regain_fitness(struct supervisor *s)
{
	s->fit = true;
	ev_timer_stop(s->loop, &s->retest);
	if (worker_trouble(s->db, s->id, NULL) != DB_OK)
		log_warn("trouble: its end is not recorded: %s", db_message(s->db));
	log_info("self-test passed: work goes on");
	look_again(s);
}

static void take_result(struct supervisor *s, const struct selftest *test)
{
	if (worker_health(s->db, s->id, buf_text(&test->json)) != DB_OK)
		log_warn("health: not recorded: %s", db_message(s->db));
	keep_encoders(s, test);
	s->retest.repeat = fmin(2 * s->retest.repeat, RETEST_MOST_S);
	ev_timer_again(s->loop, &s->retest);
	if (test->jail_ok && test->tools_ok && has_room(s))
		regain_fitness(s);
	else if (test->detail[0] != '\0' && worker_trouble(s->db, s->id, test->detail) == DB_FAILED)
		log_warn("trouble: not recorded: %s", db_message(s->db));
}

static void test_run(struct job *job, const struct desk *desk)
{
	selftest_run(desk->conf, desk->stopping, &OWNER_OF(job, struct supervisor, testing)->test);
}

static void test_done(struct job *job)
{
	struct supervisor *s = OWNER_OF(job, struct supervisor, testing);

	if (!s->stopping)
		take_result(s, &s->test);
	selftest_fini(&s->test);
}

/* Looks again after 1 s, 2 s, 4 s, ... a minute. */
static void on_retest(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct supervisor *s = timer->data;

	ev_timer_stop(loop, timer);
	s->testing = (struct job){ .run = test_run, .done = test_done };
	finisher_post(s->finisher, &s->testing);
}

/* The end ------------------------------------------------------------------------------------- */

static void free_slot(void *user)
{
	struct supervisor *s = user;

	if (!s->stopping)
		look_again(s);
	else if (s->shop.count == 0)
		ev_break(s->loop, EVBREAK_ALL);
}

static void on_kill(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct supervisor *s = timer->data;

	runner_kill_all(&s->shop);
}

static void on_leave(struct ev_loop *loop, ev_timer *timer, int events)
{
	ev_break(loop, EVBREAK_ALL);
}

static void on_signal(struct ev_loop *loop, ev_signal *watch, int events)
{
	stop(watch->data);
}

/* The beginning ------------------------------------------------------------------------------- */

static int fail(char *error, size_t error_size, const char *what)
{
	snprintf(error, error_size, "%s: %s", what, strerror(errno));
	return -1;
}

static int open_store(struct supervisor *s, char *error, size_t error_size)
{
	s->dir_fd = open(s->conf->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir_fd < 0) {
		snprintf(error, error_size, "%s: %s (run 'clipmill init' once)", s->conf->dir, strerror(errno));
		return -1;
	}
	s->db = db_open(s->conf->dir, DB_QUICK, error, error_size);
	if (s->db == NULL)
		return -1;
	id_new(s->id);
	s->lock_fd = lock_create(s->dir_fd, s->id);
	return s->lock_fd < 0 ? fail(error, error_size, "run/ID.lock") : 0;
}

static int test_machine(struct supervisor *s, struct selftest *test, char *error, size_t error_size)
{
	static const atomic_bool stopping;

	selftest_run(s->conf, &stopping, test);
	if (!test->jail_ok) {
		snprintf(error, error_size, "%s (see sandbox in clipmill.conf(5))", test->detail);
		return -1;
	}
	s->fit = test->tools_ok;
	if (!s->fit)
		log_error("no work starts: %s", test->detail);
	return 0;
}

static int join(struct supervisor *s, char *error, size_t error_size)
{
	struct selftest test;
	char host[256] = "";
	int result;

	result = test_machine(s, &test, error, error_size);
	gethostname(host, sizeof host - 1);
	if (result == 0 && worker_begin(s->db, s->id, getpid(), host, s->conf->slots, buf_text(&test.json)) != DB_OK) {
		snprintf(error, error_size, "joining the others: %s", db_message(s->db));
		result = -1;
	}
	s->joined = result == 0;
	if (s->joined)
		keep_encoders(s, &test);
	if (s->joined && !s->fit && worker_trouble(s->db, s->id, test.detail) != DB_OK)
		log_warn("trouble: not recorded: %s", db_message(s->db));
	selftest_fini(&test);
	return result;
}

/* libev's default loop reaps with waitpid(-1), which would lose each child's resource usage and its
 * pid's protection: SIGCHLD goes back to its default, and pidfds tell of children (child.c). */
static void make_loop(struct supervisor *s)
{
	s->loop = ev_default_loop(0);
	if (s->loop == NULL)
		abort();
	signal(SIGCHLD, SIG_DFL);
}

static int start(struct supervisor *s, char *error, size_t error_size)
{
	if (open_store(s, error, error_size) < 0 || join(s, error, error_size) < 0)
		return -1;
	make_loop(s);
	s->finisher = finisher_start(s->conf, s->loop, s->dir_fd, s->id, error, error_size);
	if (s->finisher == NULL)
		return -1;
	s->tidier = finisher_start(s->conf, s->loop, s->dir_fd, s->id, error, error_size);
	if (s->tidier == NULL)
		return -1;
	if (streams_start(&s->streams, s->loop, s->conf, error, error_size) < 0)
		return -1;
	s->shop = (struct runner_shop){
		.conf = s->conf, .loop = s->loop, .db = s->db, .finisher = s->finisher, .worker = s->id, .nice = s->conf->nice,
		.dir_fd = s->dir_fd,
		.free_slot = free_slot, .user = s,
	};
	s->tidy = (struct tidy){
		.conf = s->conf, .db = s->db, .finisher = s->tidier, .removed = work_came_back, .user = s,
	};
	return 0;
}

struct supervisor *supervisor_new(const struct conf *conf, char *error, size_t error_size)
{
	struct supervisor *s = calloc(1, sizeof *s);

	if (s == NULL)
		abort();
	s->conf = conf;
	s->dir_fd = s->lock_fd = -1;
	if (start(s, error, error_size) == 0)
		return s;
	supervisor_free(s);
	return NULL;
}

const char *supervisor_worker(const struct supervisor *s)
{
	return s->id;
}

struct parking *supervisor_parking(struct supervisor *s)
{
	return &s->streams.parking;
}

static void start_watches(struct supervisor *s)
{
	ev_signal_init(&s->term, on_signal, SIGTERM);
	ev_signal_init(&s->intr, on_signal, SIGINT);
	ev_timer_init(&s->again, on_again, 0.0, 0.0);
	ev_timer_init(&s->retest, on_retest, RETEST_FIRST_S, RETEST_FIRST_S);
	ev_timer_init(&s->kill_timer, on_kill, KILL_AFTER_S, 0.0);
	ev_timer_init(&s->leave_timer, on_leave, LEAVE_AFTER_S, 0.0);
	s->term.data = s->intr.data = s;
	s->again.data = s->retest.data = s->kill_timer.data = s->leave_timer.data = s;
	ev_signal_start(s->loop, &s->term);
	ev_signal_start(s->loop, &s->intr);
	if (!s->fit)
		ev_timer_start(s->loop, &s->retest);
}

bool supervisor_run(struct supervisor *s, void (*stopping)(void *user), void *user)
{
	bool idle;

	s->on_stopping = stopping;
	s->user = user;
	start_watches(s);
	recovery_start(&s->recovery, s->loop, s->db, s->dir_fd, s->id, somebody_died, s);
	wake_start(&s->wake, s->loop, s->db, s->conf->dir, look, s);
	look(s);
	ev_run(s->loop, 0);
	wake_stop(&s->wake);
	recovery_stop(&s->recovery);
	idle = finisher_stop(s->finisher, FINISH_MS);
	if (finisher_stop(s->tidier, FINISH_MS) && idle && s->shop.count == 0)
		return true;
	log_warn("work is left: another responder takes it over");
	runner_kill_all(&s->shop);
	return false;
}

/* The row first: the lock may only be free of a worker that the row does not hold for alive, or
 * of a dead one. */
static void part(struct supervisor *s)
{
	enum db_result result = s->joined ? worker_end(s->db, s->id) : DB_NONE;

	if (result != DB_OK && result != DB_NONE)
		log_warn("worker %s: its end was not recorded: %s", s->id, db_message(s->db));
	if (s->lock_fd >= 0)
		lock_remove(s->dir_fd, s->id, s->lock_fd);
}

void supervisor_free(struct supervisor *s)
{
	if (s == NULL)
		return;
	finisher_free(s->finisher);
	finisher_free(s->tidier);
	streams_stop(&s->streams);
	if (s->db != NULL)
		part(s);
	db_close(s->db);
	if (s->dir_fd >= 0)
		close(s->dir_fd);
	free(s);
}
