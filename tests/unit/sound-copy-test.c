/*
 * sound-copy-test.c - which sounds are taken over as they are.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "encode/copies.h"
#include "encode/sound_copy.h"
#include "encode/steady.h"

static const struct profile profile = { .audio_codec = "aac", .audio_kbps = 128, .copy = true };

static struct facts film(void)
{
	struct facts f = { .source = { .container = "mov,mp4,m4a,3gp,3g2,mj2", .duration_s = 10 }, .sound.count = 2 };

	f.sound.tracks[0] = (struct track){ .index = 2, .codec = "aac", .profile = "LC", .channels = 2, .sample_rate = 48000, .duration_s = 10 };
	f.sound.tracks[1] = f.sound.tracks[0];
	f.sound.tracks[1].index = 1;
	return f;
}

/* Lines of a track whose packets are told of one in `step`, the first at `first`; from packet `gap_at` on they are `gap` later. */
static void tell(char *out, size_t size, int stream, int first, int step, int count, int gap_at, int gap)
{
	size_t len = strlen(out);

	for (int i = 0; i < count; i++)
		len += (size_t)snprintf(out + len, size - len, "%d, %10d, %10d, %8d, %8d, 0x12345678\n", stream, first + i * step * 1024,
					first + i * step * 1024 + (i * step >= gap_at ? gap : 0), 1024, 341);
}

static void read_copies(const char *output, const struct facts *f, struct idr *idr, struct steadies *found)
{
	struct copies copies;

	copies_begin(&copies, f, &profile);
	for (size_t at = 0, len = strlen(output); at < len; at += 1000)
		copies_feed(&copies, output + at, len - at < 1000 ? len - at : 1000);
	copies_end(&copies, idr, found);
}

/* Of keyframes alone these are 2 MiB: an output that was kept up to 1 MiB had half of them. */
static void all_keyframes_count_however_many_there_are(void **state)
{
	struct facts f = film();
	struct profile wish = profile;
	struct steadies found;
	struct copies copies;
	struct idr idr;
	char line[96];

	f.picture.count = 1;
	strcpy(f.picture.codec, "h264");
	strcpy(f.picture.pix_fmt, "yuv420p");
	wish.copy = true;
	wish.rung_count = 1;
	strcpy(wish.rungs[0].codec, "h264");
	copies_begin(&copies, &f, &wish);
	copies_feed(&copies, "#extradata 1:       37, 0x8f510903\n", 35);
	for (int i = 0; i < 30000; i++) {
		int len = snprintf(line, sizeof line, "0, %10d, %10d, %10d, %8d, 0x12345678, F=0x0, S=1\n", i, i + 2, 1, 4711);

		copies_feed(&copies, line, (size_t)len);
		if (i % 100 == 0)
			copies_feed(&copies, "#software: x\n", 13);
	}
	copies_end(&copies, &idr, &found);
	assert_true(idr.known);
	assert_int_equal(idr.count, 30000);
	assert_int_equal(idr.sum, 30000LL * 29999 / 2);
}

static void steady_sounds_are_found_by_their_streams(void **state)
{
	char output[65536] = "#software: x\n#tb 0: 1/48000\n#media_type 0: audio\n#tb 1: 1/48000\n";
	struct facts f = film();
	struct steadies found;
	struct idr idr;

	tell(output, sizeof output, 0, -1024, 1, 400, 999, 0);
	tell(output, sizeof output, 1, 0, 1, 400, 200, 200);
	read_copies(output, &f, &idr, &found);
	assert_false(idr.known);
	assert_int_equal(found.count, 1);
	assert_int_equal(found.items[0].index, 2);
	assert_int_equal(found.items[0].first, -1024);
	assert_int_equal(found.items[0].packets, 400);
	assert_int_equal(found.items[0].kbps, 127);
}

static void clocks_in_milliseconds_are_steady(void **state)
{
	char output[8192] = "#tb 0: 1/1000\n";
	size_t len = strlen(output);
	struct facts f = film();
	struct steadies found;
	struct idr idr;

	f.sound.count = 1;
	for (int i = 0; i < 100; i++)
		len += (size_t)snprintf(output + len, sizeof output - len, "0, %d, %d, 21, 300, 0x0\n", i, (int)lround(i * 1024 / 48.0) + 5);
	read_copies(output, &f, &idr, &found);
	assert_int_equal(found.count, 1);
	assert_in_range(found.items[0].first, 235, 245);
}

static void nonsense_is_no_sound(void **state)
{
	static const char *const outputs[] = {
		"", "\n", "#tb 0: 1/0\n0, 0, 0, 0, 1,\n", "0, 0, 0, 1024, 300, 0x0\n", "#tb 7: 1/48000\n7, 0, 0, 0, 0, 0\n", "#tb -1: 1/2\n-1, 0, 0, 0, 0,\n",
		"#tb 0: 1/48000\n0, x\n", "#tb 0: 1/48000\n0, 0, 0, 0, 1,\n0, 0, 9223372036854775807, 0, 1,\n",
	};
	struct facts f = film();
	struct steadies found;
	struct idr idr;

	for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++) {
		read_copies(outputs[i], &f, &idr, &found);
		assert_int_equal(found.count, 0);
	}
}

static void long_sounds_are_told_of_now_and_then(void **state)
{
	struct strings argv = STRINGS_INIT;
	struct facts f = film();

	f.source.duration_s = 36000;
	f.sound.tracks[1].sample_rate = 32000;
	steady_add(&f, &profile, &argv);
	assert_int_equal(argv.count, 4);
	assert_string_equal(argv.items[1], "0:2");
	assert_string_equal(argv.items[3], "noise=drop='mod(n,151)'");
	strings_fini(&argv);
}

/* The picture begins at `zero_s` and lasts 10 s. */
static bool fits(const struct track *track, double zero_s, int64_t channels, int64_t kbps, struct sound_copy *copy)
{
	struct facts f = film();
	const struct plan_input input = { .facts = &f, .profile = &profile };
	const struct grid grid = { .base_s = zero_s, .duration_s = 10 };

	return sound_copy_fits(&input, &grid, track, channels, kbps, copy);
}

static void a_packet_begins_with_the_picture(void **state)
{
	struct track t = film().sound.tracks[0];
	struct sound_copy copy;

	t.steady = true;
	t.kbps = 128;
	t.packets = 471;
	assert_true(fits(&t, 0, 2, 128, &copy) && copy.skip == 0);
	t.first_sample = -1024;
	assert_true(fits(&t, 0, 2, 128, &copy) && copy.skip == 1);
	t.first_sample = -1024 + 12;
	assert_true(fits(&t, 0, 2, 128, &copy) && copy.skip == 1);
	t.first_sample = -1024 + 13;
	assert_false(fits(&t, 0, 2, 128, &copy));
	assert_string_equal(copy.why_not, "None of its packets begins with the picture.");
	t.first_sample = 1024;
	assert_false(fits(&t, 0, 2, 128, &copy));
	assert_string_equal(copy.why_not, "It begins after the picture.");
	t.start_s = 1024 / 48000.0;
	assert_true(fits(&t, 1024 / 48000.0, 2, 128, &copy) && copy.skip == 0);
}

static void only_what_the_profile_wants_is_copied(void **state)
{
	struct track t = film().sound.tracks[0];
	struct sound_copy copy;

	assert_false(fits(&t, 0, 2, 128, &copy));
	assert_string_equal(copy.why_not, "It has gaps, or its last packet is torn.");
	t.steady = true;
	t.packets = 469;
	t.kbps = 192;
	assert_true(fits(&t, 0, 2, 128, &copy));
	assert_false(fits(&t, 0, 1, 128, &copy) || copy.why_not[0] != '\0');
	t.kbps = 193;
	assert_false(fits(&t, 0, 2, 128, &copy));
	assert_string_equal(copy.why_not, "It takes more than the profile wants.");
	t.kbps = 128;
	t.packets = 10;         /* it claims 10 s */
	assert_false(fits(&t, 0, 2, 128, &copy));
	assert_string_equal(copy.why_not, "It ends before the picture, or does not say how long it is.");
	t.duration_s = 9.9;
	assert_false(fits(&t, 0, 2, 128, &copy));
	t.packets = 469;
	assert_true(fits(&t, 0, 2, 128, &copy));
	strcpy(t.profile, "HE-AAC");
	assert_false(fits(&t, 0, 2, 128, &copy) || copy.why_not[0] != '\0');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_keyframes_count_however_many_there_are),
		cmocka_unit_test(steady_sounds_are_found_by_their_streams),
		cmocka_unit_test(clocks_in_milliseconds_are_steady),
		cmocka_unit_test(nonsense_is_no_sound),
		cmocka_unit_test(long_sounds_are_told_of_now_and_then),
		cmocka_unit_test(a_packet_begins_with_the_picture),
		cmocka_unit_test(only_what_the_profile_wants_is_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
