// attacks.test.mjs - requests that a web server may read otherwise than we do; see behind-*.test.mjs.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serve, test } from "../lib/harness.mjs";
import { raw } from "../lib/http.mjs";
import { defaultWeb } from "../lib/server.mjs";
import { until } from "../lib/wait.mjs";

const server = await serve({ settings: { encode: { slots: 0 }, http: { hosts: "x localhost 127.0.0.1" } } });
const front = defaultWeb.split("-")[0];
const { json: { id } } = await server.put("some bytes", { title: "there" });

// Sends these lines and this body; resolves to the status, 0 when there was no answer, and the whole text.
async function say(lines, body = "", options = {}) {
	const text = await raw(server.port, `${lines.join("\r\n")}\r\n\r\n${body}`, options);
	return { status: Number(/^HTTP\/1\.\d (\d+)/.exec(text)?.[1] ?? 0), text };
}

const PUT = "PUT /api/videos?title=attack HTTP/1.1", HOST = "Host: x", CLOSE = "Connection: close";

async function nothingCame() {
	await until(async () => !server.files("incoming").length && await server.count("upload") === 0, "no upload is left");
	assert.equal(await server.count("video"), 1);
	assert.equal(readFileSync(join(server.dir, "source", id), "utf8"), "some bytes");
}

// What each web server answers where they differ; 0: it closes without a word.
const LENGTHS = [
	["two lengths", ["Content-Length: 5", "Content-Length: 6"], { lighttpd: [400], nginx: [400], apache: [400] }],
	["two equal lengths", ["Content-Length: 5", "Content-Length: 5"], { lighttpd: [400], nginx: [400], apache: [400] }],
	["a length and chunks", ["Content-Length: 5", "Transfer-Encoding: chunked"], { lighttpd: [400, 411], nginx: [400], apache: [400] }],
	["an unknown coding", ["Transfer-Encoding: gzip"], { lighttpd: [400, 411, 501], nginx: [501], apache: [400, 501] }],
	["a chunk's length of nonsense", ["Transfer-Encoding: chunked"], { lighttpd: [400, 411], nginx: [400, 0], apache: [400, 0] }],
	["a length with a blank in it", ["Content-Length: 1 0"], { lighttpd: [400], nginx: [400], apache: [400] }],
	["a length in a field with a blank before the colon", ["Content-Length : 5"], { lighttpd: [400, 411], nginx: [400, 411], apache: [400] }],
];

for (const [what, lines, expected] of LENGTHS) {
	test(`${what}: refused as ${expected[front].join(" or ")}, and nothing is kept`, async () => {
		const { status, text } = await say([PUT, HOST, CLOSE, ...lines], "zz\r\n01234");
		assert.ok(expected[front].includes(status), text || "no answer");
		await nothingCame();
	});
}

test("what is refused before its body is answered, whether or not the client waits for leave to send it", async () => {
	const body = Buffer.alloc(4_000_000, "x").toString();
	for (const expect of [[], ["Expect: 100-continue"]]) {
		const head = [PUT, HOST, CLOSE, `Content-Length: ${body.length}`, "Content-Encoding: gzip", ...expect];
		const { text } = await say(head, body);
		assert.match(text.replace(/^HTTP\/1\.1 100 .*\r\n(.+\r\n)*\r\n/, ""), /^HTTP\/1\.1 415 /);
	}
	await nothingCame();
});

test("a field with underscores or a proxy in it changes nothing", async () => {
	const answer = await say([`PUT /api/videos?title=fields HTTP/1.1`, HOST, CLOSE, "Content_Length: 3", "Content-Length: 5", "Remote_User: root",
		"Request_Uri: /api/health", "Proxy: http://evil.example", "Content_Encoding: gzip"], "01234");
	assert.equal(answer.status, front === "lighttpd" ? answer.status : 201, answer.text);
	const rows = await server.sql("SELECT owner, size_bytes FROM video WHERE title = 'fields'");
	assert.deepEqual(rows, answer.status === 201 ? [{ owner: "", size_bytes: 5 }] : []);
	assert.ok(answer.status === 201 || answer.status === 415, answer.text);
	await server.sql("UPDATE video SET state = 'deleting' WHERE title = 'fields'");
	await until(async () => await server.count("video") === 1, "it is gone");
});

test("an id that climbs, hides or ends early is no video's", async () => {
	for (const path of [`../videos/${id}/x`, "..%2f..%2fetc%2fpasswd", "%2e%2e%2fsource", `${id}%00`, `${id}%2f`, `.${id.slice(1)}`, `${id}%0d%0aX:1`,
		`${id}x`, id.slice(1), "%", "%zz", "//", `/${id}`, `${id}/../../health`]) {
		for (const method of ["GET", "DELETE"]) {
			const { status, text } = await say([`${method} /api/videos/${path} HTTP/1.1`, HOST, CLOSE]);
			assert.ok(status >= 400 && status < 500 || /"status":"ok"/.test(text), `${method} ${path}: ${text.slice(0, 200)}`);
		}
	}
	await nothingCame();
});

// As the pages of a site do whose name has come to mean this machine: to a browser they are ours.
test("a request for another's name is answered with 421", async () => {
	for (const host of ["evil.example", `evil.example:${server.port}`, "x.evil.example"]) {
		const own = [`Host: ${host}`, `Origin: http://${host}`, "Sec-Fetch-Site: same-origin", "Content-Length: 5", CLOSE];
		const { status, text } = await say([PUT, ...own], "01234");
		assert.equal(status, 421, text);
	}
	await nothingCame();
});

test("a line feed alone between fields hides none of them", async () => {
	const { status } = await say([PUT, HOST, CLOSE, "X: y\nSec-Fetch-Site: cross-site", "Content-Length: 5"], "01234");
	assert.ok([400, 403].includes(status), String(status));
	await nothingCame();
});

test("TRACE and made-up methods are refused, and echo nothing", async () => {
	for (const method of ["TRACE", "CONNECT", "PROPFIND", "BREW", "put"]) {
		const { status, text } = await say([`${method} /api/videos HTTP/1.1`, HOST, CLOSE, "X-Secret: 4711", "Content-Length: 0"]);
		assert.ok(status >= 400 && status <= 501 && !text.includes("4711"), `${method}: ${text}`);
	}
});

test("a thousand ranges of a page are no thousand answers", async () => {
	const ranges = Array.from({ length: 1000 }, (_, i) => `${i}-${i}`).join(",");
	const { text } = await say(["GET / HTTP/1.1", HOST, CLOSE, `Range: bytes=${ranges}`]);
	assert.match(text, /^HTTP\/1\.1 (200|206|4\d\d) /);
	assert.ok(text.length < 20_000 + 2 * readFileSync(join(server.www, "index.html")).length, `${text.length} bytes`);
});
