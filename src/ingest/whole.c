/*
 * whole.c - the last step of an upload that can be resumed: from every byte to a video.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>

#include "base/log.h"
#include "ingest/digest.h"
#include "ingest/whole.h"

/* Reads the whole file: the sums of earlier requests are gone with their responders. */
static enum spool_result sum(const struct resume *r, enum digest_kind kind, struct digest_claim *made)
{
	struct digest *digest = digest_new(kind);
	bool ok = digest_add_file(digest, r->spool.fd, r->row.offset_bytes) && digest_final(digest, made);
	enum spool_result result = ok ? SPOOL_OK : spool_from_errno(&r->spool, "reading it again");

	digest_free(digest);
	return result;
}

/* Of the whole, by reading it, but where a request has summed all of it as it came. */
static enum spool_result know(struct resume *r, enum digest_kind kind, struct digest_claim *made)
{
	enum spool_result result = SPOOL_OK;

	*made = r->sha256;
	if (kind != made->kind)
		result = sum(r, kind, made);
	if (result == SPOOL_OK)
		resume_know_digest(r, made);
	return result;
}

/* An upload that is not what its client promised can never become so. */
static enum spool_result check(struct resume *r)
{
	struct digest_claim claim, made;
	enum spool_result result;

	if (r->row.digest[0] == '\0' || digest_parse_field(r->row.digest, &claim) != DIGEST_PARSED)
		return SPOOL_OK;
	result = know(r, claim.kind, &made);
	if (result != SPOOL_OK || digest_same(&claim, &made))
		return result;
	if (resume_remove(r) != SPOOL_OK)
		log_warn("upload %s: it is not what Repr-Digest says, and could not be removed", r->row.id);
	return SPOOL_OTHER;
}

enum spool_result whole_finish(struct resume *resume)
{
	enum spool_result result = check(resume);
	struct digest_claim made;

	if (result == SPOOL_OK && resume->wants != resume->told.kind)
		result = know(resume, resume->wants, &made);
	return result == SPOOL_OK ? resume_finish(resume, NULL, 0) : result;
}

/* With its turn, where there is a file. */
static enum spool_result complete(struct resume *r)
{
	enum spool_result result = resume_take(r, 0, false);

	if (result != SPOOL_OK || r->row.done || !resume_is_whole(r))
		return result;
	result = resume_begin(r);
	return result == SPOOL_OK ? whole_finish(r) : result;
}

enum spool_result whole_complete(struct db *db, const struct conf *conf, int dir_fd, const char *id)
{
	struct resume resume;
	enum spool_result result = resume_read(&resume, db, conf, dir_fd, id, NULL);

	if (result == SPOOL_OK) {
		result = complete(&resume);
		if (result == SPOOL_GONE && upload_abort(db, id) == DB_OK)
			log_error("upload %s: every byte of it had come, and its file has lost them", id);
		else if (result == SPOOL_REFUSED)
			log_warn("upload %s: no video can be made of it: %s", id, db_message(db));
	}
	resume_leave(&resume);
	return result;
}
