/*
 * make_movies.c - assemble: progressive files are verified, playlists written, and the master published last.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "supervise/make.h"

static bool has_audio(const struct renditions *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i].planned.kind == RENDITION_AUDIO)
			return true;
	return false;
}

static bool has_video(const struct renditions *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i].planned.kind == RENDITION_VIDEO)
			return true;
	return false;
}

/* Sums over the pieces of a rendition. */
static void sum_pieces(const struct rendition_row *row, struct published *file)
{
	int64_t bytes = 0;

	snprintf(file->rendition, sizeof file->rendition, "%s", row->planned.name);
	for (size_t i = 0; i < row->piece_count; i++) {
		bytes += row->pieces[i].size_bytes;
		file->frames += row->pieces[i].frames;
		file->duration_us += row->pieces[i].duration_us;
		if (row->pieces[i].peak_bps > file->peak_bps)
			file->peak_bps = row->pieces[i].peak_bps;
	}
	if (file->duration_us > 0)
		file->mean_bps = (int64_t)((double)bytes * 8e6 / (double)file->duration_us);
}

/* The progressive MP4 of a rung; the sound has one of its own only where there is no picture. */
static bool make_movie(struct work *work, const struct rendition_row *row, struct published *file)
{
	const struct renditions *list = &work->renditions;
	struct artefact artefact;
	struct movie movie;
	char error[160];
	bool ok;

	if (row->planned.kind == RENDITION_AUDIO && has_video(list))
		return true;
	name_movie(file->file, row->planned.name);
	if (!artefact_map(work->desk, work->attempt->dir, file->file, false, &artefact))
		return work_refuse(work, VERDICT_RETRY, "bad_output", "A file that was to be made is missing.");
	file->size_bytes = (int64_t)artefact.len;
	ok = movie_read(artefact.bytes, artefact.len, &movie, error, sizeof error) ||
	     work_refuse(work, VERDICT_RETRY, "bad_output", error);
	ok = ok && judge_movie(&movie, row, has_audio(list), &work->judgement);
	artefact_unmap(&artefact);
	return ok;
}

static bool write_media_playlist(struct work *work, const struct rendition_row *row)
{
	struct buf text = BUF_INIT;
	char name[64];
	bool ok;

	name_playlist(name, row->planned.name);
	playlist_media(row, &text);
	ok = artefact_write(work->desk, work->attempt, name, &text);
	buf_fini(&text);
	return ok || work_storage_failed(work);
}

static bool write_master(struct work *work)
{
	struct buf text = BUF_INIT;
	bool ok;

	playlist_master(&work->renditions, &text);
	ok = artefact_write(work->desk, work->attempt, NAME_MASTER, &text);
	buf_fini(&text);
	return ok || work_storage_failed(work);
}

static bool move_all(struct work *work)
{
	const struct attempt *a = work->attempt;
	char playlist[64];

	for (size_t i = 0; i < work->file_count; i++) {
		name_playlist(playlist, work->files[i].rendition);
		if ((work->files[i].file[0] != '\0' && !artefact_move(work->desk, a, work->files[i].file)) ||
		    !artefact_move(work->desk, a, playlist))
			return work_storage_failed(work);
	}
	return (artefact_move(work->desk, a, NAME_MASTER) && artefact_seal(work->desk, a->task.video)) ||
	       work_storage_failed(work);
}

static bool assemble_make(struct work *work)
{
	struct renditions *list = &work->renditions;

	if (plan_renditions(work->desk->db, &work->attempt->task, list) != DB_OK)
		return work_database_failed(work);
	work->files = calloc(list->count + 1, sizeof *work->files);
	if (work->files == NULL)
		abort();
	for (size_t i = 0; i < list->count; i++) {
		struct published *file = &work->files[work->file_count++];

		sum_pieces(&list->rows[i], file);
		if (!make_movie(work, &list->rows[i], file) || !write_media_playlist(work, &list->rows[i]))
			return false;
	}
	if (!write_master(work) || !artefact_sync(work->desk, work->attempt))
		return work->judgement.verdict == VERDICT_OK ? work_storage_failed(work) : false;
	return move_all(work);
}

static enum db_result assemble_commit(struct work *work)
{
	return plan_publish(work->desk->db, &work->attempt->task, &work->attempt->ended, work->files, work->file_count);
}

const struct make make_assemble = { assemble_make, assemble_commit };
