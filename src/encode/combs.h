/* combs.h - whether pictures are woven of two moments, by how their lines stand out.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_COMBS_H
#define CLIPMILL_COMBS_H

#include <stdbool.h>

#include "base/buf.h"
#include "store/probe.h"

/* The end of a filter graph, after a label: it prints to standard output how the lines of each picture stand out. */
void combs_graph(struct buf *out);

/* Reads that, and how many pictures were printed, by all its filters. */
struct combs combs_read(const char *output, int64_t *printed);

struct combs combs_sum(const struct combs *a, const struct combs *b);

/* The same field comes first all along, as far as can be seen: as where they are two moments each, or patterns move. */
bool combs_have_order(const struct combs *combs);

/* They are two moments each, whatever anybody says: of nothing else that moves are the lines so. */
bool combs_are_fields(const struct combs *combs);

/* Next to nothing moves. */
bool combs_are_still(const struct combs *combs);

#endif
