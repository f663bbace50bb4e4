/* ratio.h - small exact fractions.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_RATIO_H
#define CLIPMILL_RATIO_H

#include <stdbool.h>
#include <stdint.h>

/* A ratio of two positive numbers; 0/0 is "not known". */
struct ratio {
	int64_t num, den;
};

/* "30000/1001" or "16:9"; 0/0 where it is neither or not positive. */
struct ratio ratio_parse(const char *text);

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

__extension__ typedef __int128 ratio_wide;      /* 60 bits of time, and 31 of each of two numbers */

#define RATIO_FRAMES_MOST (INT64_C(1) << 60)    /* more are as good as that, and sums do not overflow */

/* `ticks` of `base` seconds in frames of `rate`, rounded as filter settb does it (av_rescale_q): a half goes away from 0. */
static inline int64_t ratio_frames(int64_t ticks, struct ratio base, struct ratio rate)
{
	ratio_wide over = (ratio_wide)ticks * base.num * rate.num, under = (ratio_wide)base.den * rate.den;
	ratio_wide twice = 2 * (over < 0 ? -over : over) + under;
	ratio_wide frames = under > 0 ? twice / (2 * under) : 0;

	if (frames > RATIO_FRAMES_MOST)
		frames = RATIO_FRAMES_MOST;
	return (int64_t)(over < 0 ? -frames : frames);
}

#endif
