// list.test.mjs - the list of the front page: endless, searched, filtered, and live.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { serve, test } from "../lib/harness.mjs";
import { madeClip } from "../lib/media.mjs";
import { until } from "../lib/wait.mjs";
import { keepPicture, noBrowser, openBrowser, withPage } from "./chromium.mjs";

const VIDEOS = 200;
const skip = noBrowser;
const add = (server, from, to) => server.sql(`WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to})
	INSERT INTO video (source, title, owner, created_ms, paused) SELECT '/srv/' || i, 'Film ' || i, iif(i % 10, '', 'ann'), 1e12 + i * 1e6, 1 FROM n;
	UPDATE video SET state = 'cancelled' WHERE state = 'queued'`);
const browser = skip ? null : await openBrowser();
const server = skip ? null : await serve({ procs: 1, prepare: async (server) => {
	await server.quick();
	await add(server, 1, VIDEOS);
} });
const names = (page) => page.locator(".video h3").allTextContents();
// As where a page is left and come back to.
const turn = (page, what) => page.evaluate((what) => dispatchEvent(new PageTransitionEvent(what, { persisted: true })), what);
async function scrollToEnd(page, whole) {
	for (let before; (before = await page.locator(".video").count()) < whole;) {
		await page.locator(".video").last().scrollIntoViewIfNeeded();
		await page.waitForFunction((before) => document.querySelectorAll(".video").length > before, before);
	}
}

const count = (page, n) => page.waitForFunction((n) => document.querySelectorAll(".video").length === n, n);

test("scrolling brings page after page, to the oldest, each video once", { skip }, () => withPage(browser, server, {}, async (page) => {
	await page.goto("/");
	await page.locator(".video").first().waitFor();
	assert.ok(await page.locator(".video").count() < VIDEOS);
	await scrollToEnd(page, VIDEOS);
	assert.deepEqual(await names(page), Array.from({ length: VIDEOS }, (_, i) => `Film ${VIDEOS - i}`));
}));

test("what was scrolled to stays when the stream is begun anew, and what came meanwhile is above it", { skip }, () =>
	withPage(browser, server, {}, async (page) => {
		await page.goto("/");
		await page.locator(".video").first().waitFor();
		await page.locator(".video").last().scrollIntoViewIfNeeded();
		await page.waitForFunction(() => document.querySelectorAll(".video").length > 100);
		const before = await names(page), [newest] = before;
		assert.ok(before.length > 100 && before.length <= VIDEOS);
		await turn(page, "pagehide");
		await server.sql(`INSERT INTO video (source, title, created_ms, paused) VALUES ('/srv/x', 'Meanwhile', 2e12, 1);
			UPDATE video SET state = 'cancelled' WHERE title = 'Meanwhile'`);
		await turn(page, "pageshow");
		await page.getByText("Meanwhile").waitFor();
		const after = await names(page);
		assert.deepEqual(after.slice(0, 2), ["Meanwhile", newest]);
		assert.deepEqual(after.slice(1, 1 + before.length), before);
		await server.request("DELETE", `/api/videos/${await server.value("SELECT id FROM video WHERE title = 'Meanwhile'")}`);
	}));

test("what was scrolled to learns what became of it while nobody looked, also where the server has forgotten", { skip }, () =>
	withPage(browser, server, {}, async (page) => {
		const rename = (old, title) => server.sql(`UPDATE video SET title = '${title}' WHERE title = '${old}'`);
		await page.goto("/");
		await page.locator(".video").first().waitFor();
		await page.locator(".video").last().scrollIntoViewIfNeeded();
		await count(page, 120);
		await turn(page, "pagehide");
		await rename("Film 100", "Heard of");
		await turn(page, "pageshow");
		await page.getByText("Heard of").waitFor();
		await turn(page, "pagehide");
		await rename("Heard of", "Unheard of");
		await rename("Film 1", "Film 1 again");
		await server.sql("DELETE FROM event WHERE id < (SELECT max(id) FROM event)");
		await turn(page, "pageshow");
		await page.getByText("Unheard of").waitFor();
		await count(page, 120);
		await rename("Unheard of", "Film 100");
		await rename("Film 1 again", "Film 1");
	}));

test("that older videos cannot be read is said until they can", { skip }, () => withPage(browser, server, { expected: /503/ }, async (page) => {
	const problem = page.getByText("Older videos cannot be read");
	await page.route(/before=/, (route) => route.fulfill({ status: 503 }), { times: 1 });
	await page.goto("/");
	await page.locator(".video").first().waitFor();
	await page.locator(".video").last().scrollIntoViewIfNeeded();
	await problem.waitFor();
	await page.locator(".video").first().scrollIntoViewIfNeeded();
	await page.locator(".video").last().scrollIntoViewIfNeeded();
	await count(page, 120);
	assert.equal(await problem.isVisible(), false);
}));

test("search and state narrow the list, stay in the address, and an empty result says so", { skip }, () => withPage(browser, server, {}, async (page) => {
	await page.goto("/");
	await page.getByLabel("Search").fill("film 19");
	await count(page, 11);
	await page.getByLabel("State").selectOption("Ready");
	await page.getByText("No video is like that.").waitFor();
	await keepPicture(page, "home-nothing-found");
	assert.match(page.url(), /\?q=film\+19&state=ready$/);
	await page.reload();
	await page.getByText("No video is like that.").waitFor();
	await page.getByLabel("State").selectOption("All states");
	await page.getByLabel("Search").fill("ann");
	await count(page, VIDEOS / 10);
	await keepPicture(page, "home-found");
}));

test("what others upload, rename and delete shows by itself, and the storyboard under the pointer", { skip }, () =>
	withPage(browser, server, { expected: /503/ }, async (page) => {
		const body = (title) => ({ body: JSON.stringify({ title }), headers: { "Content-Type": "application/json" } });
		await page.goto("/");
		await page.locator(".video").first().waitFor();
		const id = await server.upload(await madeClip({ seconds: 6 }), { title: "Fresh" });
		const card = page.locator(".video", { has: page.locator(`a[href="/videos/${id}"]`) });
		await card.locator(".poster img[src]").waitFor();
		assert.equal((await names(page))[0], "Fresh");
		const { x, y } = await card.boundingBox();
		await page.route(/\.vtt$/, (route) => route.fulfill({ status: 503 }), { times: 1 });
		await Promise.all([page.waitForResponse(/\.vtt$/), page.mouse.move(x + 20, y + 40)]);
		await page.mouse.move(0, 0);
		await page.mouse.move(x + 20, y + 40);          // what could not be had is tried again
		await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => name.endsWith(".vtt")));
		for (let step = 0; step < 600 && !await card.locator(".tile:not([hidden])").count(); step++) {
			await page.mouse.move(x + 20 + step % 130, y + 40);     // a tile is shown with a move after the storyboard has come
			await page.waitForTimeout(20);
		}
		assert.ok(await card.locator(".tile:not([hidden])").count());
		await keepPicture(page, "home-storyboard");
		await server.request("PATCH", `/api/videos/${id}`, body("Renamed"));
		await card.getByText("Renamed").waitFor();
		await server.request("DELETE", `/api/videos/${id}`);
		await card.waitFor({ state: "detached" });
	}));

test("a list that grows at its top is dropped at its end, and comes again to who scrolls there", { skip }, () => withPage(browser, server, {}, async (page) => {
	let newest = VIDEOS;
	await page.goto("/");
	await page.locator(".video").first().waitFor();
	for (const more of [100, 100, 10]) {            // the list is read; the last ones come in one by one
		await add(server, newest + 1, newest += more);
		await page.getByText(`Film ${newest}`, { exact: true }).waitFor();
		await page.waitForFunction(() => !document.querySelector("[aria-busy=true]") && document.querySelectorAll(".video").length < 240);
	}
	await scrollToEnd(page, newest);
	assert.deepEqual(await names(page), Array.from({ length: newest }, (_, i) => `Film ${newest - i}`));
}));
