/*
 * layout.c - which fragment comes where in a hybrid file (hybrid.h).
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "encode/layout.h"

/* Pieces -------------------------------------------------------------------------------------- */

/* What keeps a piece from following those before; NULL: nothing. */
static const char *does_not_follow(const struct layout_track *track, const uint8_t *bytes, const struct fragmented *piece)
{
	if (piece->fragments[0].first_offset < 0)
		return "It shows its first picture before decoding it.";
	if (track->pieces == 0)
		return piece->fragments[0].decode_time == 0 ? NULL : "It is the first, and does not begin at 0.";
	if (piece->init_size != track->init.len || memcmp(bytes, track->init.data, track->init.len) != 0)
		return "Its header is not that of the first piece.";
	if (piece->fragments[0].first_offset != track->first_offset)
		return "Its pictures are shown with another delay than those of the first piece.";
	return NULL;
}

static void begin_track(struct layout_track *track, const uint8_t *bytes, const struct fragmented *piece)
{
	buf_put(&track->init, bytes, (size_t)piece->init_size);
	track->is_video = piece->is_video;
	track->timescale = piece->timescale;
	track->first_offset = piece->fragments[0].first_offset;
}

static void keep(struct layout_track *track, const struct fragment *f)
{
	if (track->count % 256 == 0) {
		struct layout_fragment *grown = realloc(track->fragments, (track->count + 256) * sizeof *grown);

		if (grown == NULL)
			abort();
		track->fragments = grown;
	}
	track->fragments[track->count++] = (struct layout_fragment){
		.piece = track->pieces, .samples = f->samples, .offset = f->offset, .size = f->size,
		.data = f->data_offset - f->offset, .decode_time = f->decode_time,
	};
	track->bytes += f->size;
}

/* A fragment in a hybrid has no trex: what it does not say itself, nobody does. */
static const char *add_samples(struct layout_track *track, const uint8_t *bytes, const struct fragment *f)
{
	struct sample_walk walk;
	struct sample sample;

	sample_walk_start(&walk, bytes, &sample_defaults_none, f);
	while (sample_walk_next(&walk, &sample))
		if (!tables_add(&track->tables, &sample))
			return "With it there are too many samples for one file.";
	return walk.bad ? "Its fragments do not tell all of their samples." : NULL;
}

static const char *add_fragments(struct layout_track *track, const uint8_t *bytes, const struct fragmented *piece)
{
	const char *wrong = NULL;

	for (size_t i = 0; i < piece->count && wrong == NULL; i++) {
		const struct fragment *f = &piece->fragments[i];

		if (f->decode_time != track->tables.time)
			return i == 0 ? "It does not begin where the piece before ends." : "There is a gap between its fragments.";
		if (!f->starts_sync)
			return "One of its fragments does not start with a keyframe.";
		keep(track, f);
		wrong = add_samples(track, bytes, f);
	}
	return wrong;
}

bool layout_add(struct layout_track *track, const uint8_t *bytes, size_t len, char *error, size_t error_size)
{
	struct fragmented piece;
	const char *wrong;

	if (!fragmented_read(bytes, len, &piece, error, error_size))
		return false;
	wrong = does_not_follow(track, bytes, &piece);
	if (wrong == NULL && track->pieces == 0)
		begin_track(track, bytes, &piece);
	if (wrong == NULL)
		wrong = add_fragments(track, bytes, &piece);
	track->pieces++;
	fragmented_fini(&piece);
	if (wrong != NULL)
		snprintf(error, error_size, "%s", wrong);
	return wrong == NULL;
}

void layout_track_fini(struct layout_track *track)
{
	buf_fini(&track->init);
	tables_fini(&track->tables);
	free(track->fragments);
	*track = (struct layout_track){ 0 };
}

/* Order --------------------------------------------------------------------------------------- */

/* Is fragment `a` decoded after fragment `b`?  Neither tick is rounded. */
static bool is_later(const struct layout_track *a, size_t i, const struct layout_track *b, size_t j)
{
	return (unsigned __int128)a->fragments[i].decode_time * b->timescale >
	       (unsigned __int128)b->fragments[j].decode_time * a->timescale;
}

const struct layout_fragment *layout_next(const struct layout *layout, struct layout_walk *walk)
{
	const struct layout_fragment *taken;
	size_t best = layout->count;

	for (size_t i = 0; i < layout->count; i++) {
		if (walk->next[i] == layout->tracks[i]->count)
			continue;
		if (best == layout->count ||
		    is_later(layout->tracks[best], walk->next[best], layout->tracks[i], walk->next[i]))
			best = i;
	}
	if (best == layout->count)
		return NULL;
	taken = &layout->tracks[best]->fragments[walk->next[best]++];
	walk->track = best;
	walk->offset = walk->end;
	walk->end += taken->size;
	return taken;
}
