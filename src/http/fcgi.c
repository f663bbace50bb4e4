/*
 * fcgi.c - the only user of libfcgi.
 *
 * The header pump: we accept, read and judge the head ourselves, with a time-out and a cap, and
 * hand libfcgi exactly those bytes through a pair of sockets, as if it were the connection.  Then the
 * connection takes the pair's place: libfcgi looks up parameters and writes the answer, and the
 * body is read here, in large pieces.  Close and drain are ours as well.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "base/clock.h"
#include "http/fcgi.h"
#include "http/fcgi_stdin.h"

#define RATE_BYTES 4096         /* least of a body in each idle_timeout */
#define LOOK_MS 100             /* between two calls of `leave` */
#define DRAIN_IDLE_MS 1000      /* silence after which an unread body is left */
#define DRAIN_MS 10000          /* the same in all */

struct fcgi {
	const struct conf *conf;
	FCGX_Request libfcgi;
	int pair[2];                    /* the head's way into libfcgi, from the second to the first; -1: none */
	int fd;                         /* the connection; lent; -1: none */

	struct fcgi_stdin in;
	enum fcgi_body body;            /* FCGI_BODY_DATA while more may come */
	int64_t body_left;              /* bytes of it still to come; -1: not told */
	int64_t deadline_ms;            /* monotonic; 0: none */
	fcgi_leave *leave;              /* NULL: nobody asks */
	void *leave_user;
	int64_t window_ms;              /* when the current stretch of idle_timeout began; 0: no wait yet */
	int64_t window_bytes;           /* body bytes that came in it */

	size_t head_cap;                /* bytes of `buffer` */
	size_t from, to;                /* bytes in the buffer not taken yet */
	unsigned char *buffer;
};

int fcgi_init(void)
{
	static const int kept[] = { SIGPIPE, SIGUSR1, SIGTERM };
	struct sigaction before[sizeof kept / sizeof *kept];
	int result;

	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		sigaction(kept[i], NULL, &before[i]);
	result = FCGX_Init();
	before[0] = (struct sigaction){ .sa_handler = SIG_IGN };
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		sigaction(kept[i], &before[i], NULL);
	return result == 0 ? 0 : -1;
}

static void close_pair(struct fcgi *f)
{
	for (int i = 0; i < 2; i++) {
		if (f->pair[i] >= 0)
			close(f->pair[i]);
		f->pair[i] = -1;
	}
}

/*
 * Both ends never block: neither a short buffer nor a head that libfcgi reads otherwise can hang.  No pipe: of those a
 * user may have only so many of 64 KiB (pipe-user-pages-soft), and one more would be too short for a large head.
 */
static bool open_pair(struct fcgi *f)
{
	int room = (int)f->conf->header_max_bytes * 2;

	if (f->pair[0] >= 0)
		return true;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, f->pair) < 0) {
		f->pair[0] = f->pair[1] = -1;
		return false;
	}
	(void)setsockopt(f->pair[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	return true;
}

struct fcgi *fcgi_new(const struct conf *conf)
{
	struct fcgi *f = calloc(1, sizeof *f);
	size_t cap = FCGI_BUFFER_BYTES;

	if (f == NULL)
		return NULL;
	if ((size_t)conf->header_max_bytes > cap)
		cap = (size_t)conf->header_max_bytes;
	f->conf = conf;
	f->fd = f->pair[0] = f->pair[1] = -1;
	f->head_cap = cap;
	f->buffer = malloc(cap);
	if (f->buffer == NULL || !open_pair(f)) {
		fcgi_free(f);
		return NULL;
	}
	return f;
}

void fcgi_free(struct fcgi *fcgi)
{
	if (fcgi == NULL)
		return;
	close_pair(fcgi);
	free(fcgi->buffer);
	free(fcgi);
}

/* What receive() gives besides a number of bytes. */
enum {
	RECEIVE_END = 0,
	RECEIVE_FAILED = -1,
	RECEIVE_SILENT = -2,
	RECEIVE_LEFT = -3,
};

/* Bytes read behind f->to; RECEIVE_SILENT after `timeout_ms` of silence. */
static ssize_t receive(struct fcgi *f, size_t most, int64_t timeout_ms)
{
	struct pollfd waiting = { .fd = f->fd, .events = POLLIN };

	for (;;) {
		ssize_t n = recv(f->fd, f->buffer + f->to, most, MSG_DONTWAIT);
		int ready;

		if (n >= 0)
			return n;
		if (errno != EAGAIN && errno != EINTR)
			return RECEIVE_FAILED;
		ready = poll(&waiting, 1, timeout_ms < 0 ? 0 : (int)timeout_ms);
		if (ready == 0)
			return RECEIVE_SILENT;
		if (ready < 0 && errno != EINTR)
			return RECEIVE_FAILED;
	}
}

/* The head ------------------------------------------------------------------------------------- */

/* Reads until the head is complete; what came behind it stays in the buffer. */
static bool read_head(struct fcgi *f, struct fcgi_head *head, const char **reason)
{
	int64_t until_ms = 0, wait_ms = f->conf->header_timeout_ms;

	fcgi_head_init(head, (size_t)f->conf->header_max_bytes);
	for (;;) {
		ssize_t n = receive(f, f->head_cap - f->to, wait_ms);

		if (n <= RECEIVE_END) {
			*reason = n == RECEIVE_SILENT ? "its head did not come in time" : f->to > 0 ? "its head is cut off" : NULL;
			return false;
		}
		f->to += (size_t)n;
		switch (fcgi_head_scan(head, f->buffer, f->to)) {
		case FCGI_HEAD_DONE: return true;
		case FCGI_HEAD_REFUSED: *reason = head->reason; return false;
		case FCGI_HEAD_MORE: break;
		}
		if (until_ms == 0)
			until_ms = clock_mono_ms() + wait_ms;
		wait_ms = until_ms - clock_mono_ms();
	}
}

/* Lets libfcgi read the head from the pair.  Whatever it leaves there would be the next request's:
 * then the pair is thrown away. */
static bool pump_head(struct fcgi *f, const struct fcgi_head *head)
{
	ssize_t len = (ssize_t)(head->len - head->padding_len);
	int left = 0;

	if (!open_pair(f) || write(f->pair[1], f->buffer, (size_t)len) != len) {
		close_pair(f);
		return false;
	}
	FCGX_InitRequest(&f->libfcgi, -1, 0);
	f->libfcgi.ipcFd = f->pair[0];
	f->libfcgi.keepConnection = 1;          /* else it begins by closing ipcFd */
	if (FCGX_Accept_r(&f->libfcgi) < 0) {
		f->pair[0] = -1;                /* closed by libfcgi, which then could accept no other */
		close_pair(f);
		return false;
	}
	f->libfcgi.ipcFd = f->fd;
	if (ioctl(f->pair[0], FIONREAD, &left) == 0 && left == 0)
		return true;
	f->libfcgi.ipcFd = -1;
	FCGX_Free(&f->libfcgi, 0);
	close_pair(f);
	return false;
}

/* Behind the one before, which libfcgi frees. */
static void append(char **one, const char *value)
{
	size_t len = strlen(*one), more = strlen(value);
	char *grown = realloc(*one, len + more + 3);

	if (grown == NULL)
		abort();
	memcpy(grown + len, ", ", 2);
	memcpy(grown + len + 2, value, more + 1);
	*one = grown;
}

/* A field that came in several lines is one whose values are a list (RFC 9110, section 5.3): not all web servers make it so. */
static void join_lines(char **params)
{
	for (char **at = params; *at != NULL; at++) {
		size_t name = strncmp(*at, "HTTP_", 5) == 0 ? strcspn(*at, "=") + 1 : 0;

		for (char **more = at + 1; name > 0 && *more != NULL; more++) {
			if (strncmp(*more, *at, name) != 0)
				continue;
			append(at, *more + name);
			**more = '-';           /* nobody asks for it by that name */
		}
	}
}

static void limit_writes(const struct fcgi *f)
{
	struct timeval silence = {
		.tv_sec = f->conf->idle_timeout_ms / 1000,
		.tv_usec = f->conf->idle_timeout_ms % 1000 * 1000,
	};

	(void)setsockopt(f->fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof silence);
}

bool fcgi_begin(struct fcgi *fcgi, int fd, const char **reason)
{
	struct fcgi_head head;

	*reason = NULL;
	fcgi->fd = fd;
	fcgi->from = fcgi->to = 0;
	if (!read_head(fcgi, &head, reason))
		return false;
	if (!pump_head(fcgi, &head)) {
		*reason = "libfcgi did not take its head";
		return false;
	}
	join_lines(fcgi->libfcgi.envp);
	limit_writes(fcgi);
	fcgi->from = head.len;
	fcgi->body = FCGI_BODY_DATA;
	fcgi_stdin_init(&fcgi->in, head.request_id);
	fcgi_expect(fcgi, -1, 0);
	return true;
}

const char *fcgi_param(const struct fcgi *fcgi, const char *name)
{
	return FCGX_GetParam(name, fcgi->libfcgi.envp);
}

/* The body ------------------------------------------------------------------------------------- */

void fcgi_expect(struct fcgi *fcgi, int64_t length_bytes, int64_t deadline_ms)
{
	fcgi->body_left = length_bytes;
	fcgi->deadline_ms = deadline_ms > 0 ? clock_mono_ms() + deadline_ms : 0;
	fcgi->window_ms = fcgi->window_bytes = 0;
	fcgi->leave = NULL;
}

void fcgi_leave_when(struct fcgi *fcgi, fcgi_leave *leave, void *user)
{
	fcgi->leave = leave;
	fcgi->leave_user = user;
}

/* Whether the body came too slowly for a whole idle_timeout. */
static bool is_crawling(struct fcgi *f, int64_t now_ms)
{
	if (f->window_ms == 0)
		f->window_ms = now_ms;
	if (now_ms - f->window_ms < f->conf->idle_timeout_ms)
		return false;
	if (f->window_bytes < RATE_BYTES)
		return true;
	f->window_ms = now_ms;
	f->window_bytes = 0;
	return false;
}

/* receive() of a body that may be left while it is silent. */
static ssize_t receive_or_leave(struct fcgi *f, int64_t timeout_ms)
{
	int64_t begun_ms = clock_mono_ms(), silent_ms = 0;
	ssize_t n;

	while ((n = receive(f, FCGI_BUFFER_BYTES, timeout_ms - silent_ms < LOOK_MS ? timeout_ms - silent_ms : LOOK_MS)) == RECEIVE_SILENT) {
		silent_ms = clock_mono_ms() - begun_ms;
		if (silent_ms >= timeout_ms)
			return RECEIVE_SILENT;
		if (f->leave(f->leave_user, silent_ms))
			return RECEIVE_LEFT;
	}
	return n;
}

/* Fills the buffer anew, waiting if need be. */
static enum fcgi_body fill(struct fcgi *f)
{
	int64_t now_ms = clock_mono_ms(), wait_ms = f->conf->idle_timeout_ms;
	ssize_t n;

	if (is_crawling(f, now_ms))
		return FCGI_BODY_SLOW;
	if (f->deadline_ms > 0 && f->deadline_ms - now_ms < wait_ms)
		wait_ms = f->deadline_ms - now_ms;
	f->from = f->to = 0;
	n = f->leave != NULL ? receive_or_leave(f, wait_ms) : receive(f, FCGI_BUFFER_BYTES, wait_ms);
	if (n == RECEIVE_SILENT)
		return FCGI_BODY_SLOW;
	if (n == RECEIVE_LEFT)
		return FCGI_BODY_LEFT;
	if (n <= RECEIVE_END)
		return FCGI_BODY_TRUNCATED;
	f->to = (size_t)n;
	f->window_bytes += n;
	return FCGI_BODY_DATA;
}

static enum fcgi_body ended(const struct fcgi *f)
{
	switch (f->in.state) {
	case FCGI_STDIN_OPEN: return FCGI_BODY_DATA;
	case FCGI_STDIN_ENDED: return f->body_left > 0 ? FCGI_BODY_TRUNCATED : FCGI_BODY_END;
	case FCGI_STDIN_ABORTED:
	case FCGI_STDIN_BAD: break;
	}
	return FCGI_BODY_TRUNCATED;
}

/* Counts the slices, and cuts what goes beyond the expected length. */
static void count_slices(struct fcgi *f, struct iovec *slices, size_t *count)
{
	for (size_t i = 0; i < *count && f->body_left >= 0; i++) {
		if ((int64_t)slices[i].iov_len > f->body_left) {
			slices[i].iov_len = (size_t)f->body_left;
			*count = i + 1;
		}
		f->body_left -= (int64_t)slices[i].iov_len;
	}
}

enum fcgi_body fcgi_body(struct fcgi *fcgi, struct iovec *slices, size_t *count)
{
	*count = 0;
	while (fcgi->body == FCGI_BODY_DATA) {
		if (fcgi->body_left == 0)
			return fcgi->body = FCGI_BODY_END;
		fcgi->from += fcgi_stdin_take(&fcgi->in, fcgi->buffer + fcgi->from, fcgi->to - fcgi->from,
					      slices, count);
		count_slices(fcgi, slices, count);
		if (*count > 0)
			return FCGI_BODY_DATA;
		fcgi->body = ended(fcgi);
		if (fcgi->body == FCGI_BODY_DATA && fcgi->from == fcgi->to)
			fcgi->body = fill(fcgi);
	}
	return fcgi->body;
}

/* The answer ----------------------------------------------------------------------------------- */

void fcgi_write(struct fcgi *fcgi, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		int n = len > 1 << 20 ? 1 << 20 : (int)len;

		if (FCGX_PutStr(at, n, fcgi->libfcgi.out) < 0)
			return;
		at += n;
		len -= (size_t)n;
	}
}

/* True when the peer has said all: nothing unread is left that would make a close a reset. */
static bool has_said_all(struct fcgi *f)
{
	struct iovec slices[FCGI_STDIN_SLICES];
	size_t count;

	while (f->from < f->to && f->in.state == FCGI_STDIN_OPEN)
		f->from += fcgi_stdin_take(&f->in, f->buffer + f->from, f->to - f->from, slices, &count);
	return f->in.state == FCGI_STDIN_ENDED;
}

static void drain(struct fcgi *f)
{
	int64_t until_ms = clock_mono_ms() + DRAIN_MS;

	shutdown(f->fd, SHUT_WR);
	do
		f->to = 0;
	while (receive(f, FCGI_BUFFER_BYTES, DRAIN_IDLE_MS) > 0 && clock_mono_ms() < until_ms);
}

bool fcgi_release(struct fcgi *fcgi, uint16_t *request_id)
{
	bool sent = FCGX_FFlush(fcgi->libfcgi.out) == 0;

	*request_id = fcgi->in.request_id;
	fcgi->libfcgi.ipcFd = -1;
	FCGX_Free(&fcgi->libfcgi, 0);
	fcgi->fd = -1;
	return sent;
}

void fcgi_end(struct fcgi *fcgi)
{
	int failed = FCGX_FClose(fcgi->libfcgi.err);

	failed |= FCGX_FClose(fcgi->libfcgi.out);
	fcgi->libfcgi.ipcFd = -1;
	FCGX_Free(&fcgi->libfcgi, 0);
	if (failed == 0 && !has_said_all(fcgi))
		drain(fcgi);
	fcgi->fd = -1;
}
