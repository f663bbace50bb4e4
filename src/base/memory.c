/*
 * memory.c - how much memory there is.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"

#define PROC_MOST_BYTES 65536

/* The number behind `name`; 0 where it is not there. */
static int64_t number_in(const char *path, const char *name)
{
	struct buf text = BUF_INIT;
	const char *line = NULL;
	int64_t number = 0;

	if (file_read(-1, path, PROC_MOST_BYTES, &text) == 0)
		line = strstr(buf_text(&text), name);
	if (line != NULL)
		number = strtoll(line + strlen(name), NULL, 10);
	buf_fini(&text);
	return number;
}

int64_t memory_available_bytes(void)
{
	return number_in("/proc/meminfo", "MemAvailable:") * 1024;
}

int64_t memory_kills(void)
{
	return number_in("/proc/vmstat", "\noom_kill ");
}
