// sound-copy.test.mjs - a sound that is as the profile wants it is taken over packet by packet, and no other is.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it, serve, test, together } from "../lib/harness.mjs";
import { run } from "../lib/programs.mjs";

const shelf = mkdtempSync(join(tmpdir(), "clipmill-sound-"));
after(() => rmSync(shelf, { recursive: true, force: true }));
const server = await serve({ prepare: async (server) => {
	await server.quick({ storyboard: 0 });
	await server.sql("INSERT INTO profile (name, copy) VALUES ('always', 0); INSERT INTO rung (profile, short_side, max_kbps) VALUES ('always', 240, 450);" +
		"INSERT INTO profile (name, surround_kbps) VALUES ('cinema', 384); INSERT INTO rung (profile, short_side, max_kbps) VALUES ('cinema', 240, 450)");
} });

// A film of 8 s with AAC, unless told otherwise; `then` is done to it without encoding it again.
async function film(name, { samples = 48000, channels = "stereo", kbps = 128, seconds = 8, wave = "0.3*sin(2*PI*(300+20*t)*t)", before = [], sound = [], then } = {}) {
	const path = join(shelf, name), made = then ? join(shelf, `first-${name}`) : path;
	await run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=8", ...before, "-f", "lavfi",
		"-i", `aevalsrc='${wave}':s=${samples}:d=${seconds}:c=mono,aformat=channel_layouts=${channels}`,
		"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", `${kbps}k`, ...sound, made]);
	if (then)
		await run("ffmpeg", ["-v", "error", "-y", "-i", made, "-c", "copy", ...then, path]);
	return path;
}

// Checksum and size of each packet of a sound, whatever its times.
async function packets(what, track = "0:a:0") {
	const text = await run("ffmpeg", ["-v", "error", "-i", what, "-map", track, "-c", "copy", "-f", "framecrc", "-"]);
	return text.split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split(",").slice(4, 6).join().trim());
}

async function publish(path, query = {}) {
	const id = await server.upload(path, query);
	const video = await server.waitFor(id, "ready");
	const codes = Object.fromEntries(video.decisions.map(({ code, detail }) => [code, detail]));
	return { video, codes, sounds: video.renditions.filter(({ kind }) => kind === "audio") };
}

const COPIED = {
	"an MP4": ["a.mp4", {}],
	"an MP4 with 44.1 kHz": ["b.mp4", { samples: 44100, long: true }],
	"an MP4 with one channel": ["c.mp4", { channels: "mono", kbps: 64, long: true }],
	"a Matroska file": ["d.mkv", {}],
};

together("", 2, () => {
	for (const [what, [name, { long, ...options }]] of Object.entries(COPIED))
		it(`the sound of ${what} is copied as it is`, { long }, async () => {
			const path = await film(name, options), { video, codes, sounds } = await publish(path);
			assert.match(codes.sound_copied, /^The sound audio /);
			assert.deepEqual([video.edition, sounds.map(({ copied }) => copied)], [1, [true]]);
			const given = await packets(path), made = await packets(server.url(video.urls.mp4)), heard = await packets(server.url(sounds[0].playlist));
			assert.ok(given.length - made.length <= 2, `${made.length} packets of ${given.length}`);
			assert.deepEqual(made, given.slice(given.length - made.length));
			assert.deepEqual(heard, made);
			for (const result of [video.urls.mp4, video.urls.hls])
				assert.equal(await run("ffmpeg", ["-v", "error", "-xerror", "-i", server.url(result), "-f", "null", "-"]), "", result);
		});
});

const ENCODED = {
	"with a gap": ["gap.mp4", { then: ["-bsf:a", "noise=drop='between(n,200,201)'"] }, /gaps/],
	"that takes too much": ["rich.mp4", { kbps: 320, wave: "1.6*random(0)-0.8" }, /takes more/],
};
const MORE = {
	"that begins after the picture": ["late.mp4", { before: ["-itsoffset", "0.7"] }, /begins after|begins with/],
	"that ends before the picture": ["short.mp4", { seconds: 5 }, /ends before/],
	"of another codec": ["flac.mkv", { sound: ["-c:a", "flac"] }, undefined],
	"of six channels, to be two": ["six.mp4", { channels: "5.1", kbps: 256 }, undefined],
	"in a stream": ["stream.ts", {}, undefined],
};

together("", 2, () => {
	for (const [what, [name, options, why]] of Object.entries({ ...ENCODED, ...MORE }))
		it(`a sound ${what} is encoded`, { long: what in MORE }, async () => {
			const { codes, sounds } = await publish(await film(name, options));
			assert.equal(codes.sound_copied, undefined);
			assert.ok(sounds.every(({ copied }) => !copied));
			if (why)
				assert.match(codes.sound_not_copied, why);
		});
});

test("six channels are copied where they are kept, beside the two that are encoded", async () => {
	const { sounds } = await publish(await film("cinema.mp4", { channels: "5.1", kbps: 256 }), { profile: "cinema" });
	assert.deepEqual(sounds.map(({ channels, copied }) => [channels, copied]), [[2, false], [6, true]]);
});

test("a profile that does not copy encodes", async () => {
	const { codes, sounds } = await publish(await film("again.mp4"), { profile: "always" });
	assert.deepEqual([codes.sound_copied, codes.sound_not_copied, sounds[0].copied], [undefined, undefined, false]);
});

test("a sound that is damaged on the way is encoded in the next edition, which decodes without a word", async () => {
	const path = await film("hurt.mp4", { then: ["-bsf:a", "noise=amount=5*gt(n\\,150)"] });
	const { video, codes, sounds } = await publish(path);
	assert.deepEqual([video.edition, codes.sound_copied, sounds[0].copied], [2, undefined, false]);
	assert.equal(await run("ffmpeg", ["-v", "error", "-xerror", "-i", server.url(video.urls.mp4), "-f", "null", "-"]), "");
});
