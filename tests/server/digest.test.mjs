// digest.test.mjs - the SHA-256 of each source, computed beside the work and in the jail.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serve, test } from "../lib/harness.mjs";
import { madeBytes, madeClip } from "../lib/media.mjs";
import { digest, jail } from "../lib/paths.mjs";
import { run } from "../lib/programs.mjs";
import { until } from "../lib/wait.mjs";

const server = await serve({ procs: 1, hold: true, prepare: (server) => server.quick() }), { hold } = server;
const sum = (bytes) => createHash("sha256").update(bytes).digest("hex");
const digested = (id) => until(async () => (await server.video(id)).sha256, "its digest");
const taskOf = async (id) => (await server.tasks(id)).find(({ kind }) => kind === "digest");

test("a video has the digest that sha256sum prints", async () => {
	const bytes = await madeBytes({ seconds: 2 });
	const id = await server.upload(await madeClip({ seconds: 2 }));
	assert.equal(await digested(id), sum(bytes));
	assert.ok((await run("sha256sum", [join(server.dir, "source", id)])).startsWith(await digested(id)));
	const [{ argv, exit_code, user_ms }] = await server.tasks(id, (await taskOf(id)).id);
	assert.deepEqual([argv, exit_code], [[join(server.dir, "hold/clipmill-digest"), join(server.dir, "source", id)], 0]);
	assert.ok(user_ms >= 0);
	await server.waitFor(id, "ready");
});

test("so has one whose source an operator named", async () => {
	const path = await madeClip({ seconds: 1 });
	const id = await server.value(`INSERT INTO video (source) VALUES ('${path}') RETURNING id`);
	assert.equal(await digested(id), sum(readFileSync(path)));
	await server.waitFor(id, "ready");
});

test("a video is ready without waiting for it, and its source stays until it is there", async () => {
	hold.on("digest");
	await server.sql("UPDATE profile SET keep_source = 0 WHERE name = 'default'; UPDATE worker SET slots = 2 WHERE state = 'alive'");
	const bytes = await madeBytes({ seconds: 3 }), id = await server.upload(await madeClip({ seconds: 3 }));
	const { sha256 } = await server.waitFor(id, "ready");
	assert.equal(sha256, null);
	hold.off("digest");
	assert.equal(await digested(id), sum(bytes));
	await until(() => !server.files("source").includes(id), "its source is gone");
	await server.sql("UPDATE profile SET keep_source = 1 WHERE name = 'default'");
});

test("a source that cannot be read for it any more fails no video", async () => {
	await server.sql("UPDATE worker SET slots = 1 WHERE state = 'alive'");
	hold.on("assemble");
	const id = await server.upload(await madeClip({ seconds: 4 }));
	await server.sql(`UPDATE video SET sha256 = NULL WHERE id = '${id}'`);
	await until(() => server.count(`task WHERE video = '${id}' AND kind = 'assemble' AND pid IS NOT NULL`), "assemble is running");
	await until(async () => (await taskOf(id)).state === "done", "the digest is done");
	await server.sql(`INSERT INTO task (video, kind, seq) VALUES ('${id}', 'digest', 1)`);
	renameSync(join(server.dir, "source", id), join(server.dir, "source", `${id}.away`));
	hold.off("assemble");
	await server.waitFor(id, "ready");
	await until(() => server.count(`task WHERE video = '${id}' AND kind = 'digest' AND seq = 1 AND state = 'done'`), "it is done with");
	assert.equal((await server.video(id)).state, "ready");
});

test("clipmill-digest works in the jail as ps shows it, and says what is wrong", async () => {
	const path = join(server.dir, "some");
	writeFileSync(path, "");
	assert.equal(await run(jail, ["--read", path, "--", digest, path]), `bytes 0\nsha256 ${sum("")}\n`);
	await assert.rejects(run(digest, [join(server.dir, "none")]), /none: No such file or directory/);
	await assert.rejects(run(digest, [server.dir]), /Is a directory/);
	await assert.rejects(run(digest, []), /usage: clipmill-digest FILE/);
});
