/* copy.h - may the source's own picture serve as a rung?  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_COPY_H
#define CLIPMILL_COPY_H

#include "base/strings.h"
#include "encode/cuts.h"
#include "encode/input.h"
#include "encode/ladder.h"
#include "encode/rate.h"
#include "store/profile.h"

struct copy {
	size_t rung;                    /* of the ladder: the one that is copied */
	int64_t delay;                  /* slots that packets must be decoded ahead, so that none is shown before */
	int64_t apart;                  /* slots of the longest way from one keyframe to the next, or to the end */
	int64_t least;                  /* slots of the shortest segment: the next keyframe begins another */
	char why_not[160];              /* a sentence; "" where it fits, or where nobody would expect it to */
};

/* Files whose streams are described once, at their head, and not on the way. */
bool copy_is_described_once(const struct facts *facts);

/* True where, as far as can be told before the packets are known, it might. */
bool copy_is_thinkable(const struct facts *facts, const struct profile *profile);

/* The same before the first pictures are measured: whether its packets are worth a look. */
bool copy_is_hoped_for(const struct facts *facts, const struct profile *profile);

/*
 * True where the packets of the source can be taken over as they are for `rung`, each put into its slot of `grid`:
 * same codec, size and kind of picture, a constant rate, closed groups of pictures whose keyframes are IDR pictures and
 * come often enough, and a rate below the rung's cap.
 */
bool copy_fits(const struct plan_input *input, const struct grid *grid, const struct rung *rung, struct copy *copy);

/* The same for the rungs of a ladder: copy->rung is the first that it fits. */
bool copy_choose(const struct plan_input *input, const struct grid *grid, const struct ladder *ladder, struct copy *copy);

/*
 * The slots within the cut, behind its first, at which segments begin: keyframes of the source, `least` apart.  So all
 * rungs have theirs where the copied one has.  Returns how many; *slots is the caller's to free.
 */
size_t copy_keys(const struct scan *scan, const struct copy *copy, const struct cut *cut, int64_t **slots);

/*
 * -c:v copy of exactly the packets of `cut`, wherever the seek landed, and a bitstream filter that puts packet after packet
 * onto the grid, `delay_frames` slots later; fragments begin where copy_keys says.  For -copyts.
 */
void copy_add(const struct plan_input *input, const struct grid *grid, const struct copy *copy, const struct cut *cut,
	      int64_t delay_frames, struct strings *argv);

#endif
