// link.test.mjs - a file that was encoded before is linked, not encoded again; each of the two lives alone.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { appendFileSync, copyFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { serve, test } from "../lib/harness.mjs";
import { walkPlaylists } from "../lib/chain.mjs";
import { madeClip, pictureOf } from "../lib/media.mjs";
import { responder } from "../lib/server.mjs";
import { until } from "../lib/wait.mjs";

const server = await serve({ procs: 2, link: true, hold: true, settings: { encode: { early_keep: "1s" } }, prepare: (server) => server.quick() });
const { hold } = server;
const clip = await madeClip({ seconds: 3 });

const stat = (path) => statSync(join(server.dir, path));
const kinds = async (id) => (await server.get(`/api/videos/${id}/tasks`)).json.tasks.map(({ kind }) => kind).sort();
const ready = async (id) => {
	const video = await server.waitFor(id, "ready");
	await until(async () => (await server.video(id)).sha256, "its digest");
	return video;
};
const plays = async (video) => {
	assert.equal((await pictureOf(server.url(video.urls.mp4))).packets, 75);
	await walkPlaylists(server, video.urls.hls);
};
const isLinked = async (id, to) => {
	const { linked, decisions } = await ready(id);
	assert.equal(linked, to);
	assert.deepEqual(decisions.filter(({ code }) => code === "linked").length, 1);
	assert.deepEqual(await kinds(id), ["digest"]);
};
const isEncoded = async (id) => {
	assert.equal((await ready(id)).linked, null);
	assert.ok((await kinds(id)).includes("chunk"));
};
const forgetAll = async () => {
	await server.sql("UPDATE video SET state = 'deleting'");
	await until(async () => await server.count("video") === 0, "all are deleted");
};
const first = await server.upload(clip);
await ready(first);

test("the same file is ready with its digest, has no chunk, and its files are links", async () => {
	await until(() => server.count("discard").then((count) => count === 0), "the pieces of the first are gone");
	const others = ["probe", "scan", "chunk", "audio", "poster", "storyboard", "assemble"];
	others.forEach((kind) => hold.on(kind));
	const id = await server.upload(clip, { title: "again" }), video = await server.waitFor(id, "ready");
	others.forEach((kind) => hold.off(kind));
	await isLinked(id, first);
	const original = await server.video(first);
	for (const member of ["duration_ms", "width", "height", "frames", "profile_version", "edition", "sha256", "size_bytes"])
		assert.deepEqual(video[member], original[member], member);
	const of = ({ renditions }, own) => JSON.parse(JSON.stringify(renditions).replaceAll(own, "ID"));
	assert.deepEqual(of(video, id), of(original, first));
	assert.deepEqual(server.files(`media/${id}`).sort(), server.files(`media/${first}`).sort());
	for (const file of [...server.files(`media/${id}`).map((name) => `media/ID/${name}`), "source/ID"])
		assert.equal(stat(file.replace("ID", id)).ino, stat(file.replace("ID", first)).ino, file);
	const poster = await server.value(`SELECT id FROM task WHERE video = '${first}' AND kind = 'poster'`);
	const { stdout } = await responder(["--config", server.conf, "replay", String(poster), "--run"], { cwd: server.dir });
	assert.match(stdout, /^poster\.jpg: \d+ bytes, the same as published$/m);
	assert.equal(video.title, "again");
	assert.equal(video.disk.written_bytes, 0);
	await plays(video);
	await server.remove(id);
	await server.tidy();
});

test("with a second one deleted the first plays, and so the other way round", async () => {
	const second = await server.upload(clip), third = await server.upload(clip);
	await isLinked(second, first);
	await isLinked(third, first);
	await server.remove(second);
	await plays(await server.video(first));
	await server.remove(first);
	const video = await server.video(third);
	assert.equal(video.linked, null);
	await plays(video);
	assert.deepEqual(server.files("source"), [third]);
	assert.equal(stat(`source/${third}`).nlink, 1);
});

test("another owner, another profile and another version of the profile encode it", async () => {
	const [{ id }] = await server.sql("SELECT id FROM video");
	await server.sql(`INSERT INTO profile (name) VALUES ('other'); INSERT INTO rung (profile, short_side, max_kbps, preset) VALUES ('other', 144, 300, 'ultrafast')`);
	await isEncoded(await server.upload(clip, { profile: "other" }));
	await server.sql("UPDATE profile SET audio_kbps = 96 WHERE name = 'default'");
	const next = await server.upload(clip);
	await isEncoded(next);
	await server.sql(`UPDATE video SET owner = 'ann' WHERE id IN ('${id}', '${next}')`);
	await isEncoded(await server.upload(clip));
	await server.sql("UPDATE profile SET link = 0 WHERE name = 'default'");
	await isEncoded(await server.upload(clip));
	await server.sql("UPDATE profile SET link = 1 WHERE name = 'default'");
});

test("a file of the same size that is another is encoded", async () => {
	const paths = ["a", "b"].map((name) => join(server.dir, name));
	paths.forEach((path, i) => {
		copyFileSync(clip, path);
		appendFileSync(path, Buffer.from([0, 0, 0, 9, 0x66, 0x72, 0x65, 0x65, i]));   // a box `free`
	});
	await isEncoded(await server.upload(paths[0]));
	await isEncoded(await server.upload(paths[1]));
});

test("where the other is deleted while the digest is computed, it is encoded", async () => {
	await forgetAll();
	const one = await server.upload(clip);
	await isEncoded(one);
	hold.on("digest");
	const two = await server.upload(clip);
	await until(() => server.count(`task WHERE video = '${two}' AND kind = 'digest' AND pid IS NOT NULL`), "the digest is being computed");
	assert.match((await server.video(two)).what, /digest running/);
	assert.equal(await server.value(`SELECT why FROM task_why JOIN task ON id = task WHERE video = '${two}' AND kind = 'probe'`), "waits for digest");
	await server.remove(one);
	hold.off("digest");
	await isEncoded(two);
	await plays(await server.video(two));
});

test("one that is encoded again keeps the files of the other as they are, and what was linked to it has them", async () => {
	const [{ id: one }] = await server.sql("SELECT id FROM video ORDER BY created_ms DESC LIMIT 1"), two = await server.upload(clip);
	await isLinked(two, one);
	await server.sql("UPDATE rung SET short_side = 144 WHERE profile = 'default'");
	assert.equal((await responder(["--config", server.conf, "reencode", two])).code, 0);
	await until(async () => (await server.video(two)).edition === 2, "it is encoded again");
	assert.equal((await server.waitFor(two, "ready")).linked, null);
	await plays(await server.video(two));
	await plays(await server.video(one));
	const three = await server.upload(clip);
	await isLinked(three, two);
	assert.equal((await server.video(three)).edition, 2);
	await plays(await server.video(three));
	assert.equal((await responder(["--config", server.conf, "reencode", two])).code, 0);
	await until(async () => (await server.video(two)).edition === 3, "it is encoded once more");
	await server.waitFor(two, "ready");
	assert.equal((await server.video(three)).linked, null);
	await plays(await server.video(three));
	assert.equal(await server.value("PRAGMA foreign_key_check"), undefined);
});
