// hand-over.test.mjs - files that nginx stores and the responders rename: conf-examples/nginx-hand-over.conf.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import {
	chmodSync, chownSync, existsSync, linkSync, lstatSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync,
} from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { ask } from "../lib/fastcgi.mjs";
import { serve, test, withServer } from "../lib/harness.mjs";
import { cutUpload, filePart, raw } from "../lib/http.mjs";
import { readProblem } from "../lib/problem.mjs";
import { isAlive, kill, run } from "../lib/programs.mjs";
import { noWeb } from "../lib/server.mjs";
import { until } from "../lib/wait.mjs";

const skip = await noWeb("nginx");
const SETTINGS = { encode: { slots: 0 }, store: { hand_over: "$DIR/hand-over", upload_max: "3M" } };
const server = skip ? null : await serve({ web: "nginx", settings: SETTINGS });
const folder = server && join(server.dir, "hand-over");
const handed = (name, options, body) => test(name, { skip, ...(body ? options : {}) }, body ?? options);

const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");
const stored = (id) => readFileSync(join(server.dir, "source", id));

async function nothingIsLeft(videos) {
	await until(async () => !readdirSync(folder).length && !server.files("incoming").length && await server.count("upload") === 0,
		"no file and no row of an upload is left");
	assert.equal(await server.count("video"), videos);
	assert.equal(server.files("source").length, videos);
}

handed("a raw upload is the file that nginx wrote, byte for byte, under another name", async () => {
	const bytes = randomBytes(2_000_003), before = await server.count("video");
	const { status, json } = await server.request("PUT", "/api/videos/a%20film.mp4?title=T&size=2000003", { body: bytes });
	assert.deepEqual([status, json.filename, json.title, json.size_bytes], [201, "a film.mp4", "T", bytes.length]);
	assert.equal(sha(stored(json.id)), sha(bytes));
	assert.equal(statSync(join(server.dir, "source", json.id)).mode & 0o777, 0o400);
	await nothingIsLeft(before + 1);
});

handed("a body without a length is handed over with the one that it had", async () => {
	const before = await server.count("video"), head = "PUT /api/videos?title=chunked HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
	const text = await raw(server.port, `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n3\r\nfgh\r\n0\r\n\r\n`);
	assert.match(text, /^HTTP\/1\.1 201 /);
	const [{ id }] = await server.sql("SELECT id FROM video WHERE title = 'chunked'");
	assert.equal(stored(id).toString(), "abcdefgh");
	await nothingIsLeft(before + 1);
});

handed("a form is still read by the responder", async () => {
	const bytes = randomBytes(70_000), before = await server.count("video");
	const { status, json } = await server.post([filePart(bytes, "form.mp4")]);
	assert.equal(status, 201);
	assert.equal(sha(stored(json.id)), sha(bytes));
	await nothingIsLeft(before + 1);
});

handed("what is wrong with an upload is said as ever, and nothing of it is kept", async () => {
	const before = await server.count("video");
	const put = (query, body = "0123456789", headers = {}) => server.request("PUT", `/api/videos?${query}`, { body, headers });
	readProblem(await put("size=11"), 400, "length_mismatch");
	readProblem(await put("", ""), 400, "empty_upload");
	readProblem(await put("profile=none"), 400, "bad_parameter");
	readProblem(await put("", "x", { "Content-Encoding": "gzip" }), 415, "unsupported_content_encoding");
	readProblem(await put("", Buffer.alloc(3 * 1024 * 1024 + 1)), 413, "too_large");
	readProblem(await put("", "x", { Origin: "https://elsewhere.example" }), 403, "cross_origin");
	await nothingIsLeft(before);
});

handed("an upload that its client aborts leaves nothing, and no responder hears of it", async () => {
	const before = await server.count("video"), socket = net.connect(server.port, "127.0.0.1");
	let answer = "";
	socket.on("data", (piece) => (answer += piece)).on("error", () => {}).write(cutUpload(1_000_000, 400_000));
	await until(() => readdirSync(folder).length === 1, "nginx stores it");
	assert.deepEqual([server.files("incoming"), await server.count("upload")], [[], 0]);
	socket.destroy();
	assert.equal(answer, "");
	await nothingIsLeft(before);
});

handed("a client that names a file itself is not believed", async () => {
	const before = await server.count("video"), bait = join(server.dir, "clipmill.db");
	const headers = { "Request-Body-File": bait, Request_Body_File: bait, "Request-Body-file": bait, REQUEST_BODY_FILE: bait };
	const { status, json } = await server.request("PUT", `/api/videos?title=x`, { body: "not the database", headers });
	assert.equal(status, 201);
	assert.equal(stored(json.id).toString(), "not the database");
	const form = await server.request("POST", `/api/videos?REQUEST_BODY_FILE=${bait}`, { body: "x", headers });
	readProblem(form, 400, "bad_parameter");
	assert.ok(existsSync(bait));
	await nothingIsLeft(before + 1);
	assert.equal((await server.get("/hand-over")).status, 404);
});

// Names that are made in the folder, and what is promised of them.
const OWN = "0000000001";
const bytesAt = (path) => writeFileSync(path, "0123456789");
const HOSTILE = [
	["that is not there", () => {}, OWN],
	["that is shorter than promised", (path) => writeFileSync(path, "012345678"), OWN],
	["that is longer than promised", (path) => writeFileSync(path, "0123456789a"), OWN],
	["that is a symbolic link", (path) => symlinkSync("../clipmill.conf", path), OWN],
	["that has another name", (path) => { bytesAt(join(server.dir, "tmp/other")); linkSync(join(server.dir, "tmp/other"), path); }, OWN],
	["that is a folder", (path) => mkdirSync(path), OWN],
	["that is a FIFO", (path) => run("mkfifo", [path]), OWN],
	["that is hidden", (path) => bytesAt(path), ".hidden"],
	["in a folder below", (path) => { mkdirSync(join(path, "..")); bytesAt(path); }, "below/file"],
	["in a folder above", (path) => bytesAt(path), "../tmp/file"],
	["by a detour", () => bytesAt(join(folder, OWN)), `../hand-over/${OWN}`],
	["with two slashes", () => bytesAt(join(folder, OWN)), `/${OWN}`],
	["that is the folder itself", () => {}, ""],
];

// As the web server would, with this path.
function handOver(path, length = 10) {
	return ask(join(server.dir, "run/clipmill.sock"), {
		REQUEST_METHOD: "PUT", REQUEST_URI: "/api/videos", CONTENT_LENGTH: String(length), REQUEST_BODY_FILE: path,
	});
}

for (const [what, make, name] of HOSTILE) {
	handed(`a file ${what} is not taken over`, async () => {
		const before = await server.count("video"), path = join(folder, name);
		await make(path);
		const was = existsSync(path) && lstatSync(path).ino;
		await run("chown", ["-Rh", "--reference", folder, folder]);
		readProblem(await handOver(`${folder}/${name}`), 500, "internal");
		assert.equal(existsSync(path) && lstatSync(path).ino, was);
		await run("sh", ["-c", 'rm -rf "$0"/* "$0"/.hidden', folder]);
		await nothingIsLeft(before);
	});
}

handed("a path elsewhere is not taken over", async () => {
	const before = await server.count("video");
	for (const path of [join(server.dir, "clipmill.conf"), "/etc/passwd", `${folder}-2/x`, "x", `.${folder}/x`, `${folder}\n/x`])
		readProblem(await handOver(path, existsSync(path) ? statSync(path).size : 10), 500, "internal");
	assert.ok(existsSync(server.conf));
	await nothingIsLeft(before);
});

handed("a file of somebody else is not taken over", { skip: skip || (process.getuid() !== 0 && "only root can make one") }, async () => {
	const path = join(folder, OWN), before = await server.count("video");
	bytesAt(path);
	chownSync(path, 0, 0);
	chmodSync(path, 0o666);
	readProblem(await handOver(path), 500, "internal");
	await run("rm", [path]);
	await nothingIsLeft(before);
});

handed("nothing is taken from a folder that others can write to", async () => {
	const path = join(folder, OWN), before = await server.count("video");
	bytesAt(path);
	await run("chown", ["--reference", folder, path]);
	chmodSync(folder, 0o777);
	readProblem(await handOver(path), 500, "internal");
	chmodSync(folder, 0o700);
	assert.equal((await handOver(path)).status, 201);
	await nothingIsLeft(before + 1);
});

handed("an upload that leaves less than the floor is refused after its last byte", async () => {
	await withServer({ web: "nginx", settings: SETTINGS, procs: 1 }, async (full) => {
		const [pid] = full.responders();
		kill(pid, "SIGTERM");
		await until(() => !isAlive(pid), "it has ended");
		full.writeConf({ ...full.settings, store: { ...SETTINGS.store, floor: "1000T" } });
		await full.launchPool(1);
		readProblem(await full.put(randomBytes(100_000)), 507, "no_space");
		await until(() => !full.files("hand-over").length, "nginx has removed it");
		assert.deepEqual([full.files("incoming"), await full.count("video")], [[], 0]);
	});
});

handed("with hand_over off, no file is taken over", async () => {
	await withServer({ web: "nginx", settings: { encode: { slots: 0 } } }, async (plain) => {
		mkdirSync(join(plain.dir, "hand-over"));
		const path = join(plain.dir, "hand-over/x");
		bytesAt(path);
		const answer = await ask(join(plain.dir, "run/clipmill.sock"),
			{ REQUEST_METHOD: "PUT", REQUEST_URI: "/api/videos", CONTENT_LENGTH: "10", REQUEST_BODY_FILE: path });
		readProblem(answer, 500, "internal");
		assert.match(plain.log(), /hand_over is off/);
		assert.ok(existsSync(path));
	});
});

handed("what nginx left when it was killed goes, and nothing that it still has open", async () => {
	await withServer({ web: "nginx", settings: SETTINGS, procs: 1 }, async (killed) => {
		const stored = () => killed.files("hand-over"), head = "PUT /api/videos HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n";
		const half = () => net.connect(killed.port, "127.0.0.1").on("error", () => {}), first = half();
		first.write(head + "x".repeat(600_000));
		await until(() => stored().length === 1, "nginx stores one");
		const [left] = stored();
		process.kill(-killed.front.pid, "SIGKILL");
		await until(() => !isAlive(killed.front.pid), "it is gone");
		killed.launchWeb();
		await killed.healthy();
		const second = half();
		second.write(head + "y".repeat(600_000));
		await until(() => stored().length === 2, "it stores another");
		stored().forEach((name) => utimesSync(join(killed.dir, "hand-over", name), 1, 1));
		writeFileSync(join(killed.dir, "hand-over/mine"), "not nginx's");
		await killed.sql(`INSERT INTO upload (id, kind, touched_ms) VALUES ('${"-".repeat(22)}', 'whole', 0)`);         // whose expiry makes them look
		await until(() => !stored().includes(left), "what was left is gone", 30_000);
		const answer = new Promise((resolve) => second.once("data", (text) => resolve(String(text))));
		second.write("y".repeat(400_000));
		assert.match(await answer, /^HTTP\/1\.1 201 /);
		assert.deepEqual(stored(), ["mine"]);
	});
});
