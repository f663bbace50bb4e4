/*
 * api_resume.c - resumable uploads, whose protocols are told apart by their header fields.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "http/transfer.h"

void api_resume_options(struct exchange *ex)
{
	tus_options(ex);
}

void api_resume_create(struct exchange *ex)
{
	tus_create(ex);
}

void api_resume_head(struct exchange *ex)
{
	tus_head(ex);
}

void api_resume_append(struct exchange *ex)
{
	tus_append(ex);
}

void api_resume_delete(struct exchange *ex)
{
	tus_delete(ex);
}
