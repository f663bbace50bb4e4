// pace.mjs - how long something took, for the few tests that are about time.
// SPDX-License-Identifier: MIT
import { rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "./wait.mjs";

// Of a step of a watch, what is no delay: a timer is late by some ms, and an fsync takes its time.
const SLEEP_MS = 10, USUAL_MS = 20, USUAL_SYNC_MS = 60;

// { result, ms } of `work`: ms without the time for which this process did not run, or the disk under `dir`, a server's folder,
// did not answer.  On a machine that is well it is the time that passed.  `work` must not block the event loop.
export async function paced(dir, work) {
	const path = join(dir, "tmp/pace"), file = await open(path, "w"), begun = performance.now();
	let end = Infinity;
	const lostBy = async (step, usualMs) => {
		let lost = 0;
		while (end === Infinity) {
			const from = performance.now();
			await step();
			lost += Math.max(0, Math.min(performance.now(), end) - from - usualMs);
		}
		return lost;
	};
	const sync = async () => {
		await file.write("x", 0);
		await file.datasync();
		await sleep(SLEEP_MS);
	};
	const losses = Promise.all([lostBy(() => sleep(SLEEP_MS), USUAL_MS), lostBy(sync, USUAL_SYNC_MS)]);
	try {
		const result = await work();
		end = performance.now();
		return { result, ms: Math.round(end - begun - Math.max(...await losses)) };
	} finally {
		end = Math.min(end, performance.now());
		await losses;
		await file.close();
		rmSync(path, { force: true });
	}
}
