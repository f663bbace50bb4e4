/*
 * join.c - lays parts behind each other in a new file.  A crash leaves the parts as they were: the new file
 * belongs to the request's worker until the transaction that makes it a video and its parts joined.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"
#include "ingest/join.h"

#define WAIT_MS 3000            /* for another request that has to do with a part, or joins the same ones */
#define COPY_BYTES ((size_t)1 << 30)    /* most that one call is asked to copy */

/* One call of join_parts. */
struct join {
	struct resume *into;
	const char (*ids)[ID_LEN + 1];
	struct resume *parts;           /* of these ids; of the first `taken` the turn is ours */
	size_t count, taken;
	enum spool_result *result;
};

static enum join_result failed(struct join *j, enum spool_result result)
{
	*j->result = result;
	return result == SPOOL_GONE ? JOIN_NO_PART : JOIN_FAILED;
}

/* Whether an Upload-Concat that was taken once has these ids in this order. */
static bool is_of(const char *concat, const struct join *j)
{
	const char *at = concat + strcspn(concat, ";") + 1;

	for (size_t i = 0; i < j->count; i++) {
		size_t len;

		at += strspn(at, " ");
		len = strcspn(at, " ");
		if (len < ID_LEN || strncmp(at + len - ID_LEN, j->ids[i], ID_LEN) != 0)
			return false;
		at += len;
	}
	return at[strspn(at, " ")] == '\0';
}

/* What the parts went into: the same again, as for a client that lost the answer, or something else. */
static enum join_result compare(struct join *j)
{
	struct resume *before = &j->parts[0];           /* its row was read, and is not needed any more */
	struct spool *s = &j->into->spool;
	enum spool_result result;
	char id[ID_LEN + 1];

	for (size_t i = 0; i < j->count; i++)
		if (!j->parts[i].row.done || strcmp(j->parts[i].row.joined, before->row.joined) != 0)
			return JOIN_ELSEWHERE;
	strcpy(id, before->row.joined);
	result = resume_read(before, s->db, s->conf, s->dir_fd, id, j->into->row.owner);
	if (result != SPOOL_OK && result != SPOOL_GONE)
		return failed(j, result);
	if (result == SPOOL_GONE || !is_of(before->row.concat, j))
		return JOIN_ELSEWHERE;
	strcpy(j->into->row.id, id);
	return JOIN_BEFORE;
}

/* Reads all parts.  JOIN_OK: they may be joined, as it seems. */
static enum join_result look(struct join *j)
{
	struct spool *s = &j->into->spool;
	bool any_done = false, all_whole = true;

	for (size_t i = 0; i < j->count; i++) {
		struct resume *part = &j->parts[i];
		enum spool_result result = resume_read(part, s->db, s->conf, s->dir_fd, j->ids[i], j->into->row.owner);

		if (result != SPOOL_OK)
			return failed(j, result);
		if (part->row.kind != UPLOAD_PART)
			return JOIN_NO_PART;
		any_done |= part->row.done;
		all_whole &= resume_is_whole(part);
	}
	if (any_done)
		return compare(j);
	return all_whole ? JOIN_OK : JOIN_UNFINISHED;
}

/* Takes all parts, so that nobody removes them meanwhile.  JOIN_BEFORE: another request has just joined one. */
static enum join_result take(struct join *j)
{
	for (; j->taken < j->count; j->taken++) {
		struct resume *part = &j->parts[j->taken];
		enum spool_result result = resume_take(part, WAIT_MS, false);

		if (result == SPOOL_OK && part->row.done)
			return JOIN_BEFORE;
		if (result == SPOOL_OK)
			result = resume_begin(part);
		if (result != SPOOL_OK)
			return failed(j, result);
	}
	return JOIN_OK;
}

static void leave(struct join *j)
{
	for (size_t i = 0; i < j->count; i++)
		resume_leave(&j->parts[i]);
}

static int64_t length_of(const struct join *j)
{
	int64_t length = 0;

	for (size_t i = 0; i < j->count; i++)
		if (__builtin_add_overflow(length, j->parts[i].row.length_bytes, &length))
			return INT64_MAX;
	return length;
}

/* Shares the part's blocks where the file system can and they are whole blocks, and copies them elsewhere. */
static enum spool_result add_part(struct join *j, const struct resume *part)
{
	struct spool *s = &j->into->spool;
	struct file_clone_range range = {
		.src_fd = part->spool.fd, .src_length = 0, .dest_offset = (uint64_t)s->size_bytes,
	};
	off_t from = 0, to = s->size_bytes, length = part->row.length_bytes;

	if (ioctl(s->fd, FICLONERANGE, &range) == 0)
		from = length;
	else if (spool_check_space(s, length) == SPOOL_FULL)
		return SPOOL_FULL;
	while (from < length) {
		size_t most = length - from > (off_t)COPY_BYTES ? COPY_BYTES : (size_t)(length - from);
		ssize_t n = copy_file_range(part->spool.fd, &from, s->fd, &to, most, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n == 0 ? EIO : errno;
			return spool_from_errno(s, "copying a part");
		}
	}
	s->size_bytes += length;
	return SPOOL_OK;
}

/* The only part is the file already: a second name for it, so that a crash leaves the first. */
static enum spool_result link_part(struct join *j)
{
	struct spool *s = &j->into->spool;
	char from[64], to[64];

	snprintf(from, sizeof from, "incoming/%s", j->parts[0].row.id);
	snprintf(to, sizeof to, "incoming/%s", j->into->row.id);
	if (unlinkat(s->dir_fd, to, 0) < 0 || linkat(s->dir_fd, from, s->dir_fd, to, 0) < 0)
		return spool_from_errno(s, "linking a part");
	close(s->fd);
	s->fd = openat(s->dir_fd, to, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	s->size_bytes = s->reserved_bytes = j->parts[0].row.length_bytes;
	return s->fd >= 0 ? SPOOL_OK : spool_from_errno(s, "opening it");
}

static enum spool_result lay_parts(struct join *j)
{
	enum spool_result result = SPOOL_OK;

	if (j->count == 1)
		return link_part(j);
	for (size_t i = 0; i < j->count && result == SPOOL_OK; i++)
		result = add_part(j, &j->parts[i]);
	return result;
}

static enum join_result make(struct join *j, const char *worker)
{
	struct resume *into = j->into;
	struct spool s = into->spool;
	enum spool_result result;

	into->row.kind = UPLOAD_JOINED;
	into->row.length_bytes = length_of(j);
	result = resume_create(into, s.db, s.conf, s.dir_fd, worker);
	if (result == SPOOL_OK)
		result = resume_begin(into);
	if (result == SPOOL_OK)
		result = lay_parts(j);
	if (result == SPOOL_OK)
		result = resume_finish(into, j->ids, j->count);
	if (result != SPOOL_OK && into->row.id[0] != '\0' && resume_remove(into) != SPOOL_OK)
		log_warn("upload %s: it stays until its worker ends", into->row.id);
	return result == SPOOL_OK ? JOIN_OK : failed(j, result);
}

static void remove_files(struct join *j)
{
	char path[64];

	for (size_t i = 0; i < j->count; i++) {
		snprintf(path, sizeof path, "incoming/%s", j->parts[i].row.id);
		if (unlinkat(j->into->spool.dir_fd, path, 0) < 0 && errno != ENOENT)
			log_warn("upload %s: joined, but not removed: %s", j->parts[i].row.id, strerror(errno));
	}
}

static enum join_result join(struct join *j, const char *worker)
{
	enum join_result joined = look(j);

	if (joined != JOIN_OK)
		return joined;
	joined = take(j);
	if (joined == JOIN_BEFORE) {
		leave(j);
		joined = look(j);
		return joined == JOIN_OK ? JOIN_FAILED : joined;
	}
	if (joined == JOIN_OK)
		joined = make(j, worker);
	if (joined == JOIN_OK)
		remove_files(j);
	return joined;
}

enum join_result join_parts(struct resume *into, const char (*parts)[ID_LEN + 1], size_t count, struct db *db,
			    const struct conf *conf, int dir_fd, const char *worker, enum spool_result *result)
{
	struct join j = { .into = into, .ids = parts, .count = count, .result = result, .parts = calloc(count, sizeof *j.parts) };
	enum join_result joined;

	*result = SPOOL_FAILED;
	into->spool = (struct spool){ .db = db, .conf = conf, .dir_fd = dir_fd, .fd = -1, .resumable = true };
	into->row.id[0] = '\0';
	if (j.parts == NULL)
		return JOIN_FAILED;
	for (size_t i = 0; i < count; i++)
		j.parts[i].spool = into->spool;
	joined = join(&j, worker);
	leave(&j);
	resume_leave(into);
	free(j.parts);
	return joined;
}
