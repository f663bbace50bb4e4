/* stream.h - one event stream: a reader that is never waited for.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_STREAM_H
#define CLIPMILL_STREAM_H

#include <ev.h>

#include "base/buf.h"
#include "base/parked.h"

/* The answer to one request, in the loop's hands.  It is in one list, from stream_new to stream_free. */
struct stream {
	struct stream *next, **link;
	struct ev_loop *loop;           /* lent */
	struct parked who;
	ev_io in;                       /* the peer's end */
	ev_io out;                      /* runs while bytes are pending */
	void (*left)(struct stream *stream);            /* the peer is gone: to be freed */
	void (*drained)(struct stream *stream);         /* what was pending is sent */
	void *user;

	int64_t sent;                   /* id of the last event that it was given */
	bool live;                      /* it has had all that happened before it came */
	bool dead;                      /* to be freed by who walks the list: the peer is gone, or does not read */
	int stuck;                      /* beats in which the socket took nothing though bytes were pending */
	struct buf pending;             /* framed bytes that the socket did not take */
};

/* Puts a new one at the front of `list`; the connection is its own.  `left` and `drained` are called from the loop, never
 * from within a function of this file. */
struct stream *stream_new(struct ev_loop *loop, const struct parked *who, struct stream **list, void (*left)(struct stream *stream),
			  void (*drained)(struct stream *stream), void *user);
void stream_free(struct stream *stream);

/* Sends text, in FastCGI records; what the socket does not take at once is pending, and too much of that is the end. */
void stream_tell(struct stream *stream, const char *text, size_t len);

/* Whether so much is pending that it is better not to add to it, but to read what it missed once that is sent. */
bool stream_is_behind(const struct stream *stream);

/* Sends a comment where nothing is pending; one that takes nothing for many of these is dead. */
void stream_beat(struct stream *stream);

/* Whether it is for events of this video, whose owner this is. */
bool stream_wants(const struct stream *stream, const char *video, const char *owner);

/* Ends the answer, if that can be done at once. */
void stream_end(struct stream *stream);

#endif
