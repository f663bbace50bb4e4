// ladder.test.mjs - the default ladder on a handful of clips: sizes, time, picture and sound are those of the source.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, serve, test } from "../lib/harness.mjs";
import { readMedia } from "../lib/hls.mjs";
import { pictureOf } from "../lib/media.mjs";
import { clip, noCorpus } from "../lib/paths.mjs";
import { run } from "../lib/programs.mjs";

const shelf = mkdtempSync(join(tmpdir(), "clipmill-ladder-"));
after(() => rmSync(shelf, { recursive: true, force: true }));
const server = await serve();

const LIKENESS = 0.95;          // least structural similarity to the source, which has 1

// Which rungs come of it; those with `true` are left to make check-full.
const LADDERS = [
	["real/bt601.mov", ["428p", "240p"]],
	["real/internal_emulator_transformer_output_270_rotated.mp4", ["720p", "480p", "240p"], true],
	["made/rot90.mp4", ["180p"]],
	["made/odd444.mp4", ["180p"]],
	["real/tc_bt709_full_range.mp4", ["720p", "480p", "240p"]],
	["real/sample_shorter_audio.mp4", ["240p"], true],
	["real/bbb_800x640_768kbps_30fps_avc_non_reference_3b.mp4", ["640p", "480p", "240p"], true],
	["real/sk_scene_cuts.mp4", ["272p", "240p"]],
	["real/tc_h265_10bits.mp4", ["200p"]],
];

// Structural similarity of a file's pictures, one by one, to the source's: ffmpeg's own, turned and squared.
async function likeness(source, file, { width, height }) {
	const log = join(shelf, "ssim.log");
	const same = `settb=1/1000,setpts=N,scale=${width}:${height}:out_range=tv:flags=bicubic,setsar=1,format=yuv420p`;
	await run("ffmpeg", ["-v", "error", "-nostdin", "-i", source, "-i", file, "-filter_complex",
		`[0:V:0]${same}[a];[1:V:0]${same}[b];[a][b]ssim=stats_file=${log}:shortest=1`, "-f", "null", "-"]);
	const values = [...(await run("cat", [log])).matchAll(/All:([0-9.]+)/g)].map(([, value]) => Number(value));
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

// How long each segment of a rung is.
async function cutsOf({ playlist }) {
	return readMedia((await server.get(playlist)).text).segments.map(({ seconds }) => seconds);
}

for (const [name, names, long] of LADDERS) {
	test(`${name} has the rungs it should, alike in time, and the source's picture`, { skip: noCorpus, long }, async () => {
		const video = await server.waitFor(await server.upload(clip(name)), "ready");
		const rungs = video.renditions.filter(({ kind }) => kind === "video");
		assert.deepEqual(rungs.map(({ name }) => name), names);
		const cuts = await Promise.all(rungs.map(cutsOf));
		for (const list of cuts)
			assert.deepEqual(list, cuts[0], "segments of all rungs are cut at the same times");
		for (const rung of rungs) {
			const { packets, width, height } = await pictureOf(server.url(rung.url));
			assert.deepEqual([packets, Math.min(width, height), width % 2, height % 2], [video.frames, parseInt(rung.name, 10), 0, 0]);
		}
		const like = await likeness(clip(name), join(server.dir, rungs[0].url.replace(/^\/media/, "media")), rungs[0]);
		assert.ok(like >= LIKENESS, `likeness ${like}`);
	});
}

// A flash and a beep at the same moment, 2 s after the start, in a container where the two may start apart.
async function flashAndBeep(container, delay) {
	const path = join(shelf, `flash.${container}`);
	const flash = "color=black:s=320x240:r=25:d=4,drawbox=c=white:t=fill:enable='between(t,2,2.199)'";
	const beep = `sine=f=1000:d=${4 - delay},volume=0:enable='not(between(t,${2 - delay},${2.2 - delay}))'`;
	await run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", flash, "-itsoffset", String(delay), "-f", "lavfi", "-i", beep,
		"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", path]);
	return path;
}

// When the first flash is seen and the first beep is heard, in seconds.
async function moments(what) {
	const ask = async (filter, entry) => {
		const text = await run("ffprobe", ["-v", "error", "-f", "lavfi", "-i", filter, "-show_entries", `frame_tags=${entry}`, "-of", "csv=p=0"]);
		return parseFloat(text.split("\n").find((line) => /\d/.test(line)));
	};
	const file = what.replaceAll(":", "\\:");
	return {
		seen: await ask(`movie=${file},blackdetect=d=0.1`, "lavfi.black_end"),
		heard: await ask(`amovie=${file},silencedetect=n=-40dB:d=0.3`, "lavfi.silence_end"),
	};
}

for (const [container, delay, long] of [["mp4", 0], ["mkv", 0, true], ["ts", 0], ["mp4", 0.7, true], ["mov", 1.3]]) {
	test(`sound and picture of a .${container} are together${delay ? `, also where the sound starts ${delay} s later` : ""}`, { long }, async () => {
		const source = await flashAndBeep(container, delay);
		const { urls, renditions } = await server.waitFor(await server.upload(source), "ready");
		for (const what of [urls.mp4, renditions.find(({ kind }) => kind === "video").url]) {
			const { seen, heard } = await moments(join(server.dir, what.slice(1)));
			assert.ok(Math.abs(seen - 2) < 0.1, `seen at ${seen}`);
			assert.ok(Math.abs(heard - seen) < 0.03, `seen at ${seen}, heard at ${heard}`);
		}
	});
}
