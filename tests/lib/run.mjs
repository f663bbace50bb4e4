// run.mjs - runs test files with Node's runner, a few at one time, and tells what came of it in plain lines.
// SPDX-License-Identifier: MIT
import { existsSync, readdirSync } from "node:fs";
import { cpus } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { run } from "node:test";
import { inspect } from "node:util";
import "./light.mjs";                   // made once, before the files are
import { installModules } from "./modules.mjs";
import { clipmill, lean, LONG, noCorpus, tree } from "./paths.mjs";
import { each } from "./wait.mjs";

// Of a file: for what hangs.
const FILE_TIMEOUT_MS = 25 * 60_000, LONG_TIMEOUT_MS = 90 * 60_000;
const ERROR_LINES = 20;         // of each failed test, at the end
const SKIPPED = 77;             // automake's word for it
const count = { pass: 0, fail: 0, skipped: 0 };
let left = 0;                   // for make check-full
const failures = [];            // what they said

// Those that take longest, mostly since they wait, begin first in their tiers: what runs alone at the end is short.
const LONGEST = ["media/tracks", "media/corpus", "media/profiles", "browser/uploads", "browser/pages", "browser/live", "fault/children", "fault/storage",
	"fault/stand-ins", "server/tus", "server/retention", "server/order", "server/events", "server/limits"];

function filesOf(folder, ending) {
	const path = join(tree, "tests", folder), files = readdirSync(path).filter((name) => name.endsWith(ending)).sort().map((name) => join(path, name));
	const first = LONGEST.map((name) => join(tree, "tests", `${name}${ending}`)).filter((file) => files.includes(file));
	return [...new Set([...first, ...files])];
}

// What CI leaves to the plain build: what ffmpeg, browsers, SQLite's shell, other web servers and many processes do, not our code alone.
const NOT_LEAN = [/\/browser\//, /\/media\/(?!corpus)/, /\/fault\/(?!kill-each-kind)/,
	/\/server\/(behind|chain|early|editions|profiles|retention|scale|slow-uploads|tus-client|tus-fronts)\b/];

// They take turns, so that what computes runs beside what waits.
const TIERS = ["media", "browser", "fault", "server"];
const inTurn = (lists) => Array.from({ length: Math.max(...lists.map(({ length }) => length)) }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();

// "server", "tests/server.tier", "all", "soak", or a file.
function filesFor(word) {
	const tier = basename(word, ".tier");
	if (tier === "all")
		return inTurn(TIERS.map(filesFor));
	if (tier === "soak")
		return TIERS.flatMap((folder) => filesOf(folder, ".soak.mjs"));
	if ([...TIERS, "exact"].includes(tier))
		return filesOf(tier, ".test.mjs").filter((file) => !lean || !NOT_LEAN.some((pattern) => pattern.test(file)));
	const file = [word, join(tree, "tests", word), join(tree, word)].find((path) => path.endsWith(".mjs") && existsSync(path));
	if (file)
		return [resolve(file)];
	die(`${word}: neither a tier (server, media, fault, browser, all, exact, soak) nor a file`);
}

// Node reports files and suites as tests too; those count only when they fail by themselves.
const isTest = (event) => event.details?.type !== "suite" && !event.name.endsWith(".mjs");
const causes = (error) => (error?.cause?.failureType ? error.cause : error);

function passed(event, label) {
	if (!isTest(event) || /does not match pattern/.test(event.skip))
		return;
	if (event.skip === LONG) {
		left++;
		return;
	}
	const skipped = event.skip !== undefined && event.skip !== false;
	count[skipped ? "skipped" : "pass"]++;
	console.log(skipped ? `SKIPPED - ${label}: ${event.name}: ${event.skip}`
		: `ok - ${label}: ${event.name} (${Math.round(event.details.duration_ms)} ms)`);
}

function failed(event, label) {
	const error = causes(event.details.error);
	if (error?.failureType === "subtestsFailed")
		return;
	count.fail++;
	const what = `${label}: ${event.name} (${Math.round(event.details.duration_ms)} ms)`;
	const why = inspect(error?.cause ?? error, { colors: false, depth: 4 }).replace(/^ +at .*node:internal.*\n?/gm, "").trimEnd().replace(/^/gm, "\t");
	console.log(`not ok - ${what}\n${why}`);
	failures.push(`${what}\n${why.split("\n").slice(0, ERROR_LINES).join("\n")}`);
}

function runFile(file) {
	const label = relative(join(tree, "tests"), file), only = process.env.CLIPMILL_ONLY;
	const options = { files: [file], timeout: /\/exact\/|\.soak\./.test(file) ? LONG_TIMEOUT_MS : FILE_TIMEOUT_MS };
	if (only)
		options.testNamePatterns = new RegExp(only.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
	return new Promise((done) => {
		run(options).on("test:pass", (event) => passed(event, label)).on("test:fail", (event) => failed(event, label))
			.on("test:stderr", ({ message }) => process.stdout.write(message)).on("end", done).resume();
	});
}

function tell() {
	for (const failure of failures)
		console.log(`FAILED: ${failure}`);
	if (left)
		console.log(`${left} long tests are ${LONG}`);
	for (const [word, number] of Object.entries(count))
		console.log(`# ${word} ${number}`);
	console.log(`${count.pass} passed, ${count.fail} failed${count.skipped ? `, ${count.skipped} skipped` : ""}`);
}

function die(why) {
	console.error(`tests/run: ${why}`);
	process.exit(1);
}

const files = process.argv.slice(2).flatMap(filesFor);
if (lean && !files.length) {
	console.log("*** SKIPPED: under sanitizers, CI leaves this tier to the plain build: it tests what ffmpeg and the browser do");
	process.exit(SKIPPED);
}
if (!files.length)
	die("which tier? server, media, fault, browser, all, exact, soak, or a file");
if (!existsSync(clipmill))
	die(`${clipmill} is not there: build it, or set CLIPMILL_BUILD`);
if (noCorpus)
	console.log(`*** NO CLIPS: ${noCorpus}`);
if (files.some((file) => /\/browser\/|\/(mux|tus-client)\.test\.mjs$/.test(file)))
	await installModules();
await each(files, Number(process.env.CLIPMILL_JOBS || cpus().length + 3), runFile);
tell();
process.exitCode = count.fail ? 1 : count.pass ? 0 : SKIPPED;
