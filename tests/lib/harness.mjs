// harness.mjs - what a test file needs: test(), which tells the servers' logs when it fails, and serve().
// SPDX-License-Identifier: MIT
import { after, describe, it as nodeIt, test as nodeTest } from "node:test";
import { full, LONG } from "./paths.mjs";
import { Server, tellAllLogs } from "./server.mjs";

// Of one test: for what hangs.  How long something takes has its own tests (pace.mjs).
const TIMEOUT_MS = 400_000;

// `options` are those of Node's runner, and `long`: a test of make check-full.
function wrap(register) {
	return (name, options, body) => {
		if (body === undefined)
			[options, body] = [{}, options];
		const { long, ...rest } = options, skip = rest.skip || (long && !full && LONG);
		return register(name, { timeout: TIMEOUT_MS, ...rest, skip }, async (context) => {
			try {
				await body(context);
			} catch (error) {
				tellAllLogs();
				throw error;
			}
		});
	};
}

export const test = wrap(nodeTest);

let subject = "";               // of the sentences that it() is being given
export const it = wrap((name, ...rest) => nodeIt(subject + name, ...rest));

// Tests made by `body` with it(), so many of them at one time; `what` begins each of their names.
export function together(what, width, body) {
	describe(what || "together", { concurrency: width }, () => {
		subject = what && `${what} `;
		body();
		subject = "";
	});
}

// Starts a server for this file, and stops it at its end.
export async function serve(options) {
	const server = await Server.start(options);
	after(() => server.stop());
	return server;
}

// A server for one test alone.  What went wrong first is what is told.
export async function withServer(options, body) {
	const server = await Server.start(options);
	let result;
	try {
		result = await body(server);
	} catch (error) {
		server.tellLogs();
		await server.stop().catch(({ message }) => process.stderr.write(`${message}\n`));
		throw error;
	}
	await server.stop();
	return result;
}

export { after };
