// names.test.mjs - what people and attackers call their files: labels, never paths.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { serve, test } from "../lib/harness.mjs";
import { filePart, formBody, formHeaders, raw } from "../lib/http.mjs";
import { hostile, noCorpus } from "../lib/paths.mjs";

const server = await serve({ settings: { encode: { slots: 0 } } });
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const lines = noCorpus ? [] : readFileSync(hostile("names.jsonl"), "utf8").split("\n").filter(Boolean);
const names = lines.map((line) => JSON.parse(line))
	.map(({ name, why }) => ({ why, name: name.startsWith("aaaaaaaaaa...") ? "a".repeat(5000) : name }));

// Folders and controls go, the rest stays as it is.
const cleaned = (name) => [...name.split(/[\\/]/).pop()].filter((c) => !CONTROL.test(c)).join("").trim() || "untitled";

// An answer with this video is sound, and so is its row.
async function isLabel(answer, name, why) {
	if (CONTROL.test(name) && answer.status === 400)
		return;                 // NUL is refused by us; in a URL, lighttpd refuses them all
	assert.equal(answer.status, 201, `${why}: ${answer.text}`);
	assert.equal(answer.headers["set-cookie"], undefined);
	const { filename, id } = answer.json;
	assert.ok(!CONTROL.test(filename) && filename.length > 0, JSON.stringify(filename));
	assert.ok(Buffer.byteLength(filename) <= 255 && cleaned(name).startsWith(filename), JSON.stringify([name, filename]));
	assert.ok(Buffer.byteLength(cleaned(name)) > 255 || filename === cleaned(name), `${why}: ${filename}`);
	assert.equal(await server.value(`SELECT filename FROM video WHERE id = '${id}'`), filename);
}

for (const { name, why } of names) {
	test(`a file called ${JSON.stringify(name).slice(0, 40)} (${why}) is only called so`, async () => {
		await isLabel(await server.put("x", { filename: name }), name, why);
		if (!/[\r\n\0]/.test(name))
			await isLabel(await server.post([filePart("x", name.replaceAll("\"", "%22"))]), name.replaceAll("\"", "%22"), why);
	});
}

test("a name with line ends in a form makes no header and no second line", { skip: noCorpus }, async () => {
	for (const name of ["cr\r\nSet-Cookie: a=b.mp4", "new\nline.mp4", "a\0.mp4"]) {
		const answer = await server.post([filePart("x", name)]);
		assert.equal(answer.headers["set-cookie"], undefined);
		assert.ok([201, 400].includes(answer.status));
		if (answer.status === 201)
			assert.ok(!CONTROL.test(answer.json.filename), answer.text);
	}
});

test("a name that is not UTF-8 still gives UTF-8", async () => {
	const form = formBody([filePart("x", "\xff\xfe\xc0\xafé.mp4")].map(([head, body]) => [Buffer.from(head, "latin1"), body]));
	const posted = await server.request("POST", "/api/videos", { body: form, headers: formHeaders() });
	const put = await server.request("PUT", "/api/videos?filename=%ff%fe.mp4", { body: "x" });
	for (const answer of [posted, put, await server.get("/api/videos")]) {
		assert.ok([200, 201, 400].includes(answer.status));
		assert.doesNotThrow(() => new TextDecoder("utf-8", { fatal: true }).decode(answer.body));
	}
});

test("the pages show names as text, and never as markup", async () => {
	const query = { filename: "\"><script>alert(1)</script>.mp4", title: "<img src=x onerror=alert(1)>" };
	const { json: { id } } = await server.put("x", query);
	for (const path of ["/videos/", `/videos/${id}`]) {
		const { text, headers } = await server.get(path);
		assert.ok(!text.includes("<script>alert") && !text.includes("<img src=x"), path);
		assert.match(headers["content-security-policy"], /default-src/);
	}
	assert.match((await server.get(`/videos/${id}`)).text, /&lt;img src=x onerror=alert\(1\)&gt;/);
});

test("the list and the logs stay sound with all these names", async () => {
	for (const name of ["cr\r\nSet-Cookie: a=b.mp4", "new\nline.mp4", "bell\x07.mp4", "plain.mp4"])
		await server.post([filePart("x", name)]);
	const { videos } = (await server.get("/api/videos?limit=100")).json;
	assert.ok(videos.length > 1);
	assert.ok(!/[\u0000-\u0009\u000b-\u001f\u007f]/.test(server.log()), "a control character in the log");
	assert.ok(!server.log().split("\n").some((line) => /^(Set-Cookie|line\.mp4)/.test(line)));
	assert.equal((await raw(server.port, "GET /api/videos HTTP/1.0\r\n\r\n")).match(/^Set-Cookie/gim), null);
});

test("no file has a name that a client chose", () => {
	for (const folder of ["source", "media", "work", "incoming"])
		for (const name of server.files(folder))
			assert.match(name, /^[A-Za-z0-9_-]{22}$/);
	assert.deepEqual(readdirSync(server.dir).filter((name) => /mp4|php|passwd|cron|htaccess/.test(name)), []);
	assert.ok(!existsSync("/tmp/pwned") && !existsSync("/etc/cron.d/x"));
});
