// events.test.mjs - event streams: what happens is told as it happens, to everybody, and nothing is missed.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { listen } from "../lib/events.mjs";
import { serve, test } from "../lib/harness.mjs";
import { madeClip } from "../lib/media.mjs";
import { kill } from "../lib/programs.mjs";
import { readProblem } from "../lib/problem.mjs";
import { sleep, until } from "../lib/wait.mjs";

const server = await serve({ procs: 2, settings: { encode: { slots: 0 } } });
const clip = await madeClip({ seconds: 2 });

const started = (stream) => stream.wait(({ name }) => name === "start", "its beginning");
const insert = (title, owner = "") => server.sql(`INSERT INTO video (source, title, owner) VALUES ('/srv/${title}.mp4', '${title}', '${owner}')`);
const idOf = (title) => server.value(`SELECT id FROM video WHERE title = '${title}'`);

test("a stream says where it begins, and what sqlite3 commits is told on it", async () => {
	const stream = await listen(server, "/api/events");
	assert.deepEqual([stream.status, stream.type], [200, "text/event-stream"]);
	const { id } = await started(stream);
	assert.equal(Number(id), await server.value("SELECT coalesce(max(id), 0) FROM event"));
	await insert("first");
	const event = await stream.wait((_, { kind }) => kind === "video queued");
	const data = JSON.parse(event.data);
	assert.deepEqual([event.name, data.video, Number(event.id)], ["video", await idOf("first"), data.id]);
	assert.match(data.at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
	stream.close();
});

test("changes of title, priority and pause are told, a deletion too", async () => {
	await insert("changed", "ann");
	const id = await idOf("changed"), stream = await listen(server, `/api/videos/${id}/events`);
	await started(stream);
	await server.request("PATCH", `/api/videos/${id}`, { body: '{"title":"better"}', headers: { "Content-Type": "application/json" } });
	await stream.wait((_, { kind }) => kind === "video changed");
	await server.request("DELETE", `/api/videos/${id}`);
	await stream.wait((_, { kind }) => kind === "video deleted");
	assert.equal(await server.value(`SELECT owner FROM event WHERE kind = 'video deleted' AND video = '${id}'`), "ann");
	stream.close();
});

test("filters by owner and by video let nothing else through", async () => {
	const [ann, nobody] = [await listen(server, "/api/events?owner=ann"), await listen(server, "/api/events?owner=")];
	await Promise.all([ann, nobody].map(started));
	await insert("of ann", "ann");
	await insert("of bob", "bob");
	await insert("of nobody");
	await insert("of ann too", "ann");
	const ids = { ann: [await idOf("of ann"), await idOf("of ann too")], nobody: [await idOf("of nobody")] };
	const last = (id) => (event, { video }) => event.name === "video" && video === id;
	await nobody.wait(last(ids.nobody.at(-1)));
	await ann.wait(last(ids.ann.at(-1)));
	const videos = (stream) => [...new Set(stream.told("video").map(({ video }) => video))];
	assert.deepEqual([videos(ann), videos(nobody)], [ids.ann, ids.nobody]);
	[ann, nobody].forEach((stream) => stream.close());
});

test("Last-Event-ID misses nothing, page after page, and one that is no longer kept is told to begin anew", async () => {
	const before = await server.value("SELECT max(id) FROM event");
	await server.sql(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1234)
		INSERT INTO event (kind, detail) SELECT 'worker changed', i FROM n`);
	const stream = await listen(server, "/api/events", { "Last-Event-ID": String(before) });
	await stream.wait((_, { detail }) => detail === "1234", "the last one");
	assert.deepEqual(stream.told("worker").map(({ detail }) => Number(detail)), Array.from({ length: 1234 }, (_, i) => i + 1));
	stream.close();
	await server.sql(`DELETE FROM event WHERE id < ${before + 100}`);
	for (const id of ["1", String(2 ** 40)]) {
		const late = await listen(server, "/api/events", { "Last-Event-ID": id });
		await late.wait(({ name }) => name === "reset");
		late.close();
	}
});

test("events of a batch written by many at one time all come, once, in order, to streams of every responder", async () => {
	const streams = await Promise.all(Array.from({ length: 20 }, () => listen(server, "/api/events")));
	await Promise.all(streams.map(started));
	const from = Number(await server.value("SELECT max(id) FROM event"));
	await Promise.all(Array.from({ length: 8 }, (_, i) => server.sql(Array.from({ length: 25 }, (_, j) =>
		`INSERT INTO event (kind, detail) VALUES ('worker changed', '${i}-${j}');`).join("\n"))));
	for (const stream of streams) {
		await until(() => stream.told("worker").length === 200, "200 events");
		assert.deepEqual(stream.told("worker").map(({ id }) => id), Array.from({ length: 200 }, (_, i) => from + 1 + i));
		stream.close();
	}
});

test("a transaction of thousands of events ends no stream", async () => {
	const stream = await listen(server, "/api/events"), { id } = await started(stream);
	await server.sql(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
		INSERT INTO event (kind, detail) SELECT 'worker changed', i FROM n`);
	await until(() => stream.ended || stream.told("worker").length >= 4000, "all of them");
	assert.deepEqual(stream.told("worker").map((event) => event.id), Array.from({ length: 4000 }, (_, i) => Number(id) + 1 + i));
	stream.close();
});

test("wrong requests have their errors", async () => {
	for (const [path, headers] of [["/api/events?owner=a&owner=b", {}], ["/api/events?foo=1", {}], ["/api/events", { "Last-Event-ID": "x" }]])
		readProblem(await server.get(path, headers), 400, "bad_parameter");
	assert.equal((await server.get(`/api/videos/${"x".repeat(22)}/events`)).status, 404);
});

test("a stream too many is refused, and one that was closed makes room", async () => {
	const small = await serve({ procs: 1, settings: { encode: { slots: 0 }, http: { streams: 3 } } });
	const streams = [await listen(small, "/api/events"), await listen(small, "/api/events"), await listen(small, "/api/events")];
	await Promise.all(streams.map(started));
	readProblem(await small.get("/api/events"), 503, "too_many_streams");
	streams[0].close();
	await until(async () => {       // lighttpd tells of it with the next beat
		const stream = await listen(small, "/api/events");
		stream.close();
		return stream.status === 200;
	}, "room", undefined, 200);
	streams.forEach((stream) => stream.close());
});

test("a killed responder's client comes back to another and has missed nothing", async () => {
	const stream = await listen(server, "/api/events");
	const { id } = await started(stream);
	server.responders().forEach((pid) => kill(pid));
	await until(() => stream.ended, "the stream has ended");
	await insert("while nobody listened");
	await server.healthy();
	const again = await listen(server, "/api/events", { "Last-Event-ID": id });
	await again.wait((_, { kind }) => kind === "video queued");
	again.close();
});

test("progress is told while a video is made, with what runs, and an estimate", async () => {
	const mill = await serve({ procs: 1, hold: true, prepare: (server) => server.quick() });
	mill.hold.on("chunk");
	const stream = await listen(mill, "/api/events");
	await stream.wait(({ name }) => name === "start");
	const id = await mill.upload(clip);
	await stream.wait(({ name }, { video, tasks }) => name === "progress" && video === id && tasks.some(({ kind }) => kind === "chunk"), "its chunk");
	const other = await mill.upload(clip), tellsOf = (video) => stream.told("progress").filter((progress) => progress.video === video).length;
	await stream.wait(({ name }, { video }) => name === "progress" && video === other, "another, which waits");
	const before = [id, other].map(tellsOf);
	for (let step = 1; step <= 8; step++) {                 // which shortens the wait of the other each time
		await mill.sql(`UPDATE task SET progress = ${step / 10} WHERE video = '${id}' AND kind = 'chunk' AND state = 'running'`);
		await sleep(600);
	}
	const [ofOne, ofOther] = [id, other].map((video, n) => tellsOf(video) - before[n]);
	assert.ok(ofOne >= 3 && ofOther <= ofOne / 2, `${ofOne} times of what is in work, ${ofOther} of what waits`);
	await mill.sql("UPDATE worker SET slots = 2");
	mill.hold.off("chunk");
	await stream.wait((_, { kind, video }) => kind === "video ready" && video === id, "its end", 120_000);
	const told = stream.told("progress").filter(({ video }) => video === id);
	assert.ok(told.every(({ progress }) => progress >= 0 && progress <= 1));
	const kinds = stream.told("video").map(({ kind }) => kind);
	for (const kind of ["video queued", "video playable", "video ready"])
		assert.ok(kinds.includes(kind), `${kind} in ${kinds}`);
	stream.close();
});

test("where there are no streams, what happened is told in UTF-8 too", async () => {
	const none = await serve({ procs: 1, settings: { encode: { slots: 0 }, http: { streams: 0 } } });
	await none.sql("INSERT INTO video (source, filename) VALUES ('/nowhere', CAST(x'e9' AS TEXT))");
	const text = new TextDecoder("utf-8", { fatal: true }).decode(await (await fetch(none.url("/api/events?after=0"))).arrayBuffer());
	assert.match(text, /"kind":"video queued","video":"[^"]+","task":null,"detail":"\ufffd"/);
});
