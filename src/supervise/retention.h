/* retention.h - removes what profiles keep for some time only.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_SUPERVISE_RETENTION_H
#define CLIPMILL_SUPERVISE_RETENTION_H

#include "supervise/finisher.h"

/*
 * Takes every rendition whose time is over out of its video's lists, and marks its files, and sources whose time is
 * over, to be removed.  Runs in the finisher's thread.
 */
void retention_run(const struct desk *desk);

#endif
