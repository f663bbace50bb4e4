// disk.mjs - small file systems of a test's own.
// SPDX-License-Identifier: MIT
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { run } from "./programs.mjs";

const mounts = [];
after(async () => {
	for (const dir of mounts) {
		await run("umount", ["-l", dir]).catch(() => {});
		rmdirSync(dir);
	}
});

// An empty file system of so many MiB; null where we may not mount one.  It goes with the test file.
export async function smallDisk(mib) {
	const dir = mkdtempSync(join(tmpdir(), "clipmill-disk-"));
	try {
		await run("mount", ["-t", "tmpfs", "-o", `size=${mib}m,mode=755`, "clipmill-test", dir]);
		mounts.push(dir);
		return dir;
	} catch {
		rmdirSync(dir);
		return null;
	}
}
