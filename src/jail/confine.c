/*
 * confine.c - the order of things.  Whatever needs memory or files comes first; then the file rules,
 * the limits and the filter, each with plain system calls, as after each of them less is possible.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jail/confine.h"
#include "jail/fail.h"
#include "jail/filter.h"
#include "jail/landlock.h"
#include "jail/limits.h"
#include "jail/process.h"

#define SET_MDWE 65             /* PR_SET_MDWE of Linux 6.3 */
#define REFUSE_EXEC_GAIN 1UL    /* PR_MDWE_REFUSE_EXEC_GAIN */

/* What there is of the two walls; in best effort either may be missing. */
struct walls {
	struct landlock landlock;       /* .fd is -1 without */
	struct filter filter;           /* .code is NULL without */
	bool required;                  /* a missing wall is the end */
};

/* Something about a wall went wrong: the end, or one wall less.  Says whether the step was well done. */
static bool well(const struct walls *walls, int result, const char *what)
{
	if (result < 0 && walls->required)
		fail(FAIL_SANDBOX, "the sandbox is not to be had: %s: %s", what, strerror(errno));
	return result >= 0;
}

static void drop_landlock(struct walls *walls)
{
	if (walls->landlock.fd >= 0)
		close(walls->landlock.fd);
	walls->landlock.fd = -1;
}

static void allow(struct walls *walls, int fd, enum landlock_grant grant)
{
	if (walls->landlock.fd >= 0 && !well(walls, landlock_allow(&walls->landlock, fd, grant), "Landlock rule"))
		drop_landlock(walls);
}

static void begin_files(struct walls *walls, const struct options *options, const struct program *program)
{
	if (!well(walls, landlock_begin(&walls->landlock, landlock_abi(options->pretend_abi)), "Landlock"))
		return;
	if (!well(walls, landlock_allow_system(&walls->landlock), "Landlock rule")) {
		drop_landlock(walls);
		return;
	}
	if (program == NULL)
		return;
	allow(walls, program->fd, LANDLOCK_GRANT_RUN);
	if (program->loader_fd >= 0)
		allow(walls, program->loader_fd, LANDLOCK_GRANT_RUN);
}

static void begin_calls(struct walls *walls, const struct options *options, const struct program *program)
{
	int result = -1;

	errno = EOPNOTSUPP;
	if (filter_available() && !options->pretend_no_seccomp)
		result = filter_build(&walls->filter, program != NULL ? program->path : NULL);
	if (!well(walls, result, "seccomp"))
		walls->filter.code = NULL;
}

static void begin(struct walls *walls, const struct options *options, const struct program *program)
{
	*walls = (struct walls){ .landlock.fd = -1, .required = options->sandbox == OPTIONS_REQUIRE };
	if (options->sandbox == OPTIONS_OFF)
		return;
	begin_files(walls, options, program);
	begin_calls(walls, options, program);
}

/* Opened for reading, so that what this user may not read is the jail's complaint.  A folder stands for all
 * beneath it. */
static void admit_read(struct walls *walls, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		fail(FAIL_FILE, "cannot open %s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		fail(FAIL_FILE, "%s is neither a regular file nor a folder", path);
	allow(walls, fd, S_ISDIR(st.st_mode) ? LANDLOCK_GRANT_TREE : LANDLOCK_GRANT_READ);
	close(fd);
}

static void enter_folder(struct walls *walls, const char *path)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fchdir(fd) < 0 || access(".", W_OK | X_OK) < 0)
		fail(FAIL_FILE, "cannot work in the folder %s: %s", path, strerror(errno));
	allow(walls, fd, LANDLOCK_GRANT_OUTPUT);
	close(fd);
}

/* No program with the set-user-ID bit gives rights; memory is never writable and executable (Linux 6.3,
 * else the filter says so). */
static void shut_files(struct walls *walls)
{
	if (!well(walls, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs"))
		return;
	prctl(SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0);
	if (walls->landlock.fd >= 0)
		well(walls, landlock_enter(&walls->landlock), "Landlock");
}

static void shut_calls(struct walls *walls)
{
	if (walls->filter.code != NULL)
		well(walls, filter_enter(&walls->filter), "seccomp");
}

void confine(const struct options *options, const struct program *program)
{
	struct walls walls;

	begin(&walls, options, program);
	for (size_t i = 0; i < options->read_count; i++)
		admit_read(&walls, options->reads[i]);
	if (options->dir != NULL)
		enter_folder(&walls, options->dir);
	process_lower(options->nice);
	if (options->sandbox != OPTIONS_OFF)
		shut_files(&walls);
	limits_apply(options);
	shut_calls(&walls);
}
