// play.test.mjs - what is published plays in Chromium: the MP4 natively, the playlists by hls.js.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { coloursShown, noBrowser, openBrowser, openHls, openPage, playThrough, seek, videoState } from "../lib/browser.mjs";
import { serve, test } from "../lib/harness.mjs";
import { madeClip } from "../lib/media.mjs";
import { clip, noCorpus } from "../lib/paths.mjs";

const browser = await openBrowser();
const server = noBrowser ? null : await serve({ prepare: (server) => server.sql("UPDATE profile SET preset = 'ultrafast'") });
const skip = noBrowser, skipClips = noBrowser || noCorpus;
const FILM = noCorpus ? await madeClip({ seconds: 30, size: "854x480", rate: 24 }) : clip("real/bbb480p_30s.mp4");
const film = skip ? null : await server.upload(FILM);

// Awkward structures, each of which some player stumbles over where a tick is wrong.
const AWKWARD = ["made/ogop_x264.mp4", "made/edit_trim.mp4", "made/edit_delay.mp4", "made/vfr.mp4", "made/rot90.mp4", "made/closed_b.ts",
	"real/sample_no_bframes.mp4", "real/decord_unordered.mov", "real/sample_shorter_audio.mp4", "real/roadtrip-vp92-10bit.webm"];

async function waitWhole(name) {
	const { urls, duration_ms, renditions } = await server.waitFor(name, "ready");
	return { urls, seconds: duration_ms / 1000, rungs: renditions.filter(({ kind }) => kind === "video") };
}

// Played to the end without a hole in the buffer.
function wasWhole({ error, ended, buffered, duration, at }, seconds, what) {
	assert.deepEqual([error, ended], [null, true], what);
	assert.equal(buffered.length, 1, `${what}: ${JSON.stringify(buffered)}`);
	assert.ok(buffered[0][0] <= 0.001 && buffered[0][1] >= seconds - 0.15, `${what}: ${JSON.stringify(buffered)} of ${seconds} s`);
	assert.ok(Math.abs(duration - seconds) < 0.2 && at > seconds - 0.2, `${what}: ${at} of ${duration}, ${seconds} expected`);
}

test("a video's page plays the MP4: time goes on and pictures are drawn", { skip }, async () => {
	const { urls, seconds } = await waitWhole(film), page = await openPage(browser);
	await page.goto(server.url(urls.page));
	await page.evaluate(() => { document.querySelector("video").muted = true; return document.querySelector("video").play(); });
	await page.waitForFunction(() => document.querySelector("video").currentTime > 2);
	const state = await videoState(page);
	assert.deepEqual([state.error, state.width, state.height], [null, 854, 480]);
	assert.ok(state.frames > 24 && Math.abs(state.duration - seconds) < 0.2, JSON.stringify(state));
	assert.ok(await coloursShown(page) > 50);
	assert.deepEqual(page.complaints, []);
});

test("each rung's MP4 can be sought in and ends as it should", { skip }, async () => {
	const { rungs, seconds } = await waitWhole(film), page = await openPage(browser);
	await page.goto(server.url("/videos/"));
	for (const { url, height } of rungs) {
		await page.setContent("<video muted></video>");
		await page.evaluate((source) => { document.querySelector("video").src = source; }, server.url(url));
		for (const to of [12.5, 29.5, 0]) {
			const state = await seek(page, to);
			assert.ok(Math.abs(state.at - to) < 0.05 && state.height === height, JSON.stringify(state));
			assert.ok(await coloursShown(page) > 20 || to === 0, `${url} at ${to} s`);
		}
		assert.ok((await playThrough(page, 16)).at > seconds - 0.2, url);
	}
});

test("hls.js plays the master playlist through on each of its levels, without a hole", { skip }, async () => {
	const { urls, seconds, rungs } = await waitWhole(film);
	for (let level = 0; level < rungs.length; level++) {
		const page = await openPage(browser);
		assert.deepEqual(await openHls(page, server, urls.hls, level), []);
		wasWhole(await playThrough(page, 8), seconds, `level ${level}`);
		assert.deepEqual(await page.evaluate(() => window.problems), []);
		assert.equal(await page.evaluate(() => window.hls.levels.length), rungs.length);
		await page.close();
	}
});

test("hls.js switches from level to level in mid-play, without a hole", { skip }, async () => {
	const { urls, seconds, rungs } = await waitWhole(film), page = await openPage(browser);
	assert.deepEqual(await openHls(page, server, urls.hls, 0), []);
	await page.evaluate((levels) => {
		let next = 0;
		const video = document.querySelector("video");
		video.addEventListener("timeupdate", () => (window.hls.nextLevel = next++ % levels));
	}, rungs.length);
	const state = await playThrough(page, 4);
	assert.deepEqual([state.error, state.ended, state.buffered.length], [null, true, 1], JSON.stringify(state));
	assert.ok(state.at > seconds - 0.2);
});

test("hls.js seeks to any place", { skip }, async () => {
	const { urls } = await waitWhole(film), page = await openPage(browser);
	assert.deepEqual(await openHls(page, server, urls.hls), []);
	for (const to of [29.9, 4, 15.99, 0.01, 22]) {
		const state = await seek(page, to);
		assert.ok(Math.abs(state.at - to) < 0.05 && !state.error, JSON.stringify(state));
	}
	assert.deepEqual(await page.evaluate(() => window.problems), []);
});

const awkward = skipClips ? [] : await Promise.all(AWKWARD.map((name) => server.upload(clip(name))));

for (const [i, name] of AWKWARD.entries()) {
	test(`hls.js and the MP4 player play ${name} through, without a hole`, { skip: skipClips }, async () => {
		const { urls, seconds } = await waitWhole(awkward[i]), page = await openPage(browser);
		assert.deepEqual(await openHls(page, server, urls.hls), []);
		wasWhole(await playThrough(page, 4), seconds, "HLS");
		await page.evaluate((source) => { window.hls.destroy(); document.querySelector("video").src = source; }, urls.mp4);
		await page.waitForFunction(() => document.querySelector("video").readyState >= 2 || document.querySelector("video").error);
		const state = await playThrough(page, 4);
		assert.deepEqual([state.error, state.ended], [null, true], "MP4");
		assert.ok(Math.abs(state.duration - seconds) < 0.2, `${state.duration} s, not ${seconds}`);
	});
}
