/* expiry.h - uploads that nobody goes on with, and files that belong to none.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_EXPIRY_H
#define CLIPMILL_EXPIRY_H

#include <stdbool.h>

#include "supervise/finisher.h"

/* Whether there is anything to do, or it is time to look for stray files; `*looked_ms` is kept by the caller. */
bool expiry_is_due(struct db *db, const struct conf *conf, int64_t *looked_ms);

/*
 * Makes videos of uploads that are whole and were left so, as when a responder died at that moment; removes each other
 * upload whose last byte is `upload_expiry` ago, but one that is being written to; uploads that ended with their responder; and
 * each file in incoming/ that no unfinished upload owns.  Nothing else ever removes a resumable upload but its client.
 */
void expiry_run(const struct desk *desk);

#endif
