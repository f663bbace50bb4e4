/*
 * steady.c - which sounds of a source have packet after packet, without a gap and without an overlap.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "encode/copy.h"
#include "encode/line.h"
#include "encode/steady.h"

#define EVERY_S 240.0           /* of sounds so long together one packet in two is told of, one in three of twice as much, ... */
#define SLACK_S 0.0015          /* that a packet may be off: clocks that count in milliseconds are by half of one */

bool steady_is_thinkable(const struct facts *f, const struct profile *profile, const struct track *t)
{
	return profile->copy && strcmp(profile->audio_codec, "aac") == 0 && copy_is_described_once(f) &&
	       strcmp(t->codec, "aac") == 0 && strcmp(t->profile, "LC") == 0 && (t->sample_rate == 44100 || t->sample_rate == 48000) &&
	       (t->channels == 1 || t->channels == 2 || t->channels == 6);
}

/* The thinkable ones, in the order of the facts.  Returns how many. */
static size_t choose(const struct facts *f, const struct profile *profile, const struct track *chosen[STEADIES_MOST])
{
	size_t count = 0;

	for (size_t i = 0; i < f->sound.count && count < STEADIES_MOST; i++)
		if (steady_is_thinkable(f, profile, &f->sound.tracks[i]))
			chosen[count++] = &f->sound.tracks[i];
	return count;
}

bool steady_is_wanted(const struct facts *f, const struct profile *profile)
{
	const struct track *chosen[STEADIES_MOST];

	return choose(f, profile, chosen) > 0;
}

static int64_t every(const struct facts *f, size_t sounds)
{
	return 1 + (int64_t)(f->source.duration_s * (double)sounds / EVERY_S);
}

int64_t steady_most(const struct facts *f, const struct profile *profile, const struct track *t)
{
	const struct track *chosen[STEADIES_MOST];

	return t->packets + every(f, choose(f, profile, chosen)) - 1;
}

void steady_add(const struct facts *f, const struct profile *profile, struct strings *argv)
{
	const struct track *chosen[STEADIES_MOST];
	size_t count = choose(f, profile, chosen);

	for (size_t i = 0; i < count; i++) {
		strings_add(argv, "-map");
		strings_addf(argv, "0:%" PRId64, chosen[i]->index);
	}
	if (count == 0)
		return;
	strings_add(argv, "-bsf:a");
	strings_addf(argv, "noise=drop='mod(n,%" PRId64 ")'", every(f, count));
}

/* Reading ------------------------------------------------------------------------------------- */

void steady_begin(const struct facts *f, const struct profile *profile, int stream, struct steady_look *look)
{
	const struct track *chosen[STEADIES_MOST];

	*look = (struct steady_look){ .stream = stream, .count = choose(f, profile, chosen) };
	look->every = every(f, look->count);
	for (size_t i = 0; i < look->count; i++)
		look->sounds[i] = (struct steady_sums){ .index = chosen[i]->index, .sample_rate = chosen[i]->sample_rate };
}

static void take_packet(struct steady_sums *s, int64_t step, int64_t pts, int64_t bytes)
{
	double offset = (double)pts * s->tick_s * (double)s->sample_rate - (double)(s->lines * step * STEADY_PACKET);

	s->least = s->lines == 0 ? offset : fmin(s->least, offset);
	s->most = s->lines == 0 ? offset : fmax(s->most, offset);
	s->offsets += offset;
	s->bytes += bytes;
	s->lines++;
}

/* NULL: it is none of them. */
static struct steady_sums *sums_of(struct steady_look *look, int stream)
{
	bool one = stream >= look->stream && stream - look->stream < (int)look->count;

	return one ? &look->sounds[stream - look->stream] : NULL;
}

void steady_take(const char *line, struct steady_look *look)
{
	int64_t dts, pts, duration, bytes, num, den;
	struct steady_sums *sums;
	int stream;

	if (sscanf(line, "#tb %d: %" SCNd64 "/%" SCNd64, &stream, &num, &den) == 3) {
		sums = sums_of(look, stream);
		if (sums != NULL && den > 0)
			sums->tick_s = (double)num / (double)den;
	} else if (sscanf(line, "%d, %" SCNd64 ", %" SCNd64 ", %" SCNd64 ", %" SCNd64 ",", &stream, &dts, &pts, &duration, &bytes) == 5) {
		sums = sums_of(look, stream);
		if (sums != NULL)
			take_packet(sums, look->every, pts, bytes);
	}
}

void steady_end(const struct steady_look *look, struct steadies *found)
{
	found->count = 0;
	for (size_t i = 0; i < look->count; i++) {
		const struct steady_sums *s = &look->sounds[i];

		if (s->lines == 0 || s->tick_s <= 0 || s->most - s->least > 2 * SLACK_S * (double)s->sample_rate)
			continue;
		found->items[found->count++] = (struct steady){
			.index = s->index, .first = llround(s->offsets / (double)s->lines),
			.packets = (s->lines - 1) * look->every + 1,
			.kbps = s->bytes / s->lines * 8 * s->sample_rate / STEADY_PACKET / 1000,
		};
	}
}
