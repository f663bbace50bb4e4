// tracks.test.mjs - several sounds and texts, as Chromium plays them with hls.js, with dash.js, and on the page.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, serve, test } from "../lib/harness.mjs";
import { run } from "../lib/programs.mjs";
import { keepPicture, noBrowser, openBrowser, withPage } from "./chromium.mjs";
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

const { id, urls } = skip ? {} : await film();

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

test("another sound of a recording without a picture can be chosen while it plays", { skip }, async () => {
	const path = join(shelf, "two.mka");
	await run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "sine=440:d=8", "-f", "lavfi", "-i", "sine=880:d=8", "-map", "0", "-map", "1", "-c:a", "flac",
		"-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=ger", path]);
	const { id, urls } = await server.waitFor(await server.upload(path), "ready");
	await withPlayer(browser, server, "audio", async (player) => {
		const asked = player.page.waitForRequest(new RegExp(`${id}/audio-de`));
		await player.load(urls.hls);
		assert.deepEqual(await player.page.evaluate(() => window.hls.audioTracks.map(({ name, lang }) => [name, lang])), [["English", "en"], ["German", "de"]]);
		await player.play();
		await player.until((media) => media.currentTime > 0.5);
		await player.page.evaluate(() => { window.hls.audioTrack = 1; });
		await asked;
		await player.until((media) => media.currentTime > 4 && window.hls.audioTrack === 1);
	});
});

const media = (page) => page.locator("media-controller video");
const choose = (page, label, option) => page.getByRole("combobox", { name: label }).selectOption(option);

// What the page asks for before anything else runs in it.
const onPage = (before, body) => () => withPage(browser, server, {}, async (page) => {
	await page.addInitScript(before);
	await page.goto(`/videos/${id}`);
	await page.waitForFunction(() => document.querySelector("media-controller video")?.readyState >= 2);
	await body(page);
});

test("on the page captions are switched on and shown at their time, and off again", { skip }, onPage(() => {}, async (page) => {
	const shown = (words) => page.waitForFunction((words) => [...document.querySelector("media-controller video").textTracks]
		.some(({ mode, kind, activeCues }) => kind !== "metadata" && mode === "showing" && [...activeCues ?? []].some(({ text }) => text === words)), words);
	await page.getByRole("button", { name: "Settings" }).click();
	await choose(page, "Captions", "English");
	await media(page).evaluate((media) => { media.currentTime = 5.2; });
	await shown("second");
	await media(page).evaluate((media) => { media.currentTime = 1.2; });
	await shown("first");
	assert.ok(await media(page).evaluate((media) => [...media.textTracks].filter(({ kind }) => kind !== "metadata")
		.every(({ cues }) => [...cues ?? []].every(({ line }) => line < -1))), "a caption lies under the controls");
	await keepPicture(page, "player-captions");
	await choose(page, "Captions", "Off");
	await page.waitForFunction(() => [...document.querySelector("media-controller video").textTracks].every(({ mode, kind }) => kind === "metadata" || mode !== "showing"));
}));

test("on the page another sound is chosen while it plays", { skip }, onPage(() => {}, async (page) => {
	await page.getByRole("button", { name: "Settings" }).click();
	assert.deepEqual(await page.getByRole("combobox", { name: "Sound" }).locator("option").allTextContents(), ["English", "German"]);
	await media(page).evaluate((media) => { media.loop = true; return media.play(); });
	const asked = page.waitForRequest(/\/audio-de/);
	await choose(page, "Sound", "German");
	await asked;
	const at = await media(page).evaluate((media) => { media.currentTime = 0; return 1; });
	await page.waitForFunction((at) => document.querySelector("media-controller video").currentTime > at, at);
	assert.equal(await page.getByRole("combobox", { name: "Sound" }).inputValue(), "1");
}));

test("on the page the picture goes into a window of its own when it is asked to", { skip }, onPage(() => {
	Object.defineProperty(Document.prototype, "pictureInPictureEnabled", { value: true });
	HTMLVideoElement.prototype.requestPictureInPicture = async function () { window.asked = this; };
}, async (page) => {
	await page.locator("media-pip-button").click();
	await page.waitForFunction(() => window.asked === document.querySelector("media-controller video"));
}));

test("on the page a browser without Media Source Extensions plays it all the same", { skip }, onPage(() => {
	for (const name of ["MediaSource", "ManagedMediaSource", "WebKitMediaSource"])
		delete window[name];
}, async (page) => {
	assert.match(await media(page).evaluate((media) => media.src), /\/media\/.*\.(m3u8|mp4)$/);
	await media(page).evaluate((media) => media.play());
	await page.waitForFunction(() => document.querySelector("media-controller video").currentTime > 1);
}));
