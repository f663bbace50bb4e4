/* clock.h - the two clocks.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_CLOCK_H
#define CLIPMILL_CLOCK_H

#include <stdint.h>

/* Milliseconds since the Unix epoch; what rows carry.  Jumps when the operator sets the clock. */
int64_t clock_wall_ms(void);

/* Milliseconds of CLOCK_MONOTONIC; what time-outs use.  Never jumps. */
int64_t clock_mono_ms(void);

#endif
