// profiles.soak.mjs - profiles that nobody thought of, each with a clip of the same kind (lib/recipes.mjs): what they ask for is
// made, at the first attempt, whole in each rung, and in sync.
//   CLIPMILL_SEED=1 CLIPMILL_CLIPS=40 tests/run media/profiles.soak.mjs
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it, serve, together } from "../lib/harness.mjs";
import { readMedia } from "../lib/hls.mjs";
import { decodedFrames, pictureOf, soundOf } from "../lib/media.mjs";
import { make, nameOf, picker, recipe, SOUND } from "../lib/recipes.mjs";
import { staysInSync } from "../lib/sync.mjs";

const seed = Number(process.env.CLIPMILL_SEED ?? 1), count = Number(process.env.CLIPMILL_CLIPS ?? 40);
const shelf = process.env.CLIPMILL_MADE ?? mkdtempSync(join(tmpdir(), "clipmill-profiles-"));
after(() => process.env.CLIPMILL_MADE ?? rmSync(shelf, { recursive: true, force: true }));
const server = await serve();

const CODEC = { h264: /^avc1/, hevc: /^hvc1/, vp9: /^vp09/, av1: /^av01/ };
const PRESETS = {
	h264: ["ultrafast", "superfast", "veryfast", "medium", "slow"], hevc: ["ultrafast", "superfast", "medium"], vp9: ["5", "4", "2"], av1: ["12", "10", "8"],
};

// { values: of the profile, rungs: [{ codec, side, kbps, crf, preset }] }
function profileOf(number) {
	const pick = picker(number);
	const values = {
		segment_ms: pick([1000, 1500, 2000, 4000, 6000, 20000]), chunk_ms: pick([500, 1000, 2500, 3333, 10000]), rate_max: pick([12, 24, 25, 30, 60, 120]),
		audio_kbps: pick([16, 64, 128, 320, 512]), surround_kbps: pick([0, 0, 96, 384]), copy: pick([0, 1]), storyboard: pick([0, 1]), keep_source: pick([0, 1]),
	};
	const rungs = Array.from({ length: pick([1, 1, 2, 3]) }, () => {
		const codec = pick(["h264", "h264", "hevc", "vp9", "av1"]);
		return {
			codec, side: pick([64, 66, 90, 100, 120, 144, 180, 200, 240, 480]), kbps: pick([50, 200, 450, 2000]),
			crf: pick([1, 18, 23, 35, 51]), preset: pick(PRESETS[codec]),
		};
	});
	return { values: { ...values, audio_codec: pick(["aac", "aac", "opus"]) }, rungs };
}

async function insert(name, { values, rungs }) {
	await server.sql(`INSERT INTO profile (name, link, ${Object.keys(values)}) VALUES ('${name}', 0, ${Object.values(values).map((value) => `'${value}'`)
		.map((value) => (/^'\d+'$/.test(value) ? value.slice(1, -1) : value))})`);
	for (const { codec, side, kbps, crf, preset } of rungs)
		await server.sql(`INSERT OR REPLACE INTO rung (profile, codec, short_side, max_kbps, crf, preset)
			VALUES ('${name}', '${codec}', ${side}, ${kbps}, ${crf}, '${preset}')`);
}

const fileOf = (url) => join(server.dir, url.slice(1));

// A list may be cut at other frames than another only where the picture is taken over as it is, and then all are cut there.
async function isWhole({ frames, duration_ms: ms }, renditions) {
	const lists = [];
	for (const { url, playlist, name } of renditions) {
		assert.equal((await pictureOf(fileOf(url))).packets, frames, name);
		assert.equal(await decodedFrames(fileOf(url)), frames, name);
		lists.push(readMedia((await server.get(playlist)).text).segments.map(({ seconds }) => seconds));
		const sum = lists.at(-1).reduce((a, b) => a + b, 0);
		assert.ok(Math.abs(sum * 1000 - ms) < 1000, `${name}: ${sum} s in its list, of ${ms} ms`);
	}
	for (const list of lists)
		assert.deepEqual(list, lists[0], "segments of all rungs are cut at the same times");
}

async function check(number) {
	const r = recipe(1000 * seed + number), source = await make(shelf, number, r), profile = profileOf(1000 * seed + number + 500);
	await insert(`p${number}`, profile);
	const video = await server.waitFor(await server.upload(source, { profile: `p${number}` }), "ready");
	const told = video.decisions.map(({ code, detail }) => `${code}: ${detail}`).join("\n");
	assert.equal(video.edition, 1, told);
	const pictures = video.renditions.filter(({ kind }) => kind === "video"), sounds = video.renditions.filter(({ kind }) => kind === "audio");
	assert.ok(pictures.length >= 1, told);
	for (const { codecs, name } of pictures)
		assert.ok(/rung_other_codec/.test(told) || profile.rungs.some(({ codec }) => CODEC[codec].test(codecs)), `${name}: ${codecs}`);
	await isWhole(video, pictures);
	assert.equal(sounds.length > 0, Boolean(SOUND[r.sound]), told);
	for (const { url } of sounds.filter(({ url }) => url))
		assert.equal((await soundOf(fileOf(url))).codec_name, profile.values.audio_codec);
	if (SOUND[r.sound])
		await staysInSync(source, [video.urls.mp4, video.urls.hls].map(fileOf),
			1.6 + ticksOf(r, profile.values.rate_max) + (profile.values.audio_kbps < 64 ? 2 : 0));           // so few bits blur a beep
	assert.equal(Boolean(video.urls.storyboard), Boolean(profile.values.storyboard), told);
}

// Where every other picture is left out, a flash may be seen that much later, in ms.
function ticksOf(r, most) {
	const [num, den = 1] = r.rate.split("/").map(Number);
	return r.uneven || num / den > most ? 1000 / Math.min(most, num / den) : 0;
}

together("", 2, () => {
	for (let number = 0; number < count; number++)
		it(`profile ${number} with ${nameOf(number, recipe(1000 * seed + number))}`, { timeout: 300_000 }, () => check(number));
});
