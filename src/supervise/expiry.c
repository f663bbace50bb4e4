/*
 * expiry.c - completes what nobody needs to come back for, and removes what nobody comes back for.  The row goes last, so that
 * nothing is forgotten.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/id.h"
#include "base/log.h"
#include "base/turn.h"
#include "ingest/handover.h"
#include "ingest/whole.h"
#include "store/upload.h"
#include "store/video.h"
#include "supervise/expiry.h"

#define STRAYS_MS 60000         /* between two looks for stray files */
#define SLACK_BYTES ((int64_t)1 << 20)  /* more than file systems add of their own */
#define REST_MS 60000           /* after its last byte, a whole upload is left alone for its client's next request, and one that is begun for its file */

bool expiry_is_due(struct db *db, const struct conf *conf, int64_t *looked_ms)
{
	char id[ID_LEN + 1] = "";
	int64_t now_ms = clock_mono_ms();

	if (*looked_ms != 0 && now_ms - *looked_ms < STRAYS_MS && upload_expired(db, conf->upload_expiry_ms, id) != DB_OK)
		return false;
	*looked_ms = now_ms;
	return true;
}

static void path_of(const char *folder, const char *id, char path[64])
{
	snprintf(path, 64, "%s/%s", folder, id);
}

/* The file, to hold its turn by; -1 where there is none. */
static int open_file(const struct desk *desk, const char *id)
{
	char path[64];
	int fd;

	path_of("incoming", id, path);
	fd = openat(desk->dir_fd, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == EACCES && fchmodat(desk->dir_fd, path, 0600, 0) == 0)
		fd = openat(desk->dir_fd, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	return fd;
}

static bool unlink_in(const struct desk *desk, const char *folder, const char *id)
{
	char path[64];

	path_of(folder, id, path);
	if (unlinkat(desk->dir_fd, path, 0) == 0 || errno == ENOENT)
		return true;
	log_warn("%s: could not be removed: %s", path, strerror(errno));
	return false;
}

/* All of it but a source that a video has.  DB_FAILED: something stays; DB_NONE: another removed it. */
static enum db_result remove_upload(const struct desk *desk, const char *id)
{
	if (!unlink_in(desk, "incoming", id) || (!video_exists(desk->db, id) && !unlink_in(desk, "source", id)))
		return DB_FAILED;
	return upload_abort(desk->db, id);
}

/* With its turn held: once more a look, as a byte may have come.  The row of one that became a video long ago goes without a word. */
static void remove_expired(const struct desk *desk, const char *id)
{
	bool unfinished = upload_needs_file(desk->db, id);

	if (upload_is_expired(desk->db, desk->conf->upload_expiry_ms, id) && remove_upload(desk, id) == DB_OK && unfinished)
		log_info("upload %s: expired", id);
}

static void expire(const struct desk *desk, const char *id)
{
	int fd = open_file(desk, id);

	if (fd < 0 || turn_take(fd, 0, false) == TURN_OURS)
		remove_expired(desk, id);
	if (fd < 0)
		return;
	turn_leave(fd);
	close(fd);
}

/* Those that end with their responder, which is dead. */
static void remove_orphans(const struct desk *desk)
{
	char id[ID_LEN + 1] = "";

	while (!atomic_load(desk->stopping) && upload_orphan(desk->db, id) == DB_OK)
		if (remove_upload(desk, id) == DB_FAILED)
			log_warn("upload %s: could not be removed", id);
}

/* resume_leave gives back what is reserved for one ahead of its bytes.  With its turn held, none is on its way. */
static void give_back(const struct desk *desk, const char *id)
{
	struct resume resume;
	char path[64];

	path_of("incoming", id, path);
	if (resume_read(&resume, desk->db, desk->conf, desk->dir_fd, id, NULL) == SPOOL_OK &&
	    file_allocated_bytes(desk->dir_fd, path) > resume.row.offset_bytes + SLACK_BYTES &&
	    resume_take(&resume, 0, false) == SPOOL_OK && resume.row.lapsed)
		(void)spool_resume(&resume.spool, resume.spool.fd, resume.row.offset_bytes);
	resume_leave(&resume);
}

static void give_back_lapsed(const struct desk *desk)
{
	char id[ID_LEN + 1] = "";

	while (!atomic_load(desk->stopping) && upload_lapsed(desk->db, id) == DB_OK)
		give_back(desk, id);
}

static bool is_gone_from(const struct desk *desk, const char *folder, const char *id)
{
	char path[64];
	struct stat st;

	path_of(folder, id, path);
	return fstatat(desk->dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT;
}

/*
 * Rows that stayed where the database was held by another when their uploads ended, or whose responder died between a file and its
 * row (a DELETE): they would be promised room for as long as their responder lives, or until they expire.  A file that is still
 * needed is in one folder or the other, in this order.
 */
static void forget_ended(const struct desk *desk)
{
	char id[ID_LEN + 1] = "";

	while (!atomic_load(desk->stopping) && upload_lasting(desk->db, REST_MS, id) == DB_OK)
		if (is_gone_from(desk, "incoming", id) && is_gone_from(desk, "source", id) && upload_abort(desk->db, id) == DB_OK)
			log_info("upload %s: it had ended, and its file is gone", id);
}

static void remove_strays(const struct desk *desk)
{
	DIR *dir = file_open_dir(desk->dir_fd, "incoming");
	struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (id_valid(entry->d_name) && !upload_needs_file(desk->db, entry->d_name) && unlink_in(desk, "incoming", entry->d_name))
			log_info("incoming/%s: belonged to no upload", entry->d_name);
	closedir(dir);
}

/* What cannot be completed now is tried again at the next look: somebody is at it, or the disk or the database is in trouble. */
static void complete_left(const struct desk *desk)
{
	char id[ID_LEN + 1] = "";

	while (!atomic_load(desk->stopping) && upload_left(desk->db, REST_MS, id) == DB_OK)
		(void)whole_complete(desk->db, desk->conf, desk->dir_fd, id);
}

void expiry_run(const struct desk *desk)
{
	char id[ID_LEN + 1] = "";

	if (upload_count_time(desk->db) != DB_OK)
		log_warn("uploads: the time by which they expire was not counted: %s", db_message(desk->db));
	complete_left(desk);
	while (!atomic_load(desk->stopping) && upload_expired(desk->db, desk->conf->upload_expiry_ms, id) == DB_OK)
		expire(desk, id);
	remove_orphans(desk);
	forget_ended(desk);
	give_back_lapsed(desk);
	remove_strays(desk);
	handover_sweep(desk->conf->hand_over);
}
