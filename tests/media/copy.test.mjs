// copy.test.mjs - a source that is as the profile wants it is taken over packet by packet, and no other is.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve, test, together, it } from "../lib/harness.mjs";
import { readMedia } from "../lib/hls.mjs";
import { decodedFrames } from "../lib/media.mjs";
import { run } from "../lib/programs.mjs";

const shelf = mkdtempSync(join(tmpdir(), "clipmill-copy-"));
process.on("exit", () => rmSync(shelf, { recursive: true, force: true }));
const server = await serve({ prepare: (server) => server.sql(`UPDATE profile SET segment_ms = 1000, chunk_ms = 2000, storyboard = 0;
	UPDATE rung SET preset = 'ultrafast' WHERE codec = 'h264';
	DELETE FROM rung WHERE profile = 'default';
	INSERT INTO rung (profile, short_side, max_kbps, preset) VALUES ('default', 180, 700, 'ultrafast'), ('default', 120, 300, 'ultrafast');
	INSERT INTO profile (name, copy, segment_ms) VALUES ('always', 0, 1000);
	INSERT INTO rung (profile, short_side, max_kbps, preset) VALUES ('always', 180, 700, 'ultrafast')`) });

// A film of 6 s with two keyframes a second, unless told otherwise.
async function film(name, { rate = "30000/1001", size = "320x180", x264 = "", gop = 15, seconds = 6, options = [], more = [] } = {}) {
	const path = join(shelf, name);
	await run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", `testsrc2=s=${size}:r=${rate}:d=${seconds}`, "-f", "lavfi", "-i", `sine=d=${seconds}`,
		...more, "-c:v", "libx264", "-preset", "veryfast", "-crf", "30", "-pix_fmt", "yuv420p", "-g", String(gop), "-bf", "2",
		"-x264-params", `scenecut=0:open-gop=0${x264 && `:${x264}`}`, "-c:a", "aac", ...options, path]);
	return path;
}

// Checksum and size of each packet of the picture, in the order of decoding, whatever its times.
async function packets(what) {
	const text = await run("ffmpeg", ["-v", "error", "-i", what, "-map", "0:v:0", "-c", "copy", "-f", "framecrc", "-"]);
	return text.split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split(",").slice(4, 6).join().trim());
}

// Pictures of a file, and how long after the first each is shown, in microseconds.
async function times(what) {
	const text = await run("ffprobe", ["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time", "-of", "csv=p=0", what]);
	const list = text.trim().split("\n").map((line) => Math.round(1e6 * parseFloat(line))).sort((a, b) => a - b);
	return list.map((time) => time - list[0]);
}

async function publish(path, query = {}) {
	const id = await server.upload(path, query);
	const video = await server.waitFor(id, "ready");
	const codes = Object.fromEntries(video.decisions.map(({ code, detail }) => [code, detail]));
	return { video, codes, pictures: video.renditions.filter(({ kind }) => kind === "video") };
}

const cutsOf = async ({ playlist }) => readMedia((await server.get(playlist)).text).segments.map(({ seconds }) => seconds);

for (const name of ["long.mp4", "long.mkv"])
	test(`${name}, whose pictures lean on each other for seconds, is copied too`, { long: name === "long.mkv" }, async () => {
		const { codes } = await publish(await film(name, { rate: "25", gop: 50, options: ["-bf", "3"], seconds: 30 }));
		assert.match(codes.copied, /^180p /);
	});

for (const name of ["film.mp4", "film.mkv"])
	test(`${name} is copied as it is, in chunks, and its other rungs have their segments where it has`, async () => {
		const path = await film(name);
		const { video, codes, pictures } = await publish(path);
		assert.match(codes.copied, /^180p /);
		assert.deepEqual(pictures.map(({ name, copied }) => [name, copied]), [["180p", true], ["120p", false]]);
		assert.ok(await server.count(`task WHERE video = '${video.id}' AND kind = 'chunk'`) > 1, "one chunk only");
		assert.equal(video.edition, 1);
		assert.deepEqual(await packets(server.url(pictures[0].url)), await packets(path));
		assert.deepEqual(await times(server.url(pictures[0].url)), (await times(path)).map((_, i) => Math.round(i * 1001 / 0.03)));
		const cuts = await Promise.all(pictures.map(cutsOf));
		for (const list of cuts)
			assert.deepEqual(list, cuts[0]);
		assert.ok(cuts[0].length >= 5, `${cuts[0]}`);
		for (const { url, frames } of pictures)
			assert.deepEqual([frames, await decodedFrames(server.url(url))], [180, 180], url);
	});

test("a film that is shown upside down, as in a mirror, is encoded that way in each rung", async () => {
	const path = await film("mirror.mp4"), bytes = readFileSync(path);
	const at = bytes.indexOf(Buffer.from("000100000000000000000000000000000001000000000000", "hex"), bytes.indexOf("tkhd"));
	bytes.writeInt32BE(-65536, at + 16);
	writeFileSync(path, bytes);
	const { codes, pictures } = await publish(path);
	assert.ok(codes.mirrored && !codes.copied, Object.keys(codes).join());
	const top = async (what) => run("ffmpeg", ["-v", "error", "-noautorotate", "-i", what, "-frames:v", "1", "-vf", "crop=iw/8:ih/8:0:0,scale=1:1,format=gray,lut=y=val/2", "-f", "rawvideo", "-"])
		.then((text) => text.charCodeAt(0));
	assert.deepEqual(pictures.map(({ copied }) => copied), [false, false]);
	const [high, low, source] = await Promise.all([...pictures.map(({ url }) => server.url(url)), path].map(top));
	assert.ok(Math.abs(high - low) < 4 && Math.abs(high - source) > 8, `${[high, low, source]}`);
});

test("a source of which nothing is encoded is decoded all the same", async () => {
	const { video, pictures } = await publish(await film("small.mp4", { size: "160x90" }));
	assert.deepEqual(pictures.map(({ copied }) => copied), [true]);
	const frames = await server.value(`SELECT sum(frames) FROM task WHERE video = '${video.id}' AND kind = 'chunk'`);
	assert.equal(frames, 180);
});

const ENCODED = {
	"open groups of pictures": [{ x264: "open-gop=1", name: "open.mp4" }, /open groups|stands for itself/],
	"a picture that is turned": [{ name: "plain.mp4", turn: true }, undefined],
	"no clock but its own": [{ name: "stream.ts" }, undefined],
};
const MORE = {
	"intra refresh": [{ x264: "intra-refresh=1", name: "refresh.mp4" }, /by themselves/],
	"keyframes far apart": [{ gop: 100, name: "sparse.mp4" }, /too far apart/],
	"a rate above the cap": [{ options: ["-b:v", "9M", "-crf", "1"], name: "rich.mp4" }, /takes more/],
	"another size than it shows": [{ options: ["-aspect", "2:1"], name: "wide.mp4" }, undefined],
	"10 bits": [{ options: ["-pix_fmt", "yuv420p10le"], name: "deep.mp4" }, undefined],
	"full range": [{ options: ["-pix_fmt", "yuvj420p", "-color_range", "pc"], name: "full.mp4" }, undefined],
};

together("", 2, () => {
	for (const [what, [{ name, turn, ...options }, why]] of Object.entries({ ...ENCODED, ...MORE }))
		it(`${what}: it is encoded`, { long: what in MORE }, async () => {
			let path = await film(name, options);
			if (turn) {
				await run("ffmpeg", ["-v", "error", "-y", "-i", path, "-c", "copy", "-metadata:s:v", "rotate=90", join(shelf, "turned.mp4")]);
				path = join(shelf, "turned.mp4");
			}
			const { codes, pictures } = await publish(path);
			assert.equal(codes.copied, undefined);
			assert.ok(pictures.every(({ copied }) => !copied));
			if (why)
				assert.match(codes.not_copied, why);
		});
});

// Of the two parameter sets one has the size, the other the quality that x264 was asked for.
for (const [what, second] of [["size", { size: "160x90" }], ["quality", { options: ["-crf", "35"] }]])
	test(`a picture of which each part has another ${what} is encoded`, async () => {
		const parts = await Promise.all([film("first.mp4"), film("second.mp4", second)]), list = join(shelf, "parts.txt"), path = join(shelf, "parts.mp4");
		writeFileSync(list, parts.map((part) => `file '${part}'\n`).join(""));
		await run("ffmpeg", ["-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", list, "-c", "copy", path]);
		const { video, codes, pictures } = await publish(path);
		assert.equal(codes.copied, undefined);
		assert.match(codes.not_copied, /described at its head/);
		for (const { url } of pictures)
			assert.equal(await decodedFrames(server.url(url)), video.frames);
	});

test("a profile that does not copy encodes", async () => {
	const { codes } = await publish(await film("again.mp4"), { profile: "always" });
	assert.equal(codes.copied, undefined);
});

// As film in the Matroska of a DVD does: DefaultDuration tells of video, which has five fields where it has four.
test("a file that names a higher rate than its pictures have is encoded in pieces", async () => {
	const path = await film("dvd.mkv", { rate: "24000/1001", gop: 24 }), bytes = readFileSync(path), at = bytes.indexOf(Buffer.from([0x23, 0xe3, 0x83, 0x84]));
	bytes.writeUInt32BE(Math.round(1001e9 / 30000), at + 4);
	writeFileSync(path, bytes);
	const { video, codes } = await publish(path);
	assert.equal(video.edition, 1, codes.one_chunk_after_mismatch);
	assert.match(codes.chunked, /[2-9] pieces/);
	assert.match(codes.rate_constant, /23\.976/);
});

test("a source that was cut off is not copied at first, and says what is missing", async () => {
	const path = await film("cut.mp4", { options: ["-movflags", "+faststart"] }), bytes = readFileSync(path);
	writeFileSync(path, bytes.subarray(0, bytes.length * 0.8));
	const { video, codes } = await publish(path);
	assert.deepEqual([video.edition, codes.copied, codes.sound_copied], [1, undefined, undefined]);
	assert.match(codes.cut_off, /^The file says that it is 6\.0 s long, and ends after [45]\.\d s: it was cut off\.$/);
});

test("a source that is damaged where nobody looked first is encoded in its next edition, which decodes without a word", async () => {
	const path = await film("hurt.mp4"), broken = join(shelf, "broken.mp4");
	await run("ffmpeg", ["-v", "error", "-y", "-i", path, "-c", "copy", "-bsf:v", "noise=amount=20*gt(n\\,100)", broken]);
	const { video, codes, pictures } = await publish(broken);
	assert.deepEqual([video.edition, codes.copied], [2, undefined]);
	const errors = await run("ffmpeg", ["-v", "error", "-xerror", "-i", server.url(pictures[0].url), "-f", "null", "-"]);
	assert.equal(errors, "");
});
