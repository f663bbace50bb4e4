/* copies.h - a look at what of a source could be copied.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_COPIES_H
#define CLIPMILL_COPIES_H

#include "encode/facts.h"

/* Whether anything might be, so that it is worth a look. */
bool copies_are_wanted(const struct facts *facts, const struct profile *profile);

/*
 * A child that writes a line for each packet that tells something (muxer framecrc): IDR pictures where the picture might
 * be copied (encode/idr.h), and some packets of each sound that might (encode/steady.h).  Nothing is decoded.
 */
void copies_argv(const struct conf *conf, const char *source, const struct facts *facts, const struct profile *profile,
		 struct strings *argv);

/* Reads that output: `idr` is known where the picture was looked at. */
void copies_read(const char *output, const struct facts *facts, const struct profile *profile, struct idr *idr, struct steadies *steadies);

#endif
