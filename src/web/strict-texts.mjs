// strict-texts.mjs - lets hls.js show captions under a policy without data: addresses.
//
// It gives each track that it makes an empty file by such an address; while bundling, that becomes one made in memory
// (blob:).  What is no longer there in a new version of hls.js stops the build.
// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";

const EMPTY = "'data:,WEBVTT'", MADE = "URL.createObjectURL(new Blob(['WEBVTT'], { type: 'text/vtt' }))";

export const strictTexts = { name: "strict-texts", setup(build) {
	let found = 0;
	build.onLoad({ filter: /[\\/]hls\.js[\\/]dist[\\/].*\.m?js$/ }, ({ path }) => {
		const text = readFileSync(path, "utf8"), contents = text.replaceAll(EMPTY, MADE);
		found += contents !== text;
		if (/["'`]data:[^"'`]*vtt/i.test(contents))
			throw new Error(`${path} has the address of an empty text in a way that is not known`);
		return { contents, loader: "js" };
	});
	build.onEnd(() => {
		if (!found)
			throw new Error("hls.js has no address of an empty text");
	});
} };
