/* event.h - rows of `event`, which triggers write.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_EVENT_H
#define CLIPMILL_EVENT_H

#include "store/db.h"

/* One thing that happened.  Strings are valid until the function that was given it returns. */
struct event {
	int64_t id;
	const char *video;      /* "": of none */
	const char *owner;      /* of the video; "": of none */
	const char *name;       /* video, task or worker */
	const char *json;
	bool waits;             /* progress of a video that nothing works at */
};

/* Which ones: of this video and owner; NULL: of all. */
struct event_filter {
	const char *video, *owner;
};

typedef void event_teller(void *user, const struct event *event);

/*
 * Tells at most `limit` events after `after`, in order, and counts them in *told.  Nothing may be
 * done with `db` in `tell`.
 */
enum db_result event_after(struct db *db, int64_t after, const struct event_filter *filter, int64_t limit, event_teller *tell,
			   void *user, int64_t *told);

/* The ids of the newest event, and of the oldest that is kept; 0 where there is none. */
enum db_result event_bounds(struct db *db, int64_t *oldest, int64_t *newest);

/* Whether of what came behind `after` something is not there any more, or `after` is of another database. */
static inline bool event_is_missed(int64_t after, int64_t oldest, int64_t newest)
{
	return after > newest || after < oldest - 1;
}

/* Tells each video in work as it is now: `id` is 0, `name` is "progress". */
enum db_result event_live(struct db *db, event_teller *tell, void *user);

/* As an event stream has it (HTML, section 9.2), in UTF-8 whatever is in it; progress has no id. */
void event_write(const struct event *event, struct buf *text);

/* Where events are by now.  Who missed some is told to look at everything anew. */
void event_write_place(int64_t newest, bool missed, struct buf *text);

/* Forgets all but the newest `keep` events. */
enum db_result event_prune(struct db *db, int64_t keep);

#endif
