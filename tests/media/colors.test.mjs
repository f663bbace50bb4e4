// colors.test.mjs - a source of any kind of picture that is encoded comes out in its colours, in what players take: 4:2:0, limited range.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, serve, test } from "../lib/harness.mjs";
import { clip, noCorpus } from "../lib/paths.mjs";
import { run } from "../lib/programs.mjs";

const shelf = mkdtempSync(join(tmpdir(), "clipmill-colors-"));
after(() => rmSync(shelf, { recursive: true, force: true }));
const server = await serve({ prepare: (server) => server.sql(`UPDATE profile SET copy = 0, storyboard = 0; DELETE FROM rung WHERE profile = 'default';
	INSERT INTO rung (profile, short_side, max_kbps, crf, preset) VALUES ('default', 720, 50000, 4, 'ultrafast')`) });

// Coloured bars, as RGB: what every source here shows.
const bars = join(shelf, "bars.png");
await run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "smptehdbars=s=1280x720", "-vf", "format=rgb24", "-frames:v", "1", bars]);

const HD = "scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd";
const SOURCES = {
	"that does not say its matrix": { filter: `${HD},format=yuv420p`, codec: ["libx264", "-qp", "1"], file: "plain.mp4" },
	"in 4:2:2 with 10 bits": { filter: `${HD},format=yuv422p10le`, codec: ["ffv1", "-colorspace", "bt709"], file: "422.mkv" },
	"in 4:4:4 with 12 bits": { filter: `${HD},format=yuv444p12le`, codec: ["ffv1", "-colorspace", "bt709"], file: "444.mkv" },
	"in full range": { filter: `${HD.replace("=tv", "=pc")},format=yuvj420p`, codec: ["libx264", "-qp", "1", "-color_range", "pc", "-colorspace", "bt709"], file: "full.mp4" },
	"in RGB with 16 bits": { filter: "format=rgb48be", codec: ["png"], file: "rgb48.mkv" },
	"in BT.601": { filter: `${HD.replace("bt709", "smpte170m")},format=yuv420p`, codec: ["libx264", "-qp", "1", "-colorspace", "smpte170m"], file: "601.mp4" },
	"with a palette": { filter: "split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none,format=pal8", codec: ["png"], file: "pal8.mkv", least: 27 },
	"in gray": { filter: "format=gray", codec: ["ffv1"], file: "gray.mkv", shows: "format=gray,format=gbrp" },
	"with a transparent right half": { filter: "format=gbrap,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='255*lt(X,640)'", codec: ["qtrle", "-pix_fmt", "argb"],
		file: "alpha.mov", shows: "drawbox=x=640:w=640:h=720:color=black:t=fill,format=gbrp" },
	"with a transparent right half, in YUV": { filter: `${HD},format=yuva444p,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='255*lt(X,640)'`,
		codec: ["ffv1", "-colorspace", "bt709"], file: "yuva.mkv", shows: "drawbox=x=640:w=640:h=720:color=black:t=fill,format=gbrp" },
};

const make = ({ filter, codec, file }) => run("ffmpeg", ["-v", "error", "-loop", "1", "-t", "0.4", "-i", bars, "-filter_complex", filter,
	"-r", "10", "-c:v", ...codec, join(shelf, file)]);

// What the tags of its picture say.
async function tagsOf(file) {
	const text = await run("ffprobe", ["-v", "error", "-select_streams", "v", "-show_entries",
		"stream=pix_fmt,color_range,color_space,color_transfer,color_primaries", "-of", "json", file]);
	return JSON.parse(text).streams[0];
}

// Likeness in dB of what a player shows of `file` to the bars; a player goes by the tags.
async function likeness(file, space, shows = "format=gbrp") {
	const log = join(shelf, "psnr.log");
	await run("ffmpeg", ["-v", "error", "-i", file, "-i", bars, "-filter_complex",
		`[0:v]scale=in_color_matrix=${space}:in_range=tv,format=gbrp[a];[1:v]${shows}[b];[a][b]psnr=stats_file=${log}:shortest=1`,
		"-frames:v", "1", "-f", "null", "-"]);
	return Number(/psnr_avg:([0-9.]+|inf)/.exec(readFileSync(log, "utf8"))[1]);
}

async function published(bytes) {
	const { id } = (await server.put(bytes)).json;
	const video = await server.waitFor(id, "ready");
	return { video, file: join(server.dir, video.renditions[0].url.replace(/^\/media/, "media")) };
}

for (const [what, source] of Object.entries(SOURCES)) {
	test(`a source ${what} comes out in its colours`, async () => {
		await make(source);
		const { file } = await published(readFileSync(join(shelf, source.file)));
		const { pix_fmt, color_range, color_space } = await tagsOf(file);
		assert.deepEqual([pix_fmt, color_range], ["yuv420p", "tv"]);
		const like = await likeness(file, color_space, source.shows);
		assert.ok(like > (source.least ?? 33), `${like} dB, as ${color_space}`);
	});
}

// Wider than BT.709, and not HDR: told by name, in each rung.
for (const [what, said, told] of [
	["Display P3", ["bt709", "bt709", "smpte432"], ["bt709", "bt709", "smpte432"]],
	["BT.2020 that names its matrix only", ["bt2020nc", "unknown", "unknown"], ["bt2020nc", "bt2020-10", "bt2020"]],
])
	test(`${what} is told for what it is`, async () => {
		const [space, transfer, primaries] = said, path = join(shelf, `${primaries}.mp4`);
		await run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=1280x720:d=0.4:r=10", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast",
			"-colorspace", space, "-color_trc", transfer, "-color_primaries", primaries, path]);
		const { color_space, color_transfer, color_primaries } = await tagsOf((await published(readFileSync(path))).file);
		assert.deepEqual([color_space, color_transfer, color_primaries], told);
	});

// The colours of `file` in 8 x 6 places.
const places = (file) => run("sh", ["-c", `ffmpeg -v error -i ${file} -vf scale=in_color_matrix=bt709:in_range=tv,format=rgb24,scale=8:6:flags=area -frames:v 1 -f rawvideo - | od -An -v -tu1`])
	.then((text) => text.trim().split(/\s+/).map(Number));

// The same light in each.
const LIGHT = "format=gbrp,zscale=tin=bt709:pin=bt709:min=gbr:rin=pc:t=linear:p=2020:npl=203,format=gbrpf32le,zscale=t=smpte2084";
const PQ = {
	yuv: { as: ":m=bt2020nc:r=tv,format=yuv420p10le", space: "bt2020nc" },
	rgb: { as: ",format=gbrp10le", space: "rgb" },
	ictcp: { as: ":m=ictcp:r=tv,format=yuv420p10le", space: "ictcp" },
};
const pq = async (name) => {
	const path = join(shelf, `pq-${name}.mkv`);
	await run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=0.4", "-vf", LIGHT + PQ[name].as, "-c:v", "libx265", "-preset", "ultrafast",
		"-x265-params", "log-level=none:qp=8", "-colorspace", PQ[name].space, "-color_primaries", "bt2020", "-color_trc", "smpte2084", path]);
	return places((await published(readFileSync(path))).file);
};
for (const name of Object.keys(PQ).slice(1))
	test(`HDR in ${name} becomes the SDR that it becomes in yuv`, async () => {
		const [one, other] = [await pq("yuv"), await pq(name)];
		const far = Math.max(...one.map((value, i) => Math.abs(value - other[i])));
		assert.ok(far < 20, `${far} of 255`);
	});

for (const name of ["made/hdr10.mp4", "real/sample_with_colr_mdcv_and_clli.mp4", "real/hlg10-color-test.mp4"]) {
	test(`${name} becomes SDR, and says so everywhere`, { skip: noCorpus }, async () => {
		const { video, file } = await published(readFileSync(clip(name)));
		const { pix_fmt, color_space, color_transfer, color_primaries } = await tagsOf(file);
		assert.deepEqual([pix_fmt, color_space, color_transfer, color_primaries], ["yuv420p", "bt709", "bt709", "bt709"]);
		const bytes = readFileSync(file);
		assert.deepEqual(["mdcv", "clli", "dvcC"].filter((box) => bytes.includes(box)), []);
		assert.ok(video.decisions.some(({ code }) => code === "hdr_to_sdr"));
	});
}
