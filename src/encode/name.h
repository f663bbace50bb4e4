/* name.h - what the files of a video are called, in a scratch folder and in media/ID.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_NAME_H
#define CLIPMILL_NAME_H

#include <stdint.h>

#define NAME_POSTER "poster.jpg"
#define NAME_MASTER "master.m3u8"

/* "720p-0003.m4s": chunk 3 of rendition 720p. */
void name_piece(char file[64], const char *rendition, int64_t seq);

/* "720p.mp4": the progressive file. */
void name_movie(char file[64], const char *rendition);

/* "720p.m3u8" and "720p-init.mp4": its media playlist and init segment. */
void name_playlist(char file[64], const char *rendition);
void name_init(char file[64], const char *rendition);

#endif
