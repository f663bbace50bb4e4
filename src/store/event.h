/* event.h - rows of `event`, which triggers write.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_EVENT_H
#define CLIPMILL_EVENT_H

#include "store/db.h"

/* Forgets all but the newest `keep` events. */
enum db_result event_prune(struct db *db, int64_t keep);

#endif
