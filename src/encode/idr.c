/*
 * idr.c - which packets of a source are IDR pictures.  A keyframe is flagged by whoever wrote the file, and what is
 * flagged may be the start of an intra refresh, or lean on pictures before it; an IDR picture cannot.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "encode/idr.h"
#include "encode/line.h"
#include "encode/scan.h"

/* nal_unit_type: H.264 table 7-1; H.265 table 7-1, IDR_W_RADL and IDR_N_LP. */
static const char *idr_types(const char *codec)
{
	return strcmp(codec, "h264") == 0 ? "5" : "19|20";
}

/* Parameter sets, of sequences and of pictures: tables 7-1 of both. */
static const char *set_types(const char *codec)
{
	return strcmp(codec, "h264") == 0 ? "7-8" : "32-34";
}

/* Not all demuxers pass over other packets (-discard), and to take one apart costs more than to read it. */
#define KEYFRAMES "noise=drop='not(key)',"

void idr_add(const struct facts *facts, struct strings *argv)
{
	line_map(facts->picture.index, argv);
	line_map(facts->picture.index, argv);
	strings_add(argv, "-bsf:v:0");
	strings_addf(argv, KEYFRAMES "filter_units=pass_types=%s", idr_types(facts->picture.codec));
	strings_add(argv, "-bsf:v:1");
	strings_addf(argv, KEYFRAMES "filter_units=pass_types=%s", set_types(facts->picture.codec));
}

bool idr_goes_by_dts(const struct facts *facts)
{
	return facts_are_in(facts, "mov");
}

void idr_take(const char *line, bool by_dts, struct idr *idr)
{
	int64_t dts, pts;

	if (sscanf(line, "0, %" SCNd64 ", %" SCNd64 ",", &dts, &pts) != 2)
		return;
	idr->count++;
	idr->sum += (uint32_t)(by_dts ? dts : pts);
}

void idr_take_sets(const char *line, struct sets *sets)
{
	uint32_t crc;
	int64_t size;

	sets->at_head = sets->at_head || (sscanf(line, "#extradata 1: %" SCNd64, &size) == 1 && size > 0);
	if (sscanf(line, "1, %*d, %*d, %*d, %" SCNd64 ", %" SCNx32, &size, &crc) != 2)
		return;
	sets->differ = sets->differ || (sets->count > 0 && (size != sets->size || crc != sets->crc));
	sets->size = size;
	sets->crc = crc;
	sets->count++;
}

bool idr_are_keyframes(const struct facts *facts, const struct scan *scan)
{
	const struct idr *idr = &facts->picture.idr;
	struct idr keys = { .known = true };

	for (size_t i = 0; i < scan->count; i++) {
		if (!scan->packets[i].key)
			continue;
		keys.count++;
		keys.sum += (uint32_t)(idr_goes_by_dts(facts) ? scan->packets[i].dts : scan->packets[i].pts);
	}
	return idr->known && keys.count == idr->count && keys.sum == idr->sum;
}
