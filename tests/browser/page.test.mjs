// page.test.mjs - the page in a browser, with JavaScript and without.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { noBrowser, openBrowser, openPage } from "../lib/browser.mjs";
import { serve, test } from "../lib/harness.mjs";
import { madeClip } from "../lib/media.mjs";

const browser = await openBrowser();
const server = noBrowser ? null : await serve({ prepare: (server) => server.quick() });
const skip = noBrowser;
const clip = await madeClip({ seconds: 2 });

async function uploadOn(page, title) {
	await page.goto(server.url("/"));
	await page.fill("input[name=title]", title);
	await page.setInputFiles("input[type=file]", clip);
	await page.click("form[action='/api/videos'] button");
}

test("the page uploads a file, shows it at once, and shows when it is ready", { skip }, async () => {
	const page = await openPage(browser);
	await uploadOn(page, "Harbour");
	await page.waitForSelector("#upload-status:has-text('is stored')");
	await page.waitForSelector("#videos li:has-text('Harbour')");
	await page.waitForSelector("#videos li:has-text('Harbour') .state.good");
	assert.equal(await page.textContent("#videos li:has-text('Harbour') .state"), "ready");
	await page.click("#videos li a:has-text('Harbour')");
	await page.waitForSelector("video");
	await page.waitForFunction(() => document.querySelector("video").readyState >= 1);
	assert.deepEqual(page.complaints, []);
});

test("a video's page shows its progress and then, by itself, the player", { skip }, async () => {
	const page = await openPage(browser);
	const { json: { id } } = await server.put(readFileSync(clip), { title: "By itself" });
	await page.goto(server.url(`/videos/${id}`));
	await page.waitForSelector("video");
	assert.match(await page.textContent("[data-field=state]"), /ready/);
	assert.deepEqual(page.complaints, []);
});

test("without JavaScript the form leads to a page that renews itself until it has the player", { skip }, async () => {
	const page = await openPage(browser, { javaScriptEnabled: false });
	await uploadOn(page, "No script");
	await page.waitForURL(/\/videos\/[A-Za-z0-9_-]{22}$/);
	assert.match(await page.textContent("h1"), /No script/);
	await page.waitForSelector("video source[type='video/mp4']", { state: "attached" });
	await page.goto(server.url("/videos/"));
	assert.equal(await page.locator("li:has-text('No script')").count(), 1);
});

test("an upload that is refused is told in words", { skip }, async () => {
	const page = await openPage(browser);
	await page.goto(server.url("/"));
	await page.setInputFiles("input[type=file]", { name: "empty.mp4", mimeType: "video/mp4", buffer: Buffer.alloc(0) });
	await page.click("form[action='/api/videos'] button");
	await page.waitForSelector("#upload-status.bad:has-text('Not uploaded')");
});

test("names that are markup are shown as text everywhere", { skip }, async () => {
	const page = await openPage(browser), name = "<img src=x onerror=alert(1)><script>alert(2)</script>";
	await server.put("not a video", { title: name, filename: `${name}.mp4` });
	for (const path of ["/", "/videos/"]) {
		await page.goto(server.url(path));
		await page.waitForSelector("li:has-text('onerror=alert(1)')");
		await page.click("li a:has-text('onerror=alert(1)')");
		await page.waitForSelector("h1:has-text('onerror=alert(1)')");
	}
	assert.deepEqual(page.complaints, []);
});

test("the forms of a video's page work: rename, then delete", { skip }, async () => {
	const page = await openPage(browser);
	const { json: { id } } = await server.put("not a video", { title: "Before" });
	await server.waitFor(id, "failed");
	await page.goto(server.url(`/videos/${id}`));
	await page.fill("input[name=title]", "After & more");
	await page.click("button:has-text('Save')");
	await page.waitForSelector("h1:has-text('After & more')");
	assert.match(await page.textContent("[data-field=state]"), /failed: The file could not be read/);
	await page.click("button:has-text('Delete')");
	await page.waitForURL(/\/videos\/$/);
	assert.equal(await server.video(id), null);
});
