// tracks.test.mjs - sounds, texts, captions, fields and small pictures: what comes of sources that have several, or none.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { boxes, find } from "../lib/boxes.mjs";
import { after, serve, test } from "../lib/harness.mjs";
import { readMaster, readMedia } from "../lib/hls.mjs";
import { decodedFrames, madeClip, soundOf } from "../lib/media.mjs";
import { paff } from "../lib/paff.mjs";
import { clip, noCorpus } from "../lib/paths.mjs";
import { run } from "../lib/programs.mjs";
import { beeps } from "../lib/sync.mjs";

const shelf = mkdtempSync(join(tmpdir(), "clipmill-tracks-"));
after(() => rmSync(shelf, { recursive: true, force: true }));
const server = await serve({ prepare: (server) => server.quick({ storyboard: 0 }) });

const picture = (options = "") => ["-f", "lavfi", "-i", `testsrc2=s=320x240:r=25:d=6${options}`];
const tone = (hertz, options = "") => ["-f", "lavfi", "-i", `sine=${hertz}:d=6${options}`];
const h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];

async function make(name, ...args) {
	const path = join(shelf, name);
	await run("ffmpeg", ["-v", "error", "-y", ...args.flat(), path]);
	return path;
}

function subtitles() {
	const path = join(shelf, "a.srt");
	writeFileSync(path, "1\n00:00:01,000 --> 00:00:02,500\nHello <i>there</i> & <font color=\"red\">you</font>\n\n" +
		"2\n00:00:03,000 --> 00:00:04,000\n<script>alert(1)</script>\nline two\n");
	return ["-i", path];
}

const ready = async (path) => server.waitFor(await server.upload(path), "ready");
const readyWithStoryboard = async (path) => {
	await server.sql("UPDATE profile SET storyboard = 1");
	const video = await ready(path);
	await server.sql("UPDATE profile SET storyboard = 0");
	return video;
};
const failed = async (path) => server.waitFor(await server.upload(path), "failed");
const textOf = async (url) => (await server.get(url)).text;
const codes = ({ decisions }) => decisions.map(({ code }) => code);
const named = (video, name) => video.renditions.find((rendition) => rendition.name === name);
const listed = async (video) => readMaster(await textOf(video.urls.hls));

// The tone that is heard in the second from `from` on, in hertz, from its zero crossings.
async function pitch(what, from = 2) {
	const text = await run("ffprobe", ["-v", "error", "-f", "lavfi", "-i", `amovie=${what.replaceAll(":", "\\:")},atrim=${from}:${from + 1},aformat=sample_fmts=dbl:` +
		"channel_layouts=mono,astats=metadata=1:reset=0", "-show_entries", "frame_tags=lavfi.astats.1.Zero_crossings", "-of", "csv=p=0"]);
	return Number(text.trim().split("\n").at(-1)) / 2;
}

const file = (url) => join(server.dir, url.slice(1));

test("every sound is there in its language, and the default of the source is heard", async () => {
	const source = await make("multi.mkv", picture(), tone(440), tone(880), tone(300), ["-map", "0", "-map", "1", "-map", "2", "-map", "3"], h264,
		["-c:a", "aac", "-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=ger", "-metadata:s:a:1", "title=Kino \"5.1\"",
			"-metadata:s:a:2", "language=en-early", "-disposition:a:0", "0", "-disposition:a:1", "default"]);
	const video = await ready(source), { media } = await listed(video);
	const sounds = media.filter(({ TYPE }) => TYPE === "AUDIO");
	assert.deepEqual(sounds.map(({ NAME, LANGUAGE, DEFAULT }) => [NAME, LANGUAGE, DEFAULT]),
		[["Kino '5.1'", "de", "YES"], ["English", "en", "NO"], ["English 2", "en-early", "NO"]]);
	const heard = await Promise.all(sounds.map(({ URI }) => pitch(file(`/media/${video.id}/${URI}`))));
	assert.deepEqual(heard.map((hertz) => Math.round(hertz / 20) * 20), [880, 440, 300]);
	assert.ok(Math.abs(await pitch(file(video.urls.mp4)) - 880) < 10, "the MP4 has the default");
	assert.ok(codes(video).includes("main_sound"));
	assert.equal(await server.count(`discard WHERE file IN ('${sounds.map(({ URI }) => URI).join("','")}')`), 0, "all of their lists stay");
});

test("of several programs the picture's sound is heard", async () => {
	const video = await ready(await make("two.ts", tone(880), picture(), tone(440), ["-map", "0", "-map", "1", "-map", "2"], h264,
		["-c:a", "aac", "-program", "title=radio:st=0", "-program", "title=tv:st=1:st=2"]));
	assert.ok(codes(video).includes("other_programs") && Math.abs(await pitch(file(video.urls.mp4)) - 440) < 10);
	assert.equal(video.renditions.filter(({ kind }) => kind === "audio").length, 1);
});

for (const codec of ["wavpack", "tta"])
	test(`a sound in ${codec} is heard`, async () => {
		const video = await ready(await make(`${codec}.mkv`, picture(), tone(440), h264, ["-c:a", codec]));
		assert.ok(Math.abs(await pitch(file(video.urls.mp4)) - 440) < 10);
	});

// Of those who compare encoders, and of Apple's programs.
test("raw pictures in y4m and ivf are videos, and aiff and caf are recordings", async () => {
	const small = ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=2"], raw = ["-pix_fmt", "yuv420p"];
	const pictures = [await make("raw.y4m", small, raw), await make("raw.ivf", small, ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"])];
	const sounds = [await make("raw.aiff", tone(440)), await make("raw.caf", tone(440), ["-c:a", "alac"])];
	const videos = await Promise.all([...pictures, ...sounds].map(ready)), last = ({ renditions }) => file(renditions.at(-1).url);
	assert.deepEqual(await Promise.all(videos.slice(0, 2).map((video) => decodedFrames(file(video.urls.mp4)))), [50, 50]);
	for (const video of videos.slice(2))
		assert.ok(Math.abs(await pitch(last(video)) - 440) < 10);
});

// Of drones and cameras: no packet tells when it is shown, and they are not stored in the order of the pictures.
for (const [name, rate, codec] of [
	["a.h264", "30", ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-b_strategy", "0"]],
	["b.hevc", "24000/1001", ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "bframes=3:log-level=none"]],
	["c.obu", "25", ["-c:v", "libsvtav1", "-preset", "12"]],
	["d.m1v", "25", ["-c:v", "mpeg1video", "-q:v", "3", "-bf", "2"]],
]) {
	test(`the pictures of the naked stream ${name} follow each other at ${rate} a second`, async () => {
		const source = await make(`${name}.mkv`, ["-f", "lavfi", "-i", `testsrc2=s=320x240:r=${rate}:d=2`], codec, ["-pix_fmt", "yuv420p"]);
		const video = await ready(await make(name, ["-i", source, "-c", "copy"])), ours = file(video.urls.mp4);
		const [num, den = 1] = rate.split("/").map(Number), frames = await decodedFrames(source);
		assert.equal(await decodedFrames(ours), frames);
		assert.ok(Math.abs(video.duration_ms - frames / num * den * 1000) <= 1, `${video.duration_ms} ms`);
		assert.ok(codes(video).includes("no_clock") && !codes(video).includes("damaged"), codes(video).join());
		const same = await run("ffmpeg", ["-v", "error", "-i", ours, "-i", source, "-lavfi", "[0:v]settb=1/25,setpts=N[a];[1:v]settb=1/25,setpts=N[b];[a][b]ssim=f=-", "-f", "null", "-"]);
		const least = Math.min(...[...same.matchAll(/All:([\d.]+)/g)].map(([, value]) => Number(value)));
		assert.ok(least > 0.9, `the least alike of its pictures: ${least}`);
	});
}

// Each of them is a stream to ffmpeg, which reads no more than so many.
test("a Matroska file with a hundred fonts is a video", async () => {
	const [, font] = subtitles();
	const fonts = Array.from({ length: 100 }, (_, i) => ["-attach", font, `-metadata:s:t:${i}`, "mimetype=application/x-truetype-font"]);
	const video = await ready(await make("fonts.mkv", picture(), h264, ...fonts));
	assert.deepEqual(video.renditions.map(({ kind }) => kind), ["video"]);
});

// Of 22 kHz, several packets have one time: ffmpeg counts the others by the 48 kHz that it began with.  Less than a quarter of a
// second is made good for by and by.
test("a sound of MPEG-TS that goes on at another rate is whole, and in step", async () => {
	const beep = (rate) => ["-f", "lavfi", "-i", `aevalsrc='sin(2000*PI*t)*between(mod(t,1),0.5,0.6)':s=${rate}:d=6`];
	const part = (rate, start) => make(`${rate}-${start}.ts`, picture(), beep(rate), h264, ["-c:a", "aac", "-output_ts_offset", String(start)]);
	const whole = join(shelf, "rates.ts"), parts = await Promise.all([part(48000, 0), part(22050, 6.2), part(22050, 12.35)]);
	writeFileSync(whole, Buffer.concat(parts.map((path) => readFileSync(path))));
	const heard = await beeps(file((await ready(whole)).urls.mp4)), steps = heard.slice(7).map((at, i) => at - heard[i + 6]);
	assert.equal(heard.length, 18);
	assert.ok(steps.slice(0, 5).every((s) => Math.abs(s - 1) < 0.003), steps.join(" "));
	assert.ok(Math.abs(heard[17] - heard[11] - 6.15) < 0.012, heard.join(" "));
});

test("a sound of MPEG-TS that changes its channels soon behind a gap is whole", async () => {
	const beep = "aevalsrc='sin(2000*PI*t)*(between(t,0.8,0.9)+between(t,8.1,8.2))'";
	const part = (seconds, start, channels) => make(`gap-${start}.ts`, ["-f", "lavfi", "-i", `testsrc2=s=64x48:r=5:d=${seconds}`, "-f", "lavfi", "-i", `${beep}:d=${seconds}`],
		["-af", "aselect='not(between(t,1,8))'"], h264, ["-c:a", "aac", "-ac", String(channels), "-output_ts_offset", String(start)]);
	const whole = join(shelf, "gap.ts");
	writeFileSync(whole, Buffer.concat([readFileSync(await part(8.4, 0, 2)), readFileSync(await part(1, 8.4, 1))]));
	const heard = await beeps(file((await ready(whole)).urls.mp4));
	assert.deepEqual(heard.map((s) => s.toFixed(1)), ["0.8", "8.1", "9.2"]);
});

// Where all of a gap was filled at one time, or all that follows it was kept, ten minutes took a quarter of a GB, and two hours
// more than a child may have.
test("a sound that is silent for minutes, and ends before its picture, takes no memory for how long it is", async () => {
	const [first, then, end, all] = [1, 201, 350, 400], loud = `volume='if(lt(mod(t,${then - first}),0.5)*lt(t,${then}),1,0.3)':eval=frame`;
	const source = await make("silent.mkv", ["-f", "lavfi", "-i", `testsrc2=s=64x48:r=1:d=${all}`, "-f", "lavfi", "-i", `sine=1000:r=8000:d=${end - first}`],
		["-af", `asetnsamples=800,aselect='lt(t,0.5)+gte(t,${then - first})',${loud},asetpts=PTS+${first}/TB`], h264, ["-g", "60", "-c:a", "pcm_s16le"]);
	const video = await ready(source), [{ kb }] = await server.sql(`SELECT max(max_rss_kb) AS kb FROM task WHERE video = '${video.id}' AND kind = 'audio'`);
	const { segments } = readMedia(await textOf(`/media/${video.id}/${(await listed(video)).media[0].URI}`));
	const heard = await beeps(file(video.urls.mp4));
	assert.deepEqual(heard.map((s) => s.toFixed(2)), [first, then].map((s) => s.toFixed(2)));
	assert.ok(Math.abs(segments.reduce((sum, { seconds }) => sum + seconds, 0) - all) < 0.1);
	assert.ok(kb < 80_000, `${kb} KB`);
});

const lost = ({ decisions }) => decisions.filter(({ code }) => code === "sound_lost").map(({ detail }) => detail.match(/^(\d+ of \d+) s/)[1]);

test("how much of a sound does not decode is told, and a recording of which nothing does is refused", async () => {
	const damaged = (when, to) => make(to, to.endsWith("mp4") ? [...picture(), ...tone(440), ...h264] : tone(440), ["-c:a", "flac", "-bsf:a", `noise=amount='if(${when},1,1000000)'`, "-strict", "experimental"]);
	assert.deepEqual(lost(await ready(await damaged("between(n,15,45)", "half.mp4"))), ["3 of 6"]);
	assert.deepEqual(lost(await ready(await damaged("1", "none.mp4"))), ["6 of 6"]);
	assert.deepEqual(lost(await ready(await make("late.mkv", picture(), ["-itsoffset", "3"], tone(440, ",atrim=0:2"), h264, ["-c:a", "flac"]))), []);
	assert.equal((await failed(await damaged("1", "none.mka"))).reason, "not_decodable");
});

test("a sound of which only some packets are read is no whole one", { skip: noCorpus }, async () => {
	assert.deepEqual(lost(await ready(clip("real/m4p_multiTrack.3gp"))), ["55 of 69"]);
});

test("a sound that nobody may decode is left out, and the video stays", async () => {
	const video = await ready(await make("g722.mkv", picture(), tone(440), tone(880), ["-map", "0", "-map", "1", "-map", "2"], h264,
		["-c:a:0", "g722", "-ar:a:0", "16000", "-c:a:1", "aac"]));
	assert.deepEqual(codes(video).filter((code) => code === "sounds_unread"), ["sounds_unread"]);
	assert.ok(Math.abs(await pitch(file(video.urls.mp4)) - 880) < 10);
});

test("what broadcasters and voice recorders have for sound is heard", async () => {
	const kinds = { "s302m.ts": ["s302m", 48000, 2], "gsm.mov": ["libgsm", 8000, 1] };
	await Promise.all(Object.entries(kinds).map(async ([name, [codec, rate, channels]]) => {
		const video = await ready(await make(name, picture(), tone(440), h264, ["-c:a", codec, "-ar", rate, "-ac", channels, "-strict", "-2"]));
		const hertz = await pitch(file(video.urls.mp4));
		assert.ok(Math.abs(hertz - 440) < 15, `${name}: ${hertz}`);
	}));
});

test("a cover that nobody may decode is left out, and the recording stays", async () => {
	const cover = await make("cover.tiff", ["-f", "lavfi", "-i", "color=red:s=64x64:d=1", "-frames:v", "1"]);
	const video = await ready(await make("tiff.flac", ["-i", cover], tone(440), ["-map", "0", "-map", "1", "-c:v", "copy", "-c:a", "flac", "-disposition:v", "attached_pic"]));
	assert.ok(Math.abs(await pitch(file(video.renditions[0].url)) - 440) < 10);
});

test("a picture that nobody may decode is no recording of its sound", async () => {
	const { reason, detail } = await failed(await make("magic.mkv", picture(), tone(440), ["-c:v", "magicyuv", "-pix_fmt", "yuv420p"]));
	assert.equal(reason, "not_decodable");
	assert.match(detail, /magicyuv/);
});

test("a picture that is encrypted is no video of noise", async () => {
	const keys = ["-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "0123456789abcdef0123456789abcdef", "-encryption_kid", "fedcba9876543210fedcba9876543210"];
	const { reason, detail } = await failed(await make("secret.mp4", picture(), tone(440), h264, ["-c:a", "aac"], keys));
	assert.equal(reason, "not_decodable");
	assert.match(detail, /encrypted/);
});

test("an MP4 whose edit lists have no duration, as if it were of fragments, is shown", async () => {
	const source = await madeClip({ seconds: 1 }), bytes = Buffer.from(readFileSync(source)), path = join(shelf, "no-time.mp4");
	const moov = find(bytes, "moov"), tracks = boxes(bytes, moov.offset + 8, moov.offset + moov.size).filter(({ type }) => type === "trak");
	for (const { offset, size } of tracks)
		bytes.writeUInt32BE(0, find(bytes, "edts elst", offset + 8, offset + size).offset + 16);
	writeFileSync(path, bytes);
	const video = await ready(path);
	assert.deepEqual([tracks.length, video.frames, codes(video).includes("no_picture")], [2, 25, false]);
	assert.ok(named(video, "audio").duration_ms >= 1000);
});

test("pictures that do not decode are told, and not counted", async () => {
	const hurt = ["-c:v", "png", "-bsf:v", "noise=amount='if(between(n,30,34),1,1000000)'"];
	const video = await ready(await make("lost.mov", ["-f", "lavfi", "-i", "testsrc2=s=192x128:r=25:d=2"], hurt));
	assert.deepEqual([video.frames, await decodedFrames(file(video.urls.mp4)), video.duration_ms], [45, 45, 2000]);
	assert.match(video.decisions.find(({ code }) => code === "frames_lost")?.detail ?? "", /^5 of 50 frames could not be decoded and are missing/);
});

test("pictures that do not decode whole are told where others take their place, and where the chunk is", async () => {
	const holes = ["-vf", "select='not(eq(mod(n,7),3))'", "-fps_mode", "vfr", "-g", "50"], hurt = ["-bsf:v", "noise=amount='if(between(n,60,63),50,1000000)'"];
	const whole = await make("holes.mp4", picture(), h264, holes), { decisions } = await ready(await make("hurt-holes.mp4", ["-i", whole], ["-c", "copy"], hurt));
	const told = decisions.filter(({ code }) => code === "frames_damaged").map(({ detail }) => detail.match(/^Pictures at about ([\d.]+) s to ([\d.]+) s do not decode cleanly/));
	assert.ok(told.length > 0 && told.every(([, from, to]) => from < 4 && to > 2.5), JSON.stringify(decisions));
	assert.deepEqual(codes(await ready(whole)).filter((code) => /damaged|lost/.test(code)), []);
});

test("an MP4 that was cut short says what is missing, and its sound is as long as its picture", async () => {
	const whole = await make("whole.mp4", picture(), tone(440), h264, ["-c:a", "aac", "-g", "25", "-movflags", "+faststart"]), path = join(shelf, "short.mp4");
	const bytes = readFileSync(whole);
	writeFileSync(path, bytes.subarray(0, bytes.length / 2));
	const video = await ready(path), missing = video.decisions.find(({ code }) => code === "pictures_missing");
	assert.match(missing?.detail ?? "", /^Of the 150 pictures that the file announces \d\d are found, from 0\.0 s to /);
	assert.ok(codes(video).includes("sound_lost") && named(video, "audio").duration_ms >= video.duration_ms - 50, JSON.stringify(video));
});

test("a packet that is torn by the end of a file is told once, as where it was cut off", async () => {
	for (const ending of ["mp4", "flv"]) {
		const whole = await make(`torn.${ending}`, picture().with(3, "testsrc2=s=320x240:r=25:d=1.5"), h264, ending === "mp4" ? ["-movflags", "+faststart"] : []);
		const path = join(shelf, `torn-off.${ending}`), bytes = readFileSync(whole);
		writeFileSync(path, bytes.subarray(0, bytes.length * 0.7));
		const { decisions } = await ready(path);
		assert.deepEqual(decisions.filter(({ code }) => ["cut_off", "damaged", "frames_damaged"].includes(code)),
			[{ code: "cut_off", detail: "The file ends in the middle of a packet: it was cut off." }]);
	}
});

test("a Matroska file that was cut short says so, and is not made twice for it", async () => {
	const whole = await make("whole.mkv", picture(), tone(440), h264, ["-c:a", "aac", "-g", "25"]), path = join(shelf, "short.mkv");
	const bytes = readFileSync(whole);
	writeFileSync(path, bytes.subarray(0, bytes.length / 2));
	const video = await ready(path), cut = video.decisions.find(({ code }) => code === "cut_off");
	assert.match(cut?.detail ?? "", /^The file says that it is 6\.0 s long, and ends after [23]\.\d s: it was cut off\.$/);
	assert.equal(video.edition, 1);
});

test("six channels become two, with headroom", async () => {
	const source = await make("six.mkv", picture(), ["-f", "lavfi", "-i", "aevalsrc='0|0|0.9*sin(880*PI*t)|0|0|0':c=5.1:d=6"],
		h264, ["-c:a", "flac"]);
	const video = await ready(source);
	assert.equal((await soundOf(server.url(video.urls.mp4))).channels, 2);
	assert.ok(codes(video).includes("downmixed"));
	const loudest = await run("ffprobe", ["-v", "error", "-f", "lavfi", "-i", `amovie=${file(video.urls.mp4)},aformat=sample_fmts=dbl,astats=metadata=1:reset=0`,
		"-show_entries", "frame_tags=lavfi.astats.1.Peak_level", "-of", "csv=p=0"]);
	const level = Number(loudest.trim().split("\n").at(-1));
	assert.ok(level < -6 && level > -8, `the centre, of -0.9 dB, is at ${level} dB: 3 dB lower on each side, and 3 dB for what else there may be`);
});

test("5.1 is kept beside stereo where the profile says so", async () => {
	const source = await make("kept.mkv", picture(), ["-f", "lavfi", "-i", "sine=440:d=6,pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0"], h264,
		["-c:a", "ac3", "-metadata:s:a:0", "language=ger"]);
	await server.sql("UPDATE profile SET surround_kbps = 384");
	const video = await ready(source), { media } = await listed(video);
	await server.sql("UPDATE profile SET surround_kbps = 0");
	assert.deepEqual(media.map(({ NAME, CHANNELS, DEFAULT, AUTOSELECT }) => [NAME, CHANNELS, DEFAULT, AUTOSELECT]),
		[["German", "2", "YES", "YES"], ["German 5.1", "6", "NO", "NO"]]);
	assert.equal((await soundOf(file(named(video, "audio-de-51").url))).channels, 6);
	assert.ok(codes(video).includes("surround_kept"));
});

test("Opus begins at once, and is as long as the picture", async () => {
	const source = await make("opus.mkv", picture(), tone(440), h264, ["-c:a", "flac"]);
	await server.sql("UPDATE profile SET audio_codec = 'opus'");
	const video = await ready(source), sound = named(video, "audio");
	await server.sql("UPDATE profile SET audio_codec = 'aac'");
	assert.deepEqual([sound.codec, sound.codecs], ["opus", "opus"]);
	assert.ok(sound.duration_ms >= 6000 && sound.duration_ms < 6041, `${sound.duration_ms} ms`);
	const init = readFileSync(file(`/media/${video.id}/audio-init.mp4`)), at = init.indexOf("dOps");
	assert.equal(init.readUInt16BE(at + 6), 0, "nothing to skip");
});

for (const [codec, container] of [["srt", "mkv"], ["ass", "mkv"], ["webvtt", "mkv"], ["mov_text", "mp4"]]) {
	test(`subtitles as ${codec} become WebVTT that says nothing but text`, async () => {
		const source = await make(`${codec}.${container}`, picture(), subtitles(), ["-map", "0", "-map", "1"], h264,
			["-c:s", codec, "-metadata:s:s:0", "language=fre"]);
		const video = await ready(source), { media, variants } = await listed(video);
		assert.deepEqual(media.map(({ TYPE, NAME, LANGUAGE, URI }) => [TYPE, NAME, LANGUAGE, URI]), [["SUBTITLES", "French", "fr", "text-fr.m3u8"]]);
		assert.ok(variants.every(({ SUBTITLES }) => SUBTITLES === "text"));
		const list = readMedia(await textOf(`/media/${video.id}/text-fr.m3u8`));
		assert.deepEqual([list.segments.length, list.segments[0].uri, list.segments[0].seconds, list.ended, list.maps.length], [1, "text-fr.vtt", 6, true, 0]);
		const answer = await server.get(named(video, "text-fr").url);
		assert.match(answer.headers["content-type"], /^text\/vtt/);
		assert.match(answer.text, /^WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00\.000\n/);
		assert.match(answer.text, /\n00:00:01\.000 --> 00:00:02\.500\nHello <i>there<\/i> &amp; you\n/);
		assert.doesNotMatch(answer.text, /<(?!\/?[biu]>)/);
	});
}

for (const [what, black, bright] of [["begins black has another", 2, true], ["is black has a black", 9, false]])
	test(`a video that ${what} poster`, async () => {
		const { urls } = await ready(await make(`black-${black}.mp4`, picture(`,drawbox=c=black:t=fill:enable='lt(t,${black})'`), h264, ["-g", "250"]));
		const [grey] = await run("ffmpeg", ["-v", "error", "-i", file(urls.poster), "-vf", "format=gray,scale=1:1:flags=area", "-f", "rawvideo", "-"], { encoding: "buffer" });
		assert.equal(grey > 50, bright, `${grey}`);
	});

// A seek behind its only keyframe, which others claim to be too.
test("a source whose keyframes give no picture has a poster", async () => {
	const source = await make("refresh.ts", picture(), h264, ["-threads", "1", "-g", "9999", "-x264-params", "intra-refresh=1:keyint=30"]);
	const video = await ready(source);
	assert.ok((await server.get(video.urls.poster)).status === 200);
	assert.ok(!codes(video).includes("no_poster") && codes(video).includes("keyframes_false"));
	assert.equal(await server.value(`SELECT edition FROM video WHERE id = '${video.id}'`), 1);
});

// What a careless muxer writes: a word of a cue in the same length in the old letters.
async function makeLatin(name, first) {
	const path = join(shelf, `${name}.srt`);
	writeFileSync(path, `1\n00:00:01,000 --> 00:00:02,000\n${first}\n\n2\n00:00:03,000 --> 00:00:04,000\nK\u00e4se\n`);
	const source = await make(`${name}.mkv`, picture(), ["-i", path, "-map", "0", "-map", "1"], h264, ["-c:s", "srt"]);
	const bytes = readFileSync(source), at = bytes.indexOf("K\u00e4se");
	writeFileSync(source, Buffer.concat([bytes.subarray(0, at), Buffer.from("K\xe4sse", "latin1"), bytes.subarray(at + 5)]));
	return source;
}

for (const [what, name, first, words, told] of [
	["subtitles that are not UTF-8 lose no cue", "latin", "Bread", /Bread[^]*K\u00e4sse/, /read as Windows-1252\.$/],
	["a cue that is not UTF-8, among such that are, is left out, and that is told", "mixed", "Br\u00f6tchen", /Br\u00f6tchen(?![^]*sse)/, /left out\.$/],
])
	test(what, { long: name === "mixed" }, async () => {
		const video = await ready(await makeLatin(name, first));
		assert.match(await textOf(named(video, "text").url), words);
		assert.match(video.decisions.find(({ code }) => code === "text_not_utf8").detail, told);
	});

test("what a track is for is told in every list", async () => {
	const source = await make("roles.mkv", picture(), tone(440), tone(660), subtitles(), subtitles(), ["-map", "0", "-map", "1", "-map", "2", "-map", "3", "-map", "4"],
		h264, ["-c:a", "flac", "-c:s", "srt", "-disposition:a:0", "default", "-disposition:a:1", "comment", "-disposition:s:0", "default+forced",
			"-disposition:s:1", "hearing_impaired"]);
	const video = await ready(source), { media } = await listed(video), manifest = await textOf(video.urls.dash);
	assert.deepEqual(video.renditions.filter(({ kind }) => kind !== "video").map(({ kind, role }) => [kind, role]),
		[["audio", ""], ["audio", "commentary"], ["text", "forced"], ["text", "captions"]]);
	assert.deepEqual(media.map(({ TYPE, DEFAULT, AUTOSELECT, FORCED, CHARACTERISTICS }) => [TYPE, DEFAULT, AUTOSELECT, FORCED, CHARACTERISTICS?.length > 0]),
		[["AUDIO", "YES", "YES", undefined, false], ["AUDIO", "NO", "NO", undefined, false], ["SUBTITLES", "YES", "YES", "YES", false],
			["SUBTITLES", "NO", "YES", undefined, true]]);
	assert.deepEqual([...manifest.matchAll(/role:2011" value="([a-z-]+)"/g)].map(([, value]) => value), ["main", "commentary", "forced-subtitle", "caption"]);
});

test("subtitles keep their distance to the picture where the source starts late", async () => {
	const early = await make("early.mkv", picture(), tone(440), subtitles(), ["-map", "0", "-map", "1", "-map", "2"], h264, ["-c:a", "flac", "-c:s", "srt"]);
	const source = await make("late.mkv", ["-itsoffset", "10", "-i", early, "-map", "0", "-c", "copy", "-copyts"]);
	const text = await textOf(named(await ready(source), "text").url);
	assert.match(text, /\n00:00:01\.000 --> 00:00:02\.500\nHello/);
});

// Subtitles of a disk (PGS) that show nothing twice: of each, a composition and its end.
function pictureSubtitles() {
	const segment = (seconds, type, data) => {
		const head = Buffer.alloc(13);
		head.write("PG");
		head.writeUInt32BE(90_000 * seconds, 2);
		head[10] = type;
		head.writeUInt16BE(data.length, 11);
		return Buffer.concat([head, Buffer.from(data)]);
	};
	const path = join(shelf, "pictures.sup");
	writeFileSync(path, Buffer.concat([1, 2].flatMap((at) => [segment(at, 0x16, [1, 64, 0, 240, 16, 0, at, 128, 0, 0, 0]), segment(at, 0x80, [])])));
	return ["-i", path];
}

test("subtitles that are pictures are left out, and so is a track without a word", async () => {
	const empty = join(shelf, "empty.srt");
	writeFileSync(empty, "1\n00:00:01,000 --> 00:00:02,000\n<font></font>\n");
	const source = await make("empty.mkv", picture(), subtitles(), ["-i", empty, "-map", "0", "-map", "1", "-map", "2"], h264, ["-c:s", "srt"]);
	const video = await ready(source);
	assert.deepEqual(video.renditions.filter(({ kind }) => kind === "text").map(({ name }) => name), ["text"]);
	assert.ok(codes(video).includes("no_text"));
	const bitmaps = await ready(await make("bitmaps.mkv", picture(), pictureSubtitles(), ["-map", "0", "-map", "1"], h264, ["-c:s", "copy"]));
	assert.ok(codes(bitmaps).includes("bitmaps_left_out"));
	assert.deepEqual(bitmaps.renditions.map(({ kind }) => kind), ["video"]);
});

test("closed captions stay in the pictures, and are announced", { skip: noCorpus }, async () => {
	const video = await ready(clip("real/mux_multi-channel-608-captions.ts")), { media, variants } = await listed(video);
	assert.deepEqual(media.map((line) => [line.TYPE, line["INSTREAM-ID"]]), [["CLOSED-CAPTIONS", "CC1"]]);
	assert.equal(variants[0]["CLOSED-CAPTIONS"], "captions");
	const count = async (what) => (await run("ffprobe", ["-v", "error", "-select_streams", "v:0", "-show_frames", "-show_entries",
		"frame=pts:frame_side_data=side_data_type", "-of", "compact", what])).split("A53").length - 1;
	assert.equal(await count(file(video.urls.mp4)), await count(clip("real/mux_multi-channel-608-captions.ts")));
});

const interlaced = (rate, order) => ["-f", "lavfi", "-i", `testsrc2=s=720x576:r=${rate}:d=8,interlace=scan=${order}:lowpass=0`];
const woven = (seconds, still = 0) => ["-f", "lavfi", "-i", `testsrc2=s=192x144:r=50:d=${seconds - still},tpad=start_mode=clone:start_duration=${still},tinterlace=interleave_top`];
const whole = ["-f", "lavfi", "-i", "testsrc2=s=720x576:r=25:d=8"];
const fields = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-flags", "+ilme+ildct"];

for (const [what, name, args, rate, frames, code] of [
	["25 interlaced pictures a second become 50, though one is lost", "i50.ts", [interlaced(50, "tff"), fields, ["-x264-params", "tff=1", "-bsf:v", "noise=drop=eq(n\\,74)"]],
		"50/1", 400, "deinterlaced"],
	["29.97 interlaced pictures, the bottom first, become 59.94, though the file says nothing of it", "i60.mkv",
		[interlaced("60000/1001", "bff"), fields, ["-x264-params", "bff=1"]], "60000/1001", 480, "deinterlaced"],
	["25 whole pictures that are flagged as interlaced stay 25", "p25.mp4", [whole, fields], "25/1", 200,
		"not_interlaced"],
	["interlaced pictures that stand still at first become two", "still.ts", [woven(13, 9), ["-c:v", "mpeg2video", "-g", "12", "-flags", "+ilme+ildct", "-top", "1"]],
		"50/1", 650, "deinterlaced"],
	["a capture that says nothing of its fields has two pictures of each", "capture.avi", [woven(7), ["-c:v", "ffvhuff", "-pix_fmt", "yuv420p"]], "50/1", 350, "deinterlaced"],
	["and so has a short one", "capture-short.avi", [woven(2), ["-c:v", "mjpeg", "-q:v", "5", "-pix_fmt", "yuvj420p"]], "50/1", 100, "deinterlaced"],
	["interlaced pictures that say they are whole become two, though they stand still at first", "says-whole.mp4", [woven(6, 3), ["-vf", "setfield=prog"], h264],
		"50/1", 300, "deinterlaced"],
	["a pattern that looks interlaced for two seconds stays as it is", "pattern.mp4", [["-f", "lavfi", "-i", "testsrc2=s=720x576:r=25:d=2"], h264], "25/1", 50,
		"fields_unsure"],
]) {
	test(what, async () => {
		const video = await ready(await make(name, ...args)), [rung] = video.renditions;
		assert.ok(codes(video).includes(code), codes(video).join());
		assert.equal(video.frames, frames);
		assert.equal(await decodedFrames(file(rung.url)), frames);
		assert.equal((await listed(video)).variants[0]["FRAME-RATE"], (Number(rate.split("/")[0]) / Number(rate.split("/")[1])).toFixed(3));
	});
}

test("a recording that says it is whole, and is so at first, is searched for fields where its pixels have another shape", async () => {
	const ts = (name, shape, source) => make(name, source, ["-vf", `setsar=${shape},setfield=prog`], h264, ["-g", "25"]);
	const film = await ts("film.ts", "1", ["-f", "lavfi", "-i", "mandelbrot=s=192x144:r=25,trim=duration=6"]), list = join(shelf, "mixed.txt");
	const between = await ts("between.ts", "16/15", woven(5));
	writeFileSync(list, [film, between, film].map((part) => `file '${part}'\n`).join(""));
	const video = await ready(await make("mixed.ts", ["-f", "concat", "-safe", "0", "-i", list, "-c", "copy"]));
	assert.ok(codes(video).includes("deinterlaced"), codes(video).join());
	assert.equal(video.frames, 850);
});

test("pictures that follow others of another description are not called damaged", async () => {
	const part = (name, ...args) => make(name, ["-f", "lavfi", "-i", "testsrc2=s=192x144:r=25:d=9"], ["-c:v", "libx264", "-preset", "veryfast", "-g", "25"], args);
	const parts = await Promise.all([part("fields.ts", "-flags", "+ilme+ildct", "-x264-params", "tff=1"), part("frames.ts")]), list = join(shelf, "described.txt");
	writeFileSync(list, parts.map((path) => `file '${path}'\n`).join(""));
	const video = await ready(await make("described.ts", ["-f", "concat", "-safe", "0", "-i", list, "-c", "copy"]));
	assert.ok(codes(video).includes("chunked") && !codes(video).includes("frames_damaged"), codes(video).join());
});

// Levels of grey of each picture that is decoded, in their order.
const levels = async (what) => [...(await run("ffprobe", ["-v", "error", "-f", "lavfi", "-i", `movie=${what},signalstats`, "-show_entries", "frame_tags=lavfi.signalstats.YAVG",
	"-of", "csv=p=0"])).matchAll(/[\d.]+/g)].map(Number);

// Two fields in one packet, or in one whose second half tells no time (MPEG-TS); "split": each in a packet with a time of its own.
for (const [name, options, seconds] of [["mixed.mkv", { mixed: true }, 2], ["bottom.ts", { first: "bottom" }, 2], ["split-top.mp4", {}, 2],
	["split-bottom.ts", { first: "bottom" }, 2], ["split-mixed.ts", { mixed: true }, 24], ["naked.h264", { mixed: true }, 2]]) {
	test(`fields that are coded one by one are two pictures of each frame: ${name}`, async () => {
		const folder = mkdtempSync(join(shelf, "fields-")), frames = paff(25 * seconds, options), source = join(folder, name), parts = join(folder, "%d.h264");
		frames.forEach((frame, i) => writeFileSync(join(folder, `${i}.h264`), frame));
		if (name.startsWith("naked"))
			writeFileSync(source, Buffer.concat(frames));
		else if (name.startsWith("split")) {
			writeFileSync(join(folder, "all.h264"), Buffer.concat(frames));
			await run("ffmpeg", ["-v", "error", "-i", join(folder, "all.h264"), "-c", "copy", source]);
		} else {
			await run("ffmpeg", ["-v", "error", "-framerate", "25", "-f", "image2", "-c:v", "h264", "-i", parts, "-c", "copy", join(folder, "all.mkv")]);
			await run("ffmpeg", ["-v", "error", "-i", join(folder, "all.mkv"), "-c", "copy", source]);
		}
		const video = await ready(source), seen = await levels(file(video.renditions[0].url));
		assert.deepEqual(seen.map(Math.round), Array.from({ length: 50 * seconds }, (_, i) => 20 + 2 * i % 200));
		assert.equal(video.duration_ms, 1000 * seconds);
		assert.ok(codes(video).includes("deinterlaced") && !codes(video).includes("frames_lost") && !codes(video).includes("no_times"));
	});
}

test("a recording may have one field first, then the other, and then as many whole pictures: all of them are seen in their order", async () => {
	const grey = (seconds, rest) => ["-f", "lavfi", "-i", `testsrc2=s=128x96:r=50:d=${seconds},format=yuv420p,geq=lum='if(lt(Y,48),20+4*mod(N,50),lum(X,Y))':cb=128:cr=128${rest}`];
	const mpeg2 = ["-c:v", "mpeg2video", "-q:v", "2", "-g", "12"], by = (top) => [...mpeg2, "-flags", "+ilme+ildct", "-top", top];
	const parts = await Promise.all([make("first.ts", grey(9, ",tinterlace=interleave_top"), by(1)), make("second.ts", grey(8, ",tinterlace=interleave_bottom"), by(0)),
		make("third.ts", grey(3, ""), mpeg2)]), list = join(shelf, "in-turn.txt");
	writeFileSync(list, parts.map((part) => `file '${part}'\n`).join(""));
	const video = await ready(await make("in-turn.ts", ["-f", "concat", "-safe", "0", "-i", list, "-c", "copy"])), seen = await levels(`${file(video.renditions[0].url)},crop=iw:ih/3:0:0`);
	assert.match(video.decisions.find(({ code }) => code === "deinterlaced").detail, /now the top and now the bottom field first/);
	const at = (n) => (n < 450 ? n : n < 850 ? n - 450 : Math.min(n - 850, 149));           // the last one as long as most are
	assert.deepEqual(seen.map((level, n) => [n, level - 20 - 4 * (at(n) % 50)]).filter(([, by]) => Math.abs(by) > 2), []);
	assert.deepEqual([video.frames, seen.length], [1001, 1001]);
});

for (const [name, codec] of [["cover.mp3", "mjpeg"], ["cover.m4a", "png"], ["cover.flac", "png"]]) {
	test(`the cover of ${name} is its poster, and not a video`, async () => {
		const source = await make(name, tone(440), ["-f", "lavfi", "-i", "testsrc2=s=301x299:d=1", "-map", "0", "-map", "1", "-frames:v", "1",
			"-c:v", codec, "-disposition:v", "attached_pic"]);
		const video = await readyWithStoryboard(source);
		assert.deepEqual(video.renditions.map(({ kind }) => kind), ["audio"]);
		assert.ok(codes(video).includes("cover") && video.urls.poster);
		assert.equal(video.urls.storyboard, null);
	});
}

test("an animated GIF and an animated PNG are videos", async () => {
	for (const name of ["moving.gif", "moving.apng"]) {
		const video = await ready(await make(name, picture(), ["-vf", "scale=160:-2,fps=10", "-t", "2"]));
		assert.ok(Math.abs(video.duration_ms - 2000) <= 100 && video.frames === 20, `${name}: ${video.frames}, ${video.duration_ms} ms`);
	}
});

// [name, where from, its pictures, the last one's time in seconds, what ours has]
for (const [name, from, count, last, frames] of [["held.mp4", "testsrc2=s=320x240:r=25:d=2", 50, 4, 149], ["single.mov", "testsrc2=s=320x240:r=1:d=1", 1, 9, 9]]) {
	test(`the last picture of ${name} is shown as long as it says`, async () => {
		const whole = await make(`whole-${name}`, ["-f", "lavfi", "-i", from], h264);
		const held = await make(name, ["-i", whole, "-c", "copy", "-bsf:v", `setts=duration='if(eq(N,${count - 1}),${last}/TB,DURATION)'`]);
		const video = await ready(held);
		assert.equal(video.frames, frames);
		assert.ok(Math.abs(video.duration_ms - ((count - 1) / 25 + last) * 1000) <= 1, `${video.duration_ms} ms`);
		assert.equal(await decodedFrames(join(server.dir, named(video, "240p").url.slice(1))), frames);
	});
}

for (const [what, rate, last, frames, code, ...gone] of [
	["is shown for a tick of the clock", 25, 49, 50, "rate_variable", ",select='lt(n,20)+gt(n,22)'"], ["has the last slot with another", 120, 120, 61, "rate_divided"],
])
	test(`a last picture that ${what} is seen`, async () => {
		const white = `drawbox=c=white:t=fill:enable='eq(n,${last})'${gone}`;
		const source = await make(`tick-${rate}.mp4`, ["-f", "lavfi", "-i", `color=black:s=320x240:r=${rate}`], ["-vf", white, "-frames:v", last + 1 - (gone.length && 3), "-fps_mode", "vfr", "-bsf:v", "setts=duration=1"], h264);
		const video = await ready(source);
		assert.deepEqual([video.frames, codes(video).includes(code)], [frames, true]);
		const bright = await run("ffmpeg", ["-v", "error", "-i", file(video.urls.mp4), "-vf", "format=gray,scale=1:1:flags=area", "-f", "rawvideo", "-"], { encoding: "buffer" });
		assert.ok(bright.at(-1) > 200 && bright.at(-2) < 50, [...bright].join());
	});

for (const ending of ["mp4", "mkv"])
	test(`the only picture of a song in ${ending} is shown to its end`, async () => {
		const video = await ready(await make(`song.${ending}`, picture(":d=0.04"), tone(440, ":d=20"), h264, ["-c:a", "aac"]));
		assert.ok(Math.abs(video.duration_ms - 20000) <= 200 && codes(video).includes("last_picture_held"), `${video.duration_ms} ms`);
		assert.ok(Math.abs(named(video, "240p").duration_ms - 20000) <= 200 && await decodedFrames(file(video.urls.mp4)) === video.frames);
	});

for (const [name, sentence] of [["still.gif", /still picture/], ["still.png", /PNG picture/], ["still.jpg", /JPEG picture/], ["still.webp", /WebP picture/],
	["still.avif", /still picture/]]) {
	test(`${name} is refused as what it is`, async () => {
		const { reason, detail } = await failed(await make(name, picture(), ["-frames:v", "1"]));
		assert.equal(reason, "not_a_video");
		assert.match(detail, sentence);
	});
}

// Calls from phones that are turned, and broadcasts: white pictures of one shape, and then of another.
async function shapes(name, second) {
	const parts = ["320x240", second].map((words, i) => make(`${name}-${i}.ts`, ["-f", "lavfi", "-i", `color=white:s=${words}`], ["-t", "2", "-output_ts_offset", 2 * i], h264));
	const path = join(shelf, `${name}.ts`);
	writeFileSync(path, Buffer.concat((await Promise.all(parts)).map((part) => readFileSync(part))));
	return path;
}

// Whether a part of the picture is bright at a second.
async function isBright(path, at, crop) {
	const text = await run("ffprobe", ["-v", "error", "-f", "lavfi", "-i", `movie=${path},trim=${at}:${at + 0.1},format=gray,crop=${crop},signalstats`, "-show_entries", "frame_tags=lavfi.signalstats.YAVG", "-of", "csv=p=0"]);
	return parseFloat(text) > 128;
}

test("pictures that change their shape on the way keep it, in the video and in small", async () => {
	const left = "8:8:8:ih/2", top = "8:8:iw/2:8";
	await server.sql("UPDATE profile SET storyboard = 1");
	await Promise.all([["turned", "240x320", left], ["wide", "320x240,setsar=4/3", top]].map(async ([name, second, at]) => {
		const video = await ready(await shapes(name, second)), film = file(video.urls.mp4), small = file(`/media/${video.id}/storyboard.jpg`);
		const seen = await Promise.all([isBright(film, 1, at), isBright(film, 3, at), isBright(film, 3, "8:8"), isBright(small, 0, at.replace("iw/2", "60"))]);
		assert.deepEqual([name, video.width, video.height, ...seen], [name, 320, 240, true, false, true, true]);
	}));
	await server.sql("UPDATE profile SET storyboard = 0");
});

test("pictures with one colour for four pixels in a row have a poster and a storyboard", async () => {
	const { urls } = await readyWithStoryboard(await make("coarse.mkv", ["-f", "lavfi", "-i", "testsrc2=s=190x130:r=25:d=1"], ["-c:v", "ffv1", "-pix_fmt", "yuv410p"]));
	assert.ok(urls.poster && urls.storyboard, JSON.stringify(urls));
});

test("a single picture is shown for one of its rate, and says why it has no storyboard", async () => {
	const video = await readyWithStoryboard(await make("one.asf", picture(), ["-frames:v", "1", "-c:v", "wmv2"]));
	assert.deepEqual([video.duration_ms, video.renditions[0].duration_ms], [40, 40]);
	assert.equal(video.decisions.find(({ code }) => code === "no_storyboard")?.detail, "No picture could be taken from the video.");
});

test("a storyboard names a picture for each second, of the right moment", async () => {
	// Each second has a grey of its own.
	const source = await make("greys.mp4", ["-f", "lavfi", "-i", "color=black:s=320x180:r=25:d=7,geq=lum='20+30*floor(T)':cb=128:cr=128"], h264, ["-g", "25"]);
	const video = await readyWithStoryboard(source), list = await textOf(video.urls.storyboard);
	const cues = [...list.matchAll(/(\d\d:\d\d:\d\d\.\d{3}) --> .*\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g)].map(([, at, uri, ...box]) => [at, uri, ...box.map(Number)]);
	assert.deepEqual([cues.length, cues[0], cues[6]], [7, ["00:00:00.000", "storyboard.jpg", 0, 0, 160, 90], ["00:00:06.000", "storyboard.jpg", 960, 0, 160, 90]]);
	const sprite = file(`/media/${video.id}/storyboard.jpg`);
	const greys = await Promise.all(cues.map(async ([, , x, y, w, h]) => {
		const text = await run("ffprobe", ["-v", "error", "-f", "lavfi", "-i", `movie=${sprite},crop=${w}:${h}:${x}:${y},format=gray,signalstats`,
			"-show_entries", "frame_tags=lavfi.signalstats.YAVG", "-of", "csv=p=0"]);
		return parseFloat(text);
	}));
	for (let i = 1; i < greys.length; i++)
		assert.ok(greys[i] - greys[i - 1] > 20, `greys ${greys}`);
	assert.ok(readFileSync(sprite).length < 100_000);
});

for (const [what, name, sound] of [
	["eight channels", "eight.flac", ["-f", "lavfi", "-i", "sine=440:d=3,pan=7.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0|c6=c0|c7=c0"]],
	["8 kHz", "slow.wav", [...tone(440, ":r=8000"), "-c:a", "pcm_mulaw"]],
	["192 kHz", "fast.wav", [...tone(440, ":r=192000"), "-c:a", "pcm_s24le"]],
])
	test(`a recording of ${what} is heard at the pitch that it has`, async () => {
		const video = await ready(await make(name, sound));
		assert.ok(Math.abs(await pitch(file(video.urls.mp4)) - 440) < 10);
	});

test("a recording that does not say how long it is is whole", async () => {
	// Loud at first: from the rate of that ffprobe takes the rest to be short.
	const source = await make("guessed.mp3", ["-f", "lavfi", "-i", "aevalsrc='if(lt(t,5),random(0)-0.5,0.01*sin(440*t))':d=60"],
		["-c:a", "libmp3lame", "-q:a", "0", "-write_xing", "0", "-id3v2_version", "0"]);
	const video = await ready(source);
	assert.ok(Math.abs(video.duration_ms - 60000) < 150, `${video.duration_ms} ms`);
	assert.ok(Math.abs(named(video, "audio").duration_ms - 60000) < 150, `${named(video, "audio").duration_ms} ms`);
});

// ffmpeg gives the last long block before something sudden a time that is 14 ms too late.
test("a recording of Vorbis has no holes before what is sudden", async () => {
	const source = await make("sudden.ogg", ["-f", "lavfi", "-i", "aevalsrc='0.2*sin(880*PI*t)+0.7*sin(2000*PI*t)*lt(mod(t,1.3),0.02)*gt(t,1)':s=32000:d=6"], ["-c:a", "libvorbis"]);
	const heard = await run("ffmpeg", ["-v", "error", "-i", file((await ready(source)).urls.mp4), "-af", "silencedetect=n=0.05:d=0.004,ametadata=print:key=lavfi.silence_start:file=-", "-f", "null", "-"]);
	const holes = [...heard.matchAll(/silence_start=(\S+)/g)].map(([, at]) => Number(at));
	assert.deepEqual(holes.filter((at) => at > 0.1 && at < 5.9), []);
});

for (const [ending, codec] of [["ogg", "libvorbis"], ["ts", "aac"]])
	test(`recordings that were joined as ${ending} are heard one after the other`, { long: ending === "ts" }, async () => {
		const parts = await Promise.all([440, 880].map((hertz) => make(`${hertz}.${ending}`, tone(hertz, ":d=3"), ["-c:a", codec])));
		const source = join(shelf, `joined.${ending}`);
		writeFileSync(source, Buffer.concat(parts.map((path) => readFileSync(path))));
		const video = await ready(source), sound = file(named(video, "audio").url);
		assert.ok(Math.abs(video.duration_ms - 6000) < 200 && codes(video).includes("spliced"), `${video.duration_ms} ms`);
		assert.ok(Math.abs(await pitch(sound) - 440) < 10 && Math.abs(await pitch(sound, 4) - 880) < 10);
	});

const small = (seconds) => ["-f", "lavfi", "-i", `testsrc2=s=128x96:r=5:d=${seconds}`], hum = (seconds) => ["-f", "lavfi", "-i", `sine=440:d=${seconds}`];
const late = (seconds) => ["-itsoffset", String(seconds)];
for (const [what, seconds, ending, ...args] of [
	["a sound", 25, "ts", small(30), late(25), hum(5), h264, ["-c:a", "aac"]],
	["a sound", 25, "flv", small(30), late(25), hum(5), ["-c:v", "flv1", "-c:a", "libmp3lame", "-ar", "44100"]],
	["a sound", 75, "mkv", small(80), late(75), hum(5), h264, ["-c:a", "aac"]],
	["a picture", 25, "ts", hum(30), late(25), small(5), h264, ["-c:a", "aac"]],
])
	test(`${what} that begins after ${seconds} s of ${ending} is there`, { long: what === "a picture" }, async () => {
		const video = await ready(await make(`late-${what.at(-1)}.${ending}`, ...args));
		assert.deepEqual(video.renditions.map(({ kind }) => kind), ["video", "audio"]);
		assert.ok(Math.abs(video.duration_ms - 1000 * (seconds + 5)) < 300, `${video.duration_ms} ms`);
		assert.ok(what === "a picture" || Math.abs(await pitch(file(video.urls.mp4), seconds + 2) - 440) < 10);
	});

test("an MPEG-TS with a hole is shown to its end", async () => {
	const bytes = readFileSync(await make("hole.ts", picture(), tone(440), h264, ["-g", "25", "-c:a", "aac"])), source = join(shelf, "holed.ts");
	assert.ok(bytes.length > 400_000, `${bytes.length} bytes`);
	bytes.fill(0, 150_000, 300_000);
	writeFileSync(source, bytes);
	const video = await ready(source);
	assert.ok(Math.abs(video.duration_ms - 6000) < 50 && !codes(video).includes("goes_on"), `${video.duration_ms} ms, ${codes(video)}`);
});

test("an MPEG-TS that goes on under other PIDs is shown to its end", async () => {
	const part = (name, ...more) => make(name, picture(), tone(440), h264, ["-c:a", "aac", ...more]);
	const parts = await Promise.all([part("pids.ts"), part("others.ts", "-mpegts_start_pid", "0x200", "-tables_version", "1")]);
	const source = join(shelf, "renumbered.ts");
	writeFileSync(source, Buffer.concat(parts.map((path) => readFileSync(path))));
	const video = await ready(source);
	assert.ok(codes(video).includes("merged") && !codes(video).includes("goes_on"), codes(video).join());
	assert.ok(video.frames >= 299 && await decodedFrames(file(video.urls.mp4)) === video.frames, `${video.frames} pictures`);
	assert.ok(Math.abs(await pitch(file(video.urls.mp4), 10) - 440) < 10);
});

// Its keyframe is stored first, and shown behind pictures that lean on those of the group before.
test("a recording that begins within an open group of pictures begins with its first whole picture, at once", async () => {
	const open = await make("open.ts", picture(), ["-c:v", "mpeg2video", "-g", "15", "-bf", "2"]);
	const source = await make("begun.ts", ["-copyts", "-i", open, "-c", "copy", "-bsf:v", "noise=drop='lt(n,28)'"]);
	const video = await ready(source), lost = video.decisions.find(({ code }) => code === "headless");
	assert.deepEqual([video.edition, video.frames, await decodedFrames(source)], [1, 120, 120]);
	assert.match(lost.detail, /^The first 2 of 122 frames lean on others/);
});

test("an MPEG-TS that goes on with another program says so, and not that they were joined", async () => {
	const part = (name, ...more) => make(name, picture(), h264, ["-qp", "10", "-t", "3", ...more]), source = join(shelf, "programs.ts");
	const parts = [await part("one.ts"), await part("two.ts", "-mpegts_service_id", "5", "-mpegts_start_pid", "0x300", "-mpegts_pmt_start_pid", "0x1200")];
	writeFileSync(source, Buffer.concat(parts.map((path) => readFileSync(path))));
	const video = await ready(source);
	assert.ok(codes(video).includes("goes_on") && !codes(video).includes("merged"), codes(video).join());
});

test("a turned picture may change its size, and stays where it is shown", async () => {
	// Red above, at a rate that varies; turned, what is above is on the left.
	const part = (name, size) => make(name, ["-f", "lavfi", "-i", `color=red:s=${size}:r=25:d=3,drawbox=y=ih/2:c=blue:t=fill`], ["-vf", "select='not(eq(mod(n,7),3))'", "-fps_mode", "vfr"], h264);
	const parts = await Promise.all([part("narrow.ts", "320x240"), part("wide.ts", "480x360")]);
	const joined = join(shelf, "sizes.ts");
	writeFileSync(joined, Buffer.concat(parts.map((path) => readFileSync(path))));
	const video = await ready(await make("sizes.mp4", ["-i", joined, "-c", "copy", "-metadata:s:v", "rotate=90"]));
	assert.ok(Math.abs(video.frames - 150) <= 1 && video.renditions[0].width < video.renditions[0].height, `${video.frames} pictures`);
	assert.equal(await decodedFrames(file(video.urls.mp4)), video.frames);
	const reds = await run("ffmpeg", ["-v", "error", "-ss", "4", "-i", file(video.urls.mp4), "-frames:v", "1", "-vf", "format=rgb24,scale=2:1:flags=area", "-f", "rawvideo", "-"], { encoding: "buffer" });
	assert.ok(reds[0] > 150 && reds[3] < 100, [...reds].join());
});

for (const side of [1, 3, 15])
	test(`a picture of ${side} by ${side} pixels is shown, with an even size`, async () => {
		const source = await make(`${side}.mkv`, ["-f", "lavfi", "-i", `testsrc2=s=32x32:d=1,format=yuv444p,crop=${side}:${side}:0:0`], ["-c:v", "ffv1"]);
		const video = await ready(source), { width, height } = video.renditions[0];
		assert.ok(width % 2 === 0 && width === height && Math.abs(width - side) <= 1, `${width}x${height}`);
		assert.equal(await decodedFrames(file(video.urls.mp4)), 25);
	});
