/*
 * scan.c - the packets of the video stream, from ffprobe's CSV as it comes.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "encode/scan.h"

void scan_init(struct scan *scan)
{
	memset(scan, 0, sizeof *scan);
}

void scan_beside(struct scan *scan, int64_t picture, int64_t sound)
{
	scan->beside = (struct scan_beside){ .wanted = true, .picture = picture, .sound = sound, .last = INT64_MIN };
}

void scan_fini(struct scan *scan)
{
	free(scan->packets);
	scan_init(scan);
}

static void add_packet(struct scan *scan, const struct scan_packet *packet)
{
	if (scan->most > 0 && scan->count >= scan->most) {
		scan->too_many = true;
		return;
	}
	if (scan->count == scan->capacity) {
		size_t capacity = scan->capacity > 0 ? scan->capacity * 2 : 1024;
		struct scan_packet *packets = realloc(scan->packets, capacity * sizeof *packets);

		if (packets == NULL)
			abort();
		scan->packets = packets;
		scan->capacity = capacity;
	}
	scan->packets[scan->count++] = *packet;
	scan->bytes += packet->size;
}

/* A field that is a whole number or N/A, and the comma after it.  NULL: neither. */
static const char *take_number(const char *at, bool *known, int64_t *value)
{
	char *end;

	*known = strncmp(at, "N/A", 3) != 0;
	if (!*known)
		return at[3] == ',' ? at + 4 : NULL;
	*value = strtoll(at, &end, 10);
	return end != at && *end == ',' ? end + 1 : NULL;
}

/* No clock gets there; and sums of what is left do not overflow. */
static bool is_absurd(int64_t time)
{
	return time > INT64_C(1) << 60 || time < -(INT64_C(1) << 60);
}

/* Where the packet ends: "size,pos". */
static const char *take_place(const char *at, struct scan_packet *packet)
{
	bool has_size, has_pos = false;
	int64_t size = 0, pos = 0;

	at = take_number(at, &has_size, &size);
	if (at != NULL)
		at = take_number(at, &has_pos, &pos);
	if (!has_size || size < 0 || size > UINT32_MAX)
		return at;
	packet->size = (uint32_t)size;
	if (has_pos && pos >= 0 && pos < INT64_C(1) << 60)
		packet->end = pos + size;
	return at;
}

/* "pts,dts,size,pos,flags", and what side data it has: MPEG-TS adds a stray comma, and empty lines follow. */
static bool parse_line(const char *at, struct scan_packet *packet, bool *has_pts, bool *has_dts)
{
	at = take_number(at, has_pts, &packet->pts);
	if (at != NULL)
		at = take_number(at, has_dts, &packet->dts);
	if (at != NULL)
		at = take_place(at, packet);
	if (at == NULL || (at[0] != 'K' && at[0] != '_') || is_absurd(packet->pts) || is_absurd(packet->dts))
		return false;
	packet->key = at[0] == 'K';
	packet->discard = at[1] == 'D';
	return true;
}

static void keep_packet(struct scan *scan, struct scan_packet *packet, bool has_pts, bool has_dts)
{
	if (!has_pts)
		packet->pts = packet->dts;
	if (!has_dts)
		packet->dts = packet->pts;
	packet->at = (uint32_t)scan->count;
	packet->guessed = !has_pts;
	add_packet(scan, packet);
}

static void take_sound(struct scan_beside *beside, const char *line)
{
	struct scan_packet packet = { .end = -1 };
	bool has_pts, has_dts;

	if (parse_line(line, &packet, &has_pts, &has_dts) && has_pts && packet.pts > beside->last)
		beside->last = packet.pts;
}

/* The rest of a row of the picture; NULL: it is another's. */
static const char *past_index(struct scan *scan, const char *line)
{
	int64_t index = -1;
	bool known = false;

	if (!scan->beside.wanted)
		return line;
	line = take_number(line, &known, &index);
	if (line != NULL && known && index == scan->beside.sound)
		take_sound(&scan->beside, line);
	return line != NULL && known && index == scan->beside.picture ? line : NULL;
}

static void take_line(struct scan *scan)
{
	struct scan_packet packet = { .end = -1 };
	bool has_pts, has_dts;
	const char *line;

	scan->line[scan->line_len] = '\0';
	scan->line_len = 0;
	if (scan->line[0] == '\0' || scan->line[0] == '\r')
		return;
	line = past_index(scan, scan->line);
	if (line == NULL)
		return;
	scan->described += strstr(line, "New Extradata") != NULL;
	if (!parse_line(line, &packet, &has_pts, &has_dts))
		scan->bad_lines++;
	else if (!has_pts && !has_dts)
		scan->no_pts++;
	else
		keep_packet(scan, &packet, has_pts, has_dts);
}

static void take_byte(struct scan *scan, char c)
{
	if (c == '\n')
		take_line(scan);
	else if (scan->line_len + 1 < sizeof scan->line)
		scan->line[scan->line_len++] = c;
}

void scan_feed(struct scan *scan, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		take_byte(scan, bytes[i]);
}

static int by_pts(const void *a, const void *b)
{
	const struct scan_packet *x = a, *y = b;

	return (x->pts > y->pts) - (x->pts < y->pts);
}

void scan_end(struct scan *scan)
{
	if (scan->line_len > 0)
		take_line(scan);
	if (scan->count > 1)
		qsort(scan->packets, scan->count, sizeof *scan->packets, by_pts);
}

const struct scan_packet **scan_file_order(const struct scan *scan)
{
	const struct scan_packet **order = calloc(scan->count + 1, sizeof *order);

	if (order == NULL)
		abort();
	for (size_t i = 0; i < scan->count; i++)
		order[scan->packets[i].at] = &scan->packets[i];
	return order;
}
