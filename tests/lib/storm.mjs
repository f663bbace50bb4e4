// storm.mjs - many uploads at one time, through responders of which one is killed every few seconds.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { serve, test } from "./harness.mjs";
import { madeBytes, pictureOf } from "./media.mjs";
import { kill } from "./programs.mjs";
import { sleep, until } from "./wait.mjs";

const clips = () => Promise.all([madeBytes({ seconds: 2 }), madeBytes({ seconds: 1, rate: 30, size: "426x240" })]);

// As a client does it: again, until it is told that the video is stored.  Resolves to its id.
async function uploadStubbornly(server, bytes, filename) {
	for (;;) {
		const answer = await server.put(bytes, { filename }).catch(() => null);
		if (answer?.status === 201)
			return answer.json.id;
		assert.ok(!answer || answer.status >= 500, answer?.text);
		await sleep(300);
	}
}

// Kills one responder after the other, the first at once, until stop() is called, which returns how many it were.
function killOneByOne(server, everyMs) {
	let kills = 0;
	const killNext = () => {
		const pids = server.responders();
		if (pids.length && kill(pids[kills % pids.length]))
			kills++;
	};
	killNext();
	const timer = setInterval(killNext, everyMs);
	return { stop: () => clearInterval(timer) ?? kills };
}

async function endure(server, { uploads, everyMs }) {
	const bytes = await clips(), sent = Promise.all(Array.from({ length: uploads }, (_, n) => uploadStubbornly(server, bytes[n % 2], `clip ${n}.mp4`)));
	await until(() => server.count("video"), "the first is stored");
	const killer = killOneByOne(server, everyMs);
	try {
		const ids = await sent;
		const left = "video WHERE state NOT IN ('ready', 'failed')";
		await until(async () => await server.count(left) === 0, "no video is left in the queue", 120_000, 500, () => server.moves());
		assert.equal(new Set(ids).size, uploads);
		const ready = new Set((await server.sql("SELECT id FROM video WHERE state = 'ready'")).map(({ id }) => id));
		assert.deepEqual(ids.filter((id) => !ready.has(id)), []);
		assert.ok(killer.stop() >= 1, "somebody was killed");
	} finally {
		killer.stop();
	}
}

export async function storm({ uploads, procs, everyMs, timeoutMs = 1_200_000 }) {
	const server = await serve({ procs, settings: { http: { idle_timeout: "10s" } }, prepare: (server) => server.quick({ storyboard: 0 }) });

	test(`${uploads} uploads at one time through ${procs} responders become ready while one is killed every ${everyMs / 1000} s`,
		{ timeout: timeoutMs }, () => endure(server, { uploads, everyMs }));

	test("after the storm no orphan, no half upload and no scratch folder is left", async () => {
		await server.healthy();
		await server.tidy();
		assert.equal(await server.count("upload"), 0);
		await until(async () => await server.count("task WHERE state <> 'done'") === 0, "all is done");
		await until(async () => await server.count("worker WHERE state = 'alive'") === procs, "the dead are buried");
		assert.equal(await server.value("PRAGMA integrity_check"), "ok");
		const ids = (await server.sql("SELECT id FROM video")).map(({ id }) => id);
		assert.deepEqual(server.files("source").sort(), ids.sort());
	});

	test("after the storm every video is whole", async () => {
		const { videos } = (await server.get("/api/videos?limit=20&state=ready")).json;
		for (const { urls, frames } of videos)
			assert.equal((await pictureOf(server.url(urls.mp4))).packets, frames);
		assert.equal(await server.count("rendition WHERE kind = 'video' AND frames NOT IN (30, 50)"), 0);
	});
}
