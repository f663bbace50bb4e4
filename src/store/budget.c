/*
 * budget.c - the disk as a budget.  The counting is in view disk_claim; what only the file system knows, free space
 * and what of each upload's file has been allocated, is added here.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/file.h"
#include "store/budget.h"
#include "store/rows.h"

static enum db_result read_claims(struct db *db, const struct budget_asker *asker, struct budget *b)
{
	struct rows rows = rows_open(db, SQL_BUDGET_READ);
	enum db_result result;

	rows_text(&rows, ":id", asker->id);
	rows_text(&rows, ":profile", asker->profile);
	rows_int(&rows, ":length_bytes", asker->length_bytes);
	result = rows_next(&rows);
	if (result != DB_OK)
		return result;
	b->work_bytes = rows_column_int(&rows, 0, 0);
	b->uploads = rows_column_int(&rows, 1, 0);
	b->uploads_work_bytes = rows_column_int(&rows, 2, 0);
	b->videos = rows_column_int(&rows, 3, 0);
	b->videos_bytes = rows_column_int(&rows, 4, 0);
	b->unproven_bytes = rows_column_int(&rows, 5, 0);
	rows_end(&rows);
	return DB_OK;
}

/* A file that is not there yet has nothing. */
static int64_t arriving(int dir_fd, const char *id, int64_t length_bytes)
{
	char path[64];
	int64_t allocated;

	snprintf(path, sizeof path, "incoming/%s", id);
	allocated = file_allocated_bytes(dir_fd, path);
	if (allocated < 0)
		return length_bytes;
	return allocated < length_bytes ? length_bytes - allocated : 0;
}

static enum db_result add_arriving(struct db *db, int dir_fd, const struct budget_asker *asker, struct budget *b)
{
	struct rows rows = rows_open(db, SQL_BUDGET_UPLOADS);
	enum db_result result;

	rows_text(&rows, ":id", asker->id);
	while ((result = rows_next(&rows)) == DB_OK) {
		int64_t bytes = arriving(dir_fd, rows_column(&rows, 0), rows_column_int(&rows, 1, 0));

		b->arriving_bytes += bytes;
		b->unproven_bytes += rows_column_int(&rows, 2, 0) != 0 ? bytes : 0;
	}
	return rows_any(result);
}

/* The files come before the free space: what is allocated in between counts twice for a moment, and not as neither. */
enum db_result budget_read(struct db *db, int dir_fd, int64_t floor_bytes, const struct budget_asker *asker, struct budget *budget)
{
	static const struct budget_asker nobody = { .id = NULL };
	enum db_result result;

	*budget = (struct budget){ .floor_bytes = floor_bytes };
	if (asker == NULL)
		asker = &nobody;
	budget->comes = asker->comes;
	result = read_claims(db, asker, budget);
	if (result == DB_OK)
		result = add_arriving(db, dir_fd, asker, budget);
	budget->free_bytes = file_free_bytes(dir_fd, ".");
	return result;
}

/* Beside all that is proven. */
static int64_t room(const struct budget *b)
{
	return b->free_bytes - b->floor_bytes - (b->arriving_bytes + b->uploads_work_bytes - b->unproven_bytes) - b->videos_bytes;
}

/* What counts of unproven claims. */
static int64_t counted(const struct budget *b)
{
	int64_t half = room(b) > 0 && !b->comes ? room(b) / 2 : 0;

	return b->unproven_bytes < half ? b->unproven_bytes : half;
}

int64_t budget_left(const struct budget *b)
{
	return room(b) - counted(b);
}

bool budget_is_firm(const struct budget *b)
{
	return counted(b) == b->unproven_bytes;
}

enum db_result budget_keep(struct db *db, const struct budget *b)
{
	struct rows rows = rows_open(db, SQL_DISK_KEEP);

	rows_int(&rows, ":free_bytes", b->free_bytes);
	rows_int(&rows, ":floor_bytes", b->floor_bytes);
	rows_int(&rows, ":arriving_bytes", b->arriving_bytes);
	return rows_any(rows_run(&rows));
}

/* "1234567890 bytes (1.2 GB)" */
static const char *human(int64_t bytes, char text[64])
{
	static const char *const units[] = { "kB", "MB", "GB", "TB" };
	double value = (double)bytes / 1000;
	size_t unit = 0;

	while ((value >= 999.95 || value <= -999.95) && unit + 1 < sizeof units / sizeof *units) {
		value /= 1000;
		unit++;
	}
	snprintf(text, 64, "%" PRId64 " bytes (%.1f %s)", bytes, value, units[unit]);
	return text;
}

void budget_words(const struct budget *b, int64_t to_come_bytes, char words[BUDGET_WORDS])
{
	char free_text[64], floor_text[64], uploads[64], videos[64], needed[64];
	int64_t of_uploads = b->arriving_bytes + b->uploads_work_bytes - b->unproven_bytes + counted(b);

	snprintf(words, BUDGET_WORDS, "Free: %s.  Of them %s stay free, %s are spoken for by uploads under way (%" PRId64 ") and %s by "
		 "videos that are still to be made (%" PRId64 ").  Needed: %s, for the file and for what is made of it.",
		 human(b->free_bytes, free_text), human(b->floor_bytes, floor_text), human(of_uploads, uploads), b->uploads,
		 human(b->videos_bytes, videos), b->videos, human(to_come_bytes + b->work_bytes, needed));
}

void budget_words_kept(int64_t free_bytes, int64_t floor_bytes, int64_t to_come_bytes, char words[BUDGET_WORDS])
{
	char free_text[64], floor_text[64], needed[64];

	snprintf(words, BUDGET_WORDS, "The disk became full.  Free: %s.  Of them %s stay free.  Needed: at most %s, for what is still to come of "
		 "the file.  What came of it is kept: it goes on at its offset when there is room.",
		 human(free_bytes, free_text), human(floor_bytes, floor_text), human(to_come_bytes, needed));
}
