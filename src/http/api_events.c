/*
 * api_events.c - event streams: judges the request, and parks it in the loop.  Where no stream may be parked, it answers
 * with what there is by now and ends, and the client comes back for more.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "http/exchange.h"
#include "store/event.h"
#include "store/video.h"

#define POLL_EVENTS 500         /* in an answer that ends */
#define POLL_RETRY_MS 2000

static_assert(LABEL_MOST <= PARKED_OWNER_MOST, "an owner fits");

/* What the client has: EventSource says so when it comes back, others in parameter `after`. */
static bool read_after(struct exchange *ex, int64_t *after)
{
	const char *text = fcgi_param(ex->fcgi, "HTTP_LAST_EVENT_ID");

	*after = -1;
	if (text == NULL || *text == '\0')
		text = request_param(ex->request, "after");
	if (text == NULL || request_number(text, 0, INT64_MAX, after))
		return true;
	return reply_error(ex->reply, ERROR_BAD_PARAMETER, "Last-Event-ID, or after, must be the id of an event");
}

static bool read_stream(struct exchange *ex, struct parked *stream)
{
	const char *owner = request_param(ex->request, "owner");

	*stream = (struct parked){ .fd = -1, .any_owner = owner == NULL };
	if (owner != NULL && strlen(owner) > PARKED_OWNER_MOST)
		return reply_error(ex->reply, ERROR_BAD_PARAMETER, "owner is too long");
	snprintf(stream->owner, sizeof stream->owner, "%s", owner != NULL ? owner : "");
	snprintf(stream->video, sizeof stream->video, "%s", ex->id != NULL ? ex->id : "");
	return read_after(ex, &stream->after);
}

static void put_event(void *user, const struct event *event)
{
	event_write(event, user);
}

/* All that happened since, or where events are now. */
static void answer_once(struct exchange *ex, const struct parked *stream)
{
	struct event_filter filter = { stream->video[0] != '\0' ? stream->video : NULL, stream->any_owner ? NULL : stream->owner };
	struct buf *text = &ex->reply->body;
	int64_t oldest = 0, newest = 0, told;
	enum db_result result = event_bounds(ex->db, &oldest, &newest);

	buf_printf(text, "retry: %d\n", POLL_RETRY_MS);
	if (stream->after < 0 || event_is_missed(stream->after, oldest, newest))
		event_write_place(newest, stream->after >= 0, text);
	else if (result == DB_OK)
		result = event_after(ex->db, stream->after, &filter, POLL_EVENTS, put_event, text, &told);
	if (exchange_db_ok(ex, result))
		reply_stream(ex->reply, false);
}

static bool is_full(struct exchange *ex)
{
	if (atomic_load(&ex->parking->count) < ex->parking->most)
		return false;
	reply_error(ex->reply, ERROR_TOO_MANY_STREAMS, NULL);
	return true;
}

void api_events(struct exchange *ex)
{
	struct parked stream;

	if (!read_stream(ex, &stream))
		return;
	if (ex->id != NULL && !video_exists(ex->db, ex->id)) {
		reply_error(ex->reply, ERROR_NOT_FOUND, NULL);
	} else if (ex->parking->most == 0) {
		answer_once(ex, &stream);
	} else if (!is_full(ex)) {
		reply_stream(ex->reply, true);
		ex->stream = stream;
		ex->parked = !ex->reply->head;
	}
}
