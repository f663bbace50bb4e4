// pages.test.mjs - the pages in a real browser, with JavaScript and without.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { serve, test } from "../lib/harness.mjs";
import { madeBytes, madeClip } from "../lib/media.mjs";
import { Hold } from "../lib/stand-ins.mjs";
import { keepPicture, noBrowser, openBrowser, withPage } from "./chromium.mjs";

const HOSTILE = "<img src=x onerror=alert(1)>.mp4";
const skip = noBrowser;
const browser = skip ? null : await openBrowser();
let hold;
const server = skip ? null : await serve({ prepare: async (server) => {
	hold = new Hold(server.dir);
	await hold.install();
	server.writeConf(hold.settings);
	await server.quick();
} });
const film = skip ? null : await madeClip({ seconds: 4, size: "640x360" });
const onPage = (options, body) => () => withPage(browser, server, options, body);
const file = (name, buffer) => ({ name, mimeType: "video/mp4", buffer });

// Chooses a file in the form of the front page and sends it.
async function submit(page, what, title = "") {
	await page.goto("/");
	await page.getByLabel("Title").fill(title);
	await page.getByLabel("File", { exact: true }).setInputFiles(what);
	await page.getByRole("button", { name: "Upload" }).click();
}

// Plays the page's own player, under the page's own policy.
async function plays(page) {
	const media = page.locator("video");
	await media.evaluate((media) => media.play());
	await page.waitForFunction(() => document.querySelector("video").currentTime > 0.5);
	assert.equal(await media.evaluate(({ error }) => error), null);
}

test("with JavaScript a file uploads with progress, and its page becomes a player by itself", { skip }, onPage({}, async (page) => {
	hold.on("chunk");
	const network = await page.context().newCDPSession(page);
	await network.send("Network.enable");
	await network.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 300_000 });
	await submit(page, film, "Harbour & co");
	await page.getByText(/^Uploading, [1-9]\d? %$/).waitFor();
	assert.ok(await page.locator("#upload-progress").evaluate(({ value, hidden }) => value > 0 && value < 1 && !hidden));
	await page.getByText("Harbour & co is stored and in the queue.").waitFor();
	await page.getByRole("link", { name: "Harbour & co" }).click();
	await page.locator("[data-field=state]", { hasText: /^encoding, \d+ %/ }).waitFor();
	await keepPicture(page, "video-encoding");
	hold.off("chunk");
	await page.locator("video").waitFor();
	await plays(page);
	await keepPicture(page, "video-ready");
}));

test("without JavaScript the form leads to the video's page, which renews itself until the video is there", { skip },
	onPage({ javaScriptEnabled: false }, async (page) => {
		hold.on("chunk");
		await submit(page, film, "No script");
		await page.waitForURL(/\/videos\/[A-Za-z0-9_-]{22}$/);
		assert.match(await page.locator("main").innerText(), /queued|probing|encoding/);
		await keepPicture(page, "video-no-script");
		hold.off("chunk");
		const source = await page.locator("video source").getAttribute("src");
		assert.match(source, /^\/media\/[A-Za-z0-9_-]{22}\/[a-z0-9-]+\.mp4$/);
		assert.equal(await page.locator("video").getAttribute("controls"), "");
	}));

test("the buttons of a video's page cancel it, try it again, rename and delete it", { skip }, onPage({}, async (page) => {
	hold.on("chunk");
	const id = await server.upload(film), state = page.locator("[data-field=state]");
	await page.goto(`/videos/${id}`);
	await page.getByRole("button", { name: "Cancel" }).click();
	await state.getByText("cancelled").waitFor();
	await page.getByRole("button", { name: "Retry" }).click();
	await page.getByRole("button", { name: "Cancel" }).waitFor();
	await page.getByLabel("Title").fill("Hafen \"<ä>\" & co");
	await page.getByRole("button", { name: "Save the title" }).click();
	await page.getByRole("heading", { name: "Hafen \"<ä>\" & co" }).waitFor();
	await page.getByRole("button", { name: "Delete" }).click();
	await page.waitForURL("/videos/");
	assert.equal(await server.video(id), null);
	hold.off("chunk");
}));

for (const javaScriptEnabled of [true, false])
	test(`a hostile file name is text on every page, and nothing of it runs (${javaScriptEnabled ? "with" : "without"} JavaScript)`, { skip },
		onPage({ javaScriptEnabled }, async (page) => {
			await submit(page, file(HOSTILE, await madeBytes({ seconds: 1 })));
			await page.getByText(javaScriptEnabled ? `${HOSTILE} is stored and in the queue.` : "Uploaded").waitFor();
			const { id } = (await server.get("/api/videos")).json.videos[0];
			await server.waitFor(id, "ready");
			for (const path of [...(javaScriptEnabled ? ["/"] : []), "/videos/", `/videos/${id}`]) {
				await page.goto(path);
				await page.getByText(HOSTILE).first().waitFor();
				assert.equal(await page.locator("img[src=x], [onerror]").count(), 0, path);
			}
			assert.match(await page.title(), /^<img src=x/);
		}));

test("a video that failed says why on its page", { skip }, onPage({}, async (page) => {
	const { json: { id } } = await server.put("This is no film. ".repeat(100), { filename: "letter.mp4" });
	await server.waitFor(id, "failed");
	await page.goto(`/videos/${id}`);
	assert.match(await page.locator("[data-field=state]").innerText(), /^failed/);
	await page.getByRole("button", { name: "Retry" }).waitFor();
	await keepPicture(page, "video-failed");
}));

test("a refused upload says why, and the form can be used again", { skip }, onPage({ expected: /status of 400|^400: .*\/api\/videos\?/ }, async (page) => {
	await submit(page, file("empty.mp4", Buffer.alloc(0)));
	await page.getByText(/^Not uploaded: .{10}/).waitFor();
	await keepPicture(page, "index-refused");
	await page.getByLabel("File", { exact: true }).setInputFiles(film);
	await page.getByRole("button", { name: "Upload" }).click();
	await page.getByText("640x360-25-4.mp4 is stored and in the queue.").waitFor();
}));

const looks = { desk: { viewport: { width: 1000, height: 760 } }, phone: { viewport: { width: 360, height: 640 }, colorScheme: "dark" } };

for (const [name, options] of Object.entries(looks))
	test(`every page fits a ${name}, and the browser has nothing to complain of`, { skip }, onPage(options, async (page) => {
		await server.put("no film", { filename: `${"long".repeat(50)}.mp4` });
		const { videos } = (await server.get("/api/videos")).json, ready = videos.find(({ state }) => state === "ready");
		for (const [path, picture] of [["/", "index"], ["/videos/", "list"], [`/videos/${videos[0].id}`, "video-long"], [`/videos/${ready.id}`, "video"]]) {
			await page.goto(path, { waitUntil: "networkidle" });
			await keepPicture(page, `${picture}-${name}`);
			const [wide, room] = await page.evaluate(({ scrollWidth, clientWidth } = document.documentElement) => [scrollWidth, clientWidth]);
			assert.ok(wide <= room, `${path} is ${wide} px wide on a screen of ${room} px`);
		}
	}));
