// power.test.mjs - the power goes in the middle of resumable uploads: what was promised is there afterwards.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mortalDisk } from "../lib/disk.mjs";
import { test, withServer } from "../lib/harness.mjs";
import { dice } from "../lib/model.mjs";
import { run } from "../lib/programs.mjs";
import { seed } from "../lib/random.mjs";
import { tusClient } from "../lib/tus.mjs";
import { until } from "../lib/wait.mjs";

const ROUNDS = Number(process.env.CLIPMILL_STEPS ?? 3);
const disk = await mortalDisk(256), skip = disk ? false : "*** needs root and a loop device, to cut the power of a file system";

// Uploads until the power goes: the offset that was told last.
async function uploadUntilDark(tus, one, dark) {
	while (!dark.now && one.told < one.bytes.length) {
		const end = Math.min(one.bytes.length, one.told + one.step);
		const answer = await tus.patch(one.path, one.told, one.bytes.subarray(one.told, end)).catch(() => null);
		if (answer?.status !== 204 || dark.now)
			return;
		one.told = end;
	}
}

async function isThere(server, tus, one) {
	const at = await until(() => tus.offset(one.path).then((offset) => offset >= 0 && [offset]).catch(() => null), "an offset");
	assert.ok(at[0] >= one.told && at[0] <= one.bytes.length, `${one.told} was told, and it is ${at[0]}`);
	const answer = at[0] < one.bytes.length ? await tus.patch(one.path, at[0], one.bytes.subarray(at[0])) : await tus.head(one.path);
	assert.ok(answer.headers["upload-video"], `${answer.status} ${answer.text}`);
	assert.ok(readFileSync(join(server.dir, "source", one.path.split("/").at(-1))).equals(one.bytes));
}

test(`offsets that were told outlive ${ROUNDS} power cuts (CLIPMILL_SEED=${seed})`, { skip }, () =>
	withServer({ dir: disk.dir, settings: { encode: { slots: 0 } } }, async (server) => {
		const tus = tusClient(server), chance = dice(seed);
		await run("sync", ["-f", disk.dir]);            // the settings were written by the test, which promised nothing
		for (let round = 0; round < ROUNDS; round++) {
			const uploads = await Promise.all([5_000, 300_000, 1_500_000].map(async (step) => {
				const bytes = randomBytes(4_000_000);
				return { bytes, step, told: 0, path: await tus.create(bytes.length) };
			}));
			const dark = { now: false }, goal = chance.below(4_000_000);
			const under = uploads.map((one) => uploadUntilDark(tus, one, dark));
			await until(() => uploads.some(({ told }) => told >= goal) || uploads.every(({ told, bytes }) => told === bytes.length),
				"bytes have come", undefined, 1);
			dark.now = true;        // who asks for fsync while ext4 is being shut down may be told that all is well: a real cut tells nothing
			await disk.cut(async () => {
				await server.crash();
				await Promise.all(under);
			});
			await server.launch();
			for (const one of uploads)
				await isThere(server, tus, one);
			assert.equal(await server.value("PRAGMA integrity_check"), "ok");
		}
	}));
