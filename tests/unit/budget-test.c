/*
 * budget-test.c - what of the disk is spoken for, uploads on their way, and what is the same as another video.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/file.h"
#include "base/id.h"
#include "ingest/resume.h"
#include "store/budget.h"
#include "store/digest.h"
#include "store/discard.h"
#include "store/link.h"
#include "store/task.h"
#include "store/upload.h"
#include "store/worker.h"

#define MB 1000000
#define SUM "0123456789012345678901234567890123456789012345678901234567890123"

struct fixture {
	char dir[64];
	int dir_fd;
	struct db *db;
	sqlite3 *hand;                  /* an operator's */
	char worker[ID_LEN + 1];
};

static const struct task_exit well = { .exit_code = 0, .user_ms = 12, .sys_ms = 3, .max_rss_kb = 900, .stderr_tail = "" };

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	char error[256], path[128];

	strcpy(f->dir, "/tmp/clipmill-budget-XXXXXX");
	if (mkdtemp(f->dir) == NULL || db_init(f->dir, error, sizeof error) < 0)
		return -1;
	f->dir_fd = open(f->dir, O_RDONLY | O_DIRECTORY);
	if (mkdirat(f->dir_fd, "incoming", 0700) < 0 && file_size(f->dir_fd, "incoming/x") >= 0)
		return -1;
	f->db = db_open(f->dir, DB_QUICK, error, sizeof error);
	snprintf(path, sizeof path, "%s/clipmill.db", f->dir);
	id_new(f->worker);
	*state = f;
	if (f->db == NULL || sqlite3_open(path, &f->hand) != SQLITE_OK)
		return -1;
	return worker_begin(f->db, f->worker, 1, "here", 1, "{}") == DB_OK ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	int result;

	sqlite3_close(f->hand);
	db_close(f->db);
	close(f->dir_fd);
	result = file_remove_tree(-1, f->dir);
	free(f);
	return result;
}

/* A statement as typed by hand; %s stands for `id`. */
static void by_hand(struct fixture *f, const char *format, const char *id)
{
	char *statement = sqlite3_mprintf(format, id, id), *error = NULL;

	if (sqlite3_exec(f->hand, statement, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", statement, error);
	sqlite3_free(statement);
}

static int64_t number(struct fixture *f, const char *query)
{
	sqlite3_stmt *stmt = NULL;
	int64_t value;

	assert_int_equal(sqlite3_prepare_v2(f->hand, query, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

static struct budget look_for(struct fixture *f, const struct budget_asker *asker)
{
	struct budget budget;

	assert_int_equal(budget_read(f->db, f->dir_fd, 5 * MB, asker, &budget), DB_OK);
	return budget;
}

static struct budget look(struct fixture *f, int64_t length_bytes)
{
	const struct budget_asker asker = { .profile = "default", .length_bytes = length_bytes };

	return look_for(f, &asker);
}

static void add_video(struct fixture *f, char id[ID_LEN + 1], int64_t size_bytes, const char *sha256)
{
	const struct upload_done done = {
		.filename = "a.mp4", .title = "", .owner = "", .profile = "default", .size_bytes = size_bytes, .sha256 = sha256, .id = id,
	};

	id_new(id);
	assert_int_equal(upload_begin(f->db, id, f->worker, "a.mp4", size_bytes), DB_OK);
	assert_int_equal(upload_complete(f->db, &done), DB_OK);
}

/* The budget ---------------------------------------------------------------------------------- */

static void an_upload_is_promised_what_it_brings_until_its_file_has_it(void **state)
{
	struct fixture *f = *state;
	char id[ID_LEN + 1], path[64];
	struct budget b;
	int fd;

	id_new(id);
	assert_int_equal(upload_begin(f->db, id, f->worker, "a.mp4", 100 * MB), DB_OK);
	b = look(f, 0);
	assert_int_equal(b.uploads, 1);
	assert_int_equal(b.arriving_bytes, 100 * MB);
	assert_int_equal(b.uploads_work_bytes, 200 * MB);
	snprintf(path, sizeof path, "incoming/%s", id);
	fd = openat(f->dir_fd, path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(ftruncate(fd, 100 * MB), 0);   /* a length that takes no room */
	assert_int_equal(pwrite(fd, path, sizeof path, 0), (int)sizeof path);
	close(fd);
	b = look(f, 0);
	assert_int_equal(b.arriving_bytes, 100 * MB - file_allocated_bytes(f->dir_fd, path));
	assert_int_equal(upload_abort(f->db, id), DB_OK);
	assert_int_equal(look(f, 0).uploads, 0);
}

/* Of the only upload there is. */
static void is_claimed(struct fixture *f, const char *claim, int64_t bytes, int64_t unproven_bytes)
{
	char *query = sqlite3_mprintf("SELECT count(*) FROM upload_claim c JOIN disk_claim d ON d.id = c.id WHERE c.claim = %Q AND c.bytes = %lld "
				      "AND d.unproven_bytes = %lld", claim, (long long)bytes, (long long)unproven_bytes);

	assert_int_equal(number(f, query), 1);
	sqlite3_free(query);
}

static void a_claim_is_proven_by_bytes_that_come_as_fast_as_all_of_it_would_in_a_day(void **state)
{
	struct upload_row row = { .kind = UPLOAD_WHOLE, .profile = "default", .length_bytes = 24 * MB };
	struct fixture *f = *state;

	id_new(row.id);
	assert_int_equal(upload_create(f->db, &row, NULL, 9, 9), DB_OK);
	is_claimed(f, "unproven", 24 * MB, 72 * MB);
	by_hand(f, "UPDATE upload SET touched_ms = touched_ms - 60000", "");
	is_claimed(f, "lapsed", 0, 0);
	assert_int_equal(upload_record(f->db, row.id, 0, MB, false), DB_OK);
	is_claimed(f, "proven", 24 * MB, 0);
	by_hand(f, "UPDATE upload SET touched_ms = touched_ms - 590000, created_ms = created_ms - 3000000", "");
	is_claimed(f, "proven", 24 * MB, 0);
	by_hand(f, "UPDATE upload SET touched_ms = touched_ms - 10000", "");
	is_claimed(f, "lapsed", MB, 0);
	by_hand(f, "UPDATE upload SET created_ms = created_ms - 700000", "");
	assert_int_equal(upload_touch(f->db, row.id), DB_OK);
	is_claimed(f, "unproven", 24 * MB, 71 * MB);
	assert_false(upload_is_proven(f->db, row.id));
	assert_int_equal(upload_record(f->db, row.id, MB, 2 * MB, false), DB_OK);
	assert_true(upload_is_proven(f->db, row.id));
}

static enum spool_result append_later(struct spool *spool)
{
	char text[] = "01234567";
	struct iovec bytes = { text, 8 };

	spool->recorded_ms -= 20000;
	return spool_appendv(spool, &bytes, 1);
}

static void a_body_that_ends_with_its_request_proves_what_it_announced_or_fits_beside_what_others_proved(void **state)
{
	struct fixture *f = *state;
	struct conf conf = { .dir = f->dir, .upload_max_bytes = MB };
	struct spool spool;

	assert_int_equal(spool_open(&spool, f->db, &conf, f->dir_fd, f->worker, "a.mp4", 1000), SPOOL_OK);
	is_claimed(f, "unproven", 1000, 3000);
	assert_int_equal(append_later(&spool), SPOOL_OK);
	is_claimed(f, "proven", 1000, 0);
	conf.floor_bytes = INT64_MAX / 2;
	assert_int_equal(append_later(&spool), SPOOL_OK);
	by_hand(f, "UPDATE upload SET created_ms = created_ms - 86400000", "");
	assert_int_equal(append_later(&spool), SPOOL_FULL);
	assert_int_equal(number(f, "SELECT offset_bytes FROM upload"), 16);
	spool_abort(&spool);
}

static void unproven_claims_count_up_to_half_of_the_room(void **state)
{
	struct budget b = { .free_bytes = 110, .floor_bytes = 10, .arriving_bytes = 40, .uploads_work_bytes = 10, .videos_bytes = 10, .unproven_bytes = 40 };

	assert_int_equal(budget_left(&b), 40);
	assert_true(budget_is_firm(&b));
	b.arriving_bytes = b.unproven_bytes = 1000;
	assert_int_equal(budget_left(&b), 40);
	assert_false(budget_is_firm(&b));
	b.comes = true;
	assert_int_equal(budget_left(&b), 80);
	b.comes = false;
	b.videos_bytes = 200;
	assert_int_equal(budget_left(&b), -110);
}

static void who_asks_is_foretold_by_its_own_profile_and_does_not_stand_in_its_own_way(void **state)
{
	struct fixture *f = *state;
	struct upload_row row = { .kind = UPLOAD_WHOLE, .profile = "small", .length_bytes = -1 };
	const struct budget_asker asker = { .id = row.id, .profile = "small", .length_bytes = 10 * MB };
	struct budget b;

	by_hand(f, "INSERT INTO profile (name) VALUES ('small')", "");
	by_hand(f, "INSERT INTO growth VALUES ('small', 100, 200, 50)", "");
	id_new(row.id);
	assert_int_equal(upload_create(f->db, &row, NULL, 9, 9), DB_OK);
	assert_int_equal(upload_record(f->db, row.id, 0, 4 * MB, true), DB_OK);
	b = look(f, 0);
	assert_int_equal(b.arriving_bytes, 0);
	assert_int_equal(b.uploads_work_bytes, 2 * MB);         /* of what has come: nobody told how much that will be */
	b = look_for(f, &asker);
	assert_int_equal(b.uploads_work_bytes, 0);
	assert_int_equal(b.work_bytes, 5 * MB);
	assert_int_equal(upload_set_length(f->db, row.id, 10 * MB), DB_OK);
	assert_int_equal(look(f, 0).uploads_work_bytes, 5 * MB);
	assert_int_equal(look_for(f, &asker).arriving_bytes, 0);
}

/* Between its looks at the row and at the file the last byte comes, and the file is moved: that is not gone. */
static void an_upload_that_is_moved_while_somebody_looks_for_it_is_found(void **state)
{
	struct fixture *f = *state;
	struct conf conf = { .dir = f->dir, .upload_max_bytes = MB, .uploads_max = 9, .uploads_owner_max = 9, .upload_expiry_ms = 60000 };
	struct resume made = { .row = { .kind = UPLOAD_WHOLE, .profile = "default", .length_bytes = 8 } }, looks = { .spool.fd = -1 };
	char from[64], to[64];

	assert_int_equal(resume_create(&made, f->db, &conf, f->dir_fd, NULL), SPOOL_OK);
	resume_leave(&made);
	assert_int_equal(upload_record(f->db, made.row.id, 0, 4, false), DB_OK);
	assert_int_equal(resume_read(&looks, f->db, &conf, f->dir_fd, made.row.id, ""), SPOOL_OK);
	assert_int_equal(upload_record(f->db, made.row.id, 4, 8, true), DB_OK);
	snprintf(from, sizeof from, "incoming/%s", made.row.id);
	snprintf(to, sizeof to, "source/%s", made.row.id);
	assert_int_equal(renameat(f->dir_fd, from, f->dir_fd, to), 0);
	assert_int_equal(resume_take(&looks, 0, false), SPOOL_OK);
	assert_true(resume_is_whole(&looks));
	resume_leave(&looks);
}

/* A DELETE may have taken the row of one that a PATCH then begins anew. */
static void an_upload_that_is_removed_while_it_is_completed_leaves_no_source(void **state)
{
	struct fixture *f = *state;
	struct conf conf = { .dir = f->dir, .upload_max_bytes = MB, .uploads_max = 9, .uploads_owner_max = 9, .upload_expiry_ms = 60000 };
	struct resume made = { .row = { .kind = UPLOAD_WHOLE, .profile = "default", .length_bytes = 8 } };
	char text[] = "01234567";
	struct iovec bytes = { text, 8 };

	assert_int_equal(resume_create(&made, f->db, &conf, f->dir_fd, NULL), SPOOL_OK);
	assert_int_equal(resume_begin(&made), SPOOL_OK);
	assert_int_equal(resume_appendv(&made, &bytes, 1), SPOOL_OK);
	assert_int_equal(resume_record(&made), SPOOL_OK);
	assert_int_equal(upload_abort(f->db, made.row.id), DB_OK);
	assert_int_equal(resume_finish(&made, NULL, 0), SPOOL_GONE);
	resume_leave(&made);
	assert_int_equal(unlinkat(f->dir_fd, "source", AT_REMOVEDIR), 0);       /* it is empty */
}

static void a_video_is_promised_what_its_work_will_write_until_it_is_given_up(void **state)
{
	struct fixture *f = *state;
	char id[ID_LEN + 1];
	struct budget b;

	add_video(f, id, 10 * MB, NULL);
	b = look(f, 3 * MB);
	assert_int_equal(b.videos_bytes, 20 * MB);
	assert_int_equal(b.work_bytes, 6 * MB);
	assert_int_equal(budget_left(&b), b.free_bytes - 25 * MB);
	by_hand(f, "INSERT INTO task (video, kind, predicted_bytes, predicted_s) VALUES (%Q, 'chunk', 700, 1), (%Q, 'assemble', 300, 1)", id);
	by_hand(f, "UPDATE video SET predicted_bytes = 1000 WHERE id = %Q", id);
	by_hand(f, "UPDATE task SET predicted_bytes = 0 WHERE video = %Q AND kind IN ('probe', 'digest')", id);
	assert_int_equal(look(f, 0).videos_bytes, 1000);
	by_hand(f, "UPDATE task SET progress = 0.5 WHERE video = %Q AND kind = 'chunk'", id);
	assert_int_equal(look(f, 0).videos_bytes, 650);
	by_hand(f, "UPDATE video SET state = 'cancelled' WHERE id = %Q", id);
	assert_int_equal(look(f, 0).videos_bytes, 0);
}

static void a_task_is_claimed_where_it_fits_beside_the_running_ones(void **state)
{
	struct fixture *f = *state;
	char id[ID_LEN + 1];
	struct task task;

	add_video(f, id, 10, SUM);
	by_hand(f, "UPDATE task SET predicted_bytes = 800 WHERE video = %Q", id);
	by_hand(f, "INSERT INTO task (video, kind, predicted_bytes, predicted_s) VALUES (%Q, 'poster', 500, 1)", id);
	assert_int_equal(task_claim(f->db, f->worker, 0, 499, &task), DB_NONE);
	assert_int_equal(task_claim(f->db, f->worker, 0, 799, &task), DB_OK);
	assert_int_equal(task.kind, TASK_POSTER);
	task_fini(&task);
	assert_int_equal(task_claim(f->db, f->worker, 1, 1299, &task), DB_NONE);
	assert_int_equal(task_claim(f->db, f->worker, 1, 1300, &task), DB_OK);
	assert_int_equal(task.kind, TASK_PROBE);
	task_fini(&task);
}

static void the_words_have_every_figure(void **state)
{
	const struct budget b = {
		.free_bytes = 1500 * (int64_t)MB, .floor_bytes = 256 * MB, .uploads = 2, .arriving_bytes = 700 * MB, .uploads_work_bytes = 1400 * (int64_t)MB,
		.videos = 7, .videos_bytes = 999960, .work_bytes = 4096,
	};
	char words[BUDGET_WORDS];

	budget_words(&b, 904, words);
	assert_string_equal(words, "Free: 1500000000 bytes (1.5 GB).  Of them 256000000 bytes (256.0 MB) stay free, 2100000000 bytes (2.1 GB) "
			    "are spoken for by uploads under way (2) and 999960 bytes (1.0 MB) by videos that are still to be made (7).  "
			    "Needed: 5000 bytes (5.0 kB), for the file and for what is made of it.");
}

static void what_was_written_teaches_what_will_be(void **state)
{
	struct fixture *f = *state;
	char id[ID_LEN + 1];

	by_hand(f, "INSERT INTO growth VALUES ('default', 100, 200, 50)", "");
	add_video(f, id, 10 * MB, SUM);
	assert_int_equal(look(f, 0).videos_bytes, 5 * MB);
	by_hand(f, "UPDATE growth SET written_bytes = 1e9", "");
	assert_int_equal(look(f, MB).work_bytes, 20 * MB);       /* and never more than that */
}

static void free_space_is_written_down_where_views_find_it(void **state)
{
	struct fixture *f = *state;
	struct budget b = look(f, 0);

	b.free_bytes = 64000;
	assert_int_equal(budget_keep(f->db, &b), DB_OK);
	assert_int_equal(number(f, "SELECT left_bytes FROM disk_budget"), 64000 - 5 * MB);
	b.free_bytes = 64900;
	assert_int_equal(budget_keep(f->db, &b), DB_OK);
	assert_int_equal(number(f, "SELECT free_bytes FROM disk"), 64000);      /* a trifle */
	b.free_bytes = 66000;
	assert_int_equal(budget_keep(f->db, &b), DB_OK);
	assert_int_equal(number(f, "SELECT free_bytes FROM disk"), 66000);
}

/* Digests and links --------------------------------------------------------------------------- */

/* A video that is ready, as far as rows go. */
static void add_ready(struct fixture *f, char id[ID_LEN + 1])
{
	add_video(f, id, 10, SUM);
	by_hand(f, "DELETE FROM task WHERE video = %Q", id);
	by_hand(f, "UPDATE video SET state = 'publishing', recipe = (SELECT recipe FROM profile_recipe WHERE name = 'default') WHERE id = %Q", id);
	by_hand(f, "INSERT INTO rendition (video, place, name, kind, file, size_bytes) VALUES (%Q, 0, '240p', 'video', '240p.mp4', 9)", id);
	by_hand(f, "UPDATE video SET state = 'ready', published = 1 WHERE id = %Q", id);
}

static void claim_digest(struct fixture *f, struct task *task)
{
	assert_int_equal(task_claim(f->db, f->worker, 0, INT64_MAX, task), DB_OK);
	assert_int_equal(task->kind, TASK_DIGEST);
}

static void a_known_digest_is_not_computed_unless_there_is_something_to_link(void **state)
{
	struct fixture *f = *state;
	char id[ID_LEN + 1], twin[ID_LEN + 1];
	struct task task;

	add_video(f, id, 10, SUM);
	assert_int_equal(number(f, "SELECT count(*) FROM task WHERE kind = 'digest'"), 0);
	add_ready(f, twin);
	add_video(f, id, 10, SUM);
	assert_int_equal(number(f, "SELECT count(*) FROM task WHERE kind = 'digest'"), 1);
	by_hand(f, "UPDATE video SET priority = 9 WHERE id = %Q", id);
	claim_digest(f, &task);
	assert_true(link_awaited(f->db, &task));
	task_fini(&task);
}

static void only_a_finished_video_of_the_same_owner_and_version_is_a_twin(void **state)
{
	static const char *const spoilers[] = {
		"UPDATE video SET owner = 'ann' WHERE id = %Q", "UPDATE video SET sha256 = NULL WHERE id = %Q",
		"UPDATE video SET size_bytes = 11 WHERE id = %Q", "UPDATE profile SET link = 0",
		"UPDATE rung SET crf = 30 WHERE profile = 'default'",
		"REPLACE INTO profile (name, version, audio_kbps) SELECT name, version, 96 FROM profile WHERE name = 'default'",
		"UPDATE video SET state = 'queued', edition = 2 WHERE id = %Q",
		"UPDATE video SET state = 'deleting' WHERE id = %Q",
	};
	struct fixture *f = *state;
	char id[ID_LEN + 1], other[ID_LEN + 1];
	struct link_twin twin;
	struct task task;

	add_ready(f, other);
	add_video(f, id, 10, NULL);
	claim_digest(f, &task);
	for (size_t i = 0; i < sizeof spoilers / sizeof *spoilers; i++) {
		assert_int_equal(link_find(f->db, &task, SUM, &twin), DB_OK);
		assert_string_equal(twin.video, other);
		by_hand(f, "SAVEPOINT before", "");
		by_hand(f, spoilers[i], other);
		by_hand(f, "RELEASE before", "");
		assert_int_equal(link_find(f->db, &task, SUM, &twin), DB_NONE);
		assert_int_equal(link_save(f->db, &task, &well, SUM, &twin), DB_NONE);
		if (i < 3)
			by_hand(f, "UPDATE video SET owner = '', sha256 = '" SUM "', size_bytes = 10 WHERE id = %Q", other);
		else if (i == 3)
			by_hand(f, "UPDATE profile SET link = 1", "");
		else if (i < 6)
			by_hand(f, "UPDATE video SET recipe = (SELECT recipe FROM profile_recipe WHERE name = 'default') WHERE id = %Q", other);
		else
			break;
	}
	assert_int_equal(digest_save(f->db, &task, &well, SUM), DB_OK);
	task_fini(&task);
}

static void a_linked_video_is_ready_with_the_rows_of_the_other(void **state)
{
	struct fixture *f = *state;
	char id[ID_LEN + 1], other[ID_LEN + 1];
	struct link_twin twin;
	struct task task;

	add_ready(f, other);
	add_video(f, id, 10, NULL);
	claim_digest(f, &task);
	assert_int_equal(link_find(f->db, &task, SUM, &twin), DB_OK);
	assert_true(twin.source);
	assert_int_equal(link_save(f->db, &task, &well, SUM, &twin), DB_OK);
	assert_int_equal(number(f, "SELECT count(*) FROM video WHERE state = 'ready' AND sha256 = '" SUM "'"), 2);
	assert_int_equal(number(f, "SELECT count(*) FROM rendition WHERE file = '240p.mp4'"), 2);
	assert_int_equal(number(f, "SELECT count(*) FROM decision WHERE code = 'linked'"), 1);
	assert_int_equal(number(f, "SELECT count(*) FROM task"), 1);
	assert_int_equal(number(f, "SELECT count(*) FROM growth"), 0);
	assert_int_equal(look(f, 0).videos, 0);
	assert_int_equal(link_save(f->db, &task, &well, SUM, &twin), DB_NONE);
	task_fini(&task);
}

static void a_source_is_not_removed_before_its_digest_is_known(void **state)
{
	struct fixture *f = *state;
	struct discard discard;
	char id[ID_LEN + 1];
	struct task task;

	add_video(f, id, 10, NULL);
	by_hand(f, "INSERT INTO discard (video, file, after_ms) VALUES (%Q, '@source', 0)", id);
	by_hand(f, "DELETE FROM task WHERE video = %Q AND kind = 'probe'", id);
	by_hand(f, "UPDATE video SET state = 'publishing' WHERE id = %Q", id);
	by_hand(f, "UPDATE video SET state = 'ready' WHERE id = %Q", id);
	assert_int_equal(discard_due(f->db, &discard), DB_NONE);
	claim_digest(f, &task);
	assert_int_equal(discard_due(f->db, &discard), DB_NONE);
	assert_int_equal(digest_save(f->db, &task, &well, SUM), DB_OK);
	assert_int_equal(discard_due(f->db, &discard), DB_OK);
	task_fini(&task);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_upload_is_promised_what_it_brings_until_its_file_has_it),
		T(a_claim_is_proven_by_bytes_that_come_as_fast_as_all_of_it_would_in_a_day),
		T(a_body_that_ends_with_its_request_proves_what_it_announced_or_fits_beside_what_others_proved),
		T(unproven_claims_count_up_to_half_of_the_room),
		T(an_upload_that_is_moved_while_somebody_looks_for_it_is_found),
		T(an_upload_that_is_removed_while_it_is_completed_leaves_no_source),
		T(who_asks_is_foretold_by_its_own_profile_and_does_not_stand_in_its_own_way),
		T(a_video_is_promised_what_its_work_will_write_until_it_is_given_up),
		T(a_task_is_claimed_where_it_fits_beside_the_running_ones),
		T(the_words_have_every_figure),
		T(what_was_written_teaches_what_will_be),
		T(free_space_is_written_down_where_views_find_it),
		T(a_known_digest_is_not_computed_unless_there_is_something_to_link),
		T(only_a_finished_video_of_the_same_owner_and_version_is_a_twin),
		T(a_linked_video_is_ready_with_the_rows_of_the_other),
		T(a_source_is_not_removed_before_its_digest_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
