// players.test.mjs - players load what is played, end with their card, and say so when they cannot go on.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { serve, test } from "../lib/harness.mjs";
import { madeClip } from "../lib/media.mjs";
import { sleep, until } from "../lib/wait.mjs";
import { keepPicture, noBrowser, openBrowser, withPage } from "./chromium.mjs";

const skip = noBrowser;
const browser = skip ? null : await openBrowser();
const server = skip ? null : await serve({ procs: 1, hold: true, prepare: async (server) => {
	await server.quick();
	await server.sql("UPDATE profile SET chunk_ms = 4000");
} });
const film = skip ? null : await madeClip({ seconds: 12 });
const lost = { expected: /net::ERR_|status of (404|5\d\d)|^(404|5\d\d): / };

test("a card's player loads nothing before it is played, nor after the card was hidden", { skip }, () => withPage(browser, server, {}, async (page) => {
	const loaded = [];
	page.on("request", (request) => /\.(m3u8|mp4|m4s)(\?|$)/.test(request.url()) && loaded.push(request.url()));
	server.hold.on("assemble");
	await page.goto("/");
	await page.locator("#file").setInputFiles([film]);
	const card = page.locator(".upload"), media = card.locator("media-controller video");
	await media.waitFor({ state: "attached" });
	await sleep(2000);
	assert.deepEqual(loaded, []);
	await keepPicture(page, "home-player-idle");
	await media.evaluate((media) => media.play());
	await page.waitForFunction(() => document.querySelector("media-controller video").currentTime > 0.5);
	assert.ok(loaded.length > 1);
	await card.getByRole("button", { name: "Hide" }).click();
	await card.waitFor({ state: "detached" });
	loaded.length = 0;
	await sleep(9000);      // a list that grows is asked for more often
	assert.deepEqual(loaded, []);
	server.hold.off("assemble");
	await server.waitFor((await server.get("/api/videos")).json.videos[0].id, "ready");
}));

const readyVideo = async () => (await server.get("/api/videos?state=ready")).json.videos[0];

test("a browser that knows none of the formats says so, and has the file", { skip }, () => withPage(browser, server, {}, async (page) => {
	const { id, urls } = await readyVideo();
	await page.route("**/*.m3u8", (route) => route.fulfill({ contentType: "application/vnd.apple.mpegurl",
		body: '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000,CODECS="xyz1.1"\nx.m3u8\n' }));
	await page.goto(`/videos/${id}`);
	await page.getByText("This browser plays none of the formats").waitFor();
	assert.equal(await page.getByRole("link", { name: "Open it as one MP4 file" }).getAttribute("href"), urls.mp4);
	await keepPicture(page, "video-unplayable");
}));

test("a player whose lists do not come gives up after a while, until it is told to try again", { skip }, () => withPage(browser, server, lost,
	async (page) => {
		const { id } = await readyVideo();
		await page.clock.install();
		await page.route("**/*.m3u8", (route) => route.abort());
		await page.goto(`/videos/${id}`);
		await until(async () => {
			await page.clock.fastForward(3000);
			return page.getByText("This video cannot be loaded.").isVisible();
		}, "it gives up", 60_000);
		await page.unrouteAll();
		await page.getByRole("button", { name: "Try again" }).click();
		await page.waitForFunction(() => document.querySelector("media-controller video")?.readyState >= 2);
		assert.equal(await page.getByText("This video cannot be loaded.").count(), 0);
	}));
