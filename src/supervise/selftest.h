/* selftest.h - is the machine fit for work?  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_SELFTEST_H
#define CLIPMILL_SELFTEST_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/conf.h"

#define SELFTEST_CODECS 6

/* A codec that a profile may name, and ffmpeg's encoder for it. */
struct selftest_codec {
	const char *codec, *encoder;
};
extern const struct selftest_codec selftest_codecs[SELFTEST_CODECS];

struct selftest {
	bool jail_ok;           /* the sandbox holds what the settings require */
	bool tools_ok;          /* ffmpeg and ffprobe start, jailed */
	char detail[256];       /* the first thing that is wrong, in a sentence; "" where all is well */
	bool encoders[SELFTEST_CODECS];         /* which of selftest_codecs ffmpeg can encode */
	struct buf json;        /* for worker.health */
	const atomic_bool *stopping;            /* lent; true: nobody waits for it any more */
};

/*
 * Runs clipmill-jail --self-test, then `ffmpeg -version`, `ffprobe -version` and `ffmpeg -encoders` in the jail.  Blocks
 * for some hundred milliseconds; where programs hang, for ten seconds each, unless `stopping` becomes true.
 */
void selftest_run(const struct conf *conf, const atomic_bool *stopping, struct selftest *test);
void selftest_fini(struct selftest *test);

#endif
