/* tables.h - the sample tables of a plain MP4, built sample by sample.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_TABLES_H
#define CLIPMILL_TABLES_H

#include "encode/moof.h"

#define TABLES_SAMPLES_MOST 100000000u  /* so that every box of a moov stays below 2 GiB */

/* Equal values in a row. */
struct tables_run {
	uint32_t count, value;
};

/* About 5 bytes a sample where nothing is reordered, at most 20 (ISO/IEC 14496-12, 8.6 and 8.7). */
struct tables {
	struct buf stts, ctts, stsz, stss;      /* rows, as they stand in the file */
	uint32_t stts_rows, ctts_rows, syncs;
	struct tables_run duration, offset;     /* rows that may still grow */
	bool has_offsets;               /* one is not 0 */
	bool has_negative;              /* one is less */
	uint32_t samples;
	uint64_t time;                  /* sum of the durations: where the track ends */
};

/* False, and nothing is added, when there are too many. */
bool tables_add(struct tables *tables, const struct sample *sample);

/* Appends stts, ctts, stss and stsz, the two in the middle where they say anything. */
void tables_put(const struct tables *tables, struct buf *out);

void tables_fini(struct tables *tables);

#endif
