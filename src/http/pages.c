/*
 * pages.c - the pages that work without JavaScript: the list, one video, and the forms on it; and the floor, which needs it.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "http/exchange.h"
#include "http/template.h"
#include "http/urlencoded.h"
#include "ingest/label.h"
#include "store/video.h"

#define ROWS_PER_PAGE 50
#define REFRESH_S "3"           /* of a video that is under way, until there is something to play: then a title may be half typed */

/* A list being rendered. */
struct listing {
	struct buf rows;
	int64_t count;
	char next[64];          /* cursor of the next page; empty: this is the last */
	int64_t last_ms;
	char last_id[ID_LEN + 1];
};

static const char *title_of(const struct video_page *page)
{
	if (page->title != NULL && page->title[0] != '\0')
		return page->title;
	return page->filename != NULL && page->filename[0] != '\0' ? page->filename : "untitled";
}

static bool is_state(const struct video_page *page, const char *state)
{
	return page->state != NULL && strcmp(page->state, state) == 0;
}

static bool is_finished(const struct video_page *page)
{
	return is_state(page, "ready") || is_state(page, "failed") || is_state(page, "cancelled");
}

static const char *when(bool shown, const char *text)
{
	return shown ? text : NULL;
}

/* A video's values that are put into words. */
struct words {
	char state[700];        /* "encoding, 42 %: ..." */
	char facts[96];         /* "1:02:03, 1280 x 720" */
	char progress[16];      /* 0.000 to 1.000 */
	const char *tone;       /* a class of the style */
};

static void put_state(struct words *w, const struct video_page *page)
{
	const char *why = is_state(page, "failed") ? page->detail : page->waits;
	bool has_why = why != NULL && why[0] != '\0' && !is_state(page, "ready") && !is_state(page, "cancelled");
	int len = snprintf(w->state, sizeof w->state, "%s", page->state != NULL ? page->state : "");

	if (!is_finished(page))
		len += snprintf(w->state + len, sizeof w->state - (size_t)len, ", %d %%", (int)(page->progress * 100));
	if (has_why)
		snprintf(w->state + len, sizeof w->state - (size_t)len, ": %.600s", why);
}

static void put_facts(struct words *w, const struct video_page *page)
{
	int64_t s = page->duration_ms / 1000;
	int len = 0;

	w->facts[0] = '\0';
	if (s >= 3600)
		len = snprintf(w->facts, sizeof w->facts, "%" PRId64 ":%02d:%02d", s / 3600, (int)(s / 60 % 60), (int)(s % 60));
	else if (page->duration_ms > 0)
		len = snprintf(w->facts, sizeof w->facts, "%d:%02d", (int)(s / 60), (int)(s % 60));
	if (page->width > 0)
		snprintf(w->facts + len, sizeof w->facts - (size_t)len, "%s%" PRId64 " x %" PRId64,
			 len > 0 ? ", " : "", page->width, page->height);
}

static void put_words(struct words *w, const struct video_page *page)
{
	put_state(w, page);
	put_facts(w, page);
	snprintf(w->progress, sizeof w->progress, "%.3f", page->progress);
	w->tone = is_state(page, "failed") ? "bad" : is_state(page, "ready") ? "good" : "faint";
}

/* The list ------------------------------------------------------------------------------------- */

static void list_row(void *user, const struct video_page *page)
{
	struct listing *listing = user;
	struct words words;

	if (listing->count++ == ROWS_PER_PAGE) {
		snprintf(listing->next, sizeof listing->next, "%" PRId64 ".%s", listing->last_ms, listing->last_id);
		return;
	}
	put_words(&words, page);
	template_render(&listing->rows, template_list_row, (const struct template_value[]){
		{ "id", page->id }, { "title", title_of(page) }, { "created", page->created }, { "poster", page->poster },
		{ "facts", words.facts }, { "state", page->state }, { "state_text", words.state }, { "tone", words.tone },
		{ "progress", when(!is_finished(page), words.progress) }, { NULL, NULL },
	});
	listing->last_ms = page->created_ms;
	snprintf(listing->last_id, sizeof listing->last_id, "%s", page->id);
}

static void put_list(struct exchange *ex, const struct listing *listing, const struct video_list *list)
{
	struct buf body = BUF_INIT, query = BUF_INIT;

	if (list->q != NULL)
		url_encode(&query, list->q);
	template_render(&body, template_list, (const struct template_value[]){
		{ "rows", buf_text(&listing->rows) }, { "next", listing->next }, { "state", list->state },
		{ "q", list->q }, { "query", buf_text(&query) }, { NULL, NULL },
	});
	template_page(&ex->reply->body, (const struct template_value[]){
		{ "title", "Videos" }, { "body", buf_text(&body) }, { NULL, NULL },
	});
	buf_fini(&query);
	buf_fini(&body);
	reply_page(ex->reply, 200);
}

void page_list(struct exchange *ex)
{
	struct listing listing = { .count = 0 };
	struct video_list list = {
		.state = request_param(ex->request, "state"),
		.q = request_param(ex->request, "q"),
		.before = request_param(ex->request, "before"),
		.limit = ROWS_PER_PAGE + 1,
	};

	ex->reply->html = true;
	if (list.state != NULL && list.state[0] == '\0')
		list.state = NULL;
	if (list.state != NULL && !video_state_valid(list.state))
		reply_error(ex->reply, ERROR_BAD_PARAMETER, "state: there is no such state");
	else if (list.before != NULL && !video_cursor_valid(list.before))
		reply_error(ex->reply, ERROR_BAD_PARAMETER, "before: take the link of the page before");
	else if (exchange_db_ok(ex, video_pages(ex->db, &list, list_row, &listing)))
		put_list(ex, &listing, &list);
	buf_fini(&listing.rows);
}

/* The floor: a frame, which floor.js fills. */
void page_floor(struct exchange *ex)
{
	ex->reply->html = true;
	template_page(&ex->reply->body, (const struct template_value[]){
		{ "title", "Floor" }, { "body", template_floor }, { "floor", "yes" }, { NULL, NULL },
	});
	reply_page(ex->reply, 200);
}

/* One video ------------------------------------------------------------------------------------ */

static void put_video(struct exchange *ex, const struct video_page *page)
{
	bool finished = is_finished(page), again = is_state(page, "failed") || is_state(page, "cancelled");
	struct buf body = BUF_INIT;
	struct words words;

	put_words(&words, page);
	template_render(&body, template_video, (const struct template_value[]){
		{ "id", page->id }, { "title", title_of(page) }, { "own_title", page->title },
		{ "filename", page->filename }, { "created", page->created }, { "reason", page->reason },
		{ "mp4", page->mp4 }, { "poster", page->poster }, { "hls", page->hls },
		{ "facts", words.facts }, { "state_text", words.state }, { "tone", words.tone },
		{ "progress", when(!finished, words.progress) }, { "can_cancel", when(!finished, "yes") },
		{ "can_retry", when(again, "yes") }, { NULL, NULL },
	});
	template_page(&ex->reply->body, (const struct template_value[]){
		{ "title", title_of(page) }, { "body", buf_text(&body) }, { "video", "yes" },
		{ "refresh", when(!finished && page->mp4 == NULL, REFRESH_S) }, { NULL, NULL },
	});
	buf_fini(&body);
	reply_page(ex->reply, 200);
}

void page_video(struct exchange *ex)
{
	struct video_page page;

	ex->reply->html = true;
	if (!exchange_db_ok(ex, video_page(ex->db, ex->id, &page)))
		return;
	put_video(ex, &page);
	video_page_fini(&page);
}

/* Its forms ------------------------------------------------------------------------------------ */

/* Back to the video's page, when the change was made. */
static void back(struct exchange *ex, enum db_result result)
{
	char location[64];

	if (!exchange_db_ok(ex, result))
		return;
	snprintf(location, sizeof location, "/videos/%s", ex->id);
	reply_see_other(ex->reply, location);
}

void page_cancel(struct exchange *ex)
{
	ex->reply->html = true;
	back(ex, video_cancel(ex->db, ex->id));
}

void page_retry(struct exchange *ex)
{
	ex->reply->html = true;
	back(ex, video_retry(ex->db, ex->id));
}

void page_delete(struct exchange *ex)
{
	ex->reply->html = true;
	if (exchange_db_ok(ex, video_delete(ex->db, ex->id)))
		reply_see_other(ex->reply, "/videos/");
}

static void edit(struct exchange *ex, char *form)
{
	struct pair pairs[REQUEST_PARAMS];
	char title[LABEL_MOST + 1];
	struct video_patch patch = { .title = NULL };
	int count = url_split_pairs(form, pairs, REQUEST_PARAMS);

	for (int i = 0; i < count; i++) {
		if (strcmp(pairs[i].name, "title") == 0) {
			label_title(pairs[i].value, strlen(pairs[i].value), title);
			patch.title = title;
		}
	}
	if (patch.title == NULL)
		reply_error(ex->reply, ERROR_BAD_PARAMETER, "title: the form has none");
	else
		back(ex, video_patch(ex->db, ex->id, &patch));
}

void page_edit(struct exchange *ex)
{
	struct buf body = BUF_INIT;
	char none[1] = "";

	ex->reply->html = true;
	if (exchange_read_body(ex, &body))
		edit(ex, body.data != NULL ? body.data : none);
	buf_fini(&body);
}
