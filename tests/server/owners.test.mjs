// owners.test.mjs - behind lighttpd-auth.conf whoever is let in owns what is uploaded, and nobody has to do with another's.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { serve, test } from "../lib/harness.mjs";
import { readProblem } from "../lib/problem.mjs";
import { base64, tusClient } from "../lib/tus.mjs";

const PEOPLE = { ann: "correct horse", bob: "battery staple" };
const hash = (word) => `{SHA}${createHash("sha1").update(word).digest("base64")}`;

const server = await serve({ web: "lighttpd-auth", settings: { encode: { slots: 0 }, store: { uploads_owner_max: 2 } },
	prepare: ({ dir }) => writeFileSync(join(dir, "users"), Object.entries(PEOPLE).map(([name, word]) => `${name}:${hash(word)}\n`).join("")) });

const as = (name, word = PEOPLE[name]) => ({ Authorization: `Basic ${base64(`${name}:${word}`)}` });
const [ann, bob] = ["ann", "bob"].map((name) => tusClient(server, as(name)));

test("nobody is let in without a name and its password, but to ask whether it works", async () => {
	for (const headers of [{}, as("ann", "wrong"), as("eve", "x")])
		assert.equal((await server.request("PUT", "/api/videos", { body: "x", headers })).status, 401);
	assert.equal((await server.get("/api/videos")).status, 401);
	assert.equal((await server.get("/api/health")).status, 200);
	for (const path of ["/api/videos/..%2fhealth", "/api/videos/%2e%2e%2fhealth", "/api/videos/../health", "/api/videos/..", "/api/health"])
		assert.ok([400, 401, 404, 405].includes((await server.request("PUT", path, { body: "x" })).status), path);
	assert.equal(await server.count("video"), 0);
});

test("an upload belongs to whoever the web server let in, whatever else its fields say", async () => {
	const headers = { ...as("ann"), "Remote-User": "root", "X-Remote-User": "root", "X-Forwarded-User": "root" };
	const { json: { id } } = await server.request("PUT", "/api/videos?filename=a.mp4", { body: "x", headers });
	assert.equal(await server.value(`SELECT owner FROM video WHERE id = '${id}'`), "ann");
	assert.equal((await server.request("PUT", "/api/videos?owner=root", { body: "x", headers })).status, 400);
});

test("nobody goes on with another's upload, or learns of it", async () => {
	const path = await ann.create(10);
	assert.equal((await ann.patch(path, 0, "01234")).status, 204);
	assert.deepEqual([await bob.offset(path), (await bob.patch(path, 5, "56789")).status, (await bob.remove(path)).status], [-404, 404, 404]);
	assert.equal(await ann.offset(path), 5);
	assert.equal((await ann.patch(path, 5, "56789")).status, 204);
	assert.equal(await server.value("SELECT owner FROM video ORDER BY created_ms DESC LIMIT 1"), "ann");
});

test("uploads_owner_max counts for each of them", async () => {
	const begun = [await ann.create(10), await ann.create(10)];
	readProblem(await ann.post({ "Upload-Length": "10" }), 429, "too_many_unfinished");
	await bob.create(10);
	await ann.remove(begun[0]);
	await ann.create(10);
});
