/*
 * switches.c - what every ffmpeg and ffprobe is told before it may open a source.  A demuxer that
 * opens other files, or a decoder with a hole in it, is not on these lists.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>

#include "encode/switches.h"

#define ALLOC_MAX "268435456"   /* bytes; -max_alloc */

static const char formats[] = "mov,matroska,avi,flv,live_flv,mpegts,mpeg,mpegvideo,asf,ogg,mxf,gif,apng,dv,rm,nut,mp3,flac,wav,aac";

static const char decoders[] =
	/* pictures */
	"h264,hevc,av1,libdav1d,vp9,vp8,mpeg4,mpeg2video,mpeg1video,mjpeg,prores,dnxhd,vc1,wmv1,wmv2,wmv3,msmpeg4v1,"
	"msmpeg4v2,msmpeg4,h263,h263i,h263p,flv,theora,vp6,vp6f,vp6a,dvvideo,ffv1,huffyuv,ffvhuff,utvideo,png,apng,gif,qtrle,"
	"svq1,svq3,cinepak,rv10,rv20,rv30,rv40,rawvideo,cfhd,"
	/* sound */
	"aac,aac_latm,mp3float,mp3,mp2float,mp2,mp1float,mp1,ac3,eac3,dca,truehd,mlp,opus,libopus,vorbis,libvorbis,flac,"
	"alac,wmav1,wmav2,wmapro,amrnb,amrwb,cook,qdm2,nellymoser,speex,libspeex,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,"
	"adpcm_swf,adpcm_yamaha,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,"
	"pcm_f64le,pcm_f64be,pcm_u8,pcm_s8,pcm_alaw,pcm_mulaw,pcm_bluray,pcm_dvd,pcm_s16le_planar,pcm_s24le_planar,"
	/* subtitles: not used, but one that is off the list fails the whole probe */
	"mov_text,text,srt,subrip,ass,ssa,webvtt,dvdsub,dvbsub,pgssub,xsub,cc_dec,libzvbi_teletextdec";

void switches_input(const struct conf *conf, struct strings *argv)
{
	const char *const fixed[] = {
		"-protocol_whitelist", "file", "-format_whitelist", formats, "-codec_whitelist", decoders,
		"-max_streams", "64", "-probesize", "16000000", "-analyzeduration", "20000000", NULL,
	};

	strings_add_all(argv, fixed);
	strings_add(argv, "-max_pixels");
	strings_addf(argv, "%" PRId64, conf->pixels_max);
}

void switches_file(struct strings *argv, const char *path)
{
	strings_add(argv, "-i");
	strings_addf(argv, "file:%s", path);
}

void switches_ffmpeg(const struct conf *conf, struct strings *argv)
{
	const char *const fixed[] = {
		"-hide_banner", "-nostdin", "-nostats", "-v", "error", "-y", "-progress", "pipe:1",
		"-max_alloc", ALLOC_MAX, NULL,
	};

	strings_add(argv, conf->ffmpeg);
	strings_add_all(argv, fixed);
}

void switches_output(struct strings *argv)
{
	const char *const fixed[] = {
		"-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-fflags", "+bitexact",
		"-max_muxing_queue_size", "1024", NULL,
	};

	strings_add_all(argv, fixed);
}
