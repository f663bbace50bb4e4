// sync.test.mjs - a flash and a beep that are together in the source are together in all that is made of it.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, serve, test } from "../lib/harness.mjs";
import { run } from "../lib/programs.mjs";
import { lateness } from "../lib/sync.mjs";

const shelf = mkdtempSync(join(tmpdir(), "clipmill-sync-"));
after(() => rmSync(shelf, { recursive: true, force: true }));
const server = await serve({ prepare: (server) => server.quick({ storyboard: 0 }) });

const MOST_MS = 1;
const HALF_MS = 20;             // of a picture: those of a part whose sound comes first stand between the slots of the parts before
const OVERLAP_MS = 11;          // of the sounds of two parts: one is late by it, and no more however many there are
const SECONDS = 14, SHAPES_S = 5.2;

// Flashes at 2, 5, 8 and 11 s, of a picture each, and beeps that begin with them.
async function make(file, { rate = 25, samples = 48000, sound = 0, picture = 0, options = [] }) {
	const at = "between(mod(t+1,3),0,0.1)*gt(t,1)";
	const flash = `color=black:s=160x120:r=${rate}:d=${SECONDS},drawbox=c=white:t=fill:enable='${at}'`;
	const beep = `aevalsrc='0.8*sin(2*PI*1000*mod(T+1,3))*between(mod(T+1,3),0,0.1)*gt(T,1)':s=${samples}:d=${SECONDS}`.replaceAll("T", `(t+${sound})`);
	const path = join(shelf, file);
	await run("ffmpeg", ["-v", "error", "-y", "-itsoffset", String(picture), "-f", "lavfi", "-i", flash, "-itsoffset", String(sound), "-f", "lavfi",
		"-i", beep, "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "50", "-pix_fmt", "yuv420p", "-c:a", "aac", ...options, path]);
	return path;
}

// One behind the other, byte by byte: from SHAPES_S on, soon after a beep, with a sound of another shape.  How late its sound
// is ffmpeg by itself does not know: its filters begin anew in the middle.
async function makeJoined(file, { before, then }) {
	const parts = await Promise.all([[0, SHAPES_S, before], [SHAPES_S, SECONDS, then]].map(([from, to, [layout, codec]], i) => make(`${i}-${file}`, {
		options: ["-ss", String(from), "-to", String(to), "-output_ts_offset", String(from), "-af", `aformat=channel_layouts=${layout}`, "-c:a", codec],
	})));
	const path = join(shelf, file);
	writeFileSync(path, Buffer.concat(parts.map((part) => readFileSync(part))));
	return path;
}

// As recorders do it: each with a clock of its own, and sounds that are not as long as their pictures.
async function makeSpliced(file, { late, picture = 0, seconds = 7 }) {
	const parts = await Promise.all([[100, 0], [30000, late]].map(([from, sound], i) => make(`${i}-${file}`, {
		sound, picture, options: ["-t", String(seconds), "-c:a", "mp2", "-output_ts_offset", String(from)],
	})));
	const path = join(shelf, file), [one, other] = parts.map((part) => readFileSync(part));
	writeFileSync(path, Buffer.concat([one, other, one, other]));
	return path;
}

const CASES = [
	["an MP4", "a.mp4", { copied: true }],
	["a Matroska file", "b.mkv", {}],
	["an MPEG-TS file that starts at 11 s", "c.ts", { options: ["-output_ts_offset", "10"] }],
	["an MP4 whose sound starts 0.7 s late", "d.mp4", { sound: 0.7 }],
	["an MPEG-TS file with sound of 44.1 kHz", "e.ts", { samples: 44100 }],
	["an MP4 of 23.976 pictures a second with sound of 44.1 kHz", "f.mp4", { samples: 44100, rate: "24000/1001", copied: true }],
	["a Matroska file with Opus", "g.mkv", { options: ["-c:a", "libopus"] }],
	["a Matroska file with FLAC", "h.mkv", { options: ["-c:a", "flac"] }],
	["a Matroska file whose sound lacks 21 ms and later 43", "i.mkv", { options: ["-af", "aselect='not(eq(n,70)+between(n,270,271))'", "-c:a", "flac"] }],
	["a fragmented MP4 whose first picture begins before its turn", "l.mp4",
		{ rate: "30000/1001", options: ["-bf", "0", "-c:a", "libmp3lame", "-movflags", "+frag_keyframe+empty_moov"] }],
	["a fragmented MP4 whose first packet of Opus has a time of its own", "q.mp4",
		{ sound: 0.013, options: ["-bf", "0", "-c:a", "libopus", "-movflags", "+frag_keyframe+empty_moov"] }],
	["an AVI file with pictures that are reordered", "m.avi", { options: ["-bf", "3", "-c:a", "libmp3lame"] }],
	["an MPEG-TS file whose AC-3 has six channels, then two", "j.ts", { before: ["5.1", "ac3"], then: ["stereo", "ac3"], given: [0, 0, 0, 0] }],
	["an MPEG-TS file whose AAC has one channel, then two", "k.ts", { before: ["mono", "aac"], then: ["stereo", "aac"], given: [0, 0, 0, 0] }],
	["an MPEG-TS file whose clock starts anew three times", "n.ts", { late: 0, given: Array(8).fill(0), most: OVERLAP_MS }],
	["an MPEG-TS file whose clock starts anew with sounds that begin late", "o.ts", { late: 0.5, given: Array(8).fill(0), most: OVERLAP_MS }],
	["an MPEG-TS file whose clock starts anew with sounds that begin first", "p.ts",
		{ late: 0, picture: 0.12, seconds: 13, given: Array(16).fill(-120), most: HALF_MS }],
];

const spread = (list) => [Math.min(...list), Math.max(...list)];

for (const [what, file, shape] of CASES) {
	test(`sound and picture of ${what} are as far apart as they were`, async () => {
		const source = await (shape.before ? makeJoined : "late" in shape ? makeSpliced : make)(file, shape), given = shape.given ?? await lateness(source);
		const { id, urls, renditions, edition } = await server.waitFor(await server.upload(source), "ready");
		if (shape.copied)
			assert.ok(renditions.find(({ kind }) => kind === "audio").copied, "the sound is copied");
		assert.equal(edition, 1, "it comes out as planned");
		assert.ok(given.length >= 4, `${given.length} flashes in the source`);
		for (const result of [urls.mp4, urls.hls]) {
			const made = await lateness(join(server.dir, result.slice(1)));
			assert.equal(made.length, given.length, `flashes in ${id}`);
			const apart = made.map((ms, i) => ms - given[i]);
			assert.ok(apart.every((ms) => Math.abs(ms) <= (shape.most ?? MOST_MS)), `${result}: ${spread(apart)} ms`);
		}
	});
}
