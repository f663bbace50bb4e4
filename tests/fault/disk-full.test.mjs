// disk-full.test.mjs - a disk that becomes full, and has room again: nothing is lost, nothing damaged is published.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it, together, withServer } from "../lib/harness.mjs";
import { raw } from "../lib/http.mjs";
import { madeBytes, madeClip, pictureOf } from "../lib/media.mjs";
import { readProblem } from "../lib/problem.mjs";
import { run } from "../lib/programs.mjs";
import { sleep, until } from "../lib/wait.mjs";

const MIB = 1 << 20;
const mounts = [];
after(async () => {
	for (const dir of mounts) {
		await run("umount", ["-l", dir]).catch(() => {});
		rmdirSync(dir);
	}
});

// A small file system of our own; null where we may not mount one.
async function smallDisk(mib) {
	const dir = mkdtempSync(join(tmpdir(), "clipmill-disk-"));
	try {
		await run("mount", ["-t", "tmpfs", "-o", `size=${mib}m,mode=755`, "clipmill-test", dir]);
		mounts.push(dir);
		return dir;
	} catch {
		rmdirSync(dir);
		return null;
	}
}

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

const onSmallDisk = async (mib, settings, body) =>
	withServer({ procs: 2, dir: await smallDisk(mib), settings, prepare: (server) => server.quick() }, body);

const isWhole = async (server, id, frames) => {
	const video = await server.waitFor(id, "ready", 60_000);
	assert.equal((await pictureOf(server.url(video.urls.mp4))).packets, frames);
	assert.equal((await pictureOf(server.url(video.renditions[0].playlist))).packets, frames);
};

together("on a small disk", 2, () => {
	it("an upload that does not fit above the floor is 507 before its first byte", { skip }, () => onSmallDisk(32, { store: { floor: "8M" } }, async (server) => {
		const text = await raw(server.port, `PUT /api/videos HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${100 * MIB}\r\n\r\nx`);
		assert.match(text, /^HTTP\/1\.1 507 /);
		assert.match(text, /no_space/);
		readProblem(await server.put(Buffer.alloc(28 * MIB)), 507, "no_space");
		assert.deepEqual([server.files("incoming"), server.files("source")], [[], []]);
		assert.equal((await server.put(Buffer.alloc(4 * MIB))).status, 201);
	}));

	it("under the floor uploads are 507, health is red and work waits, and all goes on when there is room", { skip },
		() => onSmallDisk(48, { store: { floor: "8M" } }, async (server) => {
			fill(server, 6 * MIB);
			readProblem(await server.put("x"), 507, "no_space");
			const health = await server.get("/api/health");
			assert.deepEqual([health.status, health.json.status], [503, "degraded"]);
			assert.match(health.json.reasons.join(), /disk/);
			await server.sql(`INSERT INTO video (source, title) VALUES ('${await madeClip({ seconds: 1 })}', 'waits')`);
			await sleep(1500);
			assert.equal(await server.value("SELECT count(*) FROM task WHERE attempts > 0"), 0);
			assert.equal((await server.get("/api/videos")).status, 200);
			empty(server);
			await isWhole(server, await server.value("SELECT id FROM video WHERE title = 'waits'"), 25);
			assert.equal((await server.get("/api/health")).status, 200);
		}));

	it("a disk that is full to the last byte while work goes on delays it, and damages nothing", { skip },
		() => onSmallDisk(32, { store: { floor: "0" } }, async (server) => {
			const ids = [];
			for (let i = 0; i < 3; i++)
				ids.push(await server.upload(await madeClip({ seconds: 8 })));
			await until(async () => await server.value("SELECT count(*) FROM task WHERE kind = 'chunk' AND state = 'running'") > 0, "a chunk is running");
			fill(server, 0);
			assert.ok((await server.put(await madeBytes({ seconds: 8 }))).status >= 500);
			await sleep(4000);
			for (const id of ids) {
				const video = await server.video(id).catch(() => null);
				assert.notEqual(video?.state, "failed", `${video?.reason}: ${video?.detail}`);
				if (video?.state === "ready")
					await isWhole(server, id, 200);
			}
			empty(server);
			for (const id of ids)
				await isWhole(server, id, 200);
			await server.tidy();
			assert.equal(await server.value("PRAGMA integrity_check"), "ok");
			assert.equal((await server.put("x")).status, 201);
		}));

	it("a result that does not fit is not published, and made again when there is room", { skip },
		() => onSmallDisk(32, { store: { floor: "0" } }, async (server) => {
			const path = await madeClip({ seconds: 8 });
			fill(server, 400 * 1024);
			await server.sql(`INSERT INTO video (source) VALUES ('${path}')`);
			const id = await server.value("SELECT id FROM video");
			await until(async () => await server.value("SELECT count(*) FROM task WHERE attempts > 0 AND reason IS NOT NULL") > 0, "an attempt ran out of room", 20_000);
			assert.notEqual((await server.video(id)).state, "failed");
			assert.deepEqual(server.files(`media/${id}`).filter((name) => /^(master|240p)\.(m3u8|mp4)$/.test(name)), []);
			empty(server);
			await isWhole(server, id, 200);
		}));
});
