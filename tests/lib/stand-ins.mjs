// stand-ins.mjs - puts programs of tests/stand-ins in the place of ffmpeg.
// SPDX-License-Identifier: MIT
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digest, mux, tree } from "./paths.mjs";
import { run } from "./programs.mjs";

const source = (name) => join(tree, "tests/stand-ins", name);

// Compiles one of the misbehaving ffmpegs into the server's folder.  Returns its path.
export async function compileStandIn(dir, name) {
	const program = join(dir, name);
	await run(process.env.CC?.split(" ")[0] || "cc", ["-std=gnu17", "-O1", "-w", "-o", program, source(`${name}.c`)]);
	return program;
}

const PROGRAMS = ["ffmpeg", "ffprobe", "clipmill-mux", "clipmill-digest"];
const realPath = async (name) => (await run("which", [name])).trim();

// Puts hold.sh in the place of ffmpeg, ffprobe, clipmill-mux and clipmill-digest: what a server has with its option `hold`.  It is a
// script, so the sandbox must be off.
export class Hold {
	constructor(dir) {
		this.dir = join(dir, "hold");
	}

	get settings() {
		const [ffmpeg, ffprobe, mux, digest] = PROGRAMS.map((name) => join(this.dir, name));
		return { encode: { ffmpeg, ffprobe }, jail: { mux, digest, sandbox: "off" } };
	}

	async install() {
		mkdirSync(this.dir, { recursive: true });
		const real = { ffmpeg: await realPath("ffmpeg"), ffprobe: await realPath("ffprobe"), "clipmill-mux": mux,
			"clipmill-digest": digest };
		for (const [name, path] of Object.entries(real)) {
			cpSync(source("hold.sh"), join(this.dir, name));
			symlinkSync(path, join(this.dir, `real-${name}`));
		}
	}

	// From now on each child of this kind waits, or `busy`, works for nothing now and then ...
	on(kind, busy = false) {
		writeFileSync(join(this.dir, `hold-${kind}`), busy ? "busy" : "");
	}

	// ... until now.
	off(kind) {
		rmSync(join(this.dir, `hold-${kind}`), { force: true });
	}
}
