/*
 * whole.c - the last step of an upload that can be resumed: from every byte to a video.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "base/log.h"
#include "ingest/digest.h"
#include "ingest/whole.h"

/* Reads the whole file: the sums of earlier requests are gone with their responders. */
static enum spool_result add_all(const struct resume *r, struct digest *digest)
{
	char block[65536];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(r->spool.fd, block, sizeof block, at)) > 0) {
		digest_add(digest, block, (size_t)n);
		at += n;
	}
	if (n == 0 && at == r->row.offset_bytes)
		return SPOOL_OK;
	errno = n == 0 ? EIO : errno;
	return spool_from_errno(&r->spool, "reading it again");
}

static enum spool_result compare(const struct resume *r, const struct digest_claim *claim)
{
	struct digest *digest = digest_new(claim->kind);
	enum spool_result result;

	if (digest == NULL) {
		errno = ENOMEM;
		return spool_from_errno(&r->spool, "its digest");
	}
	result = add_all(r, digest);
	if (result == SPOOL_OK && !digest_matches(digest, claim))
		result = SPOOL_OTHER;
	digest_free(digest);
	return result;
}

/* An upload that is not what its client promised can never become so. */
static enum spool_result check(struct resume *r)
{
	struct digest_claim claim;
	enum spool_result result;

	if (r->row.digest[0] == '\0' || digest_parse_field(r->row.digest, &claim) != DIGEST_PARSED)
		return SPOOL_OK;
	result = compare(r, &claim);
	if (result == SPOOL_OK)
		digest_sha256(&claim, r->sha256);
	else if (result == SPOOL_OTHER && resume_remove(r) != SPOOL_OK)
		log_warn("upload %s: it is not what Repr-Digest says, and could not be removed", r->row.id);
	return result;
}

enum spool_result whole_finish(struct resume *resume)
{
	enum spool_result result = check(resume);

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
