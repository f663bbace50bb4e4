/* copy.h - bytes from file to file, in the kernel where it can.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_MUX_COPY_H
#define CLIPMILL_MUX_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define COPY_BUFFER_BYTES (256 * 1024)

struct copy {
	bool by_hand;                   /* copy_file_range(2) does not work between these files */
	uint8_t buffer[COPY_BUFFER_BYTES];
};

/*
 * Copies at most `most` bytes from `offset` of the file `from` to where the file `to` stands.  Returns
 * how many, 0 at the end of `from`, or -1 with errno: then nothing is known of what was written.
 */
ssize_t copy_some(struct copy *copy, int from, uint64_t offset, int to, size_t most) __attribute__((warn_unused_result));

/* Whether these bytes of `from` can be had: where a copy failed, it tells which of the two files failed it. */
bool copy_can_read(struct copy *copy, int from, uint64_t offset, size_t most);

#endif
