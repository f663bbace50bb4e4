/* sweep.h - scratch folders and locks that dead responders left.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_SWEEP_H
#define CLIPMILL_SWEEP_H

#include "supervise/finisher.h"

/* Removes scratch folders that no running attempt owns, and locks that nobody holds and no worker that is alive has.  Runs in the finisher's thread. */
void sweep_run(const struct desk *desk);

#endif
