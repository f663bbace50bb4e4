/* file.h - durable files.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_FILE_H
#define CLIPMILL_FILE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* All return 0, or -1 with errno set, unless said otherwise.  Paths are relative to `dir_fd`. */

/* fsync(2) of a directory named by path: makes renames and new names in it durable. */
int file_sync_dir(int dir_fd, const char *path) __attribute__((warn_unused_result));

/* fsync(2) of every regular file in directory `path` (not below it), then of the directory. */
int file_sync_all(int dir_fd, const char *path) __attribute__((warn_unused_result));

/* Its entries; the caller closes it.  No symbolic link is followed to it.  NULL with errno. */
DIR *file_open_dir(int dir_fd, const char *path) __attribute__((warn_unused_result));

/* closedir(3) that gives `result` back, and leaves errno as it was. */
int file_close_dir(DIR *dir, int result);

/* readdir(3) that says why it gives nothing: NULL with errno 0 behind the last entry, or NULL with another errno where the
 * folder cannot be read on. */
struct dirent *file_entry(DIR *dir);

/* mkdir(2) that is content with a directory that is there already, and makes its name durable. */
int file_make_dir(int dir_fd, const char *path, unsigned mode) __attribute__((warn_unused_result));

/* The same, with what is missing of the folders above it. */
int file_make_dirs(const char *path, unsigned mode) __attribute__((warn_unused_result));

/*
 * Replaces `path` with `len` bytes so that a reader, or a power cut, finds the old file or the new
 * one whole: written beside it as path.tmp, fsynced, renamed, directory fsynced.
 */
int file_replace(int dir_fd, const char *path, const void *bytes, size_t len) __attribute__((warn_unused_result));

/*
 * Moves a file and makes the move durable: both directories are fsynced.  An existing `to` is
 * replaced.
 */
int file_move(int dir_fd, const char *from, const char *to) __attribute__((warn_unused_result));

/* Removes a file or a whole directory tree of any depth; symbolic links are removed, never followed.  What is
 * not there is no error; where something cannot be removed, all else is. */
int file_remove_tree(int dir_fd, const char *path) __attribute__((warn_unused_result));

/* Reads at most `most` bytes of a regular file into `out` (appended).  EFBIG when it is longer. */
int file_read(int dir_fd, const char *path, size_t most, struct buf *out) __attribute__((warn_unused_result));

/* Bytes of a regular file; -1 with errno. */
int64_t file_size(int dir_fd, const char *path);

/* Bytes that an unprivileged writer may still put on the file system of `path`, 0 where it has hardly an inode left for more
 * files; -1 with errno. */
int64_t file_free_bytes(int dir_fd, const char *path);

/* False where the file system of directory `path` takes nothing: after an error of its disk it may be read-only, and say of
 * itself that it is not. */
bool file_system_writes(int dir_fd, const char *path);

/* Bytes that a file takes on disk, with what is reserved beyond its end; -1 with errno. */
int64_t file_allocated_bytes(int dir_fd, const char *path);

/* write(2) until all is written; EINTR and short writes are retried. */
int file_write_all(int fd, const void *bytes, size_t len) __attribute__((warn_unused_result));

#endif
