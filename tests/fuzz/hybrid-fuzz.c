/*
 * hybrid-fuzz.c - whatever the bytes: what is read of a hybrid lies inside it and follows without a gap,
 * and pieces that are taken make a hybrid that is read back.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "encode/hybrid.h"
#include "encode/layout.h"
#include "unit/pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t len, size_t most, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *bytes, size_t len, size_t most);

static void check(int holds)
{
	if (!holds)
		abort();
}

/* Seeds --------------------------------------------------------------------------------------- */

static void put_piece(struct buf *out, bool video)
{
	struct fragment_plan plan = { .samples = 3, .duration = TICK, .delay = video ? 2 * TICK : 0, .all_sync = !video, .bytes = 2 };

	put_init(out, video, video ? 24000 : 48000);
	for (plan.decode_time = 0; plan.decode_time < 6 * TICK; plan.decode_time += 3 * TICK)
		put_fragment(out, &plan);
}

/* The file that comes of one piece a track; none where a piece is not taken. */
static void put_file(struct buf *out, const struct buf *pieces, size_t count)
{
	struct layout_track tracks[2] = { { 0 } };
	struct layout layout = { .tracks = { &tracks[0], &tracks[1] }, .count = count };
	const struct layout_fragment *f;
	struct layout_walk walk = { 0 };
	char error[160];
	bool ok = true;

	for (size_t i = 0; i < count; i++)
		ok = ok && layout_add(&tracks[i], (const uint8_t *)pieces[i].data, pieces[i].len, error, sizeof error);
	if (ok) {
		layout_header(&layout, out);
		while ((f = layout_next(&layout, &walk)) != NULL)
			buf_put(out, pieces[walk.track].data + f->offset, (size_t)f->size);
	}
	for (size_t i = 0; i < 2; i++)
		layout_track_fini(&tracks[i]);
}

/* A short input becomes a good file or a good piece; others are changed as ever. */
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t len, size_t most, unsigned seed)
{
	struct buf pieces[2] = { BUF_INIT, BUF_INIT }, file = BUF_INIT;
	const struct buf *taken = &pieces[seed % 2];

	if (len > 100)
		return LLVMFuzzerMutate(bytes, len, most);
	put_piece(&pieces[0], true);
	put_piece(&pieces[1], false);
	put_file(&file, pieces, 2);
	if (seed % 4 < 2)
		taken = &file;
	len = taken->len < most ? taken->len : most;
	memcpy(bytes, taken->data, len);
	buf_fini(&pieces[0]);
	buf_fini(&pieces[1]);
	buf_fini(&file);
	return len;
}

/* Reading ------------------------------------------------------------------------------------- */

static void read_hybrid(const uint8_t *bytes, size_t len, enum hybrid_kind kind)
{
	struct fragmented file;
	char error[160];
	uint64_t time = 0;

	if (!hybrid_read(bytes, len, kind, &file, error, sizeof error))
		return;
	check(file.count > 0 && file.samples > 0 && file.timescale > 0 && file.init_size == 0);
	check(file.is_video == (kind == HYBRID_VIDEO));
	for (size_t i = 0; i < file.count; i++) {
		const struct fragment *f = &file.fragments[i];

		check(f->offset < len && f->size <= len - f->offset && f->decode_time == time && f->starts_sync);
		check(f->data_offset >= f->offset && f->data_offset - f->offset <= f->size);
		time += f->duration;
	}
	fragmented_fini(&file);
}

/* A piece that is taken gives a file that both readers take. */
static void make_hybrid(const uint8_t *bytes, size_t len)
{
	struct buf piece = BUF_INIT, file = BUF_INIT;
	struct fragmented out;
	struct movie movie;
	char error[160];

	buf_put(&piece, bytes, len);
	put_file(&file, &piece, 1);
	if (file.len > 0) {
		check(hybrid_read((const uint8_t *)file.data, file.len, HYBRID_VIDEO, &out, error, sizeof error) ||
		      hybrid_read((const uint8_t *)file.data, file.len, HYBRID_AUDIO, &out, error, sizeof error));
		fragmented_fini(&out);
		check(movie_read((const uint8_t *)file.data, file.len, &movie, error, sizeof error));
	}
	buf_fini(&piece);
	buf_fini(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	read_hybrid(bytes, len, HYBRID_VIDEO);
	read_hybrid(bytes, len, HYBRID_AUDIO);
	make_hybrid(bytes, len);
	return 0;
}
