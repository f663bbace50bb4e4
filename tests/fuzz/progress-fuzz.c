/*
 * progress-fuzz.c - ffmpeg's lines whole and in pieces say the same.  The first byte says where they are cut.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "encode/progress.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void feed(struct progress *p, const uint8_t *bytes, size_t len, size_t step)
{
	char copy[256];

	progress_init(p);
	for (size_t at = 0; at < len; at += step) {
		size_t n = len - at < step ? len - at : step;

		memcpy(copy, bytes + at, n);
		progress_feed(p, copy, n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct progress whole, cut;

	if (len < 1)
		return 0;
	feed(&whole, bytes + 1, len - 1, 256);
	feed(&cut, bytes + 1, len - 1, (size_t)bytes[0] + 1);
	if (whole.frame != cut.frame || whole.out_time_us != cut.out_time_us || whole.blocks != cut.blocks ||
	    memcmp(&whole.fps, &cut.fps, sizeof whole.fps) != 0 || whole.line_len != cut.line_len)
		abort();
	if (whole.frame < 0 || whole.out_time_us < -1 || !(whole.fps >= 0))
		abort();
	return 0;
}
