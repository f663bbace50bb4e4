// exact.test.mjs - chunks hand to the encoders what a single pass does: a few of the classes of make check-exact.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeClip } from "../exact/clips.mjs";
import expected from "../exact/expected.mjs";
import { insert, outcomeOf, planOnly, row } from "../lib/exact.mjs";
import { after, it, serve, together } from "../lib/harness.mjs";

const CLIPS = ["ogop-x264.ts", "ogop-x265.mp4", "vfr-jitter.mkv", "edit-trim-ogop.mp4", "fragments-b.mp4", "joined.ts", "palette.avi", "screen.mkv",
	"slides-apart.mkv"];
const MORE = [
	"ogop-mpeg2.ts", "x264-16b.mkv", "23976.mkv", "wrap-sound.ts", "sound-first.ts", "no-cues.mkv", "vp9-hidden.webm", "mbaff.ts",
	"holes.mp4",
];

const shelf = mkdtempSync(join(tmpdir(), "clipmill-awkward-"));
after(() => rmSync(shelf, { recursive: true, force: true }));
const server = await serve(planOnly);

together("", 2, () => {
	for (const name of [...CLIPS, ...MORE])
		it(`${name} in chunks: ${expected.get(name)}`, { long: MORE.includes(name) }, async () => {
			const folder = join(shelf, name);
			mkdirSync(folder);
			const result = await outcomeOf(server, await insert(server, await makeClip(name, folder)));
			assert.equal(result.outcome, expected.get(name), row(name, result));
		});
});
