// random.soak.mjs - clips that nobody thought of: containers, codecs, rates, sizes, sounds and starts thrown together.  Each
// becomes a video at the first attempt, its chunks' frames are those of one pass, and its flashes and beeps stay together.
//   CLIPMILL_SEED=1 CLIPMILL_CLIPS=60 tests/run media/random.soak.mjs
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it, serve, together } from "../lib/harness.mjs";
import { insert, outcomeOf, planOnly } from "../lib/exact.mjs";
import { make, nameOf, recipe, SOUND } from "../lib/recipes.mjs";
import { staysInSync } from "../lib/sync.mjs";

const seed = Number(process.env.CLIPMILL_SEED ?? 1), count = Number(process.env.CLIPMILL_CLIPS ?? 60);
const shelf = process.env.CLIPMILL_MADE ?? mkdtempSync(join(tmpdir(), "clipmill-random-"));
after(() => process.env.CLIPMILL_MADE ?? rmSync(shelf, { recursive: true, force: true }));

const short = { prepare: async (server) => {
	await server.quick();
	await server.sql("UPDATE profile SET chunk_ms = 2000, copy = 0");
} };
const server = await serve(short), planner = await serve(planOnly);

async function check(number) {
	const r = recipe(1000 * seed + number), source = await make(shelf, number, r);
	const { outcome, detail } = await outcomeOf(planner, await insert(planner, source));
	assert.ok(outcome === "exact" || outcome.startsWith("one_chunk"), `${outcome}: ${detail}`);
	const video = await server.waitFor(await server.upload(source), "ready");
	assert.equal(video.edition, 1, video.decisions.map(({ code, detail }) => `${code}: ${detail}`).join("\n"));
	if (SOUND[r.sound])
		await staysInSync(source, [video.urls.mp4, video.urls.hls].map((url) => join(server.dir, url.slice(1))), 1.6);
}

together("", 2, () => {
	for (let number = 0; number < count; number++)
		it(`clip ${number}: ${nameOf(number, recipe(1000 * seed + number))}`, { timeout: 300_000 }, () => check(number));
});
