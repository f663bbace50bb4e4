/*
 * resume.c - uploads that outlive their requests.  The row's offset is the truth: it is committed after
 * fdatasync, and what the file has behind it was promised to nobody.  Who writes holds the file's turn.
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
#include "base/turn.h"
#include "ingest/resume.h"
#include "store/profile.h"
#include "store/video.h"

#define RECORD_BYTES ((int64_t)64 << 20)        /* at most so much is lost with a responder, */
#define RECORD_MS 3000                          /* or what came in this time */

static void init(struct resume *r, struct db *db, const struct conf *conf, int dir_fd)
{
	r->spool = (struct spool){ .db = db, .conf = conf, .dir_fd = dir_fd, .profile = r->row.profile, .fd = -1, .resumable = true };
	r->from_bytes = 0;
	r->recorded_ms = clock_mono_ms();
	r->at_once = false;
}

static void path_of(const struct resume *r, const char *folder, char path[64])
{
	snprintf(path, 64, "%s/%s", folder, r->row.id);
}

/* A file that was sealed is read-only, also to us, but for the moment in which it is opened: it may be a video's by now. */
static int open_in(const struct resume *r, const char *folder, int flags)
{
	char path[64];
	int fd;

	path_of(r, folder, path);
	fd = openat(r->spool.dir_fd, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
	if (fd >= 0 || errno != EACCES || fchmodat(r->spool.dir_fd, path, 0600, 0) < 0)
		return fd;
	fd = openat(r->spool.dir_fd, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0)
		(void)fchmod(fd, 0400);
	return fd;
}

/* Opens the file.  One that nothing was promised of may not be there; one that was whole may be moved already. */
static enum spool_result open_file(struct resume *r)
{
	struct spool *s = &r->spool;

	s->moved = false;
	s->fd = open_in(r, "incoming", r->row.offset_bytes == 0 ? O_CREAT : 0);
	if (s->fd < 0 && errno == ENOENT && resume_is_whole(r)) {
		s->fd = open_in(r, "source", 0);
		s->moved = s->fd >= 0;
	}
	if (s->fd >= 0)
		return SPOOL_OK;
	return errno == ENOENT ? SPOOL_GONE : spool_from_errno(s, "opening it");
}

/* In one transaction it is there and its bytes are spoken for.  What is joined of others was promised to them, and may need
 * no room. */
static enum spool_result admit(struct resume *r, const char *worker)
{
	struct spool *s = &r->spool;
	enum spool_result result = spool_from_db(db_begin(s->db));
	int64_t length = r->row.length_bytes > 0 ? r->row.length_bytes : 1;
	enum db_result created;

	if (result != SPOOL_OK)
		return result;
	if (r->row.kind != UPLOAD_JOINED)
		result = spool_check_budget(s, length, length);
	if (result == SPOOL_OK) {
		created = upload_create(s->db, &r->row, worker, s->conf->uploads_max, s->conf->uploads_owner_max);
		result = created == DB_NONE ? SPOOL_TOO_MANY : spool_from_db(created);
	}
	return spool_end(s, result);
}

enum spool_result resume_create(struct resume *resume, struct db *db, const struct conf *conf, int dir_fd, const char *worker)
{
	struct upload_row *row = &resume->row;
	enum spool_result result;

	init(resume, db, conf, dir_fd);
	row->id[0] = '\0';
	if (row->length_bytes > conf->upload_max_bytes)
		return SPOOL_TOO_LARGE;
	id_new(row->id);
	strcpy(resume->spool.id, row->id);
	result = admit(resume, worker);
	if (result != SPOOL_OK) {
		row->id[0] = '\0';
		return result;
	}
	result = resume_read(resume, db, conf, dir_fd, row->id, row->owner);
	if (result == SPOOL_OK)
		result = resume_take(resume, 0, false);
	resume->spool.untold = worker != NULL;
	if (result == SPOOL_OK)
		return SPOOL_OK;
	if (resume_remove(resume) != SPOOL_OK)
		log_warn("upload %s: it could not be begun, and stays until its worker ends or it expires", row->id);
	row->id[0] = '\0';
	return result;
}

enum spool_result resume_tell(struct resume *resume)
{
	struct spool *s = &resume->spool;
	enum spool_result result;

	if (!s->untold || resume->row.done)
		return SPOOL_OK;
	result = spool_from_db(upload_tell(s->db, s->id));
	s->untold = result != SPOOL_OK;
	return result;
}

enum spool_result resume_read(struct resume *resume, struct db *db, const struct conf *conf, int dir_fd, const char *id,
			      const char *owner)
{
	char key[ID_LEN + 1], of[sizeof resume->row.owner];

	snprintf(key, sizeof key, "%s", id);
	snprintf(of, sizeof of, "%s", owner != NULL ? owner : "");
	init(resume, db, conf, dir_fd);
	strcpy(resume->spool.id, key);
	return spool_from_db(upload_read(db, key, owner != NULL ? of : NULL, conf->upload_expiry_ms, &resume->row));
}

static enum spool_result take_turn(struct resume *r, int64_t wait_ms, bool presses)
{
	switch (turn_take(r->spool.fd, wait_ms, presses)) {
	case TURN_OURS: return SPOOL_OK;
	case TURN_TAKEN: return SPOOL_TAKEN;
	case TURN_FAILED: break;
	}
	return spool_from_errno(&r->spool, "taking the turn");
}

/* Whether the file that we hold is still the upload's: it may have been removed while we waited. */
static bool is_current(struct resume *r)
{
	struct stat ours, now;
	char path[64];

	path_of(r, r->spool.moved ? "source" : "incoming", path);
	return fstat(r->spool.fd, &ours) == 0 && fstatat(r->spool.dir_fd, path, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	       ours.st_ino == now.st_ino && ours.st_dev == now.st_dev;
}

static enum spool_result read_again(struct resume *r)
{
	char owner[sizeof r->row.owner];

	strcpy(owner, r->row.owner);
	return spool_from_db(upload_read(r->spool.db, r->spool.id, owner, r->spool.conf->upload_expiry_ms, &r->row));
}

/* Opens the file and takes its turn. */
static enum spool_result take_file(struct resume *r, int64_t wait_ms, bool presses)
{
	struct spool *s = &r->spool;
	enum spool_result result = open_file(r);

	if (result == SPOOL_OK)
		result = take_turn(r, wait_ms, presses);
	if (result != SPOOL_OK && s->fd >= 0) {
		close(s->fd);
		s->fd = -1;
	}
	return result;
}

enum spool_result resume_take(struct resume *resume, int64_t wait_ms, bool presses)
{
	enum spool_result result, read;
	int64_t known_bytes;

	if (resume->row.done)
		return SPOOL_OK;
	do {
		known_bytes = resume->row.offset_bytes;
		result = take_file(resume, wait_ms, presses);
		read = read_again(resume);
		if (read != SPOOL_OK || resume->row.done)
			return read;
		/* Gone, and its row was read anew: its last byte came in between, and it was moved. */
	} while (result == SPOOL_GONE && resume->row.offset_bytes != known_bytes);
	if (result == SPOOL_OK && !is_current(resume))
		result = SPOOL_TAKEN;           /* somebody is moving it, and the row is about to say so */
	resume->from_bytes = resume->row.offset_bytes;
	return result;
}

/* In one transaction its bytes are spoken for, and its length is known, or its time begins anew. */
static enum spool_result promise(struct resume *r, int64_t length_bytes)
{
	struct spool *s = &r->spool;
	enum spool_result result = spool_from_db(db_begin(s->db));

	if (result != SPOOL_OK)
		return result;
	result = spool_check_budget(s, length_bytes, length_bytes - r->row.offset_bytes);
	if (result == SPOOL_OK)
		result = spool_from_db(r->row.lapsed ? upload_touch(s->db, s->id) : upload_set_length(s->db, s->id, length_bytes));
	return spool_end(s, result);
}

enum spool_result resume_begin(struct resume *resume)
{
	struct spool *s = &resume->spool;
	enum spool_result result = SPOOL_OK;
	int fd = s->fd;

	s->promised = resume->row.length_bytes >= 0;
	s->limit_bytes = s->promised ? resume->row.length_bytes : s->conf->upload_max_bytes;
	if (resume->row.lapsed)
		result = promise(resume, resume->row.length_bytes);
	if (result != SPOOL_OK)
		return result;
	resume->row.lapsed = false;
	return spool_resume(s, fd, resume->row.offset_bytes);
}

/* A name is durable once its folder is: a new file's, before anything of it is promised.  A folder's sync, too, fails once. */
static enum spool_result sync_name(struct resume *r)
{
	if (r->row.offset_bytes > 0 || file_sync_dir(r->spool.dir_fd, "incoming") == 0)
		return SPOOL_OK;
	r->spool.damaged = true;
	return spool_from_errno(&r->spool, "fsync of incoming");
}

enum spool_result resume_record(struct resume *resume)
{
	struct spool *s = &resume->spool;
	enum spool_result result;

	resume->recorded_ms = clock_mono_ms();
	if (s->size_bytes == resume->row.offset_bytes)
		return SPOOL_OK;
	result = spool_sync(s);
	if (result == SPOOL_OK)
		result = sync_name(resume);
	if (result == SPOOL_OK)
		result = spool_record(s, resume->row.length_bytes, resume->row.offset_bytes, resume->ends);
	if (result == SPOOL_FULL && resume_undo(resume) != SPOOL_OK)
		log_warn("upload %s: what is behind its offset stays until it goes on", s->id);
	if (result == SPOOL_OK) {
		resume->row.offset_bytes = s->size_bytes;
		resume->row.expires_s = (clock_wall_ms() + s->conf->upload_expiry_ms) / 1000;
	}
	return result;
}

enum spool_result resume_appendv(struct resume *resume, struct iovec *slices, size_t count)
{
	struct spool *s = &resume->spool;
	enum spool_result result = spool_appendv(s, slices, count);

	if (result != SPOOL_OK || resume->at_once)
		return result;
	if (s->size_bytes - resume->row.offset_bytes >= RECORD_BYTES || clock_mono_ms() - resume->recorded_ms >= RECORD_MS)
		return resume_record(resume);
	return SPOOL_OK;
}

enum spool_result resume_undo(struct resume *resume)
{
	return spool_cut(&resume->spool, resume->row.offset_bytes);
}

enum spool_result resume_set_length(struct resume *resume, int64_t length_bytes)
{
	struct spool *s = &resume->spool;
	enum spool_result result;

	if (length_bytes > s->conf->upload_max_bytes)
		return SPOOL_TOO_LARGE;
	result = promise(resume, length_bytes);
	if (result != SPOOL_OK)
		return result;
	resume->row.length_bytes = s->limit_bytes = length_bytes;
	s->promised = true;
	return SPOOL_OK;
}

enum spool_result resume_set_digest(struct resume *resume, const char *digest)
{
	enum spool_result result = SPOOL_OK;

	if (strcmp(resume->row.digest, digest) != 0)
		result = spool_from_db(upload_set_digest(resume->spool.db, resume->row.id, digest));
	if (result == SPOOL_OK)
		snprintf(resume->row.digest, sizeof resume->row.digest, "%s", digest);
	return result;
}

void resume_know_digest(struct resume *resume, const struct digest_claim *made)
{
	if (made->kind == DIGEST_SHA256)
		resume->sha256 = *made;
	if (made->kind == resume->wants)
		resume->told = *made;
}

bool resume_is_whole(const struct resume *resume)
{
	return resume->row.length_bytes > 0 && resume->row.offset_bytes == resume->row.length_bytes;
}

enum spool_result resume_finish(struct resume *resume, const char (*parts)[ID_LEN + 1], size_t part_count)
{
	const struct upload_row *row = &resume->row;
	char sha256[DIGEST_SHA256_TEXT];
	struct upload_done done = {
		.filename = row->filename, .title = row->title, .owner = row->owner, .profile = row->profile,
		.priority = row->priority, .sha256 = digest_sha256(&resume->sha256, sha256), .keep = true, .parts = parts, .part_count = part_count,
	};
	enum spool_result result;

	if (!profile_exists(resume->spool.db, row->profile))
		log_warn("upload %s: its profile '%s' was deleted meanwhile: it is encoded with 'default'", row->id, row->profile);
	result = spool_finish(&resume->spool, &done);
	if (result != SPOOL_OK)
		return result;
	log_info("video %s: %" PRId64 " bytes uploaded as '%s'", done.id, done.size_bytes, done.filename);
	resume->row.done = true;
	return SPOOL_OK;
}

enum spool_result resume_remove(struct resume *resume)
{
	struct spool *s = &resume->spool;
	char path[64];

	path_of(resume, "incoming", path);
	if (unlinkat(s->dir_fd, path, 0) < 0 && errno != ENOENT)
		return spool_from_errno(s, "removing it");
	path_of(resume, "source", path);
	if (!video_exists(s->db, s->id) && unlinkat(s->dir_fd, path, 0) < 0 && errno != ENOENT)
		return spool_from_errno(s, "removing its source");
	return spool_from_db(upload_abort(s->db, s->id));
}

/* What was reserved ahead of bytes that nobody promised, or that are not proven to be coming, may not come for days. */
static void give_back(const struct resume *r)
{
	const struct spool *s = &r->spool;

	if (r->row.done || s->reserved_bytes <= s->size_bytes || (r->row.length_bytes >= 0 && upload_is_proven(s->db, s->id)))
		return;
	if (ftruncate(s->fd, s->size_bytes) < 0)
		log_warn("upload %s: what was reserved ahead of it stays so: %s", r->row.id, strerror(errno));
}

void resume_leave(struct resume *resume)
{
	if (resume->spool.fd >= 0)
		give_back(resume);
	if (resume->spool.fd >= 0)
		turn_leave(resume->spool.fd);
	spool_abort(&resume->spool);
}
