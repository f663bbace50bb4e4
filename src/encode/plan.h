/* plan.h - from facts to the whole job: rungs, chunks, argv.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_PLAN_H
#define CLIPMILL_PLAN_H

#include "encode/facts.h"
#include "encode/scan.h"

/* What the planner needs beside the facts.  Strings are lent. */
struct plan_input {
	const struct conf *conf;
	const struct facts *facts;
	const struct scan *scan;        /* NULL where there is no video stream */
	const struct profile *profile;
	const char *source;             /* absolute path of the source */
	const char *media;              /* absolute path of the video's folder in media/ */
	int64_t threads;                /* of one encoding child; part of the plan, so output bytes depend on it alone */
};

/*
 * Fills `plan` (plan_fini): one chunk task a chunk, an audio task, a poster, and assemble, with
 * their argv.  Children run with their scratch folder as working directory and write there, under
 * the relative names of plan_file_*; what they read is absolute and listed in `reads`.
 * False with `refusal` when nothing can be made of the source.  The same input gives the same plan.
 */
bool plan_make(const struct plan_input *input, struct plan *plan, struct refusal *refusal);

/* "720p-0003.m4s": chunk 3 of rendition 720p, as a child writes it and as it is published. */
void plan_piece_file(char file[64], const char *rendition, int64_t seq);
/* "720p.mp4" */
void plan_mp4_file(char file[64], const char *rendition);

#define PLAN_POSTER_FILE "poster.jpg"

/* argv of the first two tasks, which are known before there is a plan. */
void plan_probe_argv(const struct conf *conf, const char *source, struct strings *argv);
void plan_scan_argv(const struct conf *conf, const char *source, int64_t stream_index, struct strings *argv);

#endif
