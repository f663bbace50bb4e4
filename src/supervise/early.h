/* early.h - playlists of a video that is still being encoded.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_EARLY_LISTS_H
#define CLIPMILL_EARLY_LISTS_H

#include "supervise/make.h"

/*
 * Inside the transaction that records a piece: writes the early playlists anew that have grown by it, and the
 * master once every rung can be played from its start with its sound.  `what` is the struct work.  The write
 * lock of the database keeps two responders from writing them at one time.
 */
enum db_result early_lists(struct db *db, void *what);

#endif
