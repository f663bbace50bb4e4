/* link.h - the files of a finished video, linked for another that is the same.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_SUPERVISE_LINK_H
#define CLIPMILL_SUPERVISE_LINK_H

#include "supervise/make.h"

/*
 * Links what is published of the twin into the scratch folder, and that becomes media/VIDEO in one rename; its source
 * takes the place of ours, which has the same bytes.  All is durable when it returns true.  A file system that
 * cannot, or a twin whose files are gone, is no failure: false, and nothing is left in media/VIDEO.
 */
bool link_files(const struct work *work, const struct link_twin *twin);

/* Removes media/VIDEO, which an attempt before ours may have left, or ours that was in vain; not once the task is
 * another's. */
void link_undo(const struct work *work);

#endif
