// resuming.mjs - a stubborn client of resumable uploads, over connections that break wherever chance has it.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dice } from "./model.mjs";
import { kill } from "./programs.mjs";
import { openPatch, tusClient } from "./tus.mjs";
import { sleep, until } from "./wait.mjs";

const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");

// Again, until it is answered with one of these.
async function insist(ask, wanted) {
	for (;;) {
		const answer = await ask().catch(() => null);
		if (answer && wanted.includes(answer.status))
			return answer;
		assert.ok(!answer || answer.status >= 500 || answer.status === 423, answer && `${answer.status} ${answer.text}`);
		await sleep(50);
	}
}

// Sends some bytes, and breaks the connection off or lets it stand open.
async function breakOff(server, path, at, bytes, dice) {
	const sent = dice.below(bytes.length - at);
	const socket = openPatch(server, path, at, bytes.length - at, bytes.subarray(at, at + sent));
	await Promise.race([socket.answer, sleep(dice.below(30))]);
	socket.destroy();
}

// Uploads `bytes` with `breaks` connections that break.  An offset that was told never goes back.  Resolves to the id.
export async function uploadBroken(server, bytes, breaks, dice) {
	const tus = tusClient(server);
	const created = await insist(() => tus.post({ "Upload-Length": String(bytes.length) }), [201]), path = created.headers.location;
	let told = 0;
	for (let left = breaks; ; left--) {
		const head = await insist(() => tus.head(path), [200]), at = Number(head.headers["upload-offset"]);
		assert.ok(at >= told && at <= bytes.length, `the offset went from ${told} to ${at}`);
		told = at;
		if (head.headers["upload-video"])
			break;
		if (left > 0 && at < bytes.length - 1) {
			await breakOff(server, path, at, bytes.subarray(0, at + Math.ceil((bytes.length - at) / left)), dice);
			continue;
		}
		const end = Math.min(bytes.length, at + 300_000);
		const answer = await tus.patch(path, at, bytes.subarray(at, end)).catch(() => null);
		if (answer?.status === 204)
			told = end;
		else
			assert.ok(!answer || answer.status >= 400, answer?.text);
	}
	const id = path.split("/").at(-1);
	assert.equal(sha(readFileSync(join(server.dir, "source", id))), sha(bytes));
	return id;
}

// So many uploads at one time, while now and then a responder, or everything, is killed with -9: `deaths` times, or until they are
// through.  All of them become videos, each once.  Resolves to the number of deaths.
export async function surviveKills(server, { uploads, bytes, breaks, deaths }, seed) {
	const chance = dice(seed), all = server.procs;
	let through = false, count = 0;
	const sent = Promise.all(Array.from({ length: uploads }, (_, i) => uploadBroken(server, randomBytes(bytes), breaks, dice(seed + i))))
		.finally(() => (through = true));
	const killer = (async () => {
		for (let death = 1; death <= deaths && !through; death++) {
			await until(() => through || server.responders().length === all, "all responders are back");
			if (death % 4 === 0) {
				await server.crash();
				await server.launch();
			} else {
				kill(chance.pick(server.responders()) ?? server.front.pid);
			}
			count++;
		}
	})();
	const ids = await sent;
	await killer;
	await server.healthy();
	assert.equal(new Set(ids).size, uploads);
	assert.equal(await server.count("video"), uploads);
	await until(() => !server.files("incoming").some((id) => ids.includes(id)), "nothing of them is in incoming/");
	assert.equal(await server.value("PRAGMA integrity_check"), "ok");
	return count;
}
