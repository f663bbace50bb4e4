// numbered.mjs - pictures that have their number written into them, in black and white, so that any of them is known again.
// SPDX-License-Identifier: MIT
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { run } from "./programs.mjs";

const BITS = 12;
const call = promisify(execFile);
const openingOf = (what) => (what.endsWith(".m3u8") ? ["-allowed_extensions", "ALL", "-i", what] : ["-i", what]);

// A filter that writes the numbers into the upper quarter of 8 bits YUV; `frames` are how many pictures have the same.
export const numbers = (frames = 1) => `geq=lum='if(lt(Y,H/4),16+219*mod(floor(floor(N/${frames})/pow(2,floor(X*${BITS}/W))),2),lum(X,Y))'` +
	":cb='if(lt(Y,H/4),128,cb(X,Y))':cr='if(lt(Y,H/4),128,cr(X,Y))'";

function numberIn(row) {
	let number = 0;
	for (let bit = 0; bit < BITS; bit++)
		if (row[4 * bit + 1] + row[4 * bit + 2] > 250)
			number += 1 << bit;
	return number;
}

// [{ number, at: seconds }] of each picture that is decoded, in their order.
export async function read(what, filter = "") {
	const { stdout, stderr } = await call("ffmpeg", ["-nostdin", "-hide_banner", "-copyts", ...openingOf(what), "-map", "0:v:0",
		"-vf", `${filter}crop=iw:ih/8:0:ih/16,scale=${4 * BITS}:1:flags=area,format=gray,showinfo`, "-fps_mode", "passthrough", "-f", "rawvideo", "-"],
	{ encoding: "buffer", maxBuffer: 1 << 28 });
	const said = stderr.toString(), [, num, den] = /time_base: (\d+)\/(\d+)/.exec(said);
	const times = [...said.matchAll(/ pts:\s*(-?\d+)/g)].map(([, pts]) => pts * num / den);
	return times.map((at, i) => ({ at, number: numberIn(stdout.subarray(i * 4 * BITS)) }));
}

// The checksum of each picture.
export async function checksums(what) {
	const text = await run("ffmpeg", ["-v", "error", ...openingOf(what), "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "-"]);
	return text.split("\n").filter((line) => /^\d/.test(line)).map((line) => line.split(",").at(-1).trim());
}
