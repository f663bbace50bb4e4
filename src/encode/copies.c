/*
 * copies.c - a look at what of a source could be copied.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <string.h>

#include "encode/copies.h"
#include "encode/copy.h"
#include "encode/idr.h"
#include "encode/switches.h"

bool copies_are_wanted(const struct facts *facts, const struct profile *profile)
{
	return copy_is_hoped_for(facts, profile) || steady_is_wanted(facts, profile);
}

/* What is not flagged as a keyframe is not even read (-discard). */
void copies_argv(const struct conf *conf, const char *source, const struct facts *facts, const struct profile *profile,
		 struct strings *argv)
{
	const char *const clock[] = { "-copyts", "-discard:v", "nokey", NULL };
	/* Its demuxer takes what is not flagged apart as well; a third of the look would be for that, and none of it is read. */
	const char *const as_told[] = { "-fflags", "+noparse", NULL };
	const char *const nothing[] = { "-vn", "-an", "-sn", "-dn", NULL };     /* ffmpeg refuses, rather than to choose */
	/* Its lines go on together: each by itself would wake us as many times. */
	const char *const output[] = { "-c", "copy", "-copytb", "1", "-flush_packets", "0", "-f", "framecrc", "-", NULL };

	switches_looking_ffmpeg(conf, argv);
	switches_source(conf, facts, argv);
	strings_add_all(argv, clock);
	if (facts_are_in(facts, "matroska"))
		strings_add_all(argv, as_told);
	switches_file(argv, source);
	if (copy_is_hoped_for(facts, profile))
		idr_add(facts, argv);
	steady_add(facts, profile, argv);
	if (!copies_are_wanted(facts, profile))
		strings_add_all(argv, nothing);
	strings_add_all(argv, output);
}

/* Where the picture is looked at, it is stream 0, and its parameter sets are stream 1. */
void copies_begin(struct copies *c, const struct facts *facts, const struct profile *profile)
{
	*c = (struct copies){ .idr = { .known = copy_is_hoped_for(facts, profile) }, .dts = idr_goes_by_dts(facts) };
	steady_begin(facts, profile, c->idr.known ? 2 : 0, &c->sounds);
}

static void take_line(struct copies *c)
{
	bool of_picture = c->idr.known && strncmp(c->line, "0,", 2) == 0;
	bool of_sets = c->idr.known && (strncmp(c->line, "1,", 2) == 0 || strncmp(c->line, "#extradata 1:", 13) == 0);

	c->line[c->line_len] = '\0';
	c->lines++;
	if (of_picture)
		idr_take(c->line, c->dts, &c->idr);
	else if (of_sets)
		idr_take_sets(c->line, &c->sets);
	else
		steady_take(c->line, &c->sounds);
	c->line_len = 0;
}

void copies_feed(struct copies *c, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] == '\n')
			take_line(c);
		else if (c->line_len + 1 < sizeof c->line)
			c->line[c->line_len++] = bytes[i];
}

void copies_end(struct copies *c, struct idr *idr, struct steadies *steadies)
{
	if (c->line_len > 0)
		take_line(c);
	*idr = c->idr;
	if (!c->sets.at_head || c->sets.differ || (c->sets.count > 0 && c->sets.count != c->idr.count))
		idr->known = false;     /* the head of the file does not describe all of them */
	steady_end(&c->sounds, steadies);
}
