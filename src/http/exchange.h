/* exchange.h - one request being answered, and its handlers.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_EXCHANGE_H
#define CLIPMILL_EXCHANGE_H

#include <stdatomic.h>

#include "base/conf.h"
#include "base/parked.h"
#include "http/fcgi.h"
#include "http/reply.h"
#include "http/request.h"
#include "store/db.h"

#define EXCHANGE_BODY_MOST (16 * 1024)  /* of a body that is held in memory */

/* Everything that a handler may use; all of it lent. */
struct exchange {
	const struct conf *conf;
	struct fcgi *fcgi;
	struct db *db;
	const struct request *request;
	struct reply *reply;
	int dir_fd;             /* of the store */
	const char *worker;     /* this responder's id */
	atomic_int *uploads;    /* under way in this process, and others that hold a thread for long */
	atomic_bool *stopping;  /* nothing may wait any longer */
	const struct parking *parking;  /* of event streams */
	const char *id;         /* from the path; valid by id_valid(); NULL where the route has none */
	const char *name;       /* from the path: what is in the place of a file name; NULL likewise */

	/* set by a handler: once the head is sent, the connection is parked as `stream` (without fd and request_id) */
	bool parked;
	struct parked stream;
};

typedef void exchange_handler(struct exchange *ex);

/* A header field by its CGI name without HTTP_; NULL: it is not there. */
const char *exchange_field(const struct exchange *ex, const char *name);

/* Answers with what became of a call of the store: DB_OK answers nothing and returns true. */
bool exchange_db_ok(struct exchange *ex, enum db_result result);

/* Answers for a body that did not come whole; `body` as fcgi_body() said. */
void exchange_body_error(struct exchange *ex, enum fcgi_body body);

/*
 * Takes a place among upload_threads, as whoever makes a thread wait does, so that others always find one.  False: there is
 * none.  Each true needs exchange_leave.
 */
bool exchange_enter(const struct exchange *ex) __attribute__((warn_unused_result));
void exchange_leave(const struct exchange *ex);

/* Reads a small body as text into `body`, in header_timeout at most.  False: answered. */
bool exchange_read_body(struct exchange *ex, struct buf *body);

exchange_handler api_videos_list, api_video, api_video_tasks, api_video_cancel, api_video_retry, api_video_patch,
	api_video_delete, api_upload_form, api_upload_raw, api_resume_options, api_resume_create, api_resume_head,
	api_resume_append, api_resume_delete, api_events, api_floor, api_health, page_list, page_floor, page_video, page_cancel,
	page_retry, page_delete, page_edit;

#endif
