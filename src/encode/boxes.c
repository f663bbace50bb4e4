/*
 * boxes.c - fragmented and progressive MP4 (ISO/IEC 14496-12), read box by box.  Every length is held
 * against what is left before it is believed: these are files that a jailed child wrote.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode/boxes.h"
#include "encode/bytes.h"

#define TRUN_DATA_OFFSET 0x000001
#define TRUN_FIRST_FLAGS 0x000004
#define TRUN_DURATION 0x000100
#define TRUN_SIZE 0x000200
#define TRUN_FLAGS 0x000400
#define TRUN_OFFSET 0x000800
#define TFHD_BASE_OFFSET 0x000001
#define TFHD_DESCRIPTION 0x000002
#define TFHD_DURATION 0x000008
#define TFHD_SIZE 0x000010
#define TFHD_FLAGS 0x000020
#define SAMPLE_NOT_SYNC 0x00010000

/* What a track's fragments fall back to: trex, then tfhd. */
struct defaults {
	uint32_t duration, size, flags;
};

/* One read of a fragmented file. */
struct reading {
	struct fragmented *file;
	struct defaults trex;
	char *error;
	size_t error_size;
};

static bool wrong(struct reading *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool wrong(struct reading *r, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(r->error, r->error_size, format, ap);
	va_end(ap);
	return false;
}

/* The moov of a fragmented file ---------------------------------------------------------------- */

/* avcC (ISO/IEC 14496-15 5.3.3.1): version, profile, compatibility, level. */
static bool read_avcc(struct span entry, struct fragmented *file)
{
	struct span avcc;

	if (entry.len < 78 || !span_find(span_from(entry, 78), "avcC", &avcc) || avcc.len < 4)
		return false;
	file->width = get16(entry.at + 24);
	file->height = get16(entry.at + 26);
	snprintf(file->codecs, sizeof file->codecs, "avc1.%02X%02X%02X", avcc.at[1], avcc.at[2], avcc.at[3]);
	return true;
}

/* A descriptor's length, seven bits a byte (ISO/IEC 14496-1 8.3.3). */
static bool descriptor(struct span *in, uint8_t *tag, struct span *body)
{
	size_t at = 1, len = 0;

	if (in->len < 2)
		return false;
	*tag = in->at[0];
	do {
		if (at >= in->len || at > 4)
			return false;
		len = len << 7 | (in->at[at] & 0x7f);
	} while (in->at[at++] & 0x80);
	if (len > in->len - at)
		return false;
	*body = (struct span){ in->at + at, len };
	*in = span_from(*in, at + len);
	return true;
}

/* esds: ES descriptor (3) > decoder config (4) > decoder specific info (5), whose first bits are the
 * audio object type (ISO/IEC 14496-3 1.6.2.1). */
static bool read_esds(struct span entry, struct fragmented *file)
{
	struct span esds, body;
	uint8_t tag, type = 0;

	if (entry.len < 28 || !span_find(span_from(entry, 28), "esds", &esds) || esds.len < 4)
		return false;
	esds = span_from(esds, 4);
	if (!descriptor(&esds, &tag, &body) || tag != 3 || body.len < 3)
		return false;
	body = span_from(body, 3);
	if (!descriptor(&body, &tag, &esds) || tag != 4 || esds.len < 13)
		return false;
	type = esds.at[0];
	esds = span_from(esds, 13);
	if (!descriptor(&esds, &tag, &body) || tag != 5 || body.len < 1)
		return false;
	file->channels = get16(entry.at + 16);
	file->sample_rate = get32(entry.at + 24) >> 16;
	snprintf(file->codecs, sizeof file->codecs, "mp4a.%02X.%u", type, (unsigned)body.at[0] >> 3);
	return true;
}

static bool read_entry(struct reading *r, struct span stsd)
{
	struct span entry, rest;
	char type[5];

	if (stsd.len < 8)
		return wrong(r, "the sample description is cut off");
	rest = span_from(stsd, 8);
	if (!span_box(&rest, type, &entry))
		return wrong(r, "there is no sample description");
	if (strcmp(type, "avc1") == 0)
		r->file->is_video = true;
	else if (strcmp(type, "mp4a") != 0)
		return wrong(r, "the codec '%s' was not asked for", type);
	if (!(r->file->is_video ? read_avcc(entry, r->file) : read_esds(entry, r->file)))
		return wrong(r, "the codec's configuration is damaged");
	return true;
}

static bool read_track(struct reading *r, struct span trak)
{
	struct span mdia, mdhd, minf, stbl, stsd;

	if (!span_find(trak, "mdia", &mdia) || !span_find(mdia, "mdhd", &mdhd) || !span_find(mdia, "minf", &minf) ||
	    !span_find(minf, "stbl", &stbl) || !span_find(stbl, "stsd", &stsd) || mdhd.len < 24)
		return wrong(r, "the track is not described");
	r->file->timescale = get32(mdhd.at + (mdhd.at[0] == 1 ? 20 : 12));
	if (r->file->timescale == 0)
		return wrong(r, "the time scale is 0");
	return read_entry(r, stsd);
}

static bool read_moov(struct reading *r, struct span moov)
{
	struct span trak, mvex, trex;

	if (span_count(moov, "trak") != 1 || !span_find(moov, "trak", &trak))
		return wrong(r, "there must be one track");
	if (!span_find(moov, "mvex", &mvex) || !span_find(mvex, "trex", &trex) || trex.len < 24)
		return wrong(r, "the file is not fragmented");
	r->trex = (struct defaults){ get32(trex.at + 12), get32(trex.at + 16), get32(trex.at + 20) };
	return read_track(r, trak);
}

/* Fragments ----------------------------------------------------------------------------------- */

static bool read_tfhd(struct reading *r, struct span tfhd, struct defaults *defaults)
{
	uint32_t flags;
	size_t at = 8;

	*defaults = r->trex;
	if (tfhd.len < 8)
		return wrong(r, "a fragment's header is cut off");
	flags = get32(tfhd.at) & 0xffffff;
	at += flags & TFHD_BASE_OFFSET ? 8 : 0;
	at += flags & TFHD_DESCRIPTION ? 4 : 0;
	if (at + 12 > tfhd.len && at + (flags & TFHD_DURATION ? 4u : 0u) + (flags & TFHD_SIZE ? 4u : 0u) +
					 (flags & TFHD_FLAGS ? 4u : 0u) > tfhd.len)
		return wrong(r, "a fragment's header is cut off");
	if (flags & TFHD_DURATION) {
		defaults->duration = get32(tfhd.at + at);
		at += 4;
	}
	if (flags & TFHD_SIZE) {
		defaults->size = get32(tfhd.at + at);
		at += 4;
	}
	if (flags & TFHD_FLAGS)
		defaults->flags = get32(tfhd.at + at);
	return true;
}

/* The fields of one sample that a trun carries, in their order. */
struct sample {
	uint32_t duration, size, flags;
	int32_t offset;
};

static size_t read_sample(const uint8_t *at, uint32_t flags, const struct defaults *defaults, struct sample *sample)
{
	const uint8_t *start = at;

	*sample = (struct sample){ defaults->duration, defaults->size, defaults->flags, 0 };
	if (flags & TRUN_DURATION) {
		sample->duration = get32(at);
		at += 4;
	}
	if (flags & TRUN_SIZE) {
		sample->size = get32(at);
		at += 4;
	}
	if (flags & TRUN_FLAGS) {
		sample->flags = get32(at);
		at += 4;
	}
	if (flags & TRUN_OFFSET) {
		sample->offset = (int32_t)get32(at);
		at += 4;
	}
	return (size_t)(at - start);
}

static size_t sample_bytes(uint32_t flags)
{
	return 4 * ((flags & TRUN_DURATION ? 1u : 0u) + (flags & TRUN_SIZE ? 1u : 0u) + (flags & TRUN_FLAGS ? 1u : 0u) +
		    (flags & TRUN_OFFSET ? 1u : 0u));
}

/* Adds a run's samples to the fragment and their sizes to `*payload`. */
static bool read_trun(struct reading *r, struct span trun, const struct defaults *defaults, struct fragment *f, uint64_t *payload)
{
	uint32_t flags, count, first_flags = defaults->flags;
	struct sample sample;
	size_t at = 8;

	if (trun.len < 8)
		return wrong(r, "a run of samples is cut off");
	flags = get32(trun.at) & 0xffffff;
	count = get32(trun.at + 4);
	at += flags & TRUN_DATA_OFFSET ? 4 : 0;
	if (at + 4 <= trun.len && (flags & TRUN_FIRST_FLAGS))
		first_flags = get32(trun.at + at);
	at += flags & TRUN_FIRST_FLAGS ? 4 : 0;
	if (at > trun.len || (sample_bytes(flags) > 0 && count > (trun.len - at) / sample_bytes(flags)))
		return wrong(r, "a run of samples is cut off");
	for (uint32_t i = 0; i < count; i++) {
		at += read_sample(trun.at + at, flags, defaults, &sample);
		if (i == 0 && f->samples == 0) {
			f->first_offset = sample.offset;
			f->starts_sync = !((flags & TRUN_FLAGS ? sample.flags : first_flags) & SAMPLE_NOT_SYNC);
		}
		f->duration += sample.duration;
		*payload += sample.size;
		if (sample_bytes(flags) == 0 && *payload > UINT32_MAX)
			return wrong(r, "a run of samples is longer than its data");
	}
	f->samples += count;
	return true;
}

static bool read_tfdt(struct reading *r, struct span tfdt, struct fragment *f, const uint8_t *file_start)
{
	bool is_long = tfdt.len > 0 && tfdt.at[0] == 1;

	if (tfdt.len < (is_long ? 12u : 8u))
		return wrong(r, "a fragment has no decode time");
	f->decode_time = is_long ? get64(tfdt.at + 4) : get32(tfdt.at + 4);
	f->decode_time_at = (uint64_t)(tfdt.at + 4 - file_start);
	f->decode_time_bytes = is_long ? 8 : 4;
	return true;
}

static bool read_moof(struct reading *r, struct span moof, struct fragment *f, uint64_t *payload, const uint8_t *file_start)
{
	struct span traf, tfhd, tfdt, rest, body;
	struct defaults defaults;
	char type[5];

	if (span_count(moof, "traf") != 1 || !span_find(moof, "traf", &traf) || !span_find(traf, "tfhd", &tfhd) ||
	    !span_find(traf, "tfdt", &tfdt))
		return wrong(r, "a fragment is not described");
	if (!read_tfhd(r, tfhd, &defaults) || !read_tfdt(r, tfdt, f, file_start))
		return false;
	for (rest = traf; span_box(&rest, type, &body);)
		if (strcmp(type, "trun") == 0 && !read_trun(r, body, &defaults, f, payload))
			return false;
	return f->samples > 0 || wrong(r, "a fragment has no samples");
}

static struct fragment *add_fragment(struct fragmented *file)
{
	/* Room is doubled: the count is a power of two when it is full. */
	if ((file->count & (file->count - 1)) == 0) {
		struct fragment *more = realloc(file->fragments, (file->count > 0 ? file->count * 2 : 1) * sizeof *more);

		if (more == NULL)
			abort();
		file->fragments = more;
	}
	memset(&file->fragments[file->count], 0, sizeof *file->fragments);
	return &file->fragments[file->count++];
}

/* A moof and the mdat behind it, which must hold just its samples. */
static bool read_fragment(struct reading *r, struct span moof, struct span *rest, const uint8_t *start, const uint8_t *file_start)
{
	struct fragment *f = add_fragment(r->file);
	uint64_t payload = 0;
	struct span mdat;
	char type[5];

	f->offset = (uint64_t)(start - file_start);
	if (!read_moof(r, moof, f, &payload, file_start))
		return false;
	if (!span_box(rest, type, &mdat) || strcmp(type, "mdat") != 0)
		return wrong(r, "the last fragment is torn off");
	if (payload != mdat.len)
		return wrong(r, "a fragment's samples and its data differ in length");
	f->size = (uint64_t)(rest->at - start);
	r->file->samples += f->samples;
	r->file->duration += f->duration;
	return true;
}

static bool steps_over(const char *type)
{
	return strcmp(type, "styp") == 0 || strcmp(type, "sidx") == 0 || strcmp(type, "free") == 0 || strcmp(type, "mfra") == 0;
}

static bool read_fragments(struct reading *r, struct span rest, const uint8_t *file_start)
{
	struct span body;
	char type[5];

	while (rest.len > 0) {
		const uint8_t *start = rest.at;

		if (!span_box(&rest, type, &body))
			return wrong(r, "the file ends in the middle of a box");
		if (strcmp(type, "moof") == 0) {
			if (!read_fragment(r, body, &rest, start, file_start))
				return false;
		} else if (!steps_over(type)) {
			return wrong(r, "a box '%s' was not expected", type);
		}
	}
	return r->file->count > 0 || wrong(r, "the file has no fragments");
}

bool fragmented_read(const uint8_t *bytes, size_t len, struct fragmented *file, char *error, size_t error_size)
{
	struct reading r = { .file = file, .error = error, .error_size = error_size };
	struct span rest = { bytes, len }, ftyp, moov;
	char type[5];

	memset(file, 0, sizeof *file);
	if (!span_box(&rest, type, &ftyp) || strcmp(type, "ftyp") != 0)
		return wrong(&r, "the file is empty or no MP4");
	if (!span_box(&rest, type, &moov) || strcmp(type, "moov") != 0)
		return wrong(&r, "the file has no moov");
	file->init_size = (uint64_t)(rest.at - bytes);
	return read_moov(&r, moov) && read_fragments(&r, rest, bytes);
}

void fragmented_fini(struct fragmented *file)
{
	free(file->fragments);
	memset(file, 0, sizeof *file);
}

void fragmented_zero(uint8_t *bytes, struct fragmented *file)
{
	uint64_t first = file->count > 0 ? file->fragments[0].decode_time : 0;

	for (size_t i = 0; i < file->count; i++) {
		struct fragment *f = &file->fragments[i];

		f->decode_time -= first;
		if (f->decode_time_bytes == 8)
			put64(bytes + f->decode_time_at, f->decode_time);
		else
			put32(bytes + f->decode_time_at, (uint32_t)f->decode_time);
	}
}

/* The init segment ---------------------------------------------------------------------------- */

/* edts > elst, version 1: one edit, to the end of a fragmented track, from `media_time`. */
static void put_edits(struct buf *out, int32_t media_time)
{
	uint8_t edts[44] = { 0 };

	put32(edts, sizeof edts);
	memcpy(edts + 4, "edts", 4);
	put32(edts + 8, sizeof edts - 8);
	memcpy(edts + 12, "elst", 4);
	edts[16] = 1;
	put32(edts + 20, 1);
	put64(edts + 32, (uint64_t)media_time);
	put16(edts + 40, 1);
	buf_put(out, edts, sizeof edts);
}

/* Opens a box in `out`; its size is filled in by close_box. */
static size_t open_box(struct buf *out, const char *type)
{
	size_t at = out->len;

	buf_put(out, "\0\0\0\0", 4);
	buf_put(out, type, 4);
	return at;
}

static void close_box(struct buf *out, size_t at)
{
	put32((uint8_t *)out->data + at, (uint32_t)(out->len - at));
}

static void copy_trak(struct span trak, int32_t media_time, struct buf *out)
{
	size_t at = open_box(out, "trak");
	struct span body;
	char type[5];

	while (trak.len > 0) {
		const uint8_t *start = trak.at;

		if (!span_box(&trak, type, &body))
			break;
		if (strcmp(type, "edts") == 0)
			continue;
		buf_put(out, start, (size_t)(trak.at - start));
		if (strcmp(type, "tkhd") == 0 && media_time != 0)
			put_edits(out, media_time);
	}
	close_box(out, at);
}

bool fragmented_init(const uint8_t *bytes, const struct fragmented *file, struct buf *out)
{
	struct span rest = { bytes, (size_t)file->init_size }, moov, body;
	char type[5];
	size_t at;

	if (file->count == 0 || !span_box(&rest, type, &body))
		return false;
	buf_put(out, bytes, (size_t)(rest.at - bytes));
	if (!span_box(&rest, type, &moov))
		return false;
	at = open_box(out, "moov");
	while (moov.len > 0) {
		const uint8_t *start = moov.at;

		if (!span_box(&moov, type, &body))
			return false;
		if (strcmp(type, "trak") == 0)
			copy_trak(body, file->fragments[0].first_offset, out);
		else
			buf_put(out, start, (size_t)(moov.at - start));
	}
	close_box(out, at);
	return true;
}
