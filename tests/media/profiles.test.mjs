// profiles.test.mjs - each profile that comes with the server: its codecs, segments of all rungs at the same frames,
// and what is decoded from them.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { serve, test } from "../lib/harness.mjs";
import { readMedia } from "../lib/hls.mjs";
import { decodedFrames, madeBytes, pictureOf, soundOf } from "../lib/media.mjs";

// Short segments and chunks, so that a clip of three seconds has several of each.
const SECONDS = 3, RATE = 24;
const server = await serve({ prepare: (server) => server.sql("UPDATE profile SET segment_ms = 1000, chunk_ms = 1500") });
const film = (size) => madeBytes({ seconds: SECONDS, size, rate: RATE });

const PROFILES = {
	default: { rungs: { "480p": /^avc1\.64/, "240p": /^avc1\.64/ }, sound: "mp4a.40.2" },
	hevc: { rungs: { "480p": /^hvc1\.1\./, "240p": /^hvc1\.1\./ }, sound: "mp4a.40.2" },
	vp9: { rungs: { "480p": /^vp09\.00\./, "240p": /^vp09\.00\./ }, sound: "opus" },
	av1: { rungs: { "480p": /^av01\.0\./, "240p": /^av01\.0\./ }, sound: "opus" },
	"av1-h264": { size: "1280x720", rungs: { "720p-av1": /^av01\./, "720p": /^avc1\./, "480p": /^avc1\./, "240p": /^avc1\./ }, sound: "mp4a.40.2" },
	audio: { rungs: {}, sound: "mp4a.40.2" },
};

async function cutsOf({ playlist }) {
	return readMedia((await server.get(playlist)).text).segments.map(({ seconds }) => seconds);
}

for (const [profile, { size = "854x480", rungs, sound }] of Object.entries(PROFILES)) {
	test(`profile ${profile} makes what it says, and all of it decodes`, { long: profile === "av1" }, async () => {
		const { id } = (await server.put(await film(size), { profile })).json;
		const video = await server.waitFor(id, "ready");
		const pictures = video.renditions.filter(({ kind }) => kind === "video");
		assert.deepEqual(pictures.map(({ name }) => name), Object.keys(rungs));
		for (const { name, codecs } of pictures)
			assert.match(codecs, rungs[name], name);
		assert.deepEqual(video.renditions.filter(({ kind }) => kind === "audio").map(({ codecs }) => codecs), [sound]);
		const cuts = await Promise.all(pictures.map(cutsOf));
		for (const list of cuts)
			assert.deepEqual(list, cuts[0], "segments of all rungs are cut at the same times");
		assert.ok(pictures.length === 0 || cuts[0].length >= SECONDS, `${cuts[0]?.length} segments`);
		for (const { url, name } of pictures) {
			assert.equal((await pictureOf(server.url(url))).packets, SECONDS * RATE, name);
			assert.equal(await decodedFrames(server.url(url)), SECONDS * RATE, name);
		}
		assert.equal(await server.count(`task WHERE video = '${id}' AND coalesce(stderr, '') <> ''`), 0, "no encoder talks");
		assert.ok((await soundOf(server.url(video.renditions.at(-1).url || pictures[0].url))).packets > 100);
	});
}

test("a video that the profile makes sound of, and that has none, is refused", async () => {
	const { id } = (await server.put(await madeBytes({ seconds: 1, sound: false }), { profile: "audio" })).json;
	assert.equal((await server.waitFor(id, "failed")).reason, "no_sound");
});
