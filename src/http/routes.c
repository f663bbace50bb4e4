/*
 * routes.c - the one table of what can be asked for.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <string.h>

#include "base/id.h"
#include "http/routes.h"
#include "http/transfer.h"

#define SAFE (REQUEST_GET | REQUEST_HEAD)

struct route {
	unsigned methods;       /* of enum request_method */
	const char *path;       /* :id is an id; :name is any one segment */
	exchange_handler *handler;
	const char *params;     /* that its query may have, each once; NULL: any, as links to pages are decorated on their way */
};

#define OPTIONS "filename title profile priority"

static const struct route routes[] = {
	{ SAFE, "api/events", api_events, "owner after" },
	{ SAFE, "api/floor", api_floor, "" },
	{ SAFE, "api/health", api_health, "" },
	{ SAFE, "api/videos", api_videos_list, "limit before state owner q" },
	{ REQUEST_POST, "api/videos", api_upload_form, OPTIONS " size" },
	{ REQUEST_PUT, "api/videos", api_upload_raw, OPTIONS " size" },
	{ REQUEST_PUT, "api/videos/:name", api_upload_raw, OPTIONS " size" },
	{ REQUEST_OPTIONS, "api/uploads", api_resume_options, "" },
	{ REQUEST_POST, "api/uploads", api_resume_create, OPTIONS },
	{ REQUEST_OPTIONS, "api/uploads/:id", api_resume_options, "" },
	{ REQUEST_HEAD, "api/uploads/:id", api_resume_head, "" },
	{ REQUEST_PATCH, "api/uploads/:id", api_resume_append, "" },
	{ REQUEST_DELETE, "api/uploads/:id", api_resume_delete, "" },
	{ SAFE, "api/videos/:id", api_video, "" },
	{ REQUEST_PATCH, "api/videos/:id", api_video_patch, "" },
	{ REQUEST_DELETE, "api/videos/:id", api_video_delete, "" },
	{ SAFE, "api/videos/:id/tasks", api_video_tasks, "task" },
	{ SAFE, "api/videos/:id/events", api_events, "after" },
	{ REQUEST_POST, "api/videos/:id/cancel", api_video_cancel, "" },
	{ REQUEST_POST, "api/videos/:id/retry", api_video_retry, "" },
	{ SAFE, "floor", page_floor, NULL },
	{ SAFE, "videos", page_list, NULL },
	{ SAFE, "videos/:id", page_video, NULL },
	{ REQUEST_POST, "videos/:id/cancel", page_cancel, NULL },
	{ REQUEST_POST, "videos/:id/retry", page_retry, NULL },
	{ REQUEST_POST, "videos/:id/delete", page_delete, NULL },
	{ REQUEST_POST, "videos/:id/edit", page_edit, NULL },
};

#define ROUTE_COUNT (sizeof routes / sizeof *routes)

static bool segment_fits(struct exchange *ex, const char *pattern, size_t len, const char *segment)
{
	if (pattern[0] != ':')
		return strncmp(segment, pattern, len) == 0 && segment[len] == '\0';
	if (strncmp(pattern, ":id", len) != 0) {
		ex->name = segment;
		return true;
	}
	ex->id = segment;
	return id_valid(segment);
}

/* Whether the path fits; ex->id and ex->name are set. */
static bool path_fits(struct exchange *ex, const char *pattern)
{
	const struct request *r = ex->request;

	ex->id = ex->name = NULL;
	for (size_t i = 0; i < r->segment_count && i < REQUEST_SEGMENTS; i++) {
		size_t len = strcspn(pattern, "/");

		if (len == 0 || !segment_fits(ex, pattern, len, r->segments[i]))
			return false;
		pattern += len;
		pattern += *pattern == '/';
	}
	return *pattern == '\0' && r->segment_count <= REQUEST_SEGMENTS;
}

static bool params_ok(struct exchange *ex, const char *known)
{
	const char *odd = known != NULL ? request_odd_param(ex->request, known) : NULL;

	return odd == NULL || reply_errorf(ex->reply, ERROR_BAD_PARAMETER, "the parameter '%.60s' is unknown here, or is there twice", odd);
}

static void refuse_method(struct exchange *ex, unsigned methods)
{
	struct buf allow = BUF_INIT;

	request_methods(methods, &allow);
	reply_field(ex->reply, "Allow", buf_text(&allow));
	reply_errorf(ex->reply, ERROR_METHOD_NOT_ALLOWED, "this address takes %s", buf_text(&allow));
	buf_fini(&allow);
}

/* False: refused before any handler was asked. */
static bool dispatch(struct exchange *ex)
{
	const struct request *r = ex->request;
	unsigned methods = 0, of_any = 0;

	for (const struct route *route = routes; route < routes + ROUTE_COUNT; route++) {
		if (!path_fits(ex, route->path))
			continue;
		if ((route->methods & r->method) == 0) {
			*(ex->name == NULL ? &methods : &of_any) |= route->methods;
			continue;
		}
		if ((r->method & (SAFE | REQUEST_OPTIONS)) == 0 && r->cross_origin)
			return reply_error(ex->reply, ERROR_CROSS_ORIGIN, NULL);
		if (!params_ok(ex, route->params))
			return false;
		route->handler(ex);
		return true;
	}
	if (methods != 0)       /* where any name fits is no hint that the thing exists */
		refuse_method(ex, methods | of_any);
	else
		reply_error(ex->reply, ERROR_NOT_FOUND, NULL);
	return false;
}

/* tus 1.0.0, "Tus-Resumable": a refusal says the version as its handlers do. */
void routes_dispatch(struct exchange *ex)
{
	if (!dispatch(ex) && exchange_field(ex, "TUS_RESUMABLE") != NULL)
		reply_field(ex->reply, "Tus-Resumable", TRANSFER_TUS_VERSION);
}
