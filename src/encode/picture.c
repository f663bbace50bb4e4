/*
 * picture.c - poster and storyboard: small pictures, from keyframes wherever those are near enough.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "encode/graph.h"
#include "encode/line.h"
#include "encode/name.h"
#include "encode/picture.h"
#include "encode/ratio.h"
#include "encode/switches.h"

#define POSTER_SIDE_MOST 1280   /* pixels */
#define POSTER_SEEK_FROM_S 5.0  /* shorter clips are taken from their start */
#define POSTER_AMONG_MOST 6     /* keyframes that the poster is picked from */
#define POSTER_KEYS_MOST 30     /* that are looked at, until so many are not black */
#define POSTER_WALK_MOST_S 20.0 /* that are decoded on the way where there is none */

#define SKIP "-skip_frame"
#define SEEK "-ss"

#define BOARD_SIDE_MOST 160     /* pixels of one picture */
#define BOARD_COLUMNS 10
#define BOARD_MOST 100          /* pictures of a sprite */
#define BOARD_DECODED_MOST_S 12         /* videos up to so long are decoded whole where keyframes are far apart, */
#define BOARD_KEYS_PART 12              /* and any where there are fewer of them than one for so many of its pictures */

/* Poster -------------------------------------------------------------------------------------- */

/* Keyframes from a time on, as the scan saw them. */
static int64_t keyframes_ahead(const struct plan_input *input, double from_s, int64_t most)
{
	const struct scan *scan = input->scan;
	double tick = ratio_value(input->facts->picture.timebase);
	int64_t count = 0;

	for (size_t i = 0; i < scan->count && count < most; i++)
		if (scan->packets[i].key && ((double)scan->packets[i].pts - (double)scan->packets[0].pts) * tick >= from_s)
			count++;
	return count;
}

/* Pictures that are shown in the time that is decoded for a poster at the most. */
static int64_t walked(const struct grid *grid)
{
	return 1 + llround(POSTER_WALK_MOST_S * ratio_value(grid->nominal));
}

/* One JPEG. */
static void add_output(const struct plan_input *input, const char *name, struct strings *argv)
{
	char file[32];

	name_stem(file, input->edition, name);
	line_number(argv, "-frames:v", 1);
	line_text(argv, "-fps_mode", "passthrough");
	line_text(argv, "-c:v", "mjpeg");
	line_text(argv, "-q:v", "4");
	switches_output(argv);
	line_text(argv, "-update", "1");
	line_text(argv, "-f", "image2");
	strings_addf(argv, "file:%s", file);
}

static void add_input(const struct plan_input *input, int64_t stream, struct strings *argv)
{
	if (graph_takes_changes(&input->facts->picture))
		line_text(argv, "-reinit_filter", "0");
	if (graph_turns(&input->facts->picture))
		strings_add(argv, "-noautorotate");
	switches_file(argv, input->source);
	line_map(stream, argv);
}

static void add_poster_line(const struct plan_input *input, const struct grid *grid, struct strings *argv)
{
	double from_s = grid->duration_s / 10;
	bool seeks = grid->duration_s >= POSTER_SEEK_FROM_S;
	int64_t among = keyframes_ahead(input, from_s, POSTER_AMONG_MOST), tenth = (int64_t)grid->count / 10;
	struct poster_pick pick = { .among = among, .most = among > 1 ? POSTER_KEYS_MOST : walked(grid) };
	struct buf graph = BUF_INIT;

	line_open(input, argv);
	if (among > 1)
		line_text(argv, SKIP, "nokey");
	/* The keyframe before that place will do; where none is left after it, some files have none to land on. */
	if (among > 0 && seeks && !input->facts->picture.palette) {
		strings_add(argv, "-noaccurate_seek");
		strings_add(argv, SEEK);
		strings_addf(argv, "%.6f", from_s);
	}
	add_input(input, input->facts->picture.index, argv);
	if (among == 0 && seeks)
		pick.first = tenth < walked(grid) ? tenth : walked(grid);
	graph_poster(&input->facts->picture, POSTER_SIDE_MOST, &pick, &graph);
	line_buf(argv, "-vf", &graph);
	add_output(input, NAME_POSTER, argv);
}

/* Its own size is not looked at, but that neither side is too long. */
static void add_cover_line(const struct plan_input *input, struct strings *argv)
{
	line_open(input, argv);
	add_input(input, input->facts->picture.cover, argv);
	strings_add(argv, "-vf");
	strings_addf(argv, "scale=w='min(%d,iw)':h='min(%d,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2:out_range=pc:"
		     "out_color_matrix=bt601,format=yuvj420p,setsar=1", POSTER_SIDE_MOST, POSTER_SIDE_MOST);
	add_output(input, NAME_POSTER, argv);
}

/* Storyboard ---------------------------------------------------------------------------------- */

struct storyboard storyboard_of(int64_t duration_ms)
{
	struct storyboard board = { .duration_s = (double)duration_ms / 1000 };

	board.every_s = fmax(1, board.duration_s / BOARD_MOST);
	board.count = (int64_t)ceil(board.duration_s / board.every_s - 1e-6);
	board.count = board.count < 1 ? 1 : board.count > BOARD_MOST ? BOARD_MOST : board.count;
	board.columns = board.count < BOARD_COLUMNS ? board.count : BOARD_COLUMNS;
	board.rows = (board.count + board.columns - 1) / board.columns;
	return board;
}

/* About one keyframe a picture is enough; else everything is decoded, where that does not take long. */
static bool keyframes_do(const struct plan_input *input, const struct storyboard *board)
{
	int64_t keys = keyframes_ahead(input, 0, board->count);

	return keys * 2 > board->count || (keys * BOARD_KEYS_PART >= board->count && board->duration_s > BOARD_DECODED_MOST_S);
}

/* The picture that is shown when each slot begins; the last one is held to the end. */
static void board_graph(const struct plan_input *input, const struct grid *grid, const struct storyboard *board, struct buf *out)
{
	double tick_s = ratio_value(input->facts->picture.timebase);
	int64_t every_us = llround(board->every_s * 1e6);

	buf_printf(out, "setpts='max(0,PTS-(%.6f)/TB)',", (double)grid->first_pts * tick_s - (double)grid->lead * (double)grid->rate.den / (double)grid->rate.num);
	buf_printf(out, "fps=fps=1000000/%" PRId64 ":start_time=0:round=up,", every_us);
	buf_printf(out, "tpad=stop_mode=clone:stop=%" PRId64 ",trim=end_frame=%" PRId64 ",", board->count, board->count);
	graph_small(&input->facts->picture, BOARD_SIDE_MOST, out);
	buf_printf(out, ",tile=layout=%" PRId64 "x%" PRId64, board->columns, board->rows);
}

static void add_board_line(const struct plan_input *input, const struct grid *grid, struct strings *argv)
{
	const struct storyboard board = storyboard_of(llround(grid->duration_s * 1000));
	struct buf graph = BUF_INIT;

	line_open(input, argv);
	line_clock(input, grid, argv);
	if (keyframes_do(input, &board))
		line_text(argv, SKIP, "nokey");
	add_input(input, input->facts->picture.index, argv);
	board_graph(input, grid, &board, &graph);
	line_buf(argv, "-vf", &graph);
	add_output(input, NAME_STORYBOARD, argv);
	line_beside(input, grid, argv);
}

void storyboard_list(const struct storyboard *b, const char *sprite, int64_t sprite_width, int64_t sprite_height, struct buf *out)
{
	int64_t width = sprite_width / b->columns, height = sprite_height / b->rows;

	buf_puts(out, "WEBVTT\n");
	for (int64_t i = 0; i < b->count; i++) {
		const double times[2] = { (double)i * b->every_s, i + 1 < b->count ? (double)(i + 1) * b->every_s : b->duration_s };

		for (int k = 0; k < 2; k++) {
			int64_t ms = llround(times[k] * 1000);

			buf_printf(out, "%s%02" PRId64 ":%02" PRId64 ":%02" PRId64 ".%03" PRId64, k == 0 ? "\n" : " --> ", ms / 3600000,
				   ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
		}
		buf_printf(out, "\n%s#xywh=%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\n", sprite, i % b->columns * width,
			   i / b->columns * height, width, height);
	}
}

/* JPEG ---------------------------------------------------------------------------------------- */

/* Markers of frames: SOF0 to SOF15 but DHT, JPG and DAC. */
static bool is_frame(uint8_t marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

bool picture_size(const uint8_t *b, size_t len, int64_t *width, int64_t *height)
{
	size_t at = 2;

	if (b == NULL || len < 125 || b[0] != 0xff || b[1] != 0xd8 || b[len - 2] != 0xff || b[len - 1] != 0xd9)
		return false;
	while (at + 9 < len && b[at] == 0xff) {
		if (is_frame(b[at + 1])) {
			*height = b[at + 5] << 8 | b[at + 6];
			*width = b[at + 7] << 8 | b[at + 8];
			return *width > 0 && *height > 0;
		}
		at += 2 + (size_t)(b[at + 2] << 8 | b[at + 3]);
	}
	return false;
}

/* Tasks --------------------------------------------------------------------------------------- */

static struct plan_task *add_task(const struct plan_input *input, enum task_kind kind, struct plan *plan)
{
	struct plan_task *task = job_task(plan, kind);

	strings_add(&task->reads, input->source);
	return task;
}

bool picture_again(const struct strings *argv, struct strings *again)
{
	size_t left_out = 0;

	for (size_t i = 0; i < argv->count; i++)
		if (strcmp(argv->items[i], SKIP) == 0 || strcmp(argv->items[i], SEEK) == 0) {
			left_out++;
			i++;
		} else
			strings_add(again, argv->items[i]);
	return left_out > 0;
}

void picture_plan(const struct plan_input *input, const struct grid *grid, struct plan *plan)
{
	if (grid != NULL) {
		add_poster_line(input, grid, &add_task(input, TASK_POSTER, plan)->argv);
		if (input->profile->storyboard)
			add_board_line(input, grid, &add_task(input, TASK_STORYBOARD, plan)->argv);
	} else if (input->facts->picture.cover >= 0) {
		add_cover_line(input, &add_task(input, TASK_POSTER, plan)->argv);
		job_decide(plan, "cover", "The cover picture of the recording is its poster.");
	}
}
