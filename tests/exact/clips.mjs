// clips.mjs - clips that are awkward to enter in the middle, made with ffmpeg when they are asked for.
// SPDX-License-Identifier: MIT
//
// A recipe is a function from the output's path, and a folder for what it needs in between, to the command lines that
// make it: ffmpeg's arguments.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../lib/programs.mjs";

const picture = (rate = 24, seconds = 10, size = "192x108") => ["-f", "lavfi", "-i",
	`testsrc2=s=${size}:r=${rate}:d=${seconds}`];
const tone = (seconds = 10) => ["-f", "lavfi", "-i", `sine=d=${seconds}`];
const x264 = (gop = 24, params = "", bframes = 3) => ["-c:v", "libx264", "-preset", "veryfast", "-threads", "1",
	"-pix_fmt", "yuv420p", "-bf", String(bframes),
	"-x264-params", `keyint=${gop}:min-keyint=${gop}:scenecut=0${params && `:${params}`}`];
const x265 = (gop = 24, params = "", format = "yuv420p") => ["-c:v", "libx265", "-preset", "ultrafast",
	"-pix_fmt", format, "-x265-params",
	`log-level=none:keyint=${gop}:min-keyint=${gop}:scenecut=0:bframes=4:b-adapt=0${params && `:${params}`}`];
const deep = (params) => x265(24, params, "yuv420p10le");
const mpeg2 = (gop = 12, more = []) => ["-c:v", "mpeg2video", "-b:v", "1M", "-bf", "2", "-g", String(gop), ...more];
const plain = (...words) => (out) => [[...words.flat(), out]];
const made = (codec, more = [], rate = 24, seconds = 10) => plain(picture(rate, seconds), codec, more);
const sounding = (codec, more = [], rate = 24) => plain(picture(rate), tone(), codec, "-c:a", "aac", more);
const ms = ["-video_track_timescale", "1000"];

// Made first, then copied with other options: what becomes of a clip that was cut or wrapped without encoding it.
const again = (ending, first, ...second) => (out, folder) => {
	const between = join(folder, `between.${ending}`);
	const words = second.flat(), input = words.indexOf("INPUT");
	return [[...first.flat(), between],
		[...words.slice(0, input), "-i", between, ...words.slice(input + 1), "-c", "copy", out]];
};

export const recipes = {
	// open groups of pictures, RASL pictures after CRA
	"ogop-x264.mp4": made(x264(24, "open-gop=1:b-pyramid=2")),
	"ogop-x264.mkv": made(x264(24, "open-gop=1:b-pyramid=2")),
	"ogop-x264.ts": made(x264(24, "open-gop=1:b-pyramid=2")),
	"ogop-x264-long.mp4": made(x264(120, "open-gop=1"), [], 24, 24),
	"ogop-x265.mp4": made(x265(24, "open-gop=1")),
	"ogop-x265.mkv": made(x265(24, "open-gop=1")),
	"ogop-x265.ts": made(x265(24, "open-gop=1")),
	"ogop-x265-long.mkv": made(x265(120, "open-gop=1"), [], 24, 24),
	"ogop-mpeg2.ts": made(mpeg2()),
	"ogop-mpeg2.mkv": made(mpeg2()),
	"ogop-mpeg2.mpg": made(mpeg2()),
	"ogop-mpeg2.avi": made(mpeg2()),
	"ogop-mpeg2.mp4": made(mpeg2()),
	"cgop-mpeg2.ts": made(mpeg2(15, ["-flags", "+cgop", "-sc_threshold", "1000000000"])),
	"mpeg1.mpg": made(["-c:v", "mpeg1video", "-bf", "2"]),
	"mpeg2-gop-of-3.ts": made(mpeg2(3)),

	// what is told once, at the start
	"palette.avi": made(["-c:v", "rawvideo", "-pix_fmt", "pal8"], [], 24, 4),

	// what moves for a while, and what is far apart
	"screen.mkv": plain(picture(30, 16), x264(30), "-vf", "select='between(t,5,8)+not(mod(n,6))'", "-fps_mode", "vfr"),
	"slides-uneven.mkv": plain(picture(10, 50), x264(1, "", 0), "-vf", "select='eq(n,0)+eq(n,104)+eq(n,217)+eq(n,303)+eq(n,428)'", "-fps_mode", "vfr"),
	"slides-apart.mkv": plain(picture(1, 50), x264(1, "", 0), "-vf", "select='eq(n,0)+eq(n,10)+eq(n,21)+eq(n,30)+eq(n,42)'", "-fps_mode", "vfr"),

	// what may follow each other how
	"x264-16b.mkv": made(x264(48, "b-adapt=0", 16)),
	"x264-16b.mp4": made(x264(48, "b-adapt=0", 16)),
	"x264-16b.ts": made(x264(48, "b-adapt=0", 16)),
	"x264-no-b.ts": made(x264(24, "", 0)),
	"x264-refresh.mp4": made(x264(48, "intra-refresh=1", 0)),
	"x264-refresh.ts": made(x264(48, "intra-refresh=1", 0)),
	"x264-refresh-b.ts": made(x264(48, "intra-refresh=1", 2)),
	"long-gop.mp4": made(x264(240), [], 24, 32),
	"long-gop.mkv": made(x264(240), [], 24, 32),
	"long-gop.ts": made(x264(240), [], 24, 32),
	"long-gop.flv": made(x264(240), [], 24, 32),
	"long-gop.avi": made(x264(240), [], 24, 32),
	"one-key.mkv": made(x264(9999), [], 24, 20),
	"one-key.ts": made(x264(9999), [], 24, 20),
	"gop-of-2.mp4": made(x264(2, "", 1)),
	"gop-of-2.ts": made(x264(2, "", 1)),
	"slices.ts": made(x264(24, "slices=4")),
	"x264-422-10.mp4": plain(picture(25), "-c:v", "libx264", "-pix_fmt", "yuv422p10le", "-g", "1"),

	// rates
	"23976.mp4": made(x264(), [], "24000/1001"),
	"23976.mkv": made(x264(), [], "24000/1001"),
	"23976.ts": made(x264(), [], "24000/1001"),
	"23976.flv": made(x264(), [], "24000/1001"),
	"2997.avi": made(x264(30, "", 0), [], "30000/1001"),
	"5994.mkv": made(x264(60), [], "60000/1001"),
	"5994.ts": made(x264(60), [], "60000/1001"),
	"120.mp4": made(x264(120), [], 120),
	"120.mkv": made(x264(120), [], 120),
	"120-long-gop.mp4": made(x264(1200), [], 120, 12),
	"11988.ts": made(x264(120), [], "120000/1001"),
	"90.mp4": made(x264(90), [], 90),
	"240.mp4": made(x264(240), [], 240, 6),
	"1000.mkv": made(x264(500), [], 1000, 4),
	"one-picture.mp4": plain(picture(), "-frames:v", "1", x264()),
	"one-picture.ts": plain(picture(), "-frames:v", "1", x264()),
	"1.mp4": made(x264(2, "", 1), [], 1, 40),
	"1.mkv": made(x264(2, "", 0), [], 1, 40),
	"half.mp4": made(x264(2, "", 0), [], "1/2", 40),
	"15.ts": made(x264(15), [], 15),
	"12-5.mp4": made(x264(12), [], "25/2"),
	"29-5.mp4": made(x264(30), [], "59/2"),
	"coarse-30.mp4": made(x264(24), ["-video_track_timescale", "30"], 30),
	"coarse-1000.mp4": made(x264(24), ms, "30000/1001"),
	"coarse-600.mov": made(x264(24), ["-video_track_timescale", "600"], "24000/1001"),
	"coarse-100.mp4": made(x264(24), ["-video_track_timescale", "100"]),

	// variable rates
	"vfr-holes.mkv": plain(picture(30), "-vf", "select='mod(n,7)-3'", "-fps_mode", "vfr", x264(30)),
	"vfr-holes.mp4": plain(picture(30), "-vf", "select='mod(n,7)-3'", "-fps_mode", "vfr", x264(30)),
	"vfr-jitter.mkv": plain(picture(30), "-vf", "settb=1/1000,setpts='PTS+floor(12*random(1))'", "-fps_mode",
		"passthrough", x264(30)),
	"vfr-jitter.mp4": plain(picture(30), "-vf", "settb=1/90000,setpts='PTS+floor(900*random(1))'", "-fps_mode",
		"passthrough", "-enc_time_base", "1:90000", x264(30)),
	"vfr-jitter.ts": plain(picture(30), "-vf", "settb=1/90000,setpts='PTS+floor(900*random(1))'", "-fps_mode",
		"passthrough", "-enc_time_base", "1:90000", x264(30)),
	"vfr-24-30.mp4": plain(picture(24), "-vf", "settb=1/600,setpts='if(lt(N,120),N*25,3000+(N-120)*20)'",
		"-fps_mode", "passthrough", "-enc_time_base", "1:600", x264()),
	"vfr-stills.mp4": plain(picture(30, 20), "-vf", "select='lt(t,3)+gt(t,9)*lt(t,11)+gt(t,17)'", "-fps_mode",
		"vfr", x264(30)),
	"vfr-stills.mkv": plain(picture(30, 20), "-vf", "select='lt(t,3)+gt(t,9)*lt(t,11)+gt(t,17)'", "-fps_mode",
		"vfr", x264(30)),
	"vfr-stills.ts": plain(picture(30, 20), "-vf", "select='lt(t,3)+gt(t,9)*lt(t,11)+gt(t,17)'", "-fps_mode", "vfr",
		x264(30)),
	"vfr-slides.mp4": plain(picture(1, 40), "-vf", "select='not(mod(n,3))'", "-fps_mode", "vfr", x264(4, "", 0)),
	"vfr-long-gop.mkv": plain(picture(30, 24), "-vf", "select='mod(n,5)-2'", "-fps_mode", "vfr", x264(240)),
	"vfr-twins.mkv": plain(picture(30), "-vf", "settb=1/1000,setpts='floor(N/2)*66+mod(N,2)'", "-fps_mode",
		"passthrough", x264(30)),

	// where time starts
	"edit-trim.mp4": again("mp4", [picture(), tone(), x264(48), "-c:a", "aac"], "-ss", "2.3", "INPUT"),
	"edit-trim-ogop.mp4": again("mp4", [picture(), x264(48, "open-gop=1")], "-ss", "2.9", "INPUT"),
	"edit-trim-end.mov": again("mp4", [picture(), x264(48)], "-ss", "1.1", "-t", "6.2", "INPUT"),
	"edit-delay.mp4": again("mp4", [picture(), x264()], "-itsoffset", "1.37", "INPUT"),
	"negative.mkv": again("mp4", [picture(), x264()], "-copyts", "INPUT", "-output_ts_offset", "-1.5",
		"-avoid_negative_ts", "disabled"),
	"negative.mp4": again("mp4", [picture(), x264()], "-copyts", "INPUT", "-output_ts_offset", "-1.5",
		"-avoid_negative_ts", "disabled"),
	"negative-cts.mp4": made(x264(), ["-movflags", "+negative_cts_offsets"]),
	"no-edit-list.mp4": made(x264(), ["-use_editlist", "0"]),
	"late-two-hours.mp4": made(x264(), ["-output_ts_offset", "7200"]),
	"late-hour.ts": made(x264(), ["-output_ts_offset", "3600"]),
	"late-hour.mkv": made(x264(), ["-output_ts_offset", "3600"]),
	"wrap.ts": made(x264(), ["-output_ts_offset", "95438.3"]),
	"wrap-sound.ts": sounding(x264(), ["-output_ts_offset", "95438.3"]),
	"cut-mid-gop.mkv": again("ts", [picture(), x264(48)], "INPUT", "-bsf:v", "noise=drop='lt(n,20)'"),
	"cut-mid-gop.ts": again("mp4", [picture(), x264(48)], "INPUT", "-bsf:v", "noise=drop='lt(n,20)'"),
	"sound-first.mp4": plain("-itsoffset", "0.83", picture(), tone(11), x264(), "-c:a", "aac"),
	"sound-first.mkv": plain("-itsoffset", "0.83", picture(), tone(11), x264(), "-c:a", "aac"),
	"sound-first.ts": plain("-itsoffset", "0.83", picture(), tone(11), x264(), "-c:a", "aac"),
	"sound-first-2s.ts": plain("-itsoffset", "2.4", picture(), tone(11), x264(48), "-c:a", "aac"),
	"sound-later.mp4": plain(picture(), "-itsoffset", "1.21", tone(), x264(), "-c:a", "aac"),
	"sound-later.ts": plain(picture(), "-itsoffset", "1.21", tone(), x264(), "-c:a", "aac"),
	"sound.ts": sounding(x264()),
	"sound.mkv": sounding(x264()),
	"sound-23976.mkv": sounding(x264(), [], "24000/1001"),

	// how it is wrapped
	"fragments.mp4": made(x264(), ["-movflags", "+frag_keyframe+empty_moov"]),
	"fragments-sidx.mp4": made(x264(), ["-movflags", "+dash+frag_keyframe"]),
	"fragments-short.mp4": made(x264(48), ["-movflags", "+empty_moov+default_base_moof", "-frag_duration",
		"300000"]),
	"fragments-sound.mp4": sounding(x264(), ["-movflags", "+frag_keyframe+empty_moov"]),
	"fragments-b.mp4": made(x264(24, "open-gop=1"), ["-movflags", "+frag_keyframe+empty_moov+delay_moov"]),
	"moov-first.mp4": sounding(x264(), ["-movflags", "+faststart"]),
	"no-cues.mkv": made(x264(), ["-live", "1"]),
	"no-cues.webm": made(["-c:v", "libvpx", "-g", "24"], ["-live", "1"]),
	"no-cues-long-gop.mkv": made(x264(96), ["-live", "1"], 24, 20),
	"cues-first.mkv": made(x264(), ["-cues_to_front", "1", "-reserve_index_space", "50000"]),
	"mts.m2ts": sounding(x264(), ["-mpegts_m2ts_mode", "1"]),
	"x264.flv": made(x264()),
	"sorenson.flv": made(["-c:v", "flv1", "-g", "24"]),
	"b.avi": made(x264(24)),
	"asp-b.avi": made(["-c:v", "mpeg4", "-bf", "2", "-g", "24"]),
	"asp.avi": made(["-c:v", "mpeg4", "-g", "24"]),
	"asp-b.mkv": made(["-c:v", "mpeg4", "-bf", "2", "-g", "24"]),
	"asp-b.mp4": made(["-c:v", "mpeg4", "-bf", "2", "-g", "24"]),
	"wmv2.wmv": made(["-c:v", "wmv2", "-g", "24"]),
	"x264.asf": made(x264()),
	"theora.ogv": made(["-c:v", "libtheora", "-g", "24"]),
	"vp8.ogg": made(["-c:v", "libvpx", "-g", "24"], ["-f", "ogg"]),
	"x264.nut": made(x264()),
	"mpeg2.mxf": made(["-c:v", "mpeg2video", "-g", "12"]),
	"h263.3gp": plain(picture(15, 10, "176x144"), "-c:v", "h263", "-g", "15"),

	// every picture a keyframe, or hidden ones
	"prores.mov": made(["-c:v", "prores_ks", "-profile:v", "0"]),
	"mjpeg.mov": made(["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"]),
	"mjpeg.avi": made(["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"]),
	"mjpeg.mkv": made(["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"]),
	"ffv1.mkv": made(["-c:v", "ffv1", "-g", "1"]),
	"ffv1-gop.mkv": made(["-c:v", "ffv1", "-g", "30", "-context", "1"]),
	"huffyuv.avi": made(["-c:v", "huffyuv"]),
	"dnxhd.mov": plain(picture(25, 6, "1280x720"), "-c:v", "dnxhd", "-profile:v", "dnxhr_lb", "-pix_fmt",
		"yuv422p"),
	"png.mov": made(["-c:v", "png"]),
	"qtrle.mov": made(["-c:v", "qtrle", "-g", "24"]),
	"anim.gif": made([], [], 10),
	"slow.gif": made([], [], "5/3"),
	"vp9-hidden.webm": made(["-c:v", "libvpx-vp9", "-cpu-used", "8", "-g", "48", "-auto-alt-ref", "6",
		"-lag-in-frames", "25"]),
	"vp9-hidden.mp4": made(["-c:v", "libvpx-vp9", "-cpu-used", "8", "-g", "48", "-auto-alt-ref", "6",
		"-lag-in-frames", "25"]),
	"vp8-hidden.webm": made(["-c:v", "libvpx", "-cpu-used", "8", "-g", "48", "-auto-alt-ref", "1", "-lag-in-frames",
		"16", "-b:v", "300k"]),
	"av1.mp4": made(["-c:v", "libsvtav1", "-preset", "12", "-g", "48"]),
	"av1.mkv": made(["-c:v", "libsvtav1", "-preset", "12", "-g", "48"]),
	"av1.webm": made(["-c:v", "libsvtav1", "-preset", "12", "-g", "24"], [], 30),
	"av1-open.mkv": made(["-c:v", "libsvtav1", "-preset", "12", "-g", "48", "-svtav1-params", "irefresh-type=1"]),

	// what needs filters that look at neighbours, or more than the picture
	"mbaff.ts": plain(picture("60000/1001"), "-vf", "tinterlace=interleave_top", x264(30, "tff=1", 2), "-flags",
		"+ildct+ilme"),
	"mbaff.mp4": plain(picture(50), "-vf", "tinterlace=interleave_top", x264(25, "tff=1", 2), "-flags",
		"+ildct+ilme"),
	"mbaff.mkv": plain(picture("60000/1001"), "-vf", "tinterlace=interleave_bottom", x264(30, "bff=1", 2), "-flags",
		"+ildct+ilme"),
	"mbaff-long-gop.mp4": plain(picture(50, 24), "-vf", "tinterlace=interleave_top", x264(250, "tff=1", 2),
		"-flags", "+ildct+ilme"),
	"mbaff-gop-of-2.mp4": plain(picture(50), "-vf", "tinterlace=interleave_top", x264(2, "tff=1", 1), "-flags",
		"+ildct+ilme"),
	"inter-mpeg2.ts": plain(picture(50), "-vf", "tinterlace=interleave_top", mpeg2(12, ["-flags", "+ildct+ilme",
		"-top", "1"])),
	"inter-mpeg2-5994.ts": plain(picture("60000/1001"), "-vf", "tinterlace=interleave_top", mpeg2(15, ["-flags",
		"+ildct+ilme", "-top", "1"])),
	"inter-mpeg2.mpg": plain(picture(50), "-vf", "tinterlace=interleave_top", mpeg2(12, ["-flags", "+ildct+ilme",
		"-top", "1"])),
	"inter-prores.mov": plain(picture(50), "-vf", "tinterlace=interleave_top", "-c:v", "prores_ks", "-profile:v",
		"0", "-flags", "+ildct"),
	"inter-vfr.mkv": plain(picture(60), "-vf", "tinterlace=interleave_top,select='mod(n,7)-3'", "-fps_mode", "vfr",
		x264(30, "tff=1", 2), "-flags", "+ildct+ilme"),
	"turned.mp4": again("mp4", [picture(), x264()], "INPUT", "-metadata:s:v", "rotate=90"),
	"turned-23976.mov": again("mp4", [picture("24000/1001"), x264()], "INPUT", "-metadata:s:v", "rotate=180"),
	"hdr.mp4": plain(picture(24, 6), deep("colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc")),
	"hlg.mkv": plain(picture(24, 6), deep("colorprim=bt2020:transfer=arib-std-b67:colormatrix=bt2020nc"),
		"-color_primaries", "bt2020", "-color_trc", "arib-std-b67", "-colorspace", "bt2020nc"),

	// damaged, or joined by hand
	"holes.mp4": again("mp4", [picture(), x264()], "INPUT", "-bsf:v", "noise=drop='eq(mod(n,50),37)'"),
	"holes.ts": again("mp4", [picture(), x264()], "INPUT", "-bsf:v", "noise=drop='eq(mod(n,50),37)'"),
	"holes-no-keys.mkv": again("mp4", [picture(), x264()], "INPUT", "-bsf:v", "noise=drop='key*eq(mod(n,72),48)'"),
	"noise.mp4": again("mp4", [picture(), x264()], "INPUT", "-bsf:v", "noise=amount='not(mod(n,29))*400'"),
	"noise.ts": again("mp4", [picture(), x264()], "INPUT", "-bsf:v", "noise=amount='not(mod(n,29))*400'"),
	"noise-open.ts": again("ts", [picture(), x264(24, "open-gop=1")], "INPUT", "-bsf:v",
		"noise=amount='not(mod(n,29))*400'"),
	"noise.mkv": again("mp4", [picture(), mpeg2()], "INPUT", "-bsf:v", "noise=amount='not(mod(n,29))*400'"),
};

// Two clips one behind the other, byte by byte, as broadcasters and recorders do it.
const joins = {
	"joined.ts": [[picture(24, 6), x264()], [picture(24, 6), x264()]],
	"joined-back.ts": [[picture(24, 6), x264(), "-output_ts_offset", "500"], [picture(24, 6), x264()]],
	"joined-ahead.ts": [[picture(24, 6), x264()], [picture(24, 6), x264(), "-output_ts_offset", "8"]],
	"joined-pause.ts": [[picture(24, 6), x264()], [picture(24, 6), x264(), "-output_ts_offset", "30"]],
	"joined-size.ts": [[picture(24, 6), x264()], [picture(24, 6, "256x144"), x264(), "-output_ts_offset", "6"]],
	"joined-size-fields.ts": [
		[picture(50, 6), "-vf", "tinterlace=interleave_top", mpeg2(12, ["-flags", "+ildct+ilme", "-top", "1"])],
		[picture(50, 6, "256x144"), "-vf", "tinterlace=interleave_top", mpeg2(12, ["-flags", "+ildct+ilme", "-top", "1"]),
			"-output_ts_offset", "6"]],
	"joined-aspect.ts": [[picture(24, 6), x264(24, "", 0)],
		[picture(24, 6), "-vf", "setsar=2", x264(24, "", 0), "-output_ts_offset", "6"]],
	"joined-next.ts": [[picture(24, 6), x264()], [picture(24, 6), x264(), "-output_ts_offset", "6"]],
	"joined-rate.ts": [[picture(24, 6), x264()], [picture(30, 6), x264(), "-output_ts_offset", "6"]],
	"joined.mpg": [[picture(24, 6), mpeg2()], [picture(24, 6), mpeg2()]],
};

const ffmpeg = (words) => run("ffmpeg", ["-v", "error", "-nostdin", "-y", ...words.flat()]);

async function join2(parts, out, folder) {
	const paths = parts.map((_, i) => join(folder, `part-${i}.${out.split(".").pop()}`));
	await Promise.all(parts.map((words, i) => ffmpeg([...words, paths[i]])));
	writeFileSync(out, Buffer.concat(paths.map((path) => readFileSync(path))));
}

export const names = [...Object.keys(recipes), ...Object.keys(joins)];

// Makes one of them in `folder`, which should be its own; its path.
export async function makeClip(name, folder) {
	const out = join(folder, name);
	if (joins[name])
		await join2(joins[name], out, folder);
	else
		for (const words of recipes[name](out, folder))
			await ffmpeg(words);
	return out;
}
