// behind.mjs - test files once more, behind another web server than the first.
// SPDX-License-Identifier: MIT

const FILES = ["uploads", "names", "api", "attacks"];

export async function behind(web) {
	process.env.CLIPMILL_WEB = web;         // read by server.mjs when it is loaded: so it is loaded here
	const { test } = await import("./harness.mjs"), { noWeb } = await import("./server.mjs");
	const skip = await noWeb(web);
	if (skip)
		test(`behind ${web}`, { skip }, () => {});
	for (const file of skip ? [] : FILES)
		await import(`../server/${file}.test.mjs`);
}
