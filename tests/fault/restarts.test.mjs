// restarts.test.mjs - all responders die, the web server dies, or both are asked to stop.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { it, together, withServer } from "../lib/harness.mjs";
import { cutUpload, raw } from "../lib/http.mjs";
import { madeClip, pictureOf } from "../lib/media.mjs";
import { paced } from "../lib/pace.mjs";
import { patience } from "../lib/paths.mjs";
import { isAlive, kill } from "../lib/programs.mjs";
import { until } from "../lib/wait.mjs";

const POOL = { web: "lighttpd-pool" };
const clip = await madeClip({ seconds: 2 });
const tasks = (server) => server.sql("SELECT kind, state, attempts, failures, pid FROM task ORDER BY id");
const taskOf = async (server, kind) => (await tasks(server)).find((task) => task.kind === kind);
const stateOf = async (server, kind) => (await taskOf(server, kind))?.state;
const onlyChunkIsLeft = async (server) => await stateOf(server, "chunk") === "running" &&
	(await tasks(server)).every(({ kind, state }) => state === "done" || kind === "chunk" || kind === "assemble");

// TERM ends these responders within 5 s.
async function stopInTime(server, pids) {
	const { ms } = await paced(server.dir, async () => {
		pids.forEach((pid) => kill(pid, "SIGTERM"));
		await until(() => !pids.some(isAlive), "they end");
	});
	assert.ok(ms < 5000 * patience, `${ms} ms`);
}

// A server with a video whose chunk is held; afterwards the video must become ready, whatever happened.
function interrupted(options, happen) {
	return withServer({ procs: 2, hold: true, ...options, prepare: (server) => server.quick() }, async (server) => {
		server.hold.on("chunk");
		const id = await server.upload(clip);
		await until(() => onlyChunkIsLeft(server), "only the chunk is left");
		await happen(server);
		server.hold.off("chunk");
		const video = await server.waitFor(id, "ready");
		assert.equal((await pictureOf(server.url(video.urls.mp4))).packets, 50);
		for (const { kind, attempts, failures } of await tasks(server))
			assert.ok(failures === 0 && (attempts === 1 || ["chunk", "poster"].includes(kind)), `${kind}: ${attempts}, ${failures}`);
		await server.tidy();
	});
}

together("a video becomes ready, and nothing done is done again,", 2, () => {
	it("after kill -9 of all responders and of lighttpd at once", () => interrupted({}, async (server) => {
		const upload = raw(server.port, cutUpload(500_000, 100_000));
		await until(() => server.files("incoming").length, "an upload is under way");
		await server.crash();
		await upload;
		await server.launch();
		await until(async () => await server.count("upload") === 0, "the half uploads are gone");
		assert.deepEqual(server.files("incoming"), []);
		assert.equal(await server.count("video"), 1);
	}));

	it("after kill -9 of all responders, which lighttpd starts again", () => interrupted({}, async (server) => {
		const before = server.responders();
		before.forEach((pid) => kill(pid));
		const fresh = () => server.responders().filter((pid) => !before.includes(pid));
		await until(() => fresh().length === 2, "two new responders");
		await server.healthy();
	}));

	it("after kill -9 of lighttpd alone, whose responders a new one takes over", () => interrupted({}, async (server) => {
		const before = server.responders();
		kill(server.front.pid);
		await until(() => !isAlive(server.front.pid), "lighttpd is gone");
		server.launchWeb();
		await server.healthy();
		assert.ok(before.every(isAlive));
	}));

	it("after a pool was stopped by TERM within 5 s and started again", () => interrupted(POOL, async (server) => {
		await stopInTime(server, server.responders());
		await until(() => !server.children().length, "so do their children");
		assert.equal(await stateOf(server, "chunk"), "queued");
		if (!server.log().includes("work is left"))     // else the disk kept one for more than a second
			assert.equal(await server.count("worker WHERE state = 'stopped'"), 2);
		await server.launchPool(2);
		await server.healthy();
	}));

	it("after one of a pool was stopped by TERM, and the other went on", () => interrupted(POOL, async (server) => {
		const [{ pid, worker }] = await server.sql(`SELECT t.pid, w.pid AS worker FROM task t JOIN worker w ON w.id = t.worker
			WHERE t.kind = 'chunk'`);
		kill(worker, "SIGTERM");
		await until(() => !isAlive(worker) && !isAlive(pid), "it ends");
		server.procs = 1;
		await until(async () => await stateOf(server, "chunk") === "running", "the other has the chunk");
	}));

	it("after its scratch folder was removed under its child", () => interrupted({}, async (server) => {
		await until(async () => await stateOf(server, "poster") === "done", "the poster is done");
		for (const name of server.files("work"))
			rmSync(join(server.dir, "work", name), { recursive: true, force: true });
		const { pid } = await taskOf(server, "chunk");
		kill(pid, "SIGTERM");
		await until(async () => (await taskOf(server, "chunk")).failures === 1, "the attempt has failed");
		await server.sql("UPDATE task SET failures = 0");
	}));
});

it("TERM ends a responder within 5 s also while an upload is under way", () => withServer({ ...POOL, procs: 1 }, async (server) => {
	const upload = raw(server.port, cutUpload(500_000, 100_000));
	await until(() => server.files("incoming").length, "an upload is under way");
	await stopInTime(server, server.responders());
	assert.match(await upload, /^HTTP\/1\.1 [45]\d\d |^$/);
	const stuck = "-".repeat(22), left = "z".repeat(22);    // so deep a folder is not removed
	mkdirSync(join(server.dir, "incoming", stuck, "deep/".repeat(40)), { recursive: true });
	writeFileSync(join(server.dir, "incoming", left), "half of it");
	await server.sql(`INSERT INTO upload (id, worker) VALUES ('${stuck}', 'dead'), ('${left}', 'dead')`);
	for (const [id, ageS] of [[stuck, 3600], [left, 0]]) {         // of who was killed before it had a row, and of who is about to get one
		writeFileSync(join(server.dir, `run/${id}.lock`), "");
		utimesSync(join(server.dir, `run/${id}.lock`), Date.now() / 1000 - ageS, Date.now() / 1000 - ageS);
	}
	await server.launchPool(1);
	await server.healthy();
	await until(() => server.files("incoming").every((name) => name === stuck), "the half upload is gone");
	assert.deepEqual(server.files("run").filter((name) => name.startsWith(stuck) || name.startsWith(left)), [`${left}.lock`]);
	assert.equal(server.files("run").filter((name) => name.endsWith(".lock")).length, 2, "its own is there");
}));
