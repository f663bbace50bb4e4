// mux.test.mjs - clipmill-mux in its jail: pieces of every codec become one file, a plain MP4 and HLS at once.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boxes, find, fragments, initOf, withEdit } from "../lib/boxes.mjs";
import { smallDisk } from "../lib/disk.mjs";
import { after, test } from "../lib/harness.mjs";
import { decodedFrames, streams } from "../lib/media.mjs";
import { load } from "../lib/modules.mjs";
import { jail, mux } from "../lib/paths.mjs";
import { run } from "../lib/programs.mjs";

const shelf = mkdtempSync(join(tmpdir(), "clipmill-mux-"));
after(() => rmSync(shelf, { recursive: true, force: true }));

const RATE = 24000, TICK = 1001, FRAMES = 144;
const CUTS = [[0, 50], [50, 100], [100, FRAMES]];       // keyframes of the source
const DELAY = 2;                                        // frames, of encoders that reorder

const CODECS = {
	x264: ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-x264-params", "open-gop=0:keyint=30:min-keyint=10"],
	x265: ["-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-x265-params",
		"log-level=none:bframes=3:open-gop=0:keyint=30:min-keyint=10:pools=none"],
	vp9: ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "300k", "-g", "30"],
	av1: ["-c:v", "libsvtav1", "-preset", "12", "-g", "30"],
};
const STRINGS = { x264: /^h264$/, x265: /^hevc$/, vp9: /^vp9$/, av1: /^av1$/ };
const FRAGMENTED = ["-use_editlist", "0", "-avoid_negative_ts", "disabled", "-map_metadata", "-1", "-fflags", "+bitexact",
	"-movflags", "+frag_keyframe+empty_moov+default_base_moof+frag_discont", "-f", "mp4"];

// Making pieces -----------------------------------------------------------------------------------

let madeSource = null;

function source() {
	madeSource ??= run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", `testsrc2=s=320x240:r=${RATE}/${TICK}:d=${FRAMES * TICK / RATE}`,
		"-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "25", "-keyint_min", "25", "-sc_threshold", "0",
		"-pix_fmt", "yuv420p", "-video_track_timescale", String(RATE), join(shelf, "source.mp4")]);
	return madeSource;
}

// As the responder does with each piece that it accepts: its first decode time becomes where the one before ended.
function place(path, start) {
	const bytes = readFileSync(path), all = fragments(bytes);
	for (const { timeAt, time } of all)
		bytes.writeBigInt64BE(BigInt(time - all[0].time + start), timeAt);
	writeFileSync(path, bytes);
	return all.reduce((sum, { duration }) => sum + duration, start);
}

async function encode(folder, codec, seq) {
	const [from, to] = CUTS[seq], path = join(folder, `${codec}-000${seq}.m4s`);
	const seek = from ? ["-noaccurate_seek", "-seek_timestamp", "1", "-ss", `${Math.ceil(from * TICK * 1e6 / RATE)}us`] : [];
	const trim = ["trim=", from ? `start_pts=${from * TICK}` : "", from && to < FRAMES ? ":" : "",
		to < FRAMES ? `end_pts=${to * TICK}` : ""].join("");
	await run("ffmpeg", ["-v", "error", "-y", "-threads", "1", "-copyts", ...seek, "-i", join(shelf, "source.mp4"), "-filter_complex",
		`[0:V:0]${trim},setpts=PTS+${DELAY * TICK}[v]`, "-map", "[v]", "-an", ...CODECS[codec], "-threads", "1",
		"-fps_mode", "passthrough", "-enc_time_base", `1:${RATE}`, "-video_track_timescale", String(RATE), ...FRAGMENTED, path],
	{ env: { ...process.env, SVT_LOG: "1" } });
	return path;
}

async function encodeSound(folder) {
	await run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", `sine=f=440:r=48000:d=${FRAMES * TICK / RATE}`, "-c:a", "aac", "-ac", "2",
		"-bsf:a", "noise=drop='eq(n,0)'", "-frag_duration", "2000000", ...FRAGMENTED.filter((word) => word !== "disabled" && word !== "-avoid_negative_ts")
			.map((word) => word.replace("frag_keyframe+", "")), join(folder, "sound-0000.m4s")]);
}

const folders = new Map();

async function makePieces(codec) {
	const folder = join(shelf, codec);
	mkdirSync(folder);
	await source();
	let time = 0;
	for (const seq of CUTS.keys())
		time = place(await encode(folder, codec, seq), time);
	await encodeSound(folder);
	assert.equal(time, FRAMES * TICK, "the pieces have every frame");
	return folder;
}

// A folder with three pieces of a rung that is called as its codec, and a sound.
function piecesOf(codec) {
	if (!folders.has(codec))
		folders.set(codec, makePieces(codec));
	return folders.get(codec);
}

// Another one that a test may spoil.
async function copyOf(codec) {
	const from = await piecesOf(codec), to = mkdtempSync(join(shelf, "copy-"));
	for (const name of readdirSync(from))
		copyFileSync(join(from, name), join(to, name));
	return to;
}

// Running it --------------------------------------------------------------------------------------

function runMux(folder, words, out = mkdtempSync(join(shelf, "out-"))) {
	const done = spawnSync(jail, ["--dir", out, "--read", folder, "--", mux, "--folder", folder, ...words], { encoding: "utf8" });
	return { out, code: done.status, stdout: done.stdout, stderr: done.stderr };
}

function makeFile(folder, words, name) {
	const { out, code, stdout, stderr } = runMux(folder, words);
	assert.deepEqual([code, stderr], [0, ""]);
	return { path: join(out, name), stdout };
}

// A media playlist of byte ranges over the finished file, for the fragments of one track.
function writePlaylist(path, piece, delay, track) {
	const bytes = readFileSync(path), mdat = boxes(bytes).at(-1), init = `${path}.${track}.init.mp4`;
	const mine = fragments(bytes, mdat.offset + mdat.head, mdat.offset + mdat.size).filter(({ time, duration }) => owns(bytes, track, time, duration));
	const scale = bytes.readUInt32BE(find(bytes, "moov trak mdia mdhd").offset + 28);
	writeFileSync(init, withEdit(initOf(readFileSync(piece)), delay));
	writeFileSync(`${path}.m3u8`, ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:3", "#EXT-X-PLAYLIST-TYPE:VOD",
		`#EXT-X-MAP:URI="${init}"`, ...mine.flatMap(({ offset, size, duration }) =>
			[`#EXTINF:${(duration / scale).toFixed(6)},`, `#EXT-X-BYTERANGE:${size}@${offset}`, path]), "#EXT-X-ENDLIST", ""].join("\n"));
	return `${path}.m3u8`;
}

// Pictures have durations of whole frames, sounds have not.
const owns = (bytes, track, time, duration) => (track === "video") === (duration % TICK === 0 && time % TICK === 0);

// [pts, md5] of each picture.
async function pictures(what) {
	const text = await run("ffmpeg", ["-v", "error", "-protocol_whitelist", "file,crypto,data", "-i", what, "-map", "0:v:0", "-fps_mode", "passthrough",
		"-enc_time_base", `1:${RATE}`, "-f", "framemd5", "-"]);
	return text.split("\n").filter((line) => /^\d/.test(line)).map((line) => line.split(",").map((word) => word.trim()))
		.map((words) => [Number(words[2]), words[5]]);
}

const digest = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");

// Every codec -------------------------------------------------------------------------------------

for (const codec of Object.keys(CODECS)) {
	test(`${codec}: ffprobe and ffmpeg find every packet and picture, without a word`, async () => {
		const { path, stdout } = makeFile(await piecesOf(codec), ["--pieces", "3", "--audio", "sound", codec], `${codec}.mp4`);
		const [video, audio] = await streams(path);
		assert.match(video.codec_name, STRINGS[codec]);
		assert.deepEqual([video.packets, video.seconds, video.r_frame_rate], [FRAMES, FRAMES * TICK / RATE, `${RATE}/${TICK}`]);
		assert.equal(audio.codec_name, "aac");
		assert.ok(Math.abs(audio.seconds - video.seconds) < 0.03, `${audio.seconds} s of sound`);
		assert.equal(await decodedFrames(path), FRAMES);
		const { status, stderr } = spawnSync("ffmpeg", ["-v", "warning", "-xerror", "-i", path, "-f", "null", "-"], { encoding: "utf8" });
		assert.deepEqual([status, stderr], [0, ""]);
		assert.match(stdout, new RegExp(`frame=${FRAMES}\nout_time_us=6006000\ntotal_size=\\d+\nprogress=end\n$`));
	});

	test(`${codec}: pictures and their times are the same through the MP4 and through HLS byte ranges`, async () => {
		const folder = await piecesOf(codec), { path } = makeFile(folder, ["--pieces", "3", "--audio", "sound", codec], `${codec}.mp4`);
		const bytes = readFileSync(path), elst = find(bytes, "moov trak edts elst");
		const delay = Number(bytes.readBigInt64BE(elst.offset + 24));
		const direct = await pictures(path), hls = await pictures(writePlaylist(path, join(folder, `${codec}-0000.m4s`), delay, "video"));
		assert.deepEqual(direct.map(([pts]) => pts), Array.from({ length: FRAMES }, (_, i) => i * TICK));
		assert.equal(new Set(direct.map(([, md5]) => md5)).size, FRAMES, "all pictures differ");
		assert.deepEqual(hls, direct);
	});

	test(`${codec}: mp4box.js reads it without a word, and finds each sample in the mdat`,
		{ skip: load("mp4box") ? false : "mp4box is not installed" }, async () => {
			const { path } = makeFile(await piecesOf(codec), ["--pieces", "3", "--audio", "sound", codec], `${codec}.mp4`);
			const { info, words, samples } = readByMp4box(path);
			assert.deepEqual(words, []);
			assert.deepEqual([info.isFragmented, info.isProgressive, info.tracks.length], [false, true, 2]);
			assert.deepEqual(samples.map(({ length }) => length)[0], FRAMES);
			const mdat = boxes(readFileSync(path)).at(-1);
			for (const { offset, size } of samples.flat())
				assert.ok(offset >= mdat.offset + mdat.head && offset + size <= mdat.offset + mdat.size);
			assert.deepEqual(samples[0].map(({ dts }) => dts), Array.from({ length: FRAMES }, (_, i) => i * TICK));
		});
}

function readByMp4box(path) {
	const { createFile, Log } = load("mp4box"), words = [], kept = { warn: console.warn, error: console.error };
	const bytes = readFileSync(path), buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
	Log.setLogLevel(Log.warn);
	console.warn = console.error = (...said) => words.push(said.join(" "));
	try {
		const file = createFile();
		file.onError = (error) => words.push(error);
		buffer.fileStart = 0;
		file.appendBuffer(buffer);
		file.flush();
		const info = file.getInfo();
		return { info, words, samples: info.tracks.map(({ id }) => file.getTrackSamplesInfo(id)) };
	} finally {
		Object.assign(console, kept);
	}
}

// The rest ----------------------------------------------------------------------------------------

test("every byte of every fragment is that of its piece", async () => {
	const folder = await piecesOf("x264"), { path } = makeFile(folder, ["--pieces", "3", "--audio", "sound", "x264"], "x264.mp4");
	const bytes = readFileSync(path), mdat = boxes(bytes).at(-1);
	const laid = fragments(bytes, mdat.offset + mdat.head, mdat.offset + mdat.size).map(({ offset, size }) => bytes.toString("latin1", offset, offset + size));
	const given = readdirSync(folder).flatMap((name) => {
		const piece = readFileSync(join(folder, name));
		return fragments(piece).map(({ offset, size }) => piece.toString("latin1", offset, offset + size));
	});
	assert.deepEqual(laid.sort(), given.sort());
	assert.equal(laid.join("").length, mdat.size - mdat.head, "and nothing else is there");
});

test("several rungs, and a sound alone, are files of their own", async () => {
	const folder = await copyOf("x264");
	for (const seq of CUTS.keys())
		copyFileSync(join(folder, `x264-000${seq}.m4s`), join(folder, `e2-240p-000${seq}.m4s`));
	const { out, code, stdout } = runMux(folder, ["--pieces", "3", "--audio", "sound", "x264", "e2-240p"]);
	assert.equal(code, 0);
	assert.deepEqual(readdirSync(out).sort(), ["e2-240p.mp4", "x264.mp4"]);
	assert.equal(digest(join(out, "e2-240p.mp4")), digest(join(out, "x264.mp4")));
	assert.match(stdout, new RegExp(`frame=${2 * FRAMES}\nout_time_us=6006000\n`));
	assert.equal(runMux(folder, ["--audio", "sound"], out).code, 0);
	const [sound, ...more] = await streams(join(out, "sound.mp4"));
	assert.deepEqual([sound.codec_name, more.length], ["aac", 0]);
});

test("a picture without sound has one track", async () => {
	const { path } = makeFile(await piecesOf("x264"), ["--pieces", "3", "x264"], "x264.mp4");
	assert.deepEqual((await streams(path)).map(({ codec_type, packets }) => [codec_type, packets]), [["video", FRAMES]]);
});

const SPOILED = [
	["a piece that is missing", (folder) => rmSync(join(folder, "x264-0001.m4s")), "x264-0001.m4s: No such file or directory"],
	["a piece that is torn", (folder) => truncateSync(join(folder, "x264-0002.m4s"), 20000), "x264-0002.m4s: .*torn off"],
	["an empty piece", (folder) => truncateSync(join(folder, "x264-0002.m4s"), 0), "x264-0002.m4s: .*empty"],
	["pieces in the wrong order", (folder) => copyFileSync(join(folder, "x264-0002.m4s"), join(folder, "x264-0001.m4s")),
		"x264-0001.m4s: It does not begin where the piece before ends"],
	["a piece that is one tick late", (folder) => place(join(folder, "x264-0001.m4s"), 50 * TICK + 1),
		"x264-0001.m4s: It does not begin where the piece before ends"],
	["a first piece that is not at 0", (folder) => place(join(folder, "x264-0000.m4s"), 1), "x264-0000.m4s: It is the first, and does not begin at 0"],
	["a sound for a picture", (folder) => copyFileSync(join(folder, "sound-0000.m4s"), join(folder, "x264-0000.m4s")), "x264-0000.m4s: It is no picture"],
	["a picture for a sound", (folder) => copyFileSync(join(folder, "x264-0000.m4s"), join(folder, "sound-0000.m4s")), "sound-0000.m4s: It is no sound"],
];

for (const [what, spoil, sentence] of SPOILED)
	test(`${what} is refused, and leaves nothing behind`, async () => {
		const folder = await copyOf("x264");
		spoil(folder);
		const { out, code, stderr } = runMux(folder, ["--pieces", "3", "--audio", "sound", "x264"]);
		assert.equal(code, 1);
		assert.match(stderr, new RegExp(`^clipmill-mux: ${sentence}[^\n]*\n$`));
		assert.deepEqual(readdirSync(out), []);
	});

test("pieces of another encoder's settings are refused", async () => {
	const folder = await copyOf("x264");
	await run("ffmpeg", ["-v", "error", "-y", "-copyts", "-i", join(shelf, "source.mp4"), "-vf", `trim=start_pts=${50 * TICK}:end_pts=${100 * TICK},scale=640:480`,
		"-an", ...CODECS.x264, "-fps_mode", "passthrough", "-enc_time_base", `1:${RATE}`, "-video_track_timescale", String(RATE), ...FRAGMENTED,
		join(folder, "x264-0001.m4s")]);
	place(join(folder, "x264-0001.m4s"), 50 * TICK);
	const { code, stderr } = runMux(folder, ["--pieces", "3", "x264"]);
	assert.deepEqual([code, stderr], [1, "clipmill-mux: x264-0001.m4s: Its header is not that of the first piece.\n"]);
});

test("a command line that is wrong ends with 2", async () => {
	const folder = await piecesOf("x264");
	for (const words of [[], ["x264"], ["--pieces", "0", "x264"], ["--pieces", "3"], ["--pieces", "3", "../x264"], ["--audio", "a/b"], ["--no-such-option"]])
		assert.equal(runMux(folder, words).code, 2, words.join(" "));
	assert.match(execFileSync(mux, ["--version"], { encoding: "utf8" }), /^clipmill-mux \d/);
});

test("a file that is there already is not overwritten", async () => {
	const folder = await piecesOf("x264"), words = ["--pieces", "3", "x264"], { out } = runMux(folder, words), before = digest(join(out, "x264.mp4"));
	const { code, stderr } = runMux(folder, words, out);
	assert.deepEqual([code, stderr], [1, "clipmill-mux: x264.mp4: File exists\n"]);
	assert.equal(digest(join(out, "x264.mp4")), before);
});

const disk = await smallDisk(4);
const skip = disk === null && "*** needs root, to mount a small tmpfs";

test("between file systems the same bytes come out, and a full one is told", { skip }, async () => {
	const folder = await piecesOf("x264"), words = ["--pieces", "3", "--audio", "sound", "x264"], { path } = makeFile(folder, words, "x264.mp4");
	assert.equal(runMux(folder, words, disk).code, 0);
	assert.equal(digest(join(disk, "x264.mp4")), digest(path));
	rmSync(join(disk, "x264.mp4"));
	writeFileSync(join(disk, "ballast"), Buffer.alloc(4 * 1048576 - 100_000));
	const { code, stderr } = runMux(folder, words, disk);
	assert.deepEqual([code, stderr], [1, "clipmill-mux: x264.mp4: No space left on device\n"]);
	assert.deepEqual(readdirSync(disk), ["ballast"]);
});
