/* input.h - what a plan is made from.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_INPUT_H
#define CLIPMILL_INPUT_H

#include "encode/facts.h"
#include "encode/scan.h"
#include "store/profile.h"

/* Everything that decides the job.  Lent, strings too. */
struct plan_input {
	const struct conf *conf;
	const struct facts *facts;
	const struct scan *scan;        /* of the picture, or of the main sound where there is none; NULL: nothing was scanned */
	const struct profile *profile;
	const char *source;             /* absolute path of the source */
	const char *media;              /* absolute path of the video's folder in media/ */
	const char *single;             /* why it must be encoded in one piece; NULL: it need not */
	bool spliced;                   /* without a picture: the clock of the main sound jumps; plan_make() finds out */
	int64_t edition;
	int64_t threads;                /* of one encoding child; part of the plan, so output bytes depend on it alone */
};

#endif
