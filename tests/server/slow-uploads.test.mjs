// slow-uploads.test.mjs - two hundred uploads of 20 KB/s each at one time, on two responders as they come, hold nobody up.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import net from "node:net";
import { test, withServer } from "../lib/harness.mjs";
import { cutUpload } from "../lib/http.mjs";
import { patience, sanitized } from "../lib/paths.mjs";
import { noWeb } from "../lib/server.mjs";
import { until } from "../lib/wait.mjs";

const SLOW = 200, PIECE = Buffer.alloc(5000, "x"), EVERY_MS = 250;
const FILM = Buffer.alloc(20_000_000, "y");
const RSS_MOST = 256;                   // MiB a responder, were all of them to be its own

// Opens uploads that dribble until they are told to stop.  Resolves to a function that stops them.
function dribble(server) {
	const sockets = Array.from({ length: SLOW }, () => {
		const socket = net.connect(server.port, "127.0.0.1", () => socket.write(cutUpload(2_000_000, 1000, "?title=slow")));
		return socket.on("error", () => {});
	});
	const timer = setInterval(() => sockets.forEach((socket) => socket.writable && socket.write(PIECE)), EVERY_MS);
	return () => {
		clearInterval(timer);
		sockets.forEach((socket) => socket.destroy());
	};
}

async function timed(work) {
	const begun = performance.now();
	await work();
	return performance.now() - begun;
}

// What somebody else sees meanwhile: the 99th percentile of the status, and one upload of 20 MB; ms.
async function look(server) {
	const times = [];
	for (let i = 0; i < 100; i++)
		times.push(await timed(async () => assert.equal((await server.get("/api/videos")).status, 200)));
	const upload = await timed(async () => assert.equal((await server.put(FILM, { title: "quick" })).status, 201));
	return { status: times.sort((a, b) => a - b)[98], upload };
}

const rss = (pid) => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

for (const web of ["lighttpd", "nginx", "apache"]) {
	test(`behind ${web}, ${SLOW} slow uploads delay neither status nor another upload`, { skip: await noWeb(web) }, async () => {
		await withServer({ web, procs: 2, settings: { encode: { slots: 0 } } }, async (server) => {
			const idle = await look(server), stop = dribble(server);
			try {
				await until(async () => await server.count("upload") === SLOW, `${SLOW} uploads are under way`, 20_000);
				const busy = await look(server), sizes = server.responders().map(rss);
				assert.equal(await server.count("upload"), SLOW, "none was given up");
				assert.ok(busy.status < 5 * idle.status + 100 * patience, `status: ${idle.status} ms idle, ${busy.status} ms busy`);
				assert.ok(busy.upload < 3 * idle.upload + 1000 * patience, `upload: ${idle.upload} ms idle, ${busy.upload} ms busy`);
				assert.ok(sanitized || Math.max(...sizes) < RSS_MOST, `resident: ${sizes} MiB`);
			} finally {
				stop();
			}
			await until(async () => !server.files("incoming").length && await server.count("upload") === 0, "nothing is left of them");
			assert.equal(await server.count("video"), 2);
		});
	});
}
