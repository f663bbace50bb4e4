/* profile.h - which profiles there are, and which encoders they may use.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_PROFILE_H
#define CLIPMILL_PROFILE_H

#include "store/db.h"

/* True when the profile exists. */
bool profile_exists(struct db *db, const char *name);

/* True when ffmpeg lacks an encoder that it needs. */
bool profile_lacks_encoder(struct db *db, const char *name);

/* Both within one transaction of the caller: the list of table encoder is made anew. */
enum db_result profile_encoders_forget(struct db *db);
enum db_result profile_encoder_add(struct db *db, const char *codec, const char *encoder);

#endif
