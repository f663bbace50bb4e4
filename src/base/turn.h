/* turn.h - one writer of a file at a time, among threads and processes.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_TURN_H
#define CLIPMILL_TURN_H

#include <stdbool.h>
#include <stdint.h>

enum turn {
	TURN_OURS,
	TURN_TAKEN,             /* its holder did not give way, or another waits already */
	TURN_FAILED,            /* errno */
};

/*
 * Open file description locks (fcntl(2), F_OFD_SETLK) on three bytes of a file: who holds byte 0 writes,
 * and one other may wait for it by holding byte 1, and press by holding byte 2 as well.  They belong to `fd`, which must be open for
 * writing, and end with it, however its process ends.
 *
 * Takes the turn, or waits for it up to `wait_ms`, while turn_wanted() is true for the holder,
 * and turn_pressed() too where this one `presses`.
 */
enum turn turn_take(int fd, int64_t wait_ms, bool presses) __attribute__((warn_unused_result));

/* Whether somebody waits for the turn that `fd` holds. */
bool turn_wanted(int fd);

/* Whether that one asks its holder to give way even where bytes still come. */
bool turn_pressed(int fd);

/* Gives it up.  Before close(2): a child being spawned has the description for a moment longer. */
void turn_leave(int fd);

#endif
