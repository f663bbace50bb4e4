// watch.test.mjs - a video's own page: watched while it is encoded, through a killed responder, to its last second.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { serve, test } from "../lib/harness.mjs";
import { madeClip } from "../lib/media.mjs";
import { kill } from "../lib/programs.mjs";
import { until } from "../lib/wait.mjs";
import { keepPicture, noBrowser, openBrowser, withPage } from "./chromium.mjs";

const SECONDS = 24;
const skip = noBrowser;
const browser = skip ? null : await openBrowser();
const server = skip ? null : await serve({ procs: 2, hold: true, prepare: (server) => server.sql(`
	UPDATE profile SET chunk_ms = 4000; DELETE FROM rung;
	INSERT INTO rung (profile, short_side, max_kbps, preset) VALUES ('default', 360, 900, 'ultrafast'), ('default', 180, 300, 'ultrafast')`) });
const film = skip ? null : await madeClip({ seconds: SECONDS, size: "640x360" });
const media = (page) => page.locator("media-controller video");
const state = (page) => media(page).evaluate((media) => ({ at: media.currentTime, seconds: media.duration, paused: media.paused, height: media.videoHeight,
	error: media.error?.message, drawn: media.getVideoPlaybackQuality().totalVideoFrames }));
const reaches = (page, look, argument) => page.waitForFunction(look, argument);

async function choose(page, label, option) {
	const settings = page.getByRole("button", { name: "Settings" });
	if (await settings.getAttribute("aria-expanded") === "false")
		await settings.click();
	await page.getByRole("combobox", { name: label }).selectOption(option);
}

test("a video plays on its page while it is encoded, through a killed responder, and is the same player when it is ready",
	{ skip }, () => withPage(browser, server, { expected: /net::ERR_|status of 5\d\d|^5\d\d: / }, async (page) => {
		server.hold.on("assemble");
		const id = await server.upload(film);
		await until(async () => (await server.video(id)).urls.hls, "it can be played", 120_000);
		await page.goto(`/videos/${id}`);
		await media(page).evaluate((media) => { media.loop = false; window.mine = media; return media.play(); });
		await reaches(page, () => window.mine.currentTime > 1);
		const early = await state(page);
		assert.ok(early.drawn > 5 && !early.error, JSON.stringify(early));
		assert.notEqual((await server.video(id)).state, "ready");
		await keepPicture(page, "video-early");
		kill(server.responders()[0]);
		server.hold.off("assemble");
		await page.getByRole("link", { name: "Download 360p" }).waitFor({ timeout: 180_000 });
		assert.ok(await media(page).evaluate((media) => media === window.mine), "the player is another");
		await reaches(page, (seconds) => Math.abs(window.mine.duration - seconds) < 0.2, SECONDS);
		await media(page).evaluate((media) => { media.currentTime = 20; });
		await reaches(page, () => window.mine.currentTime > 20.5 && !window.mine.seeking);
		await keepPicture(page, "video-played");
	}));

// The first one's, or one of its own where a test runs alone.
async function readyVideo() {
	const [video] = (await server.get("/api/videos")).json.videos, id = video?.id ?? await server.upload(film);
	await server.waitFor(id, "ready");
	return id;
}

test("quality is switched by hand, keys play, seek and mute, and the storyboard shows over the time line", { skip },
	() => withPage(browser, server, {}, async (page) => {
		const id = await readyVideo();
		await page.goto(`/videos/${id}`);
		await reaches(page, () => document.querySelector("media-controller video")?.readyState >= 2);
		for (const [label, height] of [["180p", 180], ["360p", 360]]) {
			await choose(page, "Quality", label);
			await media(page).evaluate((media) => { media.currentTime = 0; return media.play(); });
			await reaches(page, (height) => document.querySelector("media-controller video").videoHeight === height, height);
		}
		await keepPicture(page, "player-settings");
		await page.keyboard.press("Escape");
		await page.locator("media-play-button").focus();
		await media(page).evaluate((media) => { media.loop = true; media.currentTime = 0; return media.play(); });      // `k` pauses what plays
		await page.keyboard.press("k");
		await reaches(page, () => document.querySelector("media-controller video").paused);
		await media(page).evaluate((media) => { media.currentTime = 1; });
		const { at } = await state(page);
		await page.keyboard.press("ArrowRight");
		await reaches(page, (at) => document.querySelector("media-controller video").currentTime > at + 5, at);
		await page.keyboard.press("m");
		await reaches(page, () => document.querySelector("media-controller video").muted);
		await until(async () => {       // what loads after a move is shown with the next
			for (const x of [190, 200])
				await page.locator("media-time-range").hover({ position: { x, y: 8 } });
			return page.evaluate(() => document.querySelector("media-preview-thumbnail").offsetHeight > 20);
		}, "a picture of the storyboard");
		await keepPicture(page, "player-storyboard");
	}));

test("the bars of the work open each task's log and the line that runs it again", { skip }, () => withPage(browser, server, {}, async (page) => {
	const id = await readyVideo(), tasks = await server.tasks(id);
	await page.goto(`/videos/${id}`);
	await page.getByRole("button", { name: /^Chunk 2: done/ }).focus();
	await page.keyboard.press("Enter");
	const chunk = tasks.find(({ kind, seq }) => kind === "chunk" && seq === 1), [{ replay }] = await server.tasks(id, chunk.id);
	assert.match(replay, new RegExp(` replay ${chunk.id} --run$`));
	await page.getByText(replay, { exact: true }).waitFor();
	assert.ok(await page.getByRole("heading", { name: "Log" }).isVisible());
	assert.equal(await page.locator(".task-bar").count(), tasks.filter(({ started }) => started).length);
	await keepPicture(page, "video-task");
}));
