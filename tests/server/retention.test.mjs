// retention.test.mjs - what a profile keeps for some days goes then, and nothing points at it any more.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { walkPlaylists } from "../lib/chain.mjs";
import { serve, test } from "../lib/harness.mjs";
import { madeClip, pictureOf } from "../lib/media.mjs";
import { until } from "../lib/wait.mjs";

const DAY_MS = 86_400_000;
const server = await serve({ procs: 2, link: true, settings: { encode: { early_keep: "1s" } }, prepare: (server) => server.sql(`
	DELETE FROM rung WHERE profile = 'default';
	INSERT INTO rung (profile, short_side, max_kbps, preset) VALUES ('default', 480, 900, 'ultrafast'), ('default', 240, 450, 'ultrafast'),
		('default', 144, 200, 'ultrafast')`) });
const clip = await madeClip({ seconds: 2, size: "854x480" });
const id = await server.upload(clip);
const names = (video) => video.renditions.filter(({ kind }) => kind === "video").map(({ name }) => name);
const age = (days) => server.sql(`UPDATE video SET kept_from_ms = kept_from_ms - ${days * DAY_MS} WHERE id = '${id}'`);
const has = (name) => server.files(`media/${id}`).some((file) => file.startsWith(name));
await server.waitFor(id, "ready");

test("days count, also where nobody resumes an upload", async () => {
	assert.equal(await server.count("upload"), 0);
	const before = await server.value("SELECT ms FROM lived");
	await server.sql(`UPDATE lived SET wall_ms = wall_ms - 60000; INSERT INTO discard (video, file, after_ms) VALUES ('${id}', 'nothing', 0)`);
	await until(async () => await server.value("SELECT ms FROM lived") >= before + 60_000, "a minute is counted", 30_000);
});

test("a rung goes when its days are over, with its files, its row and every mention", async () => {
	const { profile_version } = await server.video(id);
	await server.sql("UPDATE rung SET keep_days = 30 WHERE short_side = 480");
	await server.sql(`UPDATE video SET ended_ms = ended_ms - ${400 * DAY_MS} WHERE id = '${id}'`);
	assert.equal(await server.count("expired"), 0, "a clock that is wrong takes nothing");
	await age(29);
	assert.deepEqual(names(await server.video(id)), ["480p", "240p", "144p"]);
	await age(1);
	const video = await until(async () => {
		const video = await server.video(id);
		return names(video).length === 2 && video;
	}, "its row is gone", 120_000);
	assert.deepEqual(names(video), ["240p", "144p"]);
	assert.match(video.urls.mp4, /240p\.mp4$/);
	assert.match(video.decisions.find(({ code }) => code === "rung_expired").detail, /^480p was removed 30 days after/);
	const { master } = await walkPlaylists(server, video.urls.hls);
	assert.deepEqual(master.variants.map(({ uri }) => uri), ["240p.m3u8", "144p.m3u8"]);
	assert.ok(!readFileSync(join(server.dir, "media", id, "manifest.mpd"), "utf8").includes("480p"));
	assert.equal((await pictureOf(server.url(video.urls.dash))).height, 240);
	await until(() => !has("480p"), "its files are gone", 120_000);
	await walkPlaylists(server, video.urls.hls);
	assert.equal((await pictureOf(server.url(video.urls.mp4))).packets, 50);
	assert.equal(await server.value("SELECT version FROM profile WHERE name = 'default'"), profile_version, "and no other version of the profile");
});

test("the smallest stays: it has the sound", async () => {
	await server.sql("UPDATE rung SET keep_days = 1 WHERE short_side < 480");
	const video = await until(async () => {
		const video = await server.video(id);
		return names(video).length === 1 && video;
	}, "another is gone", 120_000);
	assert.deepEqual(names(video), ["144p"]);
	assert.match(video.decisions.findLast(({ code }) => code === "rung_expired").detail, /^240p was removed 1 day after/);
	assert.equal(await server.count("expired"), 0);
	const { sounds } = await walkPlaylists(server, video.urls.hls);
	assert.equal(sounds.length, 1);
});

test("a new upload of the same file gets all rungs, and not links to what is left", async () => {
	await until(async () => (await server.video(id)).sha256, "its digest");
	const next = await server.waitFor(await server.upload(clip), "ready");
	assert.equal(next.linked, null);
	assert.deepEqual(names(next), ["480p", "240p", "144p"]);
});

test("a source goes when its days are over, and its row says so", async () => {
	await server.sql("UPDATE profile SET keep_source_days = 10 WHERE name = 'default'");
	await until(() => !server.files("source").includes(id), "it is gone", 120_000);
	await until(() => server.count(`video WHERE id = '${id}' AND source_kept = 0`), "its row says so");
	assert.equal(server.files("source").length, 1, "the other's stays");
});

test("an edition that came to nothing keeps neither rungs nor source, but the source for a day", async () => {
	const of = server.files("source")[0], source = `discard WHERE video = '${of}' AND file = '@source'`;
	const look = `INSERT INTO discard (video, file, after_ms) VALUES ('${of}', 'nothing', 0);`;
	const giveUp = `UPDATE video SET state = 'cancelled' WHERE id = '${of}'; COMMIT;`;
	await server.sql(`BEGIN; UPDATE video SET state = 'queued', edition = edition + 1, kept_from_ms = kept_from_ms - ${30 * DAY_MS} WHERE id = '${of}'; ${giveUp}
		INSERT INTO piece (video, edition, rendition, seq, file, size_bytes, frames, duration_us, peak_bps, longest_us, playlist)
		VALUES ('${of}', 2, '144p', 0, 'e2-144p-0.mp4', 1, 1, 1, 1, 1, ''); ${look}`);
	const video = await until(async () => {
		const video = await server.video(of);
		return names(video).length === 1 && video;
	}, "its rungs are gone", 120_000);
	assert.deepEqual([video.state, names(video)], ["cancelled", ["144p"]]);
	await walkPlaylists(server, video.urls.hls);
	const aDay = () => server.count(`${source} AND after_ms > (SELECT ms FROM now_ms) + ${DAY_MS - 3_600_000}`);
	await until(aDay, "its source has a day");
	const retried = await server.value(`BEGIN; UPDATE video SET state = 'queued' WHERE id = '${of}'; SELECT count(*) FROM ${source}; ${giveUp} ${look}`);
	assert.equal(retried, 0, "and is kept where it is tried again");
	await until(aDay, "it has a day again");
	await server.sql("UPDATE discard SET after_ms = 0");
	await until(async () => server.files("source").length === 0 && await server.count(`piece WHERE file = 'e2-144p-0.mp4'`) === 0, "it goes, with what was made of it");
	await assert.rejects(server.sql(`UPDATE video SET state = 'queued' WHERE id = '${of}'`), /its source was not kept/);
});

test("what cannot be kept is refused in words", async () => {
	await assert.rejects(server.sql("UPDATE rung SET keep_days = 0"), /keep_days is a number of days from 1, or NULL for ever/);
	await assert.rejects(server.sql("UPDATE profile SET keep_source_days = 'x'"), /keep_source_days is a number of days from 1/);
});
