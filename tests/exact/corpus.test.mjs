// corpus.test.mjs - every clip of the corpus and every hostile file, cut into chunks of a second: the encoders are
// given what they are given in a single pass, or the supervisor notices, or there is a reason not to cut.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, it, serve, test, together } from "../lib/harness.mjs";
import { insert, outcomeOf, planOf, planOnly, row } from "../lib/exact.mjs";
import { clip, corpus, hostile, noCorpus } from "../lib/paths.mjs";
import expected from "./expected.mjs";

const server = noCorpus ? null : await serve(planOnly);
const pathOf = (name) => (name.startsWith("hostile/") ? join(corpus, name) : clip(name));
const clipsIn = (folder) => readdirSync(clip(folder)).map((name) => `${folder}/${name}`);
const there = noCorpus ? [] : [...clipsIn("real"), ...clipsIn("made"),
	...readdirSync(hostile(".")).filter((name) => /^\d\d-/.test(name)).map((name) => `hostile/${name}`)]
	.filter((name) => name.includes(process.env.CLIPMILL_ONLY ?? ""));
const videos = new Map(), table = [];

// Those would be hundreds of chunks of a second.
const LONG = ["real/wpt_movie_300.mp4", "real/wpt_test.ogv", "real/intel_one-by-one-person-detection.mp4",
	"real/m4p_multiTrack.3gp"];
const isLong = (name) => LONG.includes(name);

async function insertAll(names, chunkMs) {
	await server.sql(`UPDATE profile SET chunk_ms = ${chunkMs}`);
	for (const name of names)
		videos.set(name, await insert(server, pathOf(name)));
	for (const name of names)
		for (const id of videos.get(name))
			await planOf(server, id);
}
if (!noCorpus) {
	await insertAll(there.filter(isLong), 8000);
	await insertAll(there.filter((name) => !isLong(name)), 1000);
}
after(() => process.stderr.write(`${table.sort().join("\n")}\n`));

together("", 2, () => {
	for (const name of there)
		it(`${name} in chunks: ${expected.get(name) ?? "no plan"}`, { timeout: 900_000 }, async () => {
			const result = await outcomeOf(server, videos.get(name));
			table.push(row(name, result));
			assert.equal(result.outcome, expected.get(name) ?? "no plan", row(name, result));
		});
});

test("every file of the table was there", { skip: noCorpus }, () => {
	assert.deepEqual([...expected.keys()].filter((name) => name.includes("/") && !existsSync(pathOf(name))), []);
});
