/*
 * tables.c - the sample tables of a plain MP4, built sample by sample.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "encode/put.h"
#include "encode/tables.h"

static void put_run(struct buf *rows, uint32_t *count, const struct tables_run *run)
{
	if (run->count == 0)
		return;
	put_u32(rows, run->count);
	put_u32(rows, run->value);
	(*count)++;
}

static void extend(struct buf *rows, uint32_t *count, struct tables_run *run, uint32_t value)
{
	if (run->count > 0 && run->value == value) {
		run->count++;
		return;
	}
	put_run(rows, count, run);
	*run = (struct tables_run){ 1, value };
}

bool tables_add(struct tables *t, const struct sample *sample)
{
	if (t->samples == TABLES_SAMPLES_MOST)
		return false;
	t->samples++;
	t->time += sample->duration;
	extend(&t->stts, &t->stts_rows, &t->duration, sample->duration);
	extend(&t->ctts, &t->ctts_rows, &t->offset, (uint32_t)sample->offset);
	t->has_offsets |= sample->offset != 0;
	t->has_negative |= sample->offset < 0;
	put_u32(&t->stsz, sample->size);
	if (sample->sync) {
		put_u32(&t->stss, t->samples);
		t->syncs++;
	}
	return true;
}

/* A box of rows of run lengths; `last` is the one that was not put yet. */
static void put_runs(struct buf *out, uint32_t type, uint8_t version, const struct buf *rows, uint32_t count,
		     const struct tables_run *last)
{
	size_t at = put_open_full(out, type, version, 0);

	put_u32(out, count + (last->count > 0));
	buf_put(out, rows->data, rows->len);
	put_run(out, &count, last);
	put_close(out, at);
}

/* Without an stss all samples are sync samples. */
static void put_syncs(const struct tables *t, struct buf *out)
{
	size_t at = put_open_full(out, BOX_TYPE('s', 't', 's', 's'), 0, 0);

	put_u32(out, t->syncs);
	buf_put(out, t->stss.data, t->stss.len);
	put_close(out, at);
}

static void put_sizes(const struct tables *t, struct buf *out)
{
	size_t at = put_open_full(out, BOX_TYPE('s', 't', 's', 'z'), 0, 0);

	put_u32(out, 0);
	put_u32(out, t->samples);
	buf_put(out, t->stsz.data, t->stsz.len);
	put_close(out, at);
}

void tables_put(const struct tables *t, struct buf *out)
{
	put_runs(out, BOX_TYPE('s', 't', 't', 's'), 0, &t->stts, t->stts_rows, &t->duration);
	if (t->has_offsets)
		put_runs(out, BOX_TYPE('c', 't', 't', 's'), t->has_negative ? 1 : 0, &t->ctts, t->ctts_rows, &t->offset);
	if (t->syncs < t->samples)
		put_syncs(t, out);
	put_sizes(t, out);
}

void tables_fini(struct tables *t)
{
	buf_fini(&t->stts);
	buf_fini(&t->ctts);
	buf_fini(&t->stsz);
	buf_fini(&t->stss);
	*t = (struct tables){ 0 };
}
