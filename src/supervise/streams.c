/*
 * streams.c - event streams parked in the loop: a request thread accepts one, answers its head, and posts it here.
 * Who does not read for long is dropped, and comes back with Last-Event-ID, so nothing is missed.
 *
 * A stream is first behind: it is given what happened since, a page at a time, as fast as it reads.  Then it is
 * live: each event is read once from the store and sent to all that want it; who cannot follow is behind again.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/event.h"
#include "supervise/stream.h"
#include "supervise/streams.h"

#define BEAT_S 12.0
#define PROGRESS_S 0.5
#define WAITING_MS 5000                 /* a queue's estimates change with each step of whatever is in work */
#define PAGE_EVENTS 100                 /* for one that is behind */
#define NEWS_EVENTS 500                 /* read at one time */

/* What was told of a video last. */
struct progress {
	struct progress *next;
	char video[ID_LEN + 1];
	char owner[PARKED_OWNER_MOST + 1];
	char *json;
	bool waits;
	bool seen;                      /* in this look */
};

static struct streams *hub_of(const struct stream *s)
{
	return s->user;
}

static void let_go(struct streams *hub, struct stream *s)
{
	stream_free(s);
	atomic_fetch_sub(&hub->parking.count, 1);
}

static void bury_dead(struct streams *hub)
{
	for (struct stream *s = hub->first, *next; s != NULL; s = next) {
		next = s->next;
		if (s->dead)
			let_go(hub, s);
	}
}

/* Behind -------------------------------------------------------------------------------------- */

struct page {
	struct buf text;
	int64_t last;
};

static void add_to_page(void *user, const struct event *event)
{
	struct page *page = user;

	event_write(event, &page->text);
	page->last = event->id;
}

static void tell_progress_to(struct stream *s)
{
	for (struct progress *p = hub_of(s)->progress; p != NULL && !s->dead; p = p->next) {
		struct buf text = BUF_INIT;

		if (stream_wants(s, p->video, p->owner)) {
			event_write(&(struct event){ .name = "progress", .json = p->json }, &text);
			stream_tell(s, text.data, text.len);
		}
		buf_fini(&text);
	}
}

/* The next page.  After the last one it is live, unless the hub has news by then that it has not told yet: they come next. */
static void catch_up(struct stream *s)
{
	struct event_filter filter = { s->who.video[0] != '\0' ? s->who.video : NULL, s->who.any_owner ? NULL : s->who.owner };
	struct page page = { .text = BUF_INIT, .last = s->sent };
	int64_t told = 0;

	if (event_after(hub_of(s)->db, s->sent, &filter, PAGE_EVENTS, add_to_page, &page, &told) != DB_OK) {
		s->dead = true;
	} else {
		s->sent = page.last;
		if (page.text.len > 0)
			stream_tell(s, page.text.data, page.text.len);
		s->live = told < PAGE_EVENTS;
		if (s->live)
			tell_progress_to(s);
	}
	buf_fini(&page.text);
}

static void go_on(struct stream *s)
{
	while (!s->live && !s->dead && s->pending.len == 0)
		catch_up(s);
}

/* News ---------------------------------------------------------------------------------------- */

/* To all that are live and have not had it: a stream may have caught up further than the hub. */
static void tell_all(void *user, const struct event *event)
{
	struct streams *hub = user;
	struct buf text = BUF_INIT;

	event_write(event, &text);
	for (struct stream *s = hub->first; s != NULL; s = s->next) {
		if (!s->live || s->dead || (event->id > 0 && event->id <= s->sent) || !stream_wants(s, event->video, event->owner))
			continue;
		if (stream_is_behind(s)) {
			s->live = false;        /* once it has taken what is pending, it catches up a page at a time */
			continue;
		}
		stream_tell(s, text.data, text.len);
		s->sent = event->id > 0 ? event->id : s->sent;
	}
	if (event->id > hub->last)
		hub->last = event->id;
	buf_fini(&text);
}

static struct progress *find_progress(struct streams *hub, const char *video)
{
	struct progress *p = hub->progress;

	while (p != NULL && strcmp(p->video, video) != 0)
		p = p->next;
	return p;
}

static struct progress *add_progress(struct streams *hub, const struct event *event)
{
	struct progress *p = calloc(1, sizeof *p);

	if (p == NULL)
		abort();
	snprintf(p->video, sizeof p->video, "%s", event->video);
	snprintf(p->owner, sizeof p->owner, "%s", event->owner);
	p->next = hub->progress;
	hub->progress = p;
	return p;
}

/* Tells what is not as it was told last. */
static void on_live(void *user, const struct event *event)
{
	struct streams *hub = user;
	struct progress *p = find_progress(hub, event->video);

	if (p == NULL)
		p = add_progress(hub, event);
	p->seen = true;
	if (p->json != NULL && strcmp(p->json, event->json) == 0)
		return;
	if (p->waits && event->waits && clock_mono_ms() < hub->waiting_ms) {
		hub->held_back = true;
		return;
	}
	free(p->json);
	p->waits = event->waits;
	p->json = strdup(event->json);
	if (p->json == NULL)
		abort();
	tell_all(hub, event);
}

/* Forgets the videos that were not `seen`; with `all`, all of them. */
static void forget_progress(struct streams *hub, bool all)
{
	for (struct progress **link = &hub->progress; *link != NULL;) {
		struct progress *p = *link;

		if (p->seen && !all) {
			p->seen = false;
			link = &p->next;
			continue;
		}
		*link = p->next;
		free(p->json);
		free(p);
	}
}

static void look_at_progress_in(struct streams *hub, double seconds)
{
	if (ev_is_active(&hub->progress_timer) && ev_timer_remaining(hub->loop, &hub->progress_timer) <= seconds)
		return;
	ev_timer_stop(hub->loop, &hub->progress_timer);
	ev_timer_set(&hub->progress_timer, seconds, 0.0);
	ev_timer_start(hub->loop, &hub->progress_timer);
}

static void look_at_progress(struct streams *hub)
{
	int64_t now_ms = clock_mono_ms();

	hub->held_back = false;
	if (event_live(hub->db, on_live, hub) == DB_OK)
		forget_progress(hub, false);
	if (hub->held_back)
		look_at_progress_in(hub, (double)(hub->waiting_ms - now_ms) / 1000.0);
	else if (now_ms >= hub->waiting_ms)
		hub->waiting_ms = now_ms + WAITING_MS;
	bury_dead(hub);
}

static void on_progress(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct streams *hub = timer->data;

	if (hub->first != NULL)
		look_at_progress(hub);
}

/* Somebody committed. */
static void on_commit(void *user)
{
	struct streams *hub = user;
	int64_t told = NEWS_EVENTS;

	if (hub->first == NULL)
		return;
	while (told == NEWS_EVENTS)
		if (event_after(hub->db, hub->last, &(struct event_filter){ NULL, NULL }, NEWS_EVENTS, tell_all, hub, &told) != DB_OK)
			break;
	bury_dead(hub);
	look_at_progress_in(hub, PROGRESS_S);
}

static void on_beat(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct streams *hub = timer->data;

	for (struct stream *s = hub->first; s != NULL; s = s->next)
		stream_beat(s);
	bury_dead(hub);
}

/* Arrivals ------------------------------------------------------------------------------------ */

/* Where it begins: behind what the client has; where that is no longer known, it is told to look at everything anew. */
static void begin(struct stream *s)
{
	int64_t oldest = 0, newest = 0;
	struct buf text = BUF_INIT;
	bool missed;

	if (event_bounds(hub_of(s)->db, &oldest, &newest) != DB_OK) {
		s->dead = true;
		return;
	}
	missed = s->who.after >= 0 && event_is_missed(s->who.after, oldest, newest);
	s->sent = s->who.after < 0 || missed ? newest : s->who.after;
	buf_puts(&text, "retry: 2000\n");
	event_write_place(s->sent, missed, &text);
	stream_tell(s, text.data, text.len);
	buf_fini(&text);
	go_on(s);
}

static void on_left(struct stream *s)
{
	let_go(hub_of(s), s);
}

static void on_drained(struct stream *s)
{
	go_on(s);
	if (s->dead)
		let_go(hub_of(s), s);
}

static void take_in(struct streams *hub, const struct parked *who)
{
	struct stream *s = stream_new(hub->loop, who, &hub->first, on_left, on_drained, hub);

	begin(s);
	if (s->dead)
		let_go(hub, s);
}

/* The caller frees it. */
static struct parked *open_mail(struct streams *hub, size_t *count)
{
	struct parked *mail;

	pthread_mutex_lock(&hub->lock);
	mail = hub->mail;
	*count = hub->mail_count;
	hub->mail = NULL;
	hub->mail_count = hub->mail_room = 0;
	pthread_mutex_unlock(&hub->lock);
	return mail;
}

/* Nobody listened: what was told then is long past. */
static void wake_up(struct streams *hub)
{
	int64_t oldest, newest;

	forget_progress(hub, true);
	if (event_bounds(hub->db, &oldest, &newest) == DB_OK)
		hub->last = newest;
}

static void on_arrived(struct ev_loop *loop, ev_async *watch, int events)
{
	struct streams *hub = watch->data;
	struct parked *mail;
	size_t count;

	if (hub->first == NULL)
		wake_up(hub);
	look_at_progress(hub);
	mail = open_mail(hub, &count);
	for (size_t i = 0; i < count; i++)
		take_in(hub, &mail[i]);
	free(mail);
}

/* Under the lock. */
static bool put_into_mail(struct streams *hub, const struct parked *parked)
{
	size_t room = hub->mail_room > 0 ? 2 * hub->mail_room : 16;
	struct parked *more;

	if (hub->closed)
		return false;
	if (hub->mail_count == hub->mail_room) {
		more = reallocarray(hub->mail, room, sizeof *more);
		if (more == NULL)
			return false;
		hub->mail = more;
		hub->mail_room = room;
	}
	hub->mail[hub->mail_count++] = *parked;
	return true;
}

/*
 * From a request thread.  Nothing of a stream is allocated here: it would stay between the buffers that libfcgi takes and
 * gives back a request, and pin 20 KB each.
 */
static void park(struct parking *parking, const struct parked *parked)
{
	struct streams *hub = (struct streams *)(void *)parking;
	bool taken;

	pthread_mutex_lock(&hub->lock);
	taken = put_into_mail(hub, parked);
	pthread_mutex_unlock(&hub->lock);
	if (!taken) {
		close(parked->fd);
		return;
	}
	atomic_fetch_add(&parking->count, 1);
	ev_async_send(hub->loop, &hub->arrived);
}

/* Start and stop ------------------------------------------------------------------------------ */

int streams_start(struct streams *streams, struct ev_loop *loop, const struct conf *conf, char *error, size_t error_size)
{
	*streams = (struct streams){ .parking = { .park = park, .most = (int)conf->streams }, .loop = loop };
	pthread_mutex_init(&streams->lock, NULL);
	streams->db = db_open_another(conf->dir, DB_QUICK, error, error_size);
	if (streams->db == NULL)
		return -1;
	ev_async_init(&streams->arrived, on_arrived);
	ev_timer_init(&streams->beat, on_beat, BEAT_S, BEAT_S);
	ev_timer_init(&streams->progress_timer, on_progress, PROGRESS_S, 0.0);
	streams->arrived.data = streams->beat.data = streams->progress_timer.data = streams;
	ev_async_start(loop, &streams->arrived);
	ev_timer_start(loop, &streams->beat);
	wake_start(&streams->wake, loop, streams->db, conf->dir, on_commit, streams);
	return 0;
}

static void close_mail(struct streams *hub)
{
	struct parked *mail;
	size_t count;

	pthread_mutex_lock(&hub->lock);
	hub->closed = true;
	pthread_mutex_unlock(&hub->lock);
	mail = open_mail(hub, &count);
	for (size_t i = 0; i < count; i++)
		close(mail[i].fd);
	free(mail);
}

void streams_stop(struct streams *streams)
{
	if (streams->db == NULL)
		return;
	close_mail(streams);
	wake_stop(&streams->wake);
	ev_async_stop(streams->loop, &streams->arrived);
	ev_timer_stop(streams->loop, &streams->beat);
	ev_timer_stop(streams->loop, &streams->progress_timer);
	while (streams->first != NULL) {
		stream_end(streams->first);
		let_go(streams, streams->first);
	}
	forget_progress(streams, true);
	db_close(streams->db);
	streams->db = NULL;
}
