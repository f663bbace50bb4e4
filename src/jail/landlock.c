/*
 * landlock.c - the file rules, by the system calls themselves.  The numbers are written out: the
 * <linux/landlock.h> of the oldest system that we build on knows ABI 2, and the kernel it runs may know
 * more.  TCP, device ioctls, signals and abstract sockets are refused where the kernel can refuse them
 * here; the system call filter does so everywhere.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jail/landlock.h"

#define CREATE_RULESET_VERSION 1U       /* asks for the ABI */
#define RULE_PATH_BENEATH 1

/* Rights on files: landlock(7). */
#define FS_EXECUTE (1ULL << 0)
#define FS_WRITE_FILE (1ULL << 1)
#define FS_READ_FILE (1ULL << 2)
#define FS_READ_DIR (1ULL << 3)
#define FS_REMOVE_DIR (1ULL << 4)
#define FS_REMOVE_FILE (1ULL << 5)
#define FS_MAKE_DIR (1ULL << 7)
#define FS_MAKE_REG (1ULL << 8)
#define FS_REFER (1ULL << 13)           /* ABI 2 */
#define FS_TRUNCATE (1ULL << 14)        /* ABI 3 */
#define FS_IOCTL_DEV (1ULL << 15)       /* ABI 5 */
#define FS_ABI_1 ((1ULL << 13) - 1)     /* with char and block devices, sockets, fifos and symbolic links */

#define NET_TCP (1ULL << 0 | 1ULL << 1) /* ABI 4: bind, connect */
#define SCOPED (1ULL << 0 | 1ULL << 1)  /* ABI 6: abstract unix sockets, signals */

/* struct landlock_ruleset_attr of ABI 6; older kernels take its beginning. */
struct ruleset {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

/* struct landlock_path_beneath_attr. */
struct beneath {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

static const uint64_t grants[] = {
	[LANDLOCK_GRANT_READ] = FS_READ_FILE,
	[LANDLOCK_GRANT_DEVICE] = FS_READ_FILE | FS_WRITE_FILE,
	[LANDLOCK_GRANT_RUN] = FS_READ_FILE | FS_EXECUTE,
	[LANDLOCK_GRANT_TREE] = FS_READ_FILE | FS_READ_DIR,
	[LANDLOCK_GRANT_OUTPUT] = FS_READ_FILE | FS_READ_DIR | FS_WRITE_FILE | FS_TRUNCATE | FS_MAKE_REG | FS_MAKE_DIR |
				  FS_REMOVE_FILE | FS_REMOVE_DIR | FS_REFER,
};

static const struct {
	const char *path;
	enum landlock_grant grant;
} system_paths[] = {
	{ "/usr/lib", LANDLOCK_GRANT_TREE },
	{ "/usr/lib64", LANDLOCK_GRANT_TREE },
	{ "/lib", LANDLOCK_GRANT_TREE },
	{ "/lib64", LANDLOCK_GRANT_TREE },
	{ "/usr/local/lib", LANDLOCK_GRANT_TREE },
	{ "/etc/ld.so.cache", LANDLOCK_GRANT_READ },
	{ "/dev/urandom", LANDLOCK_GRANT_READ },
	{ "/dev/null", LANDLOCK_GRANT_DEVICE },
	{ "/sys/devices/system/cpu", LANDLOCK_GRANT_TREE },     /* x265 and SVT-AV1 count cores and nodes */
	{ "/sys/devices/system/node", LANDLOCK_GRANT_TREE },
	{ "/sys/kernel/mm/transparent_hugepage", LANDLOCK_GRANT_TREE },         /* malloc looks whether to ask, and for what */
};

int landlock_abi(int pretend)
{
	long found = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
	int abi = found < 0 ? 0 : (int)found;

	if (abi > LANDLOCK_ABI_KNOWN)
		abi = LANDLOCK_ABI_KNOWN;
	return pretend >= 0 && pretend < abi ? pretend : abi;
}

static uint64_t file_rights(int abi)
{
	uint64_t rights = FS_ABI_1;

	if (abi >= 2)
		rights |= FS_REFER;
	if (abi >= 3)
		rights |= FS_TRUNCATE;
	if (abi >= 5)
		rights |= FS_IOCTL_DEV;
	return rights;
}

int landlock_begin(struct landlock *landlock, int abi)
{
	struct ruleset rules = { .fs = file_rights(abi), .net = NET_TCP, .scoped = SCOPED };
	size_t size = abi >= 6 ? sizeof rules : abi >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);

	*landlock = (struct landlock){ .fd = -1, .handled = rules.fs };
	if (abi <= 0) {
		errno = EOPNOTSUPP;
		return -1;
	}
	landlock->fd = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0U);
	return landlock->fd < 0 ? -1 : 0;
}

int landlock_allow(const struct landlock *landlock, int fd, enum landlock_grant grant)
{
	struct beneath rule = { .allowed = grants[grant] & landlock->handled, .fd = fd };

	return (int)syscall(SYS_landlock_add_rule, landlock->fd, RULE_PATH_BENEATH, &rule, 0U);
}

int landlock_allow_system(const struct landlock *landlock)
{
	for (size_t i = 0; i < sizeof system_paths / sizeof system_paths[0]; i++) {
		int fd = open(system_paths[i].path, O_PATH | O_CLOEXEC), failed;

		if (fd < 0)
			continue;
		failed = landlock_allow(landlock, fd, system_paths[i].grant);
		close(fd);
		if (failed)
			return -1;
	}
	return 0;
}

int landlock_enter(struct landlock *landlock)
{
	int failed = (int)syscall(SYS_landlock_restrict_self, landlock->fd, 0U);

	close(landlock->fd);
	landlock->fd = -1;
	return failed;
}
