/*
 * make_pictures.c - poster and storyboard: verified and published.  A video without them is as good: what
 * cannot be made is named in a decision.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "encode/picture.h"
#include "supervise/make.h"

/* Keyframes that are said to be some may give no picture, as a seek may. */
static bool refuse_empty(struct work *work)
{
	struct strings again = STRINGS_INIT;

	if (picture_again(&work->attempt->task.argv, &again))
		work_again(work, &again, "no_picture", "Its keyframes gave no picture; all of it is decoded.");
	else
		work_refuse(work, VERDICT_FAIL, "no_picture", "No picture could be taken from the video.");
	strings_fini(&again);
	return false;
}

/* Looks at the JPEG that the child made; false with a judgement. */
static bool check(struct work *work, const char *name, int64_t *width, int64_t *height)
{
	struct artefact artefact;
	bool ok;

	if (!artefact_map(work->desk, work->attempt->dir, name, false, &artefact))
		return refuse_empty(work);
	ok = picture_size(artefact.bytes, artefact.len, width, height);
	if (!artefact_unmap(&artefact))
		return work_storage_failed(work);
	return ok || work_refuse(work, VERDICT_RETRY, "no_picture", "No picture could be taken from the video.");
}

static bool begin(struct work *work)
{
	return artefact_make_home(work->desk, work->attempt->task.video) && artefact_sync(work->desk, work->attempt);
}

/* Poster -------------------------------------------------------------------------------------- */

static bool poster_make(struct work *work)
{
	struct attempt *a = work->attempt;
	int64_t width, height;
	char file[32];

	name_stem(file, a->task.edition, NAME_POSTER);
	if (!check(work, file, &width, &height))
		return false;
	return (begin(work) && artefact_move(work->desk, a, file) && artefact_seal(work->desk, a->task.video)) || work_storage_failed(work);
}

static enum db_result poster_commit(struct work *work)
{
	char file[32];

	name_stem(file, work->attempt->task.edition, NAME_POSTER);
	return plan_poster(work->desk->db, &work->attempt->task, &work->attempt->ended, file, NULL);
}

static enum db_result poster_without(struct work *work)
{
	return plan_poster(work->desk->db, &work->attempt->task, &work->attempt->ended, NULL, work->judgement.detail);
}

/* Storyboard ---------------------------------------------------------------------------------- */

/* The files of a storyboard. */
struct files {
	char sprite[32], list[32];
};

static struct files files_of(const struct work *work)
{
	struct files files;

	name_stem(files.sprite, work->attempt->task.edition, NAME_STORYBOARD);
	name_stem(files.list, work->attempt->task.edition, NAME_STORYBOARD_LIST);
	return files;
}

static bool write_list(struct work *work, const struct files *files, int64_t width, int64_t height)
{
	const struct storyboard board = storyboard_of(work->attempt->task.duration_ms);
	struct buf text = BUF_INIT;
	bool ok;

	if (width % board.columns != 0 || height % board.rows != 0)
		return work_refuse(work, VERDICT_RETRY, "no_picture", "The small pictures do not lie as planned.");
	storyboard_list(&board, files->sprite, width, height, &text);
	ok = artefact_write(work->desk, work->attempt, files->list, &text);
	buf_fini(&text);
	return ok || work_storage_failed(work);
}

static bool storyboard_make(struct work *work)
{
	const struct files files = files_of(work);
	struct attempt *a = work->attempt;
	int64_t width, height;

	if (!check(work, files.sprite, &width, &height) || !write_list(work, &files, width, height))
		return false;
	return (begin(work) && artefact_move(work->desk, a, files.sprite) && artefact_move(work->desk, a, files.list) &&
		artefact_seal(work->desk, a->task.video)) || work_storage_failed(work);
}

static enum db_result storyboard_commit(struct work *work)
{
	const struct files files = files_of(work);

	return plan_storyboard(work->desk->db, &work->attempt->task, &work->attempt->ended, files.list, NULL);
}

static enum db_result storyboard_without(struct work *work)
{
	return plan_storyboard(work->desk->db, &work->attempt->task, &work->attempt->ended, NULL, work->judgement.detail);
}

const struct make make_poster = { poster_make, poster_commit, poster_without };
const struct make make_storyboard = { storyboard_make, storyboard_commit, storyboard_without };
