/*
 * codecs.c - what a track's sample entry says: codec string, picture size, channels.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdio.h>

#include "encode/codecs.h"

#define VISUAL_ENTRY_BYTES 78   /* before the boxes of a VisualSampleEntry (ISO/IEC 14496-12, 12.1.3) */
#define AUDIO_ENTRY_BYTES 28    /* of an AudioSampleEntry (12.2.3) */

#define OPUS_RATE 48000

/* Descriptors of an esds (ISO/IEC 14496-1, 7.2.2). */
enum { TAG_ES = 3, TAG_DECODER_CONFIG = 4, TAG_DECODER_SPECIFIC = 5 };

/* Pictures ------------------------------------------------------------------------------------ */

/* AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1); the string is of RFC 6381, 3.3. */
static bool read_avcc(struct bytes avcc, const char *entry, struct fragmented *file)
{
	unsigned profile, constraints, level;

	bytes_skip(&avcc, 1);
	profile = bytes_u8(&avcc);
	constraints = bytes_u8(&avcc);
	level = bytes_u8(&avcc);
	snprintf(file->codecs, sizeof file->codecs, "%s.%02X%02X%02X", entry, profile, constraints, level);
	return !avcc.bad;
}

static uint32_t reverse_bits(uint32_t value)
{
	uint32_t reversed = 0;

	for (int i = 0; i < 32; i++)
		reversed |= (value >> i & 1) << (31 - i);
	return reversed;
}

/*
 * HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1); the string is of its Annex E.3: profile,
 * compatibility flags from the last to the first, tier and level, and the constraint bytes without the
 * zeros at their end.
 */
static bool read_hvcc(struct bytes hvcc, const char *entry, struct fragmented *file)
{
	static const char *const spaces[] = { "", "A", "B", "C" };
	unsigned profile, level;
	uint32_t compatible;
	uint64_t constraints;
	size_t len;

	bytes_skip(&hvcc, 1);
	profile = bytes_u8(&hvcc);
	compatible = reverse_bits(bytes_u32(&hvcc));
	constraints = bytes_number(&hvcc, 6) << 16;
	level = bytes_u8(&hvcc);
	snprintf(file->codecs, sizeof file->codecs, "%s.%s%u.%X.%c%u", entry, spaces[profile >> 6], profile & 0x1f,
		 (unsigned)compatible, (profile & 0x20) != 0 ? 'H' : 'L', level);
	for (; constraints != 0; constraints <<= 8) {
		len = strlen(file->codecs);
		snprintf(file->codecs + len, sizeof file->codecs - len, ".%X", (unsigned)(constraints >> 56));
	}
	return !hvcc.bad;
}

/*
 * VPCodecConfigurationRecord of "VP Codec ISO Media File Format Binding".  The fields for colour are
 * left away where they say what their absence does: 4:2:0, BT.709 or nothing in particular, narrow range.
 */
static bool read_vpcc(struct bytes vpcc, const char *entry, struct fragmented *file)
{
	unsigned profile, level, format, primaries, transfer, matrix;
	size_t len;

	bytes_skip(&vpcc, 4);
	profile = bytes_u8(&vpcc);
	level = bytes_u8(&vpcc);
	format = bytes_u8(&vpcc);
	primaries = bytes_u8(&vpcc);
	transfer = bytes_u8(&vpcc);
	matrix = bytes_u8(&vpcc);
	snprintf(file->codecs, sizeof file->codecs, "%s.%02u.%02u.%02u", entry, profile, level, format >> 4);
	if ((format & 1) != 0 || (format >> 1 & 7) > 1 || primaries - 1 > 1 || transfer - 1 > 1 || matrix - 1 > 1) {
		len = strlen(file->codecs);
		snprintf(file->codecs + len, sizeof file->codecs - len, ".%02u.%02u.%02u.%02u.%02u", format >> 1 & 7, primaries,
			 transfer, matrix, format & 1);
	}
	return !vpcc.bad;
}

/*
 * AV1CodecConfigurationRecord of "AV1 Codec ISO Media File Format Binding", section 5; the string without
 * its optional fields, which stand for 4:2:0 and BT.709.
 */
static bool read_av1c(struct bytes av1c, const char *entry, struct fragmented *file)
{
	unsigned marker = bytes_u8(&av1c), level = bytes_u8(&av1c), format = bytes_u8(&av1c);
	unsigned depth = (format & 0x40) == 0 ? 8 : (format & 0x20) == 0 ? 10 : 12;

	snprintf(file->codecs, sizeof file->codecs, "%s.%u.%02u%c.%02u", entry, level >> 5, level & 0x1f,
		 (format & 0x80) != 0 ? 'H' : 'M', depth);
	return marker == 0x81 && !av1c.bad;
}

static const struct {
	char entry[5];                  /* of the sample entry */
	uint32_t config;                /* the box in it that tells more */
	bool (*read)(struct bytes config, const char *entry, struct fragmented *file);
} pictures[] = {
	{ "avc1", BOX_TYPE('a', 'v', 'c', 'C'), read_avcc },
	{ "avc3", BOX_TYPE('a', 'v', 'c', 'C'), read_avcc },
	{ "hvc1", BOX_TYPE('h', 'v', 'c', 'C'), read_hvcc },
	{ "hev1", BOX_TYPE('h', 'v', 'c', 'C'), read_hvcc },
	{ "vp09", BOX_TYPE('v', 'p', 'c', 'C'), read_vpcc },
	{ "av01", BOX_TYPE('a', 'v', '1', 'C'), read_av1c },
};

static bool read_picture(struct bytes entry, size_t i, struct fragmented *file)
{
	struct bytes boxes = entry;
	struct box config;

	bytes_skip(&entry, 24);
	file->width = bytes_u16(&entry);
	file->height = bytes_u16(&entry);
	file->is_video = true;
	bytes_skip(&boxes, VISUAL_ENTRY_BYTES);
	return !boxes.bad && file->width > 0 && file->height > 0 && box_find(boxes, pictures[i].config, &config) &&
	       pictures[i].read(config.body, pictures[i].entry, file);
}

/* Sound --------------------------------------------------------------------------------------- */

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

/*
 * OpusSpecificBox of "Encapsulation of Opus in ISO Base Media File Format", 4.3.2.  It runs at 48 kHz
 * whatever its source did.
 */
static bool read_opus(struct bytes entry, struct fragmented *file)
{
	struct box dops;

	bytes_skip(&entry, AUDIO_ENTRY_BYTES);
	if (entry.bad || !box_find(entry, BOX_TYPE('d', 'O', 'p', 's'), &dops))
		return false;
	bytes_skip(&dops.body, 1);
	file->channels = bytes_u8(&dops.body);
	file->sample_rate = OPUS_RATE;
	snprintf(file->codecs, sizeof file->codecs, "opus");
	return file->channels > 0;
}

/* The sample entry ---------------------------------------------------------------------------- */

bool codecs_read(struct bytes stsd, struct fragmented *file)
{
	struct box entry;

	bytes_skip(&stsd, 4);
	if (bytes_u32(&stsd) != 1 || !box_next(&stsd, &entry))
		return false;
	for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++)
		if (memcmp(entry.start + 4, pictures[i].entry, 4) == 0)
			return read_picture(entry.body, i, file);
	if (entry.type == BOX_TYPE('m', 'p', '4', 'a'))
		return read_mp4a(entry.body, file);
	return entry.type == BOX_TYPE('O', 'p', 'u', 's') && read_opus(entry.body, file);
}

bool codecs_handled(uint32_t handler, const struct fragmented *file)
{
	return handler == (file->is_video ? BOX_TYPE('v', 'i', 'd', 'e') : BOX_TYPE('s', 'o', 'u', 'n'));
}
