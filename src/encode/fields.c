/*
 * fields.c - how the lines of a picture lie in time: what a stream claims, and what was measured.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <string.h>

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
	static const char *const codecs[] = { "mpeg2video", "h264", "vc1", "dvvideo", "mpeg4", NULL };

	if (strcmp(s->field_order, "progressive") == 0)
		return false;
	if (fields_claimed(s) != FIELDS_PROGRESSIVE)
		return true;
	for (size_t i = 0; codecs[i] != NULL; i++)
		if (strcmp(s->codec, codecs[i]) == 0)
			return true;
	return false;
}

/* Such pictures, and no others, are flagged by ffmpeg's decoder. */
bool fields_are_pictures(const struct stream_row *s, const struct measured *m)
{
	return strcmp(s->codec, "hevc") == 0 && m->flagged * 2 > m->pictures;
}

/*
 * Interlaced pictures have the same field first all the time.  In whole pictures with fine patterns idet
 * sees now the one and now the other, which is how 25 pictures a second that are flagged as interlaced
 * are told from 50 fields.  Noise can look interlaced all the time: so somebody else must say it too, the file or
 * the decoder.
 */
enum facts_fields fields_measured(const struct measured *m, bool says_so, bool *telecine)
{
	int64_t most = m->top_first > m->bottom_first ? m->top_first : m->bottom_first;
	int64_t least = m->top_first + m->bottom_first - most;
	int64_t seen = most + least + m->progressive;

	*telecine = false;
	if ((!says_so && m->flagged * 2 <= m->pictures) || most == 0 || most * 10 < seen * 3 || least * 4 > most)
		return FIELDS_PROGRESSIVE;
	*telecine = m->repeated * 10 > (m->repeated + m->not_repeated) * 3;
	return most == m->top_first ? FIELDS_TOP_FIRST : FIELDS_BOTTOM_FIRST;
}
