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
#define TRACKS_MOST STEADIES_MOST

bool steady_is_thinkable(const struct facts *f, const struct profile *profile, const struct track *t)
{
	return profile->copy && strcmp(profile->audio_codec, "aac") == 0 && copy_is_described_once(f) &&
	       strcmp(t->codec, "aac") == 0 && strcmp(t->profile, "LC") == 0 && (t->sample_rate == 44100 || t->sample_rate == 48000) &&
	       (t->channels == 1 || t->channels == 2 || t->channels == 6);
}

/* The thinkable ones, in the order of the facts.  Returns how many. */
static size_t choose(const struct facts *f, const struct profile *profile, const struct track *chosen[TRACKS_MOST])
{
	size_t count = 0;

	for (size_t i = 0; i < f->sound_count && count < TRACKS_MOST; i++)
		if (steady_is_thinkable(f, profile, &f->sounds[i]))
			chosen[count++] = &f->sounds[i];
	return count;
}

bool steady_is_wanted(const struct facts *f, const struct profile *profile)
{
	const struct track *chosen[TRACKS_MOST];

	return choose(f, profile, chosen) > 0;
}

static int64_t every(const struct facts *f, size_t sounds)
{
	return 1 + (int64_t)(f->duration_s * (double)sounds / EVERY_S);
}

void steady_add(const struct facts *f, const struct profile *profile, struct strings *argv)
{
	const struct track *chosen[TRACKS_MOST];
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

/* What the lines of one stream come to.  Offsets are samples between a packet and where it would be if the first were at 0. */
struct sums {
	double tick_s;
	int64_t lines, bytes;
	double offsets, least, most;
};

static void take_packet(struct sums *s, const struct track *t, int64_t step, int64_t pts, int64_t bytes)
{
	double offset = (double)pts * s->tick_s * (double)t->sample_rate - (double)(s->lines * step * STEADY_PACKET);

	s->least = s->lines == 0 ? offset : fmin(s->least, offset);
	s->most = s->lines == 0 ? offset : fmax(s->most, offset);
	s->offsets += offset;
	s->bytes += bytes;
	s->lines++;
}

static void take_line(const char *line, int64_t step, const struct track *const chosen[], int first, int count, struct sums *sums)
{
	int64_t dts, pts, duration, bytes, num, den;
	int stream;

	if (sscanf(line, "#tb %d: %" SCNd64 "/%" SCNd64, &stream, &num, &den) == 3) {
		if (stream >= first && stream < first + count && den > 0)
			sums[stream - first].tick_s = (double)num / (double)den;
	} else if (sscanf(line, "%d, %" SCNd64 ", %" SCNd64 ", %" SCNd64 ", %" SCNd64 ",", &stream, &dts, &pts, &duration, &bytes) == 5) {
		if (stream >= first && stream < first + count)
			take_packet(&sums[stream - first], chosen[stream - first], step, pts, bytes);
	}
}

static void keep(const struct sums *s, const struct track *t, int64_t step, struct steadies *found)
{
	if (s->lines == 0 || s->tick_s <= 0 || s->most - s->least > 2 * SLACK_S * (double)t->sample_rate)
		return;
	found->items[found->count++] = (struct steady){
		.index = t->index, .first = llround(s->offsets / (double)s->lines),
		.packets = (s->lines - 1) * step + 1,
		.kbps = s->bytes / s->lines * 8 * t->sample_rate / STEADY_PACKET / 1000,
	};
}

void steady_read(const char *output, const struct facts *f, const struct profile *profile, int stream, struct steadies *found)
{
	const struct track *chosen[TRACKS_MOST];
	struct sums sums[TRACKS_MOST] = { 0 };
	size_t count = choose(f, profile, chosen);
	int64_t step = every(f, count);

	found->count = 0;
	for (size_t len; *output != '\0'; output += len + (output[len] != '\0')) {
		char line[128];         /* by itself: sscanf looks for the end of what it reads */

		len = strcspn(output, "\n");
		snprintf(line, sizeof line, "%.*s", (int)(len < sizeof line ? len : sizeof line), output);
		take_line(line, step, chosen, stream, (int)count, sums);
	}
	for (size_t i = 0; i < count; i++)
		keep(&sums[i], chosen[i], step, found);
}
