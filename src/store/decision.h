/* decision.h - rows of `decision`: what was decided of an edition, and why.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_DECISION_H
#define CLIPMILL_DECISION_H

#include "store/db.h"

/* `code` is one that doc/http-api.md lists, `detail` a sentence. */
enum db_result decision_add(struct db *db, const char *video, int64_t edition, const char *code, const char *detail);

#endif
