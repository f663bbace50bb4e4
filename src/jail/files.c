/*
 * files.c - which files a child may touch: a Landlock ruleset of the version that the kernel has.
 * The header of Debian 12 ends at version 2: what came later is defined here.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/landlock.h>

#include "jail/files.h"

#define READ_FILE LANDLOCK_ACCESS_FS_READ_FILE
#define READ_DIR LANDLOCK_ACCESS_FS_READ_DIR
#define WRITE_FILE LANDLOCK_ACCESS_FS_WRITE_FILE
#define EXECUTE LANDLOCK_ACCESS_FS_EXECUTE
#define FS_REFER (UINT64_C(1) << 13)            /* version 2 */
#define FS_TRUNCATE (UINT64_C(1) << 14)         /* version 3 */
#define FS_IOCTL_DEV (UINT64_C(1) << 15)        /* version 5 */
#define FS_VERSION_1 ((UINT64_C(1) << 13) - 1)
#define NET_TCP ((UINT64_C(1) << 0) | (UINT64_C(1) << 1))       /* version 4: bind, connect */
#define SCOPE_ALL ((UINT64_C(1) << 0) | (UINT64_C(1) << 1))     /* version 6: abstract sockets, signals */

/* What may be done to the scratch folder: plain files and folders, no links, sockets or devices. */
#define WORK_ACCESS (READ_FILE | READ_DIR | WRITE_FILE | FS_TRUNCATE | FS_REFER | LANDLOCK_ACCESS_FS_MAKE_REG | \
		     LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR)

/* struct landlock_ruleset_attr as of version 6; older kernels take the front of it. */
struct ruleset {
	uint64_t handled_fs;
	uint64_t handled_net;
	uint64_t scoped;
};

/* What every program needs to start, read-only. */
static const char *const libraries[] = {
	"/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/ld.so.preload",
	"/dev/urandom", "/sys/devices/system/cpu", "/sys/devices/system/node", NULL,
};

/* The loaders that the kernel itself executes for a program. */
static const char *const loaders[] = {
	"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", "/lib/ld-linux-armhf.so.3", "/lib/ld-linux.so.2",
	"/lib64/ld64.so.2", "/lib/ld-linux-riscv64-lp64d.so.1", NULL,
};

int files_abi(const struct policy *policy)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	if (abi < 0)
		return 0;
	return policy->pretend_abi >= 0 && policy->pretend_abi < abi ? policy->pretend_abi : (int)abi;
}

static uint64_t handled_fs(int abi)
{
	uint64_t handled = FS_VERSION_1;

	if (abi >= 2)
		handled |= FS_REFER;
	if (abi >= 3)
		handled |= FS_TRUNCATE;
	if (abi >= 5)
		handled |= FS_IOCTL_DEV;
	return handled;
}

static int create(int abi)
{
	const struct ruleset ruleset = {
		.handled_fs = handled_fs(abi), .handled_net = abi >= 4 ? NET_TCP : 0, .scoped = abi >= 6 ? SCOPE_ALL : 0,
	};
	size_t size = abi >= 6 ? sizeof ruleset : abi >= 4 ? offsetof(struct ruleset, scoped) : offsetof(struct ruleset, handled_net);
	long fd = syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);

	if (fd < 0)
		policy_die(JAIL_NO_SANDBOX, "landlock_create_ruleset");
	return (int)fd;
}

/* A file has no folder's rights: the kernel refuses a rule that gives them. */
static uint64_t fitting(int fd, uint64_t access)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		return access;
	return access & (READ_FILE | WRITE_FILE | EXECUTE | FS_TRUNCATE | FS_IOCTL_DEV);
}

/* False where the path is not there. */
static bool allow(int ruleset, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { 0 };
	long result;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return false;
	rule.allowed_access = fitting(rule.parent_fd, access);
	result = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
	if (result < 0)
		policy_die(JAIL_NO_SANDBOX, path);
	return true;
}

static void allow_libraries(int ruleset)
{
	for (const char *const *path = libraries; *path != NULL; path++)
		allow(ruleset, *path, READ_FILE | READ_DIR);
	for (const char *const *path = loaders; *path != NULL; path++)
		allow(ruleset, *path, READ_FILE | EXECUTE);
	allow(ruleset, "/dev/null", READ_FILE | WRITE_FILE);
}

static void allow_policy(int ruleset, const struct policy *policy, uint64_t handled)
{
	for (size_t i = 0; i < policy->read_count; i++)
		if (!allow(ruleset, policy->reads[i], READ_FILE))
			policy_die(JAIL_FILE, policy->reads[i]);
	if (policy->dir != NULL && !allow(ruleset, policy->dir, WORK_ACCESS & handled))
		policy_die(JAIL_FILE, policy->dir);
	if (policy->argv != NULL && !allow(ruleset, policy->argv[0], READ_FILE | EXECUTE))
		policy_die(JAIL_EXEC, policy->argv[0]);
}

void files_restrict(const struct policy *policy, int abi)
{
	int ruleset = create(abi);

	allow_libraries(ruleset);
	allow_policy(ruleset, policy, handled_fs(abi));
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		policy_die(JAIL_NO_SANDBOX, "landlock_restrict_self");
	close(ruleset);
}
