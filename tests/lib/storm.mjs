// storm.mjs - many uploads at one time, through responders of which one is killed every few seconds.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { serve, test } from "./harness.mjs";
import { madeBytes, pictureOf } from "./media.mjs";
import { patience } from "./paths.mjs";
import { kill } from "./programs.mjs";
import { sleep, until } from "./wait.mjs";

export async function storm({ uploads, procs, everyMs, timeoutMs = 240_000 }) {
	const server = await serve({ procs, settings: { http: { idle_timeout: "10s" } }, prepare: (server) => server.quick() });
	const clips = [await madeBytes({ seconds: 2 }), await madeBytes({ seconds: 1, rate: 30, size: "426x240" })];
	let over = false, kills = 0;

	// As a client does it: again, until it is told that the video is stored.
	async function uploadStubbornly(n) {
		for (;;) {
			const answer = await server.put(clips[n % 2], { filename: `clip ${n}.mp4` }).catch(() => null);
			if (answer?.status === 201)
				return answer.json.id;
			assert.ok(!answer || answer.status >= 500, answer?.text);
			await sleep(300);
		}
	}

	async function killOneByOne() {
		for (let n = 0; !over; n++) {
			const pids = server.responders();
			if (pids.length)
				kill(pids[n % pids.length]);
			kills += pids.length ? 1 : 0;
			for (let slept = 0; slept < everyMs && !over; slept += 100)
				await sleep(100);
		}
	}

	test(`${uploads} uploads at one time through ${procs} responders become ready while one is killed every ${everyMs / 1000} s`,
		{ timeout: timeoutMs * patience }, async () => {
			const killing = killOneByOne();
			try {
				const ids = await Promise.all(Array.from({ length: uploads }, (_, n) => uploadStubbornly(n)));
				await until(async () => await server.value("SELECT count(*) FROM video WHERE state NOT IN ('ready', 'failed')") === 0,
					"no video is left in the queue", timeoutMs - 20_000, 500);
				assert.equal(new Set(ids).size, uploads);
				const ready = new Set((await server.sql("SELECT id FROM video WHERE state = 'ready'")).map(({ id }) => id));
				assert.deepEqual(ids.filter((id) => !ready.has(id)), []);
				assert.ok(kills >= 1);
			} finally {
				over = true;
				await killing;
			}
		});

	test("after the storm no orphan, no half upload and no scratch folder is left", async () => {
		await server.healthy();
		await server.tidy();
		assert.equal(await server.value("SELECT count(*) FROM upload"), 0);
		assert.equal(await server.value("SELECT count(*) FROM task WHERE state <> 'done'"), 0);
		assert.equal(await server.value("SELECT count(*) FROM worker WHERE state = 'alive'"), procs);
		assert.equal(await server.value("PRAGMA integrity_check"), "ok");
		assert.deepEqual(server.files("source").sort(), (await server.sql("SELECT id FROM video ORDER BY id")).map(({ id }) => id).sort());
	});

	test("after the storm every video is whole", async () => {
		const { videos } = (await server.get("/api/videos?limit=100&state=ready")).json;
		for (const { urls, frames } of videos.slice(0, 20))
			assert.equal((await pictureOf(server.url(urls.mp4))).packets, frames);
		assert.equal(await server.value("SELECT count(*) FROM rendition WHERE kind = 'video' AND frames NOT IN (30, 50)"), 0);
	});
}
