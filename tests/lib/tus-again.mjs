// tus-again.mjs - a new process of a client that goes on with an upload whose address it has stored.
// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";
import { load } from "./modules.mjs";

const tus = load("tus-js-client"), [url, path] = process.argv.slice(2);
const upload = new tus.Upload(readFileSync(path), {
	uploadUrl: url, retryDelays: null,
	onSuccess: () => process.exit(0),
	onError: (error) => {
		console.error(error.message);
		process.exit(1);
	},
});
upload.start();
