// exact.mjs - are the frames that a video's chunks hand to the encoders those of a single pass?
// SPDX-License-Identifier: MIT
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { patience } from "./paths.mjs";
import { until } from "./wait.mjs";

const RUN_MS = 300_000;
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
const shelf = mkdtempSync(join(tmpdir(), "clipmill-exact-"));
process.on("exit", () => rmSync(shelf, { recursive: true, force: true }));
let made = 0;

// Options for serve(): videos are planned, in chunks of a second, and nothing is encoded.
// Nothing is copied: what encoders are given is compared, and a copied rung has none.
export const planOnly = {
	procs: 1,
	settings: { encode: { threads_per_child: 1, slots: 2 } },
	prepare: (server) => server.sql(`UPDATE profile SET chunk_ms = 1000, copy = 0;
		CREATE TRIGGER only_plans AFTER INSERT ON task WHEN NEW.kind = 'assemble' BEGIN
			UPDATE video SET paused = 1 WHERE id = NEW.video;
		END`),
};

// Two videos of the same file: one as it comes, one that must be in one piece.
export async function insert(server, path) {
	const rows = await server.sql(`INSERT INTO video (source, single) VALUES (${quoted(path)}, NULL),
		(${quoted(path)}, 'It was asked for.') RETURNING id`);
	return rows.map(({ id }) => id);
}

// { state, reason, codes: [{ code, detail }], tasks: [{ argv, first, frames }] } as soon as it is planned, or refused.
export async function planOf(server, id) {
	const planned = "EXISTS (SELECT 1 FROM task WHERE video = v.id AND kind = 'assemble')";
	await until(() => server.value(`SELECT 1 FROM video v WHERE id = ${quoted(id)} AND (state = 'failed' OR ${planned})`),
		`a plan of ${id}`, 120_000, 300, () => server.moves());
	const [video] = await server.sql(`SELECT state, reason FROM video WHERE id = ${quoted(id)}`);
	const codes = await server.sql(`SELECT code, detail FROM decision WHERE video = ${quoted(id)} ORDER BY seq`);
	const tasks = await server.sql(`SELECT argv, first_frame AS first, frames_planned AS frames FROM task
		WHERE video = ${quoted(id)} AND kind = 'chunk' ORDER BY seq`);
	return { ...video, codes, tasks: tasks.map((task) => ({ ...task, argv: JSON.parse(task.argv) })) };
}

// The same command with its encoders replaced by checksums of what they would be given, a file a rung.
function watched(argv, stem) {
	const at = argv.indexOf("-map"), maps = argv.filter((word, i) => argv[i - 1] === "-map"), files = [];
	const base = argv[argv.indexOf("-enc_time_base") + 1];
	const words = maps.flatMap((map, i) => (!/^\[v\d+\]$/.test(map) ? ["-map", map, "-f", "null", "-"]
		: ["-map", map, "-fps_mode", "passthrough", "-enc_time_base", base, "-c:v", "rawvideo", "-f", "framemd5",
			`file:${files[files.push(`${stem}-${i}`) - 1]}`]));
	return { words: [...argv.slice(0, at), ...words], files };
}

// [pts, md5] of each frame, with the time base in front of it.
function framesIn(text) {
	const base = /^#tb 0: (.*)$/m.exec(text)?.[1];
	return text.split("\n").filter((line) => /^\d/.test(line)).map((line) => {
		const [, , pts, , , md5] = line.split(",").map((word) => word.trim());
		return `${pts}/${base} ${md5}`;
	});
}

// { failed: did it not end well, said: what ffmpeg had to complain about }
const listen = ([program, ...words]) => new Promise((resolve) => {
	const options = { timeout: RUN_MS * patience, maxBuffer: 1 << 28 };
	execFile(program, words, options, (failed, _, said) => resolve({ failed, said }));
});

// { rungs: [[frame]], failed, said }
async function framesOf(task) {
	const { words, files } = watched(task.argv, join(shelf, String(made++)));
	const { failed, said } = await listen(words);
	const rungs = files.map((file) => {
		try {
			return framesIn(readFileSync(file, "utf8"));
		} catch {
			return [];
		}
	});
	files.forEach((file) => rmSync(file, { force: true }));
	return { rungs, failed, said };
}

// What the supervisor would notice of a chunk: it did not end well, or has not the frames that were planned.
const isNoticed = (task, { rungs, failed }) => Boolean(failed) || rungs.some((rung) => rung.length !== task.frames);

function difference(rung, whole, chunks) {
	const at = whole.findIndex((frame, i) => frame !== chunks[i]);
	if (at < 0 && whole.length === chunks.length)
		return null;
	const strange = chunks.filter((frame) => !whole.includes(frame)).length;
	return `rung ${rung}: ${whole.length} frames in one pass, ${chunks.length} in chunks, ${strange} of them strange, ` +
		`from frame ${at < 0 ? whole.length : at} on: ${whole[at]}, ${chunks[at]}`;
}

const times = (frames) => frames.map((frame) => frame.split(" ")[0]).join(" ");
const sameTimes = (some, others) => times(some) === times(others);

// Runs the chunks and the single pass: { verdict, frames, detail }.  What a decoder makes of damage depends on what it
// saw before, so the pictures of a damaged source may differ there; they must still be as many, at the same times.
async function compare(chunked, single) {
	const whole = await framesOf(single.tasks[0]), chunks = [];
	for (const task of chunked.tasks)
		chunks.push(await framesOf(task));
	const joined = whole.rungs.map((_, i) => chunks.flatMap(({ rungs }) => rungs[i]));
	const differs = whole.rungs.map((rung, i) => difference(i, rung, joined[i])).filter(Boolean);
	const noticed = chunked.tasks.filter((task, i) => isNoticed(task, chunks[i]));
	const frames = whole.rungs[0]?.length ?? 0;
	const first = noticed.map((task) => `chunk at ${task.first} has not its ${task.frames} frames`)[0];
	if (noticed.length)
		return { verdict: "noticed", frames, detail: [first, ...differs][0] };
	const damaged = whole.said && whole.rungs.every((rung, i) => sameTimes(rung, joined[i]));
	return { verdict: !differs.length ? "exact" : damaged ? "damaged" : "WRONG", frames, detail: differs[0] ?? "" };
}

// What becomes of a file: { outcome, chunks, frames, detail }.  The outcome is "exact", "noticed", "damaged" or "WRONG"
// for one that is chunked, else the code of the decision that says why not; "no plan" or "no picture" where there is
// nothing to chunk.
export async function outcomeOf(server, [chunkedId, singleId]) {
	const chunked = await planOf(server, chunkedId), single = await planOf(server, singleId);
	if (chunked.state === "failed")
		return { outcome: "no plan", chunks: 0, frames: 0, detail: chunked.reason };
	if (!chunked.tasks.length)
		return { outcome: "no picture", chunks: 0, frames: 0, detail: "" };
	if (chunked.tasks.length === 1) {
		const why = chunked.codes.find(({ code }) => code.startsWith("one_chunk"));
		return { outcome: why?.code ?? "?", chunks: 1, frames: chunked.tasks[0].frames, detail: why?.detail ?? "" };
	}
	const { verdict, frames, detail } = await compare(chunked, single);
	return { outcome: verdict, chunks: chunked.tasks.length, frames, detail };
}

export const row = (name, { outcome, chunks, frames, detail }) =>
	[name.padEnd(64), `${chunks}`.padStart(4), `${frames}`.padStart(6), outcome.padEnd(24), detail].join(" ").trimEnd();
