/*
 * moof.c - one fragment, read as if a stranger had written it.  The files of our children and the
 * payload of a hybrid both consist of these.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "encode/moof.h"

/* tfhd and trun flags (ISO/IEC 14496-12, 8.8.7 and 8.8.8). */
enum {
	TFHD_BASE_OFFSET = 0x1, TFHD_DESCRIPTION = 0x2, TFHD_DURATION = 0x8, TFHD_SIZE = 0x10, TFHD_FLAGS = 0x20,
	TFHD_BASE_IS_MOOF = 0x20000,
	TRUN_OFFSET = 0x1, TRUN_FIRST_FLAGS = 0x4, TRUN_DURATION = 0x100, TRUN_SIZE = 0x200, TRUN_FLAGS = 0x400,
	TRUN_COMPOSITION = 0x800,
};
#define SAMPLE_IS_NON_SYNC 0x10000u

const struct sample_defaults sample_defaults_none;

/* A fragment on its way in. */
struct run {
	const uint8_t *base;
	struct fragment *f;
	struct sample_walk walk;
	uint64_t data_from, data_to;    /* what its samples use, counted from its moof */
	uint64_t most;                  /* bytes from its moof to the end of all */
	bool has_time, has_runs;
};

/* A trun's own fields. */
struct trun {
	uint32_t flags, count, first_flags;
	int64_t offset;                 /* of its samples from the moof; -1: not told */
	struct bytes list;
};

/* tfhd ---------------------------------------------------------------------------------------- */

static const char *read_tfhd(struct bytes tfhd, uint32_t *track, struct sample_defaults *defaults)
{
	uint32_t flags = bytes_u32(&tfhd);

	*track = bytes_u32(&tfhd);
	if ((flags & TFHD_BASE_OFFSET) != 0 || (flags & TFHD_BASE_IS_MOOF) == 0)
		return "a fragment cannot be moved";
	bytes_skip(&tfhd, (flags & TFHD_DESCRIPTION) != 0 ? 4 : 0);
	if ((flags & TFHD_DURATION) != 0) {
		defaults->duration = bytes_u32(&tfhd);
		defaults->has_duration = true;
	}
	if ((flags & TFHD_SIZE) != 0) {
		defaults->size = bytes_u32(&tfhd);
		defaults->has_size = true;
	}
	if ((flags & TFHD_FLAGS) != 0) {
		defaults->flags = bytes_u32(&tfhd);
		defaults->has_flags = true;
	}
	return tfhd.bad ? "a fragment's header is torn" : NULL;
}

/* Samples ------------------------------------------------------------------------------------- */

static struct trun open_trun(struct bytes body)
{
	struct trun trun = { .offset = -1 };

	trun.flags = bytes_u32(&body) & 0xffffff;
	trun.count = bytes_u32(&body);
	if ((trun.flags & TRUN_OFFSET) != 0)
		trun.offset = (int32_t)bytes_u32(&body);
	if ((trun.flags & TRUN_FIRST_FLAGS) != 0)
		trun.first_flags = bytes_u32(&body);
	trun.list = body;
	return trun;
}

static void enter_trun(struct sample_walk *walk, const struct trun *trun)
{
	const struct sample_defaults *d = &walk->defaults;

	walk->flags = trun->flags;
	walk->first_flags = trun->first_flags;
	walk->left = trun->count;
	walk->list = trun->list;
	walk->at_first = true;
	walk->bad = trun->list.bad || ((trun->flags & TRUN_DURATION) == 0 && !d->has_duration) ||
		    ((trun->flags & TRUN_SIZE) == 0 && !d->has_size) || ((trun->flags & TRUN_FLAGS) == 0 && !d->has_flags);
}

static bool take_sample(struct sample_walk *walk, struct sample *sample)
{
	uint32_t flags = walk->defaults.flags;

	*sample = (struct sample){ .duration = walk->defaults.duration, .size = walk->defaults.size };
	if ((walk->flags & TRUN_DURATION) != 0)
		sample->duration = bytes_u32(&walk->list);
	if ((walk->flags & TRUN_SIZE) != 0)
		sample->size = bytes_u32(&walk->list);
	if ((walk->flags & TRUN_FLAGS) != 0)
		flags = bytes_u32(&walk->list);
	if ((walk->flags & TRUN_COMPOSITION) != 0)
		sample->offset = (int32_t)bytes_u32(&walk->list);
	if (walk->at_first && (walk->flags & TRUN_FIRST_FLAGS) != 0)
		flags = walk->first_flags;
	sample->sync = (flags & SAMPLE_IS_NON_SYNC) == 0;
	walk->at_first = false;
	walk->left--;
	walk->bad = walk->list.bad;
	return !walk->bad;
}

bool sample_walk_next(struct sample_walk *walk, struct sample *sample)
{
	struct box box;

	while (walk->left == 0 && !walk->bad && box_next(&walk->boxes, &box))
		if (box.type == BOX_TYPE('t', 'r', 'u', 'n')) {
			struct trun trun = open_trun(box.body);

			enter_trun(walk, &trun);
		}
	return walk->left > 0 && !walk->bad && take_sample(walk, sample);
}

void sample_walk_start(struct sample_walk *walk, const uint8_t *base, const struct sample_defaults *trex,
		       const struct fragment *f)
{
	struct bytes bytes = bytes_of(base + f->offset, (size_t)f->size);
	struct box moof = { 0 }, traf = { 0 }, tfhd = { 0 };
	uint32_t track;

	*walk = (struct sample_walk){ .defaults = *trex };
	walk->bad = !box_next(&bytes, &moof) || !box_find(moof.body, BOX_TYPE('t', 'r', 'a', 'f'), &traf) ||
		    !box_find(traf.body, BOX_TYPE('t', 'f', 'h', 'd'), &tfhd) ||
		    read_tfhd(tfhd.body, &track, &walk->defaults) != NULL;
	walk->boxes = traf.body;
}

/* The fragment -------------------------------------------------------------------------------- */

static const char *read_tfdt(struct run *run, struct bytes tfdt)
{
	uint8_t width = bytes_u32(&tfdt) >> 24 == 1 ? 8 : 4;

	run->f->decode_time_at = (uint64_t)(tfdt.at - run->base);
	run->f->decode_time_bytes = width;
	run->f->decode_time = bytes_number(&tfdt, width);
	run->has_time = true;
	return tfdt.bad ? "a fragment's time is torn" : NULL;
}

/* The first sample of all says how the fragment starts. */
static void count_sample(struct run *run, const struct sample *s)
{
	if (run->f->samples++ == 0) {
		run->f->first_offset = s->offset;
		run->f->starts_sync = s->sync;
	}
	run->f->duration += s->duration;
	run->data_to += s->size;
}

static const char *read_samples(struct run *run, const struct trun *trun)
{
	struct sample sample;

	/* Samples without bytes, neither here nor in the mdat, could be claimed four thousand million times. */
	if ((trun->flags & (TRUN_DURATION | TRUN_SIZE | TRUN_FLAGS | TRUN_COMPOSITION)) == 0 && run->walk.defaults.size == 0)
		return "a fragment's samples are empty";
	enter_trun(&run->walk, trun);
	while (run->walk.left > 0 && !run->walk.bad && run->data_to <= run->most)
		if (take_sample(&run->walk, &sample))
			count_sample(run, &sample);
	if (run->data_to > run->most)
		return "its end is torn off";
	return run->walk.bad ? "a fragment's list of samples is torn, or does not tell all" : NULL;
}

static const char *read_trun(struct run *run, struct bytes body)
{
	struct trun trun = open_trun(body);
	uint64_t offset = (uint64_t)trun.offset;

	if (trun.offset < 0 && run->has_runs && (trun.flags & TRUN_OFFSET) == 0)
		offset = run->data_to;
	else if (trun.list.bad || trun.offset < 0)
		return "a fragment does not say where its samples are";
	if (run->has_runs && offset != run->data_to)
		return "a fragment's samples are not in one piece";
	if (!run->has_runs)
		run->data_from = offset;
	run->data_to = offset;
	run->has_runs = true;
	return read_samples(run, &trun);
}

static const char *read_traf(struct run *run, struct bytes traf)
{
	const char *wrong = NULL;
	struct box box;

	if (!box_find(traf, BOX_TYPE('t', 'f', 'h', 'd'), &box))
		return "a fragment has no track header";
	wrong = read_tfhd(box.body, &run->f->track, &run->walk.defaults);
	while (wrong == NULL && box_next(&traf, &box)) {
		if (box.type == BOX_TYPE('t', 'f', 'd', 't'))
			wrong = read_tfdt(run, box.body);
		else if (box.type == BOX_TYPE('t', 'r', 'u', 'n'))
			wrong = read_trun(run, box.body);
	}
	if (wrong == NULL && (traf.bad || !run->has_time || run->f->samples == 0))
		wrong = "a fragment has no time or no samples";
	return wrong;
}

static const char *read_moof(struct run *run, const struct box *moof)
{
	struct bytes inside = moof->body;
	struct box traf, second;

	if (!box_find(inside, BOX_TYPE('t', 'r', 'a', 'f'), &traf))
		return "a fragment has no track";
	inside.left -= (size_t)(traf.start + traf.size - inside.at);
	inside.at = traf.start + traf.size;
	if (box_find(inside, BOX_TYPE('t', 'r', 'a', 'f'), &second))
		return "a fragment has two tracks";
	return read_traf(run, traf.body);
}

const char *moof_read(const uint8_t *base, const struct sample_defaults *trex, const struct box *moof,
		      struct bytes *rest, struct fragment *f)
{
	struct run run = { .base = base, .f = f, .walk.defaults = *trex, .most = moof->size + rest->left };
	struct box mdat;
	const char *wrong;

	*f = (struct fragment){ .offset = (uint64_t)(moof->start - base) };
	wrong = read_moof(&run, moof);
	if (wrong != NULL)
		return wrong;
	if (!box_next(rest, &mdat) || mdat.type != BOX_TYPE('m', 'd', 'a', 't'))
		return "a fragment has lost its samples";
	f->size = (uint64_t)(mdat.start + mdat.size - moof->start);
	if (run.data_from < (uint64_t)(mdat.body.at - moof->start) || run.data_to > f->size)
		return "a fragment's samples are not where it says";
	f->data_offset = f->offset + run.data_from;
	return NULL;
}
