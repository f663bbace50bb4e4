// tus.test.mjs - tus 1.0.0, request by request: every status that it names, and every field.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { it, serve, test, together, withServer } from "../lib/harness.mjs";
import { raw } from "../lib/http.mjs";
import { madeClip } from "../lib/media.mjs";
import { readProblem } from "../lib/problem.mjs";
import { BASE, base64, metadata, openPatch, sum, tusClient } from "../lib/tus.mjs";
import { until } from "../lib/wait.mjs";

const MAX = 3 * 1024 * 1024;
const server = await serve({ settings: { encode: { slots: 0 }, store: { upload_max: "3M", uploads_max: 120 } } });
const tus = tusClient(server);

const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");
const idOf = (path) => path.split("/").at(-1);
const stored = (id) => readFileSync(join(server.dir, "source", id));
const incoming = (path) => statSync(join(server.dir, "incoming", idOf(path)));

// Completed by `answer`: a video of these bytes.
async function isVideo(answer, bytes) {
	const [, id] = /^\/api\/videos\/(.{22})$/.exec(answer.headers["upload-video"] ?? "") ?? assert.fail(answer.text);
	assert.equal(sha(stored(id)), sha(bytes));
	assert.equal(statSync(join(server.dir, "source", id)).mode & 0o777, 0o400);
	return server.video(id);
}

test("OPTIONS tells what is there", async () => {
	const { status, headers } = await server.request("OPTIONS", BASE);
	assert.equal(status, 204);
	assert.deepEqual([headers["tus-resumable"], headers["tus-version"], headers["tus-max-size"]], ["1.0.0", "1.0.0", String(MAX)]);
	assert.equal(headers["tus-extension"],
		"creation,creation-with-upload,creation-defer-length,termination,expiration,checksum,concatenation");
	assert.equal(headers["tus-checksum-algorithm"], "sha1,sha256,md5,crc32");
});

test("bytes in three pieces become a video of the upload's id", async () => {
	const bytes = randomBytes(1_000_003), given = metadata({ filename: "a.mp4", title: "Häfen", priority: "7", mood: "x" });
	const created = await tus.post({ "Upload-Length": String(bytes.length), "Upload-Metadata": given });
	const path = created.headers.location;
	assert.deepEqual([created.status, created.headers["tus-resumable"]], [201, "1.0.0"]);
	assert.match(path, /^\/api\/uploads\/[A-Za-z0-9_-]{22}$/);
	assert.ok(Date.parse(created.headers["upload-expires"]) > Date.now() + 47 * 3600_000);
	let at = 0;
	for (const end of [1, 400_000, bytes.length]) {
		const answer = await tus.patch(path, at, bytes.subarray(at, end));
		assert.deepEqual([answer.status, answer.headers["upload-offset"], answer.text], [204, String(end), ""]);
		const head = await tus.head(path);
		assert.deepEqual([head.status, head.headers["upload-offset"], head.headers["upload-length"]], [200, String(end), String(bytes.length)]);
		assert.deepEqual([head.headers["cache-control"], head.headers["upload-metadata"]], ["no-store", given]);
		at = end;
		if (end === bytes.length) {
			const video = await isVideo(answer, bytes);
			assert.deepEqual([video.id, video.filename, video.title, video.priority], [idOf(path), "a.mp4", "Häfen", 7]);
			assert.equal(head.headers["upload-video"], `/api/videos/${video.id}`);
		}
	}
	assert.deepEqual(server.files("incoming"), []);
});

test("another version, or none, is 412 with the versions there are", async () => {
	const path = `${BASE}/${"a".repeat(22)}`;
	for (const [method, where, version] of [["POST", BASE, "0.2.2"], ["POST", BASE, ""], ["HEAD", path, "1.0"], ["PATCH", path, "1.0.1"],
		["PATCH", path, ""], ["DELETE", path, "1"]]) {
		const answer = await server.request(method, where, { headers: { "Tus-Resumable": version, "Upload-Length": "5" } });
		assert.deepEqual([answer.status, answer.headers["tus-version"]], [412, "1.0.0"], `${method} ${version}`);
	}
});

test("every answer says the version, also of what is refused before anybody looks at it", async () => {
	const path = `${BASE}/${"a".repeat(22)}`;
	for (const [method, where, status, extra] of [["HEAD", path, 404], ["HEAD", `${BASE}/nothing`, 404], ["GET", path, 405],
		["POST", `${BASE}?size=1`, 400], ["POST", BASE, 403, { "Sec-Fetch-Site": "cross-site" }]]) {
		const answer = await server.request(method, where, { headers: { "Tus-Resumable": "1.0.0", "Upload-Length": "5", ...extra }, body: "" });
		assert.deepEqual([answer.status, answer.headers["tus-resumable"]], [status, "1.0.0"], `${method} ${where}`);
	}
});

test("a wrong offset is 409, a wrong type 415, and neither changes anything", async () => {
	const path = await tus.create(10);
	for (const offset of [1, 9, 10, 11])
		readProblem(await tus.patch(path, offset, "x"), 409, "wrong_offset");
	for (const type of ["application/octet-stream", "application/offset+octet-stream; a=b", undefined])
		readProblem(await tus.patch(path, 0, "x", { "Content-Type": type }), 415, "unsupported_media_type");
	assert.equal(await tus.offset(path), 0);
});

test("an offset that is no number is 400", async () => {
	const path = await tus.create(10);
	for (const offset of ["-1", "+0", "0x0", "", "00", "1e1", "0, 0", "18446744073709551616", "9223372036854775808"])
		readProblem(await tus.patch(path, offset, "x"), 400, "bad_field", "Upload-Offset");
	const twice = await raw(server.port, `PATCH ${path} HTTP/1.0\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nUpload-Offset: 5\r\n` +
		"Content-Type: application/offset+octet-stream\r\nContent-Length: 1\r\n\r\nx");
	assert.match(twice, /^HTTP\/1\.[01] 400 /);
	assert.equal(await tus.offset(path), 0);
});

test("a length that is no number is 400, one that is too large 413", async () => {
	for (const length of ["-1", "+5", "5 6", "0x10", "", "1, 2", "9223372036854775808", "18446744073709551616", "1e3", "05"])
		readProblem(await tus.post({ "Upload-Length": length }), 400, "bad_field");
	for (const length of [MAX + 1, "9223372036854775807"])
		readProblem(await tus.post({ "Upload-Length": String(length) }), 413, "too_large");
	readProblem(await tus.post({ "Upload-Length": "0" }), 400, "empty_upload");
	readProblem(await tus.post({}), 400, "bad_field", "Upload-Defer-Length");
	readProblem(await tus.post({ "Upload-Length": "5", "Upload-Defer-Length": "1" }), 400, "bad_field");
	readProblem(await tus.post({ "Upload-Defer-Length": "2" }), 400, "bad_field", "Upload-Defer-Length");
});

test("no byte is taken behind the length", async () => {
	const path = await tus.create(10);
	readProblem(await tus.patch(path, 0, "x".repeat(11)), 413, "too_large");
	assert.equal(await tus.offset(path), 0);
	await tus.patch(path, 0, "x".repeat(6));
	readProblem(await tus.patch(path, 6, "xxxxx"), 413, "too_large");
	assert.deepEqual([await tus.offset(path), incoming(path).size], [6, 6]);
});

const METADATA = [
	["bad base64", "title A"], ["url-safe base64", "title _-8="], ["a NUL", `title ${base64("a\0b")}`],
	["a key twice", "a,b,a"], ["no key", ",a"], ["an empty pair", "a,,b"], ["a comma at the end", "a,"], ["two values", "a eA== eA=="],
	["bits that say nothing", "title eB=="], ["a control character", "a\tb eA=="], ["over 4 KiB", `title ${base64("x".repeat(3100))}`],
	["a profile that is not there", `profile ${base64("none")}`], ["a priority that is none", `priority ${base64("1e3")}`],
];
test("metadata that is strange or broken is 400", async () => {
	for (const [what, field] of METADATA) {
		const { status, text } = await tus.post({ "Upload-Length": "5", "Upload-Metadata": field });
		assert.equal(status, 400, `${what}: ${text}`);
	}
	assert.equal(await server.count("upload WHERE metadata IS NOT NULL AND done = 0"), 0);
});

test("a body that is encoded is 415", async () => {
	const path = await tus.create(10), gzip = { "Content-Encoding": "gzip" };
	readProblem(await tus.patch(path, 0, "01234", gzip), 415, "unsupported_content_encoding");
	readProblem(await tus.post({ "Upload-Length": "5", "Content-Type": "application/offset+octet-stream", ...gzip }, "01234"), 415, "unsupported_content_encoding");
	assert.equal((await tus.patch(path, 0, "01234", { "Content-Encoding": "identity" })).status, 204);
});

test("a first body may come with the creation", async () => {
	const bytes = randomBytes(70_000), type = { "Content-Type": "application/offset+octet-stream" };
	const part = await tus.post({ ...type, "Upload-Length": String(bytes.length) }, bytes.subarray(0, 50_000));
	assert.deepEqual([part.status, part.headers["upload-offset"]], [201, "50000"]);
	await isVideo(await tus.patch(part.headers.location, 50_000, bytes.subarray(50_000)), bytes);
	const whole = await tus.post({ ...type, "Upload-Length": String(bytes.length) }, bytes);
	assert.equal(whole.status, 201);
	await isVideo(whole, bytes);
	readProblem(await tus.post({ "Upload-Length": "9", "Content-Type": "text/plain" }, "x"), 415, "unsupported_media_type");
	readProblem(await tus.post({ ...type, "Upload-Length": "9" }, "0123456789"), 413, "too_large");
});

test("a length may be told later, once", async () => {
	const created = await tus.post({ "Upload-Defer-Length": "1" }), path = created.headers.location;
	await tus.patch(path, 0, "01234");
	assert.ok(incoming(path).blocks * 512 < 65_536, "what was reserved ahead is given back");
	const before = (await tus.head(path)).headers;
	assert.deepEqual([before["upload-defer-length"], before["upload-length"]], ["1", undefined]);
	readProblem(await tus.patch(path, 5, "", { "Upload-Length": "4" }), 400, "bad_field", "Upload-Length");
	assert.equal((await tus.patch(path, 5, "5", { "Upload-Length": "10" })).status, 204);
	const after = (await tus.head(path)).headers;
	assert.deepEqual([after["upload-defer-length"], after["upload-length"]], [undefined, "10"]);
	readProblem(await tus.patch(path, 6, "6", { "Upload-Length": "11" }), 400, "bad_field", "Upload-Length");
	await isVideo(await tus.patch(path, 6, "6789"), Buffer.from("0123456789"));
});

const crc = (bytes) => {
	const four = Buffer.alloc(4);
	four.writeUInt32BE(crc32(bytes));
	return `crc32 ${four.toString("base64")}`;
};
test("a checksum that does not hold is 460, and nothing of the request is kept", async () => {
	const bytes = randomBytes(300_000), path = await tus.create(4 * bytes.length);
	const sums = [sum("sha1", bytes), sum("sha256", bytes), sum("md5", bytes), crc(bytes)];
	for (const [i, checksum] of sums.entries()) {
		const at = i * bytes.length, bad = Buffer.from(bytes);
		bad[299_999] ^= 1;
		readProblem(await tus.patch(path, at, bad, { "Upload-Checksum": checksum }), 460, "checksum_mismatch");
		assert.equal(await tus.offset(path), at);
		assert.equal((await tus.patch(path, at, bytes, { "Upload-Checksum": checksum })).status, 204, checksum);
	}
	for (const wrong of ["sha1", "sha1 ", "sha1 AAAA", "sha512 AAAA", "SHA1 x", " x"])
		readProblem(await tus.patch(path, 0, "x", { "Upload-Checksum": wrong }), 400, "bad_field", "Upload-Checksum");
});

test("what was terminated is gone", async () => {
	const path = await tus.create(10);
	await tus.patch(path, 0, "01234");
	assert.equal((await tus.remove(path)).status, 204);
	assert.deepEqual([(await tus.head(path)).status, (await tus.patch(path, 5, "5")).status, (await tus.remove(path)).status], [404, 404, 404]);
	assert.ok(!server.files("incoming").includes(idOf(path)));
});

test("a complete upload takes no byte, and cannot be terminated", async () => {
	const path = await tus.create(5);
	const done = await tus.patch(path, 0, "01234");
	readProblem(await tus.patch(path, 5, "x"), 403, "upload_complete");
	readProblem(await tus.patch(path, 0, "x"), 403, "upload_complete");
	assert.equal((await tus.patch(path, 5, "")).status, 204);
	readProblem(await tus.remove(path), 403, "upload_complete");
	await isVideo(done, Buffer.from("01234"));
});

test("an upload whose profile is deleted meanwhile is encoded with the default one", async () => {
	await server.sql("INSERT INTO profile (name) VALUES ('brief')");
	const path = await tus.create(5, { "Upload-Metadata": metadata({ profile: "brief" }) });
	await server.sql("DELETE FROM profile WHERE name = 'brief'");
	const video = await isVideo(await tus.patch(path, 0, "01234"), Buffer.from("01234"));
	assert.equal(video.profile, "default");
});

test("a deleted video's upload is gone", async () => {
	const path = await tus.create(5);
	await tus.patch(path, 0, "01234");
	await server.request("DELETE", `/api/videos/${idOf(path)}`);
	assert.equal((await tus.head(path)).status, 404);
});

test("a method may be overridden, and is judged as what it is then", async () => {
	const path = await tus.create(5);
	const override = (name, headers, body = "") => server.request("POST", path,
		{ headers: { "Tus-Resumable": "1.0.0", "X-HTTP-Method-Override": name, ...headers }, body });
	const patch = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0" };
	assert.equal((await override("PATCH", patch, "01")).status, 204);
	readProblem(await override("PATCH", patch, "01"), 409, "wrong_offset");
	assert.equal((await override("HEAD")).headers["upload-offset"], "2");
	readProblem(await override("DELETE", { Origin: "https://evil.example" }), 403, "cross_origin");
	readProblem(await override("TRACE"), 405, "method_not_allowed");
	assert.equal((await override("DELETE")).status, 204);
	const video = (await server.put("x")).json.id;
	const other = await server.request("POST", `/api/videos/${video}`, { headers: { "X-HTTP-Method-Override": "DELETE" }, body: "" });
	assert.equal(other.status, 405);
});

test("another site's page can do nothing", async () => {
	const path = await tus.create(5), evil = { Origin: "https://evil.example" };
	for (const answer of [await tus.post({ "Upload-Length": "5", ...evil }), await tus.patch(path, 0, "x", evil), await tus.remove(path, evil)])
		readProblem(answer, 403, "cross_origin");
	const preflight = await server.request("OPTIONS", path, { headers: { ...evil, "Access-Control-Request-Method": "PATCH" } });
	assert.equal(preflight.headers["access-control-allow-origin"], undefined);
});

test("parts are joined in the order of the request", async () => {
	const pieces = [randomBytes(200_000), randomBytes(1), randomBytes(4096 * 10)];
	const paths = [];
	for (const piece of pieces) {
		const path = await tus.create(piece.length, { "Upload-Concat": "partial" });
		const answer = await tus.patch(path, 0, piece);
		assert.deepEqual([answer.status, answer.headers["upload-video"]], [204, undefined]);
		assert.equal((await tus.head(path)).headers["upload-concat"], "partial");
		paths.push(path);
	}
	const concat = `final;${paths[2]} ${server.url(paths[0])} ${paths[1]}`;
	const joined = await tus.post({ "Upload-Concat": concat, "Upload-Metadata": metadata({ filename: "j.mp4" }) });
	assert.equal(joined.status, 201, joined.text);
	const video = await isVideo(joined, Buffer.concat([pieces[2], pieces[0], pieces[1]]));
	assert.equal(video.filename, "j.mp4");
	const head = (await tus.head(joined.headers.location)).headers;
	assert.deepEqual([head["upload-concat"], head["upload-offset"], head["upload-length"]],
		[concat, String(video.size_bytes), String(video.size_bytes)]);
	readProblem(await tus.patch(joined.headers.location, 0, "x"), 403, "upload_complete");
	const again = await tus.post({ "Upload-Concat": concat });
	assert.deepEqual([again.status, again.headers.location], [201, joined.headers.location]);
	assert.deepEqual(server.files("incoming").filter((name) => paths.map(idOf).includes(name)), []);
});

const part = async (text) => {
	const path = await tus.create(text.length, { "Upload-Concat": "partial" });
	await tus.patch(path, 0, text);
	return path;
};
test("parts that were joined are the same video again only as they were joined", async () => {
	const [a, b, c] = [await part("a"), await part("b"), await part("c")], join = (...parts) => tus.post({ "Upload-Concat": `final;${parts.join(" ")}` });
	const first = await join(a, b);
	for (const parts of [[b, a], [a], [a, b, c], [a, c], [c, b]])
		readProblem(await join(...parts), 403, "parts_joined");
	readProblem(await tus.remove(a), 403, "upload_complete");
	const again = await join(server.url(a), b);
	assert.deepEqual([again.status, again.headers.location], [201, first.headers.location]);
	await server.request("DELETE", first.headers["upload-video"]);
	readProblem(await join(a, b), 403, "parts_joined");
	assert.equal(await tus.offset(c), 1);
});

test("parts that are joined twice at one time become one video, and both are told so", async () => {
	for (let round = 0; round < 5; round++) {
		const parts = [await part("a".repeat(200_000)), await part("b")], concat = { "Upload-Concat": `final;${parts.join(" ")}` };
		const [one, two] = await Promise.all([tus.post(concat), tus.post(concat)]);
		assert.deepEqual([one.status, two.status, one.headers.location], [201, 201, two.headers.location], `${one.text}${two.text}`);
	}
});

test("one part alone becomes the video without a copy", async () => {
	const bytes = randomBytes(100_000), path = await tus.create(bytes.length, { "Upload-Concat": "partial" });
	await tus.patch(path, 0, bytes);
	const { ino } = incoming(path);
	const joined = await tus.post({ "Upload-Concat": `final;${path}` });
	const video = await isVideo(joined, bytes);
	assert.equal(statSync(join(server.dir, "source", video.id)).ino, ino);
});

test("what cannot be joined is refused", async () => {
	const part = await tus.create(5, { "Upload-Concat": "partial" }), whole = await tus.create(5);
	readProblem(await tus.post({ "Upload-Concat": `final;${part}` }), 409, "parts_unfinished");
	for (const list of [whole, `${BASE}/${"a".repeat(22)}`, "", "/etc/passwd", `${part} ${part}`, `/api/videos/${idOf(part)}`])
		readProblem(await tus.post({ "Upload-Concat": `final;${list}` }), 400, "bad_field", "Upload-Concat");
	readProblem(await tus.post({ "Upload-Concat": "final" }), 400, "bad_field");
	readProblem(await tus.post({ "Upload-Concat": `final;${part}`, "Upload-Length": "5" }), 400, "bad_field");
});

test("two PATCHes at one offset: one is taken, the other is not, and no byte is mixed", async () => {
	for (let round = 0; round < 10; round++) {
		const halves = [Buffer.alloc(150_000, "a"), Buffer.alloc(150_000, "b")], path = await tus.create(150_000);
		const answers = await Promise.all(halves.map((half) => tus.patch(path, 0, half)));
		const taken = answers.findIndex(({ status }) => status === 204);
		const other = answers[1 - taken];
		assert.ok(taken >= 0 && [403, 409, 423].includes(other.status), answers.map(({ status }) => status).join(" "));
		await isVideo(answers[taken], halves[taken]);
	}
});

test("a stale request is pushed aside by its client's next one, and what it brought is kept", async () => {
	const bytes = randomBytes(400_000), path = await tus.create(bytes.length);
	const stale = openPatch(server, path, 0, bytes.length, bytes.subarray(0, 100_000));
	await until(() => incoming(path).size >= 65_536, "bytes have come");
	let at;
	await until(async () => (at = await tus.offset(path)) > 0, "it gave way, long before idle_timeout", 15_000);
	assert.ok(at >= 65_536 && at <= 100_000, `${at}`);
	await isVideo(await tus.patch(path, at, bytes.subarray(at)), bytes);
	stale.destroy();
});

// Answers to a PATCH and a HEAD of an upload to which another request brings bytes all the time, and its longest silence in ms.
async function besideAnActive(path) {
	const active = openPatch(server, path, 0, 2_000_000, Buffer.alloc(10_000));
	let last, silence = 0;
	const send = () => {
		silence = Math.max(silence, performance.now() - last);
		last = performance.now();
		active.write(Buffer.alloc(10_000));
	};
	await until(() => incoming(path).size > 0, "bytes have come", undefined, 5);
	last = performance.now();
	const beat = setInterval(send, 50);
	const [refused, head] = await Promise.all([tus.patch(path, 0, "x"), tus.head(path)]);
	clearInterval(beat);
	send();
	active.destroy();
	return { refused, head, silence };
}

test("an active request is not pushed aside: 423, and HEAD tells what is durable", async () => {
	for (let round = 1; ; round++) {
		const path = await tus.create(2_000_000), { refused, head, silence } = await besideAnActive(path);
		if (silence > 200 && round < 8)         // it was not active: this machine stood still
			continue;
		readProblem(refused, 423, "upload_locked");
		assert.equal(head.status, 200);
		await until(async () => await tus.offset(path) > 0, "what came is kept");
		break;
	}
});

test("another user's upload is not there", async () => {
	const path = await tus.create(5);
	await server.sql(`UPDATE upload SET owner = 'somebody' WHERE id = '${idOf(path)}'`);
	assert.deepEqual([(await tus.head(path)).status, (await tus.patch(path, 0, "x")).status, (await tus.remove(path)).status], [404, 404, 404]);
	assert.equal((await server.request("HEAD", path)).status, 404);
	assert.equal((await tus.post({ "Upload-Concat": `final;${path}` })).status, 400);
	assert.ok(server.files("incoming").includes(idOf(path)));
});

test("what expires goes by itself, and so does a file that belongs to nobody; what is complete stays", async () => {
	await withServer({ settings: { encode: { slots: 0 } } }, async (short) => {
		const client = tusClient(short), path = await client.create(10), done = await client.create(5);
		await client.patch(path, 0, "01234");
		const { headers } = await client.patch(done, 0, "01234");
		writeFileSync(join(short.dir, "incoming", "s".repeat(22)), "stray");
		// Of uploads that ended while another writer held the database, and of one that has just begun.
		await short.sql(`INSERT INTO upload (id, worker, length_bytes, created_ms) SELECT ids.id, w.id, 1e9, (SELECT ms FROM now_ms) - ids.age_ms
			FROM (SELECT '${"e".repeat(22)}' AS id, 70000 AS age_ms UNION SELECT '${"b".repeat(22)}', 0) ids, (SELECT id FROM worker LIMIT 1) w`);
		// And of one whose responder died in a DELETE, between file and row.
		await short.sql(`UPDATE upload SET touched_ms = touched_ms - 49 * 3600000; INSERT INTO upload (id, kind, length_bytes, offset_bytes, created_ms)
			VALUES ('${"d".repeat(22)}', 'whole', 10, 5, (SELECT ms FROM now_ms) - 70000)`);
		await until(() => !short.files("incoming").length, "incoming/ is empty", 120_000);
		assert.equal((await client.patch(path, 5, "56789")).status, 404);
		await until(async () => await short.count("upload") === 1, "its row is gone, and what had ended");
		assert.equal(await short.value("DELETE FROM upload RETURNING id"), "b".repeat(22));
		assert.deepEqual(short.log().match(/upload \S+: expired/g), [`upload ${idOf(path)}: expired`]);
		const head = await client.head(done);
		assert.deepEqual([head.status, head.headers["upload-offset"], head.headers["upload-video"]], [200, "5", headers["upload-video"]]);
	});
});

// Both wait until responders look at what is old.
together("", 2, () => {
	// The clock was set while nobody looked, as far as anybody can tell.
	it("a clock that jumps by three days takes no unfinished upload", async () => {
		await withServer({ settings: { encode: { slots: 0 } } }, async (jumping) => {
			const client = tusClient(jumping), path = await client.create(10), days = 3 * 86_400_000;
			await client.patch(path, 0, "01234");
			for (const jump of [-days, 2 * days]) {
				await jumping.sql(`UPDATE lived SET wall_ms = wall_ms + ${jump}`);
				await until(async () => Math.abs(await jumping.value("SELECT wall_ms FROM lived") - Date.now()) < 60_000, "they have looked", 40_000);
				const head = await client.head(path);
				assert.deepEqual([head.status, head.headers["upload-offset"]], [200, "5"]);
				assert.ok(Date.parse(head.headers["upload-expires"]) > Date.now() + 47 * 3600_000);
			}
			await jumping.sql("UPDATE upload SET touched_ms = touched_ms - 3 * 86400000");
			await until(async () => await jumping.count("upload") === 0, "time that did pass counts");
		});
	});

	// As a responder leaves it that is killed between its last record and the video.
	it("an upload that was whole when its responder died is a video without its client, and does not expire", async () => {
		await withServer({ settings: { encode: { slots: 0 }, store: { upload_expiry: "20s" } } }, async (short) => {
			const client = tusClient(short), path = await client.create(10), id = idOf(path);
			const open = await short.request("POST", BASE, { headers: { "Upload-Complete": "?0", "Upload-Length": "5" }, body: "01234" });
			await client.patch(path, 0, "01234");
			appendFileSync(join(short.dir, "incoming", id), "56789");
			await short.sql(`UPDATE upload SET offset_bytes = 10, touched_ms = touched_ms - 70000 WHERE id = '${id}'`);
			await until(() => short.video(id), "it is a video", 30_000);
			assert.equal(readFileSync(join(short.dir, "source", id), "utf8"), "0123456789");

			const other = idOf(open.headers.location);      // whose client never said that this was all
			await short.sql(`UPDATE upload SET touched_ms = touched_ms - 70000 WHERE id = '${other}'`);
			await until(async () => !await short.value(`SELECT count(*) FROM upload WHERE id = '${other}'`), "it has expired", 30_000);
			assert.deepEqual([await short.count("video"), short.files("incoming")], [1, []]);
		});
	});
});

test("an upload of many GB that is read again by who completes it holds up no video", () =>
	withServer({ procs: 1, prepare: (server) => server.quick() }, async (busy) => {
		const id = "large-upload-read-anew", file = join(busy.dir, "incoming", id), clip = await madeClip({ seconds: 1 });
		writeFileSync(file, "");
		truncateSync(file, 64e9);               // takes no room, and a minute to be read
		const { ino } = statSync(file);
		await busy.sql(`INSERT INTO upload (id, kind, length_bytes, offset_bytes, ended, digest, touched_ms) VALUES ('${id}', 'whole', 64e9, 64e9, 1,
			'sha-512=:${Buffer.alloc(64).toString("base64")}:', (SELECT ms FROM lived_ms) - 70000);
			INSERT INTO upload (id, kind, touched_ms) VALUES ('${"-".repeat(22)}', 'whole', 0)`);         // whose expiry makes them look
		await until(() => readFileSync("/proc/locks", "utf8").includes(`:${ino} `), "it is being read");
		await busy.waitFor(await busy.value(`INSERT INTO video (source) VALUES ('${clip}') RETURNING id`), "ready");
		assert.equal(await busy.count(`upload WHERE id = '${id}'`), 1, "and is being read still");
	}));

test("too many unfinished uploads are 429", async () => {
	const whole = await part("whole"), answers = [];
	while (answers.length < 130 && answers.at(-1)?.status !== 429)
		answers.push(await tus.post({ "Upload-Length": "5" }));
	readProblem(answers.at(-1), 429, "too_many_unfinished");
	const ours = await server.count("upload WHERE done = 0 AND address = '127.0.0.1'"), left = 120 - await server.count("upload WHERE done = 0");
	assert.deepEqual([ours >= left, left > 50], [true, true], `${ours} of ours, ${left} are left`);
	const other = await server.request("POST", BASE, { from: "127.0.0.2", headers: { "Tus-Resumable": "1.0.0", "Upload-Length": "5" }, body: "" });
	assert.equal(other.status, 201, "whoever comes from elsewhere has room");
	assert.equal((await tus.post({ "Upload-Concat": `final;${whole}` })).status, 201);
});
