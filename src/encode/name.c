/*
 * name.c - what the files of a video are called, in a scratch folder and in media/ID.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "encode/name.h"

void name_piece(char file[64], const char *rendition, int64_t seq)
{
	snprintf(file, 64, "%s-%04" PRId64 ".m4s", rendition, seq);
}

void name_movie(char file[64], const char *rendition)
{
	snprintf(file, 64, "%s.mp4", rendition);
}

void name_playlist(char file[64], const char *rendition)
{
	snprintf(file, 64, "%s.m3u8", rendition);
}

void name_init(char file[64], const char *rendition)
{
	snprintf(file, 64, "%s-init.mp4", rendition);
}
