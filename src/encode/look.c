/*
 * look.c - what a source is asked for before there is a plan.
 * SPDX-License-Identifier: MIT
 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "encode/line.h"
#include "encode/look.h"
#include "encode/switches.h"
#include "encode/times.h"

void look_probe_argv(const struct conf *conf, const char *source, enum probe_step step, struct strings *argv)
{
	static const char entries[] =
		"stream=index,codec_type,codec_name,profile,width,height,pix_fmt,sample_aspect_ratio,field_order,"
		"has_b_frames,r_frame_rate,avg_frame_rate,time_base,start_pts,start_time,duration,nb_frames,bit_rate,color_range,"
		"color_space,color_transfer,color_primaries,sample_rate,channels,channel_layout"
		":stream_disposition=attached_pic,default,original,comment,hearing_impaired,visual_impaired,forced"
		":stream_tags=language,title,name,DURATION:stream_side_data=rotation,displaymatrix,dv_profile,dv_bl_signal_compatibility_id"
		":format=format_name,start_time,duration,nb_streams,size:program=program_id:program_stream=index";
	const char *const fixed[] = { "-show_entries", entries, "-of", "json", NULL };

	switches_ffprobe(conf, argv);
	switches_input(conf, step != PROBE_HEAD, step == PROBE_MERGED, argv);
	switches_opened(argv);
	strings_add_all(argv, fixed);
	switches_file(argv, source);
}

/* Where clocks may start anew all streams tell when: whichever comes first. */
static bool scans_all(const struct facts *facts)
{
	return facts->picture.count > 0 && facts->sound.count > 0 && (facts->sound.outlasted || times_may_jump(facts->source.container));
}

/* Packets without times: how long each lasts tells whether it is a picture or one of its fields. */
static bool is_numbered(const struct facts *facts)
{
	return facts_has_no_clock(facts) && facts->picture.count > 0 && ratio_known(facts->picture.timebase);
}

void look_scan_argv(const struct conf *conf, const char *source, const struct facts *facts, struct strings *argv)
{
	/* -o pipe:1: to its standard output ffprobe writes each line by itself, which costs both of us half of the time. */
	const char *const fixed[] = { "-of", "csv=p=0", "-o", "pipe:1", NULL };

	switches_ffprobe(conf, argv);
	switches_source(conf, facts, argv);
	switches_opened(argv);
	strings_add(argv, "-show_entries");
	strings_addf(argv, "packet=%spts,dts,size,pos,flags:packet_side_data=side_data_type",
		     scans_all(facts) ? "stream_index,duration," : is_numbered(facts) ? "duration," : "");
	if (!scans_all(facts))
		line_number(argv, "-select_streams", facts->picture.count > 0 ? facts->picture.index : facts->sound.tracks[0].index);
	strings_add_all(argv, fixed);
	switches_file(argv, source);
}

bool look_scan_is_wanted(const struct facts *facts)
{
	return facts->picture.count > 0 || times_may_jump(facts->source.container);
}

/* ffprobe selects one stream, or all. */
void look_scan_begin(const struct facts *facts, struct scan *scan)
{
	if (is_numbered(facts))
		scan_number(scan, llround(1 / ratio_value(facts->picture.rate_nominal) / ratio_value(facts->picture.timebase)),
			    strcmp(facts->picture.codec, "h264") == 0);
	if (scans_all(facts))
		scan_beside(scan, facts->picture.index, facts->sound.tracks[0].index);
	if (facts->picture.count == 0 || !times_may_jump(facts->source.container))
		return;
	splice_follow(&scan->splice, facts->picture.index, facts->picture.timebase);
	for (size_t i = 0; i < facts->sound.count; i++)
		splice_follow(&scan->splice, facts->sound.tracks[i].index, facts->sound.tracks[i].timebase);
}
