/*
 * hybrid.c - reads a finished hybrid file, independently of what wrote it: the samples are walked
 * twice at once, in the fragments and in the tables, and must be the same.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>

#include "encode/codecs.h"
#include "encode/hybrid.h"
#include "encode/moof.h"
#include "encode/trak.h"

/* The rows of a table that were not read yet. */
struct table {
	struct bytes rows;
	uint32_t left;
};

/* stts or ctts: so many samples have that value. */
struct runs {
	struct table table;
	uint32_t count, value;          /* of the row being used */
};

/* The tables of one track, at the next sample (ISO/IEC 14496-12, 8.6 and 8.7). */
struct cursor {
	struct fragmented file;         /* what is known of the track */
	uint32_t track;                 /* of its tkhd */
	struct runs durations, offsets;
	struct table sizes, syncs, chunk_runs, chunks;
	uint32_t size_all;              /* stsz: of every sample; 0: each has its own */
	bool has_offsets, has_syncs;
	uint32_t samples_left;
	uint32_t sample, next_sync;     /* numbers from 1; next_sync 0: no more */
	uint32_t chunk, in_chunk;       /* number from 1 and samples of the one that comes next */
	uint32_t next_run, next_in_chunk; /* from that chunk on so many; next_run 0: no more */
	bool has_chunk;                 /* one does come */
	uint64_t chunk_offset;          /* where it stands in the file */
	uint64_t duration;              /* of mdhd, timescale */
	bool has_edit;
	uint64_t media_time;            /* of its one edit */
};

/* A file on its way in. */
struct reading {
	const uint8_t *bytes;
	struct cursor tracks[2];
	size_t count;
};

/* Tables -------------------------------------------------------------------------------------- */

/* False: it is there, and torn.  Without it there are no rows. */
static bool open_table(struct bytes stbl, uint32_t type, size_t width, struct table *table, bool *found)
{
	struct box box;

	*table = (struct table){ .left = 0 };
	*found = box_find(stbl, type, &box);
	if (!*found)
		return true;
	bytes_skip(&box.body, 4);
	table->left = bytes_u32(&box.body);
	table->rows = box.body;
	return !box.body.bad && box.body.left == table->left * (uint64_t)width;
}

static bool open_sizes(struct bytes stbl, struct cursor *c)
{
	struct box box;

	if (!box_find(stbl, BOX_TYPE('s', 't', 's', 'z'), &box))
		return false;
	bytes_skip(&box.body, 4);
	c->size_all = bytes_u32(&box.body);
	c->samples_left = bytes_u32(&box.body);
	c->sizes = (struct table){ box.body, c->size_all > 0 ? 0 : c->samples_left };
	return !box.body.bad && box.body.left == c->sizes.left * (uint64_t)4;
}

static void next_sync(struct cursor *c)
{
	c->next_sync = 0;
	if (c->syncs.left == 0)
		return;
	c->syncs.left--;
	c->next_sync = bytes_u32(&c->syncs.rows);
}

static void next_run(struct cursor *c)
{
	c->next_run = 0;
	if (c->chunk_runs.left == 0)
		return;
	c->chunk_runs.left--;
	c->next_run = bytes_u32(&c->chunk_runs.rows);
	c->next_in_chunk = bytes_u32(&c->chunk_runs.rows);
	if (bytes_u32(&c->chunk_runs.rows) != 1)        /* the one sample entry */
		c->next_in_chunk = 0;
}

static void next_chunk(struct cursor *c)
{
	c->has_chunk = c->chunks.left > 0;
	if (!c->has_chunk)
		return;
	c->chunks.left--;
	c->chunk++;
	c->chunk_offset = bytes_u64(&c->chunks.rows);
	if (c->chunk == c->next_run) {
		c->in_chunk = c->next_in_chunk;
		next_run(c);
	}
}

static bool open_tables(struct bytes stbl, struct cursor *c)
{
	bool found;

	if (!open_sizes(stbl, c) ||
	    !open_table(stbl, BOX_TYPE('s', 't', 't', 's'), 8, &c->durations.table, &found) || !found ||
	    !open_table(stbl, BOX_TYPE('c', 't', 't', 's'), 8, &c->offsets.table, &c->has_offsets) ||
	    !open_table(stbl, BOX_TYPE('s', 't', 's', 's'), 4, &c->syncs, &c->has_syncs) ||
	    !open_table(stbl, BOX_TYPE('s', 't', 's', 'c'), 12, &c->chunk_runs, &found) || !found ||
	    !open_table(stbl, BOX_TYPE('c', 'o', '6', '4'), 8, &c->chunks, &found) || !found)
		return false;
	next_sync(c);
	next_run(c);
	next_chunk(c);
	return true;
}

/* The value of the next sample.  False where no row is left. */
static bool next_value(struct runs *runs, uint32_t *value)
{
	while (runs->count == 0) {
		if (runs->table.left == 0)
			return false;
		runs->table.left--;
		runs->count = bytes_u32(&runs->table.rows);
		runs->value = bytes_u32(&runs->table.rows);
	}
	runs->count--;
	*value = runs->value;
	return true;
}

static bool next_sample(struct cursor *c, struct sample *sample)
{
	uint32_t offset = 0;

	if (c->samples_left == 0)
		return false;
	c->samples_left--;
	c->sample++;
	if (!next_value(&c->durations, &sample->duration) || (c->has_offsets && !next_value(&c->offsets, &offset)))
		return false;
	sample->offset = (int32_t)offset;
	sample->size = c->size_all > 0 ? c->size_all : bytes_u32(&c->sizes.rows);
	sample->sync = !c->has_syncs || c->sample == c->next_sync;
	if (c->has_syncs && sample->sync)
		next_sync(c);
	return true;
}

static bool is_used_up(const struct cursor *c)
{
	return c->samples_left == 0 && !c->has_chunk && c->next_sync == 0 && c->next_run == 0 &&
	       c->durations.count == 0 && c->durations.table.left == 0 && c->offsets.count == 0 && c->offsets.table.left == 0;
}

/* moov ---------------------------------------------------------------------------------------- */

/* One edit at most, which shows from its media time on. */
static bool read_edits(struct bytes trak, struct cursor *c)
{
	struct box edts, elst;
	bool wide;

	c->has_edit = box_find(trak, BOX_TYPE('e', 'd', 't', 's'), &edts);
	if (!c->has_edit)
		return true;
	if (!box_find(edts.body, BOX_TYPE('e', 'l', 's', 't'), &elst))
		return false;
	wide = bytes_u32(&elst.body) >> 24 == 1;
	if (bytes_u32(&elst.body) != 1)
		return false;
	bytes_skip(&elst.body, wide ? 8 : 4);
	c->media_time = bytes_number(&elst.body, wide ? 8 : 4);
	return bytes_u32(&elst.body) == 0x10000 && !elst.body.bad;
}

static const char *read_trak(struct bytes body, struct cursor *c)
{
	struct trak trak;
	const char *wrong = trak_read(body, &trak);

	if (wrong != NULL)
		return wrong;
	c->track = trak.id;
	c->file.timescale = trak.timescale;
	c->duration = trak.duration;
	if (!codecs_read(trak.stsd, &c->file) || !codecs_handled(trak.handler, &c->file))
		return "a track's codec is not one that we write";
	if (!read_edits(body, c))
		return "a track is edited";
	return open_tables(trak.stbl, c) ? NULL : "the tables of a track are torn or missing";
}

static const char *read_moov(struct reading *r, struct bytes moov)
{
	struct box box;

	while (box_next(&moov, &box)) {
		const char *wrong;

		if (box.type == BOX_TYPE('m', 'v', 'e', 'x'))
			return "its header says that it is fragmented";
		if (box.type != BOX_TYPE('t', 'r', 'a', 'k'))
			continue;
		if (r->count == 2)
			return "it has too many tracks";
		wrong = read_trak(box.body, &r->tracks[r->count]);
		if (wrong != NULL)
			return wrong;
		r->count++;
	}
	if (moov.bad)
		return "its header is torn";
	if (r->count == 2 && r->tracks[0].file.is_video == r->tracks[1].file.is_video)
		return "it has two tracks of one kind";
	if (r->tracks[0].track == r->tracks[1].track)
		return "its tracks are not told apart";
	return r->count > 0 ? NULL : "it has no tracks";
}

/* Fragments ----------------------------------------------------------------------------------- */

static bool is_same(const struct sample *a, const struct sample *b)
{
	return a->duration == b->duration && a->size == b->size && a->offset == b->offset && a->sync == b->sync;
}

static const char *compare_samples(const struct reading *r, struct cursor *c, const struct fragment *f)
{
	struct sample_walk walk;
	struct sample told, listed;

	if (f->samples != c->in_chunk)
		return "a chunk and its fragment do not have the same number of samples";
	sample_walk_start(&walk, r->bytes, &sample_defaults_none, f);
	while (sample_walk_next(&walk, &told))
		if (!next_sample(c, &listed) || !is_same(&told, &listed))
			return "a sample is not as the tables say";
	return walk.bad ? "a fragment does not tell all of its samples" : NULL;
}

static const char *take_fragment(struct reading *r, const struct fragment *f)
{
	struct cursor *c = NULL;
	const char *wrong;

	for (size_t i = 0; i < r->count; i++)
		if (r->tracks[i].has_chunk && r->tracks[i].chunk_offset == f->data_offset)
			c = &r->tracks[i];
	if (c == NULL)
		return "the tables do not know a fragment";
	if (f->decode_time != c->file.duration)
		return "a fragment is not where the one before it ends";
	if (!f->starts_sync)
		return "a fragment does not start with a keyframe";
	wrong = compare_samples(r, c, f);
	if (wrong != NULL)
		return wrong;
	fragmented_keep(&c->file, f);
	next_chunk(c);
	return NULL;
}

static const char *read_payload(struct reading *r, struct bytes rest)
{
	const char *wrong = NULL;
	struct fragment f;
	struct box box;

	while (wrong == NULL && box_next(&rest, &box)) {
		if (box.type != BOX_TYPE('m', 'o', 'o', 'f'))
			return "something stands between its fragments";
		wrong = moof_read(r->bytes, &sample_defaults_none, &box, &rest, &f);
		if (wrong == NULL)
			wrong = take_fragment(r, &f);
	}
	return wrong == NULL && rest.bad ? "its last fragment is torn" : wrong;
}

/* The file ------------------------------------------------------------------------------------ */

static const char *check_track(const struct cursor *c)
{
	if (c->file.count == 0 || !is_used_up(c))
		return "the tables know samples that are not there";
	if (c->duration != c->file.duration)
		return "the duration of a track is not that of its samples";
	if (c->file.is_video && (!c->has_edit || c->media_time != (uint64_t)(int64_t)c->file.fragments[0].first_offset))
		return "the picture does not start with its first picture";
	if (!c->file.is_video && c->has_edit && c->media_time != 0)
		return "the sound does not start with its first sample";
	return NULL;
}

static const char *read_file(struct reading *r, size_t len)
{
	static const uint32_t order[] = {
		BOX_TYPE('f', 't', 'y', 'p'), BOX_TYPE('m', 'o', 'o', 'v'), BOX_TYPE('m', 'd', 'a', 't'),
	};
	struct bytes rest = bytes_of(r->bytes, len);
	struct box boxes[3];
	const char *wrong;

	for (size_t i = 0; i < 3; i++)
		if (!box_next(&rest, &boxes[i]) || boxes[i].type != order[i])
			return rest.bad ? "its end is torn off" : "it is not a header and one run of fragments";
	if (rest.left > 0)
		return "something stands behind its fragments";
	wrong = read_moov(r, boxes[1].body);
	if (wrong == NULL)
		wrong = read_payload(r, boxes[2].body);
	for (size_t i = 0; i < r->count && wrong == NULL; i++)
		wrong = check_track(&r->tracks[i]);
	return wrong;
}

static struct cursor *find_track(struct reading *r, enum hybrid_kind kind)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->tracks[i].file.is_video == (kind == HYBRID_VIDEO))
			return &r->tracks[i];
	return NULL;
}

bool hybrid_read(const uint8_t *bytes, size_t len, enum hybrid_kind kind, struct fragmented *file, char *error,
		 size_t error_size)
{
	struct reading r = { .bytes = bytes };
	const char *wrong = bytes != NULL && len > 0 ? read_file(&r, len) : "it is empty";
	struct cursor *found = find_track(&r, kind);

	*file = (struct fragmented){ 0 };
	if (wrong == NULL && found == NULL)
		wrong = "it lacks a track";
	if (wrong == NULL) {
		*file = found->file;
		found->file = (struct fragmented){ 0 };
	} else
		snprintf(error, error_size, "A file that was made is not usable: %s.", wrong);
	for (size_t i = 0; i < sizeof r.tracks / sizeof r.tracks[0]; i++)
		fragmented_fini(&r.tracks[i].file);
	return wrong == NULL;
}
