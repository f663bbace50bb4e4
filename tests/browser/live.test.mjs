// live.test.mjs - pages that stay open: deletions they missed, servers that give no streams, tabs that nobody sees.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { serve, test, withServer } from "../lib/harness.mjs";
import { Line } from "../lib/line.mjs";
import { madeClip } from "../lib/media.mjs";
import { sleep, until } from "../lib/wait.mjs";
import { ApiError } from "../../src/web/assets/api.js";
import { soon, sparing } from "../../src/web/assets/live.js";
import { keepPicture, keepStreams, noBrowser, openBrowser, withPage } from "./chromium.mjs";

const skip = noBrowser;
const browser = skip ? null : await openBrowser();
const server = skip ? null : await serve({ procs: 1, prepare: (server) => server.quick() });
const line = skip ? null : await Line.open(server, 100_000_000);
const film = skip ? null : await madeClip({ seconds: 2 });
const lost = { expected: /net::ERR_|status of (404|5\d\d)|^(404|5\d\d): .*\/api\// };
const away = (page) => page.getByText("The server cannot be reached.");

test("work that is asked for without end is done all the same, and goes on after it failed", async () => {
	let done = 0;
	const work = soon(() => { done++; }, 20);
	for (const end = Date.now() + 300; Date.now() < end; await sleep(5))
		work();
	assert.ok(done > 3, `done ${done} times`);
	let begun = 0;
	const dear = soon(() => sleep(++begun), 0, () => 200);
	for (const end = Date.now() + 300; Date.now() < end; await sleep(5))
		dear();
	assert.ok(begun <= 2, `begun ${begun} times`);
	assert.deepEqual([1, 500, 1e9].map(sparing), [1000, 4500, 120_000]);
	let tries = 0;
	const poor = soon(() => {
		if (++tries === 1)
			throw new ApiError(503, "busy");
	}, 1);
	poor();
	await until(() => tries === 2, "it is tried again by itself");
	poor();
	await until(() => tries === 3, "and serves who asks later");
});

test("a page that missed a deletion says so when it is back", { skip }, () => withPage(browser, line, lost, async (page) => {
	const id = await server.upload(film);
	await page.goto(`/videos/${id}`);
	await page.getByRole("button", { name: "Rename" }).waitFor();
	line.cut();
	await server.request("DELETE", `/api/videos/${id}`);
	await away(page).waitFor();
	await keepPicture(page, "video-away");
	line.mend();
	await page.getByRole("heading", { name: "This video was deleted" }).waitFor();
	await away(page).waitFor({ state: "hidden" });
	await keepPicture(page, "video-gone");
}));

test("a server that is away for a moment is no news", { skip }, () => withPage(browser, line, lost, async (page) => {
	await page.goto("/");
	await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
	await page.evaluate((away = document.getElementById("away")) => new MutationObserver(() => { window.saidSo ||= !away.hidden; })
		.observe(away, { attributeFilter: ["hidden"] }));
	line.cut();
	await sleep(500);
	line.mend();
	const id = await server.upload(film, { title: "Afterwards" });
	await page.getByRole("link", { name: "Afterwards" }).waitFor();
	await server.waitFor(id, "ready");
	assert.equal(await page.evaluate(() => window.saidSo ?? false), false);
}));

for (const [words, streams] of [["gives no streams", 0], ["has given all its streams", 1]])
	test(`where a server ${words}, pages ask by themselves and do not complain`, { skip }, () => withServer({ procs: 1, settings: { http: { streams } },
		prepare: (server) => server.quick() }, (server) => withPage(browser, server, { expected: /status of 503|^503: .*\/events/ }, async (page) => {
		const first = await page.context().newPage();
		await first.goto("/");
		await page.goto("/");
		const id = await server.upload(film, { title: "Unheard" });
		await page.getByRole("link", { name: "Unheard" }).waitFor();
		await page.goto(`/videos/${id}`);
		await page.getByRole("link", { name: "Download 240p" }).waitFor();
		await sleep(6000);
		assert.equal(await away(page).isVisible(), false);
	})));

// As a browser tells a page that another tab is shown now.
const show = (page, is) => page.evaluate((is) => {
	Object.defineProperty(document, "hidden", { value: !is, configurable: true });
	document.dispatchEvent(new Event("visibilitychange"));
}, is);

test("a page that nobody sees for half a minute asks for nothing, and is up to date when it is looked at", { skip },
	() => withPage(browser, server, {}, async (page) => {
		await page.clock.install();
		await keepStreams(page);
		await page.goto("/floor");
		await page.locator(".responder").first().waitFor();
		const open = () => page.evaluate(() => window.streams.filter(({ readyState }) => readyState !== EventSource.CLOSED).length);
		assert.equal(await open(), 1);
		await show(page, false);
		await page.clock.fastForward(31_000);
		assert.equal(await open(), 0);
		const asked = [];
		page.on("request", (request) => asked.push(request.url()));
		const id = await server.upload(film, { title: "Unseen" });
		await server.waitFor(id, "ready");
		await page.clock.fastForward(60_000);
		assert.deepEqual(asked, []);
		await show(page, true);
		await page.locator(".figures div", { hasText: /Videos[1-9]/ }).waitFor();
		assert.equal(await open(), 1);
	}));
