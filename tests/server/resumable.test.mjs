// resumable.test.mjs - Resumable Uploads for HTTP (draft-ietf-httpbis-resumable-upload), request by request.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { serve, test } from "../lib/harness.mjs";
import { readProblem } from "../lib/problem.mjs";
import { BASE, openPatch, tusClient } from "../lib/tus.mjs";
import { until } from "../lib/wait.mjs";

const server = await serve({ settings: { encode: { slots: 0 }, store: { upload_max: "3M" } } });
const tus = tusClient(server);
const VERSION = { "Upload-Draft-Interop-Version": "8" };

const send = (method, path, headers = {}, body = undefined) => server.request(method, path, { headers: { ...VERSION, ...headers }, body });
const create = (complete, body = "", headers = {}, query = "") => send("POST", BASE + query, { "Upload-Complete": complete, ...headers }, body);
const append = (path, offset, complete, body = "", headers = {}) => send("PATCH", path, { "Content-Type": "application/partial-upload",
	"Upload-Offset": String(offset), "Upload-Complete": complete, ...headers }, body);
const digest = (bytes, algorithm = "sha256", name = "sha-256") => `${name}=:${createHash(algorithm).update(bytes).digest("base64")}:`;
const stored = (id) => readFileSync(join(server.dir, "source", id));

test("OPTIONS tells of it", async () => {
	const { status, headers } = await send("OPTIONS", BASE);
	assert.equal(status, 204);
	assert.ok(headers["accept-patch"].split(", ").includes("application/partial-upload"));
	assert.equal(headers["upload-limit"], "max-size=3145728");
});

test("a whole body in one request is answered as its video", async () => {
	const bytes = randomBytes(100_000);
	const answer = await create("?1", bytes, { "Content-Disposition": "inline; filename=\"x.mp4\"; filename*=UTF-8''h%C3%A4fen.mp4" }, "?title=T");
	assert.deepEqual([answer.status, answer.headers["upload-complete"]], [201, "?1"]);
	const { id, filename, title } = answer.json;
	assert.deepEqual([filename, title, answer.headers["upload-video"]], ["häfen.mp4", "T", `/api/videos/${id}`]);
	assert.ok(stored(id).equals(bytes));
});

test("a body in three requests, whose length only the last one tells", async () => {
	const bytes = randomBytes(300_000), first = await create("?0", bytes.subarray(0, 100_000)), path = first.headers.location;
	assert.deepEqual([first.status, first.headers["upload-complete"], first.headers["upload-offset"]], [201, "?0", "100000"]);
	assert.match(first.headers["upload-limit"], /^max-size=3145728, max-age=\d+$/);
	const second = await append(path, 100_000, "?0", bytes.subarray(100_000, 200_000));
	assert.deepEqual([second.status, second.headers["upload-complete"], second.headers["upload-offset"]], [204, "?0", "200000"]);
	const before = await send("HEAD", path);
	assert.deepEqual([before.status, before.headers["upload-offset"], before.headers["upload-complete"]], [204, "200000", "?0"]);
	assert.deepEqual([before.headers["upload-length"], before.headers["cache-control"]], [undefined, "no-store"]);
	const last = await append(path, 200_000, "?1", bytes.subarray(200_000));
	assert.deepEqual([last.status, last.headers["upload-complete"], last.headers["upload-offset"], last.json.size_bytes], [200, "?1", "300000", 300_000]);
	assert.ok(stored(last.json.id).equals(bytes));
	const after = await send("HEAD", path);
	assert.deepEqual([after.headers["upload-offset"], after.headers["upload-length"], after.headers["upload-complete"]], ["300000", "300000", "?1"]);
});

test("an upload whose length is reached is complete when its client says so", async () => {
	const { headers: { location: path } } = await create("?0", "", { "Upload-Length": "5" });
	assert.equal((await append(path, 0, "?0", "01234")).headers["upload-complete"], "?0");
	assert.equal((await send("HEAD", path)).headers["upload-complete"], "?0");
	readProblem(await append(path, 5, "?1", "", { "Repr-Digest": digest("x") }), 400, "digest_mismatch");
});

test("who wants to know the digest of the whole is told with its end", async () => {
	const hex = createHash("sha256").update("0123456789").digest("hex"), wish = { "Want-Repr-Digest": "sha-512=1, sha-256=2" };
	const once = await create("?1", "0123456789", wish);
	assert.deepEqual([once.headers["repr-digest"], once.json.sha256], [digest("0123456789"), hex]);
	const { headers: { location: path } } = await create("?0", "01234", wish);
	const last = await append(path, 5, "?1", "56789");
	assert.deepEqual([last.headers["repr-digest"], last.json.sha256], [digest("0123456789"), hex]);
	const { headers: { location: path2 } } = await create("?0", "01234");
	const sha512 = await append(path2, 5, "?1", "56789", { "Want-Repr-Digest": "sha-512=1", "Repr-Digest": digest("0123456789") });
	assert.deepEqual([sha512.headers["repr-digest"], sha512.json.sha256], [digest("0123456789", "sha512", "sha-512"), hex]);
	assert.equal((await create("?1", "x", { "Want-Repr-Digest": "md5=1" })).headers["repr-digest"], undefined);
});

test("media types are the same in any case, and a refusal says which are taken", async () => {
	const { headers: { location: path } } = await create("?0");
	assert.equal((await append(path, 0, "?0", "0", { "Content-Type": "Application/Partial-Upload" })).status, 204);
	const answer = await append(path, 1, "?0", "1", { "Content-Type": "text/plain" });
	readProblem(answer, 415, "unsupported_media_type");
	assert.equal(answer.headers["accept-patch"], "application/partial-upload, application/offset+octet-stream");
});

test("a wrong offset is 409, with the right one", async () => {
	const { headers: { location: path } } = await create("?0", "01234");
	const answer = await append(path, 3, "?0", "x"), problem = readProblem(answer, 409, "wrong_offset");
	assert.deepEqual([answer.headers["upload-offset"], problem["expected-offset"], problem["provided-offset"]], ["5", 5, 3]);
});

test("lengths that contradict each other are refused", async () => {
	readProblem(await create("?1", "01234", { "Upload-Length": "6" }), 400, "inconsistent_length");
	const { headers: { location: path } } = await create("?0", "01234", { "Upload-Length": "10" });
	readProblem(await append(path, 5, "?1", "x"), 400, "inconsistent_length");
	readProblem(await append(path, 5, "?0", "x", { "Upload-Length": "11" }), 400, "inconsistent_length");
	readProblem(await append(path, 5, "?0", "x".repeat(6)), 413, "too_large");
	assert.equal((await send("HEAD", path)).headers["upload-offset"], "5");
});

test("fields are structured: parameters are left alone, and a length that is none is ignored", async () => {
	const { headers: { location: path } } = await create("?0;why=\"later\"", "01234", { "Upload-Length": "6.0" });
	assert.equal((await send("HEAD", path)).headers["upload-length"], undefined);
	assert.equal((await append(path, "005;a;b=?1", "?1", "56789")).status, 200);
});

test("a complete upload takes nothing more", async () => {
	const { headers: { location: path } } = await create("?0");
	const { json: { id } } = await append(path, 0, "?1", "01234");
	readProblem(await append(path, 5, "?1", "x"), 400, "inconsistent_length");
	const again = await append(path, 5, "?1");
	readProblem(again, 410, "upload_was_complete");
	assert.equal(again.headers.location, `/api/videos/${id}`);
	readProblem(await send("DELETE", path), 403, "upload_complete");
});

test("a cancelled upload is gone", async () => {
	const { headers: { location: path } } = await create("?0", "01234");
	assert.equal((await send("DELETE", path)).status, 204);
	assert.deepEqual([(await send("HEAD", path)).status, (await append(path, 5, "?0")).status], [404, 404]);
});

test("fields that are missing or malformed are 400, another type 415, too much 413 with the limit", async () => {
	const { headers: { location: path } } = await create("?0");
	for (const complete of ["1", "?2", "true", "?1;", ""])
		readProblem(await create(complete, "x"), 400, "bad_field", "Upload-Complete");
	for (const offset of ["-1", "", "1.0", "1;", "99999999999999999999"])
		readProblem(await append(path, offset, "?0", "x"), 400, "bad_field", "Upload-Offset");
	readProblem(await append(path, 0, "?0", "x", { "Content-Type": "application/octet-stream" }), 415, "unsupported_media_type");
	const gzip = { "Content-Encoding": "gzip" };
	for (const answer of [await append(path, 0, "?0", "x", gzip), await create("?0", "x", gzip)])
		readProblem(answer, 415, "unsupported_content_encoding");
	readProblem(await append(path, 0, "?1"), 400, "empty_upload");
	readProblem(await create("?1"), 400, "empty_upload");
	const large = await create("?0", "x", { "Upload-Length": "3145729" });
	readProblem(large, 413, "too_large");
	assert.equal(large.headers["upload-limit"], "max-size=3145728");
});

test("a request whose digest does not hold is dropped", async () => {
	const bytes = randomBytes(50_000), { headers: { location: path } } = await create("?0");
	readProblem(await append(path, 0, "?0", bytes, { "Content-Digest": digest("other") }), 400, "digest_mismatch");
	assert.equal((await send("HEAD", path)).headers["upload-offset"], "0");
	const both = `unknown=:AAAA:, ${digest(bytes, "sha512", "sha-512")}`;
	assert.equal((await append(path, 0, "?0", bytes, { "Content-Digest": both })).status, 204);
	for (const wrong of ["sha-256", "sha-256=x", "sha-256=:AAAA:", "sha-256=:AAAA", ":AA:"])
		readProblem(await append(path, 50_000, "?0", "x", { "Content-Digest": wrong }), 400, "bad_field", "Content-Digest");
});

test("a whole whose digest does not hold never becomes a video", async () => {
	const bytes = randomBytes(50_000), good = await create("?0", bytes.subarray(0, 10), { "Repr-Digest": digest(bytes) });
	assert.equal((await append(good.headers.location, 10, "?1", bytes.subarray(10))).status, 200);
	const bad = await create("?0", "x", { "Repr-Digest": digest(bytes) });
	readProblem(await append(bad.headers.location, 1, "?1", bytes), 400, "digest_mismatch");
	assert.equal((await send("HEAD", bad.headers.location)).status, 404);
	const { headers: { location: told } } = await create("?0", "x");
	assert.equal((await append(told, 1, "?0", "y", { "Repr-Digest": digest(bytes) })).status, 204);
	readProblem(await append(told, 2, "?1", "z"), 400, "digest_mismatch");
});

test("a SHA-256 that was verified is the video's, and no task computes it again", async () => {
	const bytes = randomBytes(50_000), sha256 = createHash("sha256").update(bytes).digest("hex");
	const told = await create("?0", bytes.subarray(0, 10), { "Repr-Digest": digest(bytes) });
	const once = await create("?1", bytes, { "Content-Digest": digest(bytes) });
	const ids = [(await append(told.headers.location, 10, "?1", bytes.subarray(10))).json.id, once.json.id];
	for (const id of ids) {
		assert.equal((await server.video(id)).sha256, sha256);
		assert.equal(await server.count(`task WHERE video = '${id}' AND kind = 'digest'`), 0);
	}
	const part = await create("?0", bytes.subarray(0, 10), { "Content-Digest": digest(bytes.subarray(0, 10)) });
	const { json: { id } } = await append(part.headers.location, 10, "?1", bytes.subarray(10), { "Content-Digest": digest(bytes.subarray(10)) });
	assert.equal(await server.count(`task WHERE video = '${id}' AND kind = 'digest'`), 1);
});

test("an active request is pushed aside, and what HEAD tells then is not outdated", async () => {
	const path = await tus.create(2_000_000), active = openPatch(server, path, 0, 2_000_000, Buffer.alloc(10_000));
	const beat = setInterval(() => active.write(Buffer.alloc(10_000)), 20);
	await until(() => statSync(join(server.dir, "incoming", path.split("/").at(-1))).size > 0, "bytes have come");
	const { status, headers } = await send("HEAD", path), at = Number(headers["upload-offset"]);
	assert.ok(status === 204 && at > 0 && at < 2_000_000, `${status} ${at}`);
	assert.match(await active.answer, /^HTTP\/1\.1 423 /);
	clearInterval(beat);
	assert.equal((await append(path, at, "?1", Buffer.alloc(2_000_000 - at))).status, 200);
});

test("one protocol goes on with what the other began", async () => {
	const path = await tus.create(10);
	assert.equal((await append(path, 0, "?0", "01234")).status, 204);
	assert.equal(await tus.offset(path), 5);
	assert.equal((await tus.patch(path, 5, "56789")).status, 204);
	assert.equal((await send("HEAD", path)).headers["upload-complete"], "?1");
});
