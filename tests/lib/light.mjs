// light.mjs - this machine's ffmpeg and ffprobe, without the libraries that they load and that nobody here calls.
// SPDX-License-Identifier: MIT
//
// Debian's ffmpeg is linked with some 200 libraries: speech synthesis with its voices, sound servers, SVG, OpenCL.  To put them
// into their places takes most of the CPU of a test whose clip is short.  So copies of both programs look into a folder
// first (DT_RPATH), where one empty library bears the names of those that no codec, container or filter of ours comes from.
// libavcodec and all its like stay what they are.  make check-full and the benchmarks take ffmpeg as it is, CLIPMILL_LIGHT=0 too.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, full } from "./paths.mjs";

const PROGRAMS = ["ffmpeg", "ffprobe"];
const IDLE = new RegExp(`^lib(${[
	"raw1394", "avc1394", "rom1394", "iec61883", "jack", "openal", "xcb.*", "cdio_.*", "dc1394", "asound", "caca", "GL", "pulse", "SDL2-2\\.0", "Xv", "X11", "Xext",
	"pocketsphinx", "sphinxbase", "bs2b", "lilv-0", "rubberband", "mysofa", "flite.*", "placebo", "va", "va-drm", "va-x11", "vdpau", "drm", "vidstab", "zmq",
	"OpenCL", "mfx", "ass", "fontconfig", "freetype", "fribidi", "chromaprint", "bluray", "gnutls", "rabbitmq", "rist", "srt-gnutls", "ssh-gcrypt",
	"rsvg-2", "gobject-2\\.0", "glib-2\\.0", "cairo", "snappy", "codec2", "jxl", "jxl_threads", "openjp2", "rav1e", "shine", "xvidcore",
].join("|")})\\.so\\.`);

const call = (program, ...words) => execFileSync(program, words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28 });
const pathOf = (name) => call("which", name).trim();

// What a tool says of each of several files, by file.
const split = (text, header) => new Map(text.split(header).slice(1).map((part) => {
	const end = part.indexOf("\n");
	return [part.slice(0, end).replace(/:$/, ""), part.slice(end)];
}));

const needsOf = (files) => new Map([...split(call("readelf", "-dW", ...files), /^File: /m)]
	.map(([file, text]) => [file, [...text.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name]) => name)]));

// [name, version, whether it is data] of the symbols of these libraries; version "": none.
function symbols(files, which) {
	const lines = call("nm", "-D", which, "--with-symbol-versions", ...files).split("\n");
	return lines.map((line) => / ([A-Za-z]) ([^ @]+)(?:@@?(\S+))?$/.exec(line)).filter(Boolean)
		.map(([, type, name, version = ""]) => [name, version, /[BDRGS]/.test(type)]);
}

// The files that stay, and the idle ones that they need, by name.
function sort(programs) {
	const where = new Map([...call("ldd", ...programs).matchAll(/^\s(\S+) => (\S+)/gm)].map(([, name, path]) => [name, path]));
	const needs = needsOf([...programs, ...where.values()]), stay = new Set(programs), idle = new Map();
	for (const file of stay)
		for (const name of needs.get(file).filter((name) => where.has(name)))
			IDLE.test(name) ? idle.set(name, where.get(name)) : stay.add(where.get(name));
	return { stay: [...stay], idle };
}

// All that is wanted of the idle ones, in one library.
function writeLibrary(folder, { stay, idle }) {
	const wanted = new Set(symbols(stay, "--undefined-only").map(([name, version]) => `${name}@${version}`));
	const found = new Map(), versions = new Map();
	for (const [name, version, isData] of symbols([...idle.values()], "--defined-only"))
		if (wanted.has(`${name}@${version}`) && !found.has(name)) {
			found.set(name, isData);
			versions.set(version, [...versions.get(version) ?? [], name]);
		}
	const code = [...found].map(([name, isData]) => (isData ? `char ${name}[4096];` : `long ${name}(void) { return 0; }`));
	const map = [...versions].filter(([version]) => version).map(([version, names]) => `${version} { global: ${names.join("; ")}; };`);
	writeFileSync(join(folder, "idle.c"), `${code.join("\n")}\n`);
	writeFileSync(join(folder, "idle.map"), `${map.join("\n")}\n`);
	call(process.env.CC?.split(" ")[0] || "cc", "-w", "-fno-builtin", "-shared", "-nostdlib", "-fPIC", "-o", join(folder, "idle.so"), join(folder, "idle.c"),
		`-Wl,--version-script,${join(folder, "idle.map")}`);
	for (const name of idle.keys())
		symlinkSync("idle.so", join(folder, name));
}

// In a folder of its own first: other test files do the same at the same time.
function make(folder, key) {
	const scratch = mkdtempSync(`${folder}-`), programs = PROGRAMS.map(pathOf);
	try {
		writeLibrary(scratch, sort(programs));
		for (const [i, name] of PROGRAMS.entries()) {
			copyFileSync(programs[i], join(scratch, name));
			call("patchelf", "--force-rpath", "--set-rpath", "$ORIGIN", join(scratch, name));
		}
		writeFileSync(join(scratch, "made-of"), key);
		chmodSync(scratch, 0o755);
		rmSync(folder, { recursive: true, force: true });
		renameSync(scratch, folder);
	} finally {
		rmSync(scratch, { recursive: true, force: true });
	}
	PROGRAMS.forEach((name) => call(join(folder, name), "-version"));
}

// The folder with both and their library, first in the PATH from now on; null: they are to be taken as they are.
function light() {
	if (full || process.env.CLIPMILL_LIGHT === "0")
		return null;
	const folder = join(build, "light");
	if (process.env.PATH.startsWith(`${folder}:`))          // run.mjs has seen to it
		return folder;
	try {
		const key = PROGRAMS.map((name) => `${pathOf(name)} ${statSync(pathOf(name)).mtimeMs}`).join("\n");
		if (!existsSync(join(folder, "made-of")) || readFileSync(join(folder, "made-of"), "utf8") !== key)
			make(folder, key);
		process.env.PATH = `${folder}:${process.env.PATH}`;
		return folder;
	} catch (error) {
		process.stderr.write(`*** WITH FFMPEG AS IT IS, WHICH TAKES LONGER: ${error.message.split("\n")[0]}\n`);
		return null;
	}
}

export const lightFolder = light();

// Settings of a server that has them in this folder.
export const lightSettings = (folder) => ({
	encode: { ffmpeg: join(folder, "ffmpeg"), ffprobe: join(folder, "ffprobe") }, jail: { libraries: folder },
});
