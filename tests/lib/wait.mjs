// wait.mjs - waits for something to become true; never by sleeping for a guessed time.
// SPDX-License-Identifier: MIT
import { patience } from "./paths.mjs";

// What a single look may be charged: where it takes longer, this machine stood still.
const LOOK_MOST_MS = 500;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Calls `look` until it returns something truthy, and returns that.  `what` is said when it never does.
// With `mark`, it goes on for as long as that gives something else each `ms`.
export async function until(look, what, ms = 60_000, everyMs = 50, mark = () => null) {
	let left = ms * patience, before = await mark();
	for (;;) {
		const from = performance.now(), found = await look();
		if (found)
			return found;
		if (left <= 0) {
			const now = await mark();
			if (now === before)
				throw new Error(`not within ${ms * patience} ms: ${what}`);
			[left, before] = [ms * patience, now];
		}
		await sleep(everyMs);
		left -= Math.min(performance.now() - from, everyMs + LOOK_MOST_MS);
	}
}

// Runs `work(item)` for every item, at most `width` at one time.
export async function each(items, width, work) {
	const queue = [...items];
	const hand = async () => {
		while (queue.length)
			await work(queue.shift());
	};
	await Promise.all(Array.from({ length: width }, hand));
}
