// cancel.test.mjs - what nobody wants any more is gone at once: with all children, on every responder, whatever state they
// are in.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { serve, test } from "../lib/harness.mjs";
import { madeClip } from "../lib/media.mjs";
import { paced } from "../lib/pace.mjs";
import { patience } from "../lib/paths.mjs";
import { isAlive, kill } from "../lib/programs.mjs";
import { compileStandIn } from "../lib/stand-ins.mjs";
import { until } from "../lib/wait.mjs";

const clip = await madeClip({ seconds: 30, size: "640x360" });
const MOST_MS = 1000 * patience;        // idle it is a few ms: see the numbers that are printed

const children = (server, id) => server.sql(`SELECT pid FROM task WHERE video = '${id}' AND state = 'running' AND pid IS NOT NULL`)
	.then((rows) => rows.map(({ pid }) => pid));

// Two responders with two children each at one video; resolves to their pids.
async function atWork(server) {
	const id = await server.upload(clip);
	const pids = await until(async () => {
		const pids = await children(server, id);
		return pids.length >= 3 && await server.count(`task WHERE video = '${id}' AND kind = 'chunk' AND state = 'running'`) >= 2 && pids;
	}, "several children are at work", undefined, 20);
	return { id, pids };
}

async function gone(server, id, statement, what) {
	const pids = await children(server, id);
	await server.sql(statement);
	const { ms } = await paced(server.dir, () => until(() => !pids.some(isAlive), `${what}: all children are gone`, undefined, 1));
	process.stderr.write(`# ${what}: ${pids.length} children gone ${ms} ms after the commit\n`);
	assert.ok(ms < MOST_MS, `${what}: after ${ms} ms`);
}

const settings = { encode: { slots: 2, grace: "60s" } };
const prepare = (server) => server.sql("UPDATE rung SET preset = 'medium' WHERE codec = 'h264'");

test("a video that is cancelled", async () => {
	const server = await serve({ procs: 2, settings, prepare });
	const { id } = await atWork(server);
	await gone(server, id, `UPDATE video SET state = 'cancelled' WHERE id = '${id}'`, "cancel");
	await server.tidy();
});

test("a video that is deleted, with its files", async () => {
	const server = await serve({ procs: 2, settings, prepare });
	const { id } = await atWork(server);
	await gone(server, id, `UPDATE video SET state = 'deleting' WHERE id = '${id}'`, "delete");
	await until(() => !server.files("media").includes(id) && !server.files("source").includes(id), "its files are gone");
	await server.tidy();
});

test("children that are stopped", async () => {
	const server = await serve({ procs: 2, settings, prepare });
	const { id, pids } = await atWork(server);
	pids.forEach((pid) => kill(pid, "SIGSTOP"));
	await gone(server, id, `UPDATE video SET state = 'cancelled' WHERE id = '${id}'`, "stopped children");
	await server.tidy();
});

test("a child that ignores TERM", async () => {
	const server = await serve({ procs: 1, settings, prepare: async (server) => {
		server.writeConf({ ...settings, encode: { ...settings.encode, ffmpeg: await compileStandIn(server.dir, "ignores-term") } });
	} });
	const id = await server.upload(clip);
	await until(() => server.count(`task WHERE video = '${id}' AND kind = 'chunk' AND state = 'running' AND pid IS NOT NULL`), "it runs");
	await gone(server, id, `UPDATE video SET state = 'cancelled' WHERE id = '${id}'`, "ignores TERM");
});
