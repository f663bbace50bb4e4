/*
 * make_movies.c - assemble: the files that clipmill-mux laid are read back, playlists are written on their byte
 * ranges, and the master is published last.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "encode/hybrid.h"
#include "encode/manifest.h"
#include "store/discard.h"
#include "supervise/make.h"

/* Renditions as they are published: each of one piece, its file. */
struct show {
	struct work *work;
	const struct renditions *made;  /* of the pieces that the children made */
	struct renditions shown;
	struct fragmented *files;       /* of each shown one that is in a finished file; parallel to `shown` */
	const struct rendition_row *largest, *smallest; /* of the video; NULL: there is none */
};

static const struct rendition_row *pick(const struct renditions *list, bool largest)
{
	const struct rendition_row *best = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct rendition_row *row = &list->rows[i];

		if (row->planned.kind != RENDITION_VIDEO)
			continue;
		if (best == NULL || (row->planned.width * row->planned.height > best->planned.width * best->planned.height) == largest)
			best = row;
	}
	return best;
}

/* Files --------------------------------------------------------------------------------------- */

static bool is_main_sound(const struct rendition_row *row)
{
	return row->planned.kind == RENDITION_AUDIO && row->planned.is_default;
}

/* The main sound is in the file of every rung; its playlist names the smallest.  What clipmill-mux does not lay
 * keeps the file that its child made. */
static bool file_of(const struct show *show, const struct rendition_row *row, char file[64])
{
	const struct rendition_row *in = is_main_sound(row) && show->smallest != NULL ? show->smallest : row;
	char stem[32];

	name_stem(stem, row->edition, in->planned.name);
	if (row->planned.kind == RENDITION_VIDEO || is_main_sound(row)) {
		name_movie(file, stem);
		return true;
	}
	name_piece(file, stem, 0);
	return false;
}

/* As a reader sees it that knows of no fragments. */
static bool is_plain(struct work *work, const struct artefact *artefact)
{
	struct movie movie;
	char error[160];

	if (!movie_read(artefact->bytes, artefact->len, &movie, error, sizeof error))
		return work_refuse(work, VERDICT_RETRY, "bad_output", error);
	if (!movie.faststart)
		return work_refuse(work, VERDICT_RETRY, "bad_output", "The MP4 file cannot start before it is loaded.");
	return true;
}

/* Lists it by segments, as its profile wishes: sound is written in parts of them. */
static void list_shown(struct show *show, struct piece *piece)
{
	struct fragmented *file = &show->files[show->shown.count - 1];

	if (!file->is_video)
		fragmented_join(file, show->work->attempt->task.segment_ms, 0);
	playlist_piece(file, piece);
}

/* Reads the fragments of one rendition out of a finished file, and compares them with its pieces. */
static bool read_shown(struct show *show, const struct rendition_row *made, const struct artefact *artefact,
		       struct piece *piece)
{
	struct fragmented *file = &show->files[show->shown.count - 1];
	struct work *work = show->work;
	char error[160];

	if (!hybrid_read(artefact->bytes, artefact->len, made->planned.kind == RENDITION_VIDEO ? HYBRID_VIDEO : HYBRID_AUDIO, file,
			 error, sizeof error))
		return work_refuse(work, VERDICT_RETRY, "bad_output", error);
	if (!judge_movie(file, made, &work->judgement) || !is_plain(work, artefact))
		return false;
	list_shown(show, piece);
	return true;
}

static bool open_shown(struct show *show, const struct rendition_row *made, struct piece *piece)
{
	struct work *work = show->work;
	struct artefact artefact;
	bool ok;

	if (!artefact_map(work->desk, work->attempt->dir, piece->file, false, &artefact))
		return work_refuse(work, VERDICT_RETRY, "bad_output", "A file that was to be made is missing.");
	ok = read_shown(show, made, &artefact, piece);
	return artefact_unmap(&artefact) ? ok : work_storage_failed(work);
}

/* A rendition that is published as its child made it. */
static bool read_piece(struct show *show, const struct rendition_row *made, struct piece *piece)
{
	struct work *work = show->work;
	struct artefact artefact;
	char home[64], error[160];
	bool ok;

	snprintf(home, sizeof home, "media/%s", work->attempt->task.video);
	if (!artefact_map_published(work->desk, home, piece->file, &artefact))
		return work_refuse(work, VERDICT_RETRY, "bad_output", "A track that was to be made is missing.");
	ok = fragmented_read(artefact.bytes, artefact.len, &show->files[show->shown.count - 1], error, sizeof error) ||
	     work_refuse(work, VERDICT_RETRY, "bad_output", error);
	if (ok)
		list_shown(show, piece);
	return artefact_unmap(&artefact) ? ok : work_storage_failed(work);
}

/* A text is published as it is, and as long as its row says. */
static bool copy_text(struct show *show, const struct rendition_row *made, struct piece *piece)
{
	if (made->piece_count != 1)
		return work_refuse(show->work, VERDICT_RETRY, "bad_output", "A text that was to be made is missing.");
	*piece = made->pieces[0];
	piece->playlist = strdup(made->pieces[0].playlist);
	if (piece->playlist == NULL)
		abort();
	return true;
}

static bool show_one(struct show *show, const struct rendition_row *made)
{
	struct rendition_row *row = &show->shown.rows[show->shown.count++];

	*row = *made;
	row->piece_count = 1;
	row->pieces = calloc(1, sizeof *row->pieces);
	if (row->pieces == NULL)
		abort();
	snprintf(row->pieces[0].rendition, sizeof row->pieces[0].rendition, "%s", made->planned.name);
	if (made->planned.kind == RENDITION_TEXT)
		return copy_text(show, made, &row->pieces[0]);
	if (file_of(show, made, row->pieces[0].file))
		return open_shown(show, made, &row->pieces[0]);
	return read_piece(show, made, &row->pieces[0]);
}

static bool show_all(struct show *show)
{
	const struct renditions *made = show->made;

	show->shown.captions = made->captions;
	show->largest = pick(made, true);
	show->smallest = pick(made, false);
	show->shown.rows = calloc(made->count + 1, sizeof *show->shown.rows);
	show->files = calloc(made->count + 1, sizeof *show->files);
	if (show->shown.rows == NULL || show->files == NULL)
		abort();
	for (size_t i = 0; i < made->count; i++)
		if (!show_one(show, &made->rows[i]))
			return false;
	return true;
}

/* Lists --------------------------------------------------------------------------------------- */

static bool put_text(struct work *work, const char *name, struct buf *text)
{
	bool ok = artefact_write(work->desk, work->attempt, name, text) || work_storage_failed(work);

	buf_fini(text);
	return ok;
}

static bool write_manifest(struct show *show)
{
	struct manifest_track *tracks = calloc(show->shown.count + 1, sizeof *tracks);
	struct buf text = BUF_INIT;

	if (tracks == NULL)
		abort();
	for (size_t i = 0; i < show->shown.count; i++)
		tracks[i] = (struct manifest_track){ &show->shown.rows[i], show->files[i].count > 0 ? &show->files[i] : NULL };
	manifest_write(tracks, show->shown.count, &text);
	free(tracks);
	return put_text(show->work, NAME_MANIFEST, &text);
}

static bool write_lists(struct show *show)
{
	struct buf text = BUF_INIT;
	char stem[32], name[64];

	for (size_t i = 0; i < show->shown.count; i++) {
		const struct rendition_row *row = &show->shown.rows[i];

		name_stem(stem, row->edition, row->planned.name);
		name_playlist(name, stem);
		playlist_media(row, &text);
		if (!put_text(show->work, name, &text))
			return false;
		text = (struct buf)BUF_INIT;
	}
	playlist_master(&show->shown, false, &text);
	return put_text(show->work, NAME_MASTER, &text) && write_manifest(show);
}

/* All that the lists of lists name. */
static bool move_all(struct show *show)
{
	struct work *work = show->work;
	char stem[32], name[64];

	if (!artefact_sync(work->desk, work->attempt))
		return false;
	for (size_t i = 0; i < show->shown.count; i++) {
		const struct rendition_row *row = &show->shown.rows[i];

		name_stem(stem, row->edition, row->planned.name);
		name_playlist(name, stem);
		if (!artefact_move(work->desk, work->attempt, name))
			return false;
		if (row->planned.kind == RENDITION_VIDEO || (is_main_sound(row) && show->largest == NULL))
			if (!artefact_move(work->desk, work->attempt, row->pieces[0].file))
				return false;
	}
	return artefact_seal(work->desk, work->attempt->task.video);
}

/* Rows ---------------------------------------------------------------------------------------- */

static int64_t size_of(const struct show *show, const char *name)
{
	char path[160];
	int64_t size;

	snprintf(path, sizeof path, "media/%s/%s", show->work->attempt->task.video, name);
	size = file_size(show->work->desk->dir_fd, path);
	return size > 0 ? size : 0;
}

static void set_published(const struct show *show, const struct rendition_row *row, struct published *file)
{
	const struct piece *piece = &row->pieces[0];

	snprintf(file->rendition, sizeof file->rendition, "%s", row->planned.name);
	if (!is_main_sound(row) || show->largest == NULL) {
		snprintf(file->file, sizeof file->file, "%s", piece->file);
		file->size_bytes = size_of(show, piece->file);
	}
	file->frames = piece->frames;
	file->duration_us = piece->duration_us;
	file->peak_bps = piece->peak_bps;
	if (piece->duration_us > 0)
		file->mean_bps = (int64_t)((double)piece->size_bytes * 8e6 / (double)piece->duration_us);
}

static void set_all_published(const struct show *show)
{
	struct work *work = show->work;

	work->files = calloc(show->shown.count + 1, sizeof *work->files);
	if (work->files == NULL)
		abort();
	for (size_t i = 0; i < show->shown.count; i++)
		set_published(show, &show->shown.rows[i], &work->files[work->file_count++]);
}

static bool assemble_make(struct work *work)
{
	struct show show = { .work = work, .made = &work->renditions };
	bool ok;

	if (renditions_read(work->desk->db, &work->attempt->task, 0, &work->renditions) != DB_OK)
		return work_database_failed(work);
	ok = show_all(&show) && write_lists(&show);
	if (ok && !move_all(&show))
		ok = work_storage_failed(work);
	if (ok)
		set_all_published(&show);
	for (size_t i = 0; i < show.shown.count; i++)
		fragmented_fini(&show.files[i]);
	free(show.files);
	renditions_fini(&show.shown);
	return ok;
}

/* The end of the early files ------------------------------------------------------------------ */

/* A list of this edition, though it may end as an early one does: what languages are called is up to who made the source. */
static bool is_shown(const struct renditions *list, const char *file)
{
	char stem[32], name[64];

	for (size_t i = 0; i < list->count; i++) {
		name_stem(stem, list->rows[i].edition, list->rows[i].planned.name);
		name_playlist(name, stem);
		if (strcmp(file, name) == 0)
			return true;
	}
	return false;
}

/* Early playlists, and files of editions before this one.  Counts this one's early playlists. */
static enum db_result discard_spent(struct db *db, const struct work *work, int64_t delay_ms, size_t *early)
{
	const struct task *task = &work->attempt->task;
	enum db_result result = DB_OK;
	struct dirent *entry;
	char home[64];
	DIR *dir;

	snprintf(home, sizeof home, "media/%s", task->video);
	dir = file_open_dir(work->desk->dir_fd, home);
	if (dir == NULL)
		return DB_FAILED;
	while (result == DB_OK && (entry = file_entry(dir)) != NULL)
		if (entry->d_name[0] != '.' && name_is_spent(entry->d_name, task->edition) && !is_shown(&work->renditions, entry->d_name)) {
			result = discard_add(db, task->video, entry->d_name, delay_ms);
			*early += name_edition(entry->d_name) == task->edition;
		}
	if (result == DB_OK && errno != 0)      /* it is no worse for what is there besides */
		log_error("%s: not all of what is spent is known, and stays: %s", home, strerror(errno));
	closedir(dir);
	return result;
}

/* Players that are in the middle of an early playlist, or of an edition before, get time to finish.  Pieces that no list named are
 * there twice for nobody. */
static enum db_result discard_rest(struct db *db, const struct work *work)
{
	const struct task *task = &work->attempt->task;
	int64_t keep_ms = work->desk->conf->early_keep_ms;
	size_t early = 0;
	enum db_result result = discard_spent(db, work, keep_ms, &early);

	if (result == DB_OK)
		result = discard_pieces(db, task->video, task->edition, early > 0 ? keep_ms : 0, keep_ms);
	return result == DB_OK ? discard_source(db, task->video) : result;
}

static bool move_lists(const struct work *work)
{
	return artefact_move(work->desk, work->attempt, NAME_MANIFEST) && artefact_move(work->desk, work->attempt, NAME_MASTER) &&
	       artefact_seal(work->desk, work->attempt->task.video);
}

/*
 * The lists that stood for the edition before are replaced in the transaction that publishes this one: where it was cancelled or
 * deleted meanwhile, that is known by now, and they stay.
 */
static enum db_result show_edition(struct db *db, void *what)
{
	struct work *work = what;
	enum db_result result = discard_rest(db, work);

	if (result != DB_OK || work->listed)
		return result;
	work->listed = move_lists(work);
	if (work->listed)
		return DB_OK;
	work_storage_failed(work);      /* what the next try records */
	return DB_FAILED;
}

static enum db_result assemble_commit(struct work *work)
{
	const struct plan_also also = { show_edition, work };

	return plan_publish(work->desk->db, &work->attempt->task, &work->attempt->ended, work->files, work->file_count, &also);
}

const struct make make_assemble = { assemble_make, assemble_commit, NULL };
