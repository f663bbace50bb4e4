/*
 * api_resume.c - resumable uploads, whose protocols are told apart by their header fields: a request of tus says
 * Tus-Resumable; one of Resumable Uploads for HTTP says Upload-Complete, and nothing at all where it only asks or
 * cancels.  Either may go on with what the other began.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "http/transfer.h"

static bool is_tus(const struct exchange *ex)
{
	return exchange_field(ex, "TUS_RESUMABLE") != NULL;
}

/* What is neither is taken for tus without its version. */
static bool is_rufh(const struct exchange *ex)
{
	return !is_tus(ex) && (exchange_field(ex, "UPLOAD_COMPLETE") != NULL || exchange_field(ex, "UPLOAD_DRAFT_INTEROP_VERSION") != NULL);
}

void api_resume_options(struct exchange *ex)
{
	tus_options(ex);
	rufh_options(ex);
}

void api_resume_create(struct exchange *ex)
{
	if (is_rufh(ex))
		rufh_create(ex);
	else
		tus_create(ex);
}

void api_resume_head(struct exchange *ex)
{
	if (is_tus(ex))
		tus_head(ex);
	else
		rufh_head(ex);
}

void api_resume_append(struct exchange *ex)
{
	if (is_rufh(ex))
		rufh_append(ex);
	else
		tus_append(ex);
}

void api_resume_delete(struct exchange *ex)
{
	if (is_tus(ex))
		tus_delete(ex);
	else
		rufh_delete(ex);
}
