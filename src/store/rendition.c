/*
 * rendition.c - the renditions of an edition and the pieces that they are made of, as those who publish read them.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "store/rendition.h"
#include "store/rows.h"

const char *const rendition_kind_names[] = {
	[RENDITION_VIDEO] = "video", [RENDITION_AUDIO] = "audio", [RENDITION_TEXT] = "text",
};

const char *const rendition_role_names[ROLE_COUNT] = {
	[ROLE_PLAIN] = "", [ROLE_FORCED] = "forced", [ROLE_CAPTIONS] = "captions", [ROLE_COMMENTARY] = "commentary",
	[ROLE_DESCRIPTION] = "description",
};

void piece_fini(struct piece *piece)
{
	free(piece->playlist);
	piece->playlist = NULL;
}

void renditions_fini(struct renditions *list)
{
	for (size_t i = 0; i < list->count; i++) {
		for (size_t k = 0; k < list->rows[i].piece_count; k++)
			piece_fini(&list->rows[i].pieces[k]);
		free(list->rows[i].pieces);
	}
	free(list->rows);
	*list = (struct renditions){ 0 };
}

static void read_piece(struct rows *rows, const char *rendition, struct piece *piece)
{
	snprintf(piece->rendition, sizeof piece->rendition, "%s", rendition);
	piece->seq = rows_column_int(rows, 0, 0);
	ROWS_COLUMN_INTO(piece->file, rows, 1);
	piece->size_bytes = rows_column_int(rows, 2, 0);
	piece->frames = rows_column_int(rows, 3, 0);
	piece->duration_us = rows_column_int(rows, 4, 0);
	piece->peak_bps = rows_column_int(rows, 5, 0);
	piece->longest_us = rows_column_int(rows, 6, 0);
	piece->playlist = rows_column_copy(rows, 7);
}

static enum db_result read_pieces(struct db *db, const struct task *task, int64_t from, struct rendition_row *row)
{
	struct rows rows = rows_open(db, SQL_PIECES);
	enum db_result result;

	rows_text(&rows, ":video", task->video);
	rows_int(&rows, ":edition", task->edition);
	rows_int(&rows, ":from", from);
	rows_text(&rows, ":rendition", row->planned.name);
	while ((result = rows_next(&rows)) == DB_OK) {
		row->pieces = rows_grow(row->pieces, row->piece_count, sizeof *row->pieces);
		read_piece(&rows, row->planned.name, &row->pieces[row->piece_count++]);
	}
	return rows_any(result);
}

static enum rendition_kind kind_of(const char *name)
{
	return name[0] == 'v' ? RENDITION_VIDEO : name[0] == 'a' ? RENDITION_AUDIO : RENDITION_TEXT;
}

static enum rendition_role role_of(const char *name)
{
	for (size_t i = 0; i < ROLE_COUNT; i++)
		if (strcmp(rendition_role_names[i], name) == 0)
			return (enum rendition_role)i;
	return ROLE_PLAIN;
}

static void read_rendition(struct rows *rows, struct rendition_row *row)
{
	ROWS_COLUMN_INTO(row->planned.name, rows, 0);
	row->planned.kind = kind_of(rows_column(rows, 1));
	row->planned.width = rows_column_int(rows, 2, 0);
	row->planned.height = rows_column_int(rows, 3, 0);
	row->planned.rate_num = rows_column_int(rows, 4, 0);
	row->planned.rate_den = rows_column_int(rows, 5, 0);
	row->planned.channels = rows_column_int(rows, 6, 0);
	ROWS_COLUMN_INTO(row->codecs, rows, 7);
	ROWS_COLUMN_INTO(row->planned.codec, rows, 8);
	row->planned.copied = rows_column_int(rows, 9, 0) != 0;
	ROWS_COLUMN_INTO(row->planned.language, rows, 10);
	ROWS_COLUMN_INTO(row->planned.label, rows, 11);
	row->planned.is_default = rows_column_int(rows, 12, 0) != 0;
	row->place = rows_column_int(rows, 13, 0);
	row->planned.role = role_of(rows_column(rows, 14));
	row->planned.max_kbps = rows_column_int(rows, 15, 0);
}

/* What the plan decided of captions holds for all rungs. */
static enum db_result read_captions(struct db *db, const struct task *task, struct renditions *list)
{
	struct rows rows = rows_open(db, SQL_HAS_CAPTIONS);
	enum db_result result;

	rows_text(&rows, ":video", task->video);
	rows_int(&rows, ":edition", task->edition);
	result = rows_next(&rows);
	list->captions = result == DB_OK && rows_column_int(&rows, 0, 0) != 0;
	rows_end(&rows);
	return result;
}

enum db_result renditions_read(struct db *db, const struct task *task, int64_t from, struct renditions *list)
{
	struct rows rows = rows_open(db, SQL_RENDITIONS);
	enum db_result result;

	*list = (struct renditions){ 0 };
	rows_text(&rows, ":video", task->video);
	rows_int(&rows, ":edition", task->edition);
	while ((result = rows_next(&rows)) == DB_OK) {
		list->rows = rows_grow(list->rows, list->count, sizeof *list->rows);
		list->rows[list->count].edition = task->edition;
		read_rendition(&rows, &list->rows[list->count++]);
	}
	if (result == DB_NONE)
		result = DB_OK;
	for (size_t i = 0; i < list->count && result == DB_OK; i++)
		result = read_pieces(db, task, from, &list->rows[i]);
	return result == DB_OK ? read_captions(db, task, list) : result;
}
