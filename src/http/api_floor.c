/*
 * api_floor.c - the machine at work, now.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>

#include "base/file.h"
#include "http/exchange.h"
#include "store/worker.h"

void api_floor(struct exchange *ex)
{
	struct buf *out = &ex->reply->body;

	if (!exchange_db_ok(ex, worker_floor_json(ex->db, out)))
		return;
	buf_cut(out, out->len - 1);     /* the object goes on */
	buf_printf(out, ",\"disk\":{\"free_bytes\":%" PRId64 ",\"floor_bytes\":%" PRId64 "}}",
		   file_free_bytes(ex->dir_fd, "incoming"), ex->conf->floor_bytes);
	reply_json(ex->reply, 200);
}
