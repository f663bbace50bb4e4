// kill-each-kind.test.mjs - kill -9 of the responder whose child is at work, for each kind of task.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { serve, test } from "../lib/harness.mjs";
import { madeClip, pictureOf } from "../lib/media.mjs";
import { paced } from "../lib/pace.mjs";
import { patience } from "../lib/paths.mjs";
import { isAlive, kill } from "../lib/programs.mjs";
import { until } from "../lib/wait.mjs";

const server = await serve({ procs: 2, hold: true, prepare: (server) => server.quick() }), { hold } = server;
const clip = await madeClip({ seconds: 2 });

const done = (id) => server.sql(`SELECT kind, seq, attempts, ended_ms FROM task WHERE video = '${id}' AND state = 'done' ORDER BY id`);

// The running task that is so, with the pids of its child and its responder.
async function runner(which) {
	const [row] = await server.sql(`SELECT t.id, t.pid, w.pid AS responder, t.attempts FROM task t JOIN worker w ON w.id = t.worker
		WHERE ${which} AND t.state = 'running' AND t.pid IS NOT NULL`);
	return row;
}

const allWork = () => until(async () => server.responders().length === 2 && await server.count("worker WHERE state = 'alive'") === 2,
	"two responders have joined");

for (const kind of ["probe", "scan", "chunk", "audio", "poster", "storyboard", "digest", "assemble"]) {
	test(`when a responder is killed during ${kind}, another takes over, and what was done is not done again`, async () => {
		await allWork();
		await server.sql("UPDATE worker SET slots = 1 WHERE state = 'alive'");          // who is killed has nothing else
		hold.on(kind);
		const id = await server.upload(clip);
		const first = await until(() => runner(`t.video = '${id}' AND t.kind = '${kind}'`), `${kind} is running`);
		await server.sql(`UPDATE worker SET slots = 4 WHERE state = 'alive' AND pid <> ${first.responder}`);    // the other has room
		const before = await done(id);
		const { result: second, ms } = await paced(server.dir, async () => {
			kill(first.responder);
			await until(() => !isAlive(first.pid), "its child is gone");
			return until(() => runner(`t.id = ${first.id} AND w.pid <> ${first.responder}`), `${kind} is running again`);
		});
		assert.ok(ms < 5000 * patience, `taken over after ${ms} ms`);
		assert.equal(second.attempts, first.attempts + 1);
		hold.off(kind);
		const video = await server.waitFor(id, "ready");
		await until(async () => await server.count(`task WHERE video = '${id}' AND state <> 'done'`) === 0, "all of it is done");
		assert.equal((await pictureOf(server.url(video.urls.mp4))).packets, 50);
		const after = await done(id);
		for (const task of before)
			assert.deepEqual(after.find((row) => row.kind === task.kind && row.seq === task.seq), task);
		assert.deepEqual(after.filter(({ attempts }) => attempts > 1).map((row) => row.kind), [kind]);
		await server.tidy();
	});
}

test("no failure was counted for it, and the rows of the dead say so", async () => {
	assert.equal(await server.value("SELECT sum(failures) FROM task"), 0);
	assert.equal(await server.count("worker WHERE state = 'dead'"), 8);
	await allWork();
});
