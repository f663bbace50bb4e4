// disk.mjs - small file systems of a test's own.
// SPDX-License-Identifier: MIT
import { mkdtempSync, rmdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { run } from "./programs.mjs";
import { compileStandIn } from "./stand-ins.mjs";
import { until } from "./wait.mjs";

const mounts = [];
after(async () => {
	for (const dir of mounts) {
		await run("umount", ["-l", dir]).catch(() => {});
		rmdirSync(dir);
	}
});

// An empty file system of so many MiB, for so many files where that is said; null where we may not mount one.  It goes with the test file.
export async function smallDisk(mib, inodes = 0) {
	const dir = mkdtempSync(join(tmpdir(), "clipmill-disk-"));
	try {
		await run("mount", ["-t", "tmpfs", "-o", `size=${mib}m,mode=755,nr_inodes=${inodes}`, "clipmill-test", dir]);
		mounts.push(dir);
		return dir;
	} catch {
		rmdirSync(dir);
		return null;
	}
}

// An ext4 whose power can be cut: { dir, cut() }; null where we may not have one.  After cut() it is there again, with what
// had reached the disk.
export async function mortalDisk(mib) {
	const dir = mkdtempSync(join(tmpdir(), "clipmill-mortal-")), image = `${dir}.img`;
	const mount = () => run("mount", ["-t", "ext4", "-o", "loop", image, dir]);
	try {
		writeFileSync(image, "");
		truncateSync(image, mib << 20);
		await run("mkfs.ext4", ["-q", "-F", image]);
		await mount();
	} catch {
		rmSync(image, { force: true });
		rmdirSync(dir);
		return null;
	}
	mounts.push(dir);
	after(() => rmSync(image, { force: true }));
	const folder = mkdtempSync(join(tmpdir(), "clipmill-power-")), program = await compileStandIn(folder, "cut-power");
	after(() => rmSync(folder, { recursive: true, force: true }));
	const cut = async (whileDead) => {
		await run(program, [dir]);
		await whileDead();
		await until(() => run("umount", [dir]).then(() => true, () => false), `nobody uses ${dir}`);
		await mount();
	};
	return { dir, cut };
}
