/*
 * handover.h - a file that the web server wrote and gives away.  SPDX-License-Identifier: MIT
 *
 * nginx can store a body itself and pass on its path in place of its bytes (REQUEST_BODY_FILE).  The
 * path is looked at as if it were hostile: only a file that nobody else has a name for, directly in
 * the folder that the settings name, is taken.
 */
#ifndef CLIPMILL_HANDOVER_H
#define CLIPMILL_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct handover {
	int dir_fd;             /* of the folder; -1: closed */
	int fd;                 /* of the file, for reading; -1: closed, or somebody else's by now */
	const char *name;       /* in the folder; lent */
	int64_t size_bytes;
	dev_t dev;              /* which file it is, whatever its name comes to mean */
	ino_t ino;
};

/*
 * Opens the file at `path`, if it is FOLDER/NAME: one component that is not hidden, a regular file
 * with one link, of the folder's owner and on its file system, of `length_bytes`; and if nobody but the
 * owner can write to the folder.  `folder` NULL: none is taken.  False: *reason says why.
 */
bool handover_open(struct handover *given, const char *folder, const char *path, int64_t length_bytes,
		   const char **reason) __attribute__((warn_unused_result));

/* Closes what is open.  The file, where nobody renamed it, is the web server's to remove. */
void handover_close(struct handover *given);

/*
 * Removes from `folder` (NULL: there is none) what a web server left there that was killed: files with names of its kind, at
 * least a minute old, that nobody has open, as it has those whose requests last.  Logs each.
 */
void handover_sweep(const char *folder);

#endif
