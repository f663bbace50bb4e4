// storage.test.mjs - writes and syncs that fail, a file system that takes nothing, and no memory, at random moments of
// jobs: nothing damaged is published, no video is blamed, and all goes on by itself.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { memoryGroup } from "../lib/cgroup.mjs";
import { listen } from "../lib/events.mjs";
import { it, together, withServer } from "../lib/harness.mjs";
import { readMedia } from "../lib/hls.mjs";
import { madeClip, pictureOf } from "../lib/media.mjs";
import { sanitized } from "../lib/paths.mjs";
import { have, isAlive, kill, run } from "../lib/programs.mjs";
import { Random } from "../lib/random.mjs";
import { BASE, openPatch, tusClient } from "../lib/tus.mjs";
import { sleep, until } from "../lib/wait.mjs";

const FRAMES = 100;             // of each clip
const LITTLE_BYTES = 36 << 20;  // of memory: what responders need, and no encoder of a large picture
const clip = await madeClip({ seconds: 4 });
const noLimits = !await have("prlimit") && "*** needs prlimit (Debian: util-linux)";
const noGroup = sanitized ? "*** AddressSanitizer needs more memory than is left for responders" :
	!canGroup() && "*** may not limit the memory of a group of processes (cgroup)";
const noTrace = sanitized ? "*** LeakSanitizer cannot work under ptrace" : await canTrace();

async function canTrace() {
	if (!await have("strace"))
		return "*** needs strace (Debian: strace)";
	return run("strace", ["-qq", "-o", "/dev/null", "true"]).then(() => false, () => "*** may not use ptrace");
}

function canGroup() {
	const group = memoryGroup(`clipmill-${process.pid}`);
	group?.remove();
	return group !== null;
}

// Makes one call in so many of every responder fail, or last `delay` microseconds, the children's too, until it is released; of
// one file where `path` names it.
async function trouble(server, { calls, error, delay, when, path }) {
	const pids = server.responders().flatMap((pid) => ["-p", String(pid)]), of = path ? ["-P", path] : [];
	const strace = spawn("strace", ["-qq", "-f", ...pids, ...of, "-o", join(server.dir, "log/strace.log"), "-e", `trace=${calls}`, "-e", "signal=none",
		"-e", `inject=${calls}:${error ? `error=${error}` : `delay_enter=${delay}`}:when=${when}`], { stdio: "ignore" });
	const isTraced = async (pid) => /TracerPid:\s+[1-9]/.test(await run("cat", [`/proc/${pid}/status`]).catch(() => ""));
	await until(async () => (await Promise.all(server.responders().map(isTraced))).every(Boolean), "strace holds the responders");
	// KILL: asked to end, strace waits for each thread to stop, and for ever for one that waits for its vfork, whose child is stopped.
	const release = () => {
		kill(strace.pid, "SIGKILL");
		return until(() => strace.exitCode !== null || strace.signalCode !== null, "strace lets go of them");
	};
	return { release };
}

// Every published file decodes without a word, has every picture, and is what its playlist says.
async function isWhole(server, id) {
	const { urls, renditions } = await server.waitFor(id, "ready");
	for (const what of [urls.mp4, urls.hls, renditions[0].playlist]) {
		await run("ffmpeg", ["-v", "error", "-xerror", "-err_detect", "explode", "-i", server.url(what), "-f", "null", "-"]);
		assert.equal((await pictureOf(server.url(what))).packets, FRAMES, what);
	}
	const { segments } = readMedia((await server.get(renditions[0].playlist)).text);
	assert.ok(Math.abs(segments.reduce((sum, { seconds }) => sum + seconds, 0) - FRAMES / 25) < 0.01);
}

async function allRecover(server, ids) {
	for (const id of ids)
		await isWhole(server, id);
	await server.tidy();
	assert.equal(await server.value("PRAGMA integrity_check"), "ok");
	await until(async () => (await server.get("/api/health")).status === 200, "health is green", 180_000);
	assert.equal((await server.put("x")).status, 201);
}

const enqueue = async (server, count, what = clip) => {
	const ids = [];
	for (let n = 0; n < count; n++)
		ids.push(await server.upload(what));
	return ids;
};

const start = (body) => withServer({ procs: 2, settings: { store: { floor: "0" } }, prepare: (server) => server.quick() }, body);

// [the calls, the error, how often, whether it is a test of make check-full]
const faults = [
	["fsync,fdatasync", "EIO", "2+3"], ["fsync,fdatasync", "ENOSPC", "1+2", true], ["renameat2,renameat,rename", "EIO", "1+2", true],
	["pwrite64", "EIO", "5+7", true], ["pwrite64,mkdirat,renameat,renameat2,ftruncate,unlinkat,fsync,fdatasync", "EROFS", "1+"],
];

it("health is red while the disk is read-only", { skip: noTrace }, () => withServer({ procs: 1, settings: { encode: { slots: 0 } } }, async (server) => {
	const fault = await trouble(server, { calls: "openat", error: "EROFS", when: "1+", path: server.dir });
	const { status, json } = await server.get("/api/health");
	assert.equal(status, 503);
	assert.ok(json.reasons.includes("nothing can be written to the disk: uploads and work wait"), String(json.reasons));
	await fault.release();
	assert.equal((await server.get("/api/health")).status, 200);
	assert.deepEqual(server.files("work"), []);
}));

it("what a cancelled child left may go slowly: everybody hears of all else meanwhile", { skip: noTrace }, async () => {
	const prepare = (server) => server.hold.on("audio");
	await withServer({ procs: 1, hold: true, prepare }, async (server) => {
		const [id, other] = await enqueue(server, 2);
		await server.sql(`UPDATE video SET paused = 1 WHERE id = '${other}'`);
		const stream = await listen(server, "/api/events");
		await until(() => server.count(`task WHERE video = '${id}' AND kind = 'audio' AND state = 'running' AND pid IS NOT NULL`), "it waits");
		const fault = await trouble(server, { calls: "unlinkat", delay: 5_000_000, when: "1+" });
		await server.sql(`UPDATE video SET state = 'cancelled' WHERE id = '${id}'`);
		await until(() => server.children().length === 0, "its child is gone");
		await server.sql(`UPDATE video SET title = 'heard' WHERE id = '${other}'`);
		await stream.wait((event, { kind, video }) => kind === "video changed" && video === other, "the change", 2500);
		assert.equal(server.files("work").length, 1);
		await fault.release();
		stream.close();
		await until(() => server.files("work").length === 0, "it is gone in the end");
	});
});

// lighttpd takes a socket on which somebody still listens for another's, and never starts a responder there again.
it("lighttpd starts a responder anew that was killed while it spawned a child", { skip: noTrace }, () => withServer({ procs: 1 }, async (server) => {
	const [pid] = server.responders(), spawning = () => server.responders().filter((other) => other !== pid);
	const fault = await trouble(server, { calls: "openat", delay: 3_000_000, when: "1+", path: "/dev/null" });      // which is a child's first step
	await server.upload(clip);
	await until(() => spawning().length, "it spawns one", undefined, 5);
	kill(pid);
	await until(() => !isAlive(pid), "it is dead", undefined, 5);
	assert.ok(spawning().length, "and its child not yet a program of its own");
	await fault.release();
	await until(async () => (await server.get("/api/health")).status === 200, "there is another", 10_000);
}));

// Linux tells of a failed write-back once: the sync after the one that failed is content.
it("bytes whose sync failed are never told as an offset", { skip: noTrace }, () => withServer({ settings: { encode: { slots: 0 } } }, async (server) => {
	const tus = tusClient(server), path = await tus.create(1_000_000), file = join(server.dir, "incoming", path.split("/").at(-1));
	const fault = await trouble(server, { calls: "fdatasync", error: "EIO", when: "1", path: file });
	const slow = openPatch(server, path, 0, 1_000_000, Buffer.alloc(10_000));
	const beat = setInterval(() => slow.write(Buffer.alloc(10_000)), 100);
	assert.match(await slow.answer, /^HTTP\/1.1 500 /);             // by the record after 3 s
	clearInterval(beat);
	await fault.release();
	assert.equal(await tus.offset(path), 0);
	assert.equal((await tus.patch(path, 0, Buffer.alloc(1_000_000))).status, 204);
}));

it("a whole upload is no success until it is a video", { skip: noTrace }, () => withServer({ settings: { encode: { slots: 0 } } }, async (server) => {
	const tus = tusClient(server), path = await tus.create(1000), file = join(server.dir, "incoming", path.split("/").at(-1));
	const fault = await trouble(server, { calls: "fsync", delay: 5_000_000, when: "1", path: file });
	const last = tus.patch(path, 0, Buffer.alloc(1000));
	await until(() => server.value("SELECT count(*) FROM upload WHERE offset_bytes = length_bytes"), "its last byte is recorded");
	assert.equal((await tus.head(path)).status, 423);
	const { status, headers } = await last;
	assert.deepEqual([status, (await tus.head(path)).headers["upload-video"]], [204, headers["upload-video"]]);
	await fault.release();
}));

it("who asked for an upload while it became a source leaves it read-only", { skip: noTrace }, () => withServer({ web: "nginx", settings: { encode: { slots: 0 } } }, async (server) => {
	const tus = tusClient(server), path = await tus.create(1000), source = join(server.dir, "source", path.split("/").at(-1));
	const fault = await trouble(server, { calls: "fsync", delay: 800_000, when: "1", path: join(server.dir, "source") });
	const last = tus.patch(path, 0, Buffer.alloc(1000));
	await until(() => existsSync(source), "it is there, and no video yet");
	assert.deepEqual([(await tus.head(path)).headers["upload-offset"], (await last).status], ["1000", 204]);
	await fault.release();
	assert.equal(statSync(source).mode & 0o777, 0o400);
}));

it("a whole that cannot be read to be compared with its digest is kept", { skip: noTrace }, () => withServer({ settings: { encode: { slots: 0 } } }, async (server) => {
	const bytes = Buffer.alloc(100_000, "x"), digest = `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`;
	const created = await server.request("POST", BASE, { headers: { "Upload-Complete": "?0", "Upload-Length": "100000", "Repr-Digest": digest }, body: "" });
	const path = created.headers.location, file = join(server.dir, "incoming", path.split("/").at(-1));
	const fault = await trouble(server, { calls: "pread64", error: "EIO", when: "1+", path: file });
	const tus = tusClient(server);
	assert.equal((await tus.patch(path, 0, bytes)).status, 500);
	await fault.release();
	const head = await tus.head(path);
	assert.deepEqual([head.status, head.headers["upload-offset"], head.headers["upload-video"]], [200, "100000", `/api/videos/${path.split("/").at(-1)}`]);
}));

// [what, the length of chunks, the piece, whether it is a test of make check-full]
for (const [what, chunk, seq, long] of [["of many", 1000, 1], ["that is the whole picture", 600_000, 0, true]])
	it(`a piece ${what} and cannot be read back is made again, with the whole video`, { skip: noTrace, long }, async () => {
		const prepare = async (server) => {
			server.hold.on("storyboard");
			await server.quick();
			await server.sql(`UPDATE profile SET chunk_ms = ${chunk}`);
		};
		await withServer({ hold: true, prepare }, async (server) => {
			const [id] = await enqueue(server, 1), count = (what) => server.value(`SELECT count(*) FROM ${what}`);
			await until(() => count("task WHERE kind = 'chunk'").then(async (all) => all > 0 && all === await count("piece WHERE rendition = '240p'")),
				"all pieces are there");
			const piece = await server.value(`SELECT file FROM piece WHERE seq = ${seq} LIMIT 1`);
			const fault = await trouble(server, { calls: "copy_file_range,pread64", error: "EIO", when: "1+", path: join(server.dir, "media", id, piece) });
			server.hold.off("storyboard");
			await until(() => count("video WHERE edition = 2"), "it is planned anew");
			await fault.release();
			await isWhole(server, id);
			assert.match(await server.value("SELECT stderr FROM task WHERE kind = 'assemble' AND failures > 0"), /It cannot be read back/);
		});
	});

together("while", 2, () => {
	for (const [seed, [calls, error, when, long]] of faults.entries())
		it(`${calls} of the responders and their children fail with ${error}, nothing damaged is published`, { skip: noTrace, long }, () => start(async (server) => {
			const random = new Random(seed), ids = await enqueue(server, 2);
			for (let n = 0; n < 2; n++) {
				await sleep(random.below(400));
				const fault = await trouble(server, { calls, error, when });
				await sleep(500 + random.below(1500));
				await fault.release();
			}
			assert.ok(server.responders().every(isAlive), "nobody died of it");
			await allRecover(server, ids);
		}));

	for (const seed of [1, 2])
		it(`encoders run out of memory now and then (seed ${seed}), they are tried again`, { skip: noLimits, long: seed > 1 }, () => start(async (server) => {
			const random = new Random(seed), ids = await enqueue(server, 2);
			for (let n = 0; n < 2; n++) {
				const child = await until(async () => {
					const found = server.children().find(({ argv }) => argv.includes("-progress"));
					if (!found && await server.count("video WHERE state <> 'ready'") === 0)
						ids.push(...await enqueue(server, 1));          // those before were too quick for us
					return found;
				}, "an encoder runs", undefined, 10);
				await sleep(random.below(60));
				await run("prlimit", ["--pid", String(child.pid), "--as=1000000"]).catch(() => {});      // it may be done
			}
			await allRecover(server, ids);
		}));

	it("the kernel ends encoders for want of memory, the machine is blamed, and it goes on when there is some", { skip: noGroup }, () => start(async (server) => {
		const group = memoryGroup(`clipmill-${process.pid}-oom`);
		try {
			await server.sql("UPDATE rung SET short_side = 720 WHERE profile = 'default'");
			server.responders().forEach((pid) => group.add(pid));
			group.limit(LITTLE_BYTES);
			const ids = await enqueue(server, 2, await madeClip({ seconds: 4, size: "1280x720" }));
			await until(async () => {
				const { status, text } = await server.get("/api/health");
				return status === 503 && text.includes("short of memory");
			}, "health says what is wrong");
			assert.equal(await server.count("video WHERE state = 'failed'"), 0);
			group.limit(null);
			await allRecover(server, ids);
		} finally {
			await group.remove();
		}
	}));
});
