// modules.mjs - the few npm packages that some tests need, as tests/package-lock.json pins them.
// They go into the build directory: the source tree may be read-only.
// SPDX-License-Identifier: MIT
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { build, tree } from "./paths.mjs";
import { run } from "./programs.mjs";

const folder = join(build, "tests/npm");
const wanted = ["package.json", "package-lock.json"];

function isInstalled() {
	return existsSync(join(folder, "node_modules/.package-lock.json")) &&
		wanted.every((name) => readFileSync(join(folder, name)).equals(readFileSync(join(tree, "tests", name))));
}

// Never throws: the tests that need them say that they are skipped.
export async function installModules() {
	if (isInstalled())
		return;
	mkdirSync(folder, { recursive: true });
	for (const name of wanted)
		cpSync(join(tree, "tests", name), join(folder, name));
	await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder })
		.catch((error) => console.log(`*** npm ci failed, the tests that need it will be skipped: ${error.message}`));
}

// The package, or null where it is not there.
export function load(name) {
	try {
		return createRequire(join(folder, "package.json"))(name);
	} catch {
		return null;
	}
}

export const pathIn = (name, file) => join(folder, "node_modules", name, file);
