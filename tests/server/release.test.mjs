// release.test.mjs - what a release carries ready-made.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "../lib/harness.mjs";
import { build, tree } from "../lib/paths.mjs";
import { run } from "../lib/programs.mjs";

const dir = mkdtempSync(join(tmpdir(), "clipmill-")), web = join(dir, "web"), out = join(dir, "www");
after(() => rmSync(dir, { recursive: true, force: true }));

test("a release's page is taken without Node while its sources are as they were, and not when they were changed", async () => {
	mkdirSync(join(dir, "bin"));
	for (const program of ["cat", "chmod", "cksum", "cp", "rm", "sh"])
		symlinkSync((await run("which", [program])).trim(), join(dir, "bin", program));
	cpSync(join(tree, "src/web"), web, { recursive: true });
	rmSync(join(web, "bundle"), { recursive: true, force: true });
	cpSync(join(build, "www"), join(web, "bundle"), { recursive: true });
	const bundle = () => run(join(web, "bundle.sh"), [web, out], { env: { PATH: join(dir, "bin") } });

	await bundle();
	assert.equal(readFileSync(join(out, "index.html"), "utf8"), readFileSync(join(build, "www/index.html"), "utf8"));
	assert.ok(existsSync(join(out, "assets")));

	appendFileSync(join(web, "assets/clipmill.css"), "\n");
	await assert.rejects(bundle, /not as it was released[^]*node is missing/);
});
