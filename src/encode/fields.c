/*
 * fields.c - how the lines of a picture lie in time: what a stream claims, and what was measured.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <string.h>

#include "base/strings.h"
#include "encode/combs.h"
#include "encode/fields.h"

/* tt, tb: the top field is shown first; bb, bt: the bottom field. */
enum facts_fields fields_claimed(const struct stream_row *s)
{
	if (strcmp(s->field_order, "tt") == 0 || strcmp(s->field_order, "bt") == 0)
		return FIELDS_TOP_FIRST;
	if (strcmp(s->field_order, "bb") == 0 || strcmp(s->field_order, "tb") == 0)
		return FIELDS_BOTTOM_FIRST;
	return FIELDS_PROGRESSIVE;
}

bool fields_are_doubtful(const struct stream_row *s)
{
	static const char *const codecs[] = {
		"mpeg2video", "h264", "vc1", "dvvideo", "mpeg4", "mjpeg", "prores", "dnxhd", "huffyuv", "ffvhuff", "utvideo", "ffv1", "rawvideo",
		"v210", NULL,
	};

	if (strcmp(s->field_order, "progressive") == 0)
		return false;
	return fields_claimed(s) != FIELDS_PROGRESSIVE || strings_among(codecs, s->codec);
}

/* Such pictures, and no others, are flagged by ffmpeg's decoder. */
bool fields_are_pictures(const struct stream_row *s, const struct measured *m)
{
	return strcmp(s->codec, "hevc") == 0 && m->flagged * 2 > m->pictures;
}

/* Pictures in which the lines of the field that comes first are told, of the order that is seen more often and of the other, and
 * pictures that are seen to be anything. */
struct orders {
	int64_t most, least, seen;
};

static struct orders orders_of(const struct measured *m)
{
	int64_t most = m->top_first > m->bottom_first ? m->top_first : m->bottom_first;
	int64_t least = m->top_first + m->bottom_first - most;

	return (struct orders){ most, least, most + least + m->progressive };
}

/*
 * Interlaced pictures have the same field first all the time.  In whole pictures with fine patterns idet
 * sees now the one and now the other, which is how 25 pictures a second that are flagged as interlaced
 * are told from 50 fields.  Noise can look interlaced all the time: so somebody else must say it too, the file or
 * the decoder.
 */
static bool is_interlaced(const struct measured *m, bool says_so)
{
	struct orders o = orders_of(m);

	return (says_so || m->flagged * 2 > m->pictures) && o.most > 0 && o.most * 10 >= o.seen * 3 && o.least * 4 <= o.most;
}

/* Of what is seen to move: what stands still repeats nothing. */
static bool is_telecine(const struct measured *m)
{
	int64_t all = m->repeated + m->not_repeated, seen = orders_of(m).seen;

	return m->repeated * 10 > (seen < all ? seen : all) * 3;
}

static bool is_bottom_first(const struct measured *m)
{
	return m->bottom_first > m->top_first;
}

/* Elsewhere it may have changed between two places: then hardly a picture is whole. */
static bool has_both_orders(const struct measured *start, const struct measured *elsewhere, bool second)
{
	struct orders o = orders_of(elsewhere);

	return second ? is_bottom_first(start) != is_bottom_first(elsewhere) : o.least * 4 > o.most && elsewhere->progressive * 10 <= o.seen;
}

static struct measured sum_of(const struct measured *a, const struct measured *b)
{
	return (struct measured){
		.pictures = a->pictures + b->pictures, .top_first = a->top_first + b->top_first, .bottom_first = a->bottom_first + b->bottom_first,
		.progressive = a->progressive + b->progressive, .combs = combs_sum(&a->combs, &b->combs),
	};
}

struct fields_seen fields_measured(const struct measured *start, const struct measured *elsewhere, bool says_so)
{
	struct measured sum = sum_of(start, elsewhere);
	bool believed = says_so || combs_are_fields(&sum.combs);
	bool first = is_interlaced(start, believed), second = is_interlaced(elsewhere, believed);
	bool in_turn = first && has_both_orders(start, elsewhere, second);

	if (!first && !second)
		return (struct fields_seen){ .fields = FIELDS_PROGRESSIVE, .unsure = combs_have_order(&sum.combs) && is_interlaced(&sum, true) };
	return (struct fields_seen){
		.fields = sum.top_first > sum.bottom_first ? FIELDS_TOP_FIRST : FIELDS_BOTTOM_FIRST,
		.telecine = (!first || is_telecine(start)) && (!second || is_telecine(elsewhere)),
		.in_parts = first != second && !in_turn && orders_of(first ? elsewhere : start).seen > 0,
		.in_turn = in_turn,
	};
}

bool fields_are_suspected(const struct measured *start)
{
	return is_interlaced(start, true) || combs_are_still(&start->combs);
}
