// awkward.test.mjs - clips that are easy to get wrong by one frame, as Chromium plays them: both as MP4 and by hls.js.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it, serve, together } from "../lib/harness.mjs";
import { madeClip } from "../lib/media.mjs";
import { clip, full, noCorpus } from "../lib/paths.mjs";
import { run } from "../lib/programs.mjs";
import { noBrowser, openBrowser } from "./chromium.mjs";
import { withPlayer } from "./player.mjs";

const shelf = mkdtempSync(join(tmpdir(), "clipmill-awkward-"));
after(() => rmSync(shelf, { recursive: true, force: true }));

// A clip whose sound goes on after the picture's end.
async function longSound() {
	const path = join(shelf, "long-sound.mp4");
	await run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=2", "-f", "lavfi", "-i", "sine=d=4",
		"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", path]);
	return path;
}

// What it is, the file, and what must be shown of it: frames a second, seconds, size, and the rate at which it is played here.
// long: left to make check-full.  tooShort: with sound and under 0.2 s hls.js 1.7 waits for a picture before it ends the stream, and Chromium the other way round.
const table = [
	["a clip of 24000/1001 frames a second", () => madeClip({ seconds: 6, rate: "ntsc-film" }), { fps: 23.976, seconds: 6.006, size: [320, 240], rate: 4 }],
	["a clip of 2 frames", () => madeClip({ seconds: 0.08 }), { fps: 25, seconds: 0.08, size: [320, 240], rate: 1, tooShort: true }],
	["a clip of 2 frames without sound", () => madeClip({ seconds: 0.08, sound: false }), { fps: 25, seconds: 0.08, size: [320, 240], rate: 1 }],
	["a clip whose sound is longer than its picture", longSound, { fps: 25, seconds: 4, size: [320, 240], rate: 4 }],
	["a clip of 3 frames without B-frames", () => clip("real/decord_video_0.mov"), { fps: 30, seconds: 0.1, size: [426, 240], rate: 1, corpus: true }],
	["a clip whose sound begins before its picture", () => clip("real/edit_list_positive_shift.mp4"), { fps: 30, seconds: 10, size: [426, 240], rate: 8, corpus: true, long: true }],
	["a clip that a phone turned", () => clip("real/h265_with_metadata_track.mp4"), { fps: 30, seconds: 0.1, size: [240, 426], rate: 1, corpus: true, tooShort: true }],
	["a longer clip that a phone turned", () => clip("real/internal_emulator_transformer_output_270_rotated.mp4"),
		{ fps: 30, seconds: 4.97, size: [240, 426], rate: 4, corpus: true, long: true }],
	["a clip with open groups of pictures", () => clip("made/ogop_x264.mp4"), { fps: 24, seconds: 12, size: [320, 180], rate: 8, corpus: true, long: true }],
	["a clip of a changing frame rate", () => clip("made/vfr.mp4"), { fps: 24, seconds: 12, size: [320, 180], rate: 8, corpus: true, long: true }],
	["a clip without a picture", () => clip("real/sample_audio_only_15s.mp4"), { fps: 47, seconds: 15.02, size: null, rate: 12, corpus: true }],
];

const browser = noBrowser ? null : await openBrowser();
const server = noBrowser ? null : await serve({ prepare: (server) => server.quick() });
const uploads = noBrowser ? [] : await Promise.all(table.map(async ([, path, { corpus, long }]) => (corpus && noCorpus) || (long && !full) ? null : server.upload(await path())));

function checkWhole({ buffered, width, height }, { seconds, size, fps }) {
	assert.equal(buffered.length, 1, JSON.stringify(buffered));
	assert.equal(buffered[0][0], 0);
	assert.ok(Math.abs(buffered[0][1] - seconds) <= 1 / fps, `it reaches ${buffered[0][1]} s, not ${seconds} s`);
	if (size)
		assert.deepEqual([width, height], size);
}

// Played to its end, or, where that cannot be, only loaded.
async function check(n, way, { fps, seconds, size, rate, tooShort }) {
	const { urls, frames } = await server.waitFor(uploads[n], "ready");
	await withPlayer(browser, server, size ? "video" : "audio", async (player) => {
		await player.open(urls[way]);
		checkWhole(await player.loadAll(seconds - 1 / fps), { seconds, size, fps });
		if (tooShort && way === "hls")
			return;
		const { ended, at } = await player.playToEnd(rate);
		assert.ok(ended && Math.abs(at - seconds) <= 1 / fps, `it ended at ${at} s`);
		if (!size)
			return;
		const { drawn, corrupt } = await player.drawn(frames);
		assert.deepEqual([drawn, corrupt], [frames, 0]);
	});
}

together("Chromium", 2, () => {
	for (const [n, [what, , facts]] of table.entries())
		for (const way of ["mp4", "hls"])
			it(`${what} is whole from 0 to its last frame (${way})`, { skip: noBrowser || (facts.corpus && noCorpus), long: facts.long }, () => check(n, way, facts));
});
