/*
 * make_digest.c - digest: what clipmill-digest printed goes into the video's row.  Where the work on the video waits for
 * it, and it is that of a finished video, there is no work: the files of that one are linked.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <string.h>

#include "base/log.h"
#include "supervise/link.h"

/* Its last line is "sha256 " and the digits. */
static bool read_digest(const struct buf *output, char sha256[DIGEST_LEN + 1])
{
	const char *line = strstr(buf_text(output), "sha256 ");

	if (line == NULL || strspn(line + 7, "0123456789abcdef") != DIGEST_LEN)
		return false;
	memcpy(sha256, line + 7, DIGEST_LEN);
	sha256[DIGEST_LEN] = '\0';
	return true;
}

/* An attempt that died in the middle may have left files. */
static void link_twin(struct work *work)
{
	const struct task *task = &work->attempt->task;
	struct link_twin twin;

	if (!link_awaited(work->desk->db, task))
		return;
	link_undo(work);
	if (link_find(work->desk->db, task, work->sha256, &twin) == DB_OK && link_files(work, &twin))
		work->twin = twin;
}

static bool digest_make(struct work *work)
{
	if (!read_digest(&work->attempt->output, work->sha256))
		return work_refuse(work, VERDICT_RETRY, "bad_output", "The digest of the source did not come.");
	link_twin(work);
	return true;
}

/* The other one may have been deleted or encoded again since: then this one is encoded. */
static enum db_result digest_commit(struct work *work)
{
	const struct attempt *a = work->attempt;
	enum db_result result = DB_NONE;

	if (work->twin.video[0] != '\0') {
		result = link_save(work->desk->db, &a->task, &a->ended, work->sha256, &work->twin);
		if (result != DB_NONE && result != DB_REFUSED)
			return result;
		if (result == DB_REFUSED)
			log_warn("video %s: not linked with %s: %s", a->task.video, work->twin.video, db_message(work->desk->db));
		link_undo(work);
		work->twin.video[0] = '\0';
	}
	return digest_save(work->desk->db, &a->task, &a->ended, work->sha256);
}

/* A video does without its digest. */
static enum db_result digest_without(struct work *work)
{
	if (link_awaited(work->desk->db, &work->attempt->task))
		link_undo(work);
	return task_done(work->desk->db, &work->attempt->task, &work->attempt->ended);
}

const struct make make_digest = { digest_make, digest_commit, digest_without };
