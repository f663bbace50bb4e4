/*
 * encoder-test.c - what each encoder is told.  That it obeys is the media tier's matter.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "encode/encoder.h"

static void check(const char *codec, const char *preset, int64_t threads, const char *expected)
{
	const struct encoding encoding = {
		.codec = codec, .preset = preset, .crf = 30, .max_kbps = 900, .rate = { 24000, 1001 }, .every = 96, .threads = threads,
	};
	struct strings argv = STRINGS_INIT;
	struct buf text = BUF_INIT;

	encoder_add(&encoding, &argv);
	for (size_t i = 0; i < argv.count; i++)
		buf_printf(&text, "%s ", argv.items[i]);
	assert_string_equal(buf_text(&text), expected);
	strings_fini(&argv);
	buf_fini(&text);
}

static void each_encoder_is_told_all(void **state)
{
	check("h264", "fast", 2, "-enc_time_base 1001:24000 -c:v libx264 -preset fast -crf 30 -maxrate 900k -bufsize 1800k -threads 2 "
	      "-x264-params fps=24000/1001:open-gop=0:scenecut=40:keyint=194:min-keyint=97:vbv-init=0.7 -force_key_frames expr:not(mod(n,96)) ");
	check("hevc", "fast", 1, "-enc_time_base 1001:24000 -c:v libx265 -preset fast -crf 30 -maxrate 900k -bufsize 1800k -threads 1 "
	      "-tag:v hvc1 -forced-idr 1 -x265-params log-level=error:info=0:open-gop=0:scenecut=40:keyint=194:min-keyint=97:"
	      "vbv-init=0.7:frame-threads=1:pools=none -force_key_frames expr:not(mod(n,96)) ");
	check("vp9", "4", 1, "-enc_time_base 1001:24000 -c:v libvpx-vp9 -deadline good -cpu-used 4 -crf 30 -b:v 900k -row-mt 1 "
	      "-tile-columns 1 -threads 1 -g 194 -force_key_frames expr:not(mod(n,96)) ");
	check("av1", "8", 1, "-enc_time_base 1001:24000 -c:v libsvtav1 -preset 8 -crf 30 -g 96 "
	      "-svtav1-params lp=1:mbr=900:mbr-overshoot-pct=0:fps-num=24000:fps-denom=1001 ");
}

static void slow_pictures_are_one_a_second_to_av1(void **state)
{
	const struct encoding slow = { .codec = "av1", .preset = "8", .crf = 30, .max_kbps = 900, .rate = { 1, 5 }, .every = 2, .threads = 1 };
	struct strings argv = STRINGS_INIT;

	encoder_add(&slow, &argv);
	assert_string_equal(argv.items[1], "5:1");
	assert_string_equal(argv.items[argv.count - 1], "lp=1:mbr=900:mbr-overshoot-pct=0:fps-num=1:fps-denom=1");
	strings_fini(&argv);
}

static void threads_are_part_of_it(void **state)
{
	check("hevc", "fast", 3, "-enc_time_base 1001:24000 -c:v libx265 -preset fast -crf 30 -maxrate 900k -bufsize 1800k -threads 3 "
	      "-tag:v hvc1 -forced-idr 1 -x265-params log-level=error:info=0:open-gop=0:scenecut=40:keyint=194:min-keyint=97:"
	      "vbv-init=0.7:frame-threads=1:pools=3 -force_key_frames expr:not(mod(n,96)) ");
}

static void knows_the_codecs_and_no_other(void **state)
{
	static const char *const codecs[ENCODER_COUNT] = { "h264", "hevc", "vp9", "av1" };

	for (size_t i = 0; i < ENCODER_COUNT; i++)
		assert_string_equal(encoder_of(codecs[i])->codec, codecs[i]);
	assert_null(encoder_of("mpeg2video"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_encoder_is_told_all),
		cmocka_unit_test(slow_pictures_are_one_a_second_to_av1),
		cmocka_unit_test(threads_are_part_of_it),
		cmocka_unit_test(knows_the_codecs_and_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
