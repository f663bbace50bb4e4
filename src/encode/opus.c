/*
 * opus.c - Opus in MP4 ("Encapsulation of Opus in ISO Base Media File Format", 4.3.2).
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "encode/bytes.h"
#include "encode/opus.h"

#define ENTRIES_AT 8            /* bytes of an stsd before its first entry: version, flags, count */
#define ENTRY_BYTES 28          /* of an AudioSampleEntry (ISO/IEC 14496-12, 12.2.3) before its boxes */
#define PRE_SKIP_AT 2           /* bytes of a dOps before it: version, channels */

/* From the outermost box to the one that says it; each is in the one before, behind so many bytes. */
static const struct {
	uint32_t type;
	size_t skip;
} path[] = {
	{ BOX_TYPE('m', 'o', 'o', 'v'), 0 }, { BOX_TYPE('t', 'r', 'a', 'k'), 0 }, { BOX_TYPE('m', 'd', 'i', 'a'), 0 },
	{ BOX_TYPE('m', 'i', 'n', 'f'), 0 }, { BOX_TYPE('s', 't', 'b', 'l'), 0 }, { BOX_TYPE('s', 't', 's', 'd'), 0 },
	{ BOX_TYPE('O', 'p', 'u', 's'), ENTRIES_AT }, { BOX_TYPE('d', 'O', 'p', 's'), ENTRY_BYTES },
};

void opus_begin_at_once(uint8_t *bytes, size_t len)
{
	struct bytes inside = { .at = bytes, .left = len };
	struct box box;

	for (size_t i = 0; i < sizeof path / sizeof *path; i++) {
		bytes_skip(&inside, path[i].skip);
		if (inside.bad || !box_find(inside, path[i].type, &box))
			return;
		inside = box.body;
	}
	if (inside.left < PRE_SKIP_AT + 2)
		return;
	bytes[(size_t)(inside.at - bytes) + PRE_SKIP_AT] = 0;
	bytes[(size_t)(inside.at - bytes) + PRE_SKIP_AT + 1] = 0;
}
