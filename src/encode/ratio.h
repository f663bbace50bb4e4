/* ratio.h - small exact fractions.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_RATIO_H
#define CLIPMILL_RATIO_H

#include <stdbool.h>
#include <stdint.h>

#include "encode/facts.h"

static inline double ratio_value(struct ratio r)
{
	return r.den > 0 ? (double)r.num / (double)r.den : 0;
}

static inline bool ratio_known(struct ratio r)
{
	return r.num > 0 && r.den > 0;
}

static inline struct ratio ratio_reduce(struct ratio r)
{
	int64_t a = r.num, b = r.den;

	while (b != 0) {
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a > 1 ? (struct ratio){ r.num / a, r.den / a } : r;
}

#endif
