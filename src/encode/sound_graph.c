/*
 * sound_graph.c - the filters that make a track one unbroken sound, also where its channels or its rate change on the
 * way.  SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "encode/sound_graph.h"

#define GAP_S "0.01"            /* what is more is filled, or cut; what is less, clocks that count in milliseconds make of nothing */
#define GAP_SECOND_S "0.002"    /* behind the first packet, whose time may be all its own: of priming (Opus in fragments of MP4) */
#define GAP_VORBIS_S "0.02"     /* in Ogg, where ffmpeg gives the last long block before short ones too late a time: 17 ms, at 26 kHz */
#define STEPS_S "0.25"          /* that packets without times come to at the most */
#define CLOCK "asettb=1/1000000"        /* filter ainterleave counts in microseconds, whatever it says */
#define SAMPLES "0.048"         /* of a microsecond */
#define TICK_S "10"             /* of silence at the most that one filter makes at one time: it holds all of it */

/*
 * Pictures are all that -progress counts: one for each second that began.  They have the times of the sound, and AHEAD_S: ffmpeg
 * goes on with the output that is behind, or has nothing yet, keeps what came meanwhile for the other, and loses it where the
 * channels change.  So the next one comes at once behind a gap of BEHIND_S.
 */
#define AHEAD_S "3"             /* two pictures, and what filters hold */
#define BEHIND_S "2"            /* of AHEAD_S are left, where a picture is due */
#define COUNT "asplit[t][d];[d]pan=mono|c0=c0,aresample=8000:filter_size=1,showwaves=s=16x2:r=10,select='if(gte(n,10*ld(0))+gt(t-prev_t," BEHIND_S "),1+0*st(0,ld(0)+1))',setpts=PTS+" AHEAD_S "/TB[n];[t]"

static const char *layout_of(int64_t channels)
{
	return channels == 1 ? "mono" : channels == 6 ? "5.1" : "stereo";
}

/*
 * Fewer channels by ITU-R BS.775: the centre and the surrounds 3 dB lower into both sides, no LFE.  All of it
 * another 3 dB lower, since a sum of channels may be louder than any of them.
 */
static void put_downmix(const struct track *t, int64_t channels, struct buf *out)
{
	if (t->channels > 8)
		buf_puts(out, "pan=stereo|c0=c0|c1=c1,");
	else if (t->channels > 2 && channels <= 2)
		buf_puts(out, "aresample=center_mix_level=0.7071:surround_mix_level=0.7071:lfe_mix_level=0:rematrix_volume=0.7071:"
			      "ocl=stereo,");
}

static void put_format(const struct sound_shape *shape, struct buf *out)
{
	buf_printf(out, "aformat=sample_fmts=fltp:channel_layouts=%s,", layout_of(shape->channels));
}

/*
 * Where the rate is another than at the beginning, ffmpeg counts packets that have no times of their own by the one that was
 * (MPEG-TS: all but the first of a few): the lower it is now, the more they come too early.  So what is decoded follows itself
 * there, and is moved by what the latest of 32 packets is away, or the earliest.  (N counts samples, so packets are counted here.)
 */
static void put_steps(const struct track *t, struct buf *out)
{
	if (t->sample_rate > 0)
		buf_printf(out, "asetpts='if(eq(SR,%" PRId64 "),PTS,st(1,PTS-ld(0));st(2,if(lt(SR,%" PRId64 "),max(ld(1),ld(2)),min(ld(1),ld(2))));"
			   "st(4,mod(ld(4)+1,32));st(3,if(not(N)+gt(abs(ld(1))*TB," STEPS_S "),ld(1),not(ld(4))*gt(abs(ld(2))*TB," GAP_S ")*ld(2)));"
			   "if(not(ld(4))+abs(ld(3)),st(2,if(lt(SR,%" PRId64 "),-1e9,1e9)));st(0,ld(0)+ld(3)+NB_SAMPLES/SR/TB);ld(0)-NB_SAMPLES/SR/TB)',",
			   t->sample_rate, t->sample_rate, t->sample_rate);
}

/* Its own times, from our zero on: to [s]; and once more, for its beginning, to [h].  What is less than a gap is none. */
static void put_track(const struct track *t, const struct sound_shape *shape, struct buf *out)
{
	bool late = shape->in_ogg && strcmp(t->codec, "vorbis") == 0;

	buf_printf(out, "[0:%" PRId64 "]", t->index);
	put_downmix(t, shape->channels, out);
	put_steps(t, out);
	buf_printf(out, "asetpts=PTS-(%.9f)/TB,aresample=48000,", shape->zero_s);
	put_format(shape, out);
	buf_printf(out, CLOCK ",asetpts='st(1,if(not(N)+gt(abs(PTS-ld(0))*TB,if(eq(ld(2),1),%s,%s)),PTS,ld(0)));st(2,ld(2)+1);"
		   "st(0,ld(1)+NB_SAMPLES/" SAMPLES ");round(ld(1))',",
		   late ? GAP_VORBIS_S : GAP_SECOND_S, late ? GAP_VORBIS_S : GAP_S);
	if (shape->counted)
		buf_puts(out, COUNT);
	buf_printf(out, "atrim=start_pts=0,asplit[%s][h];", shape->most_s > 0 ? "w" : "s");
	if (shape->most_s > 0)
		buf_printf(out, "[w]atrim=end_pts=%" PRId64 "[s];", (int64_t)llround(shape->most_s * 48000));  /* it counts in samples */
}

/*
 * One silent sample at the beginning, so that what lies between is filled: just before the zero, or so far before the
 * sound as it reaches back, where a packet of the encoder begins.
 */
static void put_begin(const struct sound_shape *shape, struct buf *out)
{
	buf_puts(out, "[h]atrim=end_sample=1,volume=0,");
	buf_printf(out, "asetpts='round(max(-1,%" PRId64 "*floor((PTS*" SAMPLES "-%" PRId64 ")/%" PRId64 "))/" SAMPLES ")'[b];",
		   shape->packet, (int64_t)llround(shape->reach_s * 48000), shape->packet);
}

/* Two of them where the sound must not end before: the first is the beginning of a track without any. */
static void put_end(const struct sound_shape *shape, int64_t last, struct buf *out)
{
	buf_printf(out, "anullsrc=r=48000:cl=%s,", layout_of(shape->channels));
	put_format(shape, out);
	buf_printf(out, "atrim=end_sample=2,asetnsamples=n=1:p=0," CLOCK ",asetpts=PTS+round(%" PRId64 "/" SAMPLES ")[e];", last - 1);
}

/* Two silent samples every TICK_S, so that a long gap is filled in steps. */
static void put_ticks(const struct sound_shape *shape, int64_t last, struct buf *out)
{
	buf_printf(out, "anullsrc=r=48000:cl=%s:n=2,", layout_of(shape->channels));
	put_format(shape, out);
	buf_printf(out, CLOCK ",asetpts=N/2*" TICK_S "/TB,atrim=end_pts=%" PRId64 "[q];", last);
}

/*
 * In the order of time.  Of single samples those are kept where no other sound is; of ticks, those behind something and far from
 * it: sound that follows at once is not to be moved by them.  Then all that lies between is filled.
 */
static void put_whole(int64_t last, struct buf *out)
{
	buf_printf(out, "[b][s]%sainterleave=nb_inputs=%d,", last > 0 ? "[e][q]" : "", last > 0 ? 4 : 2);
	buf_puts(out, "aselect='if(gt(samples_n,2)+if(eq(samples_n,2),ld(1)*gte(pts,ld(0)+250000),gte(pts,ld(0)-100)),"
		      "1+0*st(0,pts+samples_n/" SAMPLES ")*st(1,1))',");
	if (last > 0)
		buf_printf(out, "asetpts='if(eq(N,0)*gte(PTS*" SAMPLES ",%" PRId64 "),-20,PTS)',", last - 2);
	buf_puts(out, "aresample=48000:async=1:min_comp=0.00001:min_hard_comp=0.00001,atrim=start_pts=0[a]");
}

void sound_graph(const struct track *t, const struct sound_shape *shape, struct buf *out)
{
	int64_t last = llround(shape->least_s * 48000) - 1;

	put_track(t, shape, out);
	put_begin(shape, out);
	if (last > 0) {
		put_end(shape, last, out);
		put_ticks(shape, last, out);
	}
	put_whole(last, out);
}
