/*
 * sound_copy.c - may the source's own sound serve as it is?
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "encode/line.h"
#include "encode/sound_copy.h"
#include "encode/steady.h"

#define APART_S 0.00025         /* that the first packet may begin beside the picture */
#define KBPS_PART 1.5           /* of what the profile asks an encoder for: more is encoded again, to be less */

static bool no(struct sound_copy *copy, const char *why)
{
	snprintf(copy->why_not, sizeof copy->why_not, "%s", why);
	return false;
}

/* The packet that begins with the picture. */
static bool find_first(const struct track *t, double zero_s, struct sound_copy *copy)
{
	double rate = (double)t->sample_rate, offset = (double)t->first_sample - zero_s * rate, beside;

	copy->skip = llround(-offset / STEADY_PACKET);
	if (copy->skip < 0)
		return no(copy, "It begins after the picture.");
	beside = offset + (double)(copy->skip * STEADY_PACKET);
	return fabs(beside) <= APART_S * rate || no(copy, "None of its packets begins with the picture.");
}

/* By what it claims, as far as its packets bear that out: a track that was cut short, or goes on with another codec, claims more. */
static bool is_long_enough(const struct plan_input *input, const struct track *t, const struct grid *grid, double zero_s)
{
	double packet_s = (double)STEADY_PACKET / (double)t->sample_rate, begins_s = (double)t->first_sample / (double)t->sample_rate;
	double claimed_s = t->duration_s > 0 ? fmax(begins_s, t->start_s) + t->duration_s : begins_s;
	double most_s = begins_s + (double)steady_most(input->facts, input->profile, t) * packet_s;
	double ends_s = fmax(fmin(claimed_s, most_s), begins_s + (double)t->packets * packet_s);

	return ends_s >= zero_s + grid->duration_s - packet_s;
}

bool sound_copy_fits(const struct plan_input *input, const struct grid *grid, const struct track *t, int64_t channels, int64_t kbps,
		     struct sound_copy *copy)
{
	double zero_s = line_zero_s(input, grid);

	memset(copy, 0, sizeof *copy);
	if (grid == NULL || grid->spliced || input->single != NULL || channels != t->channels ||
	    !steady_is_thinkable(input->facts, input->profile, t))
		return false;
	if (!t->steady)
		return no(copy, "It has gaps, or its last packet is torn.");
	if ((double)t->kbps > (double)kbps * KBPS_PART)
		return no(copy, "It takes more than the profile wants.");
	if (!find_first(t, zero_s, copy))
		return false;
	return is_long_enough(input, t, grid, zero_s) || no(copy, "It ends before the picture, or does not say how long it is.");
}

void sound_copy_add(const struct track *t, const struct sound_copy *copy, struct strings *argv)
{
	line_text(argv, "-c:a", "copy");
	strings_add(argv, "-bsf:a");
	strings_addf(argv, "noise=drop='lt(n,%" PRId64 ")',setts=time_base=1/%" PRId64 ":pts='N*%d':dts='N*%d':duration=%d", copy->skip,
		     t->sample_rate, STEADY_PACKET, STEADY_PACKET, STEADY_PACKET);
}
