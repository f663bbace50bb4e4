/* artefact.h - what children made, on the way from work/ to media/.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_ARTEFACT_H
#define CLIPMILL_ARTEFACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "supervise/attempt.h"
#include "supervise/finisher.h"

/* A file, mapped whole.  It stays where it is until it is unmapped, by the thread that mapped it. */
struct artefact {
	uint8_t *bytes;                 /* shared mapping; NULL where the file is empty */
	size_t len;
	volatile bool lost;             /* the disk failed under it: zeros stand for it since then */
	struct artefact *next;          /* of those that this thread has mapped */
};

/*
 * Maps DIR/NAME of a scratch folder.  False unless it is a regular file with one name, reached without a symbolic link:
 * a child that was broken into may have put anything there.
 */
bool artefact_map(const struct desk *desk, const char *dir, const char *name, bool writable, struct artefact *artefact);

/* Maps HOME/NAME, a file that was published, to be read; it may have other names, of videos that share it. */
bool artefact_map_published(const struct desk *desk, const char *home, const char *name, struct artefact *artefact);

/* False: some of it could not be read from the disk, or be written to it, so nothing that was seen of it is to be believed. */
bool artefact_unmap(struct artefact *artefact) __attribute__((warn_unused_result));

/* Makes media/VIDEO, if it is not there. */
bool artefact_make_home(const struct desk *desk, const char *video);

/* fsyncs every file of the scratch folder and the folder itself. */
bool artefact_sync(const struct desk *desk, const struct attempt *attempt);

/* Renames a file from the scratch folder into media/VIDEO. */
bool artefact_move(const struct desk *desk, const struct attempt *attempt, const char *name);

/* Makes the renames durable: fsync of media/VIDEO. */
bool artefact_seal(const struct desk *desk, const char *video);

/* Writes a small file of ours into the scratch folder. */
bool artefact_write(const struct desk *desk, const struct attempt *attempt, const char *name, const struct buf *content);

#endif
