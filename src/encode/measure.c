/*
 * measure.c - what the first pictures of a source really are: field flags lie both ways, and nothing else
 * tells of captions or damage.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode/combs.h"
#include "encode/line.h"
#include "encode/measure.h"
#include "encode/ratio.h"
#include "encode/switches.h"
#include "encode/telling.h"

#define PICTURES 50             /* looked at in any source */
#define PICTURES_FIELDS 200     /* in one that may be interlaced */
#define COUNT_MOST 1e9          /* of pictures: no sum of such counts overflows */
#define LONGEST_S "60"          /* of the source: pictures may be minutes apart */

#define PICTURES_ELSEWHERE 100  /* at each of two places */
#define ELSEWHERE_FROM_S 12.0   /* of sources that are longer; of others all pictures */
#define PICTURES_SHORT 400      /* are as many as these have that may have fields */
#define FIRST_PLACE 0.4         /* of its length; */
#define SECOND_PLACE 0.8        /* a seek that fails begins at the start again */

#define KEYFRAMES 3             /* that are decoded by themselves */
#define KEYFRAMES_S 50.0        /* and these are looked for: all of them are read where LONGEST_S are */

#define CAPTIONS_KEY "clipmill.captions"
#define FLAGGED_KEY "clipmill.interlaced"
#define ALONE_KEY "clipmill.alone"
#define FIRST_KEY "frame:0    pts:"
#define FRAME_KEY "frame:"

/* The command line ---------------------------------------------------------------------------- */

#define SELECT_FLAGGED "select='not(eq(interlace_type,PROGRESSIVE))'"
#define PRINTED "metadata=mode=print:file=-:direct=1"

/* Counts the pictures that a filter lets through, by a line of standard output each. */
static void put_count(const char *from, const char *filter, const char *key, const char *to, struct buf *out)
{
	buf_printf(out, ";[%s]%s,metadata=mode=add:key=%s:value=1,metadata=mode=print:key=%s:file=-:direct=1%s", from, filter, key, key, to);
}

/*
 * The source is opened twice: as it is, and without what is not flagged as a keyframe.  What may let no picture through ends
 * in the graph: for an output ffmpeg would keep all that come to the others until this one has its first.
 */
static void put_graph(const struct facts *facts, struct buf *out)
{
	char keys[32], first[48];

	buf_printf(out, "[0:%" PRId64 "]trim=end_frame=%d,trim=duration=" LONGEST_S ",split=4[i][c][f][w];[i]idet," PRINTED "[idet];[w]",
		   facts->picture.index, facts->picture.claims_fields ? PICTURES_FIELDS : PICTURES);
	combs_graph(out);
	put_count("c", "sidedata=mode=select:type=A53_CC", CAPTIONS_KEY, ",nullsink", out);
	put_count("f", SELECT_FLAGGED, FLAGGED_KEY, ",nullsink", out);
	snprintf(keys, sizeof keys, "1:%" PRId64, facts->picture.index);
	snprintf(first, sizeof first, "trim=end_frame=%d,trim=duration=" LONGEST_S, KEYFRAMES);
	put_count(keys, first, ALONE_KEY, "[keys]", out);
}

static void add_input(const struct conf *conf, const char *source, const struct facts *facts, bool keyframes, struct strings *argv)
{
	switches_source(conf, facts, argv);
	switches_packets(facts, argv);
	/* Lines that were turned are columns: nothing could be seen of their order. */
	strings_add_all(argv, (const char *const[]){ "-noautorotate", "-threads", "1", NULL });
	if (keyframes)
		line_text(argv, "-skip_frame", "nokey");
	switches_file(argv, source);
}

void measure_argv(const struct conf *conf, const char *source, const struct facts *facts, struct strings *argv)
{
	const char *const end[] = { "-map", "[idet]", "-map", "[keys]", "-f", "null", "-", NULL };
	struct buf graph = BUF_INIT;

	switches_looking_ffmpeg(conf, argv);
	line_text(argv, "-filter_complex_threads", "1");
	strings_add(argv, "-copyts");
	add_input(conf, source, facts, false, argv);
	add_input(conf, source, facts, true, argv);
	put_graph(facts, &graph);
	line_buf(argv, "-filter_complex", &graph);
	strings_add_all(argv, end);
}

/* Of broadcasts: a film may be whole, and what comes between is not. */
static bool is_recording(const struct facts *facts)
{
	return facts_are_in(facts, "mpegts") || facts_are_in(facts, "mpeg");
}

bool measure_elsewhere_is_wanted(const struct facts *facts)
{
	return facts->picture.count > 0 && facts->source.duration_s > ELSEWHERE_FROM_S &&
	       (facts->picture.claims_fields || (is_recording(facts) && facts_may_have_fields(&facts->picture)));
}

bool measure_more_is_wanted(const struct facts *facts)
{
	return !facts->picture.claims_fields && facts->picture.fields_suspected && facts_may_have_fields(&facts->picture) && !measure_elsewhere_is_wanted(facts);
}

static void add_place(const struct conf *conf, const char *source, const struct facts *facts, double part, struct strings *argv)
{
	strings_add(argv, "-noaccurate_seek");
	strings_add(argv, "-ss");
	strings_addf(argv, "%.3f", facts->source.duration_s * part);
	add_input(conf, source, facts, false, argv);
}

/* One place after the other: idet counts on.  Filter concat refuses pictures whose pixels differ in shape,
 * as in broadcasts. */
static void put_places(int64_t index, int count, int pictures, struct buf *out)
{
	for (int i = 0; i < count; i++)
		buf_printf(out, "[%d:%" PRId64 "]trim=end_frame=%d,trim=duration=" LONGEST_S ",setsar=1[p%d];", i, index, pictures, i);
	for (int i = 0; i < count; i++)
		buf_printf(out, "[p%d]", i);
	buf_printf(out, "concat=n=%d,split=3[i][f][w];[i]idet," PRINTED "[idet];[w]", count);
	combs_graph(out);
	put_count("f", SELECT_FLAGGED, FLAGGED_KEY, ",nullsink", out);
}

void measure_elsewhere_argv(const struct conf *conf, const char *source, const struct facts *facts, struct strings *argv)
{
	bool is_short = facts->source.duration_s <= ELSEWHERE_FROM_S;
	struct buf graph = BUF_INIT;

	switches_looking_ffmpeg(conf, argv);
	line_text(argv, "-filter_complex_threads", "1");
	if (is_short) {
		add_input(conf, source, facts, false, argv);
		put_places(facts->picture.index, 1, PICTURES_SHORT, &graph);
	} else {
		add_place(conf, source, facts, FIRST_PLACE, argv);
		add_place(conf, source, facts, SECOND_PLACE, argv);
		put_places(facts->picture.index, 2, PICTURES_ELSEWHERE, &graph);
	}
	line_buf(argv, "-filter_complex", &graph);
	strings_add_all(argv, (const char *const[]){ "-map", "[idet]", "-f", "null", "-", NULL });
}

/* What it says -------------------------------------------------------------------------------- */

/* The last value of a key: idet counts up.  What is no count is none. */
static int64_t last_value(const char *output, const char *key)
{
	double value = 0;
	const char *at = NULL, *next = output;

	while ((next = strstr(next, key)) != NULL) {
		next += strlen(key);
		at = next;
	}
	if (at != NULL && *at == '=')
		value = strtod(at + 1, NULL);
	return value >= 0 && value < COUNT_MOST ? (int64_t)value : 0;
}

/* When the first picture is shown: the least time of the first ones of all filters. */
static int64_t first_time(const char *output)
{
	int64_t least = INT64_MAX;

	for (const char *at = output; (at = strstr(at, FIRST_KEY)) != NULL;) {
		long long value = strtoll(at += strlen(FIRST_KEY), NULL, 10);

		if (strncmp(at, "NOPTS", 5) != 0 && value < least)
			least = value;
	}
	return least == INT64_MAX ? INT64_MIN : least;
}

/* When the last one is shown that went through idet: those of other filters are keyframes, and may be later ones. */
static int64_t last_time(const char *output)
{
	int64_t last = INT64_MIN;

	for (const char *at = output, *end; (at = strstr(at, FRAME_KEY)) != NULL && (end = strchr(at, '\n')) != NULL; at = end) {
		const char *pts = strstr(at, "pts:");
		char *behind;
		long long value;

		if (strncmp(end + 1, "lavfi.idet.", 11) != 0 || pts == NULL || pts > end)
			continue;
		value = strtoll(pts + 4, &behind, 10);
		if (behind > pts + 4 && value > last)
			last = value;
	}
	return last;
}

static int64_t count_of(const char *text, const char *what)
{
	int64_t count = 0;

	while ((text = strstr(text, what)) != NULL) {
		text += strlen(what);
		count++;
	}
	return count;
}

void measure_read(const char *output, const char *errors, struct measured *m)
{
	int64_t printed;

	m->known = true;
	m->combs = combs_read(output, &printed);
	m->captions = count_of(output, CAPTIONS_KEY);
	m->flagged = count_of(output, FLAGGED_KEY);
	m->alone = count_of(output, ALONE_KEY);
	m->pictures = count_of(output, "frame:") - m->captions - m->flagged - m->alone - printed;
	if (m->pictures < 0)
		m->pictures = 0;
	m->top_first = last_value(output, "idet.multiple.tff");
	m->bottom_first = last_value(output, "idet.multiple.bff");
	m->progressive = last_value(output, "idet.multiple.progressive");
	m->undetermined = last_value(output, "idet.multiple.undetermined");
	m->not_repeated = last_value(output, "idet.repeated.neither");
	m->repeated = last_value(output, "idet.repeated.top") + last_value(output, "idet.repeated.bottom");
	m->errors = telling_complaints(errors);
	m->first_pts = first_time(output);
	m->last_pts = last_time(output);
}

/* What follows from it ------------------------------------------------------------------------ */

bool measure_keys_are_false(const struct facts_picture *picture, const struct scan *scan)
{
	double tick_s = ratio_value(picture->timebase);
	int64_t keys = 0;

	for (size_t i = 0; i < scan->count && keys < KEYFRAMES; i++)
		if ((double)(scan->packets[i].pts - scan->packets[0].pts) * tick_s < KEYFRAMES_S)
			keys += scan->packets[i].key && !scan->packets[i].discard;
	return picture->keys_alone >= 0 && picture->keys_alone < keys;
}
