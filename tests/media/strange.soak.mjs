// strange.soak.mjs - clips of the kinds that random.soak.mjs never makes (lib/strange.mjs).  Of each, what must come of it is checked:
// every picture once and in its order, when it is seen, what is heard with it, how long it is, and that nothing untrue is told.
//   CLIPMILL_SEED=1 CLIPMILL_ONLY=rate- tests/run media/strange.soak.mjs
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it, serve, together } from "../lib/harness.mjs";
import { checksums, read } from "../lib/numbered.mjs";
import { run } from "../lib/programs.mjs";
import { Random } from "../lib/random.mjs";
import { picker } from "../lib/recipes.mjs";
import { makeStrange, rows } from "../lib/strange.mjs";
import { lateness } from "../lib/sync.mjs";
import { until } from "../lib/wait.mjs";

const seed = Number(process.env.CLIPMILL_SEED ?? 1);
const shelf = process.env.CLIPMILL_MADE ?? mkdtempSync(join(tmpdir(), "clipmill-strange-"));
after(() => process.env.CLIPMILL_MADE ?? rmSync(shelf, { recursive: true, force: true }));
const server = await serve({ prepare: async (server) => {
	await server.quick();
	await server.sql(`UPDATE profile SET chunk_ms = 2000, copy = ${seed % 2}`);
} });

// Sentences that say that something is wrong with a source.
const ALARMS = ["by_field", "cut_off", "damaged", "frames_damaged", "frames_lost", "goes_on", "headless", "keyframes_false", "merged", "no_times", "one_chunk_after_mismatch", "pictures_missing", "pictures_empty",
	"sound_lost", "sounds_empty", "sounds_unread", "spliced", "no_poster", "no_storyboard", "sound_before_picture", "color_guessed", "askew", "mirrored", "telecine", "deinterlaced", "alpha_dropped"];

const file = (url) => join(server.dir, url.slice(1));
const toldOf = (video) => video.decisions.map(({ code, detail }) => `${code}: ${detail}`).join("\n");

// The first of each number, and when.
function firsts(pictures) {
	const found = new Map();
	for (const { number, at } of pictures)
		if (!found.has(number))
			found.set(number, at);
	return found;
}

// All numbers of the source in their order, each as much later than in the source, by `slack` ms.
function comparePictures(given, made, { every = 1, slack = 2.2 }) {
	const is = firsts(made), was = firsts(every === 1 ? given : given.filter(({ number }) => is.has(number)));
	assert.ok(every === 1 || Math.abs(is.size - given.length / every) < 2, `${is.size} of ${given.length} pictures`);
	const missing = [...was.keys()].filter((number) => !is.has(number)), strange = [...is.keys()].filter((number) => !firsts(given).has(number));
	assert.deepEqual({ missing, strange }, { missing: [], strange: [] });
	const order = [...is.keys()].filter((number) => was.has(number));
	assert.deepEqual(order, [...was.keys()], "their order");
	const moved = order.slice(1, every > 1 ? -1 : undefined).map((number) => (is.get(number) - was.get(number)) * 1000).sort((a, b) => a - b);
	// Where one of two that share a slot is missing in the source, the other one is seen.
	const within = every > 1 ? moved.slice(1, -1) : moved;
	if (within.length)
		assert.ok(within.at(-1) - within[0] <= 2 * slack, `moved by ${moved[0].toFixed(2)} to ${moved.at(-1).toFixed(2)} ms`);
}

async function compareSound(source, results, most) {
	const given = await lateness(source);
	for (const result of results) {
		const made = await lateness(result), apart = made.map((ms, i) => ms - given[i]).filter(Number.isFinite);
		assert.equal(made.length, given.length, `flashes in ${result}`);
		assert.ok(apart.length && apart.every((ms) => Math.abs(ms) <= most), `sound is off: ${apart.map((ms) => ms.toFixed(1))} ms; in the source ${given.map((ms) => ms.toFixed(1))}`);
	}
}

// What pictures of the storyboard and the poster show: they are no black ones, and cues reach to the end.
async function checkSmall(video) {
	assert.ok(video.urls.poster, "a poster");
	const brightness = parseFloat(await run("ffprobe", ["-v", "error", "-f", "lavfi", "-i", `movie=${file(video.urls.poster)},format=gray,signalstats`, "-show_entries", "frame_tags=lavfi.signalstats.YAVG", "-of", "csv=p=0"]));
	assert.ok(brightness > 8, `poster: ${brightness}`);
	if (!video.urls.storyboard)
		return;
	const text = (await server.get(video.urls.storyboard)).text, ends = [...text.matchAll(/--> (\d+):(\d+):([\d.]+)/g)].map(([, h, m, s]) => h * 3600 + m * 60 + Number(s));
	assert.ok(Math.abs(ends.at(-1) * 1000 - video.duration_ms) < 1001, `storyboard to ${ends.at(-1)} of ${video.duration_ms} ms`);
}

async function checkPictures(video, source, clip) {
	const { mp4, hls } = { mp4: file(video.urls.mp4), hls: file(video.urls.hls) };
	const [sums, others] = await Promise.all([checksums(mp4), checksums(hls)]);
	assert.deepEqual(others, sums, "MP4 and HLS have the same pictures");
	assert.equal(sums.length, video.renditions[0].frames, "as many as it says");
	assert.equal(video.frames, sums.length);
	const given = await read(source), made = await read(mp4);
	if (clip.frames && clip.numbers !== false)
		assert.equal(new Set(given.map(({ number }) => number)).size, clip.frames, "of the source");
	if (clip.frames && !clip.longer && !clip.codes?.length)
		assert.ok((video.frames >= clip.frames && video.frames <= clip.frames + 4) || clip.slack, `${video.frames} frames of ${clip.frames}`);
	if (!clip.loose && clip.numbers !== false)
		comparePictures(given, made, clip);
}

// As soon as it is ready or failed.
async function endOf(id) {
	let video;
	await until(async () => ["ready", "failed"].includes((video = (await server.get(`/api/videos/${id}`)).json).state), `an end of ${id}`, 120_000, 300, () => server.moves());
	return video;
}

function checkTold(video, { damaged, codes = [], may = [], seconds, texts, size }) {
	const told = video.decisions.map(({ code }) => code), first = video.renditions[0];
	assert.deepEqual(codes.filter((code) => !told.includes(code)), [], "are to be told");
	if (!damaged) {
		assert.equal(video.edition, 1, "one edition");
		assert.deepEqual(told.filter((code) => ALARMS.includes(code) && ![...may, ...codes].includes(code)), [], "are not to be told");
	}
	assert.ok(!seconds || Math.abs(video.duration_ms - seconds * 1000) < 150, `${video.duration_ms} ms of ${seconds} s`);
	assert.ok(!texts || video.renditions.filter(({ kind }) => kind === "text").length === texts, "its texts");
	assert.ok(!size || `${first.width}x${first.height}` === size, `${first.width}x${first.height}`);
}

async function checkMade(video, source, clip) {
	checkTold(video, clip);
	if (clip.alone) {
		assert.deepEqual(video.renditions.map(({ kind }) => kind), ["audio"]);
		assert.ok(Math.abs(video.duration_ms - 6000) < 100, `${video.duration_ms} ms`);
		return;
	}
	await checkPictures(video, source, clip);
	if (!clip.damaged && clip.sync !== 0 && video.renditions.some(({ kind }) => kind === "audio"))
		await compareSound(source, [video.urls.mp4, video.urls.hls].map(file), clip.sync ?? 1.6);
	await checkSmall(video);
}

async function check(number, clip) {
	const source = await makeStrange(shelf, number, clip), video = await endOf(await server.upload(source)), state = clip.state ?? "ready";
	assert.ok(state === "either" || video.state === state, `${video.state} ${video.reason}: ${video.detail}`);
	if (video.state === "failed")
		return;
	try {
		await checkMade(video, source, clip);
	} catch (error) {
		error.message += `\n${toldOf(video)}`;
		throw error;
	}
}

const all = rows(picker(seed), new Random(seed));
together("", 2, () => {
	for (const [number, clip] of all.entries())
		it(`clip ${number}: ${clip.name}`, { timeout: 300_000 }, () => check(number, clip));
});
