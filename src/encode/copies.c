/*
 * copies.c - a look at what of a source could be copied.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include "encode/copies.h"
#include "encode/idr.h"
#include "encode/steady.h"
#include "encode/switches.h"

bool copies_are_wanted(const struct facts *facts, const struct profile *profile)
{
	return idr_is_wanted(facts, profile) || steady_is_wanted(facts, profile);
}

/* What is not flagged as a keyframe is not even read (-discard). */
void copies_argv(const struct conf *conf, const char *source, const struct facts *facts, const struct profile *profile,
		 struct strings *argv)
{
	const char *const fixed[] = { "-hide_banner", "-nostdin", "-nostats", "-v", "error", "-max_alloc", "268435456", NULL };
	const char *const clock[] = { "-copyts", "-discard:v", "nokey", NULL };
	const char *const nothing[] = { "-vn", "-an", "-sn", "-dn", NULL };     /* ffmpeg refuses, rather than to choose */
	const char *const output[] = { "-c", "copy", "-copytb", "1", "-f", "framecrc", "-", NULL };

	strings_add(argv, conf->ffmpeg);
	strings_add_all(argv, fixed);
	switches_input(conf, argv);
	strings_add_all(argv, clock);
	switches_file(argv, source);
	if (idr_is_wanted(facts, profile))
		idr_add(facts, argv);
	steady_add(facts, profile, argv);
	if (!copies_are_wanted(facts, profile))
		strings_add_all(argv, nothing);
	strings_add_all(argv, output);
}

void copies_read(const char *output, const struct facts *facts, const struct profile *profile, struct idr *idr, struct steadies *steadies)
{
	bool picture = idr_is_wanted(facts, profile);

	*idr = (struct idr){ .known = false };
	if (picture)
		idr_read(output, facts, idr);
	steady_read(output, facts, profile, picture, steadies);
}
