/* name.h - what the files of a video are called, in a scratch folder and in media/ID.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_NAME_H
#define CLIPMILL_NAME_H

#include <stdbool.h>
#include <stdint.h>

#define NAME_POSTER "poster.jpg"
#define NAME_STORYBOARD "storyboard.jpg"
#define NAME_STORYBOARD_LIST "storyboard.vtt"
#define NAME_MASTER "master.m3u8"
#define NAME_MANIFEST "manifest.mpd"

/* What the names of a rendition's files begin with: "720p" in the first edition, "e2-720p" in the second; pictures are
 * named likewise: "e2-poster.jpg".  So no file in media/ID ever changes once it is named, but for the master
 * playlist and the manifest. */
void name_stem(char stem[32], int64_t edition, const char *rendition);

#define NAME_HEAD (-1)          /* seq of the first part of a sound, which is there early */

/* "720p-0003.m4s": chunk 3 of rendition 720p; "audio-head.m4s" where seq is NAME_HEAD. */
void name_piece(char file[64], const char *stem, int64_t seq);

/* "text-de.vtt": a text. */
void name_text(char file[64], const char *stem);

/* "720p.mp4": the progressive file. */
void name_movie(char file[64], const char *stem);

/* "720p.m3u8", "720p-early.m3u8" and "720p-init.mp4": its media playlists, and its init segment. */
void name_playlist(char file[64], const char *stem);
void name_early(char file[64], const char *stem);
void name_init(char file[64], const char *stem);

/* The edition that a file is of. */
int64_t name_edition(const char *file);

/* True where a file is of an edition before `edition`, or an early playlist: players that know it may finish, then
 * nobody needs it. */
bool name_is_spent(const char *file, int64_t edition);

#endif
