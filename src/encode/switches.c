/*
 * switches.c - what every ffmpeg and ffprobe is told before it may open a source.  A demuxer that
 * opens other files, or a decoder with a hole in it, is not on these lists.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <inttypes.h>

#include "encode/switches.h"

#define WIDE_BYTES "268435456"  /* that are looked through for a track which begins late */
#define WIDE_US "7200000000"    /* and so much of its time */

#define ALLOC_MAX "268435456"   /* bytes; -max_alloc */

static const char formats[] = "mov,matroska,avi,flv,live_flv,mpegts,mpeg,mpegvideo,asf,ogg,mxf,gif,apng,dv,rm,nut,ivf,obu,h264,hevc,m4v,yuv4mpegpipe,mp3,flac,wav,aac,aiff,caf,amr";

static const char decoders[] =
	/* pictures */
	"h264,hevc,av1,libdav1d,vp9,vp8,mpeg4,mpeg2video,mpeg1video,mjpeg,prores,dnxhd,vc1,wmv1,wmv2,wmv3,msmpeg4v1,"
	"msmpeg4v2,msmpeg4,h263,h263i,h263p,flv,theora,vp6,vp6f,vp6a,dvvideo,ffv1,huffyuv,ffvhuff,utvideo,png,apng,gif,qtrle,"
	"svq1,svq3,cinepak,rv10,rv20,rv30,rv40,rawvideo,v210,cfhd,"
	/* sound */
	"aac,aac_latm,mp3float,mp3,mp2float,mp2,mp1float,mp1,ac3,eac3,dca,truehd,mlp,opus,libopus,vorbis,libvorbis,flac,"
	"alac,wmav1,wmav2,wmapro,amrnb,amrwb,cook,qdm2,nellymoser,speex,libspeex,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,"
	"adpcm_swf,adpcm_yamaha,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,"
	"pcm_f64le,pcm_f64be,pcm_u8,pcm_s8,pcm_alaw,pcm_mulaw,pcm_bluray,pcm_dvd,pcm_s16le_planar,pcm_s24le_planar,"
	"wavpack,tta,s302m,gsm,gsm_ms,qcelp,evrc,"
	/* subtitles */
	"mov_text,text,srt,subrip,ass,ssa,webvtt,dvdsub,dvbsub,pgssub,xsub,cc_dec,libzvbi_teletextdec";

/*
 * ffprobe gives up a whole file where it may not open a decoder for each of its streams, and opening is all that it does:
 * what packets tell of a stream is found out before, for which only the list above counts.  So these are opened by it, are
 * never given a packet, and no child of ours decodes them.
 */
static const char opened[] =
	/* pictures */
	"012v,8bps,aasc,agm,aic,amv,arbc,asv1,asv2,aura,aura2,avrn,avrp,avs,avui,ayuv,bitpacked,bmp,camstudio,camtasia,cavs,"
	"clearvideo,cljr,cllc,cyuv,dds,dirac,dpx,dxtory,dxv,escape124,escape130,exr,fic,fits,flashsv,flashsv2,fmvc,fraps,g2m,"
	"h261,hap,hq_hqa,hqx,imm4,imm5,indeo2,indeo3,indeo4,indeo5,ipu,jpeg2000,jpegls,kgv1,lagarith,libopenjpeg,loco,m101,"
	"magicyuv,mimic,mjpegb,mpegvideo,msa1,mscc,msrle,mss1,mss2,msvideo1,mszh,mts2,mvdv,mvha,mwsc,mxpeg,notchlc,nuv,pam,"
	"pbm,pgm,photocd,pixlet,ppm,prosumer,psd,qdraw,qoi,qpeg,r10k,r210,rasc,rpza,rscc,scpr,screenpresso,sgi,sheervideo,"
	"simbiosis_imx,smc,smvjpeg,snow,sp5x,speedhq,srgc,sunrast,targa,targa_y216,tdsc,tiff,truemotion1,truemotion2,"
	"truemotion2rt,tscc2,ultimotion,v210x,v308,v408,v410,vb,vble,vc1image,vcr1,vmnc,vp3,vp4,vp5,vp7,wcmv,webp,wmv3image,"
	"wnv1,xl,y41p,ylc,yuv4,zerocodec,zlib,zmbv,"
	/* sound */
	"acelp.kelvin,adpcm_ct,adpcm_ima_amv,adpcm_sbpro_2,adpcm_sbpro_3,adpcm_sbpro_4,als,ape,aptx,aptx_hd,atrac1,atrac3,"
	"atrac3al,atrac3plus,atrac3plusal,comfortnoise,dfpwm,dolby_e,dsd_lsbf,dsd_lsbf_planar,dsd_msbf,dsd_msbf_planar,dss_sp,"
	"dst,dvaudio,g722,g723_1,g726,g726le,g729,iac,ilbc,imc,libcodec2,libgsm,libgsm_ms,mace3,mace6,metasound,"
	"mp3adu,mp3adufloat,mp3on4,mp3on4float,mpc7,mpc8,msnsiren,on2avc,pcm_f16le,pcm_f24le,pcm_lxf,pcm_s16be_planar,"
	"pcm_s24daud,pcm_s32le_planar,pcm_s64be,pcm_s64le,pcm_s8_planar,pcm_u16be,pcm_u16le,pcm_u24be,pcm_u24le,pcm_u32be,"
	"pcm_u32le,pcm_vidc,qdmc,ralf,real_144,real_288,sbc,shorten,sipr,siren,sonic,tak,truespeech,twinvq,"
	"wmalossless,wmavoice,xma1,xma2,"
	/* subtitles */
	"jacosub,microdvd,mpl2,pjs,realtext,sami,stl,subviewer,subviewer1,vplayer";

void switches_input(const struct conf *conf, bool wide, bool merged, struct strings *argv)
{
	const char *const fixed[] = {
		"-protocol_whitelist", "file", "-format_whitelist", formats, "-codec_whitelist", decoders,
		"-max_streams", "256", "-probesize", wide ? WIDE_BYTES : "16000000", "-analyzeduration", wide ? WIDE_US : "20000000", NULL,
	};

	strings_add_all(argv, fixed);
	if (merged)
		strings_add_all(argv, (const char *const[]){ "-merge_pmt_versions", "1", NULL });
	strings_add(argv, "-max_pixels");
	strings_addf(argv, "%" PRId64, conf->pixels_max);
}

/* ffmpeg tries again behind each 64 KB without a packet, and ffprobe gives up there. */
void switches_source(const struct conf *conf, const struct facts *facts, struct strings *argv)
{
	switches_input(conf, facts->source.wide, facts->source.merged, argv);
	if (facts_are_in(facts, "mpegts"))
		strings_add_all(argv, (const char *const[]){ "-resync_size", "2147483647", NULL });
	if (facts->source.edits_are_void)
		strings_add_all(argv, (const char *const[]){ "-advanced_editlist", "0", NULL });
}

void switches_packets(const struct facts *facts, struct strings *argv)
{
	if (facts_has_no_clock(facts) && facts->picture.count > 0) {
		strings_add(argv, "-r");
		strings_addf(argv, "%" PRId64 "/%" PRId64, facts->picture.rate_nominal.num, facts->picture.rate_nominal.den);
	}
	if (facts_drops_torn(facts))
		strings_add_all(argv, (const char *const[]){ "-fflags", "+discardcorrupt", NULL });
}

/* By the empty specifier it holds for ffprobe's own opening, and not for what libavformat opens while it looks for stream infos. */
void switches_opened(struct strings *argv)
{
	strings_add(argv, "-codec_whitelist:");
	strings_addf(argv, "%s,%s", decoders, opened);
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

void switches_looking_ffmpeg(const struct conf *conf, struct strings *argv)
{
	const char *const fixed[] = { "-hide_banner", "-nostdin", "-nostats", "-v", "error", "-max_alloc", ALLOC_MAX, NULL };

	strings_add(argv, conf->ffmpeg);
	strings_add_all(argv, fixed);
}

void switches_ffprobe(const struct conf *conf, struct strings *argv)
{
	const char *const fixed[] = { "-hide_banner", "-v", "error", "-max_alloc", ALLOC_MAX, NULL };

	strings_add(argv, conf->ffprobe);
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
