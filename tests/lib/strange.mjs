// strange.mjs - clips of the kinds that recipes.mjs never makes: one a row, what it is made of, and what must come of it.
// SPDX-License-Identifier: MIT
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { boxes, find } from "./boxes.mjs";
import { numbers } from "./numbered.mjs";
import { run } from "./programs.mjs";

const ffmpeg = (...words) => run("ffmpeg", ["-v", "error", "-y", ...words.flat(9).map(String)]);
const x264 = (...more) => ["-c:v", "libx264", "-preset", "ultrafast", "-threads", "1", ...more];
const at = (late) => "between(mod(T+1,3),0,0.1)*gt(T,1)".replaceAll("T", `(t+${late})`);
const aac = ["-c:a", "aac"];

// Numbered pictures with flashes, and the beeps that belong to them: words of ffmpeg's that open them.
const picture = ({ size = "192x128", rate = 25, seconds = 6, late = 0, after = "", before = "" } = {}) => ["-itsoffset", late, "-f", "lavfi", "-i",
	`testsrc2=s=${size}:r=${rate}:d=${seconds},format=yuv420p,lutyuv=y=val/3+16,drawbox=c=white:t=fill:enable='${at(late)}',${before}${numbers()}${after && `,${after}`}`];
const beeps = ({ rate = 48000, seconds = 6, late = 0, after = "" } = {}) => ["-itsoffset", late, "-f", "lavfi", "-i",
	`aevalsrc='0.8*sin(2*PI*1000*mod(T+1,3))*between(mod(T+1,3),0,0.1)*gt(T,1)':s=${rate}:d=${seconds}${after && `,${after}`}`.replaceAll("T", `(t+${late})`)];

const row = (name, args, expect = {}) => ({ name, make: (path) => ffmpeg(args, path), ...expect });
const made = (name, make, expect = {}) => ({ name, make, ...expect });
const part = (path, n) => path.replace(/[^/]*$/, `part${n}.${path.split(".").at(-1)}`);

const MATRIX = {                // of a tkhd, in 16.16, and what pictures are given so that they are upright once it is followed
	90: [[0, 1, -1, 0], "transpose=2"], 180: [[-1, 0, 0, -1], "hflip,vflip"], 270: [[0, -1, 1, 0], "transpose=1"],
	mirror: [[-1, 0, 0, 1], "hflip"], flip: [[1, 0, 0, -1], "vflip"], transpose: [[0, 1, 1, 0], "transpose=0"], transverse: [[0, -1, -1, 0], "transpose=3"],
};

function turn(path, [a, b, c, d]) {
	const bytes = readFileSync(path), tkhd = find(bytes, "moov trak tkhd"), at = tkhd.offset + 8 + 40;
	[a, b, 0, c, d].forEach((value, i) => bytes.writeInt32BE(value * 65536, at + 4 * i));
	bytes.writeInt32BE(a + c < 0 ? 192 * 65536 : 0, at + 24);
	bytes.writeInt32BE(b + d < 0 ? 192 * 65536 : 0, at + 28);
	writeFileSync(path, bytes);
}

function spoil(path, part, random, count) {
	const bytes = readFileSync(path);
	for (let i = 0; i < count; i++)
		bytes[Math.floor(bytes.length * part) + i * 7] = random.below(256);
	writeFileSync(path, bytes);
}

const joined = (ending, ...parts) => async (path) => {
	const files = parts.map((_, i) => part(path, i));
	for (const [i, words] of parts.entries())
		await ffmpeg(words, files[i]);
	writeFileSync(path, Buffer.concat(files.map((file) => readFileSync(file))));
};
const cut = (from, to, words) => async (path) => {
	await ffmpeg(words, path);
	const bytes = readFileSync(path), block = path.endsWith(".ts") ? 188 : 1, at = (share) => Math.floor(bytes.length * share / block) * block;
	writeFileSync(path, bytes.subarray(at(from), at(to)));
};

/*
 * All rows; `pick` takes one of a list.  What is expected:
 *   frames   different pictures that the source has          every, slack  one in so many is kept; ms that they may be moved
 *   seconds  how long it is                                  loose         which pictures is left to the decoder
 *   codes    decisions that are to be told, and may be       sync          ms that beeps may be off; 0: cannot be measured
 *   alone    a recording                                     state         failed, or either; else it is ready
 */
export function rows(pick, random) {
	const P = picture(), B = beeps();
	const gop = ["-g", pick([1, 12, 25, 50, 250])], b = pick([0, 2, 3]), bf = ["-bf", b];
	const av = [P, B, x264(), gop, bf, aac];
	const list = [];
	const add = (...rest) => list.push(row(...rest)), addMade = (...rest) => list.push(made(...rest));

	// Starts and ends
	for (const [late, ending] of [[10, "mp4"], [10, "mkv"], [10, "ts"], [3.017, "mov"], [0.5, "flv"]])
		add(`picture-late-${late}.${ending}`, [picture({ late }), beeps({ seconds: 16 }), x264(), gop, bf, aac, ["-ar", 44100, "-fps_mode", "passthrough"]], { codes: ["picture_starts_late"] });
	for (const [late, ending] of [[10, "mp4"], [10, "mkv"], [10, "ts"], [2.9, "mov"], [4, "flv"]])
		add(`sound-late-${late}.${ending}`, [picture({ seconds: 16 }), beeps({ late }), x264(), gop, bf, aac, ["-ar", 44100]], { frames: 400 });
	for (const ending of ["mp4", "mkv", "ts", "avi"]) {
		add(`sound-short.${ending}`, [picture({ seconds: 14 }), beeps({ seconds: 4 }), x264(), gop, ["-c:a", ending === "avi" ? "mp3" : "aac"]], { frames: 350, seconds: 14 });
		add(`sound-long.${ending}`, [picture({ seconds: 4 }), beeps({ seconds: 16 }), x264(), gop, ["-c:a", ending === "avi" ? "mp3" : "aac"]], { longer: true, seconds: 16, codes: ["last_picture_held"] });
	}
	for (const ending of ["mp4", "mkv", "ts", "nut", "avi", "flv", "mov", "mxf", "ogv", "webm", "asf"])
		for (const count of [1, 2, 3])
			add(`of-${count}.${ending}`, [P, "-frames:v", count, ending === "ogv" ? ["-c:v", "libtheora", "-q:v", 8] : ending === "webm" ? ["-c:v", "libvpx"] : ending === "mxf" ? ["-c:v", "mpeg2video"]
				: ending === "asf" ? ["-c:v", "wmv2"] : x264()], { frames: count, may: ending === "asf" && count === 1 ? ["no_storyboard"] : [] });
	for (const ending of ["mp4", "mkv", "ts"])
		add(`negative.${ending}`, [P, B, x264(), gop, ["-bf", 3, "-output_ts_offset", -2.5, "-avoid_negative_ts", "disabled"], aac],
			ending === "ts" ? { frames: 150 } : { loose: true, sync: 0, may: ["no_times", "frames_lost", "headless"] });
	addMade("open-cut.ts", cut(0.3, 1, [P, B, x264(), ["-g", 25, "-bf", 3, "-x264-params", "open-gop=1:b-pyramid=2", "-b:v", "300k"], aac]), { loose: true, sync: 0, may: ["headless", "damaged"] });
	addMade("pyramid.mkv", (path) => ffmpeg(P, B, ["-c:v", "libx264", "-preset", "fast", "-bf", 8, "-x264-params", "b-pyramid=normal:open-gop=1:keyint=40"], aac, path), { frames: 150 });
	addMade("cut-copy.mp4", async (path) => {
		await ffmpeg(P, B, ["-c:v", "libx264", "-preset", "fast", "-bf", 3, "-x264-params", "open-gop=1:keyint=40"], aac, part(path, 0));
		await ffmpeg("-ss", 2.3, "-i", part(path, 0), "-c", "copy", path);
	}, { loose: true, sync: 0, may: ["headless"] });
	addMade("cut-copy.mkv", async (path) => {
		await ffmpeg(P, B, ["-c:v", "libx264", "-preset", "fast", "-bf", 3, "-x264-params", "open-gop=1:keyint=40"], aac, part(path, 0));
		await ffmpeg("-ss", 2.3, "-i", part(path, 0), "-c", "copy", path);
	}, { loose: true, sync: 0, may: ["headless"] });

	// Rates and clocks
	for (const [rate, frames] of [["1", 12], ["2", 24], ["5", 60], ["15000/1001", 90], ["24000/1001", 144], ["30000/1001", 180], ["48", 288], ["50", 300], ["60000/1001", 360], ["90", 540],
		["100", 600], ["120000/1001", 720], ["120", 720], ["144", 864], ["240", 1440]])
		for (const ending of [pick(["mp4", "mov"]), pick(["mkv", "ts", "avi"])])
			add(`rate-${rate.replace("/", "by")}.${ending}`, [picture({ rate, seconds: Number(rate) < 10 ? 12 : 6.006 }), beeps({ seconds: Number(rate) < 10 ? 12 : 6 }), x264(), gop, ending === "avi" ? [] : bf, ending === "avi" ? ["-c:a", "mp3"] : aac],
				{ every: rateOf(rate) > 60 ? Math.ceil(rateOf(rate) / 60 - 1e-9) : 1, slack: rate === "120000/1001" ? 4.2 : 2.2, sync: rateOf(rate) > 60 || rateOf(rate) < 10 ? 1100 / Math.min(60, rateOf(rate)) : 1.6 });
	for (const scale of [600, 1000, 90000, 1000000, 24000, 48000, 12800, 3000])
		add(`scale-${scale}.mp4`, [picture({ rate: pick(["24", "25", "30", "30000/1001", "24000/1001"]) }), B, x264(), gop, bf, aac, ["-video_track_timescale", scale]], { sync: 2.5 });

	// Varying rates
	const gone = (...spans) => `select='not(${spans.map(([from, to]) => `between(t,${from},${to})`).join("+")})'`;
	for (const ending of ["mp4", "mkv", "ts", "webm"]) {
		const codec = ending === "webm" ? [["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", 8], ["-c:a", "libopus"]] : [x264(), aac];
		for (const [what, spans] of [["start", [[0.1, 2.5]]], ["middle", [[2.2, 4.6]]], ["end", [[3.5, 5.9]]], ["all", [[0.1, 0.9], [2.3, 3.1], [5.1, 5.5]]]])
			add(`pause-${what}.${ending}`, [picture({ after: gone(...spans), seconds: 7 }), beeps({ seconds: 7 }), codec, gop, ["-fps_mode", "vfr"]], { loose: what === "end", sync: 21, slack: 21 });
		add(`random-steps.${ending}`, [picture({ rate: 30, after: "select='gt(random(1),0.4)'" }), B, codec, gop, ["-fps_mode", "vfr"]], { sync: 35, slack: 35 });
		add(`jitter.${ending}`, [picture({ rate: 30, after: "settb=1/90000,setpts='PTS+floor(900*(random(2)-0.5))'" }), B, codec, gop, ["-fps_mode", "passthrough", "-enc_time_base", "1:90000"]], { sync: 35, slack: 35 });
	}
	add("same-time.mkv", [picture({ after: "setpts='if(eq(mod(N,20),10),PTS-1/TB/25,PTS)'" }), B, x264(), gop, ["-bf", 0, "-fps_mode", "passthrough"], aac], { loose: true, sync: 42 });
	add("same-time.avi", [P, B, ["-c:v", "mpeg4", "-bsf:v", "noise=drop='eq(mod(n,17),5)'"], "-c:a", "mp3"], { loose: true, sync: 42 });

	// Sound
	for (const [rate, codec, ending] of [[8000, "pcm_u8", "avi"], [11025, "pcm_s24le", "mov"], [22050, "pcm_f64le", "mkv"], [96000, "pcm_s24le", "mkv"], [192000, "pcm_s32le", "mov"], [96000, "flac", "mkv"],
		[192000, "flac", "mkv"], [11025, "aac", "mp4"], [22050, "mp3", "mkv"], [12000, "aac", "ts"], [16000, "mp2", "ts"], [8000, "aac", "mp4"], [24000, "libopus", "mp4"], [96000, "aac", "mp4"], [88200, "alac", "mov"], [64000, "pcm_s16be", "mov"],
		[7350, "aac", "mkv"], [44100, "wmav1", "asf"], [32000, "libvorbis", "mkv"], [22050, "libvorbis", "ogv"], [44100, "libvorbis", "ogv"], [48000, "eac3", "mp4"], [48000, "dca", "mkv"], [48000, "truehd", "mkv"], [48000, "wavpack", "mkv"], [44100, "tta", "mkv"],
		[8000, "pcm_alaw", "mov"], [8000, "adpcm_ima_wav", "avi"], [22050, "adpcm_ms", "avi"], [44100, "adpcm_swf", "flv"]])
		add(`sound-${codec}-${rate}.${ending}`, [P, beeps({ rate }), ending === "ogv" ? ["-c:v", "libtheora", "-q:v", 8] : ending === "asf" ? ["-c:v", "wmv2"] : ending === "flv" ? ["-c:v", "flv1", "-q:v", 4] : x264(), gop, ["-c:a", codec, "-strict", "-2"]],
			{ frames: ending === "ogv" ? undefined : 150, sync: codec.startsWith("adpcm") ? 4 : 2.2 });
	for (const [layout, codec, ending] of [["mono", "aac", "mp4"], ["5.1", "aac", "mp4"], ["7.1", "aac", "mp4"], ["7.1", "flac", "mkv"], ["2.1", "pcm_s16le", "mov"], ["quad", "flac", "mkv"], ["3.0", "pcm_s16le", "mkv"], ["5.0", "ac3", "ts"], ["6.1", "pcm_s24le", "mov"],
		["hexagonal", "pcm_s16le", "mkv"], ["octagonal", "pcm_s16le", "mkv"], ["downmix", "pcm_s16le", "mov"], ["7.1", "libopus", "mkv"]])
		add(`layout-${layout}-${codec}.${ending}`, [P, beeps({ after: `pan=${layout}|c0=c0|c1=c0` }).map((word) => (layout === "mono" ? String(word).replace("|c1=c0", "") : word)), x264(), gop, ["-c:a", codec, "-strict", "-2"]], { frames: 150, sync: 2.2 });

	// Containers
	add("fragments.mp4", [av, "-movflags", "+frag_keyframe+empty_moov+default_base_moof"], { frames: 150 });
	add("fragments-sidx.mp4", [av, "-movflags", "+dash+delay_moov+global_sidx+frag_keyframe"], { frames: 150 });
	add("fragments-time.mp4", [av, "-movflags", "+frag_every_frame+empty_moov"], { frames: 150 });
	add("hybrid.mp4", [av, "-movflags", "+cmaf+separate_moof", "-frag_duration", 1000000], { frames: 150 });
	add("negative-cts.mp4", [P, B, x264("-bf", 3), gop, aac, "-movflags", "+negative_cts_offsets"], { frames: 150 });
	add("no-edits.mp4", [P, B, x264("-bf", 3), gop, aac, "-use_editlist", 0], { frames: 150 });
	add("timecode.mov", [av, "-timecode", "01:02:03:04"], { frames: 150 });
	add("chapters-data.mov", [av, "-metadata:s:v:0", "timecode=00:00:00:00"], { frames: 150 });
	add("prores.mov", [P, B, ["-c:v", "prores_ks", "-profile:v", 2], "-c:a", "pcm_s24le", "-timecode", "10:00:00:00"], { frames: 150 });
	add("prores4444.mov", [P, B, ["-c:v", "prores_ks", "-profile:v", 4, "-pix_fmt", "yuva444p10le"], "-c:a", "pcm_s16be"], { frames: 150, may: ["alpha_dropped"] });
	for (const start of [95443.1, 95440, 47721.3])
		add(`wrap-${start}.ts`, [P, B, x264(), gop, bf, aac, "-output_ts_offset", start], { frames: 150, ...(start < 90000 && { sync: 0 }) });
	add("m2ts.m2ts", [av, "-c:a", "ac3"], { frames: 150 });
	for (const [what, second] of [["back", 0], ["forth", 50], ["far", 40000], ["gap", 8]])
		addMade(`join-${what}.ts`, joined("ts", [P, B, x264(), gop, bf, aac, "-output_ts_offset", 20], [P, B, x264(), gop, bf, aac, "-output_ts_offset", 20 + second]),
			{ may: ["spliced", "sound_lost"], loose: true, sync: second > 100 || second === 0 ? 0 : 2.2 });
	addMade("jump.flv", joined("flv", [av, "-ar", 44100]), { frames: 150 });
	add("dropped.avi", [P, B, ["-c:v", "mpeg4"], "-bsf:v", "noise=drop='between(n,40,44)+eq(n,90)'", "-c:a", "mp3"], { loose: true, sync: 42 });
	add("avi-h264b.avi", [P, B, x264("-bf", 2), gop, "-c:a", "mp3"], { frames: 150, sync: 85, slack: 85 });
	add("huge-pcm.avi", [P, B, ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"], "-c:a", "pcm_s16le"], { frames: 150 });
	add("laced.mkv", [P, B, x264(), gop, "-c:a", "libopus", "-frame_duration", "2.5"], { frames: 150 });
	add("live.mkv", [av, "-live", 1, "-cluster_time_limit", 300], { frames: 150 });
	add("asf.asf", [P, B, ["-c:v", "wmv2", "-q:v", 4], "-c:a", "wmav2"], { frames: 150 });
	add("asf-h264.asf", [P, B, x264(), gop, "-c:a", "mp3"], { frames: 150 });
	add("mxf.mxf", [P, B, ["-c:v", "mpeg2video", "-q:v", 4, "-bf", 2], gop, "-c:a", "pcm_s16le", "-ar", 48000], { frames: 150 });
	add("opatom.nut", [P, B, ["-c:v", "ffv1"], gop, "-c:a", "flac"], { frames: 150 });
	add("nut-b.nut", [P, B, x264("-bf", 3), gop, "-c:a", "mp3"], { frames: 150 });
	add("raw.y4m", [P], { frames: 150 });
	add("dv.dv", [picture({ size: "720x576" }), B, ["-target", "pal-dv"]], { may: ["deinterlaced", "rate_of_fields", "not_interlaced"], sync: 42 });
	add("dv-ntsc.dv", [picture({ size: "720x480", rate: "30000/1001" }), B, ["-target", "ntsc-dv"]], { may: ["deinterlaced", "rate_of_fields", "not_interlaced"], sync: 42 });
	add("dvd.mpg", [picture({ size: "720x576" }), B, ["-target", "pal-dvd"]], { frames: 150, sync: 22 });
	add("vcd.mpg", [picture({ size: "352x288" }), B, ["-target", "pal-vcd"]], { frames: 150, sync: 22 });
	add("es.h264", [P, x264(), gop, ["-bf", 0]], { state: "either", loose: true });
	add("ivf.ivf", [P, ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", 8], gop], { frames: 150 });
	add("3gp.3gp", [picture({ size: "176x144" }), beeps({ rate: 8000 }), ["-c:v", "h263", "-q:v", 3], "-c:a", "aac"], { frames: 150, sync: 2.5 });
	add("rm.rm", [picture({ size: "176x144" }), ["-c:v", "rv20", "-q:v", 3]], { loose: true });
	for (const ending of ["gif", "apng"])
		add(`moving.${ending}`, [picture({ rate: 10, seconds: 3 }), ["-f", ending]], { frames: 30, sync: 0, may: ["alpha_dropped"] });
	add("moving.webp", [picture({ rate: 10, seconds: 2 })], { state: "failed" });

	// What changes on the way, or is told wrongly
	const ts = (offset, options, ...more) => [picture({ seconds: 4, ...options }), beeps({ seconds: 4 }), x264(), ["-g", 25], more, "-output_ts_offset", offset, "-muxdelay", 0];
	addMade("other-size.ts", joined("ts", ts(1, {}, aac), ts(5, { size: "256x192" }, aac)), { loose: true, sync: 42, seconds: 8 });
	addMade("other-shape.ts", joined("ts", ts(1, {}, aac), ts(5, { size: "128x192" }, aac)), { loose: true, sync: 42, seconds: 8 });
	addMade("other-rate.ts", joined("ts", ts(1, {}, aac), ts(5, { rate: 50 }, aac)), { loose: true, sync: 42, seconds: 8 });
	addMade("other-format.ts", joined("ts", ts(1, {}, aac), ts(5, { after: "format=yuv444p" }, aac)), { loose: true, sync: 42, seconds: 8 });
	addMade("other-aspect.ts", joined("ts", ts(1, {}, aac), ts(5, { after: "setsar=2" }, aac)), { loose: true, sync: 42, seconds: 8 });
	addMade("other-samples.ts", joined("ts", ts(1, {}, aac), ts(5, {}, aac, "-ar", 32000)), { loose: true, sync: 0, seconds: 8 });
	addMade("other-channels.ts", joined("ts", ts(1, {}, aac, "-ac", 1), ts(5, {}, aac, "-ac", 6)), { loose: true, sync: 0, seconds: 8 });
	addMade("other-depth.ts", joined("ts", ts(1, {}, aac), ts(5, { after: "format=yuv420p10le" }, aac)), { loose: true, sync: 42, seconds: 8 });
	add("told-50.mp4", [P, B, x264(), gop, aac, "-bsf:v", "h264_metadata=tick_rate=100"], { frames: 150 });
	add("told-12.mkv", [P, B, x264(), gop, aac, "-bsf:v", "h264_metadata=tick_rate=24"], { frames: 150 });
	add("told-50.ts", [P, B, x264(), gop, aac, "-bsf:v", "h264_metadata=tick_rate=100"], { frames: 150 });
	add("told-50.avi", [P, B, x264("-bf", 0), gop, "-c:a", "mp3", "-bsf:v", "h264_metadata=tick_rate=100"], { frames: 150 });
	add("no-timing.ts", [P, B, x264("-x264-params", "no-scenecut=1:force-cfr=0"), gop, aac, "-bsf:v", "h264_metadata=fixed_frame_rate_flag=0"], { frames: 150 });
	add("crop.mp4", [picture({ size: "192x144" }), B, x264(), gop, aac, "-bsf:v", "h264_metadata=crop_bottom=16"], { frames: 150, size: "192x128" });
	add("altref.webm", [P, B, ["-c:v", "libvpx-vp9", "-cpu-used", 5, "-auto-alt-ref", 1, "-lag-in-frames", 12, "-b:v", "200k"], gop, "-c:a", "libopus"], { frames: 150 });
	add("altref8.webm", [P, B, ["-c:v", "libvpx", "-cpu-used", 5, "-auto-alt-ref", 1, "-lag-in-frames", 12, "-b:v", "200k"], gop, "-c:a", "libvorbis"], { frames: 150 });
	for (const ending of ["mp4", "mkv", "ts"])
		add(`av1.${ending === "ts" ? "webm" : ending}`, [P, B, ["-c:v", "libsvtav1", "-preset", 12], gop, "-c:a", "libopus"], { frames: 150 });
	add("intra-refresh.mp4", [P, B, x264("-x264-params", "intra-refresh=1:keyint=25"), "-bf", 0, aac], { frames: 150, may: ["keyframes_false"] });
	add("field-mjpeg.mov", [picture({ rate: 50, size: "360x288", after: "interlace=scan=tff:lowpass=0,setfield=tff" }), B, ["-c:v", "mjpeg", "-q:v", 3, "-pix_fmt", "yuvj420p", "-field_order", "tt"], "-c:a", "pcm_s16le"], { seconds: 6, loose: true, may: ["deinterlaced"], sync: 42 });
	add("two-pictures.mkv", [P, picture({ size: "64x48" }), B, "-map", 0, "-map", 1, "-map", 2, x264(), gop, aac], { frames: 150, codes: ["main_picture"] });
	add("two-sounds.mkv", [P, B, beeps({ rate: 22050 }), "-map", 0, "-map", 2, "-map", 1, x264(), gop, "-c:a:0", "flac", "-c:a:1", "aac"], { frames: 150, codes: ["main_sound"] });
	addMade("dwell.mp4", async (path) => {                // an empty edit in front of the sound alone
		await ffmpeg(P, x264(), gop, part(path, 0));
		await ffmpeg(beeps({ late: 1.5 }), aac, part(path, 1));
		await ffmpeg("-i", part(path, 0), "-itsoffset", 1.5, "-i", part(path, 1), "-map", 0, "-map", 1, "-c", "copy", path);
	}, { frames: 150 });
	addMade("trimmed.mp4", async (path) => {              // both tracks begin within
		await ffmpeg(P, B, x264("-bf", 2), ["-g", 75], aac, part(path, 0));
		await ffmpeg("-ss", 1.3, "-i", part(path, 0), "-c", "copy", "-t", 3.7, path);
	}, { loose: true });
	addMade("late-b.ts", async (path) => {
		await ffmpeg(P, B, x264("-bf", 3), ["-g", 25], aac, part(path, 0));
		await ffmpeg("-i", part(path, 0), "-map", 0, "-c", "copy", "-copyts", "-muxpreload", 0, "-muxdelay", 0, path);
	}, { frames: 150 });
	add("drift.mkv", [P, beeps({ after: "asetpts=N*1.01" }), x264(), gop, "-c:a", "flac"], { frames: 150, sync: 12 });
	add("sound-holes.mkv", [P, beeps({ after: "aselect='not(between(t,0.5,1.2)+between(t,3.3,4.4))'" }), x264(), gop, "-c:a", "pcm_s16le"], { frames: 150, may: ["sound_lost"] });
	add("sound-holes.mp4", [P, beeps({ after: "aselect='not(between(t,0.5,1.2)+between(t,3.3,4.4))'" }), x264(), gop, aac], { frames: 150, may: ["sound_lost"] });
	add("sound-holes.ts", [P, beeps({ after: "aselect='not(between(t,0.5,1.2)+between(t,3.3,4.4))'" }), x264(), gop, "-c:a", "mp2"], { frames: 150, may: ["sound_lost"] });
	add("black-start.mp4", [picture({ seconds: 12, before: "drawbox=c=black:t=fill:enable='lt(t,4)'," }), x264(), gop], { frames: 300 });
	add("one-second.mp4", [picture({ seconds: 1 }), beeps({ seconds: 1 }), x264(), gop, aac], { frames: 25, sync: 0 });
	add("long-gop.mkv", [picture({ seconds: 30 }), beeps({ seconds: 30 }), x264("-bf", 2, "-g", 9999, "-x264-params", "scenecut=0"), aac], { frames: 750 });
	addMade("turned-wide.mp4", async (path) => {
		await ffmpeg(picture({ after: "transpose=2,setsar=3/4" }), B, x264(), gop, bf, aac, path);
		turn(path, MATRIX[90][0]);
	}, { frames: 150, size: "256x128", may: ["rotated"] });
	add("caption-like.mov", [P, B, x264(), gop, aac, "-map", 0, "-map", 1, "-metadata", "title=a", "-write_tmcd", 1], { frames: 150 });
	add("mono-51.mka.mkv", [P, B, beeps({ after: "pan=5.1|c0=c0|c1=c0" }), "-map", 0, "-map", 1, "-map", 2, x264(), gop, "-c:a:0", "aac", "-c:a:1", "ac3"], { frames: 150, sync: 2.2 });

	// Sound alone
	for (const ending of ["wav", "flac", "mp3", "ogg", "opus", "m4a", "mka", "aac", "aiff", "caf", "ac3", "wma", "w64", "au", "tta", "wv"])
		add(`alone.${ending}`, [B], { alone: true, state: ["w64", "au", "tta", "wv", "ac3"].includes(ending) ? "either" : "ready" });

	// Pictures
	for (const [name, size, filter, codec, expect] of [
		["444", "192x128", "format=yuv444p", x264()], ["422-10", "192x128", "format=yuv422p10le", x264()], ["411", "192x128", "format=yuv411p", ["-c:v", "ffv1"]], ["410", "192x128", "format=yuv410p", ["-c:v", "ffv1"]],
		["440", "192x128", "format=yuv440p", x264()], ["gray", "192x128", "format=gray", x264()], ["gray10", "192x128", "format=gray10le", x264()], ["gray16", "192x128", "format=gray16le", ["-c:v", "ffv1"]],
		["rgb48", "192x128", "format=gbrp16le", ["-c:v", "ffv1"]], ["gbrp", "192x128", "format=gbrp", ["-c:v", "libx264rgb", "-preset", "ultrafast"]], ["full", "192x128", "scale=out_range=full,format=yuvj420p", x264("-color_range", "pc")],
		["p12", "192x128", "format=yuv420p12le", ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"]], ["hevc444", "192x128", "format=yuv444p10le", ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"]],
		["alpha", "192x128", "format=yuva420p", ["-c:v", "ffv1"], { may: ["alpha_dropped"] }], ["bt2020", "192x128", "format=yuv420p10le", ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-colorspace", "bt2020nc", "-color_primaries", "bt2020", "-color_trc", "bt2020-10"]],
		["tiny", "16x16", "", x264(), { numbers: false }], ["odd", "193x129", "format=yuv444p", x264(), {}], ["odd-ffv1", "191x127", "format=yuv420p", ["-c:v", "ffv1"]], ["wide", "2048x32", "", x264()], ["tall", "48x1024", "", x264()],
		["sar-wide", "192x128", "setsar=16/3", x264()], ["sar-tall", "192x128", "setsar=1/4", x264()], ["sar-odd", "193x128", "format=yuv444p,setsar=64/45", x264()], ["sar-zero", "192x128", "setsar=0/1", x264()]])
		add(`pix-${name}.mkv`, [picture({ size, after: filter }), B, codec, gop, aac], { frames: 150, ...expect });
	add("wide-4096.mp4", [picture({ size: "4096x64", seconds: 3 }), beeps({ seconds: 3 }), x264(), gop, aac], { frames: 75 });
	for (const [trc, name] of [["smpte2084", "pq"], ["arib-std-b67", "hlg"]])
		add(`${name}.mp4`, [picture({ after: "format=yuv420p10le" }), B, ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-color_trc", trc, "-colorspace", "bt2020nc", "-color_primaries", "bt2020"], aac], { frames: 150, codes: ["hdr_to_sdr"], sync: name === "pq" ? 0 : 1.6 });
	for (const [name, [matrix, filter]] of Object.entries(MATRIX))
		addMade(`turned-${name}.mp4`, async (path) => {
			await ffmpeg(picture({ after: filter }), B, x264(), gop, bf, aac, path);
			turn(path, matrix);
		}, { frames: 150, size: "192x128", may: ["mirrored", "rotated"] });
	for (const order of ["tff", "bff"])
		for (const kind of ["mbaff", "mpeg2"])
			add(`interlaced-${order}-${kind}.${kind === "mpeg2" ? "mpg" : pick(["mkv", "ts", "mp4"])}`, [picture({ rate: 50, size: "360x288", after: `interlace=scan=${order}:lowpass=0` }), B, kind === "mpeg2" ? ["-c:v", "mpeg2video", "-q:v", 3, "-flags", "+ilme+ildct", "-top", order === "tff" ? 1 : 0] :
				[x264(), "-flags", "+ilme+ildct", "-x264-params", `${order}=1`], gop, kind === "mpeg2" ? ["-c:a", "mp2"] : aac], { seconds: 6, loose: true, codes: ["rate_of_fields"], may: ["deinterlaced"], sync: 42 });
	add("telecine.mkv", [picture({ rate: "24000/1001", size: "360x240", after: "telecine=pattern=23" }), B, ["-c:v", "mpeg2video", "-q:v", 3, "-flags", "+ilme+ildct"], gop, aac], { loose: true, sync: 42, may: ["telecine", "deinterlaced", "rate_of_fields"] });

	// Texts
	const srt = (path) => writeFileSync(part(path, 9).replace(/[^.]*$/, "srt"), "1\n00:00:01,000 --> 00:00:02,500\nHello <i>there</i>\n\n2\n00:00:03,000 --> 00:00:04,000\nline two\n");
	for (const [codec, ending] of [["mov_text", "mp4"], ["srt", "mkv"], ["ass", "mkv"], ["webvtt", "webm"], ["mov_text", "mov"], ["ssa", "mkv"], ["text", "mkv"], ["webvtt", "mkv"]])
		addMade(`text-${codec}.${ending}`, async (path) => {
			srt(path);
			await ffmpeg(P, B, "-i", part(path, 9).replace(/[^.]*$/, "srt"), ending === "webm" ? ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", 8, "-c:a", "libopus"] : [x264(), gop, aac], "-c:s", codec, path);
		}, { frames: 150, texts: 1, codes: ["text_kept"] });

	// Damage
	for (const ending of ["mp4", "mkv", "ts", "avi", "flv", "mov"]) {
		const words = [P, B, x264("-b:v", "400k"), ["-g", 25], ["-c:a", ending === "avi" || ending === "flv" ? "mp3" : "aac", "-ar", 44100]];
		addMade(`spoilt.${ending}`, async (path) => {
			await ffmpeg(words, path);
			spoil(path, 0.5, random, pick([1, 5, 40]));
		}, { damaged: true });
		addMade(`torn.${ending}`, cut(0, pick([0.35, 0.7, 0.95]), [words, ending === "mp4" || ending === "mov" ? ["-movflags", "+faststart"] : []]), { damaged: true });
	}
	return list;
}

export const rateOf = (rate) => {
	const [num, den = 1] = rate.split("/").map(Number);
	return num / den;
};

// Makes it on the shelf, and returns its path.
export async function makeStrange(shelf, number, { name, make }) {
	const folder = join(shelf, String(number)), path = join(folder, name);
	mkdirSync(folder, { recursive: true });
	await make(path);
	return path;
}
