// tus-client.test.mjs - tus-js-client, the client that most pages use, against us.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { serve, test } from "../lib/harness.mjs";
import { load } from "../lib/modules.mjs";
import { tree } from "../lib/paths.mjs";
import { run } from "../lib/programs.mjs";
import { until } from "../lib/wait.mjs";

const tus = load("tus-js-client"), skip = tus ? false : "tus-js-client could not be installed";
const server = await serve({ settings: { encode: { slots: 0 } } });
const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");
const idOf = (url) => url.split("/").at(-1);
const stored = (url) => readFileSync(join(server.dir, "source", idOf(url)));

// Resolves to the address of the upload when it is complete.
function upload(source, options = {}) {
	return new Promise((resolve, reject) => {
		const one = new tus.Upload(source, { endpoint: server.url("/api/uploads"), retryDelays: null, metadata: { filename: "c.mp4" },
			...options, onError: reject, onSuccess: () => resolve(one.url) });
		options.prepare?.(one);
		one.start();
	});
}

for (const [size, chunkSize] of [[40, 1], [70_000, 999], [3_000_000, 65_536], [20_000_000, 64 << 20]])
	test(`${size} bytes in pieces of ${chunkSize}`, { skip }, async () => {
		const bytes = randomBytes(size), url = await upload(bytes, { chunkSize });
		assert.equal(sha(stored(url)), sha(bytes));
		assert.equal((await server.video(idOf(url))).filename, "c.mp4");
	});

test("with the first bytes in the creation", { skip }, async () => {
	const bytes = randomBytes(500_000), url = await upload(bytes, { uploadDataDuringCreation: true, chunkSize: 100_000 });
	assert.equal(sha(stored(url)), sha(bytes));
});

test("in the words of the IETF's draft", { skip }, async () => {
	const bytes = randomBytes(250_000), url = await upload(bytes, { protocol: "ietf-draft-05", chunkSize: 100_000 });
	assert.equal(sha(stored(url)), sha(bytes));
});

test("in four parts at one time", { skip }, async () => {
	const bytes = randomBytes(5_000_001), url = await upload(bytes, { parallelUploads: 4, chunkSize: 300_000 });
	assert.equal(sha(stored(url)), sha(bytes));
	assert.deepEqual(server.files("incoming"), []);
});

test("without a length at its start", { skip }, async () => {
	const bytes = randomBytes(1_000_001), url = await upload(Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]),
		{ uploadLengthDeferred: true, chunkSize: 100_000, uploadSize: null });
	assert.equal(sha(stored(url)), sha(bytes));
});

test("where only POST passes", { skip }, async () => {
	const bytes = randomBytes(300_000), methods = new Set();
	const url = await upload(bytes, { overridePatchMethod: true, chunkSize: 100_000, onBeforeRequest: (request) => methods.add(request.getMethod()) });
	assert.equal(sha(stored(url)), sha(bytes));
	assert.ok(!methods.has("PATCH"));
});

// Aborts after the first piece, and returns the address.
function abandoned(bytes, terminate = false) {
	return new Promise((resolve, reject) => {
		const one = new tus.Upload(bytes, { endpoint: server.url("/api/uploads"), retryDelays: null, chunkSize: 100_000, onError: reject,
			onChunkComplete: () => one.abort(terminate).then(() => resolve(one.url), reject) });
		one.start();
	});
}

test("a new process goes on where the one before was ended", { skip }, async () => {
	const bytes = randomBytes(1_000_000), url = await abandoned(bytes), path = join(server.dir, "tmp/client.bin");
	writeFileSync(path, bytes);
	await run(process.execPath, [join(tree, "tests/lib/tus-again.mjs"), url, path]);
	assert.equal(sha(stored(url)), sha(bytes));
});

test("what it terminates is gone", { skip }, async () => {
	const url = await abandoned(randomBytes(1_000_000), true);
	await until(() => !server.files("incoming").includes(idOf(url)), "the file is gone");
	assert.equal((await server.request("HEAD", `/api/uploads/${idOf(url)}`)).status, 404);
});
