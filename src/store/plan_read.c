/*
 * plan_read.c - what the planner and the publisher read: ffprobe's rows, the profile, the pieces.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/plan_store.h"
#include "store/rows.h"

/* An array that grows by one zeroed element; aborts without memory. */
static void *grow(void *array, size_t count, size_t size)
{
	char *grown = realloc(array, (count + 1) * size);

	if (grown == NULL)
		abort();
	memset(grown + count * size, 0, size);
	return grown;
}

void probe_fini(struct probe *probe)
{
	free(probe->streams);
	memset(probe, 0, sizeof *probe);
}

void piece_fini(struct piece *piece)
{
	free(piece->playlist);
	piece->playlist = NULL;
}

void plan_fini(struct plan *plan)
{
	for (size_t i = 0; i < plan->task_count; i++) {
		strings_fini(&plan->tasks[i].argv);
		strings_fini(&plan->tasks[i].reads);
	}
	free(plan->tasks);
	plan->tasks = NULL;
	plan->task_count = 0;
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

#define COPY(to, rows, column) snprintf((to), sizeof(to), "%s", rows_column((rows), (column)))

/* ffprobe ------------------------------------------------------------------------------------- */

/* ffprobe's numbers have 32 bits: what is beyond them is none.  So no product of two of them overflows. */
static int64_t read_number(struct rows *rows, int column)
{
	int64_t value = rows_column_int(rows, column, 0);

	return value >= INT32_MIN && value <= INT32_MAX ? value : 0;
}

/* Columns in the order of query probe_streams. */
static void read_stream(struct rows *rows, struct stream_row *s)
{
	s->index = rows_column_int(rows, 0, -1);
	COPY(s->type, rows, 1);
	COPY(s->codec, rows, 2);
	COPY(s->profile, rows, 3);
	COPY(s->pix_fmt, rows, 4);
	COPY(s->sar, rows, 5);
	COPY(s->field_order, rows, 6);
	s->width = read_number(rows, 7);
	s->height = read_number(rows, 8);
	s->has_b_frames = read_number(rows, 9);
	COPY(s->r_frame_rate, rows, 10);
	COPY(s->avg_frame_rate, rows, 11);
	COPY(s->time_base, rows, 12);
	s->start_pts = rows_column_int(rows, 13, INT64_MIN);
	s->start_time = rows_column_real(rows, 14, NAN);
	s->duration = rows_column_real(rows, 15, NAN);
	s->nb_frames = read_number(rows, 16);
	COPY(s->color_range, rows, 17);
	COPY(s->color_space, rows, 18);
	COPY(s->color_transfer, rows, 19);
	COPY(s->color_primaries, rows, 20);
	s->sample_rate = read_number(rows, 21);
	s->channels = read_number(rows, 22);
	s->attached_pic = read_number(rows, 23) != 0;
	s->is_default = read_number(rows, 24) != 0;
	COPY(s->language, rows, 25);
	s->rotation = read_number(rows, 26);
	COPY(s->layout, rows, 27);
	COPY(s->title, rows, 28);
	s->original = read_number(rows, 29) != 0;
	s->comment = read_number(rows, 30) != 0;
	s->hearing_impaired = read_number(rows, 31) != 0;
	s->visual_impaired = read_number(rows, 32) != 0;
	s->forced = read_number(rows, 33) != 0;
	s->dolby_profile = read_number(rows, 34);
	s->dolby_base = read_number(rows, 35);
	COPY(s->matrix, rows, 36);
	s->told_s = rows_column_real(rows, 37, NAN);
	s->programs = rows_column_int(rows, 38, 0);
}

/* Columns 4 to 14 and 20 of query probe_format. */
static void read_measured(struct rows *rows, struct measured *m)
{
	m->known = rows_column_int(rows, 4, -1) >= 0;
	m->pictures = read_number(rows, 4);
	m->top_first = read_number(rows, 5);
	m->bottom_first = read_number(rows, 6);
	m->progressive = read_number(rows, 7);
	m->undetermined = read_number(rows, 8);
	m->repeated = read_number(rows, 9);
	m->not_repeated = read_number(rows, 10);
	m->captions = read_number(rows, 11);
	m->errors = read_number(rows, 12);
	m->flagged = read_number(rows, 13);
	m->alone = rows_column_int(rows, 14, -1);
	m->first_pts = rows_column_int(rows, 20, INT64_MIN);
}

static enum db_result read_format(struct db *db, const char *video, struct probe *probe)
{
	struct rows rows = rows_open(db, SQL_PROBE_FORMAT);
	enum db_result result;

	rows_text(&rows, ":id", video);
	result = rows_next(&rows);
	if (result != DB_OK)
		return result;
	COPY(probe->format, &rows, 0);
	probe->start_time = rows_column_real(&rows, 1, NAN);
	probe->duration = rows_column_real(&rows, 2, NAN);
	probe->nb_streams = rows_column_int(&rows, 3, 0);
	read_measured(&rows, &probe->measured);
	probe->idr.known = rows_column_int(&rows, 15, -1) >= 0;
	probe->idr.count = rows_column_int(&rows, 15, 0);
	probe->idr.sum = rows_column_int(&rows, 16, 0);
	probe->wide = rows_column_int(&rows, 17, 0) != 0;
	probe->merged = rows_column_int(&rows, 18, 0) != 0;
	probe->size_bytes = rows_column_int(&rows, 19, 0);
	rows_end(&rows);
	return DB_OK;
}

static enum db_result read_steadies(struct db *db, const char *video, struct steadies *list)
{
	struct rows rows = rows_open(db, SQL_STEADIES_READ);
	enum db_result result;

	rows_text(&rows, ":id", video);
	rows_int(&rows, ":most", STEADIES_MOST);
	while ((result = rows_next(&rows)) == DB_OK)
		list->items[list->count++] = (struct steady){
			rows_column_int(&rows, 0, -1), rows_column_int(&rows, 1, 0), rows_column_int(&rows, 2, 0), rows_column_int(&rows, 3, 0),
		};
	return result == DB_NONE ? DB_OK : result;
}

enum db_result plan_probe_read(struct db *db, const char *video, struct probe *probe)
{
	enum db_result result;
	struct rows rows;

	memset(probe, 0, sizeof *probe);
	result = read_format(db, video, probe);
	if (result == DB_OK)
		result = read_steadies(db, video, &probe->steadies);
	if (result != DB_OK)
		return result;
	rows = rows_open(db, SQL_PROBE_STREAMS);
	rows_text(&rows, ":id", video);
	while ((result = rows_next(&rows)) == DB_OK) {
		probe->streams = grow(probe->streams, probe->stream_count, sizeof *probe->streams);
		read_stream(&rows, &probe->streams[probe->stream_count++]);
	}
	return result == DB_NONE ? DB_OK : result;
}

/* The profile --------------------------------------------------------------------------------- */

static void read_rung(struct rows *rows, struct profile_rung *rung)
{
	COPY(rung->codec, rows, 0);
	rung->short_side = rows_column_int(rows, 1, 0);
	rung->max_kbps = rows_column_int(rows, 2, 0);
	rung->crf = rows_column_int(rows, 3, 0);
	COPY(rung->preset, rows, 4);
}

static enum db_result read_rungs(struct db *db, const char *video, struct profile *profile)
{
	struct rows rows = rows_open(db, SQL_PROFILE_RUNGS);
	enum db_result result;

	rows_text(&rows, ":id", video);
	rows_int(&rows, ":most", PLAN_RUNGS_MOST - 2); /* a top rung of the source's size and the sound come on top */
	while ((result = rows_next(&rows)) == DB_OK)
		read_rung(&rows, &profile->rungs[profile->rung_count++]);
	return result == DB_NONE ? DB_OK : result;
}

static void read_profile(struct rows *rows, struct profile *profile)
{
	COPY(profile->name, rows, 0);
	profile->segment_ms = rows_column_int(rows, 1, 4000);
	profile->chunk_ms = rows_column_int(rows, 2, 10000);
	profile->rate_max = rows_column_int(rows, 3, 60);
	COPY(profile->audio_codec, rows, 4);
	profile->audio_kbps = rows_column_int(rows, 5, 128);
	profile->surround_kbps = rows_column_int(rows, 6, 0);
	profile->copy = rows_column_int(rows, 7, 0) != 0;
	profile->keep_source = rows_column_int(rows, 8, 1) != 0;
	profile->storyboard = rows_column_int(rows, 9, 1) != 0;
	profile->version = rows_column_int(rows, 10, 1);
}

static enum db_result keep_recipe(struct db *db, const char *video)
{
	struct rows rows = rows_open(db, SQL_RECIPE_KEEP);
	enum db_result result;

	rows_text(&rows, ":id", video);
	result = rows_run(&rows);
	return result == DB_NONE ? DB_OK : result;
}

enum db_result plan_profile_read(struct db *db, const char *video, struct profile *profile)
{
	enum db_result result = keep_recipe(db, video);
	struct rows rows;

	memset(profile, 0, sizeof *profile);
	if (result != DB_OK)
		return result;
	rows = rows_open(db, SQL_PROFILE_READ);
	rows_text(&rows, ":id", video);
	result = rows_next(&rows);
	if (result != DB_OK)
		return result;
	read_profile(&rows, profile);
	rows_end(&rows);
	return read_rungs(db, video, profile);
}

/* Renditions and their pieces ----------------------------------------------------------------- */

static void read_piece(struct rows *rows, const char *rendition, struct piece *piece)
{
	snprintf(piece->rendition, sizeof piece->rendition, "%s", rendition);
	piece->seq = rows_column_int(rows, 0, 0);
	COPY(piece->file, rows, 1);
	piece->size_bytes = rows_column_int(rows, 2, 0);
	piece->frames = rows_column_int(rows, 3, 0);
	piece->duration_us = rows_column_int(rows, 4, 0);
	piece->peak_bps = rows_column_int(rows, 5, 0);
	piece->longest_us = rows_column_int(rows, 6, 0);
	piece->playlist = strdup(rows_column(rows, 7));
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
		row->pieces = grow(row->pieces, row->piece_count, sizeof *row->pieces);
		read_piece(&rows, row->planned.name, &row->pieces[row->piece_count++]);
	}
	return result == DB_NONE ? DB_OK : result;
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
	COPY(row->planned.name, rows, 0);
	row->planned.kind = kind_of(rows_column(rows, 1));
	row->planned.width = rows_column_int(rows, 2, 0);
	row->planned.height = rows_column_int(rows, 3, 0);
	row->planned.rate_num = rows_column_int(rows, 4, 0);
	row->planned.rate_den = rows_column_int(rows, 5, 0);
	row->planned.channels = rows_column_int(rows, 6, 0);
	COPY(row->codecs, rows, 7);
	COPY(row->planned.codec, rows, 8);
	row->planned.copied = rows_column_int(rows, 9, 0) != 0;
	COPY(row->planned.language, rows, 10);
	COPY(row->planned.label, rows, 11);
	row->planned.is_default = rows_column_int(rows, 12, 0) != 0;
	row->place = rows_column_int(rows, 13, 0);
	row->planned.role = role_of(rows_column(rows, 14));
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

enum db_result plan_renditions(struct db *db, const struct task *task, int64_t from, struct renditions *list)
{
	struct rows rows = rows_open(db, SQL_RENDITIONS);
	enum db_result result;

	*list = (struct renditions){ 0 };
	rows_text(&rows, ":video", task->video);
	rows_int(&rows, ":edition", task->edition);
	while ((result = rows_next(&rows)) == DB_OK) {
		list->rows = grow(list->rows, list->count, sizeof *list->rows);
		list->rows[list->count].edition = task->edition;
		read_rendition(&rows, &list->rows[list->count++]);
	}
	if (result == DB_NONE)
		result = DB_OK;
	for (size_t i = 0; i < list->count && result == DB_OK; i++)
		result = read_pieces(db, task, from, &list->rows[i]);
	return result == DB_OK ? read_captions(db, task, list) : result;
}
