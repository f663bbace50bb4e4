// sql.test.mjs - the database as the control panel, by the sqlite3 command line, with responders running.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { serve, test } from "../lib/harness.mjs";
import { madeBytes, madeClip } from "../lib/media.mjs";
import { paced } from "../lib/pace.mjs";
import { patience, tree } from "../lib/paths.mjs";
import { isAlive } from "../lib/programs.mjs";
import { until } from "../lib/wait.mjs";

// One responder, one child at a time, and one slow profile: there is always something to act upon.
const server = await serve({ procs: 1, settings: { encode: { grace: "300ms" } }, prepare: async (server) => {
	await server.quick();
	await server.sql(`INSERT INTO profile (name, chunk_ms) VALUES ('slow', 60000);
		INSERT INTO rung (profile, short_side, max_kbps, preset) VALUES ('slow', 360, 900, 'slow')`);
} });
const short = await madeBytes({ seconds: 1 });
const long = await madeBytes({ seconds: 20, size: "640x360" });

const add = async (bytes, query) => (await server.put(bytes, query)).json.id;
const state = (id) => server.value(`SELECT state FROM video WHERE id = '${id}'`);
const runningChunk = (id) => until(async () =>
	(await server.sql(`SELECT pid FROM task WHERE video = '${id}' AND kind = 'chunk' AND state = 'running' AND frames > 0`))[0]?.pid,
	"its chunk is being encoded", 90_000);

// A long video whose chunk is under way; the work on it is stopped in the end.
async function whileEncoding(body) {
	const id = await add(long, { profile: "slow", title: "long" });
	try {
		await body(id, await runningChunk(id));
	} finally {
		await server.sql(`UPDATE video SET state = 'deleting' WHERE id = '${id}' AND state <> 'deleting'`);
		await until(async () => await state(id) === undefined, "it is deleted");
	}
}

test("UPDATE ... state = 'cancelled' ends the child within a second", () => whileEncoding(async (id, pid) => {
	assert.ok(isAlive(pid));
	await server.sql(`UPDATE video SET state = 'cancelled' WHERE id = '${id}'`);
	const { ms } = await paced(server.dir, () => until(() => !isAlive(pid), "the child is gone", undefined, 10));
	assert.ok(ms < 1000 * patience, `${ms} ms`);
	await until(() => !server.children().length, "nothing is left of it");
	await server.tidy();
	const { state, reason, detail } = await server.video(id);
	assert.deepEqual([state, reason, detail], ["cancelled", "cancelled", "Stopped on request; it can be retried."], "as by the API");
}));

test("UPDATE ... state = 'queued' takes up a cancelled video, and does nothing twice", () => whileEncoding(async (id) => {
	await server.sql(`UPDATE video SET state = 'cancelled' WHERE id = '${id}'`);
	await server.tidy();
	await server.sql(`UPDATE video SET state = 'queued' WHERE id = '${id}'`);
	await runningChunk(id);
	const tasks = await server.sql(`SELECT kind, attempts FROM task
		WHERE video = '${id}' AND attempts > 0 ORDER BY id`);
	for (const { kind, attempts } of tasks)
		assert.ok(attempts === 1 || kind === "chunk", `${kind}: ${attempts} attempts`);
	assert.equal(tasks.filter(({ attempts }) => attempts === 2).length, 1);
}));

test("UPDATE ... state = 'deleting' ends the child and removes every file", async () => {
	let gone;
	await whileEncoding(async (id, pid) => {
		gone = id;
		await server.sql(`UPDATE video SET state = 'deleting' WHERE id = '${id}'`);
		await until(() => !isAlive(pid), "the child is gone");
	});
	await server.tidy();
	assert.ok(!existsSync(join(server.dir, "source", gone)) && !existsSync(join(server.dir, "media", gone)));
});

test("UPDATE ... priority changes who is next", () => whileEncoding(async (id) => {
	const [first, second, third] = [await add(short), await add(short), await add(short)];
	await server.sql(`UPDATE video SET priority = 10 WHERE id = '${third}'; UPDATE video SET priority = -10 WHERE id = '${first}'`);
	await server.sql(`UPDATE video SET state = 'cancelled' WHERE id = '${id}'`);
	const videos = await Promise.all([third, second, first].map((one) => server.waitFor(one, "ready")));
	assert.deepEqual(videos.map(({ started }) => started), videos.map(({ started }) => started).sort());
}));

test("INSERT INTO video (source) makes a ready video of a file on disk, and leaves the file alone", async () => {
	const path = join(server.dir, "on disk 100% 'mine'.mp4");
	copyFileSync(await madeClip({ seconds: 1 }), path);
	await server.sql(`INSERT INTO video (source, title) VALUES ('${path.replaceAll("'", "''")}', 'Mine')`);
	const { id, filename } = (await server.sql("SELECT id, filename FROM video WHERE title = 'Mine'"))[0];
	assert.equal(filename, "on disk 100% 'mine'.mp4");
	assert.equal((await server.waitFor(id, "ready")).renditions.length, 2);
	await server.sql(`UPDATE video SET state = 'deleting' WHERE id = '${id}'`);
	await until(async () => await state(id) === undefined, "it is deleted");
	assert.ok(existsSync(path));
});

test("a source that is not there is told in the queue, and fails with a reason once it was looked for often enough", async () => {
	await server.sql("INSERT INTO video (source, title) VALUES ('/nowhere/a.mp4', 'Gone')");
	const id = await server.value("SELECT id FROM video WHERE title = 'Gone'");
	for (const failures of [1, 2]) {
		const found = () => server.value(`SELECT what FROM queue WHERE video = '${id}' AND EXISTS (SELECT 1 FROM task
			WHERE video = '${id}' AND state = 'queued' AND failures = ${failures})`);
		assert.match(await until(found, `it has failed ${failures} times`), /^probe: retries in \d+ s after: source_unreadable$/);
		await server.sql(`UPDATE task SET not_before_ms = 0 WHERE video = '${id}'`);
	}
	const { reason, detail } = await server.waitFor(id, "failed");
	assert.equal(reason, "source_unreadable");
	assert.match(detail, /\/nowhere\/a\.mp4/);
});

test("a file name that is not UTF-8 and a title that is no text spoil no answer", async () => {
	await server.sql("INSERT INTO video (source, title) VALUES (CAST(x'2f6e6f77686572652fe9' AS TEXT), x'41e9')");
	const id = await server.value("SELECT id FROM video WHERE title = x'41e9'"), utf8 = new TextDecoder("utf-8", { fatal: true });
	for (const path of ["/api/videos", `/api/videos/${id}`, "/api/floor", "/videos/"]) {
		const answer = await fetch(server.url(path));
		assert.equal(answer.status, 200, path);
		if (path.startsWith("/api/"))
			JSON.parse(utf8.decode(await answer.arrayBuffer()));
	}
	const { title, filename } = await server.video(id);
	assert.deepEqual([title, filename], ["A\ufffd", "\ufffd"]);
	await server.sql(`UPDATE video SET state = 'deleting' WHERE id = '${id}'`);
});

test("what cannot be is refused in plain words, and changes nothing", async () => {
	const id = await add(short);
	await server.waitFor(id, "ready");
	for (const [statement, words] of [
		[`UPDATE video SET state = 'queued' WHERE id = '${id}'`, /a ready video is finished/],
		[`UPDATE video SET edition = edition + 1 WHERE id = '${id}'`, /together with state/],
		[`UPDATE video SET state = 'encoding' WHERE id = '${id}'`, /a ready video is finished/],
		[`UPDATE video SET state = 'cancelled' WHERE id = '${id}'`, /a ready video is finished/],
		[`DELETE FROM video WHERE id = '${id}'`, /its files must go first/],
		[`UPDATE video SET id = 'x' WHERE id = '${id}'`, /name files on disk and cannot change/],
		[`UPDATE video SET source = '/etc/passwd' WHERE id = '${id}'`, /name files on disk and cannot change/],
		[`UPDATE video SET priority = 'high' WHERE id = '${id}'`, /priority is a whole number/],
		[`UPDATE video SET profile = 'slow' WHERE id = '${id}'`, /keeps its profile/],
		["INSERT INTO video (source, profile) VALUES ('/a.mp4', 'none')", /there is no such profile/],
		["INSERT INTO video (source, state) VALUES ('/a.mp4', 'ready')", /starts as queued/],
		["INSERT INTO video (source) VALUES ('relative.mp4')", /source is the absolute path/],
		[`UPDATE task SET state = 'queued' WHERE video = '${id}'`, /a done task stays done/],
		["INSERT INTO rung (profile, short_side, max_kbps) VALUES ('default', 241, 100)", /even number of pixels/],
		["UPDATE worker SET slots = -3", /whole number from 0 to 256/],
		["UPDATE worker SET slots = 100000", /whole number from 0 to 256/],
		["UPDATE worker SET slots = 'two'", /whole number from 0 to 256/],
		["DELETE FROM everything", /to go on: UPDATE everything/],
	])
		await assert.rejects(server.sql(statement), words, statement);
	assert.equal(await state(id), "ready");
});

test("a video under way cannot be called ready, nor a task be claimed by hand", () => whileEncoding(async (id) => {
	for (const [statement, words] of [
		["UPDATE video SET state = 'ready'", /when all its tasks are done/],
		["UPDATE video SET state = 'probing'", /under way can be cancelled/],
		["UPDATE video SET state = 'failed'", /a video fails by its work/],
		["UPDATE task SET state = 'running' WHERE kind = 'assemble'", /leave the claim to the workers/],
		["UPDATE task SET state = 'done' WHERE kind = 'assemble'", /a queued task can be/],
		["UPDATE task SET state = 'cancelled' WHERE kind = 'assemble'", /a task ends with its video/],
		["UPDATE task SET state = 'failed' WHERE kind = 'chunk'", /a task ends with its video/],
	])
		await assert.rejects(server.sql(`${statement} ${/WHERE/.test(statement) ? "AND video" : "WHERE id"} = '${id}'`), words);
}));

test("the views tell a stranger what goes on", () => whileEncoding(async (id, pid) => {
	const next = await add(short, { title: "next" });
	const bad = await add("not a video", { title: "bad", priority: 5 });
	const queue = await server.sql("SELECT * FROM queue");
	assert.deepEqual([queue[0].video, queue[0].state, queue[0].what], [id, "encoding", "chunk 0 running"]);
	assert.equal((await server.video(id)).what, queue[0].what);
	assert.deepEqual(queue.slice(1).map(({ video, place }) => [video, place]), [[bad, 2], [next, 3]]);
	assert.match(queue[2].what, /^probe: waits for a free slot/);
	const [running] = await server.sql("SELECT * FROM running");
	assert.deepEqual([running.video, running.kind, running.pid, running.title], [id, "chunk", pid, "long"]);
	assert.match(running.progress, /^\d+%$/);
	await server.sql(`UPDATE video SET state = 'cancelled' WHERE id = '${id}'`);
	await server.waitFor(next, "ready");
	const [failure] = await server.sql(`SELECT * FROM failures WHERE video = '${bad}'`);
	assert.deepEqual([failure.kind, failure.outcome, failure.reason], ["probe", "given up", "not_a_video"]);
	const history = await server.sql("SELECT * FROM history LIMIT 3");
	assert.deepEqual(history.map(({ video, state }) => [video, state]), [[next, "ready"], [bad, "failed"], [id, "cancelled"]]);
}));

test("a slip of the hand is refused in words, never in those of SQLite alone", async () => {
	const rung = (columns, values) => `INSERT INTO rung (profile, ${columns}) VALUES ('default', ${values})`;
	const video = (columns, values) => `INSERT INTO video (source, ${columns}) VALUES ('/a.mp4', ${values})`;
	const id = "'AAAAAAAAAAAAAAAAAAAAAA'", row = `BEGIN; INSERT INTO video (id, source) VALUES (${id}, '/a.mp4');`;
	for (const [statement, words] of [
		["INSERT INTO profile (name) VALUES ('default')", /there is such a profile already/],
		["UPDATE profile SET name = 'hevc' WHERE name = 'vp9'", /there is such a profile already/],
		["INSERT INTO profile (description) VALUES ('x')", /a profile has a name/],
		["INSERT INTO profile (name, link) VALUES ('x', NULL)", /NULL is for keep_source_days only: what is left out is as usual/],
		["UPDATE profile SET audio_codec = NULL", /NULL is for keep_source_days only: what is left out stays/],
		["INSERT INTO profile (name, keep_source, keep_source_days) VALUES ('x', 0, 30)", /keep_source = 0 keeps no source/],
		["BEGIN; UPDATE profile SET keep_source = 0; UPDATE profile SET keep_source_days = 30", /keep_source = 0 keeps no source/],
		["UPDATE profile SET version = 'x'", /version is a whole number, and rises/],
		[rung("short_side, max_kbps", "240, 400"), /a rung of this codec and short_side already/],
		["UPDATE rung SET short_side = 720 WHERE profile = 'hevc'", /a rung of this codec and short_side already/],
		[rung("max_kbps", "2800"), /a rung has a short_side: an even number/],
		[rung("short_side", "2160"), /max_kbps is from 50/],
		["UPDATE rung SET max_kbps = NULL", /max_kbps is from 50/],
		[rung("codec, short_side, max_kbps", "NULL, 2160, 14000"), /codec is h264, hevc, vp9 or av1/],
		["INSERT INTO video (title) VALUES ('x')", /source is the absolute path of a file/],
		["INSERT INTO video (source) VALUES ('a.mp4')", /source is the absolute path of a file/],
		[video("id", "'x'"), /an id has 22 letters/],
		[`${row} ${video("id", id)}`, /a video with this id already/],
		[`${row} REPLACE INTO video (id, source) VALUES (${id}, '/b.mp4')`, /a video with this id already/],
		[`${row} UPDATE video SET source = NULL WHERE id = ${id}`, /cannot change/],
		...[["title", "NULL", /title, owner, priority and paused are never NULL/], ["state", "NULL", /never NULL/],
			["title", "printf('%501s', '')", /title has up to 500/], ["owner", "printf('%101s', '')", /owner has up to 100/],
			["priority", "'high'", /priority is a whole number from -100/], ["priority", "2.5", /priority is a whole number/],
			["paused", "'yes'", /paused is 0 or 1/]].flatMap(([column, value, words]) => [
			[video(column, value), words], [`${row} UPDATE video SET ${column} = ${value} WHERE id = ${id}`, words]]),
		["UPDATE worker SET slots = 'many'", /slots is a whole number/],
		["UPDATE worker SET nice = -5", /nice is a whole number from 0 to 19/],
		["UPDATE worker SET nice = 2.5", /nice is a whole number from 0 to 19/],
		["UPDATE worker SET paused = NULL", /paused is 0 or 1/],
		["UPDATE worker SET state = 'paused'", /it is paused by paused = 1/],
		["INSERT INTO everything (paused) VALUES (1)", /UPDATE everything SET paused = 1/],
		["UPDATE everything SET paused = 'yes'", /paused is 0 or 1/],
	])
		await assert.rejects(server.sql(statement), words, statement);
});

test("no source at all may be kept of a profile that kept them for some days", async () => {
	assert.deepEqual(await server.sql(`BEGIN; UPDATE profile SET keep_source_days = 30 WHERE name = 'slow'; UPDATE profile SET keep_source = 0 WHERE name = 'slow';
		UPDATE profile SET keep_source = 1, keep_source_days = 40 WHERE name = 'slow'; SELECT keep_source_days FROM profile WHERE name = 'slow'; ROLLBACK`), [{ keep_source_days: 40 }]);
});

test("a rung that is there is replaced or left as it is, where a statement says so", async () => {
	const cap = (verb, kbps, rest) => server.value(`BEGIN; ${verb} INTO rung (profile, short_side, max_kbps) VALUES ('slow', 360, ${kbps}) ${rest};
		SELECT max_kbps FROM rung WHERE profile = 'slow'; ROLLBACK`);
	assert.deepEqual([await cap("REPLACE", 901, ""), await cap("INSERT OR IGNORE", 902, ""),
		await cap("INSERT", 903, "ON CONFLICT (profile, codec, short_side) DO UPDATE SET max_kbps = excluded.max_kbps")], [901, 900, 903]);
});

test("every report of sql/reports is installed", () => {
	const rules = readFileSync(join(tree, "conf-examples/module.mk"), "utf8");
	for (const name of readdirSync(join(tree, "sql/reports")))
		assert.ok(rules.includes(`sql/reports/${name}`), name);
});

test("every report of sql/reports answers", async () => {
	const folder = join(tree, "sql/reports"), reports = readdirSync(folder).filter((name) => name.endsWith(".sql"));
	assert.ok(reports.length >= 5);
	for (const name of reports)
		await assert.doesNotReject(server.sql(readFileSync(join(folder, name), "utf8")), name);
});

test("the space that a video takes has each of its files once, and those that wait to be removed", async () => {
	const id = "S".repeat(22), piece = (edition, seq, file) => `INSERT INTO piece VALUES ('${id}', ${edition}, 'audio', ${seq}, '${file}', 1e6, 1, 1, 1, 1, '');`;
	const rendition = (edition, place, file, bytes = 1e6) => `INSERT INTO rendition (video, edition, place, name, kind, file, size_bytes)
		VALUES ('${id}', ${edition}, ${place}, 'n${place}', 'audio', '${file}', ${bytes});`;
	const [{ published_mb }] = (await server.sql(`BEGIN; INSERT INTO video (id, source, paused) VALUES ('${id}', '/srv/s', 1);
		UPDATE video SET published = 2 WHERE id = '${id}'; ${piece(2, 0, "a.m4s")} ${piece(2, 1, "b.m4s")} ${rendition(2, 0, "a.m4s")} ${rendition(2, 1, "c.mp4")}
		${rendition(1, 0, "old.mp4", 5e6)} ${rendition(1, 1, "gone.mp4")} INSERT INTO discard (video, file, after_ms) VALUES ('${id}', 'old.mp4', 9e12);
		${readFileSync(join(tree, "sql/reports/what-takes-the-space.sql"), "utf8")} ROLLBACK`)).filter(({ video }) => video === id);
	assert.equal(published_mb, 8);
});

test("what was foretold before a video was stopped is not held against it when it goes on", async () => {
	assert.deepEqual(await server.sql(`BEGIN; INSERT INTO video (source, title, paused) VALUES ('/srv/s', 'foretold', 1);
		UPDATE video SET foretold_at_ms = 1, foretold_ms = 2, state = 'cancelled' WHERE title = 'foretold';
		UPDATE video SET state = 'queued' WHERE title = 'foretold'; SELECT foretold_at_ms, foretold_ms FROM video WHERE title = 'foretold'; ROLLBACK`),
	[{ foretold_at_ms: null, foretold_ms: null }]);
});

test("what is going on tells also what is paused", async () => {
	const rows = await server.sql(`BEGIN; INSERT INTO video (source, paused) VALUES ('/srv/s', 1); UPDATE worker SET paused = 1; UPDATE everything SET paused = 1;
		${readFileSync(join(tree, "sql/reports/what-is-going-on.sql"), "utf8")} ROLLBACK`);
	const told = Object.fromEntries(rows.map(({ what, n }) => [what, n]));
	assert.deepEqual([told["videos queued, paused"], told["workers alive, paused"], told["everything is paused"]], [1, 1, 1]);
});

test("an example of why videos fail comes with its own words", async () => {
	for (const [letter, detail] of [["z", "a word"], ["A", "z word"]])
		await server.sql(`INSERT INTO video (id, source, paused) VALUES ('${letter.repeat(22)}', '/srv/${letter}.mp4', 1);
			UPDATE video SET state = 'failed', reason = 'tried', detail = '${detail}' WHERE id = '${letter.repeat(22)}'`);
	const [{ videos, example, detail }] = (await server.sql(readFileSync(join(tree, "sql/reports/why-did-it-fail.sql"), "utf8"))).filter(({ reason }) => reason === "tried");
	assert.deepEqual([videos, detail], [2, await server.value(`SELECT detail FROM video WHERE id = '${example}'`)]);
	await server.sql("UPDATE video SET state = 'deleting' WHERE reason = 'tried'");
});

test("a profile that is edited in SQL holds for the next video", async () => {
	await server.sql("UPDATE rung SET short_side = 144 WHERE profile = 'default'");
	await server.sql("UPDATE profile SET audio_kbps = 64 WHERE name = 'default'");
	const { renditions } = await server.waitFor(await add(short), "ready");
	assert.deepEqual(renditions.map(({ name }) => name), ["144p", "audio"]);
});

test("each row of a finished task keeps what its child was and what it took", async () => {
	const id = await add(short);
	await server.waitFor(id, "ready");
	assert.deepEqual(await server.sql(`SELECT DISTINCT reads FROM task WHERE video = '${id}' AND kind <> 'assemble'`), [{ reads: JSON.stringify([join(server.dir, "source", id)]) }]);
	const tasks = await server.tasks(id);
	const kinds = ["assemble", "audio", "chunk", "digest", "poster", "probe", "scan", "storyboard"];
	assert.deepEqual([...new Set(tasks.map(({ kind }) => kind))].sort(), kinds);
	for (const { id: task } of tasks) {
		const [{ kind, argv, exit_code, user_ms, max_rss_kb, attempts, worker }] = await server.tasks(id, task);
		assert.match(argv[0], kind === "assemble" ? /\/clipmill-mux$/ : kind === "digest" ? /\/clipmill-digest$/ : /\/ff(mpeg|probe)$/, kind);
		assert.deepEqual([exit_code, attempts], [0, 1], kind);
		assert.ok(user_ms >= 0 && max_rss_kb > 1000 && worker, kind);
	}
});

test("the history of one video is in its events, in order", async () => {
	const id = await add(short);
	await server.waitFor(id, "ready");
	const events = await server.sql(`SELECT kind FROM event WHERE video = '${id}' AND kind LIKE 'video %' ORDER BY id`);
	const words = events.map(({ kind }) => kind.slice("video ".length));
	assert.deepEqual(words.filter((word) => word !== "playable"), ["queued", "probing", "encoding", "publishing", "ready"]);
	assert.ok(words.indexOf("playable") > words.indexOf("encoding"), String(words));
});
