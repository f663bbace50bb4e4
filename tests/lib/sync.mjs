// sync.mjs - when flashes are seen and beeps are heard in a file or playlist, to a sample.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const RATE = 48000, LOUD = 2500;        // samples a second; of 32767
const call = promisify(execFile);
const options = { encoding: "buffer", maxBuffer: 1 << 28 };
const openingOf = (what) => (what.endsWith(".m3u8") ? ["-allowed_extensions", "ALL", "-i", what] : ["-i", what]);

// Seconds of the pictures that are bright after a dark one; edit lists are followed, and nothing is moved to 0.
export async function flashes(what) {
	const { stderr } = await call("ffmpeg", ["-nostdin", "-hide_banner", "-copyts", ...openingOf(what), "-map", "0:v:0",
		"-vf", "crop=iw/4:ih/4,scale=8:8,format=gray,showinfo", "-fps_mode", "passthrough", "-f", "null", "-"], options);
	const pictures = [...stderr.toString().matchAll(/pts_time:\s*(\S+).*mean:\[(\d+)/g)].map(([, at, mean]) => [Number(at), Number(mean) > 128]);
	return pictures.filter(([, bright], i) => bright && !pictures[i - 1]?.[1]).map(([at]) => at);
}

// In Ogg ffmpeg gives the last long block of Vorbis before a beep a time that is 10 ms late.
const gapOf = (what) => (/\.og[gv]$/.test(what) ? 0.012 : 0.001);

// Seconds of the first loud samples, at most one a second.
export async function beeps(what) {
	const { stdout } = await call("ffmpeg", ["-nostdin", "-v", "error", "-copyts", ...openingOf(what), "-map", "0:a:0",
		"-af", `asetpts=PTS+1/TB,aresample=${RATE}:async=1:min_hard_comp=${gapOf(what)}:first_pts=0`, "-ac", "1", "-f", "s16le", "-"], options);
	const found = [];
	for (let i = 0; i * 2 + 1 < stdout.length; i++)
		if (Math.abs(stdout.readInt16LE(i * 2)) > LOUD) {
			found.push(i / RATE - 1);
			i += RATE;
		}
	return found;
}

// How much later than its flash each beep comes, in milliseconds.
export async function lateness(what) {
	const [seen, heard] = await Promise.all([flashes(what), beeps(what)]);
	const nearest = (at) => heard.reduce((best, now) => (Math.abs(now - at) < Math.abs(best - at) ? now : best), Infinity);
	return seen.map((at) => (nearest(at) - at) * 1000);
}

const spread = (list) => `${Math.min(...list).toFixed(2)} to ${Math.max(...list).toFixed(2)} ms`;

// In each of `results` beeps are as late as in the source, by `most` ms.  (Containers that count in milliseconds are off by as
// much as one where ours are exact.)
export async function staysInSync(source, results, most) {
	const given = await lateness(source);
	for (const result of results) {
		const made = await lateness(result);
		assert.equal(made.length, given.length, `flashes in ${result}`);
		const apart = made.map((ms, i) => ms - given[i]).filter(Number.isFinite);
		assert.ok(apart.every((ms) => Math.abs(ms) <= most), `${result}: ${spread(apart)}`);
	}
}
