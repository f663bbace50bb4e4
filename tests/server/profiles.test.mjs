// profiles.test.mjs - profiles are rows: what cannot work is refused when it is written, and a video keeps its recipe.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { serve, test } from "../lib/harness.mjs";
import { madeBytes } from "../lib/media.mjs";
import { responder } from "../lib/server.mjs";
import { metadata, tusClient } from "../lib/tus.mjs";

const server = await serve({ procs: 1, prepare: (server) => server.quick() });
const version = (name) => server.value(`SELECT version FROM profile WHERE name = '${name}'`);
const recipe = async (id) => JSON.parse(await server.value(`SELECT recipe FROM video WHERE id = '${id}'`));

test("a profile or a rung that cannot work is refused in plain words", async () => {
	for (const [statement, words] of [
		["INSERT INTO profile (name) VALUES ('Größe')", /small letters, digits and hyphens/],
		["INSERT INTO profile (name, segment_ms) VALUES ('x', 100)", /segment_ms is from 1000 to 20000/],
		["INSERT INTO profile (name, audio_codec) VALUES ('x', 'mp3')", /audio_codec is aac or opus/],
		["UPDATE profile SET chunk_ms = 'long'", /chunk_ms is from 500 to 600000/],
		["UPDATE profile SET rate_max = 0", /rate_max is from 1 to 240/],
		["UPDATE profile SET surround_kbps = 5", /surround_kbps is 0 for none/],
		["UPDATE profile SET copy = 'yes'", /copy is 0 or 1/],
		["INSERT INTO rung (profile, short_side, max_kbps) VALUES ('none', 720, 2800)", /there is no such profile/],
		["INSERT INTO rung (profile, short_side, max_kbps) VALUES ('default', 721, 2800)", /even number of pixels/],
		["INSERT INTO rung (profile, short_side, max_kbps) VALUES ('default', 720, 10)", /max_kbps is from 50/],
		["INSERT INTO rung (profile, codec, short_side, max_kbps) VALUES ('default', 'mpeg2', 720, 2800)", /codec is h264, hevc, vp9 or av1/],
		["INSERT INTO rung (profile, codec, short_side, max_kbps, preset) VALUES ('default', 'av1', 720, 2800, 'fast')", /1 to 12 with av1/],
		["INSERT INTO rung (profile, short_side, max_kbps, preset) VALUES ('default', 720, 2800, '8')", /ultrafast to veryslow with h264/],
		["UPDATE rung SET crf = 60 WHERE profile = 'hevc'", /from 1 to 51 with h264 and hevc/],
		["UPDATE rung SET crf = 0 WHERE profile = 'av1'", /from 1 to 63 with vp9 and av1/],
		["UPDATE rung SET codec = 'vp9' WHERE profile = 'hevc'", /0 to 5 with vp9/],
		["UPDATE rung SET profile = 'none' WHERE profile = 'hevc'", /there is no such profile/],
		["DELETE FROM profile WHERE name = 'default'", /names none/],
		["UPDATE profile SET name = 'standard' WHERE name = 'default'", /keeps its name/],
	])
		await assert.rejects(server.sql(statement), words, statement);
});

test("a profile has 14 rungs at most", async () => {
	const rungs = Array.from({ length: 15 }, (_, i) => `('many', ${64 + 32 * i}, ${100 + i})`);
	await server.sql("INSERT INTO profile (name) VALUES ('many')");
	await assert.rejects(server.sql(`INSERT INTO rung (profile, short_side, max_kbps) VALUES ${rungs.join()}`), /14 rungs at most/);
	await server.sql(`INSERT INTO rung (profile, short_side, max_kbps) VALUES ${rungs.slice(1).join()}`);
	await server.sql("DELETE FROM profile WHERE name = 'many'");
	assert.equal(await server.count("rung WHERE profile = 'many'"), 0);
});

test("what ffmpeg has no encoder for cannot be written, nor be asked for", async () => {
	assert.equal(await server.count("encoder"), 6, "the responder has listed ffmpeg's encoders");
	await server.sql("DELETE FROM encoder WHERE codec IN ('av1', 'opus')");
	for (const [statement, words] of [
		["INSERT INTO rung (profile, codec, short_side, max_kbps) VALUES ('default', 'av1', 720, 1500)", /no encoder for that codec/],
		["UPDATE rung SET codec = 'av1', crf = NULL, preset = NULL WHERE profile = 'hevc'", /no encoder for that codec/],
		["INSERT INTO profile (name, audio_codec) VALUES ('x', 'opus')", /no encoder for that audio_codec/],
		["UPDATE profile SET audio_codec = 'opus' WHERE name = 'default'", /no encoder for that audio_codec/],
		["INSERT INTO video (source, profile) VALUES ('/a.mp4', 'av1')", /lacks an encoder that this profile needs/],
	])
		await assert.rejects(server.sql(statement), words, statement);
	const begun = await fetch(server.url("/api/uploads?profile=av1"), { method: "POST", headers: { "Tus-Resumable": "1.0.0", "Upload-Length": "1000" } });
	assert.equal(begun.status, 400);
	assert.match((await begun.json()).detail, /lacks an encoder that 'av1' needs/);
	await server.sql("INSERT INTO video (id, source) VALUES ('AAAAAAAAAAAAAAAAAAAAAA', '/a.mp4'); UPDATE video SET state = 'cancelled'");
	await assert.rejects(server.sql("UPDATE video SET profile = 'av1', edition = edition + 1, state = 'queued'"), /lacks an encoder that this profile needs/);
	const { code, stderr } = await responder(["--config", server.conf, "reencode", "AAAAAAAAAAAAAAAAAAAAAA", "av1"]);
	assert.equal(code, 1);
	assert.match(stderr, /lacks an encoder that this profile needs/);
	await server.sql("INSERT INTO encoder VALUES ('av1', 'libsvtav1'), ('opus', 'libopus'); UPDATE video SET state = 'deleting'");
});

test("an upload whose encoder goes away before its last byte waits for it, and tells its offset", async () => {
	const tus = tusClient(server), path = await tus.create(1000, { "Upload-Metadata": metadata({ profile: "av1" }) });
	await server.sql("DELETE FROM encoder WHERE codec = 'av1'");
	const last = await tus.patch(path, 0, Buffer.alloc(1000));
	assert.equal(last.status, 400);
	assert.match(last.json.detail, /lacks an encoder that this profile needs/);
	const { status, headers } = await tus.head(path);
	assert.deepEqual([status, headers["upload-offset"], headers["upload-length"], headers["upload-video"]], [200, "1000", "1000", undefined]);
	await server.sql("INSERT INTO encoder VALUES ('av1', 'libsvtav1')");
	assert.equal((await tus.head(path)).headers["upload-video"], path.replace("uploads", "videos"));
	await server.sql("UPDATE video SET state = 'deleting'");
});

test("what is not said of a rung is what is usual with its codec", async () => {
	await server.sql(`INSERT INTO profile (name) VALUES ('usual');
		INSERT INTO rung (profile, codec, short_side, max_kbps) VALUES ('usual', 'av1', 480, 700), ('usual', 'h264', 480, 1400)`);
	assert.equal(await server.value("SELECT group_concat(crf || ' ' || preset) FROM rung WHERE profile = 'usual'"), "35 8,23 veryfast");
	await server.sql("DELETE FROM profile WHERE name = 'usual'");
});

test("every change of a profile or of its rungs raises its version", async () => {
	let last = await version("vp9");
	for (const change of ["UPDATE profile SET rate_max = 30 WHERE name = 'vp9'", "UPDATE rung SET crf = 34 WHERE profile = 'vp9'",
		"DELETE FROM rung WHERE profile = 'vp9' AND short_side = 1080",
		"INSERT INTO rung (profile, codec, short_side, max_kbps) VALUES ('vp9', 'vp9', 360, 600)"]) {
		const before = last;
		await server.sql(change);
		last = await version("vp9");
		assert.ok(last > before, `${change}: ${before} to ${last}`);
	}
	assert.equal(await version("hevc"), 1);
});

test("a video keeps the recipe that it was planned with; its next edition takes the profile as it is then", async () => {
	const { id } = (await server.put(await madeBytes({ seconds: 1 }))).json;
	const first = await server.waitFor(id, "ready");
	assert.deepEqual((await recipe(id)).rungs.map(({ short_side, preset }) => [short_side, preset]), [[240, "ultrafast"]]);
	await server.sql("UPDATE rung SET short_side = 144 WHERE profile = 'default'");
	assert.equal((await recipe(id)).rungs[0].short_side, 240);
	await server.sql(`UPDATE video SET state = 'queued', edition = edition + 1 WHERE id = '${id}'`);
	const second = await server.waitFor(id, "ready");
	assert.equal((await recipe(id)).rungs[0].short_side, 144);
	assert.ok(second.profile_version > first.profile_version);
	assert.deepEqual(second.renditions.map(({ name }) => name), ["144p", "audio"]);
});

test("a profile that videos were made with cannot be deleted", async () => {
	await server.sql("INSERT INTO profile (name) VALUES ('mine'); INSERT INTO video (source, profile) VALUES ('/a.mp4', 'mine')");
	await assert.rejects(server.sql("DELETE FROM profile WHERE name = 'mine'"), /there are videos with this profile/);
});
