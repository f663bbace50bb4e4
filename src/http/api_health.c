/*
 * api_health.c - whether work can go on here, for monitors.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>

#include "base/file.h"
#include "http/exchange.h"
#include "store/budget.h"
#include "store/worker.h"

#define REASONS_MOST 6

/* What is wrong, in words; count 0: nothing. */
struct reasons {
	const char *text[REASONS_MOST];
	size_t count;
};

static void add(struct reasons *reasons, bool wrong, const char *text)
{
	if (wrong)
		reasons->text[reasons->count++] = text;
}

static void put_reasons(struct buf *out, const struct reasons *reasons)
{
	buf_printf(out, "{\"status\":\"%s\",\"reasons\":[", reasons->count == 0 ? "ok" : "degraded");
	for (size_t i = 0; i < reasons->count; i++) {
		buf_puts(out, i > 0 ? "," : "");
		buf_json(out, reasons->text[i]);
	}
	buf_printf(out, "],\"version\":\"%s\"", PACKAGE_VERSION);
}

static void put_disk(struct buf *out, const struct budget *b)
{
	buf_printf(out, ",\"disk\":{\"free_bytes\":%" PRId64 ",\"floor_bytes\":%" PRId64 ",\"left_bytes\":%" PRId64 ",\"spoken_for\":{"
		   "\"uploads\":%" PRId64 ",\"uploads_bytes\":%" PRId64 ",\"unproven_bytes\":%" PRId64 ",\"videos\":%" PRId64
		   ",\"videos_bytes\":%" PRId64 "}}",
		   b->free_bytes, b->floor_bytes, budget_left(b), b->uploads, b->arriving_bytes + b->uploads_work_bytes, b->unproven_bytes,
		   b->videos, b->videos_bytes);
}

void api_health(struct exchange *ex)
{
	struct buf *out = &ex->reply->body, workers = BUF_INIT;
	enum db_result result = worker_health_json(ex->db, &workers);
	struct reasons reasons = { .count = 0 };
	struct worker_count count = { 0 };
	struct budget budget = { .free_bytes = -1, .floor_bytes = ex->conf->floor_bytes };

	if (result == DB_OK)
		result = worker_count(ex->db, &count);
	if (result == DB_OK)
		result = budget_read(ex->db, ex->dir_fd, ex->conf->floor_bytes, NULL, &budget);
	add(&reasons, result != DB_OK, "the database cannot be read");
	add(&reasons, result == DB_OK && count.alive == 0, "no worker is alive");
	add(&reasons, budget.free_bytes < ex->conf->floor_bytes, "the disk is nearly full (df, df -i): uploads and work wait");
	add(&reasons, !file_system_writes(ex->dir_fd, "work"), "nothing can be written to the disk: uploads and work wait");
	add(&reasons, count.troubled > 0, "a worker cannot work: see trouble in its entry");
	add(&reasons, count.unjailed > 0, "a worker's sandbox is not what its configuration needs");
	put_reasons(out, &reasons);
	put_disk(out, &budget);
	if (result == DB_OK && workers.len > 2)
		buf_printf(out, ",%s", buf_text(&workers) + 1);       /* its members go on in our object */
	else
		buf_puts(out, "}");
	reply_json(ex->reply, reasons.count == 0 ? 200 : 503);
	buf_fini(&workers);
}
