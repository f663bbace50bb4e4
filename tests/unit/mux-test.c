/*
 * mux-test.c - pieces become a hybrid file, and it is read back by what knows nothing of the writer.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "encode/hybrid.h"
#include "encode/layout.h"
#include "pieces.h"

#define RATE 24000              /* ticks a second of the picture */
#define SOUND_RATE 48000
#define FOUR_GIB (1ULL << 32)

/* Three pieces of two fragments of four pictures, and a sound of fragments of 9600 ticks. */
struct fixture {
	struct buf pieces[3], sound;
	struct layout_track picture, sounds;
};

static const uint8_t *bytes_in(const struct buf *b)
{
	return (const uint8_t *)b->data;
}

static struct fragment_plan picture_plan(uint64_t first)
{
	return (struct fragment_plan){ .decode_time = first * TICK, .samples = 4, .duration = TICK, .delay = 2 * TICK, .bytes = 7 };
}

static struct buf make_piece(uint64_t first)
{
	struct buf out = BUF_INIT;

	put_init(&out, true, RATE);
	for (uint64_t i = 0; i < 2; i++) {
		struct fragment_plan plan = picture_plan(first + 4 * i);

		put_fragment(&out, &plan);
	}
	return out;
}

static struct buf make_sound(void)
{
	struct buf out = BUF_INIT;

	put_init(&out, false, SOUND_RATE);
	for (uint64_t i = 0; i < 5; i++) {
		struct fragment_plan plan = {
			.decode_time = 9600 * i, .samples = 10, .duration = 960, .all_sync = true, .bytes = 3,
		};

		put_fragment(&out, &plan);
	}
	return out;
}

static void add(struct layout_track *track, const struct buf *piece)
{
	char error[160] = "";

	if (!layout_add(track, bytes_in(piece), piece->len, error, sizeof error))
		fail_msg("%s", error);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	for (size_t i = 0; i < 3; i++) {
		f->pieces[i] = make_piece(8 * i);
		add(&f->picture, &f->pieces[i]);
	}
	f->sound = make_sound();
	add(&f->sounds, &f->sound);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < 3; i++)
		buf_fini(&f->pieces[i]);
	buf_fini(&f->sound);
	layout_track_fini(&f->picture);
	layout_track_fini(&f->sounds);
	free(f);
	return 0;
}

static struct layout both(const struct fixture *f)
{
	return (struct layout){ .tracks = { &f->picture, &f->sounds }, .count = 2 };
}

/* The whole file. */
static struct buf write_file(const struct fixture *f, const struct layout *layout)
{
	const struct layout_fragment *next;
	struct layout_walk walk = { 0 };
	struct buf out = BUF_INIT;

	layout_header(layout, &out);
	while ((next = layout_next(layout, &walk)) != NULL) {
		const struct buf *piece = layout->tracks[walk.track]->is_video ? &f->pieces[next->piece] : &f->sound;

		buf_put(&out, piece->data + next->offset, (size_t)next->size);
	}
	return out;
}

static bool reads(const struct buf *file, enum hybrid_kind kind, struct fragmented *out)
{
	char error[160];

	return hybrid_read(bytes_in(file), file->len, kind, out, error, sizeof error);
}

static bool is_taken(const struct buf *file)
{
	struct fragmented out;
	bool ok = reads(file, HYBRID_VIDEO, &out);

	fragmented_fini(&out);
	return ok;
}

/* A file is made ------------------------------------------------------------------------------- */

static void the_file_holds_every_fragment_untouched(void **state)
{
	const struct fixture *f = *state;
	struct layout layout = both(f);
	struct buf file = write_file(f, &layout);
	struct fragmented out, piece;
	char error[160];

	assert_true(reads(&file, HYBRID_VIDEO, &out));
	assert_int_equal(out.count, 6);
	assert_int_equal(out.samples, 24);
	assert_int_equal(out.duration, 24 * TICK);
	assert_int_equal(out.timescale, RATE);
	assert_string_equal(out.codecs, "avc1.64001F");
	for (size_t i = 0; i < 6; i++) {
		const struct buf *from = &f->pieces[i / 2];

		assert_true(fragmented_read(bytes_in(from), from->len, &piece, error, sizeof error));
		assert_int_equal(out.fragments[i].size, piece.fragments[i % 2].size);
		assert_int_equal(out.fragments[i].decode_time, 4 * TICK * i);
		assert_memory_equal(file.data + out.fragments[i].offset, from->data + piece.fragments[i % 2].offset,
				    (size_t)out.fragments[i].size);
		fragmented_fini(&piece);
	}
	fragmented_fini(&out);
	buf_fini(&file);
}

static void the_sound_is_found_beside_the_picture(void **state)
{
	const struct fixture *f = *state;
	struct layout layout = both(f);
	struct buf file = write_file(f, &layout);
	struct fragmented out;

	assert_true(reads(&file, HYBRID_AUDIO, &out));
	assert_int_equal(out.count, 5);
	assert_int_equal(out.duration, 48000);
	assert_int_equal(out.channels, 2);
	assert_string_equal(out.codecs, "opus");
	fragmented_fini(&out);
	buf_fini(&file);
}

static void either_track_can_be_alone(void **state)
{
	const struct fixture *f = *state;
	struct layout picture = { .tracks = { &f->picture }, .count = 1 }, sound = { .tracks = { &f->sounds }, .count = 1 };
	struct buf file = write_file(f, &picture);
	struct fragmented out;

	assert_true(reads(&file, HYBRID_VIDEO, &out));
	fragmented_fini(&out);
	assert_false(reads(&file, HYBRID_AUDIO, &out));
	buf_fini(&file);
	file = write_file(f, &sound);
	assert_true(reads(&file, HYBRID_AUDIO, &out));
	fragmented_fini(&out);
	assert_false(reads(&file, HYBRID_VIDEO, &out));
	buf_fini(&file);
}

/* Pictures of 4004/24000 s against sounds of 9600/48000 s. */
static void fragments_are_laid_by_decode_time(void **state)
{
	static const size_t order[] = { 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0 };
	struct layout layout = both(*state);
	struct layout_walk walk = { 0 };
	size_t count = 0;
	double before = 0;

	for (const struct layout_fragment *f; (f = layout_next(&layout, &walk)) != NULL; count++) {
		double seconds = (double)f->decode_time / layout.tracks[walk.track]->timescale;

		assert_true(seconds >= before);
		assert_int_equal(walk.track, order[count]);
		before = seconds;
	}
	assert_int_equal(count, 11);
	assert_int_equal(walk.end, layout.tracks[0]->bytes + layout.tracks[1]->bytes);
}

static void the_same_pieces_give_the_same_bytes(void **state)
{
	const struct fixture *f = *state;
	struct layout layout = both(f);
	struct buf one = write_file(f, &layout), two;
	void *other = NULL;

	set_up(&other);
	layout = both(other);
	two = write_file(other, &layout);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.data, two.data, one.len);
	tear_down(&other);
	buf_fini(&one);
	buf_fini(&two);
}

/* What an independent reader of plain files says. */
static void the_file_is_a_plain_movie(void **state)
{
	const struct fixture *f = *state;
	struct layout layout = both(f);
	struct buf file = write_file(f, &layout);
	struct movie movie;
	char error[160];

	assert_true(movie_read(bytes_in(&file), file.len, &movie, error, sizeof error));
	assert_true(movie.faststart);
	assert_int_equal(movie.count, 2);
	assert_int_equal(movie.tracks[0].samples, 24);
	assert_int_equal(movie.tracks[0].duration_us, 1001000);
	assert_int_equal(movie.tracks[1].samples, 50);
	assert_int_equal(movie.tracks[0].end_of_data, file.len);
	assert_null(memmem(file.data, f->picture.fragments[0].offset, "mvex", 4));
	buf_fini(&file);
}

static bool find_path(struct bytes inside, const char *path, struct box *box)
{
	for (; *path != '\0'; path += 4) {
		const uint8_t *type = (const uint8_t *)path;

		if (!box_find(inside, BOX_TYPE(type[0], type[1], type[2], type[3]), box))
			return false;
		inside = box->body;
	}
	return true;
}

static void the_edit_takes_the_delay_off_and_no_more(void **state)
{
	const struct fixture *f = *state;
	struct layout layout = both(f);
	struct buf header = BUF_INIT;
	struct box box;

	layout_header(&layout, &header);
	assert_true(find_path(bytes_of(bytes_in(&header), header.len - 16), "moovtrakedtselst", &box));
	bytes_skip(&box.body, 4);
	assert_int_equal(bytes_u32(&box.body), 1);
	assert_int_equal(bytes_u64(&box.body), 24 * TICK);
	assert_int_equal(bytes_u64(&box.body), 2 * TICK);
	assert_true(find_path(bytes_of(bytes_in(&header), header.len - 16), "moovmvhd", &box));
	bytes_skip(&box.body, 20);
	assert_int_equal(bytes_u32(&box.body), RATE);
	assert_int_equal(bytes_u64(&box.body), 24 * TICK);
	buf_fini(&header);
}

static void a_duration_of_ages_is_no_number_too_large(void **state)
{
	const struct fixture *f = *state;
	struct layout layout = both(f);
	struct buf file = write_file(f, &layout);
	struct movie movie;
	struct box box;
	char error[160];

	assert_true(find_path(bytes_of(bytes_in(&file), file.len), "moovtrakmdiamdhd", &box));
	memset(file.data + (box.start - bytes_in(&file)) + 8 + 4 + 16 + 4, 0xff, 8);
	assert_true(movie_read(bytes_in(&file), file.len, &movie, error, sizeof error));
	assert_true(movie.tracks[0].duration_us == INT64_MAX);
	buf_fini(&file);
}

/* Beyond 4 GiB --------------------------------------------------------------------------------- */

/* A piece of one picture of nearly 4 GiB and one of 2 GiB; pages that nobody touches are not there. */
static void *make_giant(size_t *len, uint64_t first)
{
	const uint32_t sizes[2] = { UINT32_MAX, 1u << 31 };
	struct buf head = BUF_INIT;
	struct fragment_plan plan = picture_plan(first);
	size_t moof, offset_at;
	uint64_t data = (uint64_t)sizes[0] + sizes[1];
	char *map;

	plan.samples = 2;
	put_init(&head, true, RATE);
	moof = open_named(&head, "moof");
	put_traf(&head, &plan, &offset_at);
	put_close(&head, moof);
	for (size_t i = 0, value = head.len - moof + 16; i < 4; i++)
		head.data[offset_at + i] = (char)(uint8_t)(value >> (24 - 8 * i));
	for (size_t i = 0; i < 8; i++)
		head.data[offset_at + 8 + i / 4 * 16 + i % 4] = (char)(uint8_t)(sizes[i / 4] >> (24 - 8 * (i % 4)));
	PUT(&head, 1, BOX_TYPE('m', 'd', 'a', 't'));
	put_u64(&head, 16 + data);
	*len = head.len + (size_t)data;
	map = mmap(NULL, *len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (map != MAP_FAILED)
		memcpy(map, head.data, head.len);
	buf_fini(&head);
	return map;
}

/* Copies the heads of the fragments to where they belong in the file; samples are zeros here and there. */
static void lay_giants(char *file, const struct buf *header, const struct layout *layout, void *const pieces[2])
{
	const struct layout_fragment *f;
	struct layout_walk walk = { 0 };

	memcpy(file, header->data, header->len);
	while ((f = layout_next(layout, &walk)) != NULL)
		memcpy(file + header->len + walk.offset, (char *)pieces[f->piece] + f->offset, (size_t)f->data);
}

static void offsets_beyond_four_gigabytes_are_right(void **state)
{
	struct layout_track track = { 0 };
	struct layout layout = { .tracks = { &track }, .count = 1 };
	struct buf header = BUF_INIT;
	struct fragmented out;
	void *pieces[2], *file;
	size_t lens[2], len;
	char error[160] = "";

	for (size_t i = 0; i < 2; i++) {
		pieces[i] = make_giant(&lens[i], 2 * i);
		assert_true(pieces[i] != MAP_FAILED);
		assert_true(layout_add(&track, pieces[i], lens[i], error, sizeof error));
	}
	layout_header(&layout, &header);
	len = header.len + (size_t)track.bytes;
	file = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_true(file != MAP_FAILED);
	lay_giants(file, &header, &layout, pieces);
	assert_true(hybrid_read(file, len, HYBRID_VIDEO, &out, error, sizeof error));
	assert_true(out.fragments[1].offset > FOUR_GIB + (1ULL << 31));
	assert_true(out.fragments[1].size > FOUR_GIB);
	fragmented_fini(&out);
	munmap(file, len);
	for (size_t i = 0; i < 2; i++)
		munmap(pieces[i], lens[i]);
	layout_track_fini(&track);
	buf_fini(&header);
}

/* Pieces that are refused ---------------------------------------------------------------------- */

static const struct refusal {
	const char *why;                /* part of the sentence */
	struct fragment_plan plan;      /* of the one fragment of a second piece; the first ends at 8 pictures */
	uint32_t timescale;
	size_t torn;                    /* bytes that lack at its end */
} refusals[] = {
	{ "begin where the piece before ends", { 9 * TICK, 4, TICK, 2 * TICK, .bytes = 7 }, RATE, 0 },
	{ "begin where the piece before ends", { 8 * TICK - 1, 4, TICK, 2 * TICK, .bytes = 7 }, RATE, 0 },
	{ "start with a keyframe", { 8 * TICK, 4, TICK, 2 * TICK, .not_sync = true, .bytes = 7 }, RATE, 0 },
	{ "another delay", { 8 * TICK, 4, TICK, TICK, .bytes = 7 }, RATE, 0 },
	{ "header is not that of the first", { 8 * TICK, 4, TICK, 2 * TICK, .bytes = 7 }, RATE + 1, 0 },
	{ "do not tell all", { 8 * TICK, 4, TICK, 2 * TICK, .leans_on_trex = true }, RATE, 0 },
	{ "end is torn off", { 8 * TICK, 4, TICK, 2 * TICK, .bytes = 7 }, RATE, 1 },
	{ "before decoding it", { 8 * TICK, 4, TICK, (uint32_t)-TICK, .bytes = 7 }, RATE, 0 },
};

static void pieces_that_do_not_follow_are_refused(void **state)
{
	const struct fixture *f = *state;

	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		const struct refusal *r = &refusals[i];
		struct layout_track track = { 0 };
		struct buf piece = BUF_INIT;
		char error[160] = "";

		add(&track, &f->pieces[0]);
		put_init(&piece, true, r->timescale);
		put_fragment(&piece, &r->plan);
		assert_false(layout_add(&track, bytes_in(&piece), piece.len - r->torn, error, sizeof error));
		if (strstr(error, r->why) == NULL)
			fail_msg("row %zu: %s", i, error);
		buf_fini(&piece);
		layout_track_fini(&track);
	}
}

static void the_first_piece_begins_at_0(void **state)
{
	const struct fixture *f = *state;
	struct layout_track track = { 0 };
	char error[160] = "";

	assert_false(layout_add(&track, bytes_in(&f->pieces[1]), f->pieces[1].len, error, sizeof error));
	assert_string_equal(error, "It is the first, and does not begin at 0.");
	layout_track_fini(&track);
}

static void a_gap_inside_a_piece_is_refused(void **state)
{
	struct layout_track track = { 0 };
	struct buf piece = make_piece(0);
	struct fragment_plan plan = picture_plan(9);
	char error[160] = "";

	put_fragment(&piece, &plan);
	assert_false(layout_add(&track, bytes_in(&piece), piece.len, error, sizeof error));
	assert_string_equal(error, "There is a gap between its fragments.");
	layout_track_fini(&track);
	buf_fini(&piece);
}

/* Files that are refused ----------------------------------------------------------------------- */

/* Every bit behind version and flags of a table says something that the fragments say too. */
static void a_bit_of_a_table_cannot_be_wrong(void **state)
{
	static const char *const tables[] = { "stts", "ctts", "stss", "stsz", "stsc", "co64" };
	const struct fixture *f = *state;
	struct layout layout = both(f);
	struct buf file = write_file(f, &layout);
	struct box stbl, box;

	assert_true(find_path(bytes_of(bytes_in(&file), file.len), "moovtrakmdiaminfstbl", &stbl));
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		assert_true(find_path(stbl.body, tables[i], &box));
		for (size_t at = 12; at < box.size; at++) {
			uint8_t *byte = (uint8_t *)file.data + (box.start - bytes_in(&file)) + at;

			for (int bit = 0; bit < 8; bit++) {
				*byte ^= (uint8_t)(1 << bit);
				if (is_taken(&file))
					fail_msg("%s: bit %d of byte %zu", tables[i], bit, at);
				*byte ^= (uint8_t)(1 << bit);
			}
		}
	}
	assert_true(is_taken(&file));
	buf_fini(&file);
}

static void every_torn_end_is_refused(void **state)
{
	const struct fixture *f = *state;
	struct layout layout = both(f);
	struct buf file = write_file(f, &layout);

	for (size_t whole = file.len; file.len-- > 0;)
		if (is_taken(&file))
			fail_msg("%zu of %zu bytes", file.len, whole);
	buf_fini(&file);
}

static void what_stands_between_fragments_is_refused(void **state)
{
	const struct fixture *f = *state;
	struct layout layout = both(f);
	struct buf file = write_file(f, &layout), header = BUF_INIT;
	char *moof;

	layout_header(&layout, &header);
	moof = file.data + header.len + 4;
	assert_memory_equal(moof, "moof", 4);
	memcpy(moof, "free", 4);
	assert_false(is_taken(&file));
	memcpy(moof, "moof", 4);
	buf_puts(&file, "tail");
	assert_false(is_taken(&file));
	buf_fini(&header);
	buf_fini(&file);
}

/* A fragment's time, the edit's media time, the track's duration: one tick off. */
static void a_tick_cannot_be_wrong(void **state)
{
	const struct fixture *f = *state;
	struct layout layout = both(f);
	struct buf file = write_file(f, &layout);
	struct bytes all = bytes_of(bytes_in(&file), file.len);
	size_t places[4] = { 0 };
	struct box box;

	assert_true(find_path(all, "moovtrakedtselst", &box));
	places[0] = (size_t)(box.start - all.at) + 8 + 4 + 4 + 8 + 7;
	assert_true(find_path(all, "moovtrakmdiamdhd", &box));
	places[1] = (size_t)(box.start - all.at) + 8 + 4 + 16 + 4 + 7;
	assert_true(find_path(all, "mdatmooftraftfdt", &box));
	places[2] = (size_t)(box.start - all.at) + 8 + 4 + 7;
	places[3] = (size_t)((const uint8_t *)memmem(file.data + file.len - 200, 200, "tfdt", 4) - all.at) + 4 + 4 + 7;
	for (size_t i = 0; i < 4; i++) {
		file.data[places[i]] ^= 1;
		if (is_taken(&file))
			fail_msg("place %zu", i);
		file.data[places[i]] ^= 1;
	}
	assert_true(is_taken(&file));
	buf_fini(&file);
}

/* Under a sanitizer this proves more: no byte may be trusted. */
static void any_byte_anywhere_is_withstood(void **state)
{
	const struct fixture *f = *state;
	struct layout layout = both(f);
	struct buf file = write_file(f, &layout);

	for (size_t i = 0; i < file.len; i++)
		for (int value = 0; value < 256; value += 51) {
			char before = file.data[i];

			file.data[i] = (char)value;
			is_taken(&file);
			file.data[i] = before;
		}
	assert_true(is_taken(&file));
	buf_fini(&file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_file_holds_every_fragment_untouched),
		TEST(the_sound_is_found_beside_the_picture),
		TEST(either_track_can_be_alone),
		TEST(fragments_are_laid_by_decode_time),
		TEST(the_same_pieces_give_the_same_bytes),
		TEST(the_file_is_a_plain_movie),
		TEST(the_edit_takes_the_delay_off_and_no_more),
		TEST(a_duration_of_ages_is_no_number_too_large),
		cmocka_unit_test(offsets_beyond_four_gigabytes_are_right),
		TEST(pieces_that_do_not_follow_are_refused),
		TEST(the_first_piece_begins_at_0),
		TEST(a_gap_inside_a_piece_is_refused),
		TEST(a_bit_of_a_table_cannot_be_wrong),
		TEST(every_torn_end_is_refused),
		TEST(what_stands_between_fragments_is_refused),
		TEST(a_tick_cannot_be_wrong),
		TEST(any_byte_anywhere_is_withstood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
