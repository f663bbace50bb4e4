// disk-full.test.mjs - a disk that becomes full, and has room again: nothing is lost, nothing damaged is published.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { smallDisk } from "../lib/disk.mjs";
import { it, together, withServer } from "../lib/harness.mjs";
import { cutUpload, raw } from "../lib/http.mjs";
import { madeBytes, madeClip, pictureOf } from "../lib/media.mjs";
import { readProblem } from "../lib/problem.mjs";
import { sleep, until } from "../lib/wait.mjs";

const MIB = 1 << 20;
const probe = await smallDisk(1);
const skip = probe === null && "*** needs root, to mount a small tmpfs";

const freeBytes = (dir) => {
	const { bavail, bsize } = statfsSync(dir);
	return bavail * bsize;
};

// Leaves so much room and no more.
function fill(server, leave) {
	try {
		writeFileSync(join(server.dir, "ballast"), Buffer.alloc(Math.max(0, freeBytes(server.dir) - leave)));
	} catch (error) {
		assert.equal(error.code, "ENOSPC");     // others write, too
	}
}

const empty = (server) => rmSync(join(server.dir, "ballast"), { force: true });

const onSmallDisk = async (settings, body) =>
	withServer({ procs: 2, dir: await smallDisk(48), settings, prepare: (server) => server.quick() }, body);

async function isWhole(server, id) {
	const { urls, renditions } = await server.waitFor(id, "ready");
	for (const what of [urls.mp4, renditions[0].playlist])
		assert.equal((await pictureOf(server.url(what))).packets, 200);
}

const cases = {
	"an upload that does not fit above the floor is 507 before its first byte": async (server) => {
		const text = await raw(server.port, cutUpload(100 * MIB, 1));
		assert.match(text, /^HTTP\/1\.1 507 /);
		assert.match(text, /no_space/);
		readProblem(await server.put(Buffer.alloc(40 * MIB)), 507, "no_space");
		assert.deepEqual([server.files("incoming"), server.files("source")], [[], []]);
		assert.equal((await server.put(Buffer.alloc(4 * MIB))).status, 201);
	},

	"under the floor uploads are 507, health is red and work waits, and all goes on when there is room": async (server) => {
		fill(server, 6 * MIB);
		readProblem(await server.put("x"), 507, "no_space");
		const health = await server.get("/api/health");
		assert.deepEqual([health.status, health.json.status], [503, "degraded"]);
		assert.match(health.json.reasons.join(), /disk/);
		await server.sql(`INSERT INTO video (source) VALUES ('${await madeClip({ seconds: 8 })}')`);
		await sleep(1500);
		assert.equal(await server.count("task WHERE attempts > 0"), 0);
		assert.equal((await server.get("/api/videos")).status, 200);
		empty(server);
		await isWhole(server, await server.value("SELECT id FROM video"));
		assert.equal((await server.get("/api/health")).status, 200);
	},
};

const casesWithoutFloor = {
	"a disk that is full to the last byte while work goes on delays it, and damages nothing": async (server) => {
		const path = await madeClip({ seconds: 8 }), ids = [await server.upload(path), await server.upload(path), await server.upload(path)];
		await until(() => server.count("task WHERE kind = 'chunk' AND attempts > 0"), "a chunk is running, or was", undefined, 10);
		fill(server, 0);
		assert.ok((await server.put(await madeBytes({ seconds: 8 }))).status >= 500);
		await sleep(4000);
		for (const id of ids)
			assert.notEqual((await server.video(id).catch(() => null))?.state, "failed");
		empty(server);
		for (const id of ids)
			await isWhole(server, id);
		await server.tidy();
		assert.equal(await server.value("PRAGMA integrity_check"), "ok");
		assert.equal((await server.put("x")).status, 201);
	},

	"a result that is larger than foretold and does not fit is not published, and made again when there is room": async (server) => {
		await server.sql(`UPDATE rung SET short_side = 480, max_kbps = 8000, crf = 5 WHERE profile = 'default';
			CREATE TRIGGER all_is_small AFTER UPDATE OF predicted_bytes ON video
			BEGIN UPDATE task SET predicted_bytes = 1000 WHERE video = NEW.id; END`);
		fill(server, 2 * MIB);
		await server.sql(`INSERT INTO video (source) VALUES ('${await madeClip({ seconds: 8, size: "640x480" })}')`);
		const id = await server.value("SELECT id FROM video");
		await until(() => server.count("task WHERE attempts > 0 AND reason IS NOT NULL"), "an attempt ran out of room", 120_000);
		assert.notEqual((await server.video(id)).state, "failed");
		assert.deepEqual(server.files(`media/${id}`).filter((name) => /^480p\.(m3u8|mp4)$/.test(name)), []);
		empty(server);
		await isWhole(server, id);
	},
};

together("on a small disk", 2, () => {
	it("where there are no inodes for more files, uploads are 507, health is red and work waits, until there are", { skip }, async () =>
		withServer({ procs: 1, dir: await smallDisk(48, 600), settings: { store: { floor: "8M" } }, prepare: (server) => server.quick() }, async (server) => {
			const many = join(server.dir, "many");
			mkdirSync(many);
			for (let i = 0; statfsSync(server.dir).ffree > 20; i++)
				writeFileSync(join(many, String(i)), "");
			readProblem(await server.put("x"), 507, "no_space");
			assert.match((await server.get("/api/health")).json.reasons.join(), /disk.* df -i/);
			await server.sql(`INSERT INTO video (source) VALUES ('${await madeClip({ seconds: 8 })}')`);
			await sleep(1500);
			assert.equal(await server.count("task WHERE attempts > 0"), 0);
			rmSync(many, { recursive: true });
			await until(() => server.count("task WHERE kind = 'probe' AND state = 'done'"), "work goes on");
			assert.equal((await server.get("/api/health")).status, 200);
		}));
	for (const [floor, list] of [["8M", cases], ["0", casesWithoutFloor]])
		for (const [name, body] of Object.entries(list))
			it(name, { skip }, () => onSmallDisk({ store: { floor } }, body));
});
