// tracks.test.mjs - several sounds and texts, as Chromium plays them with hls.js.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, serve, test } from "../lib/harness.mjs";
import { run } from "../lib/programs.mjs";
import { noBrowser, openBrowser } from "./chromium.mjs";
import { withPlayer } from "./player.mjs";

const skip = noBrowser;
const browser = skip ? null : await openBrowser();
const server = skip ? null : await serve({ prepare: (server) => server.quick() });
const shelf = mkdtempSync(join(tmpdir(), "clipmill-tracks-"));
after(() => rmSync(shelf, { recursive: true, force: true }));

// Two sounds and a text; with B-frames, and a source that starts at 10 s.
async function film() {
	const srt = join(shelf, "a.srt"), early = join(shelf, "early.mkv"), late = join(shelf, "late.mkv");
	writeFileSync(srt, "1\n00:00:01,000 --> 00:00:02,500\nfirst\n\n2\n00:00:05,000 --> 00:00:06,000\nsecond\n");
	await run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=8", "-f", "lavfi", "-i", "sine=440:d=8", "-f", "lavfi", "-i",
		"sine=880:d=8", "-i", srt, "-map", "0", "-map", "1", "-map", "2", "-map", "3", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "flac", "-c:s", "srt",
		"-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=ger", "-metadata:s:s:0", "language=eng", early]);
	await run("ffmpeg", ["-v", "error", "-y", "-itsoffset", "10", "-i", early, "-map", "0", "-c", "copy", "-copyts", late]);
	return server.waitFor(await server.upload(late), "ready");
}

const { urls } = skip ? {} : await film();

test("a text is shown at the times that it has in the source", { skip }, () => withPlayer(browser, server, "video", async (player) => {
	await player.load(urls.hls);
	await player.page.evaluate(() => { window.hls.subtitleTrack = 0; window.hls.subtitleDisplay = true; });
	await player.until((media) => [...media.textTracks].some(({ cues }) => cues?.length >= 2));
	const cues = await player.element.evaluate((media) => [...[...media.textTracks].find(({ cues }) => cues?.length).cues]
		.map(({ startTime, endTime, text }) => [startTime, endTime, text]));
	assert.deepEqual(cues, [[1, 2.5, "first"], [5, 6, "second"]]);
}));

test("dash.js shows the same text at the same times", { skip }, () => withPlayer(browser, server, "video", async (player) => {
	await player.load(urls.dash);
	await player.page.evaluate(() => { window.dash.setTextTrack(0); });
	await player.play();            // it has the file then, and makes cues of it when it plays
	await player.until((media) => [...media.textTracks].some(({ cues }) => cues?.length >= 2));
	const cues = await player.element.evaluate((media) => [...[...media.textTracks].find(({ cues }) => cues?.length).cues]
		.map(({ startTime, endTime, text }) => [startTime, endTime, text]));
	assert.deepEqual(cues, [[1, 2.5, "first"], [5, 6, "second"]]);
	assert.deepEqual(await player.page.evaluate(() => window.dash.getTracksFor("text").map(({ lang, roles }) => [lang, roles[0].value])), [["en", "subtitle"]]);
}));

test("another sound can be chosen while it plays", { skip }, () => withPlayer(browser, server, "video", async (player) => {
	await player.load(urls.hls);
	assert.deepEqual(await player.page.evaluate(() => window.hls.audioTracks.map(({ name, lang }) => [name, lang])), [["English", "en"], ["German", "de"]]);
	await player.play();
	await player.until((media) => media.currentTime > 0.5);
	await player.page.evaluate(() => { window.hls.audioTrack = 1; });
	await player.until((media) => media.currentTime > 2 && window.hls.audioTrack === 1);
}));
