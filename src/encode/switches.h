/* switches.h - what every ffmpeg and ffprobe is told before it may open a source.  SPDX-License-Identifier: MIT */
#ifndef CLIPMILL_SWITCHES_H
#define CLIPMILL_SWITCHES_H

#include "base/strings.h"
#include "encode/facts.h"

/*
 * ffmpeg's own gates, as options of one input: protocols, demuxers and decoders by allow-list, and
 * bounds for streams, pixels and probing.  They come before its -i.
 * `wide`: tracks may begin late.  `merged`: MPEG-TS whose streams go on under other numbers.
 */
void switches_input(const struct conf *conf, bool wide, bool merged, struct strings *argv);

/* The same for a source of which facts are known: a hole in MPEG-TS is no end of it, however long. */
void switches_source(const struct conf *conf, const struct facts *facts, struct strings *argv);

/* For ffmpeg, after those, as the packets' scan has them: where packets have no times, pictures follow each other as they are shown,
 * at this rate; and one that is torn by the end of the file is none. */
void switches_packets(const struct facts *facts, struct strings *argv);

/* For ffprobe, after those: it may open decoders for streams that nobody is going to decode.  Else one of them fails it. */
void switches_opened(struct strings *argv);

/* "-i file:PATH": the prefix keeps ffmpeg from reading a protocol into the name. */
void switches_file(struct strings *argv, const char *path);

/* The head of an ffmpeg line that makes files: quiet, no questions, progress on standard output. */
void switches_ffmpeg(const struct conf *conf, struct strings *argv);

/* The heads of those that only look at the source. */
void switches_looking_ffmpeg(const struct conf *conf, struct strings *argv);
void switches_ffprobe(const struct conf *conf, struct strings *argv);

/* What every output drops, and bit-exactness: no time, host or version gets into a file. */
void switches_output(struct strings *argv);

#endif
