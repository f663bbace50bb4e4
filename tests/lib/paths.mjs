// paths.mjs - where things are: the tree, the build, the clips.
// SPDX-License-Identifier: MIT
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const tree = resolve(fileURLToPath(new URL("../..", import.meta.url)));

// CLIPMILL_BUILD, else the places where quickstart and HACKING build.
export const build = [process.env.CLIPMILL_BUILD, join(tree, "build/check"), join(tree, "build"), tree]
	.filter(Boolean).map((folder) => resolve(folder)).find((folder) => existsSync(join(folder, "clipmill")))
	?? process.env.CLIPMILL_BUILD ?? join(tree, "build");

export const clipmill = join(build, "clipmill");
export const jail = join(build, "clipmill-jail");
export const mux = join(build, "clipmill-mux");
export const digest = join(build, "clipmill-digest");

// CLIPMILL_CORPUS, else ../shared beside the checkout: a folder with corpus/ and hostile/ in it.
export const corpus = resolve(process.env.CLIPMILL_CORPUS || join(tree, "../shared"));

export const clip = (name) => join(corpus, "corpus", name);
export const hostile = (name) => join(corpus, "hostile", name);

// For a test's option `skip`: false, or why.
export const noCorpus = existsSync(clip("real")) && existsSync(hostile("names.jsonl"))
	? false : `there are no clips in ${corpus}: set CLIPMILL_CORPUS`;

// make check-full: also the tests that are marked `long`, of which others pass the like of in less time.
export const full = Boolean(process.env.CLIPMILL_FULL);
export const LONG = "left to make check-full";          // why the others are skipped; run.mjs only counts them

// Sanitizers slow the responders down, and everything that waits has to be more patient.
export const sanitized = existsSync(clipmill) && readFileSync(clipmill).includes("__asan_init");
// In CI a build with sanitizers passes what exercises our own programs; the plain one passes all.
export const lean = sanitized && Boolean(process.env.CI);
export const patience = Number(process.env.CLIPMILL_PATIENCE || (sanitized ? 3 : 1));
