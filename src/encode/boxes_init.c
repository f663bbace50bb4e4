/*
 * boxes_init.c - the init segment that is published: the child's, with an edit list that takes the
 * reorder delay off again.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "encode/boxes.h"
#include "encode/bytes.h"
#include "encode/put.h"

#define EDTS_BYTES 36           /* edts, elst of version 0 and one entry (ISO/IEC 14496-12, 8.6.5 and 8.6.6) */

/* Segment duration 0: as long as the fragments that follow. */
static void put_edit(struct buf *out, int32_t media_time)
{
	put_u32(out, EDTS_BYTES);
	put_u32(out, BOX_TYPE('e', 'd', 't', 's'));
	put_u32(out, EDTS_BYTES - 8);
	put_u32(out, BOX_TYPE('e', 'l', 's', 't'));
	put_u32(out, 0);
	put_u32(out, 1);
	put_u32(out, 0);
	put_u32(out, (uint32_t)media_time);
	put_u32(out, 0x10000);
}

static void put_trak(struct buf *out, struct bytes inside, int32_t media_time)
{
	size_t at = put_open(out, BOX_TYPE('t', 'r', 'a', 'k'));
	struct box box;

	while (box_next(&inside, &box)) {
		if (box.type == BOX_TYPE('e', 'd', 't', 's'))
			continue;
		buf_put(out, box.start, box.size);
		if (box.type == BOX_TYPE('t', 'k', 'h', 'd'))
			put_edit(out, media_time);
	}
	put_close(out, at);
}

static void put_moov(struct buf *out, struct bytes inside, int32_t media_time)
{
	size_t at = put_open(out, BOX_TYPE('m', 'o', 'o', 'v'));
	struct box box;

	while (box_next(&inside, &box)) {
		if (box.type == BOX_TYPE('t', 'r', 'a', 'k'))
			put_trak(out, box.body, media_time);
		else
			buf_put(out, box.start, box.size);
	}
	put_close(out, at);
}

bool fragmented_init(const uint8_t *bytes, const struct fragmented *file, struct buf *out)
{
	struct bytes init = bytes_of(bytes, (size_t)file->init_size);
	struct box box;

	if (file->count == 0 || file->init_size == 0 || file->init_size > UINT32_MAX - EDTS_BYTES)
		return false;
	while (box_next(&init, &box)) {
		if (box.type == BOX_TYPE('m', 'o', 'o', 'v'))
			put_moov(out, box.body, file->fragments[0].first_offset);
		else if (box.type == BOX_TYPE('f', 't', 'y', 'p'))
			buf_put(out, box.start, box.size);
	}
	return !init.bad;
}
