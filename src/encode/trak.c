/*
 * trak.c - what a moov says of one track, before its samples.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "encode/trak.h"

#define TKHD_BYTES 84           /* version 0; version 1 has more (ISO/IEC 14496-12, 8.3.2) */

static bool find_boxes(struct bytes body, struct box *tkhd, struct box *mdhd, struct trak *trak)
{
	struct box mdia, hdlr, minf, stbl, stsd;

	if (!box_find(body, BOX_TYPE('t', 'k', 'h', 'd'), tkhd) || !box_find(body, BOX_TYPE('m', 'd', 'i', 'a'), &mdia) ||
	    !box_find(mdia.body, BOX_TYPE('m', 'd', 'h', 'd'), mdhd) ||
	    !box_find(mdia.body, BOX_TYPE('h', 'd', 'l', 'r'), &hdlr) ||
	    !box_find(mdia.body, BOX_TYPE('m', 'i', 'n', 'f'), &minf) ||
	    !box_find(minf.body, BOX_TYPE('s', 't', 'b', 'l'), &stbl) ||
	    !box_find(stbl.body, BOX_TYPE('s', 't', 's', 'd'), &stsd))
		return false;
	bytes_skip(&hdlr.body, 8);
	*trak = (struct trak){ .handler = bytes_u32(&hdlr.body), .stbl = stbl.body, .stsd = stsd.body };
	return true;
}

/* Two would have it edited twice (boxes_init.c). */
static bool has_one(struct bytes inside, uint32_t type)
{
	struct box box;
	size_t count = 0;

	while (box_next(&inside, &box))
		count += box.type == type;
	return count == 1;
}

/* The version of a full box, and past its creation and modification times. */
static bool skip_times(struct bytes *full_box)
{
	bool wide = bytes_u32(full_box) >> 24 == 1;

	bytes_skip(full_box, wide ? 16 : 8);
	return wide;
}

const char *trak_read(struct bytes body, struct trak *trak)
{
	struct box tkhd, mdhd;
	bool wide;

	if (!find_boxes(body, &tkhd, &mdhd, trak) || tkhd.body.left < TKHD_BYTES)
		return "a track is not described";
	if (!has_one(body, BOX_TYPE('t', 'k', 'h', 'd')))
		return "a track is described twice";
	skip_times(&tkhd.body);
	trak->id = bytes_u32(&tkhd.body);
	wide = skip_times(&mdhd.body);
	trak->timescale = bytes_u32(&mdhd.body);
	trak->duration = bytes_number(&mdhd.body, wide ? 8 : 4);
	if (mdhd.body.bad || trak->timescale == 0)
		return "a track has no time scale";
	return NULL;
}
