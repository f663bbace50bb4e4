/*
 * make_texts.c - subtitle: what the child wrote is written anew, and published.  A text that cannot be made is
 * left out; the video is not worse for it.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode/text.h"
#include "supervise/make.h"

#define TEXT_MOST_BYTES (16 << 20)

/* The rendition of the task: its seq is the rendition's place in the plan.  It may be asked for again and again. */
static const struct plan_rendition *own(struct work *work)
{
	renditions_fini(&work->renditions);
	if (renditions_read(work->desk->db, &work->attempt->task, 0, &work->renditions) != DB_OK)
		return NULL;
	for (size_t i = 0; i < work->renditions.count; i++)
		if (work->renditions.rows[i].place == work->attempt->task.seq)
			return &work->renditions.rows[i].planned;
	return NULL;
}

/* Once more, as what it may be; nothing is asked of the database where it is not. */
static bool reads_well(struct work *work, const struct buf *clean)
{
	struct attempt *a = work->attempt;
	struct strings again = STRINGS_INIT;
	bool legacy = text_is_legacy(clean, a->ended.stderr_tail, &a->task.argv, &again);

	if (legacy)
		work_again(work, &again, "not_utf8", "They are not UTF-8; they are read as Windows-1252.");
	strings_fini(&again);
	return !legacy;
}

static bool rewrite(struct work *work, const struct artefact *artefact, struct piece *piece)
{
	struct attempt *a = work->attempt;
	struct buf clean = BUF_INIT;
	struct text text;
	char error[160];
	bool ok;

	if (artefact->bytes == NULL || artefact->len > TEXT_MOST_BYTES)
		return work_refuse(work, VERDICT_FAIL, "no_text", "There is nothing to read in them.");
	ok = text_clean((const char *)artefact->bytes, artefact->len, &clean, &text, error, sizeof error);
	ok = reads_well(work, &clean) && (ok || work_refuse(work, VERDICT_FAIL, "no_text", error));
	ok = ok && (artefact_write(work->desk, a, piece->file, &clean) || work_storage_failed(work));
	piece->size_bytes = (int64_t)clean.len;
	if (ok)
		text_piece(&text, (double)a->task.duration_ms / 1000, piece);
	buf_fini(&clean);
	return ok;
}

static bool publish(struct work *work, const struct piece *piece)
{
	struct attempt *a = work->attempt;

	return (artefact_make_home(work->desk, a->task.video) && artefact_sync(work->desk, a) &&
		artefact_move(work->desk, a, piece->file) && artefact_seal(work->desk, a->task.video)) ||
	       work_storage_failed(work);
}

static bool subtitle_make(struct work *work)
{
	const struct plan_rendition *planned = own(work);
	struct artefact artefact;
	struct piece *piece;
	char stem[32];
	bool ok;

	if (planned == NULL)
		return work_database_failed(work);
	work->pieces = calloc(1, sizeof *work->pieces);
	if (work->pieces == NULL)
		abort();
	piece = &work->pieces[work->piece_count++];
	memcpy(piece->rendition, planned->name, sizeof piece->rendition);
	name_stem(stem, work->attempt->task.edition, planned->name);
	name_text(piece->file, stem);
	if (!artefact_map(work->desk, work->attempt->dir, piece->file, false, &artefact))
		return work_refuse(work, VERDICT_RETRY, "no_text", "Nothing was written.");
	ok = rewrite(work, &artefact, piece);
	if (!artefact_unmap(&artefact))
		return work_storage_failed(work);
	return ok && publish(work, piece);
}

static enum db_result subtitle_commit(struct work *work)
{
	struct attempt *a = work->attempt;
	const char *name = work->pieces[0].rendition;
	bool legacy = text_reads_legacy(&a->task.argv), lost = text_lost_cues(a->ended.stderr_tail);
	char why[160];

	if (legacy)
		snprintf(why, sizeof why, "The subtitles \"%s\" are not UTF-8: they are read as Windows-1252%s.", name,
			 lost ? ", and cues that are not that either are left out" : "");
	else
		snprintf(why, sizeof why, "Cues of the subtitles \"%s\" that are not UTF-8 are left out.", name);
	return plan_text(work->desk->db, &a->task, &a->ended, name, &work->pieces[0], legacy || lost ? why : NULL);
}

static enum db_result subtitle_without(struct work *work)
{
	const struct plan_rendition *planned = own(work);
	char why[400];

	if (planned == NULL)
		return DB_FAILED;
	snprintf(why, sizeof why, "The subtitles \"%s\" are left out: %s", planned->label, work->judgement.detail);
	return plan_text(work->desk->db, &work->attempt->task, &work->attempt->ended, planned->name, NULL, why);
}

const struct make make_subtitle = { subtitle_make, subtitle_commit, subtitle_without };
