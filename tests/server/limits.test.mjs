// limits.test.mjs - slow and idle peers hold nothing up.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { ask, begin, exchange, record } from "../lib/fastcgi.mjs";
import { after, serve, test } from "../lib/harness.mjs";
import { cutUpload, raw } from "../lib/http.mjs";
import { paced } from "../lib/pace.mjs";
import { patience } from "../lib/paths.mjs";
import { readProblem } from "../lib/problem.mjs";
import { have, run } from "../lib/programs.mjs";
import { openPatch, tusClient } from "../lib/tus.mjs";
import { sleep, until } from "../lib/wait.mjs";

const server = await serve({ web: "lighttpd-pool", procs: 1,
	settings: { encode: { slots: 0 }, http: { threads: 4, upload_threads: 2, idle_timeout: "4s", header_timeout: "1s" } } });
const open = [];
after(() => open.forEach((socket) => socket.destroy()));

// An upload that says this and then nothing.  Resolves to what came back in the end.
function stalled(bytes = 70_000) {
	return raw(server.port, cutUpload(1_000_000, bytes));
}

// Two uploads that never fall silent until stop() is called, which resolves to their answers.
function lasting() {
	const sockets = [1, 2].map(() => connect(server.port, "127.0.0.1")), send = (text) => sockets.forEach((socket) => socket.write(text));
	const texts = sockets.map((socket) => new Promise((resolve) => {
		let text = "";
		socket.on("data", (piece) => (text += piece)).on("error", () => {}).on("close", () => resolve(text));
	}));
	send(cutUpload(10_000_000, 70_000));
	const beat = setInterval(() => send("x".repeat(20_000)), 200);
	return { stop: () => clearInterval(beat) ?? Promise.all(texts) };
}

const status = (text) => text.split(" ")[1];
const fastcgi = (bytes) => exchange(join(server.dir, "run/clipmill.sock"), bytes, (socket) => open.push(socket));

test("an upload that falls silent is given up, and leaves nothing", async () => {
	const { result: text, ms } = await paced(server.dir, () => stalled());
	assert.match(text, /^HTTP\/1\.1 408 /);
	assert.match(text, /body_timeout/);
	assert.ok(ms < 10_000 * patience, `${ms} ms`);
	await until(async () => await server.count("upload") === 0, "its row is gone");
	assert.deepEqual(server.files("incoming"), []);
});

test("a resumable one is asked to come again, and is kept", async () => {
	const tus = tusClient(server), path = await tus.create(1_000_000);
	const text = await openPatch(server, path, 0, 1_000_000, Buffer.alloc(70_000)).answer;
	assert.match(text, /^HTTP\/1\.1 503 /);
	assert.match(text, /^retry-after: \d+\r$/im);
	assert.match(text, /upload_slow/);
	assert.ok(await tus.offset(path) >= 65_536);
	assert.equal((await tus.remove(path)).status, 204);
});

test("who has no descriptors left waits for them, and does not fill the log", { skip: !await have("prlimit") && "*** needs prlimit (Debian: util-linux)" }, async () => {
	const pid = String(server.responders()[0]), limit = (files) => run("prlimit", ["--pid", pid, `--nofile=${files}:`]);
	await limit(8);
	const late = server.get("/api/videos");
	await sleep(1200);
	const said = server.log().split("Too many open files").length - 1;
	await limit(1024);
	assert.equal(said, 1);
	assert.equal((await late).status, 200);
});

test("more uploads than may be at one time are asked to come again, and status is answered meanwhile", async () => {
	const tus = tusClient(server), path = await tus.create(5), two = lasting();
	await until(async () => server.files("incoming").length === 3, "two uploads under way");
	const others = [stalled(), stalled()];
	const refused = await server.put("x");
	readProblem(refused, 503, "too_many_uploads");
	assert.match(refused.headers["retry-after"], /^\d+$/);
	assert.equal((await server.get("/api/videos")).status, 200);
	assert.equal((await tus.remove(path)).status, 204, "who lets go of one needs no place");
	assert.equal(server.files("incoming").length, 2, "they are still under way");
	assert.deepEqual((await Promise.all(others)).map(status), ["503", "503"]);
	assert.deepEqual((await two.stop()).map(status), ["408", "408"]);
});

test("who holds a small body back has a place as an upload has, or is asked to come again", async () => {
	const held = (path, type) => raw(server.port, `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: 100\r\n\r\nx`);
	const patch = `PATCH /api/videos/${"A".repeat(22)} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`;
	const texts = await Promise.all([raw(server.port, patch), raw(server.port, patch), raw(server.port, patch), held(`/videos/${"A".repeat(22)}/edit`, "application/x-www-form-urlencoded")]);
	assert.deepEqual(texts.map(status).sort(), ["408", "408", "503", "503"]);
});

test("where all places are taken, nobody waits for another request to give way", async () => {
	const tus = tusClient(server), paths = [await tus.create(10_000_000), await tus.create(10_000_000)];
	const writers = paths.map((path) => openPatch(server, path, 0, 10_000_000, Buffer.alloc(70_000)));
	const beat = setInterval(() => writers.forEach((writer) => writer.write(Buffer.alloc(20_000))), 200);
	try {
		await until(() => paths.every((path) => statSync(join(server.dir, "incoming", path.split("/").at(-1))).size > 0), "both have one");
		const { result, ms } = await paced(server.dir, () => Promise.all(paths.flatMap((path) => [tus.head(path), tus.remove(path)])));
		assert.deepEqual(result.map(({ status }) => status), [200, 423, 200, 423]);
		assert.ok(ms < 2000 * patience, `${ms} ms`);
	} finally {
		clearInterval(beat);
		writers.forEach((writer) => writer.destroy());
	}
	for (const path of paths)
		await until(async () => (await tus.remove(path)).status === 204, "it is gone");
});

test("peers that say nothing are dropped after the header's time, and others are served", async () => {
	const silent = Array.from({ length: 4 }, () => fastcgi(Buffer.alloc(0)));
	const { ms } = await paced(server.dir, async () => {
		assert.equal((await server.get("/api/health")).status, 200);
		await Promise.all(silent);
	});
	assert.ok(ms < 5000 * patience, `${ms} ms`);
	for (let i = 0; i < 50; i++)
		open.push(connect(server.port, "127.0.0.1").on("error", () => {}));
	assert.equal((await server.get("/api/health")).status, 200);
});

test("a head of nearly header_max is taken, and a longer one is not", async () => {
	const socket = join(server.dir, "run/clipmill.sock");
	const health = (bytes) => ask(socket, { REQUEST_METHOD: "GET", REQUEST_URI: "/api/health", HTTP_COOKIE: "x".repeat(bytes) });
	for (const bytes of [10, 8192, 60_000])
		assert.equal((await health(bytes)).status, 200, `${bytes} bytes`);
	assert.equal((await health(65_450)).status, 0);
});

// As nginx 1.22 passes it on.
test("a field in several lines is one", async () => {
	const put = (...digests) => ask(join(server.dir, "run/clipmill.sock"), [["REQUEST_METHOD", "PUT"], ["REQUEST_URI", "/api/videos"], ["CONTENT_LENGTH", "1"],
		...digests.map((value) => ["HTTP_CONTENT_DIGEST", value])], Buffer.from("x"));
	const sha256 = (text) => `sha-256=:${createHash("sha256").update(text).digest("base64")}:`;
	readProblem(await put("md5=:AAAA:", "unixsum=1", sha256("y")), 400, "digest_mismatch");
	assert.equal((await put("md5=:AAAA:", "unixsum=1", sha256("x"))).status, 201);
});

test("a malformed FastCGI peer is cut off and the responder lives", async () => {
	const pid = server.responders()[0];
	for (const bytes of [
		Buffer.alloc(100), Buffer.alloc(100, 255), record(9, 0, Buffer.from([14, 0, ...Buffer.from("FCGI_MAX_CONNS")])),
		Buffer.concat([begin, record(4, 1, Buffer.from([255, 255, 255, 255, 255, 255, 255, 255]))]),
		Buffer.concat([begin, record(4, 1, Buffer.from([127, 5, 65]))]), Buffer.concat([begin, begin, begin]),
		Buffer.concat([record(1, 1, Buffer.from([0, 9, 0, 0, 0, 0, 0, 0]))]), Buffer.concat([begin, record(5, 1, Buffer.alloc(0))]),
		Buffer.concat([begin, ...Array.from({ length: 200 }, () => record(4, 1, Buffer.from(`\u0001\u007fA${"x".repeat(127)}`)))]),
		Buffer.concat([begin, record(4, 1, Buffer.alloc(0)), record(5, 1, Buffer.alloc(10), 60_000)]),
	])
		await Promise.race([fastcgi(bytes), sleep(4000)]);
	assert.deepEqual(server.responders(), [pid]);
	assert.equal((await server.get("/api/health")).status, 200);
});
