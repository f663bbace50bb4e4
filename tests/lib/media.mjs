// media.mjs - makes small clips, and asks ffprobe what files hold.
// SPDX-License-Identifier: MIT
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./programs.mjs";

const shelf = mkdtempSync(join(tmpdir(), "clipmill-clips-"));
const made = new Map();
process.on("exit", () => rmSync(shelf, { recursive: true, force: true }));

async function make(path, { seconds, size, rate, sound }) {
	const picture = ["-f", "lavfi", "-i", `testsrc2=s=${size}:r=${rate}:d=${seconds}`];
	const tone = sound ? ["-f", "lavfi", "-i", `sine=d=${seconds}`, "-c:a", "aac"] : [];
	await run("ffmpeg", ["-v", "error", "-y", ...picture, ...tone.slice(0, 4), "-c:v", "libx264", "-preset", "ultrafast",
		"-pix_fmt", "yuv420p", ...tone.slice(4), path]);
	return path;
}

// The path of a clip with a moving test picture and, unless told otherwise, a tone.
export function madeClip({ seconds = 2, size = "320x240", rate = 25, sound = true } = {}) {
	const name = `${size}-${String(rate).replace("/", "by")}-${seconds}${sound ? "" : "-mute"}.mp4`;
	if (!made.has(name))
		made.set(name, make(join(shelf, name), { seconds, size, rate, sound }));
	return made.get(name);
}

export const madeBytes = async (options) => readFileSync(await madeClip(options));

// ffprobe's streams of a file, playlist or URL, with the packets of each counted.
export async function streams(what) {
	const text = await run("ffprobe", ["-v", "error", "-count_packets", "-show_entries",
		"stream=codec_type,codec_name,profile,width,height,pix_fmt,sample_aspect_ratio,r_frame_rate,avg_frame_rate,duration," +
		"nb_read_packets,channels,sample_rate:stream_side_data=rotation:format=duration", "-of", "json", what]);
	const { streams, format } = JSON.parse(text);
	return streams.map((stream) => ({
		...stream, packets: Number(stream.nb_read_packets), seconds: Number(stream.duration ?? format.duration),
	}));
}

export const pictureOf = async (what) => (await streams(what)).find((stream) => stream.codec_type === "video");
export const soundOf = async (what) => (await streams(what)).find((stream) => stream.codec_type === "audio");

// How many pictures can really be decoded.
export async function decodedFrames(what) {
	const text = await run("ffprobe", ["-v", "error", "-select_streams", "v:0", "-count_frames", "-show_entries",
		"stream=nb_read_frames", "-of", "csv=p=0", what]);
	return parseInt(text, 10);
}
