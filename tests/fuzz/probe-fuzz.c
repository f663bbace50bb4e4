/*
 * probe-fuzz.c - whatever ffprobe's JSON says, SQLite's json functions, the facts and the planner make a plan of it
 * without holes, or refuse it with a sentence.  The database lies in /dev/shm, or where TMPDIR says.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "fuzz/plans.h"
#include "store/upload.h"
#include "store/worker.h"

#define VIDEO "AAAAAAAAAAAAAAAAAAAAAA"
#define WORKER "BBBBBBBBBBBBBBBBBBBBBB"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static char dir[64];
static struct db *db;

static void clean_up(void)
{
	db_close(db);
	if (file_remove_tree(-1, dir) != 0)
		perror(dir);
}

/* One video, of which there is only the row. */
static void set_up(void)
{
	const struct upload_done done = { .id = VIDEO, .filename = "x", .title = "", .owner = "", .profile = "default", .size_bytes = 1 };
	const char *folder = getenv("TMPDIR");
	char error[256];

	snprintf(dir, sizeof dir, "%.30s/probe-fuzz-XXXXXX", folder != NULL ? folder : "/dev/shm");
	check(mkdtemp(dir) != NULL && db_init(dir, error, sizeof error) == 0);
	db = db_open(dir, DB_QUICK, error, sizeof error);
	check(db != NULL && atexit(clean_up) == 0);
	check(worker_begin(db, WORKER, 1, "here", 1, "{}") == DB_OK);
	check(upload_begin(db, VIDEO, WORKER, "x", 1) == DB_OK && upload_complete(db, &done) == DB_OK);
}

/* Three seconds at 25 a second, whatever the time base. */
static void plan_from(const struct facts *facts)
{
	struct scan scan;
	char line[64];

	scan_init(&scan);
	for (int i = 0; facts->picture.count > 0 && i < 75; i++) {
		int64_t pts = llround((double)i / 25 * (double)facts->picture.timebase.den / (double)facts->picture.timebase.num);
		int n = snprintf(line, sizeof line, "%lld,%lld,9,%d,%c_\n", (long long)pts, (long long)pts, i * 9, i % 25 == 0 ? 'K' : '_');

		scan_feed(&scan, line, (size_t)n);
	}
	scan_end(&scan);
	try_plan(facts, facts->picture.count > 0 ? &scan : NULL);
	scan_fini(&scan);
}

static void check_facts(const struct facts *f)
{
	check(f->picture.count > 0 || f->sound.count > 0);
	check(f->picture.count == 0 || (f->picture.width >= 2 && f->picture.height >= 2 && f->picture.width % 2 == 0 && f->picture.height % 2 == 0));
	check(f->picture.count == 0 || (f->picture.timebase.num > 0 && f->picture.timebase.den > 0));
	check(f->source.duration_s >= 0 && f->sound.count <= FACTS_TRACKS_MOST && f->text.count <= FACTS_TRACKS_MOST);
	check(f->picture.rotation == 0 || f->picture.rotation == 90 || f->picture.rotation == 180 || f->picture.rotation == 270);
}

static void read_facts(void)
{
	struct refusal refusal;
	struct facts facts;
	struct probe probe;

	check(probe_read(db, VIDEO, &probe) == DB_OK);
	if (facts_from_probe(&probe, &plans_conf, &facts, &refusal)) {
		check_facts(&facts);
		plan_from(&facts);
	} else
		check(strlen(refusal.detail) > 10 && refusal.code != NULL);
	probe_fini(&probe);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *json = strndup((const char *)bytes, len);
	enum db_result saved;

	if (db == NULL)
		set_up();
	check(json != NULL && db_begin(db) == DB_OK);
	saved = probe_save(db, VIDEO, json, PROBE_HEAD);
	check(saved == DB_OK || saved == DB_REFUSED);
	if (saved == DB_OK)
		read_facts();
	db_rollback(db);
	free(json);
	return 0;
}
