// link.test.mjs - kill -9 in the middle of linking: another responder links it, or encodes it, and nothing is left behind.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { serve, test } from "../lib/harness.mjs";
import { madeClip, pictureOf } from "../lib/media.mjs";
import { isAlive, kill, run } from "../lib/programs.mjs";
import { until } from "../lib/wait.mjs";

const canTrace = await run("strace", ["-o", "/dev/null", "true"]).then(() => true, () => false);
const skip = !canTrace && "*** needs strace, and the right to trace";

const server = await serve({ procs: 1, link: true, settings: { encode: { early_keep: "0s" } }, prepare: (server) => server.quick() });
const clip = await madeClip({ seconds: 2 });
const first = await server.upload(clip);
await server.waitFor(first, "ready");
await until(async () => (await server.video(first)).sha256 && await server.count("discard") === 0, "it is as it will be");

test("a folder that cannot be read to its end is not linked, but encoded", { skip }, async () => {
	const faults = spawn("strace", ["-f", "-qq", "-p", String(server.responders()[0]), "-o", "/dev/null", "-P", join(server.dir, "media", first),
		"-e", "trace=getdents64", "-e", "inject=getdents64:error=EIO"], { stdio: "ignore" });
	await until(async () => /TracerPid:\s+[1-9]/.test(await run("cat", [`/proc/${server.responders()[0]}/status`])), "it is traced");
	const id = await server.upload(clip), video = await server.waitFor(id, "ready");
	faults.kill("SIGKILL");
	assert.equal(video.linked, null);
	assert.equal((await pictureOf(server.url(video.urls.mp4))).packets, 50);
	await server.sql(`UPDATE video SET state = 'deleting' WHERE id = '${id}'`);
	await until(async () => await server.count("video") === 1, "only the first is left");
});

// From now on each of these calls of the responder takes three seconds before (enter) or after (exit) it is done.
async function slow(pid, call, when) {
	const tracer = spawn("strace", ["-f", "-qq", "-p", String(pid), "-o", "/dev/null", "-e", `trace=${call}`,
		"-e", `inject=${call}:delay_${when}=3000000`], { stdio: "ignore" });
	await until(async () => /TracerPid:\s+[1-9]/.test(await run("cat", [`/proc/${pid}/status`])), "it is traced");
	return tracer;
}

const linked = (id) => server.files("work").some((name) => server.files(`work/${name}/media`).length > 0) || server.files(`media/${id}`).length > 0;

async function killWhileLinking(call, when, reached, before = () => {}) {
	const pid = server.responders()[0], tracer = await slow(pid, call, when);
	const id = await server.upload(clip);
	await until(() => reached(id), "it is in the middle", undefined, 5);
	assert.equal(await server.count(`rendition WHERE video = '${id}'`), 0, "and nothing is committed");
	kill(pid);
	await until(() => !isAlive(pid), "it is dead");
	tracer.kill("SIGKILL");
	await before();
	const video = await server.waitFor(id, "ready");
	assert.equal((await pictureOf(server.url(video.urls.mp4))).packets, 50);
	await server.tidy();
	return video;
}

const names = (id) => server.files(`media/${id}`).sort();

test("killed between two links, it is linked again from the start", { skip }, async () => {
	const video = await killWhileLinking("linkat", "enter", linked);
	assert.equal(video.linked, first);
	assert.deepEqual(names(video.id), names(first));
	assert.equal(statSync(join(server.dir, "source", first)).nlink, 2);
});

test("killed after the rename and before the commit, it is linked again from the start", { skip }, async () => {
	const video = await killWhileLinking("renameat", "exit", (id) => names(id).length > 0);
	assert.equal(video.linked, first);
	assert.deepEqual(names(video.id), names(first));
	assert.equal(statSync(join(server.dir, "source", first)).nlink, 3);
});

test("killed then, and the other deleted before anybody looks, it is encoded, and nothing of the links is left", { skip }, async () => {
	await server.sql(`UPDATE video SET state = 'deleting' WHERE linked = '${first}'`);
	await until(async () => await server.count("video") === 1, "only the first is left");
	const video = await killWhileLinking("renameat", "exit", (id) => names(id).length > 0,
		() => server.sql(`UPDATE video SET state = 'deleting' WHERE id = '${first}'`));
	assert.equal(video.linked, null);
	await until(async () => await server.count(`video WHERE id = '${first}'`) === 0, "the first is deleted");
	await until(async () => await server.count("discard") === 0, "its pieces are gone");
	for (const name of names(video.id))
		assert.equal(statSync(join(server.dir, "media", video.id, name)).nlink, 1, name);
	assert.deepEqual(server.files("media"), [video.id]);
	assert.deepEqual(server.files("source"), [video.id]);
});
