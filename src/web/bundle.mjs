// bundle.mjs - bundles the page: node bundle.mjs NPM OUT
// Names in OUT/assets have a hash of their content, so they may be cached for ever; OUT/names tells which became which.
// SPDX-License-Identifier: MIT
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { strictStyles } from "./strict-styles.mjs";
import { strictTexts } from "./strict-texts.mjs";

const [npm, out] = process.argv.slice(2).map((path) => resolve(path));
const source = fileURLToPath(new URL(".", import.meta.url));
const esbuild = createRequire(join(npm, "package.json"))("esbuild");
const entries = ["home.js", "video.js", "floor.js", "clipmill.css"].map((name) => join(source, "assets", name));
const names = new Map();        // "home.js" -> "home-HASH.js"

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "assets"), { recursive: true });

const { metafile } = await esbuild.build({
	entryPoints: entries, outdir: join(out, "assets"), entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]",
	bundle: true, splitting: true, format: "esm", target: "es2022", minify: true, legalComments: "none", metafile: true,
	nodePaths: [join(npm, "node_modules")], plugins: [strictStyles(join(source, "assets/shadow.js")), strictTexts], logLevel: "warning",
});
for (const [path, { entryPoint }] of Object.entries(metafile.outputs))
	if (entryPoint && entries.includes(resolve(entryPoint)))
		names.set(basename(entryPoint), basename(path));

function copyHashed(name) {
	const bytes = readFileSync(join(source, "assets", name)), [stem, suffix] = name.split(".");
	const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8).toUpperCase();
	names.set(name, `${stem}-${hash}.${suffix}`);
	cpSync(join(source, "assets", name), join(out, "assets", names.get(name)));
}
copyHashed("clipmill.svg");

const html = readFileSync(join(source, "index.html"), "utf8");
writeFileSync(join(out, "index.html"), html.replace(/\/assets\/([a-z]+\.[a-z]+)/g, (_, name) => `/assets/${names.get(name)}`));
writeFileSync(join(out, "names"), [...names].map((pair) => `${pair.join(" ")}\n`).join(""));
if (process.env.VERBOSE)
	for (const [path, { bytes }] of Object.entries(metafile.outputs))
		console.log(String(bytes).padStart(8), relative(out, resolve(path)));
