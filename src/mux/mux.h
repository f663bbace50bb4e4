/* mux.h - the pieces of a video, made into one file a rung.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_MUX_MUX_H
#define CLIPMILL_MUX_MUX_H

#include <stdbool.h>

#include "mux/options.h"

/*
 * Reads and checks all pieces of a rung, then writes its file into the current directory, rung after
 * rung.  False, and one line on stderr, when anything is wrong: the file that was being written is gone
 * then, those before it are there.
 */
bool mux_run(const struct options *options);

#endif
