// uploads.test.mjs - bytes on their way in, whole, cut, odd and hostile.  No task ever runs here: slots = 0.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { serve, test } from "../lib/harness.mjs";
import { cutUpload, fieldPart, filePart, formBody, formHeaders, raw } from "../lib/http.mjs";
import { readProblem } from "../lib/problem.mjs";
import { until } from "../lib/wait.mjs";

const server = await serve({ settings: { encode: { slots: 0 }, store: { upload_max: "3M" } } });

// Bytes of a body that a web server wants before it passes on an answer, as far as it is more than a few.
const BEFORE_ANSWER = { apache: 4_000_000 };

const TYPE = `Content-Type: ${formHeaders()["Content-Type"]}`;
const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");
const stored = (id) => readFileSync(join(server.dir, "source", id));
const count = () => server.count("video");

// Nothing came of it: no video, no upload row, no file.
async function nothingCame(before) {
	await until(async () => !server.files("incoming").length && await server.count("upload") === 0, "neither file nor row");
	assert.equal(await count(), before);
	assert.equal(server.files("source").length, before);
}

test("a raw body is stored byte for byte, and nobody writes to it again", async () => {
	const bytes = randomBytes(2_000_003);
	const path = "/api/videos/some%20film.mp4?title=A%20title&priority=-3";
	const { status, json, headers } = await server.request("PUT", path, { body: bytes });
	assert.deepEqual([status, headers.location], [201, `/api/videos/${json.id}`]);
	assert.deepEqual([json.filename, json.title, json.priority, json.size_bytes], ["some film.mp4", "A title", -3, bytes.length]);
	assert.deepEqual([json.state, json.profile, json.owner], ["queued", "default", ""]);
	assert.equal(sha(stored(json.id)), sha(bytes));
	assert.equal(statSync(join(server.dir, "source", json.id)).mode & 0o777, 0o400);
});

test("a form is stored byte for byte, with its fields before and after the file", async () => {
	const bytes = randomBytes(700_001);
	const { status, json } = await server.post([fieldPart("title", "Häfen"), fieldPart("unknown", "x".repeat(3000)),
		filePart(bytes, "a.mov", "whatever"), fieldPart("priority", "9")]);
	assert.equal(status, 201);
	assert.deepEqual([json.title, json.priority, json.filename], ["Häfen", 9, "a.mov"]);
	assert.equal(sha(stored(json.id)), sha(bytes));
});

// Sends a request in pieces of `step` bytes, then the rest; resolves to the answer's text.
function dribble(head, body, step) {
	return new Promise((resolve, reject) => {
		let text = "";
		const socket = net.connect(server.port, "127.0.0.1", async () => {
			socket.setNoDelay(true);
			socket.write(head);
			for (let at = 0; at < 300 * step; at += step) {
				socket.write(body.subarray(at, at + step));
				await new Promise(setImmediate);
			}
			socket.write(body.subarray(300 * step));
		});
		socket.on("data", (piece) => (text += piece)).on("error", reject).on("close", () => resolve(text));
	});
}

test("a file that looks like its boundary, in pieces of any size, is stored byte for byte", async () => {
	const lures = ["\r\n--XX-boundary-X", "\r\n--", "\r", "\r\n--XX-boundary-XY", "\r\n\r\n--XX-boundary", "--XX-boundary-XX"];
	const noX = (bytes) => bytes.map((byte) => byte === 0x58 ? 0x59 : byte);       // an X could complete the boundary
	const pieces = Array.from({ length: 1500 }, (_, i) => [noX(randomBytes(i % 7)), Buffer.from(lures[i % lures.length])]);
	const bytes = Buffer.concat(pieces.flat()), body = formBody([filePart(bytes, "lure.mp4")]);
	const head = `POST /api/videos HTTP/1.0\r\nHost: x\r\nContent-Length: ${body.length}\r\n${TYPE}\r\n\r\n`;
	for (const step of [1, 2, 3, 7, 19, 64]) {
		const text = await dribble(head, body, step);
		const id = /Location: \/api\/videos\/(\S+)/i.exec(text)?.[1];
		assert.ok(id, text);
		assert.equal(sha(stored(id)), sha(bytes), `pieces of ${step}`);
	}
});

test("what is wrong with an upload is said, and nothing of it is kept", async () => {
	const before = await count();
	const put = (query, headers = {}, body = "0123456789") => server.request("PUT", `/api/videos?${query}`, { body, headers });
	readProblem(await put("size=11"), 400, "length_mismatch");
	readProblem(await put("", {}, ""), 400, "empty_upload");
	readProblem(await put("", { "Content-Encoding": "gzip" }), 415, "unsupported_content_encoding");
	readProblem(await put("", { "Content-Range": "bytes 5-14/15" }), 400, "bad_field", "Content-Range");
	readProblem(await put("", { "Upload-Complete": "?0" }), 400, "bad_field", "Upload-Complete");
	readProblem(await put("", {}, Buffer.alloc(3 * 1024 * 1024 + 1)), 413, "too_large");
	for (const headers of [{ "Content-Type": "text/plain" }, {}])
		readProblem(await server.request("POST", "/api/videos", { body: "x", headers }), 415, "unsupported_media_type");
	readProblem(await server.post([fieldPart("size", "4"), filePart("12345", "a")]), 400, "length_mismatch");
	readProblem(await server.post([filePart("12345", "a"), fieldPart("profile", "none")]), 400, "bad_parameter", "profile");
	readProblem(await server.post([filePart(Buffer.alloc(3 * 1024 * 1024 + 1), "a")]), 413, "too_large");
	await nothingCame(before);
});

test("a length that cannot be is refused before the body", async () => {
	const before = await count();
	for (const length of ["-1", "+5", "5, 6", "0x10", "9223372036854775808", "18446744073709551626", "9223372036854775807"]) {
		const head = `PUT /api/videos HTTP/1.0\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;
		const text = await raw(server.port, head + "0".repeat(BEFORE_ANSWER[server.web] ?? 10));
		assert.match(text, /^HTTP\/1\.[01] 4(00|11|13) /, `${length}: ${text.slice(0, 100)}`);
	}
	const two = await raw(server.port, "PUT /api/videos HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n012345");
	assert.match(two, /^HTTP\/1\.[01] 400 /);
	await nothingCame(before);
});

test("bytes behind the promised length are not taken", async () => {
	await raw(server.port, cutUpload(10, 50, "?title=exact").replace("Host: x", "Host: x\r\nConnection: close"));
	const { id, size_bytes } = await until(async () => (await server.sql("SELECT id, size_bytes FROM video WHERE title = 'exact'"))[0],
		"it is stored");
	assert.deepEqual([size_bytes, stored(id).length], [10, 10]);
});

test("a body that is cut off leaves no row and no file", async () => {
	const before = await count();
	const form = formBody([filePart(Buffer.alloc(300_000), "cut.mp4")]);
	for (const size of [0, 1, 1000, 100_000, 299_999]) {
		const head = `POST /api/videos HTTP/1.1\r\nHost: x\r\n${TYPE}\r\nContent-Length: ${form.length}\r\n\r\n`;
		const post = Buffer.concat([Buffer.from(head), form.subarray(0, size)]);
		await Promise.all([cutUpload(300_000, size), post].map((bytes) => raw(server.port, bytes, { cut: 50 })));
	}
	await nothingCame(before);
});

// What stands between the head and the end of a form, and what is the answer.
const part = (head, body) => `--B\r\n${head}\r\n\r\n${body}\r\n`;
const FILE = "Content-Disposition: form-data; name=\"f\"; filename=\"a\"";
const field = (name, value) => part(`Content-Disposition: form-data; name="${name}"`, value);
const END = "--B--\r\n";
const FORMS = [
	["without a closing boundary", part(FILE, "x"), "bad_multipart"],
	["with half a closing boundary", part(FILE, "x") + "--B-", "bad_multipart"],
	["that is empty", "--B--\r\n", "no_file"],
	["that is not there", "x", "bad_multipart"],
	["with fields only", field("title", "x") + END, "no_file"],
	["with a file of no bytes", part(FILE, "") + END, "empty_upload"],
	["with a file of no bytes before a field", part(FILE, "") + field("title", "x") + END, "empty_upload"],
	["where no file was chosen", part("Content-Disposition: form-data; name=\"f\"; filename=\"\"", "") + END, "no_file"],
	["where no file was chosen, before a field", part("Content-Disposition: form-data; name=\"f\"; filename=\"\"", "") + field("title", "x") + END, "no_file"],
	["with two files", part(FILE, "x") + part(FILE, "y") + END, "bad_multipart"],
	["with 65 parts", field("a", "x").repeat(65) + END, "too_many_parts"],
	["with a hundred thousand parts", "--B\r\n\r\nx\r\n".repeat(100_000) + END, "too_many_parts|bad_multipart"],
	["with a header line of 9 KiB", part(`${FILE}\r\nX-Long: ${"x".repeat(9000)}`, "x") + END, "part_header_too_large"],
	["with a header line without an end", `--B\r\nX-Long: ${"x".repeat(1_000_000)}`, "part_header_too_large|bad_multipart"],
	["with 33 header lines", part(`${FILE}\r\n${"X: y\r\n".repeat(32)}Z: z`, "x") + END, "part_header_too_large"],
	["with a file in base64", part(`${FILE}\r\nContent-Transfer-Encoding: base64`, "eA==") + END, "unsupported_content_encoding"],
	["with a field of 9 KiB", field("title", "x".repeat(9000)) + part(FILE, "x") + END, "bad_parameter"],
	["with a field twice", field("title", "a") + field("title", "b") + part(FILE, "x") + END, "bad_parameter"],
	["with a NUL in a field", field("title", "a\0b") + part(FILE, "x") + END, "bad_parameter"],
	["with a bad priority", field("priority", "1e3") + part(FILE, "x") + END, "bad_parameter"],
];

for (const [what, body, codes] of FORMS) {
	test(`a form ${what} is refused as ${codes.split("|")[0]}`, async () => {
		const before = await count();
		const answer = await server.request("POST", "/api/videos", { body, headers: formHeaders("B") });
		assert.ok(answer.json.code && codes.split("|").includes(answer.json.code), answer.text);
		readProblem(answer, answer.json.code === "unsupported_content_encoding" ? 415 : 400, answer.json.code);
		await nothingCame(before);
	});
}

test("a form's file is called as its name says, or a parameter or field, wherever that is", async () => {
	const send = async (query, ...parts) => (await server.request("POST", `/api/videos${query}`, { body: parts.join("") + END, headers: formHeaders("B") })).json.filename;
	const none = part("Content-Disposition: form-data; name=\"f\"; filename=\"\"", "");
	assert.deepEqual([await send("", part(FILE, "x")), await send("", none, part(FILE, "x")), await send("?filename=q", part(FILE, "x"))], ["a", "a", "q"]);
	assert.deepEqual([await send("", field("filename", "b"), part(FILE, "x")), await send("", part(FILE, "x"), field("filename", "b"))], ["b", "b"]);
});

test("what Content-Digest and Repr-Digest say of a file's bytes must be so, and is its sha256 then", async () => {
	const sum = (text) => `sha-256=:${createHash("sha256").update(text).digest("base64")}:;q=1, md5=:AAAA:, unixsum=1`;
	const put = (headers) => server.request("PUT", "/api/videos?filename=a", { body: "x", headers });
	const before = await count();
	for (const name of ["Content-Digest", "Repr-Digest"]) {
		readProblem(await put({ [name]: sum("y") }), 400, "digest_mismatch");
		readProblem(await put({ [name]: "sha-256=:AAAA:" }), 400, "bad_field");
		readProblem(await server.request("POST", "/api/videos", { body: part(FILE, "x") + END, headers: { ...formHeaders("B"), [name]: sum("x") } }), 400, "digest_mismatch");
	}
	for (const [content, repr] of [["x", "y"], ["y", "x"]])
		readProblem(await put({ "Content-Digest": sum(content), "Repr-Digest": sum(repr) }), 400, "digest_mismatch");
	await nothingCame(before);
	assert.equal((await put({ "Content-Digest": sum("x"), "Repr-Digest": sum("x") })).status, 201);
	const { json: { sha256 } } = await put({ "Content-Digest": sum("x"), "Repr-Digest": "id-x=?1" });
	assert.equal(sha256, createHash("sha256").update("x").digest("hex"));
	const whole = part(FILE, "x") + END;
	assert.equal((await server.request("POST", "/api/videos", { body: whole, headers: { ...formHeaders("B"), "Content-Digest": sum(whole) } })).status, 201);
});

test("a boundary that is missing, empty, too long or odd is refused", async () => {
	const before = await count();
	const body = formBody([filePart("x", "a")]);
	for (const type of ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
		`multipart/form-data; boundary=${"x".repeat(71)}`, "multipart/form-data; boundary=a\tb", "multipart/form-data; boundary=\"open",
		"multipart/form-data; boundary=other"]) {
		const answer = await server.request("POST", "/api/videos", { body, headers: { "Content-Type": type } });
		readProblem(answer, 400, "bad_multipart");
	}
	await nothingCame(before);
});

test("a boundary may be quoted and 70 characters long, and a form may have a preamble", async () => {
	const boundary = "'()+_,-./:=? 0".padEnd(70, "z");
	const form = formBody([filePart("some bytes", "a")], boundary);
	const body = Buffer.concat([Buffer.from("to be ignored\r\n"), form, Buffer.from("and this")]);
	const { status, json } = await server.request("POST", "/api/videos", { body,
		headers: { "Content-Type": `Multipart/Form-Data; charset=utf-8; boundary="${boundary}"` } });
	assert.equal(status, 201);
	assert.equal(stored(json.id).toString(), "some bytes");
});

test("a browser gets its error as a page", async () => {
	const answer = await server.post([fieldPart("title", "<b>x</b>")], { Accept: "text/html" });
	assert.equal(answer.status, 400);
	assert.match(answer.headers["content-type"], /^text\/html/);
	assert.match(answer.text, /no_file/);
});

test("an upload that is refused early may still be answered while its body comes", async () => {
	const answer = await server.request("PUT", "/api/videos?priority=1000", { body: Buffer.alloc(2_500_000) });
	readProblem(answer, 400, "bad_parameter", "priority");
});

test("forty uploads at one time all have an id of their own", async () => {
	const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => server.put(Buffer.alloc(1000 + i, i))));
	const good = answers.filter(({ status }) => status === 201);
	assert.ok(answers.every(({ status }) => [201, 503].includes(status)), answers.map(({ status }) => status).join(" "));
	assert.equal(new Set(good.map(({ json }) => json.id)).size, good.length);
	for (const { json } of good)
		assert.equal(stored(json.id).length, json.size_bytes);
});
