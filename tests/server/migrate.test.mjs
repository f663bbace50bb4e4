// migrate.test.mjs - a database of an earlier release is brought up to date, and nothing in it is lost.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "../lib/harness.mjs";
import { tree } from "../lib/paths.mjs";
import { run } from "../lib/programs.mjs";
import { responder } from "../lib/server.mjs";

const dir = mkdtempSync(join(tmpdir(), "clipmill-"));
const conf = join(dir, "clipmill.conf");
const db = join(dir, "clipmill.db");
const id = "abcdefghijklmnopqrstuv";
after(() => rmSync(dir, { recursive: true, force: true }));

const sql = async (statement) => (await run("sqlite3", [db, statement])).trim();

// A video that was ready, and one that waits, as the first release left them, with one of its rules.
const first = `
CREATE TRIGGER video_moves BEFORE UPDATE OF state ON video WHEN OLD.state = 'ready' AND NEW.state <> 'deleting'
BEGIN
	SELECT RAISE(ABORT, 'a ready video can only be deleted');
END;
INSERT INTO video (id, source, filename, state, ended_ms) VALUES ('${id}', 'source/${id}', 'film.mp4', 'ready', 1700000000000);
INSERT INTO task (video, kind, state, worker, attempts, argv, user_ms) VALUES ('${id}', 'probe', 'done', 'w', 1, '["ffprobe","x"]', 70);
INSERT INTO task (video, kind, state, worker, frames_planned) VALUES ('${id}', 'chunk', 'done', 'w', 720);
INSERT INTO task (video, kind, state, worker) VALUES ('${id}', 'assemble', 'done', 'w');
INSERT INTO task_wait SELECT max(id), max(id) - 1 FROM task;
INSERT INTO rendition (video, place, name, kind, width, height, file) VALUES ('${id}', 0, '720p', 'video', 1280, 720, '720p.mp4'),
	('${id}', 1, 'audio', 'audio', NULL, NULL, NULL);
INSERT INTO piece VALUES ('${id}', '720p', 0, '720p-0000.m4s', 9, 720, 30000000, 1, 1, '#');
INSERT INTO decision VALUES ('${id}', 0, 'one_chunk', 'x');
INSERT INTO video (source) VALUES ('/srv/next.mp4');
`;

const schema = readFileSync(join(tree, "sql/schema/0001-chain.sql"), "utf8");
writeFileSync(join(dir, "first.sql"), schema + first);
await run("sqlite3", ["-bail", db, `.read ${join(dir, "first.sql")}`]);
writeFileSync(conf, `[store]\ndir = ${dir}\n`);
const init = await responder(["--config", conf, "init"]);

test("schema 1 becomes the present one, with all its rows", async () => {
	assert.equal(init.code, 0, init.stderr);
	const newest = Math.max(...readdirSync(join(tree, "sql/schema")).map((name) => parseInt(name, 10)));
	assert.equal(await sql("PRAGMA user_version"), String(newest));
	assert.equal(await sql("PRAGMA integrity_check"), "ok");
	assert.equal(await sql("PRAGMA foreign_key_check"), "");
	assert.equal(await sql(`SELECT edition, published FROM video WHERE id = '${id}'`), "1|1");
	assert.equal(await sql(`SELECT kind, state, edition, first_frame FROM task WHERE video = '${id}' ORDER BY id`),
		"probe|done|1|\nchunk|done|1|0\nassemble|done|1|");
	assert.equal(await sql("SELECT count(*) FROM task_wait"), "1");
	assert.equal(await sql("SELECT name, codec, is_default FROM rendition ORDER BY place"), "720p|h264|0\naudio|aac|1");
	assert.equal(await sql("SELECT file, edition FROM piece"), "720p-0000.m4s|1");
	assert.equal(await sql("SELECT code FROM decision"), "one_chunk");
	assert.equal(JSON.parse(await sql(`SELECT json FROM video_api WHERE id = '${id}'`)).urls.mp4, `/media/${id}/720p.mp4`);
});

test("its rules hold after that: a ready video is encoded again as its next edition", async () => {
	await assert.rejects(sql(`UPDATE video SET state = 'queued' WHERE id = '${id}'`), /a ready video is finished/);
	await sql(`UPDATE video SET state = 'queued', edition = edition + 1 WHERE id = '${id}'`);
	assert.equal(await sql(`SELECT kind, state FROM task WHERE video = '${id}' AND edition = 2`), "digest|queued\nprobe|queued");
	assert.equal(JSON.parse(await sql(`SELECT json FROM video_api WHERE id = '${id}'`)).urls.mp4, `/media/${id}/720p.mp4`);
	await assert.rejects(sql("INSERT INTO task (video, kind) VALUES ('x', 'nonsense')"), /CHECK constraint failed/);
});

// A database of this schema, with these statements, as it is now.  Resolves to what asks it.
async function migrated(number, statements) {
	const earlier = mkdtempSync(join(dir, "earlier-")), file = join(earlier, "clipmill.db");
	const schemas = readdirSync(join(tree, "sql/schema")).filter((name) => parseInt(name, 10) <= number).sort().map((name) => join("schema", name));
	await run("sqlite3", ["-bail", file, ...[...schemas, "views.sql"].map((name) => `.read ${join(tree, "sql", name)}`), statements]);
	writeFileSync(join(earlier, "clipmill.conf"), `[store]\ndir = ${earlier}\n`);
	const { code, stderr } = await responder(["--config", join(earlier, "clipmill.conf"), "init"]);
	assert.equal(code, 0, stderr);
	return async (statement) => (await run("sqlite3", [file, statement])).trim();
}

test("a video whose scan was under way before scans ran beside each other gets its plan", async () => {
	const ask = await migrated(11, `
		INSERT INTO video (id, source, filename) VALUES ('${id}', 'source/${id}', 'film.mp4');
		INSERT INTO task (video, kind, seq, state, worker) VALUES ('${id}', 'probe', 0, 'done', 'w'), ('${id}', 'scan', 1, 'running', 'w');`);
	assert.equal(await ask("SELECT kind, seq, state FROM task WHERE kind = 'scan' ORDER BY id"), "scan|1|running\nscan|0|queued");
	assert.equal(await ask("SELECT t.seq, n.seq FROM task_wait w JOIN task t ON t.id = w.task JOIN task n ON n.id = w.needs WHERE t.kind = 'scan'"), "0|1");
});

test("reports tell what is so: a video counts once, however many tasks made it, and one of twenty may wait longer than p95", async () => {
	const ask = await migrated(1, `${first}
		UPDATE video SET duration_ms = 10000, created_ms = 0, ended_ms = (SELECT ms FROM now_ms) WHERE id = '${id}';
		INSERT INTO task (video, kind, seq, state, worker) VALUES ('${id}', 'chunk', 1, 'done', 'w');
		UPDATE task SET user_ms = 1000, sys_ms = 0 WHERE kind = 'chunk';`);
	const report = (name) => ask(`.read ${join(tree, "sql/reports", name)}`);
	assert.match(await report("where-does-the-cpu-go.sql"), /^chunk\|2\|2\.0\|1\.0\|\|0\.2$/m);
	await ask(`INSERT INTO video (source) VALUES ('/quick.mp4'); DELETE FROM task WHERE video <> '${id}';
		UPDATE video SET state = 'probing' WHERE source = '/quick.mp4'; UPDATE video SET state = 'encoding' WHERE source = '/quick.mp4';
		UPDATE video SET state = 'publishing' WHERE source = '/quick.mp4'; UPDATE video SET state = 'ready' WHERE source = '/quick.mp4';
		UPDATE video SET ended_ms = (SELECT ms FROM now_ms), created_ms = (SELECT ms FROM now_ms) - iif(id = '${id}', 9000, 1000);`);
	assert.match(await report("how-long-do-people-wait.sql"), /\|2\|1\.0\|9\.0\|9\.0$/);
	await ask("UPDATE task SET predicted_s = 2 WHERE kind = 'chunk'");
	assert.equal(await report("how-good-are-predictions.sql"), "default|chunk|2|2.0|1.0|100.0%");
	await ask(`DELETE FROM piece; UPDATE video SET state = 'queued', edition = 2, created_ms = 0, profile = 'audio' WHERE id = '${id}';
		INSERT INTO rendition (video, edition, place, name, kind, file, size_bytes) VALUES ('${id}', 2, 0, '240p', 'video', 'e2-240p.mp4', 3000000);
		DELETE FROM task WHERE edition = 2 AND kind <> 'probe'; UPDATE task SET state = 'running', worker = 'w' WHERE edition = 2;
		UPDATE task SET state = 'done', created_ms = (SELECT ms FROM now_ms) - 4000 WHERE edition = 2;
		UPDATE video SET state = 'encoding' WHERE id = '${id}'; UPDATE video SET state = 'publishing' WHERE id = '${id}';
		UPDATE video SET state = 'ready', published = 2 WHERE id = '${id}';
		UPDATE video SET ended_ms = (SELECT created_ms + 4000 FROM task WHERE edition = 2) WHERE id = '${id}'`);
	assert.match(await report("how-long-do-people-wait.sql"), /\|2\|1\.0\|4\.0\|4\.0$/);
	assert.match(await report("what-takes-the-space.sql"), /\|3\.0$/m);
	assert.doesNotMatch(await report("how-good-are-predictions.sql"), /chunk/);
	await ask("UPDATE task SET created_ms = 0 WHERE edition = 1; UPDATE task SET user_ms = 500, sys_ms = 0 WHERE edition = 2");
	assert.equal(await ask(`SELECT took_s, cpu_s FROM history WHERE video = '${id}'`), "4.0|0.5");
});

test("pictures that still are there are kept, and those that went with the first edition are not named", async () => {
	const ask = await migrated(12, `
		INSERT INTO video (source) VALUES ('/kept'), ('/gone'), ('/first');
		UPDATE video SET poster = 'poster.jpg', published = 1;
		UPDATE video SET published = 2, edition = 2, linked = id WHERE source <> '/first';
		INSERT INTO discard SELECT id, 'poster.jpg', 5 FROM video WHERE source = '/kept';`);
	assert.equal(await ask("SELECT source, poster FROM video ORDER BY source"), "/first|poster.jpg\n/gone|\n/kept|poster.jpg");
	assert.equal(await ask("SELECT count(*) FROM discard"), "0");
});
