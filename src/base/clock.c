/*
 * clock.c - the two clocks: the wall's for rows, the monotonic one for time-outs.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <time.h>

#include "base/clock.h"

static int64_t read_ms(clockid_t which)
{
	struct timespec ts;

	clock_gettime(which, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_wall_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}

int64_t clock_mono_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}
