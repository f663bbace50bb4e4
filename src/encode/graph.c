/*
 * graph.c - the filter graphs.  Only numbers and names of our own get into them.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "encode/graph.h"

#define BLACK_MOST 8            /* of 255: the mean brightness of a picture that shows nothing */
#define SAME_SHAPE "0.04"       /* one that differs by less is taken for the same: pixels of 16:15 and 12:11 are */
#define TAIL_FRAMES 4           /* the fps filter may end so many slots early: the last frame is held */

bool graph_takes_changes(const struct facts_picture *p)
{
	return p->askew == 0;
}

bool graph_turns(const struct facts_picture *p)
{
	return p->reshaped && graph_takes_changes(p);
}

/* The filter that deinterlaces cannot take a change of size in mid-stream: field by field, all get the first one.  What has
 * it already is let through as it is. */
static void put_one_size(const struct facts_picture *p, struct buf *out)
{
	if (graph_takes_changes(p))
		buf_printf(out, "scale=w=%" PRId64 ":h=%" PRId64 ":interl=1,", p->coded_width, p->coded_height);
}

/* One picture of each, or one of each field; in the measured order, whatever the flags of a picture say, unless it changes.  `some`:
 * of those alone that are flagged. */
static void put_deinterlace(const struct facts_picture *p, bool by_field, bool some, struct buf *out)
{
	if (!p->interlaced)
		return;
	put_one_size(p, out);
	buf_printf(out, "bwdif=mode=%s:parity=%s:deint=%s,", by_field ? "send_field" : "send_frame",
		   p->fields_in_turn ? "auto" : p->fields == FIELDS_BOTTOM_FIRST ? "bff" : "tff", some ? "interlaced" : "all");
}

/*
 * Tone mapping wants linear light; it comes after scaling, where pictures are smaller.  The brightest light is
 * taken to be 1000 cd/m2: what sources say of it is seldom so, and not said in every chunk.  The output then says
 * nothing of a mastering display any more.
 */
static void put_sdr(const struct facts_picture *p, struct buf *out)
{
	const char *transfer = p->hdr == FACTS_PQ ? "smpte2084" : "arib-std-b67";
	const char *matrix = strcmp(p->color_space, "ictcp") == 0 ? "ictcp" : "bt2020nc";

	if (p->hdr == FACTS_SDR)
		return;
	buf_printf(out, "format=yuv420p10le,zscale=tin=%s:pin=bt2020:min=%s:rin=tv:t=linear:npl=100,", transfer, matrix);
	buf_puts(out, "format=gbrpf32le,zscale=p=bt709,tonemap=tonemap=hable:desat=0:peak=10,zscale=t=bt709:m=bt709:r=tv,");
	buf_puts(out, "sidedata=mode=delete:type=MASTERING_DISPLAY_METADATA,sidedata=mode=delete:type=CONTENT_LIGHT_LEVEL,");
}

/* As ffmpeg would, but behind a scale to one size. */
static void put_turn(const struct facts_picture *p, struct buf *out)
{
	static const char *const turns[4][2] = {
		{ "", "vflip," }, { "transpose=clock,", "transpose=cclock_flip," }, { "hflip,vflip,", "hflip," }, { "transpose=cclock,", "transpose=clock_flip," },
	};

	if (graph_turns(p))
		buf_puts(out, turns[p->rotation / 90 % 4][p->mirrored]);
}

/* Before its turn a picture that is shown `*width` by `*height` has these the other way round. */
static void turn_back(const struct facts_picture *p, int64_t *width, int64_t *height)
{
	int64_t turned = *width;

	if (!graph_turns(p) || p->rotation % 180 == 0)
		return;
	*width = *height;
	*height = turned;
}

static bool keeps_shapes(const struct facts_picture *p)
{
	return graph_takes_changes(p) && p->coded_shape > 0;
}

static void put_scale(int64_t width, int64_t height, struct buf *out)
{
	buf_printf(out, "scale=w=%" PRId64 ":h=%" PRId64 ":flags=bicubic", width, height);
}

/* A side of what has another shape than the first pictures, and is to fit where they do. */
static void put_side(const char *name, int64_t pixels, const char *part, struct buf *out)
{
	buf_printf(out, "%s='if(lt(abs(%s-1)," SAME_SHAPE "),%" PRId64 ",max(2,2*round(%" PRId64 "*min(1,%s)/2)))':", name, part, pixels, pixels, part);
}

/* To that size, once it is turned.  What is turned in mid-stream, or told to be wider (calls from phones, broadcasts), keeps its
 * shape: put_room() has it in the middle. */
static void put_scale_before(const struct facts_picture *p, int64_t width, int64_t height, struct buf *out)
{
	char wider[48], higher[48];

	turn_back(p, &width, &height);
	if (!keeps_shapes(p)) {
		put_scale(width, height, out);
		return;
	}
	snprintf(wider, sizeof wider, "dar/%.9f", p->coded_shape);
	snprintf(higher, sizeof higher, "%.9f/dar", p->coded_shape);
	buf_puts(out, "scale=");
	put_side("w", width, wider, out);
	put_side("h", height, higher, out);
	buf_puts(out, "eval=frame:flags=bicubic");
}

static void put_room(const struct facts_picture *p, int64_t width, int64_t height, struct buf *out)
{
	turn_back(p, &width, &height);
	if (keeps_shapes(p))
		buf_printf(out, "pad=w=%" PRId64 ":h=%" PRId64 ":x=-1:y=-1:eval=frame,", width, height);
}

/* As filter scale calls it. */
static const char *matrix_of(const struct graph_color *color)
{
	return strcmp(color->space, "bt2020nc") == 0 ? "bt2020" : color->space;
}

/* What is transparent is black. */
static void put_opaque(const struct facts_picture *p, struct buf *out)
{
	const struct graph_color color = graph_color_of(p);

	if (p->alpha)
		buf_printf(out, "scale=in_color_matrix=%s,format=gbrap,premultiply=inplace=1,format=gbrp,",
			   p->hdr != FACTS_SDR ? "bt2020" : matrix_of(&color));
}

/* For put_sdr, behind a scale: of what is RGB by then, the filter makes BT.601 unless it is told. */
static void put_hdr_scale(const struct facts_picture *p, struct buf *out)
{
	if (p->hdr != FACTS_SDR && (p->alpha || graph_is_rgb(p)))
		buf_puts(out, ":out_color_matrix=bt2020");
}

/* Where the picture is as it shall be, filter scale lets it through if it is told of neither matrix nor range; it stays
 * for sources whose size changes on the way. */
static bool is_as_wanted(const struct facts_picture *p, const struct rung *rung)
{
	return p->coded_width == rung->width && p->coded_height == rung->height && p->rotation == 0 && p->hdr == FACTS_SDR &&
	       strcmp(p->pix_fmt, "yuv420p") == 0 && !p->full_range;
}

/* To limited-range 4:2:0 with square pixels and its colours named.  What a source does not say of its colours is
 * what we say of the output: the filter by itself would take it for BT.601, and convert it. */
static void put_picture(const struct facts_picture *p, const struct rung *rung, struct buf *out)
{
	const struct graph_color color = graph_color_of(p);

	put_opaque(p, out);
	put_scale_before(p, rung->width, rung->height, out);
	if (!is_as_wanted(p, rung))
		buf_puts(out, ":out_range=tv");
	if (!is_as_wanted(p, rung) && p->hdr == FACTS_SDR)
		buf_printf(out, ":in_color_matrix=%s:out_color_matrix=%s", matrix_of(&color), matrix_of(&color));
	put_hdr_scale(p, out);
	buf_puts(out, ",");
	put_room(p, rung->width, rung->height, out);
	put_turn(p, out);
	put_sdr(p, out);
	buf_printf(out, "format=yuv420p,setsar=1,setparams=range=tv:color_primaries=%s:color_trc=%s:colorspace=%s",
		   color.primaries, color.transfer, color.space);
}

/* Membership is decided here, by slot: where the seek landed does not matter. */
static void put_trim(const struct grid *g, const struct cut *cut, struct buf *out)
{
	bool ends = !cut->last || g->torn;
	const char *sign = "=";

	if (cut->first && !ends)
		return;
	buf_puts(out, "trim");
	if (!cut->first) {
		buf_printf(out, "=start_pts=%" PRId64, cut->first_frame);
		sign = ":";
	}
	if (ends)
		buf_printf(out, "%send_pts=%" PRId64, sign, cut->first_frame + cut->frames);
	buf_puts(out, ",");
}

/*
 * A source on its grid: times become slot numbers, exactly.  What the decoder gives out of order is
 * dropped, and the first picture stands in slot 0 even where those before it did not decode.
 */
static void put_kept(const struct grid *g, const struct cut *cut, struct buf *out)
{
	buf_printf(out, "settb=%" PRId64 "/%" PRId64 ",", g->rate.den, g->rate.num);
	put_trim(g, cut, out);
	buf_puts(out, "select='gte(pts,0)*(isnan(prev_selected_pts)+gt(pts,prev_selected_pts))',");
	if (cut->first)
		buf_puts(out, "setpts='if(eq(N,0),0,PTS)',");
}

/* Filter fps drops a last picture that is shorter than a slot, or does not tell how long it is: so it comes once more, a slot
 * later. */
static void put_slots(const struct grid *g, const struct cut *cut, struct buf *out)
{
	bool again = cut->last && !g->guessed && !g->spliced;

	buf_puts(out, again ? "tpad=stop_mode=clone:stop=1," : "");
	if (grid_steps(g))
		buf_printf(out, "settb=%" PRId64 "/%" PRId64 ",", g->nominal.den, g->nominal.num);
	buf_printf(out, "settb=%" PRId64 "/%" PRId64 ",", g->rate.den, g->rate.num);
	if (again)
		buf_printf(out, "setpts='%" PRId64 "+if(gte(ld(0),%zu),%" PRId64 ",PTS+0*if(gte(PTS,%" PRId64 "),st(0,ld(0)+1),0))',", g->lead, g->finals,
			   g->final + 1, g->final);
	else
		buf_printf(out, "setpts=PTS+%" PRId64 ",", g->lead);
}

/* Any other: the fps filter fills every slot once; the picture is held to the planned end.  It rounds each
 * frame to its slot by itself, so chunks agree on what stands where.  Behind the filter that deinterlaces ticks are half as long. */
static void put_converted(const struct facts_picture *p, const struct grid *g, const struct cut *cut, struct buf *out)
{
	if (cut->first)
		buf_printf(out, "select='gte(pts,%" PRId64 ")*(isnan(prev_selected_pts)+gte(pts,prev_selected_pts))',", -g->early * (p->interlaced ? 2 : 1));
	else
		buf_puts(out, "select='isnan(prev_selected_pts)+gte(pts,prev_selected_pts)',");
	put_slots(g, cut, out);
	buf_printf(out, "fps=fps=%" PRId64 "/%" PRId64 "%s,", g->rate.num, g->rate.den, cut->first ? ":start_time=0" : "");
	if (cut->last)
		buf_printf(out, "tpad=stop_mode=clone:stop=%" PRId64 ",trim=start_pts=%" PRId64 ":end_pts=%" PRId64 ",",
			   TAIL_FRAMES + g->last + g->held, cut->first_frame, g->frames);
	else
		put_trim(g, cut, out);
}

/* A picture that is shown twice would say its two letters twice, and one that is dropped takes them along.  Copies
 * of the first picture before a late start are let pass: hardly anybody speaks there. */
bool graph_keeps_captions(const struct grid *g)
{
	return g->constant && g->every == 1 && g->fields == 1 && !g->spliced && !g->guessed;
}

/* Filter fps drops a picture that is shorter than a slot. */
static void put_still(const struct grid *g, struct buf *out)
{
	buf_printf(out, "trim=end_frame=1,settb=%" PRId64 "/%" PRId64 ",tpad=stop_mode=clone:stop=%" PRId64 ",setpts=N,", g->rate.den, g->rate.num,
		   g->frames - 1);
}

static void put_grid(const struct facts_picture *p, const struct grid *g, const struct cut *cut, struct buf *out)
{
	buf_printf(out, "setpts=PTS-(%" PRId64 "),", g->first_pts);
	if (p->captions && !graph_keeps_captions(g))
		buf_puts(out, "sidedata=mode=delete:type=A53_CC,");
	put_deinterlace(p, g->fields == 2 || g->mixed, g->mixed, out);
	if (g->still)
		put_still(g, out);
	else if (g->keep)
		put_kept(g, cut, out);
	else
		put_converted(p, g, cut, out);
	buf_printf(out, "setpts=PTS+%d,settb=1/%" PRId64 ",", GRAPH_DELAY_FRAMES, g->timescale);
}

void graph_video(const struct facts_picture *p, const struct grid *g, const struct cut *cut, const struct rung *rungs, size_t count,
		 struct buf *out)
{
	buf_printf(out, "[0:%" PRId64 "]", p->index);
	put_grid(p, g, cut, out);
	put_picture(p, &rungs[0], out);
	for (size_t i = 0; i + 1 < count; i++) {
		buf_printf(out, ",split[v%zu][w%zu];[w%zu]", i, i, i);
		put_scale(rungs[i + 1].width, rungs[i + 1].height, out);
		buf_puts(out, ",setsar=1");
	}
	buf_printf(out, "[v%zu]", count - 1);
	/* ffmpeg copies what the source's container says of its mastering display and its turn to the output, unless the graph
	 * has more than one input. */
	if (p->hdr != FACTS_SDR || graph_turns(p))
		buf_printf(out, ";[0:%" PRId64 "]nullsink", p->index);
}

/* Four pixels in a row have one colour (DV of NTSC, SVQ1): filter pad takes whole such rows only. */
static void put_fine(const struct facts_picture *p, struct buf *out)
{
	if (keeps_shapes(p) && (strstr(p->pix_fmt, "411") != NULL || strstr(p->pix_fmt, "410") != NULL))
		buf_puts(out, "format=yuv444p,");
}

void graph_small(const struct facts_picture *p, int64_t longest, struct buf *out)
{
	const struct graph_color color = graph_color_of(p);
	int64_t width, height;

	ladder_fit(p, longest, &width, &height);
	put_deinterlace(p, false, false, out);
	put_opaque(p, out);
	put_scale_before(p, width, height, out);
	buf_puts(out, p->hdr != FACTS_SDR ? ":out_range=tv" : "");
	put_hdr_scale(p, out);
	buf_puts(out, ",");
	put_fine(p, out);
	put_room(p, width, height, out);
	put_turn(p, out);
	put_sdr(p, out);
	buf_printf(out, "scale=in_color_matrix=%s:out_range=pc:out_color_matrix=bt601,format=yuvj420p,setsar=1", matrix_of(&color));
}

/*
 * Statistics are of what is as a JPEG has it, and filter thumbnail, which takes RGB alone, is told what that is.  Filter concat keeps
 * what comes to its second input until the first one ends: that is no more than is needed.
 */
void graph_poster(const struct facts_picture *p, int64_t longest, const struct poster_pick *pick, struct buf *out)
{
	char best[48] = "null";

	if (pick->among > 1)
		snprintf(best, sizeof best, "thumbnail=n=%" PRId64, pick->among);
	buf_printf(out, "trim=start_frame=%" PRId64 ":end_frame=%" PRId64 ",", pick->first, pick->first + pick->most);
	graph_small(p, longest, out);
	buf_printf(out, ",setparams=range=pc:colorspace=smpte170m,signalstats,split[x][y];"
		   "[x]metadata=select:key=lavfi.signalstats.YAVG:value=%d:function=greater,%s[p];[y]trim=end_frame=%" PRId64 ",%s[q];[p][q]concat,"
		   "scale=out_range=pc:out_color_matrix=bt601,format=yuvj420p", BLACK_MOST, best, pick->among > 1 ? pick->among : 1, best);
}
