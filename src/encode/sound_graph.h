/* sound_graph.h - the filters that make a track one unbroken sound.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_SOUND_GRAPH_H
#define CLIPMILL_SOUND_GRAPH_H

#include "base/buf.h"
#include "encode/facts.h"

struct sound_shape {
	int64_t channels;               /* 1, 2 or 6 */
	int64_t packet;                 /* samples of one packet of the encoder */
	double zero_s;                  /* the source time of sample 0 */
	double reach_s;                 /* so much silence is laid before the first sound, as far as there is time for it */
	double least_s;                 /* the sound lasts so long at least; 0: as long as it is */
	double most_s;                  /* and no longer than this; 0: as long as it is */
	bool in_ogg;                    /* the source is */
	bool counted;                   /* to [n]: a picture for each second of it that began */
};

/*
 * The filters from a track to [a]; gaps are silence.
 *
 * ffmpeg 5.1 drops the graph and makes it anew where the channels, the rate or the format of a sound change, and a new
 * graph knows nothing of what came before.  So this one counts by times alone: wherever it is made anew it begins with
 * silence, reach_s before the sound, at the place of a packet.  Packets for which there were others already are to
 * be dropped behind the encoder (sound.c).
 */
void sound_graph(const struct track *track, const struct sound_shape *shape, struct buf *out);

#endif
