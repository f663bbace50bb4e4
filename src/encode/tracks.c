/*
 * tracks.c - sounds, texts and captions in a master playlist.  All sounds are one group, and so are all texts:
 * what a player may choose from.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "encode/name.h"
#include "encode/tracks.h"

const struct rendition_row *tracks_main(const struct renditions *list)
{
	const struct rendition_row *first = NULL;

	for (size_t i = 0; i < list->count; i++) {
		if (list->rows[i].planned.kind != RENDITION_AUDIO)
			continue;
		if (list->rows[i].planned.is_default)
			return &list->rows[i];
		if (first == NULL)
			first = &list->rows[i];
	}
	return first;
}

bool tracks_is_listed(const struct renditions *list, const struct rendition_row *row, enum rendition_kind kind, bool early)
{
	return row->planned.kind == kind && row->piece_count > 0 && (!early || row == tracks_main(list));
}

static size_t count_listed(const struct renditions *list, enum rendition_kind kind, bool early)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += tracks_is_listed(list, &list->rows[i], kind, early);
	return count;
}

bool tracks_are_many(const struct renditions *list, bool early)
{
	return count_listed(list, RENDITION_AUDIO, early) + count_listed(list, RENDITION_TEXT, early) > 1;
}

static void put_common(const struct rendition_row *row, const char *type, const char *group, const char *name, struct buf *out)
{
	buf_printf(out, "#EXT-X-MEDIA:TYPE=%s,GROUP-ID=\"%s\",NAME=\"%s\"", type, group, row->planned.label[0] != '\0' ?
		   row->planned.label : name);
	if (row->planned.language[0] != '\0')
		buf_printf(out, ",LANGUAGE=\"%s\"", row->planned.language);
}

static void put_uri(const struct rendition_row *row, bool early, struct buf *out)
{
	char stem[32], file[64];

	name_stem(stem, row->edition, row->planned.name);
	if (early)
		name_early(file, stem);
	else
		name_playlist(file, stem);
	buf_printf(out, ",URI=\"%s\"\n", file);
}

/* What Apple's players know of roles (RFC 8216, 4.3.4.1). */
static void put_characteristics(const struct rendition_row *row, struct buf *out)
{
	if (row->planned.role == ROLE_CAPTIONS)
		buf_puts(out, ",CHARACTERISTICS=\"public.accessibility.transcribes-spoken-dialog,"
			 "public.accessibility.describes-music-and-sound\"");
	else if (row->planned.role == ROLE_DESCRIPTION)
		buf_puts(out, ",CHARACTERISTICS=\"public.accessibility.describes-video\"");
}

/* The sound in more channels, and what somebody says of the film, are for those who choose them. */
static void put_sound(const struct renditions *list, const struct rendition_row *row, bool early, struct buf *out)
{
	bool main_one = row == tracks_main(list), for_all = row->planned.channels <= 2 && row->planned.role != ROLE_COMMENTARY;

	put_common(row, "AUDIO", "audio", "Audio", out);
	buf_printf(out, ",DEFAULT=%s,AUTOSELECT=%s,CHANNELS=\"%" PRId64 "\"", main_one ? "YES" : "NO",
		   main_one || for_all ? "YES" : "NO", row->planned.channels);
	put_characteristics(row, out);
	put_uri(row, early, out);
}

static void put_text(const struct rendition_row *row, struct buf *out)
{
	put_common(row, "SUBTITLES", "text", "Subtitles", out);
	buf_printf(out, ",DEFAULT=%s,AUTOSELECT=YES%s", row->planned.is_default ? "YES" : "NO",
		   row->planned.role == ROLE_FORCED ? ",FORCED=YES" : "");
	put_characteristics(row, out);
	put_uri(row, false, out);
}

void tracks_media(const struct renditions *list, bool early, struct buf *out)
{
	for (size_t i = 0; i < list->count; i++)
		if (tracks_is_listed(list, &list->rows[i], RENDITION_AUDIO, early))
			put_sound(list, &list->rows[i], early, out);
	for (size_t i = 0; i < list->count; i++)
		if (tracks_is_listed(list, &list->rows[i], RENDITION_TEXT, early))
			put_text(&list->rows[i], out);
	if (list->captions && !early)
		buf_puts(out, "#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"captions\",NAME=\"Captions\",DEFAULT=NO,AUTOSELECT=YES,"
			 "INSTREAM-ID=\"CC1\"\n");
}

void tracks_attributes(const struct renditions *list, bool early, struct buf *out)
{
	if (tracks_main(list) != NULL)
		buf_puts(out, ",AUDIO=\"audio\"");
	if (count_listed(list, RENDITION_TEXT, early) > 0)
		buf_puts(out, ",SUBTITLES=\"text\"");
	if (!early)
		buf_puts(out, list->captions ? ",CLOSED-CAPTIONS=\"captions\"" : ",CLOSED-CAPTIONS=NONE");
}

static bool is_new(const struct renditions *list, size_t at, bool early)
{
	for (size_t i = 0; i < at; i++)
		if (tracks_is_listed(list, &list->rows[i], RENDITION_AUDIO, early) && strcmp(list->rows[i].codecs, list->rows[at].codecs) == 0)
			return false;
	return true;
}

void tracks_codecs(const struct renditions *list, bool early, struct buf *out)
{
	for (size_t i = 0; i < list->count; i++)
		if (tracks_is_listed(list, &list->rows[i], RENDITION_AUDIO, early) && is_new(list, i, early))
			buf_printf(out, ",%s", list->rows[i].codecs);
}
