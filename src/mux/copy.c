/*
 * copy.c - bytes from file to file, in the kernel where it can: on a file system that shares extents it
 * does not even copy.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "mux/copy.h"

/* What copy_file_range(2) says between file systems, on old kernels, or where it is not meant to work. */
static bool is_not_possible(int error)
{
	return error == EXDEV || error == EINVAL || error == ENOSYS || error == EOPNOTSUPP || error == EPERM;
}

static ssize_t read_some(struct copy *copy, int from, uint64_t offset, size_t most)
{
	ssize_t got;

	do
		got = pread(from, copy->buffer, most < sizeof copy->buffer ? most : sizeof copy->buffer, (off_t)offset);
	while (got < 0 && errno == EINTR);
	return got;
}

static ssize_t copy_by_hand(struct copy *copy, int from, uint64_t offset, int to, size_t most)
{
	ssize_t got = read_some(copy, from, offset, most);

	if (got > 0 && file_write_all(to, copy->buffer, (size_t)got) < 0)
		return -1;
	return got;
}

ssize_t copy_some(struct copy *copy, int from, uint64_t offset, int to, size_t most)
{
	off_t at = (off_t)offset;
	ssize_t copied;

	if (copy->by_hand)
		return copy_by_hand(copy, from, offset, to, most);
	do
		copied = copy_file_range(from, &at, to, NULL, most, 0);
	while (copied < 0 && errno == EINTR);
	if (copied > 0 || (copied < 0 && !is_not_possible(errno)))
		return copied;
	/* Some file systems say 0 where they mean that they cannot. */
	copy->by_hand = true;
	return copy_by_hand(copy, from, offset, to, most);
}

bool copy_can_read(struct copy *copy, int from, uint64_t offset, size_t most)
{
	ssize_t got;

	while ((got = read_some(copy, from, offset, most)) > 0) {
		offset += (uint64_t)got;
		most -= (size_t)got;
	}
	return got == 0;
}
