// uploads.test.mjs - uploads by tus from the page: paused, broken off, their tab closed, their responder killed.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, serve, test } from "../lib/harness.mjs";
import { Line } from "../lib/line.mjs";
import { madeClip } from "../lib/media.mjs";
import { kill } from "../lib/programs.mjs";
import { until } from "../lib/wait.mjs";
import { keepPicture, noBrowser, openBrowser, withPage } from "./chromium.mjs";

const SLOW = 600_000, FAST = 20_000_000;        // bytes a second: until a test has done what it wants, and then
const PADDING = 16_000_000;             // more than the sockets on the way keep for themselves
const browser = noBrowser ? null : await openBrowser();
const server = noBrowser ? null : await serve({ procs: 2, prepare: (server) => server.quick() });
const skip = noBrowser;
const folder = mkdtempSync(join(tmpdir(), "clipmill-uploads-"));
after(() => rmSync(folder, { recursive: true }));

// A short film, with a box behind it that means nothing (ISO 14496-12, 8.1.2).
async function paddedFilm(name) {
	const head = Buffer.alloc(8);
	head.writeUInt32BE(PADDING);
	head.write("free", 4);
	writeFileSync(join(folder, name), Buffer.concat([readFileSync(await madeClip({ seconds: 2 })), head, Buffer.alloc(PADDING - 8)]));
	return join(folder, name);
}

const film = skip ? null : await paddedFilm("film.mp4");
const network = skip ? null : await Line.open(server, SLOW);
const lost = { expected: /net::ERR_|status of (5\d\d|409|423)|^(5\d\d|409|423): .*\/api\// };
const onPage = (options, body) => () => withPage(browser, network, options, body);
const line = (page) => page.locator(".upload .card-line").last();

const onTheWay = () => server.files("incoming").some((name) =>
	statSync(join(server.dir, "incoming", name), { throwIfNoEntry: false })?.size > 1_000_000);

// Chooses the film and waits until a part of it was sent, and is kept.
async function begin(page) {
	network.rate = SLOW;
	await page.goto("/");
	await page.locator("#file").setInputFiles(film);
	await line(page).getByText(/ MB of /).waitFor();
	await until(onTheWay, "a megabyte is here");
}

// All of it arrived, and once.
async function arrived(page, before) {
	network.rate = FAST;
	await line(page).getByText(/^Ready/).waitFor();
	assert.equal(await server.count("video"), before + 1);
	assert.equal(await server.value("SELECT size_bytes FROM video ORDER BY created_ms DESC LIMIT 1"), statSync(film).size);
	assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("tus"))), []);
}

// The offset from which the next bytes are sent.
const nextOffset = (page) => page.waitForRequest((request) => request.method() === "PATCH")
	.then(async (request) => Number((await request.allHeaders())["upload-offset"]));

test("a paused upload sends nothing, and goes on where it was", { skip }, onPage(lost, async (page) => {
	const before = await server.count("video");
	await begin(page);
	await page.getByRole("button", { name: "Pause" }).click();
	await line(page).getByText(/paused$/).waitFor();
	await keepPicture(page, "home-paused");
	const said = await line(page).textContent(), offset = nextOffset(page);
	assert.equal(await line(page).textContent(), said);
	await page.getByRole("button", { name: "Resume" }).click();
	assert.ok(await offset > 0);
	await arrived(page, before);
}));

test("an upload goes on by itself after the network was away", { skip }, onPage(lost, async (page) => {
	const before = await server.count("video");
	await begin(page);
	network.cut();
	await line(page).getByText(/the connection is away/).waitFor();
	await keepPicture(page, "home-offline");
	const offset = nextOffset(page);
	network.mend();
	assert.ok(await offset > 0);
	await arrived(page, before);
}));

test("an upload goes on by itself after its responder was killed", { skip }, onPage(lost, async (page) => {
	const before = await server.count("video");
	await begin(page);
	server.responders().forEach((pid) => kill(pid));
	await arrived(page, before);
}));

test("an upload goes on after its tab was closed, when the file is chosen again", { skip }, onPage(lost, async (page) => {
	const before = await server.count("video");
	await begin(page);
	const again = await page.context().newPage();
	await page.close();
	await again.goto("/");
	await again.getByText(/was not sent completely. Choose it again/).waitFor();
	await keepPicture(again, "home-unfinished");
	const offset = nextOffset(again);
	await again.locator("#file").setInputFiles(film);
	assert.ok(await offset > 0);
	await arrived(again, before);
}));

test("of many files two are sent at one time, and one that is removed leaves nothing behind", { skip }, onPage(lost, async (page) => {
	const before = await server.count("video"), names = ["one.mp4", "two.mp4", "three.mp4"];
	const card = (name) => page.locator(".upload", { hasText: name });
	network.rate = SLOW;
	await page.goto("/");
	await page.locator("#file").setInputFiles(await Promise.all(names.map(paddedFilm)));
	await card("three.mp4").getByText(/waits for the files before it/).waitFor();
	await card("two.mp4").getByText(/ MB of /).waitFor();
	await keepPicture(page, "home-several");
	await card("one.mp4").getByRole("button", { name: "Remove" }).click();
	network.rate = FAST;
	await card("three.mp4").getByText(/ MB of /).waitFor();
	for (const name of ["two.mp4", "three.mp4"])
		await card(name).getByText(/^Ready/).waitFor();
	await until(async () => await server.count("upload WHERE done = 0") === 0, "no upload is left");
	assert.equal(await server.count("video"), before + 2);
}));
