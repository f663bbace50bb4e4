/*
 * file.c - durable files: what is renamed here has been fsynced first, and its directory after.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"

#define DEPTH_MOST 32           /* folders that are open at one time while a tree is removed */
#define INODES_LEAST 100        /* a task makes some ten files, and several run */

/* close(2) that keeps the errno of what went wrong before it. */
static int close_with(int fd, int result)
{
	int saved = errno;

	close(fd);
	errno = saved;
	return result;
}

int file_close_dir(DIR *dir, int result)
{
	int saved = errno;

	closedir(dir);
	errno = saved;
	return result;
}

static int sync_path(int dir_fd, const char *path, int flags)
{
	int fd = openat(dir_fd, path, flags | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return -1;
	return close_with(fd, fsync(fd));
}

int file_sync_dir(int dir_fd, const char *path)
{
	return sync_path(dir_fd, path, O_RDONLY | O_DIRECTORY);
}

/* The folder that a name stands in. */
static int parent_of(const char *path, char parent[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	int len = slash == NULL || slash == path ? 1 : (int)(slash - path);

	if (snprintf(parent, PATH_MAX, "%.*s", len, slash != NULL ? path : ".") < PATH_MAX)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

static int sync_parent(int dir_fd, const char *path)
{
	char parent[PATH_MAX];

	return parent_of(path, parent) == 0 ? file_sync_dir(dir_fd, parent) : -1;
}

/* Not every file system tells in its folders what a name is (XFS of old, some of FUSE). */
static bool is_regular(int dir_fd, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_REG;
	return fstatat(dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

DIR *file_open_dir(int dir_fd, const char *path)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

	if (dir == NULL && fd >= 0)
		close_with(fd, -1);
	return dir;
}

struct dirent *file_entry(DIR *dir)
{
	errno = 0;
	return readdir(dir);
}

int file_sync_all(int dir_fd, const char *path)
{
	DIR *dir = file_open_dir(dir_fd, path);
	struct dirent *entry;
	int result = 0;

	if (dir == NULL)
		return -1;
	while (result == 0 && (entry = file_entry(dir)) != NULL)
		if (is_regular(dirfd(dir), entry))
			result = sync_path(dirfd(dir), entry->d_name, O_RDONLY);
	if (result == 0)
		result = errno == 0 ? fsync(dirfd(dir)) : -1;
	return file_close_dir(dir, result);
}

int file_make_dir(int dir_fd, const char *path, unsigned mode)
{
	if (mkdirat(dir_fd, path, mode) < 0)
		return errno == EEXIST ? 0 : -1;
	return sync_parent(dir_fd, path);
}

int file_make_dirs(const char *path, unsigned mode)
{
	char parent[PATH_MAX];

	if (file_make_dir(AT_FDCWD, path, mode) == 0)
		return 0;
	if (errno != ENOENT || parent_of(path, parent) < 0 || file_make_dirs(parent, mode) < 0)
		return -1;
	return file_make_dir(AT_FDCWD, path, mode);
}

int file_write_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

int file_replace(int dir_fd, const char *path, const void *bytes, size_t len)
{
	char temporary[PATH_MAX];
	int fd, result;

	if (snprintf(temporary, sizeof temporary, "%s.tmp", path) >= (int)sizeof temporary) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = openat(dir_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -1;
	result = file_write_all(fd, bytes, len);
	if (result == 0)
		result = fsync(fd);
	result = close_with(fd, result);
	if (result == 0)
		result = renameat(dir_fd, temporary, dir_fd, path);
	return result == 0 ? sync_parent(dir_fd, path) : -1;
}

int file_move(int dir_fd, const char *from, const char *to)
{
	if (renameat(dir_fd, from, dir_fd, to) < 0 || sync_parent(dir_fd, to) < 0)
		return -1;
	return sync_parent(dir_fd, from);
}

/* One call of file_remove_tree. */
struct removal {
	int top_fd;             /* of the tree's own folder, while it is open */
	unsigned names;         /* that were tried there for what lay too deep */
	unsigned lifted;        /* folders that got one */
};

static int remove_entry(struct removal *r, int dir_fd, const char *name, int depth);

/* What cannot be removed keeps nothing else: it may be much. */
static int remove_children(struct removal *r, int dir_fd, const char *path, int depth)
{
	DIR *dir = file_open_dir(dir_fd, path);
	struct dirent *entry;
	int failed = 0;

	if (dir == NULL)
		return errno == ENOENT ? 0 : -1;
	if (depth == 0)
		r->top_fd = dirfd(dir);
	while ((entry = file_entry(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    remove_entry(r, dirfd(dir), entry->d_name, depth + 1) < 0)
			failed = errno;
	if (failed != 0)
		errno = failed;
	return file_close_dir(dir, errno == 0 ? 0 : -1);
}

/* To the top, where it is found again. */
static int lift(struct removal *r, int dir_fd, const char *name)
{
	char to[32];
	int result;

	do {
		snprintf(to, sizeof to, "deep-%u", r->names++);
		result = renameat(dir_fd, name, r->top_fd, to);
	} while (result < 0 && (errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR));
	r->lifted += result == 0;
	return result == 0 || errno == ENOENT ? 0 : -1;
}

/* An empty folder is removed without a look into it, which its maker may not have allowed. */
static int remove_entry(struct removal *r, int dir_fd, const char *name, int depth)
{
	if (unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	if (unlinkat(dir_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (depth == DEPTH_MOST)
		return lift(r, dir_fd, name);
	if (remove_children(r, dir_fd, name, depth) < 0)
		return -1;
	return unlinkat(dir_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : -1;
}

int file_remove_tree(int dir_fd, const char *path)
{
	struct removal r = { .top_fd = -1 };
	unsigned before;
	int result;

	do {
		before = r.lifted;
		result = remove_entry(&r, dir_fd, path, 0);
	} while (result < 0 && r.lifted != before);
	return result;
}

int file_read(int dir_fd, const char *path, size_t most, struct buf *out)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char block[65536];
	size_t total = 0;
	ssize_t n;

	if (fd < 0)
		return -1;
	while ((n = read(fd, block, sizeof block)) > 0) {
		total += (size_t)n;
		if (total > most) {
			errno = EFBIG;
			n = -1;
			break;
		}
		buf_put(out, block, (size_t)n);
	}
	return close_with(fd, n < 0 ? -1 : 0);
}

int64_t file_size(int dir_fd, const char *path)
{
	struct stat st;

	if (fstatat(dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	return S_ISREG(st.st_mode) ? (int64_t)st.st_size : -1;
}

int64_t file_free_bytes(int dir_fd, const char *path)
{
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
	struct statvfs fs;

	if (fd < 0)
		return -1;
	if (close_with(fd, fstatvfs(fd, &fs)) < 0)
		return -1;
	if (fs.f_files > 0 && fs.f_favail < INODES_LEAST)
		return 0;
	return (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
}

bool file_system_writes(int dir_fd, const char *path)
{
	int fd = openat(dir_fd, path, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || (errno != EROFS && errno != EIO);
}

int64_t file_allocated_bytes(int dir_fd, const char *path)
{
	struct stat st;

	if (fstatat(dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	return (int64_t)st.st_blocks * 512;     /* stat(2): in 512-byte units on every file system */
}
