/* copies.h - a look at what of a source could be copied.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_COPIES_H
#define CLIPMILL_COPIES_H

#include "base/strings.h"
#include "encode/facts.h"
#include "encode/idr.h"
#include "encode/steady.h"
#include "store/profile.h"

/* Whether anything might be, so that it is worth a look. */
bool copies_are_wanted(const struct facts *facts, const struct profile *profile);

/*
 * A child that writes a line for each packet that tells something (muxer framecrc): IDR pictures, and parameter sets among
 * them, where the picture might be copied (encode/idr.h), and some packets of each sound that might (encode/steady.h).  Nothing is decoded.
 */
void copies_argv(const struct conf *conf, const char *source, const struct facts *facts, const struct profile *profile,
		 struct strings *argv);

/* Its output as it comes: lines may be many, and are summed at once. */
struct copies {
	struct idr idr;                 /* known: the picture is looked at */
	bool dts;                       /* its pictures go by decode times (encode/idr.h) */
	struct sets sets;
	struct steady_look sounds;
	int64_t lines;                  /* so far */
	char line[160];                 /* the unfinished last one */
	size_t line_len;
};

void copies_begin(struct copies *copies, const struct facts *facts, const struct profile *profile);
void copies_feed(struct copies *copies, const char *bytes, size_t len);

/* What it said, once it is over: `idr` is known where the picture was looked at. */
void copies_end(struct copies *copies, struct idr *idr, struct steadies *steadies);

#endif
