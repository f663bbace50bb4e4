/*
 * thin-test.c - published lists without one of their renditions.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "encode/thin.h"

#define HEAD "#EXTM3U\n#EXT-X-VERSION:7\n"
#define VARIANT(name) "#EXT-X-STREAM-INF:BANDWIDTH=1\n" name "\n"
#define SET(inside) "  <AdaptationSet contentType=\"video\">\n" inside "  </AdaptationSet>\n"
#define TRACK(id) "   <Representation id=\"" id "\" codecs=\"x\">\n    <SegmentList>\n    </SegmentList>\n   </Representation>\n"

static void assert_master(const char *text, const char *uri, const char *expected)
{
	struct buf out = BUF_INIT;

	thin_master(text, uri, &out);
	assert_string_equal(buf_text(&out), expected);
	buf_fini(&out);
}

static void assert_manifest(const char *text, const char *id, const char *expected)
{
	struct buf out = BUF_INIT;

	thin_manifest(text, id, &out);
	assert_string_equal(buf_text(&out), expected);
	buf_fini(&out);
}

static void a_master_loses_the_variant_and_no_other(void **state)
{
	const char *all = HEAD VARIANT("720p.m3u8") VARIANT("e2-720p.m3u8") VARIANT("720p.m3u8x") VARIANT("240p.m3u8");

	assert_master(all, "720p.m3u8", HEAD VARIANT("e2-720p.m3u8") VARIANT("720p.m3u8x") VARIANT("240p.m3u8"));
	assert_master(all, "240p.m3u8", HEAD VARIANT("720p.m3u8") VARIANT("e2-720p.m3u8") VARIANT("720p.m3u8x"));
	assert_master(all, "480p.m3u8", all);
	assert_master(HEAD "#EXT-X-STREAM-INF:X\n720p.m3u8", "720p.m3u8", HEAD);
	assert_master("", "720p.m3u8", "");
}

static void a_manifest_loses_the_representation_and_no_other(void **state)
{
	const char *all = "<MPD>\n" SET(TRACK("720p") TRACK("240p")) SET(TRACK("720p-av1")) "</MPD>\n";

	assert_manifest(all, "720p", "<MPD>\n" SET(TRACK("240p")) SET(TRACK("720p-av1")) "</MPD>\n");
	assert_manifest(all, "240p", "<MPD>\n" SET(TRACK("720p")) SET(TRACK("720p-av1")) "</MPD>\n");
	assert_manifest(all, "480p", all);
}

static void a_set_whose_last_representation_goes_goes_with_it(void **state)
{
	assert_manifest("<MPD>\n" SET(TRACK("720p-av1")) SET(TRACK("240p")) "</MPD>\n", "720p-av1", "<MPD>\n" SET(TRACK("240p")) "</MPD>\n");
}

static void a_manifest_that_is_cut_off_is_no_trouble(void **state)
{
	assert_manifest("   <Representation id=\"720p\">\n", "720p", "");
	assert_manifest("  <AdaptationSet>\n   <Representation id=\"240p", "720p", "  <AdaptationSet>\n   <Representation id=\"240p");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_master_loses_the_variant_and_no_other),
		cmocka_unit_test(a_manifest_loses_the_representation_and_no_other),
		cmocka_unit_test(a_set_whose_last_representation_goes_goes_with_it),
		cmocka_unit_test(a_manifest_that_is_cut_off_is_no_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
