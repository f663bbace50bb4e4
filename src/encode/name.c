/*
 * name.c - what the files of a video are called, in a scratch folder and in media/ID.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "encode/name.h"

void name_stem(char stem[32], int64_t edition, const char *rendition)
{
	if (edition > 1)
		snprintf(stem, 32, "e%" PRId64 "-%s", edition, rendition);
	else
		snprintf(stem, 32, "%s", rendition);
}

void name_piece(char file[64], const char *stem, int64_t seq)
{
	if (seq == NAME_HEAD)
		snprintf(file, 64, "%s-head.m4s", stem);
	else
		snprintf(file, 64, "%s-%04" PRId64 ".m4s", stem, seq);
}

void name_text(char file[64], const char *stem)
{
	snprintf(file, 64, "%s.vtt", stem);
}

void name_movie(char file[64], const char *stem)
{
	snprintf(file, 64, "%s.mp4", stem);
}

void name_playlist(char file[64], const char *stem)
{
	snprintf(file, 64, "%s.m3u8", stem);
}

void name_early(char file[64], const char *stem)
{
	snprintf(file, 64, "%s-early.m3u8", stem);
}

void name_init(char file[64], const char *stem)
{
	snprintf(file, 64, "%s-init.mp4", stem);
}

int64_t name_edition(const char *file)
{
	int64_t edition;
	int end = 0;

	return sscanf(file, "e%" SCNd64 "-%n", &edition, &end) == 1 && end > 0 ? edition : 1;
}

bool name_is_spent(const char *file, int64_t edition)
{
	static const char early[] = "-early.m3u8";
	size_t len = strlen(file);

	if (strcmp(file, NAME_MASTER) == 0 || strcmp(file, NAME_MANIFEST) == 0)
		return false;
	return name_edition(file) < edition || (len >= sizeof early && strcmp(file + len - (sizeof early - 1), early) == 0);
}
