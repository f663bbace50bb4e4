// corpus.test.mjs - every clip of the corpus and every hostile file, against the table in expected.mjs.
// One small and quick rung: what is tested is that the right thing becomes of each.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { it, serve, test, together } from "../lib/harness.mjs";
import { pictureOf, soundOf } from "../lib/media.mjs";
import { clip, corpus, hostile, lean, noCorpus, patience, sanitized } from "../lib/paths.mjs";
import { until } from "../lib/wait.mjs";
import expected, { brief } from "./expected.mjs";

// Six are in the queue at one time, in their own order: what hangs is found where nothing moves any more.
const TIMEOUT_MS = 1_200_000, STILL_MS = 180_000 / patience;
// Most of one child, for a hostile file.  The kernel also counts the spawning responder, which sanitizers make large.
const CPU_MS = 5000, RSS_KB = sanitized ? Infinity : 256 * 1024;
const PUBLISHED = /^(master\.m3u8|manifest\.mpd|(e2-)?poster\.jpg|(e2-)?storyboard\.(jpg|vtt)|(e2-)?text(-[a-z0-9-]+)?\.(m3u8|vtt)|(e2-)?(audio[a-z0-9-]*?|\d+p)(\.m3u8|-early\.m3u8|\.mp4|-init\.mp4|-\d{4}\.m4s|-head\.m4s))$/;

const server = noCorpus ? null : await serve({ prepare: (server) => server.quick({ storyboard: 0 }) });         // tracks.test.mjs looks at those
const begun = server?.responders();
const isHostile = (name) => name.startsWith("hostile/");
const pathOf = (name) => (isHostile(name) ? join(corpus, name) : clip(name));
const shape = (size) => size.split("x").map(Number);

async function finished(id) {
	const ends = ["ready", "failed", "cancelled"];
	return until(async () => {
		const video = await server.video(id);
		return ends.includes(video?.state) && video;
	}, `video ${id} comes to an end`, STILL_MS, 150, () => server.moves());
}

// The files of a ready picture: the MP4 and the playlist hold the same, as the row says it.
async function checkPicture(video, rung, { frames, size }) {
	const [mp4, hls] = await Promise.all([pictureOf(server.url(rung.url)), pictureOf(server.url(rung.playlist))]);
	const [width, height] = shape(size);
	assert.deepEqual([mp4.packets, hls.packets], [rung.frames, rung.frames], "MP4, HLS and row have the same frames");
	assert.equal(rung.frames, frames ?? rung.frames, "frames as in the table");
	assert.equal(rung.frames, video.frames);
	assert.deepEqual([mp4.codec_name, mp4.pix_fmt, mp4.width, mp4.height], ["h264", "yuv420p", rung.width, rung.height]);
	assert.ok(!mp4.side_data_list?.some(({ rotation }) => rotation), "the turn is in the picture");
	assert.deepEqual([rung.width % 2, rung.height % 2], [0, 0]);
	const off = Math.abs(rung.width - rung.height * width / height);
	assert.ok(off <= 2 + width / height || Math.min(width, height) < 16, "the shape is kept");
	assert.equal(`${video.width}x${video.height}`, size);
}

async function checkReady(id, video, facts) {
	const rungs = video.renditions.filter(({ kind }) => kind === "video");
	const sound = video.renditions.find(({ kind }) => kind === "audio");
	assert.equal(rungs.length, facts.size ? 1 : 0);
	assert.equal(Boolean(sound), facts.sound);
	for (const rung of rungs)
		await checkPicture(video, rung, facts);
	assert.match(video.decisions.find(({ code }) => code === "frames_lost")?.detail ?? "", facts.lost ?? /^/);
	for (const { name, duration_ms } of rungs.length ? rungs : [sound])
		assert.ok(Math.abs(duration_ms / 1000 - facts.seconds) <= 0.12, `${name}: ${duration_ms} ms, not ${facts.seconds} s`);
	if (sound) {
		const more = sound.duration_ms / 1000 - facts.seconds, most = facts.soundLonger ?? 0.12;
		assert.ok(more >= -0.12 && more <= most, `the sound is ${more} s longer than the picture`);
	}
	if (sound)
		assert.ok((await soundOf(server.url(video.urls.mp4))).packets > 0);
	assert.ok(!facts.size || video.urls.poster || video.decisions.some(({ code }) => code === "no_poster"), "a poster, or why not");
	for (const name of readdirSync(join(server.dir, "media", id)))
		assert.match(name, PUBLISHED);
}

function checkFailed(id, video, codes) {
	assert.ok(codes.split("|").includes(video.reason), `${video.reason}: ${video.detail}`);
	assert.ok(video.detail.length > 10 && !video.detail.includes(server.dir), video.detail);
	assert.ok(!existsSync(join(server.dir, "media", id, "master.m3u8")));
}

// Priorities fall: else the short ones overtake a long one for minutes.
async function check(n, name, outcome, facts) {
	const priority = 100 - Math.floor(200 * n / expected.length);
	const answer = await server.put(readFileSync(pathOf(name)), { filename: name, priority });
	if (outcome === "refused") {
		assert.deepEqual([answer.status, answer.json.code], [400, facts]);
		return;
	}
	assert.equal(answer.status, 201, answer.text);
	const { id } = answer.json, video = await finished(id);
	if (outcome !== "either")
		assert.equal(video.state, outcome, `${video.reason}: ${video.detail}`);
	if (outcome === "ready")
		await checkReady(id, video, facts);
	if (outcome === "failed")
		checkFailed(id, video, facts);
	if (isHostile(name))
		for (const { kind, user_ms, sys_ms, max_rss_kb } of (await server.get(`/api/videos/${id}/tasks`)).json.tasks)
			assert.ok((user_ms ?? 0) + (sys_ms ?? 0) < CPU_MS && (max_rss_kb ?? 0) < RSS_KB, `${kind}: ${user_ms} ms, ${max_rss_kb} KB`);
}

test("every file of the corpus is in the table", { skip: noCorpus }, () => {
	const there = [...["real", "made"].flatMap((folder) => readdirSync(clip(folder)).map((name) => `${folder}/${name}`)),
		...readdirSync(hostile(".")).filter((name) => /^\d\d-/.test(name)).map((name) => `hostile/${name}`)];
	assert.deepEqual(there.filter((name) => !expected.some(([known]) => known === name)), []);
});

together("", 6, () => {
	const chosen = lean ? expected.filter(([name]) => isHostile(name)) : expected;
	for (const [n, [name, outcome, facts]] of chosen.entries()) {
		const skip = noCorpus || (!existsSync(pathOf(name)) && "the file is not there"), long = !brief.has(name) && !isHostile(name);
		it(`${name} is ${outcome}${typeof facts === "string" ? `: ${facts}` : ""}`, { skip, long, timeout: TIMEOUT_MS }, () => check(n, name, outcome, facts));
	}
});

test("after all of them nothing is left behind, and nobody died", { skip: noCorpus }, async () => {
	await server.tidy();
	assert.deepEqual(server.responders(), begun);
	assert.deepEqual(await server.sql("SELECT id FROM worker WHERE state <> 'alive'"), []);
	await until(async () => await server.count("task WHERE state IN ('queued', 'running')") === 0, "no task is left");
	assert.equal(await server.value("PRAGMA integrity_check"), "ok");
	assert.equal((await server.get("/api/health")).json.status, "ok");
});
