/*
 * codecs.c - what a track's sample entry says: codec string, picture size, channels.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>

#include "encode/codecs.h"

#define VISUAL_ENTRY_BYTES 78   /* before the boxes of a VisualSampleEntry (ISO/IEC 14496-12, 12.1.3) */
#define AUDIO_ENTRY_BYTES 28    /* of an AudioSampleEntry (12.2.3) */

/* Descriptors of an esds (ISO/IEC 14496-1, 7.2.2). */
enum { TAG_ES = 3, TAG_DECODER_CONFIG = 4, TAG_DECODER_SPECIFIC = 5 };

static bool read_avc(struct bytes entry, uint32_t type, struct fragmented *file)
{
	struct bytes boxes = entry;
	struct box avcc;
	unsigned profile, constraints, level;

	bytes_skip(&entry, 24);
	file->width = bytes_u16(&entry);
	file->height = bytes_u16(&entry);
	bytes_skip(&boxes, VISUAL_ENTRY_BYTES);
	if (boxes.bad || !box_find(boxes, BOX_TYPE('a', 'v', 'c', 'C'), &avcc))
		return false;
	bytes_skip(&avcc.body, 1);
	profile = bytes_u8(&avcc.body);
	constraints = bytes_u8(&avcc.body);
	level = bytes_u8(&avcc.body);
	snprintf(file->codecs, sizeof file->codecs, "avc%c.%02X%02X%02X", (char)(type & 0xff), profile, constraints, level);
	file->is_video = true;
	return !avcc.body.bad && file->width > 0 && file->height > 0;
}

/* Takes a descriptor's tag and length, of up to four bytes of seven bits; `b` then ends with it. */
static bool open_descriptor(struct bytes *b, uint8_t tag)
{
	size_t len = 0;
	uint8_t byte;
	int count = 0;

	if (bytes_u8(b) != tag)
		return false;
	do {
		byte = bytes_u8(b);
		len = len << 7 | (byte & 0x7f);
	} while ((byte & 0x80) != 0 && ++count < 4);
	if (b->bad || len > b->left)
		return false;
	b->left = len;
	return true;
}

/*
 * AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1): object type, and the channels, which the sample entry
 * of an MP4 file does not tell.
 */
static unsigned read_config(struct bytes config, struct fragmented *file)
{
	uint64_t bits = bytes_number(&config, 2) << 48;
	unsigned type, channels;

	for (size_t i = 0; i < 5 && config.left > 0; i++)
		bits |= bytes_number(&config, 1) << (40 - 8 * i);
	type = (unsigned)(bits >> 59);
	bits <<= 5;
	if (type == 31) {
		type = 32 + (unsigned)(bits >> 58);
		bits <<= 6;
	}
	bits <<= bits >> 60 == 15 ? 28 : 4;
	channels = (unsigned)(bits >> 60);
	file->channels = channels == 7 ? 8 : channels;
	return config.bad ? 0 : type;
}

static bool read_esds(struct bytes esds, struct fragmented *file)
{
	uint8_t flags, indication;

	bytes_skip(&esds, 4);
	if (!open_descriptor(&esds, TAG_ES))
		return false;
	bytes_skip(&esds, 2);
	flags = bytes_u8(&esds);
	bytes_skip(&esds, (flags & 0x80) != 0 ? 2 : 0);
	bytes_skip(&esds, (flags & 0x40) != 0 ? bytes_u8(&esds) : 0);
	bytes_skip(&esds, (flags & 0x20) != 0 ? 2 : 0);
	if (!open_descriptor(&esds, TAG_DECODER_CONFIG))
		return false;
	indication = bytes_u8(&esds);
	bytes_skip(&esds, 12);
	if (!open_descriptor(&esds, TAG_DECODER_SPECIFIC))
		return false;
	snprintf(file->codecs, sizeof file->codecs, "mp4a.%x.%u", indication, read_config(esds, file));
	return true;
}

static bool read_mp4a(struct bytes entry, struct fragmented *file)
{
	struct bytes boxes = entry;
	struct box esds;

	bytes_skip(&entry, 24);
	file->sample_rate = bytes_u32(&entry) >> 16;
	bytes_skip(&boxes, AUDIO_ENTRY_BYTES);
	if (boxes.bad || !box_find(boxes, BOX_TYPE('e', 's', 'd', 's'), &esds))
		return false;
	return read_esds(esds.body, file) && file->channels > 0;
}

bool codecs_read(struct bytes stsd, struct fragmented *file)
{
	struct box entry;

	bytes_skip(&stsd, 4);
	if (bytes_u32(&stsd) != 1 || !box_next(&stsd, &entry))
		return false;
	switch (entry.type) {
	case BOX_TYPE('a', 'v', 'c', '1'):
	case BOX_TYPE('a', 'v', 'c', '3'):
		return read_avc(entry.body, entry.type, file);
	case BOX_TYPE('m', 'p', '4', 'a'):
		return read_mp4a(entry.body, file);
	default:
		return false;
	}
}
