// tus-fronts.test.mjs - resumable uploads behind the other web servers: methods, fields and status codes all pass.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test, withServer } from "../lib/harness.mjs";
import { readProblem } from "../lib/problem.mjs";
import { BASE, metadata, openPatch, sum, tusClient } from "../lib/tus.mjs";
import { until } from "../lib/wait.mjs";

async function passes(server) {
	const tus = tusClient(server), bytes = randomBytes(700_000), given = metadata({ filename: "f.mp4" });
	assert.match((await server.request("OPTIONS", BASE)).headers["tus-extension"], /concatenation/);
	const { status, headers: { location: path } } = await tus.post({ "Upload-Length": "700000", "Upload-Metadata": given });
	assert.equal(status, 201);
	readProblem(await tus.patch(path, 0, "x", { "Upload-Checksum": sum("sha1", "y") }), 460, "checksum_mismatch");
	const cut = openPatch(server, path, 0, 700_000, bytes.subarray(0, 300_000));
	await until(() => cut.bytesWritten > 300_000 && !cut.writableLength, "the bytes have left");
	cut.destroy();
	const at = await tus.offset(path);
	assert.ok(at >= 0 && at <= 300_000, `${at}`);
	assert.equal((await tus.head(path)).headers["upload-metadata"], given);
	readProblem(await tus.patch(path, at + 1, "x"), 409, "wrong_offset");
	let done = await tus.patch(path, at, bytes.subarray(at));
	for (let tries = 5; [409, 423].includes(done.status) && tries; tries--) {        // the front still had some of what was cut
		const later = await tus.offset(path);
		assert.ok(later >= at && later <= 300_000, `${later}`);
		done = await tus.patch(path, later, bytes.subarray(later));
	}
	assert.deepEqual([done.status, done.headers["upload-offset"]], [204, "700000"]);
	assert.ok(readFileSync(join(server.dir, "source", path.split("/").at(-1))).equals(bytes));
	assert.equal((await tus.head(path)).headers["upload-video"], done.headers["upload-video"]);
	const other = await tus.create(5);
	const removed = await server.request("POST", other, { headers: { "Tus-Resumable": "1.0.0", "X-HTTP-Method-Override": "DELETE" }, body: "" });
	assert.equal(removed.status, 204);
	const whole = await server.request("POST", BASE, { headers: { "Upload-Complete": "?1" }, body: "01234" });
	assert.deepEqual([whole.status, whole.headers["upload-complete"], whole.json.size_bytes], [201, "?1", 5]);
}

for (const web of ["lighttpd-pool", "apache", "nginx"])
	test(`behind ${web} an upload is resumed`, () => withServer({ web, settings: { encode: { slots: 0 } } }, passes));
