/*
 * event.c - rows of `event`: triggers write them, this reads them and keeps their number down.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "store/event.h"
#include "store/rows.h"

static enum db_result tell_all(struct rows *rows, event_teller *tell, void *user, int64_t *told)
{
	enum db_result result;

	while ((result = rows_next(rows)) == DB_OK) {
		struct event event = {
			.id = rows_column_int(rows, 0, 0), .video = rows_column(rows, 1), .owner = rows_column(rows, 2),
			.name = rows_column(rows, 3), .json = rows_column(rows, 4), .waits = rows_column_int(rows, 5, 0) != 0,
		};

		tell(user, &event);
		++*told;
	}
	return rows_any(result);
}

enum db_result event_after(struct db *db, int64_t after, const struct event_filter *filter, int64_t limit, event_teller *tell,
			   void *user, int64_t *told)
{
	struct rows rows = rows_open(db, SQL_EVENT_AFTER);

	*told = 0;
	rows_int(&rows, ":after", after);
	rows_text(&rows, ":video", filter->video);
	rows_text(&rows, ":owner", filter->owner);
	rows_int(&rows, ":limit", limit);
	return tell_all(&rows, tell, user, told);
}

enum db_result event_live(struct db *db, event_teller *tell, void *user)
{
	struct rows rows = rows_open(db, SQL_EVENT_LIVE);
	int64_t told = 0;

	return tell_all(&rows, tell, user, &told);
}

enum db_result event_bounds(struct db *db, int64_t *oldest, int64_t *newest)
{
	struct rows rows = rows_open(db, SQL_EVENT_BOUNDS);
	enum db_result result = rows_next(&rows);

	if (result != DB_OK)
		return result;
	*oldest = rows_column_int(&rows, 0, 0);
	*newest = rows_column_int(&rows, 1, 0);
	rows_end(&rows);
	return DB_OK;
}

void event_write(const struct event *event, struct buf *text)
{
	if (event->id > 0)
		buf_printf(text, "id: %lld\n", (long long)event->id);
	buf_printf(text, "event: %s\ndata: ", event->name);
	buf_utf8(text, event->json);
	buf_puts(text, "\n\n");
}

void event_write_place(int64_t newest, bool missed, struct buf *text)
{
	buf_printf(text, "id: %lld\nevent: %s\ndata: {}\n\n", (long long)newest, missed ? "reset" : "start");
}

enum db_result event_prune(struct db *db, int64_t keep)
{
	struct rows rows = rows_open(db, SQL_EVENT_PRUNE);

	rows_int(&rows, ":keep", keep);
	return rows_run(&rows);
}
