/*
 * codecs-test.c - codec strings, from the configurations that ffmpeg 5.1 wrote and from the specifications' own
 * examples.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "encode/codecs.h"
#include "pieces.h"

static const struct {
	const char *entry, *config;
	const char *hex;                /* of the configuration's first bytes */
	const char *codecs;             /* NULL: it is refused */
} rows[] = {
	{ "avc1", "avcC", "0164001f", "avc1.64001F" },
	{ "avc3", "avcC", "0142c00d", "avc3.42C00D" },
	{ "hvc1", "hvcC", "010160000000900000000000" "3c", "hvc1.1.6.L60.90" },          /* libx265 */
	{ "hev1", "hvcC", "010160000000b00000000000" "5d", "hev1.1.6.L93.B0" },          /* ISO/IEC 14496-15, Annex E.3 */
	{ "hvc1", "hvcC", "01a204000000b00000000023" "99", "hvc1.B2.20.H153.B0.0.0.0.0.23" },
	{ "hvc1", "hvcC", "0142200000000000000000007b", "hvc1.A2.4.L123" },
	{ "vp09", "vpcC", "010000000014800202020000", "vp09.00.20.08" },                 /* libvpx-vp9 */
	{ "vp09", "vpcC", "01000000021fa20910090000", "vp09.02.31.10.01.09.16.09.00" },  /* BT.2020, PQ */
	{ "vp09", "vpcC", "0100000000148101010100" "00", "vp09.00.20.08.00.01.01.01.01" }, /* full range */
	{ "av01", "av1C", "81000d00", "av01.0.00M.08" },                                 /* libsvtav1 */
	{ "av01", "av1C", "81284c00", "av01.1.08M.10" },
	{ "av01", "av1C", "8113ec00", "av01.0.19H.12" },
	{ "av01", "av1C", "80000c00", NULL },
	{ "Opus", "dOps", "000201380000bb80000000", "opus" },
	{ "Opus", "dOps", "000001380000bb80000000", NULL },
	{ "hvc1", "hvcC", "0101600000", NULL },
	{ "vp09", "vpcC", "01000000001480", NULL },
	{ "vp08", "vpcC", "010000000014800202020000", NULL },
};

static size_t from_hex(const char *hex, uint8_t *bytes)
{
	size_t len = strlen(hex) / 2;

	for (size_t i = 0; i < len; i++) {
		char pair[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return len;
}

static void every_codec_has_its_string(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fragmented file = { 0 };
		struct buf stsd = BUF_INIT;
		uint8_t config[64];
		bool ok;

		put_stsd(&stsd, rows[i].entry, rows[i].entry[0] == 'O' ? 28 : 78, rows[i].config, config,
			 from_hex(rows[i].hex, config));
		ok = codecs_read(bytes_of((const uint8_t *)stsd.data + 8, stsd.len - 8), &file);
		if (ok != (rows[i].codecs != NULL) || (ok && strcmp(file.codecs, rows[i].codecs) != 0))
			fail_msg("row %zu: %s", i, ok ? file.codecs : "refused");
		buf_fini(&stsd);
	}
}

static void sizes_and_channels_are_told(void **state)
{
	static const uint8_t hvcc[13] = { 1, 1 }, dops[] = { 0, 6, 1, 0x38, 0, 0, 0xac, 0x44, 0, 0, 0 };
	struct fragmented file = { 0 };
	struct buf stsd = BUF_INIT;

	put_stsd(&stsd, "hvc1", 78, "hvcC", hvcc, sizeof hvcc);
	assert_true(codecs_read(bytes_of((const uint8_t *)stsd.data + 8, stsd.len - 8), &file));
	assert_true(file.is_video);
	assert_int_equal(file.width, 64);
	assert_int_equal(file.height, 48);
	buf_reset(&stsd);
	put_stsd(&stsd, "Opus", 28, "dOps", dops, sizeof dops);
	file = (struct fragmented){ 0 };
	assert_true(codecs_read(bytes_of((const uint8_t *)stsd.data + 8, stsd.len - 8), &file));
	assert_false(file.is_video);
	assert_int_equal(file.channels, 6);
	assert_int_equal(file.sample_rate, 48000);
	buf_fini(&stsd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_codec_has_its_string),
		cmocka_unit_test(sizes_and_channels_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
