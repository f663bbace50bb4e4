// made.test.mjs - clips of every awkward class, made for it, cut into chunks of a second; see corpus.test.mjs.
// CLIPMILL_MADE names a folder where the clips are kept, to have them sooner the next time.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it, serve, test, together } from "../lib/harness.mjs";
import { insert, outcomeOf, planOnly, row } from "../lib/exact.mjs";
import { makeClip, names } from "./clips.mjs";
import expected from "./expected.mjs";

const shelf = process.env.CLIPMILL_MADE || mkdtempSync(join(tmpdir(), "clipmill-awkward-"));
const server = await serve(planOnly);
const table = [];
after(() => {
	process.stderr.write(`${table.sort().join("\n")}\n`);
	if (!process.env.CLIPMILL_MADE)
		rmSync(shelf, { recursive: true, force: true });
});

async function clipOf(name) {
	const folder = join(shelf, `${name}.d`), path = join(folder, name);
	mkdirSync(folder, { recursive: true });
	return existsSync(path) ? path : makeClip(name, folder);
}

together("", 2, () => {
	for (const name of names)
		it(`${name} in chunks: ${expected.get(name)}`, { timeout: 900_000 }, async () => {
			const result = await outcomeOf(server, await insert(server, await clipOf(name)));
			table.push(row(name, result));
			assert.equal(result.outcome, expected.get(name), row(name, result));
		});
});

test("every clip of the table is made", () => {
	assert.deepEqual([...expected.keys()].filter((name) => !name.includes("/") && !names.includes(name)), []);
});
