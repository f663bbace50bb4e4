/*
 * spool.c - owns every file before it is a source: incoming/ID while bytes come, source/ID once they
 * are durable.  The row of table upload comes before the file and goes after it, so whatever a dead
 * responder leaves behind can be found.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "ingest/spool.h"
#include "store/video.h"

#define AHEAD_LEAST_BYTES ((int64_t)1 << 20)    /* reserved ahead of a body: as much as has come of it, */
#define AHEAD_MOST_BYTES ((int64_t)64 << 20)    /* within these */
#define RECORD_MS 20000         /* a row lags so far behind a body that ends with its request */
#define CACHE_PART 8            /* of the memory that is to be had, what an upload may keep of the page cache */
#define WINDOW_BYTES ((int64_t)8 << 20)         /* written back while the next as many come */
#define START_BYTES ((int64_t)1 << 20)          /* the same, of an upload that is synced after each request */

enum spool_result spool_from_db(enum db_result result)
{
	switch (result) {
	case DB_OK: return SPOOL_OK;
	case DB_REFUSED: return SPOOL_REFUSED;
	case DB_BUSY: return SPOOL_BUSY;
	case DB_FULL: return SPOOL_FULL;
	case DB_NONE: return SPOOL_GONE;
	case DB_FAILED: break;
	}
	return SPOOL_FAILED;
}

enum spool_result spool_from_errno(const struct spool *spool, const char *what)
{
	if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
		return SPOOL_FULL;
	log_error("upload %s: %s: %s", spool->id, what, strerror(errno));
	return SPOOL_FAILED;
}

static void path_of(const struct spool *s, const char *folder, char path[64])
{
	snprintf(path, 64, "%s/%s", folder, s->id);
}

enum spool_result spool_check_space(const struct spool *spool, int64_t more)
{
	int64_t available = file_free_bytes(spool->dir_fd, "incoming");

	if (available < 0)
		return spool_from_errno(spool, "free space of incoming");
	return available - spool->conf->floor_bytes < more ? SPOOL_FULL : SPOOL_OK;
}

static enum spool_result check_budget(struct spool *s, int64_t length_bytes, int64_t to_come, bool comes)
{
	const struct budget_asker asker = { s->id, s->profile, length_bytes, comes };
	enum spool_result result = spool_from_db(budget_read(s->db, s->dir_fd, s->conf->floor_bytes, &asker, &s->budget));

	if (result != SPOOL_OK)
		return result;
	if (s->budget.free_bytes < 0)
		return spool_from_errno(s, "free space");
	s->wanted_bytes = to_come;
	s->firm = budget_is_firm(&s->budget);
	return budget_left(&s->budget) < to_come + s->budget.work_bytes ? SPOOL_FULL : SPOOL_OK;
}

enum spool_result spool_check_budget(struct spool *spool, int64_t length_bytes, int64_t to_come)
{
	return check_budget(spool, length_bytes, to_come, false);
}

/* Allocates up to `to_bytes` without changing the size; a file system that cannot is no failure. */
static enum spool_result reserve(struct spool *s, int64_t to_bytes)
{
	int64_t more = to_bytes - s->reserved_bytes;

	if (more <= 0)
		return SPOOL_OK;
	if (fallocate(s->fd, FALLOC_FL_KEEP_SIZE, s->reserved_bytes, more) < 0 &&
	    errno != EOPNOTSUPP && errno != ENOSYS && errno != EINTR)
		return spool_from_errno(s, "reserving space");
	s->reserved_bytes = to_bytes;
	return SPOOL_OK;
}

static enum spool_result create(struct spool *s)
{
	char path[64];

	path_of(s, "incoming", path);
	s->fd = openat(s->dir_fd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return s->fd < 0 ? spool_from_errno(s, path) : SPOOL_OK;
}

enum spool_result spool_end(struct spool *s, enum spool_result result)
{
	if (result == SPOOL_OK)
		return spool_from_db(db_end(s->db, DB_OK));
	db_rollback(s->db);
	return result;
}

/*
 * In one transaction it has a row and its bytes are spoken for: two that come at one time do not both get the last room.
 * Of the file, `to_come` are still to be written, or it is here.  One whose length nobody told has to find room for a byte, and
 * then for each step.
 */
static enum spool_result admit(struct spool *s, const char *worker, const char *filename, int64_t to_come)
{
	enum spool_result result = spool_from_db(db_begin(s->db));

	if (result != SPOOL_OK)
		return result;
	result = spool_check_budget(s, s->length_bytes > 0 ? s->length_bytes : 1, to_come);
	if (result == SPOOL_OK)
		result = spool_from_db(upload_begin(s->db, s->id, worker, filename, s->length_bytes));
	if (result == SPOOL_OK && to_come == 0)
		result = spool_from_db(upload_record(s->db, s->id, 0, s->length_bytes, false));
	return spool_end(s, result);
}

/* Gives it an id and a row, if it may be so long and there is room. */
static enum spool_result begin(struct spool *s, const char *worker, const char *filename, int64_t to_come)
{
	enum spool_result result;

	if (s->length_bytes > s->conf->upload_max_bytes)
		return SPOOL_TOO_LARGE;
	id_new(s->id);
	result = admit(s, worker, filename, to_come);
	if (result != SPOOL_OK)
		s->id[0] = '\0';
	return result;
}

enum spool_result spool_open(struct spool *spool, struct db *db, const struct conf *conf, int dir_fd,
			     const char *worker, const char *filename, int64_t length_bytes)
{
	enum spool_result result;

	*spool = (struct spool){
		.db = db, .conf = conf, .dir_fd = dir_fd, .profile = "default", .fd = -1, .length_bytes = length_bytes,
		.limit_bytes = conf->upload_max_bytes, .start_bytes = WINDOW_BYTES,
		.cached_most_bytes = memory_available_bytes() / CACHE_PART, .promised = length_bytes > 0, .recorded_ms = clock_mono_ms(),
	};
	result = begin(spool, worker, filename, length_bytes > 0 ? length_bytes : 1);
	if (result == SPOOL_OK)
		result = create(spool);
	if (result != SPOOL_OK)
		spool_abort(spool);
	return result;
}

/* Renames the file, and looks that this was the one which was judged: its name could mean another by now. */
static enum spool_result take(struct spool *s, struct handover *given)
{
	struct stat now;
	char path[64];

	path_of(s, "incoming", path);
	if (renameat2(given->dir_fd, given->name, s->dir_fd, path, RENAME_NOREPLACE) < 0 ||
	    fstatat(s->dir_fd, path, &now, AT_SYMLINK_NOFOLLOW) < 0)
		return spool_from_errno(s, "taking over a file");
	if (now.st_dev != given->dev || now.st_ino != given->ino || now.st_nlink != 1) {
		log_error("upload %s: the file that was handed over was replaced meanwhile", s->id);
		return SPOOL_FAILED;
	}
	s->fd = given->fd;
	given->fd = -1;
	s->size_bytes = s->reserved_bytes = given->size_bytes;
	return SPOOL_OK;
}

/* Its bytes are on the disk already: the space left has to be above the floor, no more. */
enum spool_result spool_adopt(struct spool *spool, struct db *db, const struct conf *conf, int dir_fd,
			      const char *worker, const char *filename, struct handover *given)
{
	enum spool_result result;

	*spool = (struct spool){
		.db = db, .conf = conf, .dir_fd = dir_fd, .profile = "default", .fd = -1, .length_bytes = given->size_bytes,
		.limit_bytes = conf->upload_max_bytes, .start_bytes = WINDOW_BYTES,
	};
	result = begin(spool, worker, filename, 0);
	spool->firm = true;
	if (result == SPOOL_OK)
		result = take(spool, given);
	if (result != SPOOL_OK)
		spool_abort(spool);
	return result;
}

enum spool_result spool_resume(struct spool *spool, int fd, int64_t offset_bytes)
{
	struct stat st;

	spool->fd = fd;
	spool->resumable = true;
	spool->length_bytes = -1;
	spool->start_bytes = START_BYTES;
	spool->cached_most_bytes = memory_available_bytes() / CACHE_PART;
	spool->size_bytes = spool->started_bytes = spool->dropped_bytes = spool->reserved_bytes = offset_bytes;
	if (fstat(fd, &st) < 0)
		return spool_from_errno(spool, "fstat");
	if (st.st_size < offset_bytes) {
		log_error("upload %s: the file has %" PRId64 " bytes of %" PRId64 " that were promised", spool->id,
			  (int64_t)st.st_size, offset_bytes);
		return SPOOL_GONE;
	}
	if (st.st_size > offset_bytes)
		return spool_cut(spool, offset_bytes);
	if ((int64_t)st.st_blocks * 512 > offset_bytes)         /* st_blocks counts 512 bytes each, see stat(3type) */
		spool->reserved_bytes = (int64_t)st.st_blocks * 512;
	return lseek(fd, offset_bytes, SEEK_SET) < 0 ? spool_from_errno(spool, "lseek") : SPOOL_OK;
}

enum spool_result spool_cut(struct spool *spool, int64_t size_bytes)
{
	if (ftruncate(spool->fd, size_bytes) < 0)
		return spool_from_errno(spool, "ftruncate");
	spool->size_bytes = spool->started_bytes = spool->dropped_bytes = spool->reserved_bytes = size_bytes;
	return lseek(spool->fd, size_bytes, SEEK_SET) < 0 ? spool_from_errno(spool, "lseek") : SPOOL_OK;
}

/* Linux tells an open file of a failed write-back once, and calls its pages clean: a second fdatasync would be content. */
static enum spool_result damaged(struct spool *s, const char *what)
{
	s->damaged = true;
	return spool_from_errno(s, what);
}

enum spool_result spool_sync(struct spool *spool)
{
	if (spool->damaged)
		return SPOOL_FAILED;
	return fdatasync(spool->fd) < 0 ? damaged(spool, "fdatasync") : SPOOL_OK;
}

/*
 * Starts the write-back of what came last, waits for what is a window behind it, and lets its pages go where the upload is a
 * large one: so it lives in a few pages that are used again and again, takes nobody else's out of the cache, and
 * leaves the last fsync little to do.  A smaller one keeps its pages, clean as they are: its digest, its probe and
 * its first chunks are read within seconds.  The wait reports a failed write, which a later fsync would not any more.
 */
static enum spool_result write_back(struct spool *s)
{
	int64_t fresh = s->size_bytes - s->started_bytes;

	if (fresh < s->start_bytes)
		return SPOOL_OK;
	(void)sync_file_range(s->fd, s->started_bytes, fresh, SYNC_FILE_RANGE_WRITE);
	s->started_bytes = s->size_bytes;
	if (s->started_bytes - s->dropped_bytes < 2 * WINDOW_BYTES)
		return SPOOL_OK;
	if (sync_file_range(s->fd, s->dropped_bytes, WINDOW_BYTES, SYNC_FILE_RANGE_WAIT_BEFORE |
			    SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER) < 0)
		return damaged(s, "write-back");
	s->dropped_bytes += WINDOW_BYTES;
	if (s->size_bytes > s->cached_most_bytes || s->length_bytes > s->cached_most_bytes)
		(void)posix_fadvise(s->fd, 0, s->dropped_bytes, POSIX_FADV_DONTNEED);
	return SPOOL_OK;
}

/* Drops `len` written bytes from the front of the slices. */
static void drop_written(struct iovec **slices, size_t *count, size_t len)
{
	while (*count > 0 && len >= (*slices)->iov_len) {
		len -= (*slices)->iov_len;
		(*slices)++;
		(*count)--;
	}
	if (*count > 0) {
		(*slices)->iov_base = (char *)(*slices)->iov_base + len;
		(*slices)->iov_len -= len;
	}
}

static enum spool_result write_all(struct spool *s, struct iovec *slices, size_t count)
{
	drop_written(&slices, &count, 0);
	while (count > 0) {
		ssize_t n = writev(s->fd, slices, (int)count);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return spool_from_errno(s, "write");
		s->size_bytes += n;
		drop_written(&slices, &count, (size_t)n);
	}
	return write_back(s);
}

/* The next step, of what was promised its length where that fits on the disk. */
static enum spool_result grow(struct spool *s, int64_t to_bytes)
{
	int64_t more = to_bytes - s->reserved_bytes;
	enum spool_result result = s->promised ? spool_check_space(s, more) : spool_check_budget(s, to_bytes, more);

	return result == SPOOL_OK ? reserve(s, to_bytes) : result;
}

enum spool_result spool_record(struct spool *s, int64_t length_bytes, int64_t before_bytes, bool ended)
{
	bool is_proven = upload_is_proven(s->db, s->id);
	enum spool_result result = spool_from_db(db_begin(s->db));

	if (result == SPOOL_OK && !is_proven)
		result = check_budget(s, length_bytes, length_bytes - s->reserved_bytes, true);
	if (result == SPOOL_OK)
		result = spool_from_db(upload_record(s->db, s->id, before_bytes, s->size_bytes, ended));
	return spool_end(s, result);
}

/* Of one that ends with its request.  Nobody needs to know it now: other failures are no matter. */
static enum spool_result record(struct spool *s)
{
	enum spool_result result = spool_record(s, s->length_bytes, s->recorded_bytes, false);

	s->recorded_ms = clock_mono_ms();
	if (result == SPOOL_OK)
		s->recorded_bytes = s->size_bytes;
	return result == SPOOL_FULL ? SPOOL_FULL : SPOOL_OK;
}

static int64_t ahead(const struct spool *s)
{
	if (s->size_bytes < AHEAD_LEAST_BYTES)
		return AHEAD_LEAST_BYTES;
	return s->size_bytes < AHEAD_MOST_BYTES ? s->size_bytes : AHEAD_MOST_BYTES;
}

static bool record_is_due(const struct spool *s)
{
	return !s->resumable && clock_mono_ms() - s->recorded_ms >= RECORD_MS;
}

enum spool_result spool_appendv(struct spool *spool, struct iovec *slices, size_t count)
{
	int64_t end = spool->size_bytes, most = spool->limit_bytes;
	enum spool_result result;

	for (size_t i = 0; i < count; i++)
		end += (int64_t)slices[i].iov_len;
	if (end > spool->limit_bytes)
		return SPOOL_TOO_LARGE;
	if (end <= spool->length_bytes)
		most = spool->length_bytes;
	if (end > spool->reserved_bytes) {
		result = grow(spool, end + ahead(spool) < most ? end + ahead(spool) : most);
		if (result == SPOOL_FULL)
			result = grow(spool, end);
		if (result != SPOOL_OK)
			return result;
	}
	result = write_all(spool, slices, count);
	return result == SPOOL_OK && record_is_due(spool) ? record(spool) : result;
}

/* Gives back what was reserved and not used, and makes the bytes durable. */
static enum spool_result seal(struct spool *s)
{
	int fd = s->fd;

	if (s->reserved_bytes > s->size_bytes && ftruncate(fd, s->size_bytes) < 0)
		return spool_from_errno(s, "ftruncate");
	if (fchmod(fd, 0400) < 0)
		return spool_from_errno(s, "fchmod");
	if (s->damaged)
		return SPOOL_FAILED;
	if (fsync(fd) < 0)
		return damaged(s, "fsync");
	if (s->resumable)
		return SPOOL_OK;        /* others look for its lock until the row is committed */
	s->fd = -1;
	return close(fd) < 0 && errno != EINTR ? spool_from_errno(s, "close") : SPOOL_OK;
}

static enum spool_result move(const struct spool *s)
{
	char from[64], to[64];

	path_of(s, "incoming", from);
	path_of(s, "source", to);
	return file_move(s->dir_fd, from, to) < 0 ? spool_from_errno(s, "moving to source") : SPOOL_OK;
}

/* Of one that another has renamed: it may have died before that was durable. */
static enum spool_result sync_move(const struct spool *s)
{
	if (file_sync_dir(s->dir_fd, "source") < 0 || file_sync_dir(s->dir_fd, "incoming") < 0)
		return spool_from_errno(s, "fsync of source and incoming");
	return SPOOL_OK;
}

static void remove_from(const struct spool *s, const char *folder)
{
	char path[64];

	path_of(s, folder, path);
	if (unlinkat(s->dir_fd, path, 0) < 0 && errno != ENOENT)
		log_error("upload %s: %s: %s", s->id, path, strerror(errno));
}

/* A commit that said it failed may be there. */
static void remove_source(const struct spool *s)
{
	if (!video_exists(s->db, s->id))
		remove_from(s, "source");
}

enum spool_result spool_finish(struct spool *spool, struct upload_done *done)
{
	enum spool_result result = spool->resumable || spool->firm ? SPOOL_OK : record(spool);

	if (result == SPOOL_OK)
		result = seal(spool);
	done->id = spool->id;
	done->size_bytes = spool->size_bytes;
	if (result == SPOOL_OK)
		result = spool->moved ? sync_move(spool) : move(spool);
	if (result == SPOOL_OK)
		result = spool_from_db(upload_complete(spool->db, done));
	if (result == SPOOL_FAILED || result == SPOOL_GONE)
		log_error("upload %s: not completed: %s", spool->id, db_message(spool->db));
	if (result == SPOOL_GONE)
		remove_source(spool);   /* its row was removed at the same time: nobody would look for it */
	spool->finished = result == SPOOL_OK;
	return result;
}

void spool_full(const struct spool *spool, char words[BUDGET_WORDS])
{
	const struct budget *b = &spool->budget;

	if (budget_left(b) < spool->wanted_bytes + b->work_bytes)
		budget_words(b, spool->wanted_bytes, words);
	else if (spool->resumable && !spool->untold)
		budget_words_kept(file_free_bytes(spool->dir_fd, "incoming"), spool->conf->floor_bytes,
				  spool->limit_bytes - spool->size_bytes, words);
	else
		snprintf(words, BUDGET_WORDS, "The disk became full while the file came; nothing of it was kept.");
}

void spool_abort(struct spool *spool)
{
	enum db_result result;

	if (spool->fd >= 0)
		close(spool->fd);
	spool->fd = -1;
	if (spool->id[0] == '\0' || spool->finished || spool->resumable)
		return;
	remove_from(spool, "incoming");
	remove_source(spool);
	result = upload_abort(spool->db, spool->id);
	if (result != DB_OK && result != DB_NONE)
		log_warn("upload %s: its row stays for a minute or two: %s", spool->id, db_message(spool->db));
	spool->id[0] = '\0';
}
