/*
 * graph.c - filter graphs: numbers and names of ours only, never text from a client.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "encode/graph.h"

/* Palettes and RGB have no matrix of their own: they get the usual one. */
static bool is_rgb(const char *format)
{
	static const char *const heads[] = { "rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "pal8", "rgba", NULL };

	for (const char *const *head = heads; *head != NULL; head++)
		if (strncmp(format, *head, strlen(*head)) == 0)
			return true;
	return false;
}

/* From the source's times to ticks of the grid.  Constant: every frame snaps to its slot. */
static void put_times(const struct timeline *t, struct buf *g)
{
	double rate = (double)t->rate.num / (double)t->rate.den;

	buf_printf(g, "setpts=PTS-(%" PRId64 ")", t->start_pts);
	if (t->resampled)
		buf_printf(g, ",fps=%" PRId64 "/%" PRId64 ",settb=1/%d,setpts=PTS+(%" PRId64 ")", t->rate.num, t->rate.den,
			   TIMELINE_HZ, t->offset_ticks);
	else
		buf_printf(g, ",settb=1/%d,setpts='round(round(PTS*%.17g/%d)*%d/%.17g)+(%" PRId64 ")'", TIMELINE_HZ, rate,
			   TIMELINE_HZ, TIMELINE_HZ, rate, t->offset_ticks);
	if (t->lead_frames > 0)
		buf_printf(g, ",fps=%" PRId64 "/%" PRId64 ":start_time=%.9f,settb=1/%d,setpts='round(PTS)'", t->rate.num,
			   t->rate.den, (double)t->delay_ticks / TIMELINE_HZ, TIMELINE_HZ);
}

/* To 8-bit 4:2:0 in the given range and size, tagged as what it is; HDR is mapped after scaling down. */
static void put_picture(const struct facts *f, int64_t width, int64_t height, const char *range, const char *format, struct buf *g)
{
	if (f->interlaced)
		buf_puts(g, ",bwdif=mode=send_frame:deint=interlaced");
	buf_printf(g, ",scale=%" PRId64 ":%" PRId64 ":flags=bicubic", width, height);
	if (f->hdr != FACTS_SDR) {
		buf_printf(g, ",setparams=color_trc=%s:color_primaries=bt2020:colorspace=bt2020nc,zscale=t=linear:npl=100,"
			   "format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=%s,format=%s",
			   f->hdr == FACTS_PQ ? "smpte2084" : "arib-std-b67", range, format);
	} else {
		buf_printf(g, ":out_range=%s%s,format=%s", range, is_rgb(f->pix_fmt) ? ":out_color_matrix=bt709" : "", format);
		if (is_rgb(f->pix_fmt))
			buf_puts(g, ",setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709");
	}
	buf_puts(g, ",setsar=1");
}

void graph_chunk(const struct facts *f, const struct timeline *t, const struct ladder *l, struct buf *g)
{
	buf_printf(g, "[0:%" PRId64 "]", f->video_index);
	put_times(t, g);
	put_picture(f, l->rungs[0].width, l->rungs[0].height, "tv", "yuv420p", g);
	for (size_t i = 1; i < l->count; i++)
		buf_printf(g, ",split=2[v%zu][s%zu];[s%zu]scale=%" PRId64 ":%" PRId64 ":flags=bicubic,setsar=1", i - 1, i, i,
			   l->rungs[i].width, l->rungs[i].height);
	buf_printf(g, "[v%zu]", l->count - 1);
}

void graph_poster(const struct facts *f, int64_t width, int64_t height, struct buf *g)
{
	buf_printf(g, "[0:%" PRId64 "]thumbnail=n=20", f->video_index);
	put_picture(f, width, height, "pc", "yuvj420p", g);
	buf_puts(g, "[p]");
}
