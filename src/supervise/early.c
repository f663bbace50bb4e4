/*
 * early.c - playlists of a video that is still being encoded.  Only whole, verified pieces are listed, in
 * order, and a list that a player has seen never changes but by growing.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "store/early.h"
#include "supervise/early.h"

#define LIST_ALL_UP_TO 64       /* pieces; longer lists are written at every second piece, third, ... */

/* How many pieces there are without a hole from the start on; of a sound, also its head. */
static size_t in_a_row(const struct rendition_row *row)
{
	int64_t first = row->piece_count > 0 && row->pieces[0].seq == NAME_HEAD ? NAME_HEAD : 0;
	size_t count = 0;

	while (count < row->piece_count && row->pieces[count].seq == first + (int64_t)count)
		count++;
	return count;
}

static bool is_picture(const struct rendition_row *row)
{
	return row->planned.kind == RENDITION_VIDEO;
}

/* The renditions that an early master names: all rungs, and the main sound. */
static bool is_early(const struct rendition_row *row)
{
	return is_picture(row) || (row->planned.kind == RENDITION_AUDIO && row->planned.is_default);
}

/* How far each rung can be played. */
struct reach {
	size_t pieces;
	int64_t us;             /* of those; PLAYLIST_TO_THE_END: of all there will be */
};

static struct reach reach_of(const struct renditions *list, const struct early *early)
{
	struct reach reach = { (size_t)early->pieces, PLAYLIST_TO_THE_END };

	for (size_t i = 0; i < list->count; i++) {
		const struct rendition_row *row = &list->rows[i];
		size_t pieces = in_a_row(row);

		if (!is_picture(row) || pieces >= reach.pieces)
			continue;
		reach = (struct reach){ pieces, 0 };
		for (size_t k = 0; k < pieces; k++)
			reach.us += row->pieces[k].duration_us;
	}
	return reach;
}

static bool is_worth_writing(const struct reach *reach)
{
	return reach->pieces > 0 && (reach->us == PLAYLIST_TO_THE_END || reach->pieces % (1 + reach->pieces / LIST_ALL_UP_TO) == 0);
}

static bool put_file(const struct work *work, const char *name, const struct buf *text)
{
	return artefact_write(work->desk, work->attempt, name, text) && artefact_move(work->desk, work->attempt, name);
}

/* How long a segment can be: as planned, and of what was not planned one by one half as much again as wished for.  A list's
 * target duration must not change while it grows (RFC 8216, section 6.2.1). */
static int64_t segment_most_ms(const struct task *task, const struct early *early)
{
	int64_t usual = task->segment_ms * 3 / 2;

	return early->segment_most_ms > usual ? early->segment_most_ms : usual;
}

/* A sound is listed as far as the pictures reach: browsers play what goes further beside a picture that stands still. */
static bool write_list(const struct work *work, const struct rendition_row *row, const struct early *early, const struct reach *reach)
{
	size_t pieces = is_picture(row) ? reach->pieces : in_a_row(row);
	bool is_head = pieces > 0 && row->pieces[pieces - 1].seq == NAME_HEAD, ok;
	bool complete = reach->us == PLAYLIST_TO_THE_END && !is_head;
	struct buf text = BUF_INIT;
	char stem[32], file[64];

	if (pieces == 0)
		return true;
	name_stem(stem, row->edition, row->planned.name);
	name_early(file, stem);
	playlist_early(row, pieces, is_picture(row) ? PLAYLIST_TO_THE_END : reach->us, complete,
		       segment_most_ms(&work->attempt->task, early), &text);
	ok = put_file(work, file, &text);
	buf_fini(&text);
	return ok;
}

static bool all_begun(const struct renditions *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (is_early(&list->rows[i]) && in_a_row(&list->rows[i]) == 0)
			return false;
	return true;
}

static bool write_master(const struct work *work, const struct renditions *list)
{
	struct buf text = BUF_INIT;
	bool ok;

	playlist_master(list, true, &text);
	ok = put_file(work, NAME_MASTER, &text) && artefact_seal(work->desk, work->attempt->task.video);
	buf_fini(&text);
	return ok;
}

/* What cannot be written has been logged, and is written with the next piece: nothing else waits for it. */
static enum db_result write_all(struct db *db, const struct work *work, const struct renditions *list, const struct early *early)
{
	struct reach reach = reach_of(list, early);

	if (!is_worth_writing(&reach))
		return DB_OK;
	for (size_t i = 0; i < list->count; i++)
		if (is_early(&list->rows[i]) && !write_list(work, &list->rows[i], early, &reach))
			return DB_OK;
	if (early->playable || !all_begun(list))
		return DB_OK;
	return write_master(work, list) ? early_playable(db, &work->attempt->task) : DB_OK;
}

enum db_result early_lists(struct db *db, void *what)
{
	const struct work *work = what;
	struct renditions list = { 0 };
	struct early early;
	enum db_result result = early_read(db, &work->attempt->task, &early);

	if (result != DB_OK || early.published || early.pieces < 2)
		return result;
	result = renditions_read(db, &work->attempt->task, NAME_HEAD, &list);
	if (result == DB_OK)
		result = write_all(db, work, &list, &early);
	renditions_fini(&list);
	return result;
}
