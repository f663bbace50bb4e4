// scale.test.mjs - what statements cost in long queues and after long lives, counted in steps of SQLite's machine: these do
// not depend on what else the computer does.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "../lib/harness.mjs";
import { tree } from "../lib/paths.mjs";
import { responder } from "../lib/server.mjs";

const dir = mkdtempSync(join(tmpdir(), "clipmill-"));
after(() => rmSync(dir, { recursive: true, force: true }));

// A database of the present schema, with nobody at work.
let made = 0;
async function database() {
	const home = join(dir, String(made++)), conf = `${home}.conf`;
	writeFileSync(conf, `[store]\ndir = ${home}\n`);
	const { code, stderr } = await responder(["--config", conf, "init"]);
	assert.equal(code, 0, stderr);
	const db = join(home, "clipmill.db");
	const shell = (input) => execFileSync("sqlite3", ["-bail", db], { input: `PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON;\n${input}`, encoding: "utf8" });
	// Steps of one statement, whose parameters are SQL; it is rolled back unless `keep`.
	shell.steps = (statement, parameters = {}, keep = false) => {
		const set = Object.entries(parameters).map(([name, value]) => `.parameter set :${name} "${value}"\n`).join("");
		const out = shell(`${set}BEGIN;\n.stats vmstep\n${statement}\n.stats off\n${keep ? "COMMIT" : "ROLLBACK"};\n`);
		return Number(/VM-steps: (\d+)/.exec(out)[1]);
	};
	return shell;
}

const queries = readFileSync(join(tree, "sql/queries.sql"), "utf8");
function query(name) {
	const text = queries.split(`-- name: ${name}\n`)[1].split("-- name:")[0];
	return text.split("\n").filter((line) => !line.startsWith("--")).join("\n").trim();
}

const idOf = (name) => name.padEnd(22, "0");
// A video of so many chunks, all queued, and what lays them together.
const video = (name, chunks) => `
	INSERT INTO video (id, source) VALUES ('${idOf(name)}', '/srv/${name}.mp4');
	WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${chunks} - 1)
	INSERT INTO task (video, kind, seq, first_frame, frames_planned, predicted_s) SELECT '${idOf(name)}', 'chunk', i, i * 240, 240, 5 FROM n;
	INSERT INTO task (video, kind) VALUES ('${idOf(name)}', 'assemble');
	INSERT INTO task_wait SELECT a.id, c.id FROM task a JOIN task c ON c.video = a.video AND c.kind = 'chunk'
	 WHERE a.video = '${idOf(name)}' AND a.kind = 'assemble';`;

test("to cancel, retry and delete a video of four times the chunks costs about four times as much", async () => {
	const sql = await database();
	sql(video("short", 100) + video("long", 400));
	const moves = (name) => ["cancelled", "queued", "deleting"].map((state) =>
		sql.steps(`UPDATE video SET state = '${state}' WHERE id = '${idOf(name)}';`, {}, true));
	const short = moves("short"), long = moves("long");
	long.forEach((steps, i) => assert.ok(steps < 6 * short[i], `${short[i]} steps, then ${steps}`));
});

test("to remove a video costs as much beside twenty others", async () => {
	const remove = query("video_remove"), doom = `UPDATE video SET state = 'deleting', files_gone = 1 WHERE id = '${idOf("one")}';`;
	const sql = await database();
	sql(video("one", 100) + doom);
	const alone = sql.steps(remove, { id: `'${idOf("one")}'` });
	sql(Array.from({ length: 20 }, (_, i) => video(`other${i}x`, 100)).join(""));
	const beside = sql.steps(remove, { id: `'${idOf("one")}'` });
	assert.ok(beside < 1.2 * alone, `${alone} steps, then ${beside}`);
});

test("to forget old workers costs nothing by the tasks that there were", async () => {
	const sql = await database();
	sql(video("one", 2000));
	sql(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
		INSERT INTO worker (id, state, pid, host, slots, ended_ms) SELECT printf('%022d', i), 'stopped', 1, 'x', 1, 1 FROM n`);
	const steps = sql.steps(query("worker_prune"));
	assert.ok(steps < 10_000, `${steps} steps`);
});

// So many videos that wait, and so many that were made.
const waiting = (count) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
	INSERT INTO video (source, size_bytes) SELECT '/srv/w' || i || '.mp4', 1000 + i FROM n;`;
const past = (count) => `BEGIN; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
	INSERT INTO video (id, source, size_bytes) SELECT printf('past%018d', i), '/srv/p' || i || '.mp4', 1000 FROM n;
	INSERT INTO task (video, kind) SELECT id, 'chunk' FROM video WHERE id LIKE 'past%';
	UPDATE task SET state = 'running', worker = 'w' WHERE video LIKE 'past%' AND kind <> 'digest';
	UPDATE task SET state = 'done', user_ms = 4000, sys_ms = 0 WHERE video LIKE 'past%' AND kind <> 'digest';
	UPDATE video SET state = 'encoding' WHERE id LIKE 'past%' AND state <> 'encoding';
	UPDATE video SET state = 'publishing' WHERE id LIKE 'past%';
	UPDATE video SET state = 'ready', foretold_ms = 2, foretold_at_ms = 1 WHERE id LIKE 'past%'; COMMIT;`;

test("what streams, lists and claims ask grows with the queue, and not with its square, nor with the past", async () => {
	const asked = {
		event_live: [query("event_live")],
		video_list: [query("video_list"), { limit: "100" }],
		video_json: [query("video_json"), { id: "'past000000000000000001'" }],
		task_claim: [query("task_claim"), { worker: `'${idOf("w")}'`, busy: "0", room_bytes: "1000000000000" }],
		queue: ["SELECT * FROM queue;"],
	};
	const costs = (sql) => Object.fromEntries(Object.entries(asked).map(([name, args]) => [name, sql.steps(...args)]));
	const sql = await database();
	sql(`INSERT INTO worker (id, pid, host, slots) VALUES ('${idOf("w")}', 1, 'x', 2);` + past(20) + waiting(100));
	const short = costs(sql);
	sql(waiting(300));
	const long = costs(sql);
	for (const name of Object.keys(asked))
		assert.ok(long[name] < 6 * short[name], `${name}: ${short[name]} steps, then ${long[name]}`);
	assert.ok(long.event_live < 300_000, `${long.event_live} steps`);
	sql(past(300).replaceAll("past", "more"));
	const late = costs(sql);
	for (const name of ["event_live", "queue", "video_json"])
		assert.ok(late[name] < 1.5 * long[name], `${name}: ${long[name]} steps, then ${late[name]}`);
});

test("a clock that was ahead neither keeps a retry waiting nor spoils estimates", async () => {
	const sql = await database();
	sql(video("one", 2) + "DELETE FROM task WHERE kind <> 'chunk'; UPDATE task SET not_before_ms = (SELECT ms FROM now_ms) + 86400000;");
	assert.equal(sql("SELECT count(*) FROM runnable;").trim(), "2");
	sql("UPDATE task SET not_before_ms = (SELECT ms FROM now_ms) + 300000;");
	assert.equal(sql("SELECT count(*) FROM runnable;").trim(), "0");
	sql(past(2) + "UPDATE task SET started_ms = 1, ended_ms = 1 + iif(video LIKE '%1', 8000, 86400000) WHERE state = 'done';");
	assert.equal(sql("SELECT wall_per_cpu FROM lanes;").trim(), "11.0", "(8 + 20 * 4) s for 8");
});

test("when the next edition begins, the source of the one before stays", async () => {
	const sql = await database();
	sql(past(1) + `INSERT INTO discard (video, file, after_ms) SELECT id, '@source', 1 FROM video;
		UPDATE task SET state = 'running', worker = 'w' WHERE kind = 'digest'; UPDATE task SET state = 'done' WHERE kind = 'digest';`);
	assert.match(sql(query("discard_due")), /@source/);
	sql("UPDATE video SET state = 'queued', edition = edition + 1;");
	assert.equal(sql(`${query("discard_due")} SELECT count(*) FROM discard;`).trim(), "0");
});

test("view queue and the API tell the place in the order of the work: what costs less comes first", async () => {
	const sql = await database();
	sql(video("long", 300) + video("short", 2));
	assert.equal(sql("SELECT group_concat(substr(video, 1, 4)) FROM (SELECT video FROM queue ORDER BY place);").trim(), "shor,long");
	assert.equal(sql(`SELECT json ->> '$.place' FROM video_api WHERE id = '${idOf("long")}';`).trim(), "2");
	assert.match(sql("SELECT (SELECT video FROM task WHERE id = task) FROM runnable LIMIT 1;"), /^short/);
});
