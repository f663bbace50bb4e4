/*
 * scan-fuzz.c - ffprobe's rows of packets whole and in pieces are the same packets, and whatever they say there is a
 * plan without holes, or a refusal.  The first byte says where they are cut, the second what the stream claims, the
 * third whether there is a sound: rows are of all streams then, where clocks may start anew.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <math.h>
#include <stdint.h>

#include "encode/look.h"
#include "fuzz/plans.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void feed(struct scan *scan, const struct facts *facts, const uint8_t *bytes, size_t len, size_t step)
{
	char copy[256];

	scan_init(scan);
	look_scan_begin(facts, scan);
	for (size_t at = 0; at < len; at += step) {
		size_t n = len - at < step ? len - at : step;

		memcpy(copy, bytes + at, n);
		scan_feed(scan, copy, n);
	}
	scan_end(scan);
}

static void check_packets(const struct scan *scan)
{
	for (size_t i = 0; i < scan->count; i++) {
		const struct scan_packet *p = &scan->packets[i];

		check(i == 0 || scan->packets[i - 1].pts <= p->pts);
		check(p->end == -1 || p->end >= p->size);
	}
}

static struct facts facts_of(uint8_t claims, bool heard)
{
	static const struct ratio timebases[] = { { 1, 90000 }, { 1, 1000 }, { 1001, 24000 }, { 1, 2147483647 }, { 2147483647, 1 }, { 1, 25 },
						  { 1, 12800 }, { 1, 1 } };
	static const struct ratio rates[] = { { 25, 1 }, { 24000, 1001 }, { 0, 0 }, { 2147483647, 1 } };
	static const char *const containers[] = { "mov,mp4,m4a,3gp,3g2,mj2", "mpegts" };
	struct facts facts = {
		.picture = { .count = 1, .timebase = timebases[claims & 7], .rate_nominal = rates[claims >> 3 & 3],
			.rate_mean = rates[claims >> 5 & 3], .width = 640, .height = 360, .coded_width = 640,
			.coded_height = 360, .cover = -1, .codec = "h264", .pix_fmt = "yuv420p", .delay = 1 },
		.source.duration_s = 10, .sound = { .start_s = heard ? 0 : NAN,
			.tracks = { { .index = 1, .codec = "aac", .channels = 2, .sample_rate = 48000, .timebase = timebases[claims >> 5 & 7] } },
			.count = heard },
	};

	strcpy(facts.source.container, containers[claims >> 7]);
	return facts;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct scan whole, cut;
	struct facts facts;

	if (len < 3)
		return 0;
	facts = facts_of(bytes[1], bytes[2] & 1);
	feed(&whole, &facts, bytes + 3, len - 3, 256);
	feed(&cut, &facts, bytes + 3, len - 3, (size_t)bytes[0] + 1);
	check(whole.count == cut.count && whole.bad_lines == cut.bad_lines && whole.no_pts == cut.no_pts);
	check(whole.splice.shift == cut.splice.shift);
	check_packets(&whole);
	try_plan(&facts, &whole);
	scan_fini(&whole);
	scan_fini(&cut);
	return 0;
}
