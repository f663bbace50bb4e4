// budget.test.mjs - the disk as a budget: nobody is promised what was promised to another.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { smallDisk } from "../lib/disk.mjs";
import { serve, test, withServer } from "../lib/harness.mjs";
import { cutUpload } from "../lib/http.mjs";
import { madeBytes, madeClip } from "../lib/media.mjs";
import { tree } from "../lib/paths.mjs";
import { readProblem } from "../lib/problem.mjs";
import { tusClient } from "../lib/tus.mjs";
import { until } from "../lib/wait.mjs";

const MIB = 1 << 20;
const skip = await smallDisk(1) === null && "*** needs root, to mount a small tmpfs";

// An upload that has told its length and sends no more than its beginning, until close() is called.
function begun(server, length) {
	const socket = net.connect(server.port, "127.0.0.1", () => socket.write(cutUpload(length, 1)));
	const answer = new Promise((resolve) => socket.on("error", () => {}).on("data", (bytes) => resolve(String(bytes))));
	return { close: () => socket.destroy(), rest: () => socket.write(Buffer.alloc(length - 1)), answer };
}

const disk = async (server) => (await server.get("/api/health")).json.disk;
const claims = (server, uploads) => until(async () => (await disk(server)).spoken_for.uploads === uploads, `${uploads} uploads`);

// Nothing is encoded here: what is promised stays so.
const onSmallDisk = async (body) => withServer({ procs: 2, dir: await smallDisk(64), settings: { store: { floor: "8M" }, encode: { slots: 0 } },
	prepare: (server) => server.quick() }, body);

test("507 says what is free, what is spoken for and by whom, and what is needed", { skip }, () => onSmallDisk(async (server) => {
	const problem = readProblem(await server.put(Buffer.alloc(40 * MIB)), 507, "no_space");
	assert.match(problem.detail, /Free: \d+ bytes \(\d+\.\d MB\)\./);
	assert.match(problem.detail, /8388608 bytes \(8\.4 MB\) stay free/);
	assert.match(problem.detail, /Needed: 125829120 bytes \(125\.8 MB\)/);         // itself, and what a default of 2 makes of it
	assert.equal((await server.put(Buffer.alloc(8 * MIB))).status, 201);
	const full = readProblem(await server.put(Buffer.alloc(12 * MIB)), 507, "no_space");
	assert.match(full.detail, /16777216 bytes \(16\.8 MB\) by videos that are still to be made \(1\)/);
	assert.deepEqual(server.files("incoming"), []);
}));

test("what an upload under way has still to bring is spoken for, and free again when it is gone", { skip }, () => onSmallDisk(async (server) => {
	const before = await disk(server);
	const first = begun(server, 8 * MIB);
	await claims(server, 1);
	const during = await disk(server);
	assert.ok(Math.abs(before.left_bytes - during.left_bytes - 24 * MIB) < 2 * MIB, JSON.stringify([before, during]));
	const { detail } = readProblem(await server.put(Buffer.alloc(11 * MIB)), 507, "no_space");
	assert.match(detail, /by uploads under way \(1\)/);
	first.close();
	await claims(server, 0);
	assert.equal((await server.put(Buffer.alloc(11 * MIB))).status, 201);
}));

test("who announces much and brings little keeps half of the room from others and no more", { skip }, () => onSmallDisk(async (server) => {
	const tus = tusClient(server), path = await tus.create(18 * MIB), MIB7 = Buffer.alloc(7 * MIB);
	const take = async () => {
		const { status, json } = await server.put(MIB7);
		assert.equal(status, 201);
		await server.sql(`UPDATE video SET state = 'deleting' WHERE id = '${json.id}'`);
		await until(() => server.files("source").length === 0, "its room is free again");
	};
	await take();
	readProblem(await server.put(Buffer.alloc(12 * MIB)), 507, "no_space");
	await tus.patch(path, 0, Buffer.alloc(MIB));
	readProblem(await server.put(MIB7), 507, "no_space");           // it would all be here in no time
	await server.sql("UPDATE upload SET created_ms = created_ms - 7200000");
	assert.equal((await tus.patch(path, MIB, Buffer.alloc(1000))).status, 204, "a little in two hours");
	assert.equal(await server.value("SELECT claim FROM upload_claim"), "unproven");
	await take();
	const [row] = await server.sql("SELECT unproven_bytes, left_bytes, free_bytes - floor_bytes AS room FROM disk_budget");
	assert.ok(row.unproven_bytes > 50 * MIB && row.left_bytes > 0.4 * row.room, JSON.stringify(row));
	assert.equal((await tus.patch(path, MIB + 1000, Buffer.alloc(17 * MIB - 1000))).status, 204, "and goes on all the same");
}));

test("of uploads that began at one time those whose bytes come first are taken, and others refused before they have brought much", { skip }, () => onSmallDisk(async (server) => {
	const tus = tusClient(server), [one, two, three] = await Promise.all([1, 2, 3].map(() => tus.create(7 * MIB))), MIB1 = Buffer.alloc(MIB);
	const raw = begun(server, 7 * MIB);
	await claims(server, 4);
	for (const path of [one, two])
		assert.equal((await tus.patch(path, 0, MIB1)).status, 204);
	const { detail } = readProblem(await tus.patch(three, 0, MIB1), 507, "no_space");
	assert.match(detail, /Needed: /);
	assert.equal(await tus.offset(three), 0);
	raw.rest();
	assert.match(await raw.answer, /^HTTP\/1\.1 507 [^]*no_space/);
	for (const path of [one, two])
		assert.equal((await tus.patch(path, MIB, Buffer.alloc(6 * MIB))).status, 204);
}));

test("what brings nothing for ten minutes is promised no more than has come, and asks anew when it goes on", { skip }, () => onSmallDisk(async (server) => {
	const tus = tusClient(server), path = await tus.create(12 * MIB), MIB8 = Buffer.alloc(8 * MIB);
	await tus.patch(path, 0, Buffer.alloc(4 * MIB));
	const file = join(server.dir, "incoming", path.split("/").at(-1)), allocated = () => statSync(file).blocks * 512;
	execFileSync("fallocate", ["--keep-size", "--length", String(8 * MIB), file]);         // as it was reserved ahead of its bytes
	readProblem(await server.put(MIB8), 507, "no_space");
	await server.sql("UPDATE upload SET touched_ms = touched_ms - 600000");
	await server.sql(`INSERT INTO upload (id, kind, touched_ms) VALUES ('${"-".repeat(22)}', 'whole', 0)`);         // whose expiry makes them look
	await until(() => allocated() < 5 * MIB, "and given back", 30_000);
	const { json: { id } } = await server.put(MIB8);
	readProblem(await tus.patch(path, 4 * MIB, Buffer.alloc(MIB)), 507, "no_space");
	assert.equal(await tus.offset(path), 4 * MIB);
	await server.request("DELETE", `/api/videos/${id}`);
	assert.equal((await tus.patch(path, 4 * MIB, Buffer.alloc(MIB))).status, 204);
	readProblem(await server.put(MIB8), 507, "no_space");
}));

test("what was created and brings no byte within a minute is promised nothing", { skip }, () => onSmallDisk(async (server) => {
	const tus = tusClient(server), path = await tus.create(12 * MIB);
	await server.sql("UPDATE upload SET touched_ms = touched_ms - 50000");
	readProblem(await server.put(Buffer.alloc(11 * MIB)), 507, "no_space");
	await server.sql("UPDATE upload SET touched_ms = touched_ms - 10000");
	assert.equal((await server.put(Buffer.alloc(11 * MIB))).status, 201);
	readProblem(await tus.patch(path, 0, Buffer.alloc(MIB)), 507, "no_space");
}));

test("a length that is told later has to fit as well, and takes no room from others when it does not", { skip }, () => onSmallDisk(async (server) => {
	const tus = tusClient(server), { headers: { location: path } } = await tus.post({ "Upload-Defer-Length": "1" });
	await tus.patch(path, 0, Buffer.alloc(MIB));
	const large = { "Upload-Length": String(30 * MIB) };
	const { detail } = readProblem(await tus.patch(path, MIB, Buffer.alloc(MIB), large), 507, "no_space");
	assert.match(detail, /Needed: 93323264 bytes/);                // 29 MiB to come, and what a default of 2 makes of 30
	const { headers } = await tus.head(path);
	assert.deepEqual([headers["upload-offset"], headers["upload-defer-length"]], [String(MIB), "1"]);
	assert.equal((await server.put(Buffer.alloc(8 * MIB))).status, 201);
	const fits = await tus.patch(path, MIB, Buffer.alloc(MIB), { "Upload-Length": String(2 * MIB) });
	assert.deepEqual([fits.status, fits.headers["upload-offset"]], [204, String(2 * MIB)]);
}));

test("one part alone needs no room to become a video", { skip }, () => onSmallDisk(async (server) => {
	const tus = tusClient(server), part = await tus.create(8 * MIB, { "Upload-Concat": "partial" });
	await tus.patch(part, 0, Buffer.alloc(8 * MIB));
	const { bavail, bsize } = statfsSync(server.dir);
	writeFileSync(join(server.dir, "ballast"), Buffer.alloc(bavail * bsize - 10 * MIB));
	assert.equal((await tus.post({ "Upload-Concat": `final;${part}` })).status, 201);
}));

test("parts that find no room to be joined are kept, and joined when there is", { skip }, () => onSmallDisk(async (server) => {
	const tus = tusClient(server), parts = [1, 2].map(() => tus.create(4 * MIB, { "Upload-Concat": "partial" }));
	const final = `final;${(await Promise.all(parts)).join(" ")}`, ballast = join(server.dir, "ballast");
	for (const part of parts)
		await tus.patch(await part, 0, Buffer.alloc(4 * MIB));
	const { bavail, bsize } = statfsSync(server.dir);
	writeFileSync(ballast, Buffer.alloc(bavail * bsize - 14 * MIB));
	const { detail } = readProblem(await tus.post({ "Upload-Concat": final }), 507, "no_space");
	assert.match(detail, /the partial uploads are kept/);
	rmSync(ballast);
	assert.equal((await tus.post({ "Upload-Concat": final })).status, 201);
	assert.equal(server.files("incoming").length, 0);
}));

test("of two uploads that come at one time and fit alone, one is taken", { skip }, () => onSmallDisk(async (server) => {
	for (let round = 0; round < 5; round++) {
		// Each needs three times its size; beside the web server's copy of each, one fits (5 times), and two never do (6 times).
		const answers = await Promise.all([1, 2].map(() => server.put(Buffer.alloc(Math.floor(9.6 * MIB)))));
		assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 507]);
		await server.sql("UPDATE video SET state = 'deleting' WHERE state <> 'deleting'");
		await until(() => server.files("source").length === 0, "its room is free again");
	}
}));

test("a task that would bring the disk under its floor waits, says so, and starts when there is room", { skip }, async () =>
	withServer({ procs: 1, dir: await smallDisk(64), settings: { store: { floor: "8M" } }, prepare: (server) => server.quick() }, async (server) => {
		await server.sql(`CREATE TRIGGER chunks_are_large AFTER UPDATE OF predicted_bytes ON video
			BEGIN UPDATE task SET predicted_bytes = ${12 * MIB} WHERE video = NEW.id AND kind = 'chunk'; END`);
		const ballast = join(server.dir, "ballast"), { bavail, bsize } = statfsSync(server.dir);
		writeFileSync(ballast, Buffer.alloc(bavail * bsize - 16 * MIB));
		const id = await server.value(`INSERT INTO video (source) VALUES ('${await madeClip({ seconds: 2 })}') RETURNING id`);
		const why = await until(async () => (await server.get(`/api/videos/${id}/tasks`)).json.tasks
			.find(({ kind, why }) => kind === "chunk" && /^waits for space on the disk/.test(why)), "a chunk waits");
		assert.equal(why.attempts, 0);
		rmSync(ballast);
		await server.waitFor(id, "ready");
		assert.equal(await server.value("SELECT sum(failures) FROM task"), 0);
	}));

const server = await serve({ procs: 1, prepare: (server) => server.quick() });

test("what a video will take is foretold when it comes and when it is planned, and compared with what it took", async () => {
	const bytes = await madeBytes({ seconds: 4 });
	const id = await server.upload(await madeClip({ seconds: 4 }));
	assert.equal((await server.video(id)).disk.guessed_bytes, 2 * bytes.length);
	const { disk, renditions } = await server.waitFor(id, "ready");
	const published = renditions.reduce((sum, { size_bytes }) => sum + (size_bytes ?? 0), 0);
	// 450 kb/s of picture and 128 of sound, once in pieces and once in a file; and pictures beside it
	assert.ok(Math.abs(disk.predicted_bytes - 2 * (450 + 128) * 125 * 4) < 0.1 * disk.predicted_bytes + 250_000, JSON.stringify(disk));
	assert.ok(disk.written_bytes > 1.9 * published && disk.written_bytes < 2.1 * published, JSON.stringify([disk, published]));
	assert.equal((await server.get("/api/health")).json.disk.spoken_for.videos_bytes, 0);
});

test("the next one of that profile is foretold by what was learned", async () => {
	const [{ grows, fills }] = await server.sql("SELECT grows, fills FROM growth_factor WHERE profile = 'default'");
	const id = await server.upload(await madeClip({ seconds: 5 }));
	const { disk, size_bytes } = await server.waitFor(id, "ready");
	assert.ok(grows !== 2 && fills !== 1, `${grows} ${fills}`);
	assert.equal(disk.guessed_bytes, Math.round(size_bytes * grows));
	assert.ok(Math.abs(disk.guessed_bytes - disk.written_bytes) < 0.3 * disk.written_bytes, JSON.stringify(disk));
});

test("a report tells how far off the predictions were", async () => {
	const [row] = await server.sql(readFileSync(join(tree, "sql/reports/how-much-will-be-written.sql"), "utf8"));
	assert.equal(row.videos, 2);
	assert.match(row.guess_off_by, /^\d+\.0%$/);
	assert.match(row.plan_off_by, /^\d+\.0%$/);
});
