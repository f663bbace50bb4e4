// pages.test.mjs - the pages in a real browser, with JavaScript and without.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { serve, test } from "../lib/harness.mjs";
import { madeBytes, madeClip } from "../lib/media.mjs";
import { until } from "../lib/wait.mjs";
import { keepPicture, keepStreams, noBrowser, openBrowser, slowUploads, withPage } from "./chromium.mjs";

const HOSTILE = "<img src=x onerror=alert(1)>.mp4";
const skip = noBrowser;
const browser = skip ? null : await openBrowser();
const server = skip ? null : await serve({ hold: true, prepare: (server) => server.quick() });
const film = skip ? null : await madeClip({ seconds: 4, size: "640x360" });
const onPage = (options, body) => () => withPage(browser, server, options, body);
const file = (name, buffer) => ({ name, mimeType: "video/mp4", buffer });

// Chooses a file in the form of the front page and sends it.
async function submit(page, what, title = "") {
	await page.goto("/");
	await page.getByLabel("Title").fill(title);
	await page.locator("#file").setInputFiles(what);
	await page.getByRole("button", { name: "Upload" }).click();
}

// Drops files onto the page, as from a folder of the desk.
async function drop(page, ...files) {
	const transfer = await page.evaluateHandle((files) => {
		const transfer = new DataTransfer();
		for (const { name, base64 } of files)
			transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
		return transfer;
	}, files.map(({ name, buffer }) => ({ name, base64: buffer.toString("base64") })));
	for (const type of ["dragenter", "dragover", "drop"])
		await page.dispatchEvent("main", type, { dataTransfer: transfer });
}

const card = (page, name) => page.locator(".upload", { hasText: name });

// Plays the page's own player, under the page's own policy: time advances and frames are drawn.
async function plays(page) {
	const media = page.locator("media-controller video");
	await media.evaluate((media) => media.play());
	await page.waitForFunction(() => {
		const media = document.querySelector("media-controller video");
		return media.error || (media.currentTime > 0.5 && media.getVideoPlaybackQuality().totalVideoFrames > 5);
	});
	assert.equal(await media.evaluate(({ error }) => error?.message), undefined);
}

test("a dropped file uploads with speed and remaining time, and its card becomes the encode's progress and then the player", { skip },
	onPage({}, async (page) => {
		server.hold.on("chunk");
		await page.goto("/");
		await slowUploads(page, 60_000);
		await drop(page, { name: "Harbour & co.mp4", buffer: await madeBytes({ seconds: 4, size: "640x360", rate: 5 }) });
		const mine = card(page, "Harbour & co.mp4");
		await mine.getByText(/^\d+ kB of \d+ kB · \d+ kB\/s · \d+ s left$/).waitFor();
		await keepPicture(page, "home-uploading");
		await slowUploads(page, -1);
		await mine.getByText(/^Encoding · \d+ %/).waitFor();
		await keepPicture(page, "home-encoding");
		server.hold.off("chunk");
		await mine.locator("media-controller").waitFor();
		await plays(page);
		await mine.getByText(/^Ready · 0:04$/).waitFor();
		await keepPicture(page, "home-player");
	}));

test("the page of a video hears how far its tasks are, asks for what begins and ends, and becomes a player by itself", { skip }, onPage({}, async (page) => {
	server.hold.on("chunk");
	await keepStreams(page);
	const id = await server.upload(film), asked = [];
	let last = 0;
	page.on("request", (request) => /\/tasks/.test(request.url()) && asked.push(request.url()) && (last = performance.now()));
	await page.goto(`/videos/${id}`);
	await page.locator(".stage-state", { hasText: /^Encoding · \d+ %/ }).waitFor();
	await keepPicture(page, "video-encoding");
	await page.getByRole("button", { name: /^Chunk 1: runs/ }).click();
	await page.getByText("It said nothing.").waitFor();
	await until(async () => !await server.count("task WHERE state IN ('queued', 'running') AND kind NOT IN ('chunk', 'assemble')"), "nothing else runs");
	const done = await server.count(`task WHERE video = '${id}' AND state = 'done'`);
	await page.waitForFunction((done) => document.querySelectorAll(".task-bar[data-state=done]").length === done, done);
	const task = await server.value(`SELECT id FROM task WHERE video = '${id}' AND kind = 'chunk'`);
	await until(() => performance.now() - last > 1500, "all that began and ended was asked for");
	asked.length = 0;
	await until(async () => {
		await page.evaluate((task) => window.streams[0].dispatchEvent(new MessageEvent("progress",
			{ data: JSON.stringify({ state: "encoding", tasks: [{ task, progress: 0.5 }] }) })), task);
		return page.getByText("runs, 50 %").isVisible();
	}, "it is half done");
	await page.waitForTimeout(1500);
	assert.deepEqual(asked, []);
	server.hold.off("chunk");
	await page.locator("media-controller").waitFor();
	await plays(page);
	await page.getByRole("link", { name: "Download 240p" }).waitFor();
	await keepPicture(page, "video-ready");
}));

test("without JavaScript the form leads to the video's page, which renews itself until the video is there", { skip },
	onPage({ javaScriptEnabled: false }, async (page) => {
		server.hold.on("chunk");
		await submit(page, film, "No script");
		await page.waitForURL(/\/videos\/[A-Za-z0-9_-]{22}$/);
		assert.match(await page.locator("main").innerText(), /queued|probing|encoding/);
		await keepPicture(page, "video-no-script");
		server.hold.off("chunk");
		const source = await page.locator("video source").getAttribute("src");
		assert.match(source, /^\/media\/[A-Za-z0-9_-]{22}\/[a-z0-9-]+\.mp4$/);
		assert.equal(await page.locator("video").getAttribute("controls"), "");
	}));

test("a video is cancelled, tried again, renamed, and deleted a while after it was said", { skip }, onPage({ expected: /503/ }, async (page) => {
	server.hold.on("chunk");
	const id = await server.upload(film), press = (name) => page.getByRole("button", { name }).click();
	await page.goto(`/videos/${id}`);
	await press("Cancel");
	await page.locator(".state-line", { hasText: "Cancelled" }).waitFor();
	await keepPicture(page, "video-cancelled");
	await press("Retry");
	await page.getByLabel("Priority").selectOption("First");
	await until(async () => (await server.video(id)).priority === 20, "another priority");
	await press("Rename");
	await page.getByRole("textbox", { name: "Title" }).fill("Hafen \"<ä>\" & co");
	await page.route(`**/api/videos/${id}`, (route) => route.request().method() === "PATCH" ? route.fulfill({ status: 503 }) : route.continue());
	await press("Save");
	await page.getByText(/^Not renamed: ./).waitFor();
	await page.unroute(`**/api/videos/${id}`);
	await keepPicture(page, "video-not-renamed");
	await press("Save");
	await page.getByRole("heading", { name: "Hafen \"<ä>\" & co" }).waitFor();
	await press("Delete");
	await press("Undo");
	assert.equal((await server.video(id)).title, "Hafen \"<ä>\" & co");
	await press("Delete");
	await keepPicture(page, "video-deleted");
	await page.waitForURL("/");
	assert.equal(await server.video(id), null);
	server.hold.off("chunk");
}));

test("a deletion is sent when the page is left before its time", { skip }, onPage({}, async (page) => {
	const id = await server.upload(film);
	await page.goto(`/videos/${id}`);
	await page.getByRole("button", { name: "Rename" }).waitFor();           // before its script is there the button is that of a form
	await page.getByRole("button", { name: "Delete" }).click();
	await page.getByRole("button", { name: "Undo" }).waitFor();
	await page.goto("/floor");
	await until(async () => await server.video(id) === null, "it is gone");
}));

for (const javaScriptEnabled of [true, false])
	test(`a hostile file name is text on every page, and nothing of it runs (${javaScriptEnabled ? "with" : "without"} JavaScript)`, { skip },
		onPage({ javaScriptEnabled }, async (page) => {
			const bytes = await madeBytes({ seconds: 1 });
			if (javaScriptEnabled) {
				await page.goto("/");
				await drop(page, { name: HOSTILE, buffer: bytes });
				await card(page, HOSTILE).getByRole("link", { name: HOSTILE }).waitFor();
			} else {
				await submit(page, file(HOSTILE, bytes));
				await page.getByText("Uploaded").waitFor();
			}
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
	await page.locator(".state-line", { hasText: /^Failed · .{10}/ }).waitFor();
	await page.getByRole("button", { name: "Retry" }).waitFor();
	await keepPicture(page, "video-failed");
}));

test("a refused upload says why, and others go on", { skip }, onPage({ expected: /status of 400|^400: .*\/api\/uploads/ }, async (page) => {
	await page.goto("/");
	await drop(page, { name: "empty.mp4", buffer: Buffer.alloc(0) }, { name: "full.mp4", buffer: readFileSync(film) });
	await card(page, "empty.mp4").getByText(/^Not uploaded: .{10}/).waitFor();
	await card(page, "full.mp4").getByText(/^Ready/).waitFor();
	await keepPicture(page, "home-refused");
	await card(page, "empty.mp4").getByRole("button", { name: "Hide" }).click();
	assert.equal(await card(page, "empty.mp4").count(), 0);
}));

const looks = { desk: { viewport: { width: 1000, height: 760 } }, phone: { viewport: { width: 360, height: 640 }, colorScheme: "dark" } };

for (const [name, options] of Object.entries(looks))
	test(`every page fits a ${name}, and the browser has nothing to complain of`, { skip }, onPage(options, async (page) => {
		const { id } = await server.waitFor(await server.upload(film), "ready");
		await server.put("no film", { filename: `${"long".repeat(50)}.mp4` });
		const { videos } = (await server.get("/api/videos")).json;
		for (const [path, picture] of [["/", "home"], ["/videos/", "list"], ["/floor", "floor"], [`/videos/${videos[0].id}`, "video-long"], [`/videos/${id}`, "video"]]) {
			await page.goto(path, { waitUntil: "load" });
			await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
			await keepPicture(page, `${picture}-${name}`);
			const [wide, room] = await page.evaluate(({ scrollWidth, clientWidth } = document.documentElement) => [scrollWidth, clientWidth]);
			assert.ok(wide <= room, `${path} is ${wide} px wide on a screen of ${room} px`);
		}
	}));
