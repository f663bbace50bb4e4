// browser.mjs - a headless Chromium, driven by playwright-core.
// SPDX-License-Identifier: MIT
import { existsSync, readFileSync } from "node:fs";
import { after } from "node:test";
import { load, pathIn } from "./modules.mjs";
import { patience } from "./paths.mjs";

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
	"--disable-component-update", "--disable-sync", "--mute-audio", "--autoplay-policy=no-user-gesture-required"];

const program = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => path && existsSync(path));
const playwright = load("playwright-core");

// For a test's option `skip`: false, or why.
export const noBrowser = !program ? "*** there is no Chromium (Debian: chromium)"
	: !playwright ? "*** there is no playwright-core: npm ci in tests/ did not work" : false;

// A browser for this file; null where there is none.
export async function openBrowser() {
	if (noBrowser)
		return null;
	const browser = await playwright.chromium.launch({ executablePath: program, args: FLAGS });
	after(() => browser.close());
	return browser;
}

// A page that keeps what went wrong on it in page.complaints.
export async function openPage(browser, options = {}) {
	const context = await browser.newContext(options), page = await context.newPage();
	page.setDefaultTimeout(30_000 * patience);
	page.complaints = [];
	page.on("pageerror", (error) => page.complaints.push(error.message));
	page.on("dialog", (dialog) => page.complaints.push(`a dialog: ${dialog.message()}`) && dialog.dismiss());
	page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
	return page;
}

const PLAYER = "<!doctype html><title>hls.js</title><script src=\"/test/hls.js\"></script><video muted playsinline width=\"640\"></video>";

// Opens a page of the server's own origin that plays this playlist with hls.js, on this level (-1: as it likes).
export async function openHls(page, server, playlist, level = -1) {
	await page.route("**/test/player.html", (route) => route.fulfill({ contentType: "text/html", body: PLAYER }));
	await page.route("**/test/hls.js", (route) => route.fulfill({ contentType: "text/javascript", body: readFileSync(pathIn("hls.js", "dist/hls.min.js"), "utf8") }));
	await page.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
	await page.goto(server.url("/test/player.html"));
	await page.evaluate(([source, startLevel]) => {
		window.problems = [];
		window.hls = new window.Hls({ startLevel, maxBufferLength: 600, backBufferLength: 600 });
		window.hls.on(window.Hls.Events.ERROR, (_, data) => window.problems.push(`${data.type}: ${data.details}${data.fatal ? " (fatal)" : ""}`));
		window.hls.loadSource(source);
		window.hls.attachMedia(document.querySelector("video"));
	}, [playlist, level]);
	await page.waitForFunction(() => document.querySelector("video").readyState >= 3 || window.problems.length);
	return page.evaluate(() => window.problems);
}

// What a <video> on the page is like now.
export const videoState = (page) => page.evaluate(() => {
	const video = document.querySelector("video"), quality = video.getVideoPlaybackQuality();
	return {
		at: video.currentTime, duration: video.duration, width: video.videoWidth, height: video.videoHeight, ended: video.ended,
		error: video.error?.message ?? null, frames: quality.totalVideoFrames, dropped: quality.droppedVideoFrames,
		buffered: Array.from({ length: video.buffered.length }, (_, i) => [video.buffered.start(i), video.buffered.end(i)]),
	};
});

// Plays from the start to the end at this speed.
export async function playThrough(page, speed = 8) {
	await page.evaluate((rate) => {
		const video = document.querySelector("video");
		video.muted = true;
		video.currentTime = 0;
		video.playbackRate = rate;
		return video.play();
	}, speed);
	await page.waitForFunction(() => document.querySelector("video").ended || document.querySelector("video").error);
	return videoState(page);
}

// How many different colours the picture has now: a black or green one has few.
export const coloursShown = (page) => page.evaluate(() => {
	const video = document.querySelector("video"), canvas = document.createElement("canvas");
	[canvas.width, canvas.height] = [64, 36];
	const context = canvas.getContext("2d");
	context.drawImage(video, 0, 0, 64, 36);
	return new Set(new Uint32Array(context.getImageData(0, 0, 64, 36).data.buffer)).size;
});

export async function seek(page, to) {
	await page.evaluate((at) => new Promise((resolve) => {
		const video = document.querySelector("video");
		video.pause();
		video.addEventListener("seeked", resolve, { once: true });
		video.currentTime = at;
	}), to);
	return videoState(page);
}
