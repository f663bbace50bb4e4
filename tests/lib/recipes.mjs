// recipes.mjs - clips that nobody thought of: containers, codecs, rates, sizes, sounds and starts thrown together.  There is
// a flash with a beep every three seconds, from the second one on.
// SPDX-License-Identifier: MIT
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "./programs.mjs";
import { Random } from "./random.mjs";

const x264 = (...more) => ["-c:v", "libx264", "-preset", "ultrafast", "-threads", "1", ...more];
const VIDEO = {
	h264: x264(), h264b: x264("-bf", "3", "-x264-params", "b-pyramid=2"), h264open: x264("-bf", "2", "-x264-params", "open-gop=1"),
	hevc: ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"],
	mpeg4: ["-c:v", "mpeg4", "-q:v", "5"], mpeg4b: ["-c:v", "mpeg4", "-q:v", "5", "-bf", "2"],
	mpeg2: ["-c:v", "mpeg2video", "-q:v", "5", "-bf", "2"], mpeg1: ["-c:v", "mpeg1video", "-q:v", "5"],
	vp8: ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"], vp9: ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"],
	theora: ["-c:v", "libtheora", "-q:v", "6"], mjpeg: ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"], flv1: ["-c:v", "flv1", "-q:v", "5"],
	wmv2: ["-c:v", "wmv2", "-q:v", "5"], prores: ["-c:v", "prores_ks", "-profile:v", "0"], ffv1: ["-c:v", "ffv1"],
	msmpeg4: ["-c:v", "msmpeg4", "-q:v", "5"], huffyuv: ["-c:v", "ffvhuff"], h263p: ["-c:v", "h263p", "-q:v", "5"],
};
export const SOUND = {
	none: null, aac: ["aac"], mp3: ["libmp3lame"], ac3: ["ac3"], opus: ["libopus"], vorbis: ["libvorbis"], flac: ["flac"],
	pcm: ["pcm_s16le"], mp2: ["mp2"], wma: ["wmav2"], alac: ["alac"],
};
// What goes into what.
const MOST = Object.keys(VIDEO).filter((name) => !["theora", "wmv2", "flv1", "msmpeg4"].includes(name));
const CONTAINER = {
	mp4: [["h264", "h264b", "h264open", "hevc", "mpeg4", "mpeg4b", "mpeg2", "vp9"], ["none", "aac", "mp3", "ac3", "opus", "alac"]],
	mov: [["h264", "h264b", "hevc", "mpeg4", "mjpeg", "prores"], ["none", "aac", "pcm", "alac", "mp3"]],
	mkv: [MOST, ["none", "aac", "mp3", "ac3", "opus", "vorbis", "flac", "pcm", "mp2", "alac"]],
	webm: [["vp8", "vp9"], ["none", "opus", "vorbis"]],
	ts: [["h264", "h264b", "h264open", "hevc", "mpeg2", "mpeg1"], ["none", "aac", "mp3", "ac3", "mp2"]],
	flv: [["h264", "h264b", "flv1"], ["none", "aac", "mp3"]],
	avi: [["h264", "mpeg4", "mpeg4b", "mjpeg", "mpeg2", "msmpeg4", "huffyuv", "ffv1", "h263p"], ["none", "mp3", "ac3", "pcm", "mp2"]],
	mpg: [["mpeg1", "mpeg2"], ["none", "mp2", "ac3"]],
	wmv: [["wmv2", "msmpeg4"], ["none", "wma", "mp3"]],
	ogv: [["theora"], ["none", "vorbis", "flac", "opus"]],
};
const SIZES = ["160x120", "320x180", "180x320", "162x98", "200x200", "352x288", "64x48"];
const RATES = ["24", "25", "30", "24000/1001", "30000/1001", "50", "60000/1001", "15", "12", "10"];
const OLD_RATES = ["24", "25", "30", "24000/1001", "30000/1001", "50", "60000/1001"];          // all that MPEG-1 and 2 have

// What some codecs take beside 4:2:0 in 8 bits, and beside stereo at the usual rates.
const DEPTHS = {
	h264: ["yuv444p", "yuv422p10le", "yuvj420p", "yuv420p10le"], h264b: ["yuv422p", "yuv420p10le"], hevc: ["yuv420p10le", "yuv444p", "yuv422p"],
	ffv1: ["bgr0", "yuv444p16le", "gray", "yuva420p"], huffyuv: ["bgra", "yuv422p"], prores: ["yuv422p10le"], vp9: ["yuv444p", "yuv420p10le"],
};
const RICH = ["aac", "flac", "pcm"], SURROUND = ["aac", "ac3", "flac", "pcm", "opus"];
const UNEVEN = ["mp4", "mov", "mkv", "webm"];           // they keep pictures that are missing
const MOVFLAGS = ["", "", "+faststart", "+frag_keyframe+empty_moov", "+frag_keyframe+empty_moov+default_base_moof"];

const TENTHS = Array.from({ length: 60 }, (_, i) => i);

// Picks from lists; of each number other things.
export function picker(number) {
	const random = new Random(number);
	for (let i = 0; i < 10; i++)            // seeds that are neighbours begin alike
		random.below(2);
	return (list) => list[random.below(list.length)];
}

// One for each number, and the same each time.
export function recipe(number) {
	const pick = picker(number);
	const container = pick(Object.keys(CONTAINER)), [videos, sounds] = CONTAINER[container];
	const video = pick(videos), sound = pick(sounds);
	const plain = {
		container, video, sound, size: pick(SIZES), rate: pick(video.startsWith("mpeg1") || video === "mpeg2" ? OLD_RATES : RATES),
		seconds: 3 + pick(TENTHS) / 10, gop: pick([1, 12, 25, 48, 250]), samples: pick([48000, 44100, 32000]),
		channels: pick([1, 2, 2]), pictureLate: pick([0, 0, 0, 0.5, 0.04]), soundLate: pick([0, 0, 0, 0.3, 1.1, 0.013]),
		turned: container === "mov" || container === "mp4" ? pick([0, 0, 0, 90, 180]) : 0, start: container === "ts" ? pick([0, 10, 95_443]) : 0,
	};
	return {
		...plain, size: video === "h263p" ? "352x288" : plain.size, depth: pick([false, false, true]) ? pick(DEPTHS[video] ?? [""]) : "", uneven: pick([false, false, true]) && UNEVEN.includes(container),
		movflags: ["mp4", "mov"].includes(container) && sound !== "ac3" ? pick(MOVFLAGS) : "",
		...(RICH.includes(sound) && { samples: pick([plain.samples, 8000, 22050, 96000]) }),
		...(container === "flv" && { samples: 44100 }),
		...(SURROUND.includes(sound) && { channels: pick([plain.channels, plain.channels, 6]) }),
	};
}

export const nameOf = (number, r) => `${number}-${r.video}-${r.sound}-${r.size}-${r.rate.replace("/", "by")}${r.turned ? `-turned${r.turned}` : ""}` +
	`${r.depth ? `-${r.depth}` : ""}${r.uneven ? "-uneven" : ""}.${r.container}`;

// Makes it in a folder of its own on the shelf, and returns its path.
export async function make(shelf, number, r) {
	const at = "between(mod(t+1,3),0,0.1)*gt(t,1)", folder = join(shelf, String(number)), path = join(folder, nameOf(number, r)), upright = join(folder, `upright.${r.container}`);
	const picture = `testsrc2=s=${r.size}:r=${r.rate}:d=${r.seconds},format=yuv420p,lutyuv=y=val/3+16,drawbox=c=white:t=fill:enable='${at}'` +
		`${r.uneven ? ",select='not(eq(mod(n,7),3)+eq(mod(n,11),5))'" : ""}${r.depth ? `,format=${r.depth}` : ""}`;
	const beep = `aevalsrc='0.8*sin(2*PI*1000*mod(T+1,3))*between(mod(T+1,3),0,0.1)*gt(T,1)':s=${r.samples}:d=${r.seconds}`;
	const channels = ["opus", "vorbis"].includes(r.sound) && r.samples === 32000 ? ["-ar", "48000"] : [];
	mkdirSync(folder, { recursive: true });
	const words = ["-v", "error", "-y", "-itsoffset", String(r.pictureLate), "-f", "lavfi", "-i", picture];
	if (SOUND[r.sound])
		words.push("-itsoffset", String(r.soundLate), "-f", "lavfi", "-i", beep.replaceAll("T", `(t+${r.soundLate})`), "-c:a", ...SOUND[r.sound],
			"-ac", String(r.channels), "-b:a", "128k", ...channels);
	words.push(...VIDEO[r.video], ...(r.uneven ? ["-fps_mode", "vfr"] : []), ...(r.movflags ? ["-movflags", r.movflags] : []), "-g", String(r.gop),
		...(r.start ? ["-output_ts_offset", String(r.start)] : []), "-strict", "experimental");
	await run("ffmpeg", [...words, r.turned ? upright : path]);
	if (r.turned)           // only of what it copies does ffmpeg take the turn
		await run("ffmpeg", ["-v", "error", "-y", "-i", upright, "-map", "0", "-c", "copy", "-metadata:s:v:0", `rotate=${r.turned}`,
			...(r.movflags ? ["-movflags", r.movflags] : []), path]);
	return path;
}
