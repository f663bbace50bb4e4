/*
 * boxes-fuzz.c - whatever the bytes: what is read lies inside them, and setting the zero of a file
 * that was taken leaves a file that is taken.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "encode/boxes.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(int holds)
{
	if (!holds)
		abort();
}

static void check_fragments(const struct fragmented *file, size_t len)
{
	check(file->count > 0 && file->samples > 0 && file->timescale > 0 && file->init_size <= len);
	for (size_t i = 0; i < file->count; i++) {
		const struct fragment *f = &file->fragments[i];

		check(f->offset < len && f->size <= len - f->offset);
		check(f->decode_time_at >= f->offset && f->decode_time_at + f->decode_time_bytes <= f->offset + f->size);
	}
}

static void set_zero(uint8_t *bytes, size_t len, struct fragmented *file)
{
	struct fragmented again;
	struct buf init = BUF_INIT;
	char error[160];

	if (!fragmented_place(bytes, file, 0))
		return;
	check(fragmented_read(bytes, len, &again, error, sizeof error));
	check(again.count == file->count && again.fragments[0].decode_time == 0);
	fragmented_fini(&again);
	if (fragmented_init(bytes, file, &init))
		check(init.len > 0 && init.len <= file->init_size + 36);
	buf_fini(&init);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len + 1);
	struct fragmented file;
	struct movie movie;
	char error[160];

	check(copy != NULL);
	memcpy(copy, bytes, len);
	if (fragmented_read(copy, len, &file, error, sizeof error)) {
		check_fragments(&file, len);
		set_zero(copy, len, &file);
		fragmented_fini(&file);
	}
	if (movie_read(copy, len, &movie, error, sizeof error))
		for (size_t i = 0; i < movie.count; i++)
			check(movie.tracks[i].end_of_data <= len);
	free(copy);
	return 0;
}
