/*
 * turn.c - who may write to a file.  Knows nothing of what the file is.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/turn.h"

#define LOOK_MS 10              /* between two tries while waiting */

enum { BYTE_WRITING, BYTE_WANTED, BYTE_PRESSED };

static int lock(int fd, int command, short type, off_t byte, short *found)
{
	struct flock range = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
	int result = fcntl(fd, command, &range);

	if (found != NULL)
		*found = range.l_type;
	return result;
}

static enum turn try(int fd, off_t byte)
{
	if (lock(fd, F_OFD_SETLK, F_WRLCK, byte, NULL) == 0)
		return TURN_OURS;
	return errno == EAGAIN || errno == EACCES ? TURN_TAKEN : TURN_FAILED;
}

enum turn turn_take(int fd, int64_t wait_ms, bool presses)
{
	int64_t until_ms = clock_mono_ms() + wait_ms;
	enum turn turn = try(fd, BYTE_WRITING);

	if (turn != TURN_TAKEN || wait_ms <= 0)
		return turn;
	turn = try(fd, BYTE_WANTED);
	if (turn != TURN_OURS)
		return turn;
	if (presses)
		(void)lock(fd, F_OFD_SETLK, F_WRLCK, BYTE_PRESSED, NULL);
	while ((turn = try(fd, BYTE_WRITING)) == TURN_TAKEN && clock_mono_ms() < until_ms)
		(void)poll(NULL, 0, LOOK_MS);
	(void)lock(fd, F_OFD_SETLK, F_UNLCK, BYTE_PRESSED, NULL);
	(void)lock(fd, F_OFD_SETLK, F_UNLCK, BYTE_WANTED, NULL);
	return turn;
}

static bool is_held(int fd, off_t byte)
{
	short found = F_UNLCK;

	return lock(fd, F_OFD_GETLK, F_WRLCK, byte, &found) == 0 && found != F_UNLCK;
}

bool turn_wanted(int fd)
{
	return is_held(fd, BYTE_WANTED);
}

bool turn_pressed(int fd)
{
	return is_held(fd, BYTE_PRESSED);
}

void turn_leave(int fd)
{
	(void)lock(fd, F_OFD_SETLK, F_UNLCK, BYTE_WRITING, NULL);
}
