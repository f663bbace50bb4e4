/*
 * make.c - what all kinds of attempts share on their way from a scratch folder to rows.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "supervise/make.h"

bool work_refuse(struct work *work, enum verdict verdict, const char *reason, const char *detail)
{
	work->judgement.verdict = verdict;
	work->judgement.reason = reason;
	snprintf(work->judgement.detail, sizeof work->judgement.detail, "%s", detail);
	return false;
}

bool work_storage_failed(struct work *work)
{
	return work_refuse(work, VERDICT_MACHINE, "storage_error", "The result could not be stored; it will be tried again.");
}

bool work_database_failed(struct work *work)
{
	return work_refuse(work, VERDICT_MACHINE, "database_error", db_message(work->desk->db));
}

bool work_again(struct work *work, const struct strings *argv, const char *reason, const char *detail)
{
	if (task_again(work->desk->db, &work->attempt->task, argv) != DB_OK)
		return work_database_failed(work);
	return work_refuse(work, VERDICT_RETRY, reason, detail);
}

void work_fini(struct work *work)
{
	for (size_t i = 0; i < work->piece_count; i++)
		piece_fini(&work->pieces[i]);
	free(work->pieces);
	free(work->files);
	renditions_fini(&work->renditions);
	plan_fini(&work->plan);
}
