/*
 * boxes-test.c - fragmented and progressive MP4, whole, torn and hostile.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "encode/boxes.h"
#include "encode/bytes.h"

/* Writing boxes: open, put, close. */

static void put(struct buf *out, uint64_t value, size_t count)
{
	for (size_t i = count; i-- > 0;) {
		const uint8_t byte = (uint8_t)(value >> (8 * i));

		buf_put(out, &byte, 1);
	}
}

static void put_many(struct buf *out, size_t count, const uint32_t *values)
{
	for (size_t i = 0; i < count; i++)
		put(out, values[i], 4);
}
#define PUT(out, ...) put_many((out), sizeof((const uint32_t[]){ __VA_ARGS__ }) / 4, (const uint32_t[]){ __VA_ARGS__ })

static size_t open_box(struct buf *out, const char *type)
{
	size_t at = out->len;

	put(out, 0, 4);
	buf_put(out, type, 4);
	return at;
}

static void patch(struct buf *out, size_t at, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		out->data[at + i] = (char)(uint8_t)(value >> (24 - 8 * i));
}

static void close_box(struct buf *out, size_t at)
{
	patch(out, at, (uint32_t)(out->len - at));
}

static void put_ftyp(struct buf *out)
{
	size_t at = open_box(out, "ftyp");

	buf_puts(out, "isom");
	put(out, 0, 4);
	close_box(out, at);
}

static void put_avc1(struct buf *out)
{
	size_t stsd = open_box(out, "stsd"), entry, avcc;

	PUT(out, 0, 1);
	entry = open_box(out, "avc1");
	PUT(out, 0, 1, 0, 0, 0, 0, 64 << 16 | 48);
	for (int i = 0; i < 50; i++)
		put(out, 0, 1);
	avcc = open_box(out, "avcC");
	PUT(out, 0x0164001f);
	close_box(out, avcc);
	close_box(out, entry);
	close_box(out, stsd);
}

static void put_mp4a(struct buf *out)
{
	static const uint8_t descriptors[] = {
		3, 0x80, 0x80, 0x80, 25, 0, 1, 0, 4, 17, 0x40, 0x15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 2, 0x11, 0x90, 6, 1, 2,
	};
	size_t stsd = open_box(out, "stsd"), entry, esds;

	PUT(out, 0, 1);
	entry = open_box(out, "mp4a");
	PUT(out, 0, 1, 0, 0, 2 << 16 | 16, 0, 48000u << 16);
	esds = open_box(out, "esds");
	put(out, 0, 4);
	buf_put(out, descriptors, sizeof descriptors);
	close_box(out, esds);
	close_box(out, entry);
	close_box(out, stsd);
}

static int headers = 1;         /* of a track */

static void put_trak(struct buf *out, const char *handler, void (*tables)(struct buf *out))
{
	size_t trak = open_box(out, "trak"), mdia, minf, stbl, box;

	for (int i = 0; i < headers; i++) {
		box = open_box(out, "tkhd");
		PUT(out, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
		close_box(out, box);
	}
	mdia = open_box(out, "mdia");
	box = open_box(out, "mdhd");
	PUT(out, 0, 0, 0, 90000, 180000);
	close_box(out, box);
	box = open_box(out, "hdlr");
	PUT(out, 0, 0);
	buf_puts(out, handler);
	close_box(out, box);
	minf = open_box(out, "minf");
	stbl = open_box(out, "stbl");
	tables(out);
	close_box(out, stbl);
	close_box(out, minf);
	close_box(out, mdia);
	close_box(out, trak);
}

static void put_moov(struct buf *out, int tracks, void (*tables)(struct buf *out))
{
	size_t moov = open_box(out, "moov"), mvex, box;

	for (int i = 0; i < tracks; i++)
		put_trak(out, tables == put_mp4a ? "soun" : "vide", tables);
	mvex = open_box(out, "mvex");
	box = open_box(out, "trex");
	PUT(out, 0, 1, 1, 0, 0, 0x10000);
	close_box(out, box);
	close_box(out, mvex);
	close_box(out, moov);
}

static bool narrow_times;       /* tfdt of version 0 */

/* Two samples of 3600 ticks and 5 bytes; the first is a sync sample shown 7200 ticks late. */
static void put_fragment(struct buf *out, uint64_t decode_time)
{
	size_t moof = open_box(out, "moof"), traf = open_box(out, "traf"), box = open_box(out, "tfhd"), offset;

	PUT(out, 0x20018, 1, 3600, 5);
	close_box(out, box);
	box = open_box(out, "tfdt");
	put(out, narrow_times ? 0 : 1 << 24, 4);
	put(out, decode_time, narrow_times ? 4 : 8);
	close_box(out, box);
	box = open_box(out, "trun");
	PUT(out, 0xc01, 2);
	offset = out->len;
	PUT(out, 0, 0x2000000, 7200, 0x10000, 3600);
	close_box(out, box);
	close_box(out, traf);
	close_box(out, moof);
	patch(out, offset, (uint32_t)(out->len - moof + 8));
	box = open_box(out, "mdat");
	buf_put(out, "0123456789", 10);
	close_box(out, box);
}

static struct buf make_file(uint64_t first)
{
	struct buf out = BUF_INIT;

	put_ftyp(&out);
	put_moov(&out, 1, put_avc1);
	put_fragment(&out, first);
	put_fragment(&out, first + 7200);
	return out;
}

static bool read_buf(const struct buf *b, struct fragmented *file)
{
	char error[160];

	return fragmented_read((const uint8_t *)b->data, b->len, file, error, sizeof error);
}

static void reads_a_fragmented_file(void **state)
{
	struct buf b = make_file(1000);
	struct fragmented file;

	assert_true(read_buf(&b, &file));
	assert_string_equal(file.codecs, "avc1.64001F");
	assert_int_equal(file.timescale, 90000);
	assert_int_equal(file.width, 64);
	assert_int_equal(file.height, 48);
	assert_int_equal(file.count, 2);
	assert_int_equal(file.samples, 4);
	assert_int_equal(file.duration, 14400);
	assert_int_equal(file.fragments[1].decode_time, 8200);
	assert_int_equal(file.fragments[1].first_offset, 7200);
	assert_true(file.fragments[1].starts_sync);
	assert_int_equal(file.fragments[1].offset + file.fragments[1].size, b.len);
	fragmented_fini(&file);
	buf_fini(&b);
}

static void reads_the_channels_of_the_sound_from_its_config(void **state)
{
	struct buf b = BUF_INIT;
	struct fragmented file;

	put_ftyp(&b);
	put_moov(&b, 1, put_mp4a);
	put_fragment(&b, 0);
	assert_true(read_buf(&b, &file));
	assert_string_equal(file.codecs, "mp4a.40.2");
	assert_int_equal(file.channels, 2);
	assert_int_equal(file.sample_rate, 48000);
	fragmented_fini(&file);
	buf_fini(&b);
}

static void refuses_every_torn_end(void **state)
{
	struct buf b = make_file(0);
	size_t whole = b.len, fragment = 0;
	struct fragmented file;

	assert_true(read_buf(&b, &file));
	fragment = (size_t)file.fragments[1].offset;
	fragmented_fini(&file);
	for (b.len = 0; b.len < whole; b.len++) {
		bool ok = read_buf(&b, &file);

		assert_int_equal(ok, b.len == fragment);
		fragmented_fini(&file);
	}
	buf_fini(&b);
}

/* Under a sanitizer this proves more: no byte may be trusted. */
static void stands_any_byte_anywhere(void **state)
{
	struct buf b = make_file(0);
	struct fragmented file;

	for (size_t i = 0; i < b.len; i++)
		for (int value = 0; value < 256; value += 17) {
			char before = b.data[i];

			b.data[i] = (char)value;
			if (read_buf(&b, &file))
				fragmented_fini(&file);
			b.data[i] = before;
		}
	buf_fini(&b);
}

static void refuses_what_is_not_one_track(void **state)
{
	struct fragmented file;

	for (int tracks = 0; tracks < 3; tracks++) {
		struct buf b = BUF_INIT;

		put_ftyp(&b);
		put_moov(&b, tracks, put_avc1);
		put_fragment(&b, 0);
		assert_int_equal(read_buf(&b, &file), tracks == 1);
		fragmented_fini(&file);
		buf_fini(&b);
	}
}

static void refuses_a_track_that_is_described_twice(void **state)
{
	for (headers = 0; headers < 3; headers++) {
		struct buf b = make_file(0);
		struct fragmented file;

		assert_int_equal(read_buf(&b, &file), headers == 1);
		fragmented_fini(&file);
		buf_fini(&b);
	}
	headers = 1;
}

static void refuses_a_file_without_samples(void **state)
{
	struct buf b = BUF_INIT;
	struct fragmented file;

	assert_false(read_buf(&b, &file));
	put_ftyp(&b);
	put_moov(&b, 1, put_avc1);
	assert_false(read_buf(&b, &file));
	buf_fini(&b);
}

static void zero_is_taken_off_every_fragment(void **state)
{
	struct buf b = make_file(232500);
	struct fragmented file, again;

	assert_true(read_buf(&b, &file));
	assert_true(fragmented_place((uint8_t *)b.data, &file, 0));
	assert_true(read_buf(&b, &again));
	assert_int_equal(file.fragments[0].decode_time, 0);
	assert_int_equal(again.fragments[0].decode_time, 0);
	assert_int_equal(again.fragments[1].decode_time, 7200);
	fragmented_fini(&file);
	fragmented_fini(&again);
	buf_fini(&b);
}

static void a_file_is_placed_anywhere_in_time(void **state)
{
	struct buf b = make_file((uint64_t)-2002);      /* as encoders with a reorder delay begin */
	struct fragmented file, again;

	assert_true(read_buf(&b, &file));
	assert_true(fragmented_place((uint8_t *)b.data, &file, 240240));
	assert_true(read_buf(&b, &again));
	assert_int_equal(again.fragments[0].decode_time, 240240);
	assert_int_equal(again.fragments[1].decode_time, 240240 + 7200);
	assert_true(fragmented_place((uint8_t *)b.data, &file, 0));
	assert_int_equal(file.fragments[1].decode_time, 7200);
	fragmented_fini(&file);
	fragmented_fini(&again);
	buf_fini(&b);
}

/* The second fragment lies before the first: it would come to lie before 0. */
static void no_time_becomes_negative(void **state)
{
	struct buf b = BUF_INIT, before = BUF_INIT;
	struct fragmented file;

	put_ftyp(&b);
	put_moov(&b, 1, put_avc1);
	put_fragment(&b, 7200);
	put_fragment(&b, 0);
	buf_put(&before, b.data, b.len);
	assert_true(read_buf(&b, &file));
	assert_false(fragmented_place((uint8_t *)b.data, &file, 7199));
	assert_memory_equal(b.data, before.data, b.len);
	assert_int_equal(file.fragments[0].decode_time, 7200);
	assert_true(fragmented_place((uint8_t *)b.data, &file, 7300));
	assert_int_equal(file.fragments[1].decode_time, 100);
	assert_false(fragmented_place((uint8_t *)b.data, &file, UINT64_MAX));
	fragmented_fini(&file);
	buf_fini(&before);
	buf_fini(&b);
}

static void a_time_of_four_bytes_does_not_overflow(void **state)
{
	struct buf b;
	struct fragmented file;

	narrow_times = true;
	b = make_file(5);
	narrow_times = false;
	assert_true(read_buf(&b, &file));
	assert_int_equal(file.fragments[1].decode_time_bytes, 4);
	assert_false(fragmented_place((uint8_t *)b.data, &file, UINT32_MAX - 7199));
	assert_int_equal(file.fragments[0].decode_time, 5);
	assert_true(fragmented_place((uint8_t *)b.data, &file, UINT32_MAX - 7200));
	fragmented_fini(&file);
	assert_true(read_buf(&b, &file));
	assert_int_equal(file.fragments[1].decode_time, UINT32_MAX);
	fragmented_fini(&file);
	buf_fini(&b);
}

static void the_init_segment_has_an_edit_list_for_the_delay(void **state)
{
	static const uint8_t edts[] = {
		0, 0, 0, 36, 'e', 'd', 't', 's', 0, 0, 0, 28, 'e', 'l', 's', 't', 0, 0, 0, 0, 0, 0, 0, 1,
		0, 0, 0, 0, 0, 0, 0x1c, 0x20, 0, 1, 0, 0,
	};
	struct buf b = make_file(0), init = BUF_INIT;
	struct fragmented file, again;

	assert_true(read_buf(&b, &file));
	assert_true(fragmented_init((const uint8_t *)b.data, &file, &init));
	assert_int_equal(init.len, file.init_size + sizeof edts);
	assert_non_null(memmem(init.data, init.len, edts, sizeof edts));
	/* With its fragments behind it, it is a file as before. */
	buf_put(&init, b.data + file.init_size, b.len - (size_t)file.init_size);
	assert_true(read_buf(&init, &again));
	assert_int_equal(again.samples, file.samples);
	fragmented_fini(&file);
	fragmented_fini(&again);
	buf_fini(&init);
	buf_fini(&b);
}

/* Progressive files: four samples of five bytes in two chunks, behind a header of known size. */

static uint32_t chunk_at, sample_count = 4;

/* Sound in parts of about a second, of which `wished_ms` are joined; of parts as long as a segment (older versions') none. */
static void parts_become_segments(void **state)
{
	static const struct { uint64_t part; int64_t wished_ms, from_ms; size_t parts; const char *joined; } cases[] = {
		{ 48128, 4000, 0, 10, "442" }, { 48128, 4000, 4000, 10, "111142" }, { 48128, 4000, 4000, 3, "111" },
		{ 48000, 4000, 4000, 9, "111141" }, { 48128, 1000, 1000, 3, "111" }, { 36000, 1500, 0, 5, "221" },
		{ 192512, 4000, 4000, 3, "111" }, { 192512, 4000, 0, 3, "111" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fragmented file = { .timescale = 48000 };
		uint64_t offset = 100, duration = 0;

		for (size_t k = 0; k < cases[i].parts; k++, offset += 10)
			fragmented_keep(&file, &(struct fragment){ .offset = offset, .size = 10, .decode_time = k * cases[i].part,
								   .duration = cases[i].part, .samples = 47 });
		fragmented_join(&file, cases[i].wished_ms, cases[i].from_ms);
		assert_int_equal(file.count, strlen(cases[i].joined));
		for (size_t k = 0; k < file.count; k++) {
			uint64_t parts = (uint64_t)(cases[i].joined[k] - '0');

			assert_int_equal(file.fragments[k].size, parts * 10);
			assert_int_equal(file.fragments[k].duration, parts * cases[i].part);
			assert_int_equal(file.fragments[k].decode_time, duration);
			duration += file.fragments[k].duration;
		}
		assert_int_equal(duration, file.duration);
		fragmented_fini(&file);
	}
}

static void what_lies_apart_is_not_joined(void **state)
{
	struct fragmented file = { .timescale = 1000 };

	fragmented_keep(&file, &(struct fragment){ .offset = 0, .size = 10, .duration = 1000 });
	fragmented_keep(&file, &(struct fragment){ .offset = 11, .size = 10, .duration = 1000 });
	fragmented_join(&file, 4000, 0);
	assert_int_equal(file.count, 2);
	fragmented_fini(&file);
}

static void put_tables(struct buf *out)
{
	size_t box;

	put_avc1(out);
	box = open_box(out, "stsz");
	PUT(out, 0, 5, sample_count);
	close_box(out, box);
	box = open_box(out, "stsc");
	PUT(out, 0, 1, 1, 2, 1);
	close_box(out, box);
	box = open_box(out, "stco");
	PUT(out, 0, 2, chunk_at, chunk_at + 10);
	close_box(out, box);
}

static struct buf make_movie(void)
{
	struct buf out = BUF_INIT;
	size_t mdat;

	put_ftyp(&out);
	put_moov(&out, 1, put_tables);
	mdat = open_box(&out, "mdat");
	buf_put(&out, "01234567890123456789", 20);
	close_box(&out, mdat);
	return out;
}

static bool read_movie(struct movie *movie)
{
	struct buf b = make_movie();
	char error[160];
	bool ok = movie_read((const uint8_t *)b.data, b.len, movie, error, sizeof error);

	buf_fini(&b);
	return ok;
}

static void reads_a_movie_whose_samples_are_there(void **state)
{
	struct buf b = make_movie();
	uint32_t data = (uint32_t)b.len - 20;
	struct movie movie;

	buf_fini(&b);
	chunk_at = data;
	assert_true(read_movie(&movie));
	assert_true(movie.faststart);
	assert_int_equal(movie.count, 1);
	assert_true(movie.tracks[0].is_video);
	assert_int_equal(movie.tracks[0].samples, 4);
	assert_int_equal(movie.tracks[0].duration_us, 2000000);
	assert_int_equal(movie.tracks[0].end_of_data, data + 20);
	chunk_at = data + 1;
	assert_false(read_movie(&movie));
	chunk_at = data - 1;
	assert_false(read_movie(&movie));
	chunk_at = data;
	sample_count = 5;
	assert_false(read_movie(&movie));
	sample_count = UINT32_MAX;
	assert_false(read_movie(&movie));
	sample_count = 4;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_fragmented_file),
		cmocka_unit_test(reads_the_channels_of_the_sound_from_its_config),
		cmocka_unit_test(refuses_every_torn_end),
		cmocka_unit_test(stands_any_byte_anywhere),
		cmocka_unit_test(refuses_what_is_not_one_track),
		cmocka_unit_test(refuses_a_track_that_is_described_twice),
		cmocka_unit_test(refuses_a_file_without_samples),
		cmocka_unit_test(zero_is_taken_off_every_fragment),
		cmocka_unit_test(a_file_is_placed_anywhere_in_time),
		cmocka_unit_test(no_time_becomes_negative),
		cmocka_unit_test(a_time_of_four_bytes_does_not_overflow),
		cmocka_unit_test(the_init_segment_has_an_edit_list_for_the_delay),
		cmocka_unit_test(parts_become_segments),
		cmocka_unit_test(what_lies_apart_is_not_joined),
		cmocka_unit_test(reads_a_movie_whose_samples_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
