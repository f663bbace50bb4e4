// cgroup.mjs - processes that may have so much memory together, and no more: the kernel ends one of them then.
// SPDX-License-Identifier: MIT
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./wait.mjs";

// The file of the limit, in version 1 and 2 of the kernel's interface, and what stands for none.
const versions = [
	{ root: "/sys/fs/cgroup/memory", limit: "memory.limit_in_bytes", none: "-1" },
	{ root: "/sys/fs/cgroup", limit: "memory.max", none: "max" },
];

// A group, or null where none can be made here.
export function memoryGroup(name) {
	for (const version of versions) {
		const dir = join(version.root, name);
		try {
			mkdirSync(dir);
		} catch {
			continue;
		}
		if (existsSync(join(dir, version.limit)))
			return new MemoryGroup(dir, version);
		rmdirSync(dir);
	}
	return null;
}

class MemoryGroup {
	constructor(dir, version) {
		this.dir = dir;
		this.version = version;
	}

	// Takes a process in; its children are born into the group.
	add(pid) {
		writeFileSync(join(this.dir, "cgroup.procs"), String(pid));
	}

	// In bytes; null: none.
	limit(bytes) {
		writeFileSync(join(this.dir, this.version.limit), bytes === null ? this.version.none : String(bytes));
	}

	// Its processes are those of the group around it again.
	async remove() {
		await until(() => {
			for (const pid of readFileSync(join(this.dir, "cgroup.procs"), "utf8").split("\n").filter(Boolean))
				try {
					writeFileSync(join(this.version.root, "cgroup.procs"), pid);
				} catch {}      // it is gone
			try {
				rmdirSync(this.dir);
			} catch {
				return false;
			}
			return true;
		}, "the group is empty");
	}
}
