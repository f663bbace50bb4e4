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

const SLOW = 200, LENGTH = 4_000_000, PIECE = Buffer.alloc(5000, "x"), EVERY_MS = 250;
const FILM = Buffer.alloc(20_000_000, "y");
const RSS_MOST = 256;                   // MiB a responder, were all of them to be its own

// Slow ones that are under way, or even complete.
const taken = (server) => server.value("SELECT (SELECT count(*) FROM upload) + (SELECT count(*) FROM video WHERE title = 'slow')");

// Most that somebody waits longer than on an idle server.
const unhindered = (busy, idle) => busy.status < 5 * idle.status + 100 * patience && busy.upload < 3 * idle.upload + 1000 * patience;

// Uploads that dribble until stop() is called.  On a slow disk one waits too long to be written down, and is asked to come again.
function dribble(server) {
	const sockets = [], timer = setInterval(() => sockets.forEach((socket) => socket.writable && socket.write(PIECE)), EVERY_MS);
	let starting = true;
	const open = () => {
		const socket = net.connect(server.port, "127.0.0.1");
		socket.write(cutUpload(LENGTH, 1000, "?title=slow"));           // now, or a piece comes before it
		socket.on("error", () => {}).once("data", (answer) => starting && /^HTTP.1.1 503 /.test(answer) && open());
		sockets.push(socket);
	};
	return {
		async start() {
			for (let i = 0; i < SLOW; i++)
				open();
			await until(async () => await taken(server) === SLOW, `${SLOW} uploads are under way`, undefined, 200, () => taken(server));
			starting = false;
		},
		stop() {
			clearInterval(timer);
			sockets.forEach((socket) => socket.destroy());
		},
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
			const idle = await look(server), slow = dribble(server);
			try {
				await slow.start();
				const looks = [];               // delays that come of the uploads are in each of them, those of this machine are not
				do
					looks.push(await look(server));
				while (!unhindered(looks.at(-1), idle) && looks.length < 6);
				const sizes = server.responders().map(rss);
				assert.equal(await taken(server), SLOW, "none was given up");
				assert.ok(unhindered(looks.at(-1), idle), `idle ${JSON.stringify(idle)}, busy ${JSON.stringify(looks)}`);
				assert.ok(sanitized || Math.max(...sizes) < RSS_MOST, `resident: ${sizes} MiB`);
			} finally {
				slow.stop();
			}
			await until(async () => !server.files("incoming").length && await server.count("upload") === 0, "nothing is left of them");
			assert.equal(await server.count(`video WHERE title = 'slow' AND size_bytes <> ${LENGTH}`), 0);
		});
	});
}
