// floor.test.mjs - estimates, places in the queue, and the machine at work.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serve, test } from "../lib/harness.mjs";
import { madeClip } from "../lib/media.mjs";
import { tree } from "../lib/paths.mjs";
import { tusClient } from "../lib/tus.mjs";
import { until } from "../lib/wait.mjs";

// Nobody works here, but a row says that two children may: what is asked is the views.
const desk = await serve({ procs: 1, settings: { encode: { slots: 2 } } });
await desk.sql("UPDATE worker SET slots = 2; UPDATE video SET paused = 1");
const short = await madeClip({ seconds: 2 });

// A video that is planned: so many chunks, each foretold to take ten seconds of CPU.
async function plan(name, chunks, priority = 0) {
	await desk.sql(`INSERT INTO video (source, title, priority, paused) VALUES ('/srv/${name}.mp4', '${name}', ${priority}, 1)`);
	const id = await desk.value(`SELECT id FROM video WHERE title = '${name}'`);
	await desk.sql(`UPDATE task SET state = 'running', worker = 'w' WHERE video = '${id}'; UPDATE task SET state = 'done' WHERE video = '${id}';
		WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${chunks} - 1)
		INSERT INTO task (video, kind, seq, first_frame, frames_planned, predicted_s) SELECT '${id}', 'chunk', i, i * 240, 240, 10 FROM n;
		INSERT INTO task (video, kind, predicted_s) VALUES ('${id}', 'assemble', 0);
		UPDATE task SET not_before_ms = (SELECT ms FROM now_ms) + 390000 WHERE video = '${id}'; UPDATE video SET paused = 0 WHERE id = '${id}'`);
	return id;
}

test("an estimate counts what is served before, through as many children as there may be, with a range", async () => {
	const [slow, quick, urgent] = [await plan("slow", 20), await plan("quick", 4), await plan("urgent", 8, 5)];
	const eta = Object.fromEntries((await desk.sql("SELECT * FROM eta")).map((row) => [row.video, row]));
	const seconds = [urgent, quick, slow].map((id) => Math.round(eta[id].eta_ms / 1.1 / 1000));
	assert.deepEqual(seconds, [40, 60, 160]);
	for (const { eta_ms, low_ms, high_ms } of Object.values(eta))
		assert.ok(low_ms < eta_ms && eta_ms < high_ms);
	const { json } = await desk.get(`/api/videos/${quick}`);
	assert.deepEqual(json.eta, { ms: eta[quick].eta_ms, low_ms: eta[quick].low_ms, high_ms: eta[quick].high_ms });

	await desk.sql(`UPDATE task SET state = 'running', worker = 'w' WHERE video = '${quick}' AND kind = 'chunk' AND seq < 2;
		UPDATE task SET state = 'done', user_ms = 30000, sys_ms = 0 WHERE video = '${quick}' AND kind = 'chunk' AND seq < 2`);
	const left = await desk.value(`SELECT round(cpu_s) FROM work_ahead WHERE video = '${quick}'`);
	assert.equal(left, 52, "20 s were foretold of what is left; what is done took 60 s for 20 s: 20 * (5 + 60) / (5 + 20)");
	await desk.sql("DELETE FROM task; UPDATE video SET state = 'cancelled'");
});

test("no estimate is better than a wrong one: where it or everything is paused, or nobody works, there is none", async () => {
	const id = await plan("waits", 4);
	assert.ok((await desk.get(`/api/videos/${id}`)).json.eta);
	await desk.sql("UPDATE everything SET paused = 1");
	assert.equal((await desk.get(`/api/videos/${id}`)).json.eta, null);
	await desk.sql("UPDATE everything SET paused = 0; UPDATE worker SET paused = 1");
	assert.equal((await desk.get(`/api/videos/${id}`)).json.eta, null);
	await desk.sql(`UPDATE worker SET paused = 0; UPDATE video SET paused = 1 WHERE id = '${id}'`);
	assert.equal((await desk.get(`/api/videos/${id}`)).json.eta, null);
	await desk.sql("UPDATE worker SET paused = 0; DELETE FROM task; UPDATE video SET state = 'cancelled'");
});

test("a video that costs more than it lasts says why", async () => {
	const id = await plan("heavy", 10);
	await desk.sql(`UPDATE video SET probe = '{"streams":[{"codec_type":"video","codec_name":"hevc","pix_fmt":"yuv420p10le"}]}', width = 3840, height = 2160,
		duration_ms = 10000, frames = 600, state = 'encoding' WHERE id = '${id}'`);
	assert.equal((await desk.get(`/api/videos/${id}`)).json.slow,
		"10-bit HEVC, 3840 x 2160, 60 pictures a second: each second of it takes 10.0 s of CPU");
	await desk.sql(`UPDATE video SET single = 'why' WHERE id = '${id}'`);
	assert.match((await desk.get(`/api/videos/${id}`)).json.slow, /by one core$/);
	await desk.sql("DELETE FROM task; UPDATE video SET state = 'cancelled'");
});

test("the floor shows who works on what, what waits, and what was done; the first good estimate is kept and its error reported", async () => {
	const mill = await serve({ procs: 2, hold: true, prepare: (server) => server.quick() });
	mill.hold.on("chunk");
	const id = await mill.upload(await madeClip({ seconds: 30 }));
	const busy = await until(async () => {
		const floor = (await mill.get("/api/floor")).json;
		return floor.workers.some(({ tasks }) => tasks.some(({ kind }) => kind === "chunk")) && floor;
	}, "a chunk on the floor");
	assert.equal(busy.workers.length, 2);
	const task = busy.workers.flatMap(({ tasks }) => tasks).find(({ kind }) => kind === "chunk");
	assert.equal(task.video, id);
	assert.deepEqual(busy.queue.map(({ video }) => video), [id]);
	mill.hold.off("chunk");
	await mill.waitFor(id, "ready");
	const idle = (await mill.get("/api/floor")).json;
	assert.deepEqual([idle.hour.videos, idle.queue, idle.uploads], [1, [], []]);
	assert.ok(idle.recent.length >= 5 && idle.recent.every(({ state }) => state === "done") && idle.disk.free_bytes > 0);
	assert.equal(await mill.count("video WHERE foretold_ms > foretold_at_ms"), 1);
	const [report] = await mill.sql(readFileSync(join(tree, "sql/reports/how-good-are-estimates.sql"), "utf8").replace(/^--.*$/gm, ""));
	assert.equal(report.video, id);
	await mill.waitFor(await mill.upload(short), "ready");
});

test("the floor shows uploads that are coming in, and not those that are complete", async () => {
	const tus = tusClient(desk), half = await tus.create(10), whole = await tus.create(4);
	assert.equal((await tus.patch(half, 0, "01234")).status, 204);
	assert.equal((await tus.patch(whole, 0, "0123")).status, 204);
	const { uploads } = (await desk.get("/api/floor")).json;
	const created = uploads[0].created;                     // and no id: who knows it may go on with an upload, or remove it
	assert.deepEqual(uploads, [{ filename: "untitled", offset_bytes: 5, length_bytes: 10, created }]);
});
