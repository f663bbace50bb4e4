/* sweep.h - what dead responders left on the disk.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_SWEEP_H
#define CLIPMILL_SWEEP_H

#include "supervise/finisher.h"

/* Removes uploads that ended with their responder, and scratch folders that no running attempt owns.  Runs in the finisher's
 * thread. */
void sweep_run(const struct desk *desk);

#endif
