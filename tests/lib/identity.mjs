// identity.mjs - the same sources give the same bytes, whoever encodes them, in whatever order, and whatever was killed.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Server } from "./server.mjs";
import { kill } from "./programs.mjs";
import { sleep, until } from "./wait.mjs";

// For so long nothing may stand still.
const STILL_MS = 120_000;

const sha256 = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");

async function start(procs, profile) {
	const settings = { encode: { early_keep: "0s", attempts: 100 }, http: { idle_timeout: "10s" } };
	return Server.start({ procs, settings, prepare: (server) => server.sql(profile) });
}

async function enqueue(server, sources) {
	for (const [i, path] of sources.entries())
		await server.sql(`INSERT INTO video (source, title) VALUES ('${path}', 'source ${i}')`);
}

const isOver = async (server) =>
	await server.count("video WHERE state NOT IN ('ready', 'failed')").catch(() => 1) === 0;

// { "source 0": { "720p.mp4": SHA256, ... }, ... } of what is published once early files are gone.
async function published(server) {
	await until(async () => await server.count("discard") === 0, "early files are gone", undefined, 200);
	await server.tidy();
	const videos = await server.sql("SELECT id, title, state, coalesce(detail, '') AS detail FROM video ORDER BY title");
	return Object.fromEntries(videos.map(({ id, title, state, detail }) => {
		assert.equal(state, "ready", `${title}: ${detail}`);
		return [title, Object.fromEntries(server.files(`media/${id}`).sort()
			.map((name) => [name, sha256(join(server.dir, "media", id, name))]))];
	}));
}

// No task that was done was ever claimed again.
async function assertNothingTwice(server) {
	const twice = await server.sql("SELECT task, count(*) AS n FROM event WHERE kind LIKE '% done' GROUP BY task HAVING n > 1");
	assert.deepEqual(twice, []);
}

// One undisturbed run through so many responders.
export async function quietRun(sources, procs, profile) {
	const server = await start(procs, profile);
	try {
		await enqueue(server, sources);
		await until(() => isOver(server), "all is done", STILL_MS, 200, () => server.moves());
		await assertNothingTwice(server);
		return await published(server);
	} finally {
		await server.stop();
	}
}

// A child, a responder, or (one time in ten) the web server with all of its responders.
async function killOne(server, n) {
	if (n % 10 === 9) {
		await server.crash();
		await server.launch();
		return;
	}
	const victims = n % 3 === 0 ? server.responders() : server.children().map(({ pid }) => pid);
	if (victims.length)
		kill(victims[Math.floor(Math.random() * victims.length)]);
}

// The same with `kills` kill -9 at random moments.
export async function stormyRun(sources, procs, profile, kills) {
	const server = await start(procs, profile);
	let done = 0;
	try {
		await enqueue(server, sources);
		await until(async () => {
			if (done < kills)
				await killOne(server, done++);
			await sleep(50 + Math.random() * 250);
			return isOver(server);
		}, "all is done", STILL_MS, 1, () => server.moves());
		await server.healthy();
		await assertNothingTwice(server);
		return { files: await published(server), kills: done };
	} finally {
		await server.stop();
	}
}

export const QUICK = `UPDATE profile SET chunk_ms = 1000, segment_ms = 1000;
	DELETE FROM rung WHERE profile = 'default';
	INSERT INTO rung (profile, short_side, max_kbps) VALUES ('default', 240, 450), ('default', 144, 200);
	UPDATE rung SET preset = 'ultrafast' WHERE codec = 'h264'`;
