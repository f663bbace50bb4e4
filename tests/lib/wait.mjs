// wait.mjs - waits for something to become true; never by sleeping for a guessed time.
// SPDX-License-Identifier: MIT
import { patience } from "./paths.mjs";

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Calls `look` until it returns something truthy, and returns that.  `what` is said when it never does.
export async function until(look, what, ms = 30_000, everyMs = 50) {
	const deadline = Date.now() + ms * patience;
	for (;;) {
		const found = await look();
		if (found)
			return found;
		if (Date.now() > deadline)
			throw new Error(`not within ${ms * patience} ms: ${what}`);
		await sleep(everyMs);
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
