/*
 * make_pieces.c - chunk, audio and poster: files are verified, given their zero, and published.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "supervise/make.h"

/* Chunk and audio ----------------------------------------------------------------------------- */

/* With the file mapped: verifies it, gives it its zero, and writes its init segment beside it. */
static bool make_piece_of(struct work *work, const struct plan_rendition *planned, struct artefact *artefact,
			  struct fragmented *file, struct piece *piece)
{
	struct attempt *a = work->attempt;
	struct buf init = BUF_INIT;
	char error[160], name[64];
	bool ok;

	if (!fragmented_read(artefact->bytes, artefact->len, file, error, sizeof error))
		return work_refuse(work, VERDICT_RETRY, "bad_output", error);
	if (!judge_piece(file, planned, &a->task, &a->progress, &work->judgement))
		return false;
	if (!fragmented_place(artefact->bytes, file, 0))
		return work_refuse(work, VERDICT_RETRY, "bad_output", "The times of the segments are out of order.");
	playlist_piece(file, piece);
	name_init(name, planned->name);
	ok = fragmented_init(artefact->bytes, file, &init) && artefact_write(work->desk, a, name, &init);
	buf_fini(&init);
	return ok || work_storage_failed(work);
}

static bool make_piece(struct work *work, const struct plan_rendition *planned, struct piece *piece)
{
	struct attempt *a = work->attempt;
	struct fragmented file = { 0 };
	struct artefact artefact;
	bool ok;

	snprintf(piece->rendition, sizeof piece->rendition, "%s", planned->name);
	piece->seq = a->task.seq;
	name_piece(piece->file, planned->name, a->task.seq);
	if (!artefact_map(work->desk, a->dir, piece->file, true, &artefact))
		return work_refuse(work, VERDICT_RETRY, "bad_output", "A file that was to be made is missing.");
	ok = make_piece_of(work, planned, &artefact, &file, piece);
	fragmented_fini(&file);
	artefact_unmap(&artefact);
	return ok;
}

static bool move_pieces(struct work *work)
{
	struct attempt *a = work->attempt;
	char init[64];

	if (!artefact_make_home(work->desk, a->task.video) || !artefact_sync(work->desk, a))
		return work_storage_failed(work);
	for (size_t i = 0; i < work->piece_count; i++) {
		name_init(init, work->pieces[i].rendition);
		if (!artefact_move(work->desk, a, work->pieces[i].file) || !artefact_move(work->desk, a, init))
			return work_storage_failed(work);
	}
	return artefact_seal(work->desk, a->task.video) || work_storage_failed(work);
}

static bool make_pieces(struct work *work, bool audio)
{
	if (plan_renditions(work->desk->db, work->attempt->task.video, &work->renditions) != DB_OK)
		return work_database_failed(work);
	work->pieces = calloc(work->renditions.count + 1, sizeof *work->pieces);
	if (work->pieces == NULL)
		abort();
	for (size_t i = 0; i < work->renditions.count; i++) {
		const struct plan_rendition *planned = &work->renditions.rows[i].planned;

		if (planned->is_audio == audio && !make_piece(work, planned, &work->pieces[work->piece_count++]))
			return false;
	}
	return move_pieces(work);
}

static bool same_frames(struct work *work)
{
	for (size_t i = 1; i < work->piece_count; i++)
		if (work->pieces[i].frames != work->pieces[0].frames)
			return work_refuse(work, VERDICT_RETRY, "bad_output", "The rungs do not have the same number of frames.");
	return true;
}

static bool chunk_make(struct work *work)
{
	const struct task *task = &work->attempt->task;

	if (!make_pieces(work, false) || !same_frames(work))
		return false;
	if (task->frames_planned > 0 && work->piece_count > 0)
		work->lost = task->frames_planned - work->pieces[0].frames;
	return true;
}

static bool audio_make(struct work *work)
{
	return make_pieces(work, true);
}

static enum db_result pieces_commit(struct work *work)
{
	return plan_pieces(work->desk->db, &work->attempt->task, &work->attempt->ended, work->pieces, work->piece_count, work->lost);
}

/* Poster -------------------------------------------------------------------------------------- */

static bool poster_make(struct work *work)
{
	struct attempt *a = work->attempt;
	struct artefact artefact;
	bool ok;

	if (!artefact_map(work->desk, a->dir, NAME_POSTER, false, &artefact))
		return work_refuse(work, VERDICT_FAIL, "no_poster", "No picture could be taken from the video.");
	ok = judge_poster(artefact.bytes, artefact.len, &work->judgement);
	artefact_unmap(&artefact);
	if (!ok)
		return false;
	ok = artefact_make_home(work->desk, a->task.video) && artefact_sync(work->desk, a) &&
	     artefact_move(work->desk, a, NAME_POSTER) && artefact_seal(work->desk, a->task.video);
	return ok || work_storage_failed(work);
}

static enum db_result poster_commit(struct work *work)
{
	return plan_poster(work->desk->db, &work->attempt->task, &work->attempt->ended, NAME_POSTER, NULL);
}

const struct make make_chunk = { chunk_make, pieces_commit };
const struct make make_audio = { audio_make, pieces_commit };
const struct make make_poster = { poster_make, poster_commit };
