/* publish.h - from a child that is over to rows and published files.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_PUBLISH_H
#define CLIPMILL_PUBLISH_H

#include "supervise/attempt.h"
#include "supervise/finisher.h"

/*
 * Judges the attempt, verifies and publishes what it made, ends its row in one transaction, and
 * removes its scratch folder.  Runs in the finisher's thread.  Where the database is busy or the
 * disk full it tries again until it succeeds or the responder stops; then the row is left as it is,
 * and whoever finds this responder's lock free queues it again.
 */
void publish_attempt(const struct desk *desk, struct attempt *attempt);

#endif
