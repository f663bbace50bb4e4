// chromium.mjs - a headless Chromium for a test file, and pages that remember what the browser complained of.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { after } from "../lib/harness.mjs";
import { load } from "../lib/modules.mjs";
import { build, full } from "../lib/paths.mjs";

// The first has no windows to draw around a page, and takes two thirds of the other's CPU; check-full takes the one that people use.
const PROGRAMS = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];
const PROGRAM = process.env.CLIPMILL_CHROMIUM || (full ? PROGRAMS.slice().reverse() : PROGRAMS).find(existsSync);
const ARTEFACTS = join(build, "tests/artefacts");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
	"--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required", "--mute-audio"];

const playwright = load("playwright-core");

// For a test's option `skip`: false, or why.
export const noBrowser = !playwright ? "playwright-core is not installed (npm ci failed)"
	: !(PROGRAM && existsSync(PROGRAM)) && `${PROGRAM ?? PROGRAMS[0]} is not there (Debian: chromium-headless-shell, or chromium)`;

// Starts it for this file, and ends it at the file's end.
export async function openBrowser() {
	const browser = await playwright.chromium.launch({ executablePath: PROGRAM, args: FLAGS });
	after(() => browser.close());
	return browser;
}

// Everything that a sound page does not do: errors, refusals by its own policy, dialogs, files that are missing.
function listen(page) {
	const complaints = [];
	page.on("console", (message) => {
		const { url } = message.location(), icon = url.endsWith("/favicon.ico");       // asked for without being named
		if (["error", "warning"].includes(message.type()) && !icon)
			complaints.push(`console: ${message.text()}`);
	});
	page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
	page.on("response", (answer) => answer.status() >= 400 && complaints.push(`${answer.status()}: ${answer.url()}`));
	page.on("dialog", (dialog) => {
		complaints.push(`dialog: ${dialog.message()}`);
		dialog.dismiss();
	});
	return complaints;
}

// Gives `body` a page in a context of its own; fails where the browser complained of anything but what `expected` matches.
export async function withPage(browser, server, { expected = /^$/, ...options }, body) {
	const context = await browser.newContext({ baseURL: server.url("/"), viewport: { width: 1000, height: 760 }, ...options });
	context.setDefaultTimeout(90_000);
	try {
		const page = await context.newPage(), complaints = listen(page);
		await body(page);
		assert.deepEqual(complaints.filter((words) => !expected.test(words)), []);
	} finally {
		await context.close();
	}
}

// The event streams of the pages that come are in their window.streams.
export const keepStreams = (page) => page.addInitScript(() => {
	const Real = window.EventSource;
	window.streams = [];
	window.EventSource = class extends Real {
		constructor(url) {
			super(url);
			window.streams.push(this);
		}
	};
});

// From now on requests are sent at so many bytes a second; -1: as fast as can be.
export async function slowUploads(page, uploadThroughput) {
	const network = await page.context().newCDPSession(page);
	await network.send("Network.enable");
	await network.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput });
}

// Keeps a picture of the page for people to look at.
export async function keepPicture(page, name) {
	mkdirSync(ARTEFACTS, { recursive: true });
	await page.screenshot({ path: join(ARTEFACTS, `${name}.png`), fullPage: true });
}
