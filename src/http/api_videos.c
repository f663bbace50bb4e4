/*
 * api_videos.c - list, look at and change videos as JSON.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/id.h"
#include "http/exchange.h"
#include "http/upload.h"
#include "ingest/label.h"
#include "store/video.h"

#define LIST_DEFAULT 50
#define DELETE_WAIT_MS 3000     /* for a supervisor to stop what runs and remove the files */
#define DELETE_POLL_US 10000

static bool read_list(struct exchange *ex, struct video_list *list)
{
	const char *limit = request_param(ex->request, "limit");

	*list = (struct video_list){
		.state = request_param(ex->request, "state"),
		.owner = request_param(ex->request, "owner"),
		.q = request_param(ex->request, "q"),
		.before = request_param(ex->request, "before"),
		.limit = LIST_DEFAULT,
	};
	if (limit != NULL && !request_number(limit, 1, VIDEO_LIST_MOST, &list->limit))
		reply_errorf(ex->reply, ERROR_BAD_PARAMETER, "limit must be a number from 1 to %d", VIDEO_LIST_MOST);
	else if (list->state != NULL && !video_state_valid(list->state))
		reply_error(ex->reply, ERROR_BAD_PARAMETER,
			    "state must be queued, probing, encoding, publishing, ready, failed or cancelled");
	else if (list->before != NULL && !video_cursor_valid(list->before))
		reply_error(ex->reply, ERROR_BAD_PARAMETER, "before must be the 'next' of a page before");
	else
		return true;
	return false;
}

void api_videos_list(struct exchange *ex)
{
	struct video_list list;

	if (read_list(ex, &list) && exchange_db_ok(ex, video_list_json(ex->db, &list, &ex->reply->body)))
		reply_json(ex->reply, 200);
}

void api_video(struct exchange *ex)
{
	if (exchange_db_ok(ex, video_json(ex->db, ex->id, &ex->reply->body)))
		reply_json(ex->reply, 200);
}

void api_video_tasks(struct exchange *ex)
{
	const char *text = request_param(ex->request, "task");
	int64_t task = 0;

	if (text != NULL && !request_number(text, 1, INT64_MAX, &task))
		reply_error(ex->reply, ERROR_BAD_PARAMETER, "task must be the id of a task");
	else if (exchange_db_ok(ex, video_tasks_json(ex->db, ex->id, task, ex->conf->program, &ex->reply->body)))
		reply_json(ex->reply, 200);
}

void api_video_cancel(struct exchange *ex)
{
	if (exchange_db_ok(ex, video_cancel(ex->db, ex->id)))
		api_video(ex);
}

void api_video_retry(struct exchange *ex)
{
	if (exchange_db_ok(ex, video_retry(ex->db, ex->id)))
		api_video(ex);
}

static bool is_json(const char *content_type)
{
	size_t len = strlen("application/json");

	return strncasecmp(content_type, "application/json", len) == 0 &&
	       (content_type[len] == '\0' || strchr("; \t", content_type[len]) != NULL);
}

static void patch(struct exchange *ex, const char *json, struct buf *keep)
{
	char title[LABEL_MOST + 1];
	struct video_patch patch;
	enum db_result result = video_patch_parse(ex->db, json, &patch, keep);

	if (result == DB_REFUSED) {
		reply_error(ex->reply, ERROR_BAD_JSON, db_message(ex->db));
		return;
	}
	if (result == DB_OK && patch.title != NULL) {
		label_title(patch.title, strlen(patch.title), title);
		patch.title = title;
	}
	if (result == DB_OK)
		result = video_patch(ex->db, ex->id, &patch);
	if (exchange_db_ok(ex, result))
		api_video(ex);
}

void api_video_patch(struct exchange *ex)
{
	struct buf body = BUF_INIT, keep = BUF_INIT;

	if (!is_json(ex->request->content_type))
		reply_error(ex->reply, ERROR_UNSUPPORTED_MEDIA_TYPE, "send application/json");
	else if (upload_encoding_ok(ex) && exchange_read_body(ex, &body))
		patch(ex, buf_text(&body), &keep);
	buf_fini(&body);
	buf_fini(&keep);
}

/* Deleting is a supervisor's work; most often it is done while we wait. */
void api_video_delete(struct exchange *ex)
{
	int64_t until_ms = clock_mono_ms() + DELETE_WAIT_MS;
	bool there = true, waits;

	if (!exchange_db_ok(ex, video_delete(ex->db, ex->id)))
		return;
	waits = exchange_enter(ex);
	while ((there = video_exists(ex->db, ex->id)) && waits && clock_mono_ms() < until_ms && !atomic_load(ex->stopping))
		usleep(DELETE_POLL_US);
	if (waits)
		exchange_leave(ex);
	if (!there) {
		ex->reply->status = 204;
		return;
	}
	buf_puts(&ex->reply->body, "{\"id\":");
	buf_json(&ex->reply->body, ex->id);
	buf_puts(&ex->reply->body, ",\"state\":\"deleting\"}");
	reply_json(ex->reply, 202);
}
