/*
 * probe.c - what was found of a source: ffprobe's JSON, which is kept as it is and read as rows, and what later looks came to.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "store/probe.h"
#include "store/rows.h"

void probe_fini(struct probe *probe)
{
	free(probe->streams);
	memset(probe, 0, sizeof *probe);
}

/* Keeping ------------------------------------------------------------------------------------- */

enum db_result probe_save(struct db *db, const char *video, const char *json, enum probe_step step)
{
	struct rows rows;

	if (!json_is_object(json))
		return DB_REFUSED;
	rows = rows_open(db, SQL_PROBE_SAVE);
	rows_text(&rows, ":id", video);
	rows_text(&rows, ":json", json);
	rows_int(&rows, ":step", step);
	return rows_run(&rows);
}

enum db_result probe_measured_save(struct db *db, const char *video, const struct measured *m, bool elsewhere)
{
	struct rows rows = rows_open(db, SQL_MEASURED_SAVE);

	rows_text(&rows, ":id", video);
	rows_text(&rows, ":where", elsewhere ? "$.elsewhere" : "$.measured");
	rows_int(&rows, ":pictures", m->pictures);
	rows_int(&rows, ":top_first", m->top_first);
	rows_int(&rows, ":bottom_first", m->bottom_first);
	rows_int(&rows, ":progressive", m->progressive);
	rows_int(&rows, ":undetermined", m->undetermined);
	rows_int(&rows, ":repeated", m->repeated);
	rows_int(&rows, ":not_repeated", m->not_repeated);
	rows_int(&rows, ":captions", m->captions);
	rows_int(&rows, ":errors", m->errors);
	rows_int(&rows, ":flagged", m->flagged);
	rows_int(&rows, ":alone", m->alone);
	rows_int(&rows, ":first_pts", m->first_pts);
	rows_int(&rows, ":last_pts", m->last_pts);
	rows_int(&rows, ":as_is", m->combs.as_is);
	rows_int(&rows, ":least", m->combs.least);
	rows_int(&rows, ":order", m->combs.order);
	rows_int(&rows, ":apart", m->combs.apart);
	rows_int(&rows, ":whole", m->combs.whole);
	rows_int(&rows, ":pairs", m->combs.pairs);
	return rows_run(&rows);
}

enum db_result probe_idr_save(struct db *db, const char *video, const struct idr *idr)
{
	struct rows rows = rows_open(db, SQL_IDR_SAVE);

	rows_text(&rows, ":id", video);
	rows_int(&rows, ":count", idr->count);
	rows_int(&rows, ":sum", idr->sum);
	return rows_run(&rows);
}

enum db_result probe_steadies_save(struct db *db, const char *video, const struct steadies *steadies)
{
	struct buf json = BUF_INIT;
	enum db_result result;
	struct rows rows;

	buf_puts(&json, "[");
	for (size_t i = 0; i < steadies->count; i++) {
		const struct steady *s = &steadies->items[i];

		buf_printf(&json, "%s[%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "]", i > 0 ? "," : "", s->index, s->first, s->packets, s->kbps);
	}
	buf_puts(&json, "]");
	rows = rows_open(db, SQL_STEADIES_SAVE);
	rows_text(&rows, ":id", video);
	rows_text(&rows, ":list", buf_text(&json));
	result = rows_run(&rows);
	buf_fini(&json);
	return result;
}

/* Reading ------------------------------------------------------------------------------------- */

/* A row, column after column, in the order of the query. */
struct columns {
	struct rows *rows;
	int next;
};

static int64_t take_int(struct columns *c, int64_t otherwise)
{
	return rows_column_int(c->rows, c->next++, otherwise);
}

/* ffprobe's numbers have 32 bits: what is beyond them is none.  So no product of two of them overflows. */
static int64_t take_number(struct columns *c)
{
	int64_t value = take_int(c, 0);

	return value >= INT32_MIN && value <= INT32_MAX ? value : 0;
}

static bool take_flag(struct columns *c)
{
	return take_number(c) != 0;
}

static double take_real(struct columns *c)
{
	return rows_column_real(c->rows, c->next++, NAN);
}

#define TAKE_TEXT(array, c) ROWS_COLUMN_INTO((array), (c)->rows, (c)->next++)

/* Query probe_streams. */
static void read_stream(struct rows *rows, struct stream_row *s)
{
	struct columns c = { rows, 0 };

	s->index = take_int(&c, -1);
	TAKE_TEXT(s->type, &c);
	TAKE_TEXT(s->codec, &c);
	TAKE_TEXT(s->profile, &c);
	TAKE_TEXT(s->pix_fmt, &c);
	TAKE_TEXT(s->sar, &c);
	TAKE_TEXT(s->field_order, &c);
	s->width = take_number(&c);
	s->height = take_number(&c);
	s->has_b_frames = take_number(&c);
	TAKE_TEXT(s->r_frame_rate, &c);
	TAKE_TEXT(s->avg_frame_rate, &c);
	TAKE_TEXT(s->time_base, &c);
	s->programs = take_int(&c, 0);
	s->start_time = take_real(&c);
	s->duration = take_real(&c);
	s->nb_frames = take_number(&c);
	TAKE_TEXT(s->color_range, &c);
	TAKE_TEXT(s->color_space, &c);
	TAKE_TEXT(s->color_transfer, &c);
	TAKE_TEXT(s->color_primaries, &c);
	s->sample_rate = take_number(&c);
	s->channels = take_number(&c);
	s->attached_pic = take_flag(&c);
	s->is_default = take_flag(&c);
	TAKE_TEXT(s->language, &c);
	s->rotation = take_number(&c);
	TAKE_TEXT(s->layout, &c);
	TAKE_TEXT(s->title, &c);
	s->original = take_flag(&c);
	s->comment = take_flag(&c);
	s->hearing_impaired = take_flag(&c);
	s->visual_impaired = take_flag(&c);
	s->forced = take_flag(&c);
	s->dolby_profile = take_number(&c);
	s->dolby_base = take_number(&c);
	TAKE_TEXT(s->matrix, &c);
	s->told_s = take_real(&c);
}

static void read_measured(struct columns *c, struct measured *m)
{
	m->known = rows_column_int(c->rows, c->next, -1) >= 0;
	m->pictures = take_number(c);
	m->top_first = take_number(c);
	m->bottom_first = take_number(c);
	m->progressive = take_number(c);
	m->undetermined = take_number(c);
	m->repeated = take_number(c);
	m->not_repeated = take_number(c);
	m->captions = take_number(c);
	m->errors = take_number(c);
	m->flagged = take_number(c);
	m->alone = take_int(c, -1);
	m->first_pts = take_int(c, INT64_MIN);
	m->last_pts = take_int(c, INT64_MIN);
	m->combs.as_is = take_number(c);
	m->combs.least = take_number(c);
	m->combs.order = take_int(c, 0);
	m->combs.apart = take_number(c);
	m->combs.whole = take_int(c, 0);
	m->combs.pairs = take_number(c);
}

static void read_idr(struct columns *c, struct idr *idr)
{
	idr->known = rows_column_int(c->rows, c->next, -1) >= 0;
	idr->count = take_int(c, 0);
	idr->sum = take_int(c, 0);
}

static enum db_result read_format(struct db *db, const char *video, struct probe *probe)
{
	struct rows rows = rows_open(db, SQL_PROBE_FORMAT);
	struct columns c = { &rows, 0 };
	enum db_result result;

	rows_text(&rows, ":id", video);
	result = rows_next(&rows);
	if (result != DB_OK)
		return result;
	TAKE_TEXT(probe->format, &c);
	probe->start_time = take_real(&c);
	probe->duration = take_real(&c);
	probe->size_bytes = take_int(&c, 0);
	read_measured(&c, &probe->measured);
	read_measured(&c, &probe->elsewhere);
	read_idr(&c, &probe->idr);
	probe->wide = take_flag(&c);
	probe->merged = take_flag(&c);
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
	return rows_any(result);
}

enum db_result probe_read(struct db *db, const char *video, struct probe *probe)
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
		probe->streams = rows_grow(probe->streams, probe->stream_count, sizeof *probe->streams);
		read_stream(&rows, &probe->streams[probe->stream_count++]);
	}
	return rows_any(result);
}
