// film.test.mjs - a film with two rungs and several chunks, as Chromium plays it.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { serve, test } from "../lib/harness.mjs";
import { madeClip } from "../lib/media.mjs";
import { noBrowser, openBrowser } from "./chromium.mjs";
import { withPlayer } from "./player.mjs";

const SECONDS = 12, RATE = 24, CHUNK = 4 * RATE;
const skip = noBrowser;
const browser = skip ? null : await openBrowser();
const server = skip ? null : await serve({ prepare: (server) => server.sql(`UPDATE rung SET preset = 'ultrafast' WHERE codec = 'h264';
	UPDATE profile SET copy = 0, chunk_ms = 4000`) });
const { urls } = skip ? {} : await server.waitFor(await server.upload(await madeClip({ seconds: SECONDS, size: "854x480", rate: RATE })), "ready");
const near = (a, b, most = 1 / RATE) => assert.ok(Math.abs(a - b) <= most, `${a}, not ${b}`);
const playing = (body) => () => withPlayer(browser, server, "video", body);

test("the MP4 plays: the clock runs, and frames are drawn", { skip }, playing(async (player) => {
	await player.load(urls.mp4);
	await player.play();
	await player.until((media) => media.currentTime > 3);
	const { seconds, width, height, corrupt } = await player.drawn(RATE);
	near(seconds, SECONDS);
	assert.deepEqual([width, height, corrupt], [854, 480, 0]);
}));

test("a seek in the MP4 shows the frame that belongs there, and it plays on", { skip }, playing(async (player) => {
	await player.load(urls.mp4);
	near(await player.seek(8.02), 8, 0.001);
	await player.play();
	await player.until((media) => media.currentTime > 8.5);
}));

test("hls.js fills the buffer from 0 to the end without a gap", { skip }, playing(async (player) => {
	await player.load(urls.hls);
	const { buffered } = await player.loadAll(SECONDS - 1 / RATE);
	assert.equal(buffered.length, 1, JSON.stringify(buffered));
	assert.equal(buffered[0][0], 0);
	near(buffered[0][1], SECONDS);
}));

test("hls.js switches between the rungs while it plays", { skip }, playing(async (player) => {
	await player.load(urls.hls);
	assert.deepEqual(await player.page.evaluate(() => window.hls.levels.map(({ height }) => height)), [240, 480]);
	await player.play(2);
	for (const [level, height] of [[1, 480], [0, 240], [1, 480]]) {
		await player.element.evaluate((media) => { media.currentTime = 0; return media.play(); });       // it must not end before
		await player.page.evaluate((level) => { window.hls.nextLevel = level; }, level);
		await player.until((media, { level, height }) => media.videoHeight === height && window.levels.at(-1) === level, { level, height });
	}
	const levels = await player.page.evaluate(() => window.levels);
	assert.deepEqual([...new Set(levels)].sort(), [0, 1]);
}));

test("hls.js shows the right frame after a seek into each chunk", { skip }, playing(async (player) => {
	await player.load(urls.hls);
	await player.loadAll(SECONDS - 1 / RATE);
	for (const frame of [1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 280])
		near(await player.seek((frame + 0.5) / RATE), frame / RATE, 0.002);
	await player.sound();
}));

for (const way of ["mp4", "hls"])
	test(`the film plays to its end (${way})`, { skip, long: way === "mp4" }, playing(async (player) => {
		await player.load(urls[way]);
		const { ended, at } = await player.playToEnd(8);
		assert.ok(ended);
		near(at, SECONDS);
	}));
