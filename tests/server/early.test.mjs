// early.test.mjs - a video is watched while it is still encoded, and what a player has seen never changes.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { serve, test } from "../lib/harness.mjs";
import { readMaster, readMedia } from "../lib/hls.mjs";
import { madeClip, pictureOf } from "../lib/media.mjs";
import { run } from "../lib/programs.mjs";
import { until } from "../lib/wait.mjs";

const FRAMES = 20 * 25;
const server = await serve({ procs: 2, hold: true, settings: { encode: { early_keep: "1h" } }, prepare: async (server) => {
	server.hold.on("assemble");
	await server.quick();
	await server.sql("UPDATE profile SET chunk_ms = 2000, segment_ms = 1000");
} }), { hold } = server;
const film = join(server.dir, "film.mp4");       // it begins in the dark
await run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=854x480:r=25:d=20,drawbox=t=fill:c=black:enable='lt(t,4)'",
	"-f", "lavfi", "-i", "sine=d=20", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", film]);
const id = await server.upload(film);
rmSync(film);
const at = (uri) => `/media/${id}/${uri}`;
const seen = new Map();         // text of each early list, as last seen

const reach = (uri) => readMedia(seen.get(uri)).segments.reduce((sum, { seconds }) => sum + seconds, 0);

async function lookAtLists(master) {
	const [sound] = master.media.map(({ URI }) => URI), [rung] = master.variants.map(({ uri }) => uri);
	for (const uri of [sound, ...master.variants.map(({ uri }) => uri)]) {
		const { status, text } = await server.get(at(uri));
		assert.equal(status, 200, uri);
		const before = (seen.get(uri) ?? text).replace(/#EXT-X-ENDLIST\n$/, "");
		assert.ok(text.startsWith(before), `${uri} changed and did not only grow:\n${before}\n${text}`);
		seen.set(uri, text);
	}
	assert.ok(reach(sound) < reach(rung) + 0.3, `sound of ${reach(sound)} s beside pictures of ${reach(rung)} s`);
}

test("it can be played before it is ready, and its lists only grow", async () => {
	const early = await until(async () => {
		const video = await server.video(id);
		return video.urls.hls && video;
	}, "it can be played");
	assert.notEqual(early.state, "ready");
	assert.equal(early.urls.mp4, null);
	assert.ok(early.playable);
	const master = readMaster((await server.get(early.urls.hls)).text);
	assert.ok(master.variants.every(({ CODECS }) => /^avc1\.[0-9A-F]{6},mp4a\.40\.2$/.test(CODECS)));
	const most = Number(await server.value(`SELECT max(max_kbps) FROM rendition WHERE video = '${id}' AND kind = 'video'`)) * 1000;
	assert.ok(Number(master.variants[0].BANDWIDTH) > most, `${master.variants[0].BANDWIDTH} of ${most}: its first piece takes less`);
	await until(async () => {
		await lookAtLists(master);
		if ([...seen.values()].every((text) => readMedia(text).ended))
			hold.off("assemble");
		return (await server.video(id)).state === "ready";
	}, "it is ready", 120_000);
	const counts = [...seen.values()].map((text) => readMedia(text).segments.length);
	assert.ok(counts.every((count) => count >= 1), `${counts}`);
});

test("every segment of an early list is whole: the frames of the source, once each", async () => {
	await server.waitFor(id, "ready");
	const [list] = [...seen.keys()].filter((uri) => uri.startsWith("240p"));
	const { text } = await server.get(at(list));
	assert.ok(readMedia(text).ended, "the list ends once all is there");
	assert.equal((await pictureOf(server.url(at(list)))).packets, FRAMES);
});

test("once it is ready the master names other lists, of one file a rung", async () => {
	const { urls } = await server.waitFor(id, "ready");
	const master = readMaster((await server.get(urls.hls)).text);
	for (const { uri } of master.variants) {
		assert.ok(!seen.has(uri), uri);
		const media = readMedia((await server.get(at(uri))).text);
		assert.deepEqual([...new Set(media.segments.map(({ uri }) => uri))], [uri.replace("m3u8", "mp4")]);
	}
	assert.equal((await pictureOf(server.url(urls.mp4))).packets, FRAMES);
});

test("what was early goes when its time is over, and nothing else does", async () => {
	const { urls } = await server.waitFor(id, "ready");
	assert.ok(await server.count(`discard WHERE video = '${id}'`) > 0, "it is there until then");
	await server.sql(`UPDATE discard SET after_ms = after_ms - 3600000 WHERE video = '${id}'`);
	await until(async () => await server.count(`discard WHERE video = '${id}'`) === 0, "all is discarded", undefined, 200);
	const files = server.files(`media/${id}`);
	assert.deepEqual(files.filter((name) => /early|\.m4s$/.test(name)), []);
	assert.equal(await server.count(`piece WHERE video = '${id}'`), 0);
	const master = readMaster((await server.get(urls.hls)).text);
	for (const { uri } of master.variants)
		assert.equal((await pictureOf(server.url(at(uri)))).packets, FRAMES);
});

test("an early list that cannot be written keeps nothing from being published", async () => {
	await server.sql("UPDATE everything SET paused = 1");
	const id = await server.upload(await madeClip({ seconds: 4 })), list = join(server.dir, "media", id, "240p-early.m3u8");
	mkdirSync(list, { recursive: true });
	await server.sql("UPDATE everything SET paused = 0");
	const { urls } = await server.waitFor(id, "ready");
	assert.equal((await pictureOf(server.url(urls.mp4))).packets, 100);
	rmdirSync(list);
});

test("no segment of a copied picture is longer than its early list says (RFC 8216, section 4.3.3.1)", async () => {
	await server.sql(`INSERT INTO profile (name, segment_ms) VALUES ('rare', 4000);
		INSERT INTO rung (profile, short_side, max_kbps, preset) VALUES ('rare', 240, 5000, 'ultrafast')`);
	const id = await server.upload(await madeClip({ seconds: 40 }), { profile: "rare" });
	const { renditions } = await server.waitFor(id, "ready");
	assert.ok(renditions.some(({ kind, copied }) => kind === "video" && copied), "it is copied");
	const early = server.files(`media/${id}`).filter((name) => /early/.test(name));
	assert.ok(early.length >= 2, `${early}`);
	for (const name of early) {
		const { text } = await server.get(`/media/${id}/${name}`), longest = Math.max(...readMedia(text).segments.map(({ seconds }) => seconds));
		const [, target] = /TARGETDURATION:(\d+)/.exec(text);
		assert.ok(Math.round(longest) <= Number(target), `${name}: ${longest} s, and ${target}`);
	}
});
