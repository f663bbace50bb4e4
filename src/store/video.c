/*
 * video.c - rows of `video`: what the HTTP API and the pages show and change of them.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/json.h"
#include "store/rows.h"
#include "store/video.h"

static const char *const states[] = {
	"queued", "probing", "encoding", "publishing", "ready", "failed", "cancelled", NULL,
};

bool video_state_valid(const char *state)
{
	for (const char *const *s = states; *s != NULL; s++)
		if (strcmp(*s, state) == 0)
			return true;
	return false;
}

bool video_cursor_valid(const char *before)
{
	size_t digits = strspn(before, "0123456789");

	return digits > 0 && digits < 16 && before[digits] == '.' && id_valid(before + digits + 1);
}

/* Reading ------------------------------------------------------------------------------------- */

/* Binds the parameters that video_list and video_page share. */
static void bind_list(struct rows *rows, const struct video_list *list, int64_t limit)
{
	const char *dot = list->before != NULL ? strchr(list->before, '.') : NULL;

	rows_text(rows, ":state", list->state);
	rows_text(rows, ":owner", list->owner);
	rows_text(rows, ":q", list->q);
	if (dot != NULL) {
		rows_int(rows, ":before_ms", strtoll(list->before, NULL, 10));
		rows_text(rows, ":before_id", dot + 1);
	}
	rows_int(rows, ":limit", limit);
}

static int64_t limit_of(const struct video_list *list)
{
	if (list->limit < 1 || list->limit > VIDEO_LIST_MOST)
		return VIDEO_LIST_MOST;
	return list->limit;
}

enum db_result video_list_json(struct db *db, const struct video_list *list, struct buf *out)
{
	struct rows rows = rows_open(db, SQL_VIDEO_LIST);
	int64_t limit = limit_of(list), count = 0, last_ms = 0;
	char last_id[ID_LEN + 1] = "";
	enum db_result result;

	bind_list(&rows, list, limit + 1);
	buf_puts(out, "{\"videos\":[");
	while ((result = rows_next(&rows)) == DB_OK && count < limit) {
		buf_puts(out, count++ > 0 ? "," : "");
		buf_utf8(out, rows_column(&rows, 2));
		snprintf(last_id, sizeof last_id, "%s", rows_column(&rows, 0));
		last_ms = rows_column_int(&rows, 1, 0);
	}
	rows_end(&rows);
	if (result != DB_OK && result != DB_NONE)
		return result;
	if (result == DB_OK)
		buf_printf(out, "],\"next\":\"%" PRId64 ".%s\"}", last_ms, last_id);
	else
		buf_puts(out, "],\"next\":null}");
	return DB_OK;
}

enum db_result video_json(struct db *db, const char *id, struct buf *out)
{
	struct rows rows = rows_open(db, SQL_VIDEO_JSON);

	rows_text(&rows, ":id", id);
	return rows_put(&rows, out);
}

enum db_result video_tasks_json(struct db *db, const char *id, int64_t task, const char *program, struct buf *out)
{
	struct rows rows = rows_open(db, SQL_VIDEO_TASKS);

	rows_text(&rows, ":id", id);
	rows_int(&rows, ":task", task);
	rows_text(&rows, ":program", program);
	return rows_put(&rows, out);
}

static void read_page(struct rows *rows, struct video_page *page)
{
	char **const texts[] = {
		&page->id, &page->state, &page->title, &page->filename, &page->reason, &page->detail,
		&page->created, &page->waits, &page->mp4, &page->poster, &page->hls,
	};
	const int count = sizeof texts / sizeof *texts;

	for (int i = 0; i < count; i++)
		*texts[i] = rows_column_copy(rows, i);
	page->width = rows_column_int(rows, count, 0);
	page->height = rows_column_int(rows, count + 1, 0);
	page->duration_ms = rows_column_int(rows, count + 2, 0);
	page->priority = rows_column_int(rows, count + 3, 0);
	page->progress = rows_column_real(rows, count + 4, 0);
	page->created_ms = rows_column_int(rows, count + 5, 0);
}

void video_page_fini(struct video_page *page)
{
	char *const texts[] = {
		page->id, page->state, page->title, page->filename, page->reason, page->detail,
		page->created, page->waits, page->mp4, page->poster, page->hls,
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free(texts[i]);
	memset(page, 0, sizeof *page);
}

enum db_result video_pages(struct db *db, const struct video_list *list,
			   void (*each)(void *user, const struct video_page *page), void *user)
{
	struct rows rows = rows_open(db, SQL_VIDEO_PAGE);
	enum db_result result;

	bind_list(&rows, list, limit_of(list));
	while ((result = rows_next(&rows)) == DB_OK) {
		struct video_page page;

		read_page(&rows, &page);
		each(user, &page);
		video_page_fini(&page);
	}
	return rows_any(result);
}

enum db_result video_page(struct db *db, const char *id, struct video_page *page)
{
	struct rows rows = rows_open(db, SQL_VIDEO_PAGE);
	enum db_result result;

	memset(page, 0, sizeof *page);
	rows_text(&rows, ":id", id);
	rows_int(&rows, ":limit", 1);
	result = rows_next(&rows);
	if (result != DB_OK)
		return result;
	read_page(&rows, page);
	rows_end(&rows);
	return DB_OK;
}

bool video_exists(struct db *db, const char *id)
{
	return rows_may_be_found_for(db, SQL_VIDEO_EXISTS, id);
}

enum db_result video_files(struct db *db, void (*each)(void *user, const char *path, const char *id), void *user)
{
	struct rows rows = rows_open(db, SQL_VIDEO_FILES);
	enum db_result result;

	while ((result = rows_next(&rows)) == DB_OK)
		each(user, rows_column(&rows, 0), rows_column(&rows, 1));
	return rows_any(result);
}

/* Changing ------------------------------------------------------------------------------------ */

static enum db_result set_state(struct db *db, const char *id, const char *state, const char *reason, const char *detail)
{
	struct rows rows = rows_open(db, SQL_VIDEO_SET_STATE);

	rows_text(&rows, ":id", id);
	rows_text(&rows, ":state", state);
	rows_text(&rows, ":reason", reason);
	rows_text(&rows, ":detail", detail);
	return rows_run(&rows);
}

enum db_result video_cancel(struct db *db, const char *id)
{
	return set_state(db, id, "cancelled", NULL, NULL);
}

enum db_result video_retry(struct db *db, const char *id)
{
	return set_state(db, id, "queued", NULL, NULL);
}

enum db_result video_reencode(struct db *db, const char *id, const char *profile)
{
	struct rows rows = rows_open(db, SQL_VIDEO_REENCODE);

	rows_text(&rows, ":id", id);
	rows_text(&rows, ":profile", profile);
	return rows_run(&rows);
}

enum db_result video_delete(struct db *db, const char *id)
{
	return set_state(db, id, "deleting", NULL, NULL);
}

enum db_result video_fail(struct db *db, const char *id, const char *reason, const char *detail)
{
	return set_state(db, id, "failed", reason, detail);
}

static enum db_result set_title(struct db *db, const char *id, const char *title)
{
	struct rows rows = rows_open(db, SQL_VIDEO_SET_TITLE);

	rows_text(&rows, ":id", id);
	rows_text(&rows, ":title", title);
	return rows_run(&rows);
}

static enum db_result set_priority(struct db *db, const char *id, int64_t priority)
{
	struct rows rows = rows_open(db, SQL_VIDEO_SET_PRIORITY);

	rows_text(&rows, ":id", id);
	rows_int(&rows, ":priority", priority);
	return rows_run(&rows);
}

enum db_result video_patch(struct db *db, const char *id, const struct video_patch *patch)
{
	enum db_result result = db_begin(db);

	if (result == DB_OK)
		result = rows_may_be_found_for(db, SQL_VIDEO_VISIBLE, id) ? DB_OK : DB_NONE;
	if (result == DB_OK && patch->title != NULL)
		result = set_title(db, id, patch->title);
	if (result == DB_OK && patch->has_priority)
		result = set_priority(db, id, patch->priority);
	return db_end(db, result);
}

/* One member of the JSON object; what it may be called, and of what type it may be. */
static enum db_result take_member(struct db *db, struct rows *rows, struct video_patch *patch, struct buf *keep)
{
	const char *key = rows_column(rows, 0), *type = rows_column(rows, 1);

	if (strcmp(key, "title") == 0 && strcmp(type, "text") == 0) {
		buf_reset(keep);
		buf_puts(keep, rows_column(rows, 2));
		patch->title = buf_text(keep);
		return DB_OK;
	}
	if (strcmp(key, "priority") == 0 && strcmp(type, "integer") == 0) {
		patch->has_priority = true;
		patch->priority = rows_column_int(rows, 2, 0);
		return DB_OK;
	}
	if (strcmp(key, "title") == 0)
		db_say(db, "title must be a string");
	else if (strcmp(key, "priority") == 0)
		db_say(db, "priority must be a whole number");
	else
		db_say(db, "there is no member '%.40s': title and priority can be changed", key);
	return DB_REFUSED;
}

enum db_result video_patch_parse(struct db *db, const char *json, struct video_patch *patch, struct buf *keep)
{
	enum db_result result;
	struct rows rows;

	memset(patch, 0, sizeof *patch);
	if (!json_is_object(json)) {
		db_say(db, "the body must be a JSON object, without U+0000");
		return DB_REFUSED;
	}
	rows = rows_open(db, SQL_PATCH_MEMBERS);
	rows_text(&rows, ":json", json);
	while ((result = rows_next(&rows)) == DB_OK) {
		if (take_member(db, &rows, patch, keep) == DB_OK)
			continue;
		rows_end(&rows);
		return DB_REFUSED;
	}
	if (result == DB_NONE && patch->title == NULL && !patch->has_priority) {
		db_say(db, "nothing to change: title or priority");
		return DB_REFUSED;
	}
	if (patch->has_priority && (patch->priority < -100 || patch->priority > 100)) {
		db_say(db, "priority must be from -100 to 100");
		return DB_REFUSED;
	}
	return rows_any(result);
}

/* Removing ------------------------------------------------------------------------------------ */

enum db_result video_doomed(struct db *db, const char *after, char id[ID_LEN + 1])
{
	struct rows rows = rows_open(db, SQL_VIDEO_DOOMED);
	enum db_result result;

	rows_text(&rows, ":after", after);
	result = rows_next(&rows);
	if (result != DB_OK)
		return result;
	memcpy(id, rows_column(&rows, 0), ID_LEN + 1);
	rows_end(&rows);
	return DB_OK;
}

enum db_result video_remove(struct db *db, const char *id)
{
	enum db_result result = db_begin(db);

	if (result == DB_OK)
		result = rows_run_for(db, SQL_VIDEO_FILES_GONE, id);
	if (result == DB_OK)
		result = rows_run_for(db, SQL_VIDEO_REMOVE, id);
	return db_end(db, result);
}
