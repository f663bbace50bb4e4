/* look.h - what a source is asked for before there is a plan.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_LOOK_H
#define CLIPMILL_LOOK_H

#include "base/strings.h"
#include "encode/facts.h"
#include "encode/scan.h"

/* argv of the first two tasks. */
void look_probe_argv(const struct conf *conf, const char *source, enum probe_step step, struct strings *argv);
void look_scan_argv(const struct conf *conf, const char *source, const struct facts *facts, struct strings *argv);

/* True where there is a list of packets to be made at all: of the picture, or of a sound whose clock may jump. */
bool look_scan_is_wanted(const struct facts *facts);

/* Tells `scan`, before its first row, which streams the rows are of. */
void look_scan_begin(const struct facts *facts, struct scan *scan);

#endif
