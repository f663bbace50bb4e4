// editions.test.mjs - a finished video is encoded again: the old edition plays until the new one is verified.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, renameSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serve, test } from "../lib/harness.mjs";
import { readMaster } from "../lib/hls.mjs";
import { madeBytes, pictureOf } from "../lib/media.mjs";
import { responder } from "../lib/server.mjs";
import { sleep, until } from "../lib/wait.mjs";

const server = await serve({ procs: 1, hold: true, settings: { encode: { early_keep: "1h" } }, prepare: (server) => server.quick() }), { hold } = server;
const id = (await server.put(await madeBytes({ seconds: 2 }), { filename: "film.mp4" })).json.id;
const foreign = `${"a-name-of-somebody-".repeat(12)}.vtt`;
const plays = async (video) => assert.equal((await pictureOf(server.url(video.urls.mp4))).packets, 50);
const plays25 = async (video) => assert.equal((await pictureOf(server.url(video.urls.mp4))).packets, 25);
const reencode = (...args) => responder(["--config", server.conf, "reencode", id, ...args]);

test("the old edition plays while the new one is made, and then the new one does", async () => {
	const first = await server.waitFor(id, "ready");
	assert.equal(first.edition, 1);
	writeFileSync(join(server.dir, "media", id, foreign), "of somebody");
	await server.sql("UPDATE rung SET short_side = 144 WHERE profile = 'default'");
	hold.on("chunk");
	assert.equal((await reencode()).code, 0);
	const under = await until(async () => {
		const video = await server.video(id);
		return video.edition === 2 && video.state === "encoding" && video;
	}, "it is encoded again");
	assert.equal(under.urls.mp4, first.urls.mp4);
	await plays(under);
	hold.off("chunk");
	const second = await server.waitFor(id, "ready");
	assert.notEqual(second.urls.mp4, first.urls.mp4);
	assert.deepEqual(second.renditions.filter(({ kind }) => kind === "video").map(({ height }) => height), [144]);
	await plays(second);
	const { variants } = readMaster((await server.get(second.urls.hls)).text);
	assert.ok(variants.every(({ uri }) => uri.startsWith("e2-")));
	await until(() => !server.files(`media/${id}`).some((name) => /^e2-.*\.m4s$/.test(name)), "pieces that no early list named are gone");
});

test("files of the old edition stay for who is in the middle of them, and then go", async () => {
	const old = () => server.files(`media/${id}`).some((name) => name.startsWith("240p"));
	assert.ok(old());
	mkdirSync(join(server.dir, "media", id, "240p"));
	await server.sql(`UPDATE discard SET after_ms = after_ms - 3600000; INSERT INTO discard (video, file, after_ms) VALUES ('${id}', '240p', 0)`);
	await until(() => server.count("discard WHERE file = '240p' AND tries = 1 AND after_ms > (SELECT ms FROM now_ms) + 30000"), "what cannot be removed is put off");
	rmdirSync(join(server.dir, "media", id, "240p"));
	await until(() => !old() && !server.files(`media/${id}`).includes(foreign), "the old files are gone");
	const check = await responder(["--config", server.conf, "check"]);
	assert.equal(check.code, 0, check.stdout);
	const video = await server.video(id), { poster, storyboard } = video.urls;
	await plays(video);
	for (const path of [poster, storyboard, storyboard.replace(/vtt$/, "jpg")]) {
		assert.match(path, /\/e2-/);
		assert.equal((await server.get(path)).status, 200, path);
	}
});

test("an edition that fails leaves what is published", async () => {
	const source = join(server.dir, "source", id);
	renameSync(source, `${source}.away`);
	assert.equal((await reencode()).code, 0);
	const failed = await until(async () => {
		const video = await server.video(id);
		return video.state === "failed" && video;
	}, "it fails");
	renameSync(`${source}.away`, source);
	assert.equal(failed.reason, "source_unreadable");
	assert.match(failed.urls.mp4, /e2-144p\.mp4$/);
	await plays(failed);
	assert.equal((await reencode()).code, 0);
	assert.equal((await server.waitFor(id, "ready")).edition, 4);
});

// Another hand has the database while what assemble made is moved, and takes the edition back before its commit.
test("an edition that is cancelled when all but its commit is done leaves the lists of what is published", async () => {
	const published = async () => (await server.get(before.urls.hls)).text;
	const before = await server.video(id), list = await published();
	hold.on("assemble");
	assert.equal((await reencode()).code, 0);
	await until(() => server.count(`task WHERE video = '${id}' AND edition = 5 AND kind = 'assemble' AND state = 'running'`), "it is assembled");
	const operator = spawn("sqlite3", ["-bail", "-cmd", ".timeout 10000", server.db], { stdio: ["pipe", "pipe", "inherit"] });
	operator.stdin.write("BEGIN IMMEDIATE; SELECT 'mine';\n");
	await once(operator.stdout, "data");
	hold.off("assemble");
	await until(() => server.files(`media/${id}`).includes("e5-144p.mp4"), "its files are moved");
	await sleep(500);
	operator.stdin.end(`UPDATE video SET state = 'cancelled' WHERE id = '${id}'; COMMIT;\n`);
	assert.deepEqual(await once(operator, "close"), [0, null]);
	await until(() => server.count(`task WHERE video = '${id}' AND edition = 5 AND state = 'running'`).then((count) => count === 0), "it is over");
	assert.equal(await published(), list);
	await plays(await server.video(id));
	assert.equal((await reencode()).code, 0);
	assert.equal((await server.waitFor(id, "ready")).edition, 6);
	assert.notEqual(await published(), list);
});

test("what is not finished, not there or has no such profile is not encoded again", async () => {
	assert.match((await reencode("nonsense")).stderr, /no such profile/);
	assert.match((await responder(["--config", server.conf, "reencode", "AAAAAAAAAAAAAAAAAAAAAA"])).stderr, /no such video/);
	assert.notEqual((await responder(["--config", server.conf, "reencode"])).code, 0);
});

test("a profile may have the source removed once the video is ready, and then it is not encoded again", async () => {
	await server.sql("UPDATE profile SET keep_source = 0 WHERE name = 'default'");
	const second = (await server.put(await madeBytes({ seconds: 1 }), { filename: "once.mp4" })).json.id;
	await plays25(await server.waitFor(second, "ready"));
	await until(() => !server.files("source").includes(second), "its source is gone");
	await until(() => server.count(`video WHERE id = '${second}' AND source_kept = 0`), "its row says so");
	await assert.rejects(server.sql(`UPDATE video SET state = 'queued', edition = edition + 1 WHERE id = '${second}'`), /source was not kept/);
	assert.ok(server.files("source").includes(id), "others keep theirs");
	await plays25(await server.video(second));
});
