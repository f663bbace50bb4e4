/* sound.h - which sounds a video gets, and how they are made.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_SOUND_H
#define CLIPMILL_SOUND_H

#include "encode/job.h"

/*
 * Adds a rendition and a task for each track of sound: "audio" for the main one, "audio-de", "audio-de-2", ...
 * for the others, at most as many as a player lists; stereo or mono, and where the profile wants it, 5.1 beside
 * it ("audio-51").  Every choice is a decision.  `grid` NULL: there is no picture, and the sound is as long as
 * it is.  A task's seq is the place of its rendition among the sounds.
 */
void sound_plan(const struct plan_input *input, const struct grid *grid, struct plan *plan);

/* True of a sound that came out so long that its child cut it off: it is longer than the longest video that is taken. */
bool sound_is_cut_off(const struct conf *conf, double seconds);

#endif
