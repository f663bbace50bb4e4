// resume.test.mjs - resumable uploads while responders, the web server and the disk fail them.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { rmSync, truncateSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { test, withServer } from "../lib/harness.mjs";
import { smallDisk } from "../lib/disk.mjs";
import { dice } from "../lib/model.mjs";
import { readProblem } from "../lib/problem.mjs";
import { seed } from "../lib/random.mjs";
import { surviveKills, uploadBroken } from "../lib/resuming.mjs";
import { BASE, tusClient } from "../lib/tus.mjs";
import { until } from "../lib/wait.mjs";

test(`an upload whose connection breaks thirty times is whole (CLIPMILL_SEED=${seed})`, () =>
	withServer({ settings: { encode: { slots: 0 } } }, (server) => uploadBroken(server, randomBytes(3_000_000), 30, dice(seed))));

test(`uploads at one time survive kill -9 of responders, and of everything (CLIPMILL_SEED=${seed})`, () =>
	withServer({ procs: 3, settings: { encode: { slots: 0 } } }, (server) =>
		surviveKills(server, { uploads: 6, bytes: 2_000_000, breaks: 6, deaths: 6 }, seed)));

test("a creation that was killed with its first bytes leaves nothing", () =>
	withServer({ settings: { encode: { slots: 0 } } }, async (server) => {
		const socket = net.connect(server.port, "127.0.0.1").on("error", () => {});
		socket.write(`POST ${BASE} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\n` +
			`Upload-Length: 1000000\r\nContent-Length: 1000000\r\n\r\n${"x".repeat(200_000)}`);
		await until(async () => await server.value("SELECT max(offset_bytes) FROM upload") > 0 || server.files("incoming").length, "it is there");
		await server.crash();
		await server.launch();
		await until(async () => await server.count("upload") === 0 && !server.files("incoming").length, "nothing of it is left", 20_000);
	}));

const disk = await smallDisk(160);       // of which the floor leaves the web server enough for its own temporary files
test("a full disk keeps an upload at its offset, and it goes on when there is room", { skip: disk ? false : "we may not mount" }, () =>
	withServer({ dir: disk, settings: { encode: { slots: 0 }, store: { floor: "24M" } } }, async (server) => {
		const tus = tusClient(server), bytes = randomBytes(20_000_000), path = await tus.create(bytes.length);
		await tus.patch(path, 0, bytes.subarray(0, 1_000_000));
		truncateSync(join(disk, "incoming", path.split("/").at(-1)), 1_000_000);       // without what is reserved ahead of it
		writeFileSync(join(disk, "filler"), Buffer.alloc(135_000_000));
		const { detail } = readProblem(await tus.patch(path, 1_000_000, bytes.subarray(1_000_000)), 507, "no_space");
		assert.match(detail, /^The disk became full\.  Free: \d+ bytes.*Needed: at most \d+ bytes.*What came of it is kept/);
		const at = await tus.offset(path);
		assert.ok(at >= 1_000_000 && at < bytes.length, `${at}`);
		rmSync(join(disk, "filler"));
		const answer = await tus.patch(path, at, bytes.subarray(at));
		assert.deepEqual([answer.status, answer.headers["upload-offset"]], [204, String(bytes.length)]);
	}));
