// programs.mjs - runs programs and looks at processes.
// SPDX-License-Identifier: MIT
import "./light.mjs";                   // first in the PATH
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { promisify } from "node:util";

const execFileLater = promisify(execFile);

// Resolves to its standard output; a failure is an Error that has its standard error in the message.
export async function run(program, args, options = {}) {
	const { stdout } = await execFileLater(program, args, { maxBuffer: 1 << 28, ...options });
	return stdout;
}

export const have = (program) => run("which", [program]).then(() => true, () => false);

function readProcess(pid) {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
		const [state, ppid, pgid, sid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		const argv = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
		return { pid, state, ppid: Number(ppid), pgid: Number(pgid), sid: Number(sid), argv };
	} catch {
		return null;            // it has just ended
	}
}

function threads(pid) {
	try {
		return readdirSync(`/proc/${pid}/task`).length;
	} catch {
		return 0;
	}
}

export function executable(pid) {
	try {
		return readlinkSync(`/proc/${pid}/exe`);
	} catch {
		return "";
	}
}

// All that live; zombies do not.
export function processes() {
	return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map((name) => readProcess(Number(name)))
		.filter((process) => process && process.state !== "Z" && process.argv.length);
}

// Also while its first thread is a zombie and another still ends.
export function isAlive(pid) {
	const process = readProcess(pid);
	return process !== null && (process.state !== "Z" || threads(pid) > 1);
}

// Never throws: who has ended already is as good as killed.
export function kill(pid, signal = "SIGKILL") {
	try {
		return process.kill(pid, signal);
	} catch {
		return false;
	}
}
