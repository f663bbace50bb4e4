/*
 * measure-fuzz.c - whatever the measuring child says, its counts are counts, and something follows from them.  What
 * stands behind the first NUL is its standard error.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "encode/measure.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(int holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *copy = calloc(1, len + 2);
	struct measured m;

	check(copy != NULL);
	memcpy(copy, bytes, len);
	measure_read(copy, copy + strlen(copy) + 1, &m);
	check(m.known && m.pictures >= 0 && m.top_first >= 0 && m.bottom_first >= 0 && m.progressive >= 0 && m.undetermined >= 0);
	check(m.repeated >= 0 && m.not_repeated >= 0 && m.captions >= 0 && m.flagged >= 0 && m.errors >= 0);
	check(m.combs.as_is >= 0 && m.combs.least >= 0 && m.combs.apart >= labs(m.combs.order) && m.combs.pairs >= 0);
	for (int says_so = 0; says_so < 2; says_so++) {
		struct fields_seen seen = fields_measured(&m, &m, says_so);

		check(seen.fields != FIELDS_PROGRESSIVE || !seen.telecine);
		check(seen.fields != FIELDS_TOP_FIRST || m.top_first >= m.bottom_first);
		check(seen.fields != FIELDS_BOTTOM_FIRST || m.bottom_first >= m.top_first);
	}
	free(copy);
	return 0;
}
