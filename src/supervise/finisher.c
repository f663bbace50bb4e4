/*
 * finisher.c - the thread for work that waits on the disk, so that the loop never does.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "supervise/finisher.h"

struct queue {
	struct job *head, **tail;
};

struct finisher {
	struct desk desk;
	struct ev_loop *loop;
	ev_async finished;
	pthread_t thread;
	pthread_mutex_t mutex;          /* guards all below */
	pthread_cond_t changed;
	struct queue posted, ended;
	bool busy;                      /* a job is running */
	bool quit;
	atomic_bool stopping;
};

static void queue_init(struct queue *queue)
{
	queue->head = NULL;
	queue->tail = &queue->head;
}

static void queue_put(struct queue *queue, struct job *job)
{
	job->next = NULL;
	*queue->tail = job;
	queue->tail = &job->next;
}

static struct job *queue_take(struct queue *queue)
{
	struct job *job = queue->head;

	if (job == NULL)
		return NULL;
	queue->head = job->next;
	if (queue->head == NULL)
		queue->tail = &queue->head;
	return job;
}

static void run_one(struct finisher *f, struct job *job)
{
	f->busy = true;
	pthread_mutex_unlock(&f->mutex);
	job->run(job, &f->desk);
	pthread_mutex_lock(&f->mutex);
	f->busy = false;
	queue_put(&f->ended, job);
	pthread_cond_broadcast(&f->changed);
	ev_async_send(f->loop, &f->finished);
}

static void *run(void *user)
{
	struct finisher *f = user;
	struct job *job;

	pthread_mutex_lock(&f->mutex);
	while (!f->quit) {
		job = queue_take(&f->posted);
		if (job != NULL)
			run_one(f, job);
		else
			pthread_cond_wait(&f->changed, &f->mutex);
	}
	pthread_mutex_unlock(&f->mutex);
	return NULL;
}

/* In the loop's thread. */
static void call_done(struct finisher *f)
{
	struct job *job;

	pthread_mutex_lock(&f->mutex);
	while ((job = queue_take(&f->ended)) != NULL) {
		pthread_mutex_unlock(&f->mutex);
		job->done(job);
		pthread_mutex_lock(&f->mutex);
	}
	pthread_mutex_unlock(&f->mutex);
}

static void on_finished(struct ev_loop *loop, ev_async *watch, int events)
{
	call_done(watch->data);
}

/* Signals are the loop's: the thread starts with all of them blocked. */
static int start_thread(struct finisher *f)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&f->thread, NULL, run, f);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed;
}

static void init(struct finisher *f, const struct conf *conf, struct ev_loop *loop, int dir_fd, const char *worker)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&f->mutex, NULL);
	pthread_cond_init(&f->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	queue_init(&f->posted);
	queue_init(&f->ended);
	f->loop = loop;
	f->desk.conf = conf;
	f->desk.dir_fd = dir_fd;
	f->desk.worker = worker;
	f->desk.stopping = &f->stopping;
	ev_async_init(&f->finished, on_finished);
	f->finished.data = f;
}

struct finisher *finisher_start(const struct conf *conf, struct ev_loop *loop, int dir_fd, const char *worker, char *error,
				size_t error_size)
{
	struct finisher *f = calloc(1, sizeof *f);
	int failed;

	if (f == NULL)
		abort();
	init(f, conf, loop, dir_fd, worker);
	f->desk.db = db_open_another(conf->dir, DB_DURABLE, error, error_size);
	if (f->desk.db == NULL) {
		free(f);
		return NULL;
	}
	ev_async_start(loop, &f->finished);
	failed = start_thread(f);
	if (failed == 0)
		return f;
	snprintf(error, error_size, "finisher: %s", strerror(failed));
	ev_async_stop(loop, &f->finished);
	db_close(f->desk.db);
	free(f);
	return NULL;
}

void finisher_post(struct finisher *f, struct job *job)
{
	pthread_mutex_lock(&f->mutex);
	queue_put(&f->posted, job);
	pthread_cond_broadcast(&f->changed);
	pthread_mutex_unlock(&f->mutex);
}

bool finisher_stop(struct finisher *f, int64_t timeout_ms)
{
	int64_t until_ms = clock_mono_ms() + timeout_ms;
	struct timespec until = { until_ms / 1000, until_ms % 1000 * 1000000 };
	bool idle;

	atomic_store(&f->stopping, true);
	pthread_mutex_lock(&f->mutex);
	while ((f->busy || f->posted.head != NULL) &&
	       pthread_cond_timedwait(&f->changed, &f->mutex, &until) == 0)
		continue;
	idle = !f->busy && f->posted.head == NULL;
	pthread_mutex_unlock(&f->mutex);
	call_done(f);
	return idle;
}

void finisher_free(struct finisher *f)
{
	if (f == NULL)
		return;
	pthread_mutex_lock(&f->mutex);
	f->quit = true;
	pthread_cond_broadcast(&f->changed);
	pthread_mutex_unlock(&f->mutex);
	pthread_join(f->thread, NULL);
	ev_async_stop(f->loop, &f->finished);
	db_close(f->desk.db);
	pthread_cond_destroy(&f->changed);
	pthread_mutex_destroy(&f->mutex);
	free(f);
}
