// tus.test.mjs - tus-js-client as pages of others use it, in Chromium.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { serve, test } from "../lib/harness.mjs";
import { pathIn } from "../lib/modules.mjs";
import { until } from "../lib/wait.mjs";
import { noBrowser, openBrowser, withPage } from "./chromium.mjs";

const CLIENT = pathIn("tus-js-client", "dist/tus.min.js"), BYTES = 1_500_001;
const skip = noBrowser || (!existsSync(CLIENT) && "tus-js-client could not be installed");
const browser = skip ? null : await openBrowser();
const server = skip ? null : await serve({ settings: { encode: { slots: 0 } } });

// What the page uploads, here too: byte i is i modulo 251, and `salt` makes each upload another.
const content = (salt) => Buffer.from(Uint8Array.from({ length: BYTES }, (_, i) => (i + salt) % 251));
const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");
const idOf = (url) => url.split("/").at(-1);
const sumOf = (url) => sha(readFileSync(join(server.dir, "source", idOf(url))));

// A page with the client on it and `send(salt, options, until)`: the address of the upload when it is complete, or after its first
// piece, if that is what is asked for.
const inPage = (body) => () => withPage(browser, server, { bypassCSP: true }, async (page) => {
	await page.goto("/");
	await page.addScriptTag({ path: CLIENT });
	await page.evaluate((length) => {
		window.send = (salt, options, stop) => new Promise((resolve, reject) => {
			const blob = new Blob([Uint8Array.from({ length }, (_, i) => (i + salt) % 251)]);
			const source = options.uploadLengthDeferred ? blob.stream().getReader() : blob;
			const one = new window.tus.Upload(source, { endpoint: "/api/uploads", retryDelays: null, chunkSize: 200_000, ...options, onError: reject,
				onSuccess: () => resolve(one.url), onChunkComplete: () => stop && one.abort(stop === "terminate").then(() => resolve(one.url), reject) });
			one.start();
		});
	}, BYTES);
	await body(page);
});
const send = (page, salt, options = {}, stop = "") => page.evaluate(([salt, options, stop]) => window.send(salt, options, stop), [salt, options, stop]);

const WAYS = {
	"in pieces": {}, "in four parts at one time": { parallelUploads: 4 }, "without a length at its start": { uploadLengthDeferred: true },
	"where only POST passes": { overridePatchMethod: true }, "with the first bytes in the creation": { uploadDataDuringCreation: true },
};

for (const [i, [way, options]] of Object.entries(WAYS).entries())
	test(`in Chromium a file is uploaded ${way}`, { skip }, inPage(async (page) => {
		assert.equal(sumOf(await send(page, i, options)), sha(content(i)));
	}));

test("in Chromium another page goes on from the address that the first one kept", { skip }, inPage(async (page) => {
	const uploadUrl = await send(page, 90, {}, "stop");
	assert.ok(server.files("incoming").includes(idOf(uploadUrl)), "it is complete already");
	await inPage(async (other) => assert.equal(await send(other, 90, { uploadUrl }), uploadUrl))();
	assert.equal(sumOf(uploadUrl), sha(content(90)));
}));

test("in Chromium an upload that is terminated is gone", { skip }, inPage(async (page) => {
	const url = await send(page, 91, {}, "terminate");
	await until(() => !server.files("incoming").includes(idOf(url)), "the file is gone");
	assert.equal((await server.request("HEAD", `/api/uploads/${idOf(url)}`)).status, 404);
}));
