/*
 * memory.c - how much memory there is.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"

#define MEMINFO_MOST_BYTES 65536

int64_t memory_available_bytes(void)
{
	static const char name[] = "MemAvailable:";
	struct buf text = BUF_INIT;
	const char *line = NULL;
	int64_t kb = 0;

	if (file_read(-1, "/proc/meminfo", MEMINFO_MOST_BYTES, &text) == 0)
		line = strstr(buf_text(&text), name);
	if (line != NULL)
		kb = strtoll(line + sizeof name - 1, NULL, 10);
	buf_fini(&text);
	return kb * 1024;
}
