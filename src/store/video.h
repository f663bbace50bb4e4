/* video.h - rows of `video`.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_VIDEO_H
#define CLIPMILL_VIDEO_H

#include "base/id.h"
#include "store/db.h"

#define VIDEO_LIST_MOST 100     /* rows of one page */

/* A page of the list: newest first; NULL or 0 fields do not filter. */
struct video_list {
	const char *state;      /* one of video.state's values */
	const char *owner;
	const char *q;          /* in title, file name or owner; letters of ASCII in either case */
	const char *before;     /* cursor: the `next` of the page before; "CREATED_MS.ID" */
	int64_t limit;          /* 1 to VIDEO_LIST_MOST */
};

/* What a person may change. */
struct video_patch {
	const char *title;      /* NULL: keep */
	bool has_priority;
	int64_t priority;       /* -100 to 100 */
};

/* The fields that a page shows without JavaScript.  Strings are owned by the struct. */
struct video_page {
	char *id, *state, *title, *filename, *reason, *detail, *created, *waits;
	char *mp4, *poster, *hls;       /* URLs; NULL until ready */
	int64_t width, height, duration_ms, priority, created_ms;
	double progress;                /* 0 to 1 */
};

/* A finished video is encoded again; `profile` NULL: with its own.  DB_NONE: it is not there, or not finished. */
enum db_result video_reencode(struct db *db, const char *id, const char *profile);

bool video_state_valid(const char *state);
bool video_cursor_valid(const char *before);

/*
 * Append JSON made by SQLite: {"videos":[...],"next":CURSOR|null}, one video, its tasks {"tasks":[...]}.  With `task` 0 these
 * are all, without argv, replay and stderr; else it is the one of that id with all, whose line to run it again begins with
 * `program`.  DB_NONE where there is no such video (a deleting one counts as none), or no such task of it.
 */
enum db_result video_list_json(struct db *db, const struct video_list *list, struct buf *out);
enum db_result video_json(struct db *db, const char *id, struct buf *out);
enum db_result video_tasks_json(struct db *db, const char *id, int64_t task, const char *program, struct buf *out);

/* Calls `each` for every video of the page; the struct is only lent. */
enum db_result video_pages(struct db *db, const struct video_list *list,
			   void (*each)(void *user, const struct video_page *page), void *user);
enum db_result video_page(struct db *db, const char *id, struct video_page *page);
void video_page_fini(struct video_page *page);

/* DB_NONE: no such video.  DB_REFUSED: not in a state that can be; db_message() says why. */
enum db_result video_cancel(struct db *db, const char *id);
enum db_result video_retry(struct db *db, const char *id);
enum db_result video_patch(struct db *db, const char *id, const struct video_patch *patch);

/* Marks it as deleting: its children are stopped and its files removed by a supervisor, and then
 * the row goes.  video_exists() is true until then, and where the database cannot be read. */
enum db_result video_delete(struct db *db, const char *id);
bool video_exists(struct db *db, const char *id);

/* Calls `each` with every file that videos have on disk, relative to the database's directory. */
enum db_result video_files(struct db *db, void (*each)(void *user, const char *path, const char *id), void *user);

/* Reads a JSON object {"title":TEXT,"priority":INTEGER}; strings of `patch` point into `keep`.
 * DB_REFUSED with db_message() naming the member that is unknown or of a wrong type. */
enum db_result video_patch_parse(struct db *db, const char *json, struct video_patch *patch, struct buf *keep);

/* For the supervisor: the next video in state deleting, behind id `after`, that no running child still works on. */
enum db_result video_doomed(struct db *db, const char *after, char id[ID_LEN + 1]);
/* Its files are gone: says so in the row of a video in state deleting, and removes it.  No other hand can. */
enum db_result video_remove(struct db *db, const char *id);
/* Fails a video for good with a stable code and a sentence. */
enum db_result video_fail(struct db *db, const char *id, const char *reason, const char *detail);

#endif
