// identity.soak.mjs - the same through 200 kills.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "../lib/harness.mjs";
import { QUICK, quietRun, stormyRun } from "../lib/identity.mjs";
import { madeClip } from "../lib/media.mjs";

test("200 kill -9 change no byte", { timeout: 3_600_000 }, async () => {
	const sources = await Promise.all([60, 50, 40, 30, 20].map((seconds) => madeClip({ seconds, size: "1280x720" })));
	const plain = await quietRun(sources, 2, QUICK);
	for (let total = 0; total < 200;) {
		const { files, kills } = await stormyRun(sources, 4, QUICK, 50);
		assert.ok(kills > 0, "it was over before anything was killed");
		assert.deepEqual(files, plain);
		total += kills;
		process.stdout.write(`# ${total} kills\n`);
	}
});
