// order.test.mjs - the order of the work is a view, and pauses and orders to workers are statements.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { copyFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { serve, test } from "../lib/harness.mjs";
import { madeClip } from "../lib/media.mjs";
import { paced } from "../lib/pace.mjs";
import { isAlive, kill, processes } from "../lib/programs.mjs";
import { build } from "../lib/server.mjs";
import { sleep, until } from "../lib/wait.mjs";

// Nobody works here: rows are typed in, and the view is asked.
const desk = await serve({ procs: 1, settings: { encode: { slots: 0 } } });
const short = await madeClip({ seconds: 2 });

// A video whose plan has so many chunks of 240 frames, for `owner`.
async function plan(name, chunks, { owner = "", priority = 0 } = {}) {
	await desk.sql(`INSERT INTO video (source, owner, priority) VALUES ('/srv/${name}.mp4', '${owner}', ${priority})`);
	const id = await desk.value(`SELECT id FROM video WHERE source = '/srv/${name}.mp4'`);
	await desk.sql(`UPDATE task SET state = 'running', worker = 'w' WHERE video = '${id}';
		UPDATE task SET state = 'done' WHERE video = '${id}';
		UPDATE video SET width = 1920, height = 1080, duration_ms = ${chunks * 10_000} WHERE id = '${id}';
		WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${chunks} - 1)
		INSERT INTO task (video, kind, seq, first_frame, frames_planned) SELECT '${id}', 'chunk', i, i * 240, 240 FROM n;
		INSERT INTO task (video, kind, seq) VALUES ('${id}', 'audio', -1), ('${id}', 'audio', 0), ('${id}', 'poster', 0)`);
	return id;
}

const next = () => desk.value("SELECT (SELECT v.source FROM task t JOIN video v ON v.id = t.video WHERE t.id = task) FROM runnable LIMIT 1");
const forget = () => desk.sql("UPDATE video SET state = 'cancelled' WHERE state <> 'cancelled'");

test("within a video: the first chunk, the head of the sound, the next chunk, the sound, the rest", async () => {
	await plan("one", 4);
	const order = await desk.sql("SELECT (SELECT kind || ' ' || seq FROM task WHERE id = task) AS what FROM runnable");
	assert.deepEqual(order.map(({ what }) => what),
		["chunk 0", "audio -1", "audio 0", "chunk 1", "chunk 2", "poster 0", "chunk 3"]);
	await forget();
});

test("a video that is planned is no longer probed, and says what it waits for", async () => {
	const id = await plan("planned", 4);
	assert.equal((await desk.video(id)).state, "probing");
	await desk.sql(`INSERT INTO task (video, kind, seq) VALUES ('${id}', 'assemble', 0)`);
	const { state, what } = await desk.video(id);
	assert.equal(state, "encoding");
	assert.match(what, /^(chunk|audio): /);
	await forget();
});

test("short videos overtake a long one, and one that waited long overtakes both", async () => {
	const long = await plan("long", 300);
	await plan("short", 2);
	assert.equal(await next(), "/srv/short.mp4");
	await desk.sql(`UPDATE video SET created_ms = created_ms - 3600000 WHERE id = '${long}'`);
	assert.equal(await next(), "/srv/long.mp4");
	await desk.sql(`UPDATE video SET served_ms = created_ms + 3600000 WHERE id = '${long}'`);       // it just had a turn
	assert.equal(await next(), "/srv/short.mp4");
	await forget();
});

test("priority goes before everything, and fairness between owners before length", async () => {
	await plan("a1", 1, { owner: "a" });
	await plan("b1", 9, { owner: "b" });
	await desk.sql("UPDATE task SET state = 'running', worker = 'w' WHERE id = (SELECT task FROM runnable LIMIT 1)");
	assert.equal(await next(), "/srv/b1.mp4", "a has a child already");
	await plan("a2", 50, { owner: "a", priority: 1 });
	assert.equal(await next(), "/srv/a2.mp4");
	await forget();
});

test("a paused video, or everything paused, is left alone, and the view says why", async () => {
	const id = await plan("p", 1);
	await desk.sql(`UPDATE video SET paused = 1 WHERE id = '${id}'`);
	assert.equal(await desk.count("runnable"), 0);
	assert.equal(await desk.value("SELECT why FROM task_why LIMIT 1"), "the video is paused");
	await desk.sql(`UPDATE video SET paused = 0 WHERE id = '${id}'; UPDATE everything SET paused = 1`);
	assert.equal(await desk.count("runnable"), 0);
	assert.equal(await desk.value("SELECT why FROM task_why LIMIT 1"), "everything is paused");
	await desk.sql("UPDATE everything SET paused = 0");
	assert.ok(await desk.count("runnable") > 0);
	await forget();
});

test("costs are foretold, and what is done teaches", async () => {
	await plan("x", 2);
	const before = await desk.value("SELECT predicted_s FROM task WHERE kind = 'chunk' ORDER BY id DESC LIMIT 1");
	assert.ok(before > 1 && before < 100, `${before} s`);
	for (let i = 0; i < 30; i++)
		await desk.sql(`UPDATE task SET state = 'running', worker = 'w' WHERE kind = 'chunk' AND seq = 0 AND state = 'queued';
			UPDATE task SET state = 'done' WHERE state = 'running' AND kind = 'chunk';
			UPDATE task SET user_ms = 4000 + ${i}, sys_ms = 1000 WHERE kind = 'chunk' AND seq = 0 AND state = 'done'`);
	await plan("y", 2);
	const after = await desk.value("SELECT predicted_s FROM task WHERE kind = 'chunk' ORDER BY id DESC LIMIT 1");
	assert.ok(Math.abs(after - 5) < 1, `${after} s`);
	await forget();
});

test("a claim is quick with 5,000 tasks of 300 videos in the queue", async () => {
	await desk.sql(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 299)
		INSERT INTO video (source) SELECT '/srv/q' || i || '.mp4' FROM n`);
	await desk.sql("INSERT INTO task (video, kind, seq, first_frame, frames_planned) SELECT v.id, 'chunk', n.value, 0, 240 FROM video v, " +
		"json_each('[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]') n WHERE v.source LIKE '/srv/q%'");
	const times = [];
	for (let i = 0; i < 10; i++) {
		const begun = performance.now();
		assert.ok(await next());
		times.push(performance.now() - begun);
	}
	assert.ok(Math.min(...times) < 500, `${times} ms`);     // a scan of all for each task would take minutes, each time
	await forget();
});

test("slots, niceness and a pause of a worker are orders that it follows at once", async () => {
	const server = await serve({ procs: 1, prepare: (server) => server.quick() });
	await server.sql("UPDATE worker SET paused = 1");
	const id = await server.upload(short);
	await sleep(1500);
	assert.equal(await server.count("task WHERE state <> 'queued'"), 0);
	assert.match(await server.value("SELECT why FROM task_why LIMIT 1"), /all workers are paused/);
	await server.sql("UPDATE worker SET paused = 0, nice = 17, slots = 3");
	await server.waitFor(id, "ready");
	assert.ok((await server.get("/api/health")).json.workers.every(({ slots, paused }) => slots === 3 && paused === false));
});

test("a worker in trouble says so in health, and works again when it is over", async () => {
	const server = await serve({ procs: 1, hold: true, prepare: (server) => server.quick() }), { hold } = server;
	renameSync(join(hold.dir, "real-ffmpeg"), join(hold.dir, "away"));
	await server.sql("UPDATE worker SET trouble = 'the disk smells of smoke', trouble_ms = 0");
	const health = (await server.get("/api/health")).json;
	assert.equal(health.workers[0].trouble, "the disk smells of smoke");
	assert.equal(health.status, "degraded");
	const id = await server.upload(short);
	renameSync(join(hold.dir, "away"), join(hold.dir, "real-ffmpeg"));
	await server.waitFor(id, "ready");      // it looked again by itself
	assert.equal((await server.get("/api/health")).json.status, "ok");
});

test("a responder whose ffmpeg hangs while it is tested ends when it is told to", async () => {
	const server = await serve({ procs: 1, hold: true }), { hold } = server;
	hold.on("none");
	await server.sql("UPDATE worker SET trouble = 'it is to be tested', trouble_ms = 0");
	const [pid] = server.responders();
	await until(() => processes().some(({ argv, ppid }) => ppid === pid && argv.includes("-version")), "it is tested");
	const { ms } = await paced(server.dir, async () => {
		kill(pid, "SIGTERM");
		await until(() => !isAlive(pid), "it has ended");
	});
	assert.ok(ms < 5000, `${ms} ms`);
	hold.off("none");
});

test("where no child can be started one task is put off, and no other is tried until the machine is well", async () => {
	let jail;
	const server = await serve({ procs: 1, prepare: async (server) => {
		jail = join(server.dir, "jail");
		copyFileSync(join(build, "clipmill-jail"), jail);
		server.writeConf({ jail: { program: jail } });
		await server.quick();
	} });
	await server.sql("UPDATE everything SET paused = 1");
	const ids = await Promise.all([1, 2].map(() => server.upload(short)));
	renameSync(jail, `${jail}-away`);
	await server.sql("UPDATE everything SET paused = 0");
	await until(() => server.count("worker WHERE trouble LIKE '%could not be started%'"), "its trouble is told");
	assert.equal(await server.value("SELECT sum(attempts) FROM task"), 1);
	renameSync(`${jail}-away`, jail);
	await server.sql("UPDATE task SET not_before_ms = 0");
	await Promise.all(ids.map((id) => server.waitFor(id, "ready")));
});

test("a task that two workers died with is run alone, and given up when three more did", async () => {
	const server = await serve({ procs: 1, settings: { encode: { slots: 4 } }, prepare: (server) => server.quick() });
	await server.sql("UPDATE everything SET paused = 1");
	const [bad, good] = [await server.upload(short), await server.upload(short)];
	await server.sql(`UPDATE task SET crashes = 2 WHERE video = '${bad}'; UPDATE everything SET paused = 0`);
	await server.waitFor(good, "ready");
	await server.waitFor(bad, "ready");
	const claimed = await server.sql(`SELECT count(*) AS n FROM task a JOIN task b ON b.id <> a.id AND b.started_ms < a.ended_ms AND
		b.ended_ms > a.started_ms WHERE a.video = '${bad}' AND a.crashes >= 2`);
	assert.equal(claimed[0].n, 0, "something ran beside it");

	await server.sql("UPDATE everything SET paused = 1");
	const doomed = await server.upload(short);
	await server.sql(`BEGIN; UPDATE task SET state = 'running', worker = 'AAAAAAAAAAAAAAAAAAAAAA', crashes = 4 WHERE id =
		(SELECT id FROM task WHERE video = '${doomed}' AND state = 'queued' LIMIT 1);
		INSERT INTO worker (id, pid, host, slots) VALUES ('AAAAAAAAAAAAAAAAAAAAAA', 1, 'x', 1); COMMIT`);
	const failed = await server.waitFor(doomed, "failed");
	assert.equal(failed.reason, "killed_worker");
});

test("a task is blamed for its worker's death, but not where workers die that do not have it", async () => {
	const server = await serve({ procs: 1, prepare: (server) => server.quick() });
	await server.sql("UPDATE everything SET paused = 1");
	const id = await server.upload(short);
	const join = (worker) => server.sql(`INSERT INTO worker (id, pid, host, slots) VALUES ('${worker}', 1, 'x', 1)`);
	// A worker without a lock: who looks finds it dead.
	const dieWith = async (worker) => {
		await server.sql(`BEGIN; INSERT INTO worker (id, pid, host, slots) VALUES ('${worker}', 1, 'x', 1);
			UPDATE task SET state = 'running', worker = '${worker}' WHERE video = '${id}'; COMMIT`);
		await until(() => server.count(`task WHERE video = '${id}' AND state = 'queued'`), "it is queued again");
		return server.value(`SELECT crashes FROM task WHERE video = '${id}'`);
	};
	assert.equal(await dieWith("A".repeat(22)), 1);
	assert.equal(await dieWith("B".repeat(22)), 2);
	await join("C".repeat(22));
	await until(() => server.count("worker WHERE id LIKE 'C%' AND state = 'dead'"), "another died");
	assert.equal(await dieWith("D".repeat(22)), 2);
	await server.sql("UPDATE worker SET ended_ms = ended_ms - 700000 WHERE state = 'dead'");
	assert.equal(await dieWith("E".repeat(22)), 3);
});

test("a task that its worker has no child of goes back to the queue, and a cancelled one is let go of", async () => {
	const server = await serve({ procs: 1, settings: { encode: { slots: 0 } }, prepare: (server) => server.quick() });
	const mine = await server.value("SELECT id FROM worker WHERE state = 'alive'");
	const [lost, cancelled] = [await server.upload(short), await server.upload(short)];
	await server.sql(`BEGIN; UPDATE task SET state = 'running', worker = '${mine}' WHERE kind = 'probe';
		UPDATE video SET state = 'cancelled' WHERE id = '${cancelled}'; COMMIT`);
	await until(() => server.count(`task WHERE video = '${lost}' AND kind = 'probe' AND state = 'queued' AND worker IS NULL`), "it is queued again");
	await until(async () => await server.count(`task WHERE video = '${cancelled}' AND worker IS NOT NULL`) === 0, "it is let go of");
});

test("a responder whose row does not say that it is alive ends, and what a dead row has is queued again", async () => {
	const server = await serve({ procs: 1, settings: { encode: { slots: 0 } } });
	const [before] = server.responders();
	await server.upload(short);
	await server.sql("UPDATE worker SET state = 'stopped' WHERE state = 'alive'");
	await until(() => !server.responders().includes(before), "it has ended", 10_000);
	await until(() => server.count("worker WHERE state = 'alive'"), "another has joined", 10_000);
	await server.sql(`UPDATE task SET state = 'running', worker = (SELECT id FROM worker WHERE state = 'stopped'), started_ms = 1
		WHERE kind = 'probe'`);
	await until(() => server.count("task WHERE kind = 'probe' AND state = 'queued'"), "it is queued again", 10_000);
});

test("responders end when another version has made the database its own, and those that take their place go on with the work", async () => {
	const server = await serve({ procs: 2, hold: true, settings: { encode: { grace: "300ms" } }, prepare: (server) => server.quick() }), { hold } = server;
	hold.on("chunk");
	const before = server.responders(), id = await server.upload(short);
	await until(() => server.count("task WHERE kind = 'chunk' AND pid IS NOT NULL"), "a child runs");
	await server.sql("BEGIN; CREATE VIEW theirs AS SELECT 1; UPDATE views_made SET text = text || '--'; COMMIT");
	await until(() => !server.responders().some((pid) => before.includes(pid)), "they have ended");
	hold.off("chunk");
	await server.waitFor(id, "ready");
	assert.equal(await server.value("SELECT max(failures) FROM task"), 0);
	assert.equal(await server.count("worker WHERE state = 'dead'"), 0);
});
