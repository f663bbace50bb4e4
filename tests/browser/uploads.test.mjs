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
async function paddedFilm(name, padding = PADDING) {
	const head = Buffer.alloc(8);
	head.writeUInt32BE(padding);
	head.write("free", 4);
	writeFileSync(join(folder, name), Buffer.concat([readFileSync(await madeClip({ seconds: 2 })), head, Buffer.alloc(padding - 8)]));
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

// What is on the way may arrive then: the server has the upload as long as it comes.
async function pause(page) {
	await page.getByRole("button", { name: "Pause" }).click();
	await line(page).getByText(/paused$/).waitFor();
	network.rate = FAST;
}

// All of it arrived, and once.
async function arrived(page, before) {
	network.rate = FAST;
	await line(page).getByText(/^Ready/).waitFor();
	assert.equal(await server.count("video"), before + 1);
	assert.equal(await server.value("SELECT size_bytes FROM video ORDER BY created_ms DESC LIMIT 1"), statSync(film).size);
	assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("tus"))), []);
}

// The offset from which the next bytes are sent, as soon as they are: allHeaders() would wait until they are here.
const nextOffset = (page) => page.waitForRequest((request) => request.method() === "PATCH")
	.then((request) => Number(request.headers()["upload-offset"]));

test("a paused upload sends nothing, and goes on where it was", { skip }, onPage(lost, async (page) => {
	const before = await server.count("video");
	await begin(page);
	await pause(page);
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

// Answers the next `times` questions for the offset as a web server does whose responders are away, or that wants a password.
// Not longer than needed: requests that could be answered here are slow, as their bodies come here too.
async function refuseOffsets(page, status, times) {
	await page.route("**/api/uploads/*", async (route) => {
		if (route.request().method() !== "HEAD" || times <= 0)
			return route.continue();
		await route.fulfill({ status });
		if (--times === 0)
			page.unroute("**/api/uploads/*");
	});
}

// All that was sent before is still worth something: nothing was begun anew, and nothing is left on the server.
async function wentOn(page, offset, begun, before) {
	assert.ok(await offset > 0);
	await arrived(page, before);
	assert.deepEqual(begun, []);
	assert.equal(await server.count("upload WHERE done = 0"), 0);
}

function watchBeginnings(page) {
	const begun = [];
	page.on("request", (request) => request.method() === "POST" && begun.push(request.url()));
	return begun;
}

test("an upload whose offset is not told at first goes on where it was", { skip, long: true }, onPage(lost, async (page) => {
	const before = await server.count("video");
	await begin(page);
	const begun = watchBeginnings(page), offset = nextOffset(page);
	await refuseOffsets(page, 503, 2);
	network.cut();
	await line(page).getByText(/the connection is away/).waitFor();
	network.mend();
	await wentOn(page, offset, begun, before);
}));

test("an upload that is refused in between is not forgotten", { skip }, onPage({ expected: /net::ERR_|status of (403|409|423)|^(403|409|423): .*\/api\// }, async (page) => {
	const before = await server.count("video");
	await begin(page);
	const begun = watchBeginnings(page), offset = nextOffset(page);
	await pause(page);
	await refuseOffsets(page, 403, 1);
	await page.getByRole("button", { name: "Resume" }).click();
	await line(page).getByText(/^Not uploaded: The server answered with status 403/).waitFor();
	await page.getByRole("button", { name: "Try again" }).click();
	await wentOn(page, offset, begun, before);
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
	network.rate = FAST;
	await again.goto("/");
	await again.getByText(/was not sent completely. Choose it again/).waitFor();
	await keepPicture(again, "home-unfinished");
	const offset = nextOffset(again);
	await again.locator("#file").setInputFiles(film);
	assert.ok(await offset > 0);
	await arrived(again, before);
}));

// Answers what begins an upload of these files with a problem, as long as `is.on`.
async function refuseBeginnings(page, is, status, title, names = /./) {
	const filename = (request) => atob(/filename (\S+?)(,|$)/.exec(request.headers()["upload-metadata"])[1]);
	await page.route("**/api/uploads", (route) => is.on && names.test(filename(route.request()))
		? route.fulfill({ status, contentType: "application/problem+json", body: JSON.stringify({ title, status, code: "some_code" }) })
		: route.continue());
}

test("a full disk ends an upload in words, until it is tried again", { skip }, onPage({ expected: /status of 507|^507: / }, async (page) => {
	const before = await server.count("video");
	await refuseBeginnings(page, { on: true }, 507, "There is not enough space");
	await page.goto("/");
	await page.locator("#file").setInputFiles(film);
	await line(page).getByText("Not uploaded: There is not enough space").waitFor();
	await page.unroute("**/api/uploads");
	await page.getByRole("button", { name: "Try again" }).click();
	await arrived(page, before);
}));

test("what a busy server says is told while it is asked again, and others take the turn of who is refused for long", { skip },
	onPage(lost, async (page) => {
		const busy = { on: true }, names = ["first.mp4", "second.mp4", "third.mp4"];
		const card = (name) => page.locator(".upload", { hasText: name });
		await page.clock.install();
		await refuseBeginnings(page, busy, 503, "Too many uploads are under way.", /first|second/);
		await page.goto("/");
		await page.locator("#file").setInputFiles(await Promise.all(names.map((name) => paddedFilm(name, 1_000_000))));
		await card("second.mp4").getByText(/Too many uploads are under way; it is tried again$/).waitFor();
		await card("third.mp4").getByText(/waits for the files before it/).waitFor();
		await keepPicture(page, "home-busy");
		await until(async () => {
			await page.clock.fastForward(10_000);
			return await card("third.mp4").getByText(/^(Stored|Waiting|Reading|Encoding|Ready)/).count();
		}, "the third is sent");
		busy.on = false;
		await until(async () => {
			await page.clock.fastForward(10_000);
			return (await Promise.all(names.map((name) => card(name).getByText(/^Ready/).count()))).every(Boolean);
		}, "all are there", 90_000);
	}));

test("an upload whose file was changed meanwhile says so", { skip }, onPage(lost, async (page) => {
	await page.goto("/");
	await page.locator("#file").setInputFiles(await paddedFilm("changing.mp4"));
	await line(page).getByText(/^[2-9]\.\d MB of /).waitFor();
	writeFileSync(join(folder, "changing.mp4"), "something else");
	network.cut();
	await line(page).getByText(/^Not uploaded: the file cannot be read/).waitFor();
	network.mend();
	await keepPicture(page, "home-unreadable");
	await page.getByRole("button", { name: "Try again" }).click();
	await line(page).getByText(/^Not uploaded: the file cannot be read/).waitFor();
	// What came of it waits on the server for its file; the tests after this one count such uploads.
	const [{ id }] = await server.sql("SELECT id FROM upload WHERE done = 0");
	assert.equal((await server.request("DELETE", `/api/uploads/${id}`, { headers: { "Tus-Resumable": "1.0.0" } })).status, 204);
}));

test("a page that sends or has still to send is not left without a word", { skip }, onPage({ expected: /^dialog: / }, async (page) => {
	const before = await server.count("video"), asked = [];
	page.on("dialog", (dialog) => asked.push(dialog.type()));
	await begin(page);
	await page.getByRole("link", { name: "Floor" }).click();
	await until(() => asked.length, "it asks");
	assert.deepEqual(asked, ["beforeunload"]);
	await arrived(page, before);
	await page.getByRole("link", { name: "Floor" }).click();
	await page.waitForURL("**/floor");
	assert.equal(asked.length, 1);
}));

test("what was not sent completely is listed as other tabs go on with it, and not for longer than the server keeps it", { skip },
	onPage(lost, async (page) => {
		const tell = (page) => page.getByText(/was not sent completely/), other = await page.context().newPage();
		await begin(page);
		await pause(page);
		await other.goto("/");
		await tell(other).waitFor();
		assert.equal(await tell(page).count(), 0, "a tab lists its own");
		await page.getByRole("button", { name: "Remove" }).click();
		await tell(other).waitFor({ state: "hidden" });
		await other.evaluate(() => localStorage.setItem("tus::old::1", JSON.stringify({ size: 1, metadata: { filename: "old.mp4" },
			creationTime: new Date(Date.now() - 49 * 3600_000).toString(), uploadUrl: "/api/uploads/x" })));
		await page.getByText("Drop videos anywhere").waitFor();
		await until(() => page.evaluate(() => !localStorage.getItem("tus::old::1")), "it is forgotten");
		assert.equal(await tell(page).count(), 0);
	}));

test("of many files two are sent at one time, and one that is removed leaves nothing behind", { skip }, onPage(lost, async (page) => {
	const before = await server.count("video"), names = ["one.mp4", "two.mp4", "three.mp4"];
	const card = (name) => page.locator(".upload", { hasText: name });
	network.rate = SLOW;
	await page.goto("/");
	await page.locator("#file").setInputFiles(await Promise.all(names.map((name) => paddedFilm(name))));
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
