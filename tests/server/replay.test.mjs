// replay.test.mjs - any task's child can be run again by hand, and shows whether it makes the same.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, serve, test } from "../lib/harness.mjs";
import { madeClip } from "../lib/media.mjs";
import { responder } from "../lib/server.mjs";
import { run } from "../lib/programs.mjs";
import { until } from "../lib/wait.mjs";

const cwd = mkdtempSync(join(tmpdir(), "clipmill-replay-"));
after(() => rmSync(cwd, { recursive: true, force: true }));
const server = await serve({ procs: 1, prepare: async (server) => {
	await server.quick();
	await server.sql("UPDATE profile SET chunk_ms = 2000");
} });
const id = await server.upload(await madeClip({ seconds: 6 }));
await server.waitFor(id, "ready");
const taskOf = (kind, seq = 0) => server.value(`SELECT id FROM task WHERE video = '${id}' AND kind = '${kind}' AND seq = ${seq}`);
const replay = (...args) => responder(["--config", server.conf, "replay", ...args.map(String)], { cwd });

test("the line is the child's, jail and all, and a shell takes it as it is", async () => {
	const { code, stdout } = await replay(await taskOf("chunk", 1));
	assert.equal(code, 0);
	assert.match(stdout, /^\S*clipmill-jail --sandbox .* -- \S*ffmpeg /);
	const words = (await run("/bin/sh", ["-c", `printf '%s\\n' ${stdout}`])).trim().split("\n");
	assert.deepEqual(words.slice(words.indexOf("--") + 1),
		JSON.parse(await server.value(`SELECT argv FROM task WHERE id = ${await taskOf("chunk", 1)}`)));
	assert.deepEqual(readdirSync(cwd), []);
	const elsewhere = mkdtempSync(join(tmpdir(), "clipmill-replay-"));
	const line = (await responder(["--config", server.conf, "replay", String(await taskOf("chunk", 1))], { cwd: elsewhere })).stdout;
	await run("/bin/sh", ["-c", line], { cwd: elsewhere });
	assert.deepEqual(readdirSync(elsewhere), ["240p-0001.m4s"]);
	rmSync(elsewhere, { recursive: true });
});

test("the list of the tasks leaves out what is long, and gives it of the one that is asked for", async () => {
	const chunk = await taskOf("chunk", 1), long = { argv: "object", replay: "string", stderr: "string" }, [one, ...others] = await server.tasks(id, chunk);
	assert.deepEqual(Object.keys(long).map((name) => typeof one[name]), Object.values(long));
	assert.deepEqual(others, []);
	const listed = (await server.tasks(id)).find((task) => task.id === chunk);
	assert.deepEqual(Object.fromEntries(Object.entries(one).filter(([name]) => !(name in long))), listed);
	for (const [task, status] of [["x", 400], ["", 400], ["0", 400], ["-1", 400], ["1&task=1", 400], ["1&all=1", 400], ["999999", 404]])
		assert.equal((await server.get(`/api/videos/${id}/tasks?task=${task}`)).status, status, task);
	const other = await server.value("INSERT INTO video (source, paused) VALUES ('/srv/x', 1) RETURNING id");
	assert.equal((await server.get(`/api/videos/${other}/tasks?task=${chunk}`)).status, 404);
});

test("the line that the API gives for a task runs it again, from anywhere", async () => {
	const [{ replay: line }] = await server.tasks(id, await taskOf("chunk", 1));
	const elsewhere = mkdtempSync(join(tmpdir(), "clipmill-replay-"));
	const said = await run("/bin/sh", ["-c", line], { cwd: elsewhere });
	assert.match(said, /exit code 0 [^]*m4s: \d+ bytes, the same as published/);
	rmSync(elsewhere, { recursive: true });
});

for (const [kind, seq] of [["chunk", 0], ["chunk", 2], ["audio", 0]])
	test(`${kind} ${seq} makes the same bytes again`, async () => {
		const { code, stdout, stderr } = await replay(await taskOf(kind, seq), "--run");
		assert.equal(code, 0, stderr);
		assert.match(stdout, /exit code 0 after \d+\.\d s, CPU \d+\.\d s/);
		assert.match(stdout, /m4s: \d+ bytes, the same as published/);
		assert.ok(!/differ|not published/.test(stdout), stdout);
	});

test("a sound in Opus makes the same bytes again; where pieces were removed, this is told", async () => {
	await server.sql(`INSERT INTO profile (name, chunk_ms, audio_codec) VALUES ('opus', 2000, 'opus'); INSERT INTO rung (profile, short_side, max_kbps, preset) VALUES ('opus', 64, 100, 'ultrafast')`);
	const video = await server.upload(await madeClip({ seconds: 6, sound: true }), { profile: "opus" });
	await server.waitFor(video, "ready");
	const [audio, assemble] = await Promise.all(["audio", "assemble"].map((kind) =>
		server.value(`SELECT id FROM task WHERE video = '${video}' AND kind = '${kind}' ORDER BY seq DESC`)));
	assert.match((await replay(audio, "--run")).stdout, /m4s: \d+ bytes, the same as published/);
	await server.sql(`UPDATE discard SET after_ms = 0 WHERE video = '${video}'`);
	await until(async () => await server.count(`piece WHERE video = '${video}'`) === 0, "its pieces are gone");
	assert.match((await replay(audio, "--run")).stdout, /m4s: \d+ bytes, not published, or laid into a file and removed/);
	const { code, stderr } = await replay(assemble, "--run");
	assert.deepEqual([code, /the pieces that it lays are removed/.test(stderr)], [1, true], stderr);
});

test("subtitles are the same as published, which are what the child wrote, written anew", async () => {
	const words = join(cwd, "a.srt"), clip = join(cwd, "a.mp4");
	writeFileSync(words, "1\n00:00:00,500 --> 00:00:01,500\nBread & salt\n");
	await run("ffmpeg", ["-v", "error", "-i", await madeClip(), "-i", words, "-c", "copy", "-c:s", "mov_text", clip]);
	const video = await server.upload(clip);
	await server.waitFor(video, "ready");
	const { code, stdout } = await replay(await server.value(`SELECT id FROM task WHERE video = '${video}' AND kind = 'subtitle'`), "--run");
	assert.deepEqual([code, /^text\S*\.vtt: \d+ bytes, the same as published$/m.test(stdout)], [0, true], stdout);
	rmSync(words);
	rmSync(clip);
});

test("a folder however deep is as good as any", async () => {
	const deep = join(cwd, ..."deeper-and-deeper".repeat(12).match(/.{1,30}/g));
	mkdirSync(deep, { recursive: true });
	const { stdout } = await responder(["--config", server.conf, "replay", String(await taskOf("poster")), "--run"], { cwd: deep });
	assert.match(stdout, /^poster\.jpg: \d+ bytes, the same as published$/m);
});

test("what is not there, or has not run, is told", async () => {
	assert.match((await replay(999999)).stderr, /no such task/);
	assert.match((await replay("x")).stderr, /TASK is a number/);
	assert.notEqual((await replay()).code, 0);
	await server.sql("INSERT INTO video (source, paused) VALUES ('/srv/waits', 1)");
	const before = readdirSync(cwd), waiting = await server.value("SELECT max(id) FROM task WHERE kind = 'probe' AND attempts = 0");
	assert.match((await replay(waiting, "--run")).stderr, /the task has not run yet/);
	assert.deepEqual(readdirSync(cwd), before);
});

test("check tells what the database names and is not there, and what is there and no video has", async () => {
	const check = () => responder(["--config", server.conf, "check"]);
	const well = await check();
	assert.deepEqual([well.code, well.stderr], [0, ""], well.stdout);
	assert.match(well.stdout, /^\d+ files are as the database has them, 0 are not\n$/);
	const stray = "abcdefghijklmnopqrstuv", movie = `media/${id}/240p.mp4`;
	renameSync(join(server.dir, movie), join(cwd, "240p.mp4"));
	writeFileSync(join(server.dir, "source", stray), "x");
	const ill = await check();
	assert.equal(ill.code, 1);
	assert.match(ill.stdout, new RegExp(`^${movie}: video ${id} has it, and it is not there: No such file or directory$`, "m"));
	assert.match(ill.stdout, new RegExp(`^source/${stray}: no video has it\n\\d+ files are as the database has them, 2 are not$`, "m"));
	renameSync(join(cwd, "240p.mp4"), join(server.dir, movie));
	rmSync(join(server.dir, "source", stray));
	assert.equal((await check()).code, 0);
});
