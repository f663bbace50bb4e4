/*
 * stream.c - one event stream: own FastCGI framing, and sends that never block.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fcgi_record.h"
#include "supervise/stream.h"

#define PENDING_MOST (256 * 1024)       /* bytes that a reader may be behind; a page of events has less */
#define BEHIND_BYTES (16 * 1024)        /* and from when on it is given no more news */
#define STUCK_MOST 5                    /* beats */

static void mark_dead(struct stream *s)
{
	s->dead = true;
	ev_io_stop(s->loop, &s->in);
	ev_io_stop(s->loop, &s->out);
}

/* What the socket takes at once; what it does not is pending. */
static void send_or_keep(struct stream *s, const void *bytes, size_t len)
{
	const char *at = bytes;
	ssize_t n = 0;

	if (s->pending.len == 0) {
		n = send(s->who.fd, at, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			mark_dead(s);
			return;
		}
		n = n < 0 ? 0 : n;
	}
	if ((size_t)n == len)
		return;
	buf_put(&s->pending, at + n, len - (size_t)n);
	if (s->pending.len > PENDING_MOST)
		mark_dead(s);
	else
		ev_io_start(s->loop, &s->out);
}

/* One STDOUT record after the other. */
void stream_tell(struct stream *s, const char *text, size_t len)
{
	struct buf framed = BUF_INIT;

	while (len > 0) {
		unsigned char header[FCGI_RECORD_BYTES];
		size_t n = len < FCGI_CONTENT_MOST ? len : FCGI_CONTENT_MOST;

		fcgi_record_write(FCGI_TYPE_STDOUT, s->who.request_id, n, header);
		buf_put(&framed, header, sizeof header);
		buf_put(&framed, text, n);
		text += n;
		len -= n;
	}
	send_or_keep(s, framed.data, framed.len);
	buf_fini(&framed);
}

bool stream_wants(const struct stream *s, const char *video, const char *owner)
{
	return (s->who.video[0] == '\0' || strcmp(s->who.video, video) == 0) && (s->who.any_owner || strcmp(s->who.owner, owner) == 0);
}

/* A web server says nothing more on such a connection, but for the end. */
static void on_in(struct ev_loop *loop, ev_io *watch, int events)
{
	struct stream *s = watch->data;
	char bytes[512];
	ssize_t n = recv(s->who.fd, bytes, sizeof bytes, MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		s->left(s);
}

static void on_out(struct ev_loop *loop, ev_io *watch, int events)
{
	struct stream *s = watch->data;
	ssize_t n = send(s->who.fd, s->pending.data, s->pending.len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		s->left(s);
		return;
	}
	if (n <= 0)
		return;
	s->stuck = 0;
	buf_keep_tail(&s->pending, s->pending.len - (size_t)n);
	if (s->pending.len > 0)
		return;
	buf_fini(&s->pending);          /* thousands of streams: no room is kept for what seldom happens */
	ev_io_stop(loop, watch);
	s->drained(s);
}

bool stream_is_behind(const struct stream *s)
{
	return s->pending.len > BEHIND_BYTES;
}

void stream_beat(struct stream *s)
{
	if (s->dead)
		return;
	if (s->pending.len == 0)
		stream_tell(s, ":\n\n", 3);
	else if (++s->stuck > STUCK_MOST)
		mark_dead(s);
}

struct stream *stream_new(struct ev_loop *loop, const struct parked *who, struct stream **list, void (*left)(struct stream *stream),
			  void (*drained)(struct stream *stream), void *user)
{
	struct stream *s = calloc(1, sizeof *s);

	if (s == NULL)
		abort();
	*s = (struct stream){ .next = *list, .link = list, .loop = loop, .who = *who, .left = left, .drained = drained, .user = user };
	if (*list != NULL)
		(*list)->link = &s->next;
	*list = s;
	ev_io_init(&s->in, on_in, s->who.fd, EV_READ);
	ev_io_init(&s->out, on_out, s->who.fd, EV_WRITE);
	s->in.data = s->out.data = s;
	ev_io_start(loop, &s->in);
	return s;
}

void stream_free(struct stream *s)
{
	ev_io_stop(s->loop, &s->in);
	ev_io_stop(s->loop, &s->out);
	*s->link = s->next;
	if (s->next != NULL)
		s->next->link = s->link;
	close(s->who.fd);
	buf_fini(&s->pending);
	free(s);
}

/* The end of a request, section 5.5: so that a web server ends its answer well. */
void stream_end(struct stream *s)
{
	unsigned char bytes[3 * FCGI_RECORD_BYTES] = { 0 };

	fcgi_record_write(FCGI_TYPE_STDOUT, s->who.request_id, 0, bytes);
	fcgi_record_write(FCGI_TYPE_END_REQUEST, s->who.request_id, FCGI_RECORD_BYTES, bytes + FCGI_RECORD_BYTES);
	if (s->pending.len == 0)
		(void)send(s->who.fd, bytes, sizeof bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
}
