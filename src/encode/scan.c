/*
 * scan.c - the packets of the video stream, from ffprobe's CSV as it comes.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "encode/scan.h"

#define FIELD_MOST 0.75         /* of a frame is what its second field may come behind the first: a half, and clocks are rounded */
#define FIELDS_LEAST 10         /* one such in so many pictures, at least; and one that is missing, at the most */
#define HEAD_NEAR 64            /* packets: no picture is stored so far behind one that is shown later */

void scan_init(struct scan *scan)
{
	memset(scan, 0, sizeof *scan);
}

void scan_number(struct scan *scan, int64_t step, bool may_be_fields)
{
	scan->step = step;
	scan->field_most = may_be_fields ? llround((double)step * FIELD_MOST) : 0;
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

void scan_forget_keys(struct scan *scan)
{
	scan->keys_are_false = true;
	for (size_t i = 0; i < scan->count; i++)
		scan->packets[i].key = scan->packets[i].at == 0;
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
}

/* Rows ---------------------------------------------------------------------------------------- */

struct row {
	int64_t index, duration;        /* where rows are of all streams */
	struct scan_packet packet;
	bool has_pts, has_dts;
};

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

/* "pts,dts,size,pos,flags", `timed`: with a duration before the size; and what side data it has: MPEG-TS adds a stray comma, and
 * empty lines follow. */
static bool take_row(const char *at, bool timed, struct row *row)
{
	struct scan_packet *packet = &row->packet;
	bool known;

	at = take_number(at, &row->has_pts, &packet->pts);
	if (at != NULL)
		at = take_number(at, &row->has_dts, &packet->dts);
	if (at != NULL && timed)
		at = take_number(at, &known, &row->duration);
	if (at != NULL)
		at = take_place(at, packet);
	if (at == NULL || (at[0] != 'K' && at[0] != '_') || is_absurd(packet->pts) || is_absurd(packet->dts))
		return false;
	if (!row->has_pts)
		packet->pts = packet->dts;
	if (!row->has_dts)
		packet->dts = packet->pts;
	packet->key = at[0] == 'K';
	packet->discard = at[1] == 'D';
	packet->guessed = !row->has_pts;
	return true;
}

static void follow(struct scan *scan, const struct row *row)
{
	if (row->has_dts)
		splice_pass(&scan->splice, row->index, row->packet.dts, row->duration);
}

static void keep_packet(struct scan *scan, struct row *row)
{
	follow(scan, row);
	row->packet.at = (uint32_t)scan->count;
	row->packet.shift = splice_shift(&scan->splice);
	add_packet(scan, &row->packet);
}

/* Of another stream than the picture. */
static void take_other(struct scan *scan, struct row *row, const char *line)
{
	if (!take_row(line, true, row))
		return;
	follow(scan, row);
	if (row->packet.end > scan->beside.end)
		scan->beside.end = row->packet.end;
	if (row->index == scan->beside.sound && row->has_pts && row->packet.pts > scan->beside.last)
		scan->beside.last = row->packet.pts;
}

/* A field that another one waits for, which makes a picture of both. */
static bool completes_picture(struct scan *scan, const struct row *row)
{
	bool field = row->duration > 0 && row->duration < scan->field_most, second = field && scan->half;

	scan->half = field && !second;
	return second;
}

/* In the order of the file: that of the pictures may be another, but it has as many. */
static void number_packet(struct scan *scan, struct row *row)
{
	if (completes_picture(scan, row)) {
		scan->joined = true;
		return;
	}
	row->packet.pts = row->packet.dts = (int64_t)scan->count * scan->step;
	row->packet.guessed = false;
	keep_packet(scan, row);
}

static void take_picture(struct scan *scan, struct row *row, const char *line)
{
	scan->encrypted += strstr(line, "Encryption info") != NULL;
	scan->described += strstr(line, "New Extradata") != NULL;
	if (!take_row(line, scan->beside.wanted || scan->step > 0, row))
		scan->bad_lines++;
	else if (scan->step > 0)
		number_packet(scan, row);
	else if (!row->has_pts && !row->has_dts)
		scan->no_pts++;
	else
		keep_packet(scan, row);
}

static void take_line(struct scan *scan)
{
	struct row row = { .packet.end = -1 };
	const char *line = scan->line;
	bool known = true;

	scan->line[scan->line_len] = '\0';
	scan->line_len = 0;
	if (line[0] == '\0' || line[0] == '\r')
		return;
	if (scan->beside.wanted)
		line = take_number(line, &known, &row.index);
	else if (scan->splice.count > 0)
		row.index = scan->splice.streams[0].index;
	if (line == NULL || !known)
		return;
	if (scan->beside.wanted && row.index != scan->beside.picture)
		take_other(scan, &row, line);
	else
		take_picture(scan, &row, line);
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

static int by_place(const void *a, const void *b)
{
	const struct scan_packet *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static int by_pts(const void *a, const void *b)
{
	const struct scan_packet *x = a, *y = b;

	return x->pts != y->pts ? (x->pts > y->pts) - (x->pts < y->pts) : by_place(a, b);
}

void scan_end(struct scan *scan)
{
	if (scan->line_len > 0)
		take_line(scan);
	if (scan->count > 1)
		qsort(scan->packets, scan->count, sizeof *scan->packets, by_pts);
}

/* Which packet it is, as they come in the file; NULL: none, or packets do not tell their times. */
static const struct scan_packet *find_shown(const struct scan *scan, int64_t pts)
{
	const struct scan_packet *found = NULL;

	for (size_t i = 0; i < scan->count; i++) {
		const struct scan_packet *p = &scan->packets[i];

		if (p->guessed)
			return NULL;
		if (p->pts == pts && (found == NULL || p->at < found->at))
			found = p;
	}
	return found;
}

/* Clocks may start anew later on. */
static bool is_before(const struct scan_packet *p, const struct scan_packet *first)
{
	return p->pts < first->pts && p->at < first->at + HEAD_NEAR && !p->discard;
}

/* The others are none: those that are kept take their places in the file. */
static void keep_first(struct scan *scan, size_t kept)
{
	scan->count = kept;
	qsort(scan->packets, kept, sizeof *scan->packets, by_place);
	for (size_t i = 0; i < kept; i++)
		scan->packets[i].at = (uint32_t)i;
	qsort(scan->packets, kept, sizeof *scan->packets, by_pts);
}

void scan_behead(struct scan *scan, int64_t pts)
{
	const struct scan_packet *found = find_shown(scan, pts);
	struct scan_packet first;
	size_t kept = 0;

	if (found == NULL || found == scan->packets)
		return;
	first = *found;
	for (size_t i = 0; i < scan->count; i++)
		if (!is_before(&scan->packets[i], &first))
			scan->packets[kept++] = scan->packets[i];
	scan->headless = scan->count - kept;
	keep_first(scan, kept);
}

/* Next in the file, too, and closer to the one before than most of a frame lasts. */
static bool is_second(const struct scan_packet *p, const struct scan_packet *kept, double frame)
{
	return kept != NULL && p->at == kept->at + 1 && (double)(p->pts - kept->pts) < FIELD_MOST * frame;
}

/* Packets from one time until another, and those of them that are no second fields. */
static void count_frames(const struct scan *scan, int64_t first, int64_t last, double frame, int64_t *packets, int64_t *frames)
{
	const struct scan_packet *kept = NULL;

	*packets = *frames = 0;
	for (size_t i = 0; i < scan->count; i++) {
		const struct scan_packet *p = &scan->packets[i];

		if (p->pts < first || p->pts > last)
			continue;
		++*packets;
		if (!is_second(p, kept, frame)) {
			kept = p;
			++*frames;
		}
	}
}

static void drop_seconds(struct scan *scan, double frame)
{
	size_t kept = 0;

	for (size_t i = 0; i < scan->count; i++)
		if (!is_second(&scan->packets[i], kept > 0 ? &scan->packets[kept - 1] : NULL, frame))
			scan->packets[kept++] = scan->packets[i];
	keep_first(scan, kept);
}

void scan_join_fields(struct scan *scan, int64_t first, int64_t last, int64_t pictures)
{
	double frame = ((double)last - (double)first) / (double)(pictures - 1);
	int64_t packets, frames;

	if (pictures < FIELDS_LEAST || first >= last)
		return;
	count_frames(scan, first, last, frame, &packets, &frames);
	if (llabs(frames - pictures) * FIELDS_LEAST > pictures)
		return;
	if (packets > frames + pictures / FIELDS_LEAST) {
		drop_seconds(scan, frame);
		scan->joined = true;
	} else if (scan->no_pts <= scan->count && scan->no_pts * FIELDS_LEAST >= scan->count) {
		scan->no_pts = 0;
		scan->joined = true;
	}
}

void scan_drop_torn(struct scan *scan, int64_t size_bytes)
{
	for (size_t i = 0; i < scan->count; i++) {
		const struct scan_packet p = scan->packets[i];

		if (p.at + 1 != scan->count || p.end < size_bytes || size_bytes <= 0)
			continue;
		memmove(&scan->packets[i], &scan->packets[i + 1], (--scan->count - i) * sizeof p);
		scan->torn = true;
		return;
	}
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
