/*
 * limits.c - how much of the machine one program may take.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "jail/fail.h"
#include "jail/limits.h"

#define CPU_GRACE_S 5           /* from SIGXCPU, at which ffmpeg ends in good order, to SIGKILL */

static const struct {
	const char *name;       /* for messages */
	int resource;
	rlim_t most;
} always[] = {
	{ "core size", RLIMIT_CORE, 0 },
	{ "open files", RLIMIT_NOFILE, 64 },
	{ "locked memory", RLIMIT_MEMLOCK, 64 << 10 }, /* bytes; with 0 libgcrypt complains on stderr */
	{ "message queues", RLIMIT_MSGQUEUE, 0 },
	{ "stack", RLIMIT_STACK, 8 << 20 },            /* bytes; of every thread, too */
};

static rlim_t lower(rlim_t a, rlim_t b)
{
	return a < b ? a : b; /* RLIM_INFINITY is the highest value */
}

static void limit(const char *name, int resource, rlim_t soft, rlim_t hard)
{
	struct rlimit now, then;

	if (getrlimit((__rlimit_resource_t)resource, &now) < 0)
		fail(FAIL_LIMIT, "cannot read the limit of %s: %s", name, strerror(errno));
	then.rlim_max = lower(now.rlim_max, hard);
	then.rlim_cur = lower(then.rlim_max, soft);
	if (setrlimit((__rlimit_resource_t)resource, &then) < 0)
		fail(FAIL_LIMIT, "cannot set the limit of %s: %s", name, strerror(errno));
}

void limits_apply(const struct options *options)
{
	rlim_t cpu = (rlim_t)options->cpu_s, file = (rlim_t)options->file_bytes, memory = (rlim_t)options->memory_bytes;

	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
		limit(always[i].name, always[i].resource, always[i].most, always[i].most);
	if (cpu > 0)
		limit("processor time", RLIMIT_CPU, cpu, cpu + CPU_GRACE_S);
	if (options->file_bytes >= 0)
		limit("file size", RLIMIT_FSIZE, file, file);
	if (memory > 0)
		limit("memory", RLIMIT_AS, memory, memory);
}
