/*
 * server.c - request threads.  Each waits in its own epoll set for a connection or for the end, and
 * serves one request at a time with a database connection of its own.
 *
 * EPOLLEXCLUSIVE wakes one thread a connection, also among processes that share the socket, and
 * prefers one that is warm; accept4 never blocks, so a connection that another process took is
 * nobody's trap.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/routes.h"
#include "http/server.h"

#define STACK_BYTES (512 * 1024)
#define EXHAUSTED_PAUSE_MS 100  /* after EMFILE and the like */
#define EXHAUSTED_SAY_MS 60000  /* hundreds of threads may meet it, each ten times a second */

/* One request thread. */
struct thread {
	struct server *server;
	pthread_t id;
	int epoll_fd;
	pthread_mutex_t lock;   /* over `fd`, so that a stop never shuts a number that is another's by now */
	int fd;                 /* of the request under way; -1: idle */
	struct db *db;          /* opened at its first request */
	struct fcgi *fcgi;
	struct request request;
	struct reply reply;
	struct buf out;         /* the answer's header */
};

struct server {
	const struct conf *conf;
	const char *worker;
	struct parking *parking;
	int listen_fd;
	int stop_fd;            /* eventfd: readable once closed */
	int dir_fd;
	atomic_bool closed;     /* accept no more */
	atomic_bool stopping;   /* the time for requests under way is over */
	atomic_int uploads;
	_Atomic int64_t said_ms;        /* monotonic: when EMFILE and the like were logged last; 0: never */
	pthread_mutex_t lock;
	pthread_cond_t left;    /* a thread has ended */
	size_t running;         /* threads that have not; under the lock */
	size_t started;
	size_t count;           /* of `threads` */
	struct thread *threads;
};

/* Requests ------------------------------------------------------------------------------------- */

static const char *look_up(const void *user, const char *name)
{
	return fcgi_param(user, name);
}

static bool open_db(struct thread *t)
{
	char error[256];

	if (t->db != NULL)
		return true;
	t->db = db_open_another(t->server->conf->dir, DB_DURABLE, error, sizeof error);
	if (t->db == NULL)
		log_error("request: database: %s", error);
	return t->db != NULL;
}

static void answer(struct thread *t, struct exchange *ex)
{
	struct server *s = t->server;
	const char *detail;
	enum error error = request_read(&t->request, look_up, t->fcgi, &detail);

	*ex = (struct exchange){
		.conf = s->conf, .fcgi = t->fcgi, .request = &t->request, .reply = &t->reply,
		.dir_fd = s->dir_fd, .worker = s->worker, .uploads = &s->uploads, .stopping = &s->stopping, .parking = s->parking,
	};
	reply_reset(&t->reply, t->request.wants_html, t->request.is_head);
	if (error != ERROR_NONE) {
		reply_error(&t->reply, error, detail);
	} else if (!request_is_for(&t->request, s->conf->hosts)) {
		reply_error(&t->reply, ERROR_WRONG_HOST, NULL);
	} else if (!open_db(t)) {
		reply_error(&t->reply, ERROR_BUSY, "the database cannot be opened at the moment");
	} else {
		ex->db = t->db;
		routes_dispatch(ex);
	}
}

static void send_reply(struct thread *t)
{
	buf_reset(&t->out);
	reply_put_head(&t->reply, &t->out);
	fcgi_write(t->fcgi, t->out.data, t->out.len);
	if (t->reply.type != NULL && !t->reply.head)
		fcgi_write(t->fcgi, t->reply.body.data, t->reply.body.len);
}

static void set_fd(struct thread *t, int fd)
{
	pthread_mutex_lock(&t->lock);
	t->fd = fd;
	pthread_mutex_unlock(&t->lock);
}

/* From here on the connection is the loop's. */
static bool park(struct thread *t, int fd, struct parked *stream)
{
	if (!fcgi_release(t->fcgi, &stream->request_id))
		return false;
	set_fd(t, -1);
	stream->fd = fd;
	t->server->parking->park(t->server->parking, stream);
	return true;
}

/* False: the connection is somebody else's by now. */
static bool answer_and_end(struct thread *t, int fd)
{
	struct exchange ex;

	answer(t, &ex);
	send_reply(t);
	if (ex.parked)
		return !park(t, fd, &ex.stream);
	fcgi_end(t->fcgi);
	return true;
}

static void serve(struct thread *t, int fd)
{
	const char *reason;
	bool ours = true;

	set_fd(t, fd);
	if (fcgi_begin(t->fcgi, fd, &reason))
		ours = answer_and_end(t, fd);
	else if (reason != NULL)
		log_warn("request: refused: %s", reason);
	if (!ours)
		return;
	set_fd(t, -1);
	close(fd);
}

/* Connections ---------------------------------------------------------------------------------- */

static bool is_exhausted(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* Waits a little, or for the end. */
static void pause_accepting(struct server *s, int error)
{
	struct pollfd end = { .fd = s->stop_fd, .events = POLLIN };
	int64_t now_ms = clock_mono_ms(), said_ms = atomic_load(&s->said_ms);

	if ((said_ms == 0 || now_ms - said_ms >= EXHAUSTED_SAY_MS) && atomic_compare_exchange_strong(&s->said_ms, &said_ms, now_ms))
		log_warn("accept: %s: waiting", strerror(error));
	(void)poll(&end, 1, EXHAUSTED_PAUSE_MS);
}

/* The next connection; -1: there was none after all, or the server is closed. */
static int next_connection(struct thread *t)
{
	struct epoll_event event;
	int fd;

	if (epoll_wait(t->epoll_fd, &event, 1, -1) < 1 || atomic_load(&t->server->closed))
		return -1;
	fd = accept4(t->server->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0 && is_exhausted(errno))
		pause_accepting(t->server, errno);
	return fd;
}

static void *run(void *arg)
{
	struct thread *t = arg;
	struct server *s = t->server;

	while (!atomic_load(&s->closed)) {
		int fd = next_connection(t);

		if (fd >= 0)
			serve(t, fd);
	}
	pthread_mutex_lock(&s->lock);
	s->running--;
	pthread_cond_signal(&s->left);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* Start ---------------------------------------------------------------------------------------- */

static bool fail(char *error, size_t error_size, const char *what)
{
	snprintf(error, error_size, "request threads: %s: %s", what, strerror(errno));
	return false;
}

static bool watch(struct thread *t, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events };

	return epoll_ctl(t->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool thread_init(struct thread *t, struct server *s, char *error, size_t error_size)
{
	t->server = s;
	t->fd = -1;
	pthread_mutex_init(&t->lock, NULL);
	t->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (t->epoll_fd < 0 || !watch(t, s->stop_fd, EPOLLIN) || !watch(t, s->listen_fd, EPOLLIN | EPOLLEXCLUSIVE))
		return fail(error, error_size, "epoll");
	t->fcgi = fcgi_new(s->conf);
	return t->fcgi != NULL || fail(error, error_size, "buffers");
}

static void thread_fini(struct thread *t)
{
	db_close(t->db);
	fcgi_free(t->fcgi);
	reply_fini(&t->reply);
	buf_fini(&t->out);
	pthread_mutex_destroy(&t->lock);
	if (t->epoll_fd >= 0)
		close(t->epoll_fd);
}

static bool open_files(struct server *s, char *error, size_t error_size)
{
	int flags = fcntl(s->listen_fd, F_GETFL);

	s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->dir_fd = open(s->conf->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->stop_fd < 0 || s->dir_fd < 0)
		return fail(error, error_size, s->conf->dir);
	if (flags < 0 || fcntl(s->listen_fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return fail(error, error_size, "listening socket");
	return fcgi_init() == 0 || fail(error, error_size, "libfcgi");
}

/* Starts the threads with every signal blocked: theirs are the main thread's. */
static bool start_threads(struct server *s, char *error, size_t error_size)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int result = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_mutex_lock(&s->lock);
	for (; result == 0 && s->started < s->count; s->started += result == 0)
		result = pthread_create(&s->threads[s->started].id, &attr, run, &s->threads[s->started]);
	s->running = s->started;
	pthread_mutex_unlock(&s->lock);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	errno = result;
	return result == 0 || fail(error, error_size, "pthread_create");
}

static bool server_init(struct server *s, char *error, size_t error_size)
{
	if (!open_files(s, error, error_size))
		return false;
	for (; s->count < (size_t)s->conf->threads; s->count++)
		if (!thread_init(&s->threads[s->count], s, error, error_size)) {
			thread_fini(&s->threads[s->count]);
			return false;
		}
	s->threads[0].db = db_open_another(s->conf->dir, DB_DURABLE, error, error_size);
	return s->threads[0].db != NULL && start_threads(s, error, error_size);
}

static void init_sync(struct server *s)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->left, &attr);
	pthread_condattr_destroy(&attr);
}

struct server *server_start(const struct conf *conf, int listen_fd, const char *worker, struct parking *parking,
			    char *error, size_t error_size)
{
	struct server *s = calloc(1, sizeof *s);

	if (s != NULL)
		s->threads = calloc((size_t)conf->threads, sizeof *s->threads);
	if (s == NULL || s->threads == NULL) {
		free(s);
		fail(error, error_size, "memory");
		return NULL;
	}
	s->conf = conf;
	s->worker = worker;
	s->parking = parking;
	s->listen_fd = listen_fd;
	s->stop_fd = s->dir_fd = -1;
	init_sync(s);
	if (server_init(s, error, error_size))
		return s;
	server_close(s);
	server_stop(s, 0);
	return NULL;
}

/* Stop ----------------------------------------------------------------------------------------- */

void server_close(struct server *server)
{
	atomic_store(&server->closed, true);
	if (server->stop_fd >= 0)
		(void)eventfd_write(server->stop_fd, 1);
}

/* Waits until no thread runs; false when the time was over first. */
static bool wait_idle(struct server *s, int64_t timeout_ms)
{
	struct timespec until;
	int result = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += timeout_ms / 1000;
	until.tv_nsec += timeout_ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&s->lock);
	while (s->running > 0 && result == 0)
		result = pthread_cond_timedwait(&s->left, &s->lock, &until);
	result = s->running == 0 ? 0 : -1;
	pthread_mutex_unlock(&s->lock);
	return result == 0;
}

static void shut_connection(struct thread *t)
{
	pthread_mutex_lock(&t->lock);
	if (t->fd >= 0)
		shutdown(t->fd, SHUT_RDWR);
	pthread_mutex_unlock(&t->lock);
}

static void server_free(struct server *s)
{
	for (size_t i = 0; i < s->count; i++)
		thread_fini(&s->threads[i]);
	if (s->stop_fd >= 0)
		close(s->stop_fd);
	if (s->dir_fd >= 0)
		close(s->dir_fd);
	pthread_cond_destroy(&s->left);
	pthread_mutex_destroy(&s->lock);
	free(s->threads);
	free(s);
}

bool server_stop(struct server *server, int64_t timeout_ms)
{
	bool by_themselves = wait_idle(server, timeout_ms);

	atomic_store(&server->stopping, true);
	for (size_t i = 0; i < server->started && !by_themselves; i++)
		shut_connection(&server->threads[i]);
	for (size_t i = 0; i < server->started; i++)
		pthread_join(server->threads[i].id, NULL);
	server_free(server);
	return by_themselves;
}
