// stand-ins.test.mjs - ffmpegs that misbehave: the row says what was wrong, and nothing hangs or is left.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it, together, withServer } from "../lib/harness.mjs";
import { madeClip } from "../lib/media.mjs";
import { sanitized } from "../lib/paths.mjs";
import { processes } from "../lib/programs.mjs";
import { sandbox } from "../lib/server.mjs";
import { compileStandIn } from "../lib/stand-ins.mjs";

const shop = mkdtempSync(join(tmpdir(), "clipmill-stand-ins-"));
after(() => rmSync(shop, { recursive: true, force: true }));
const clip = await madeClip({ seconds: 2, sound: false });

// A server whose ffmpeg is this one fails a good clip.  Resolves to the row of its chunk, when all is over.
async function failWith(name, reason, settings = {}) {
	const ffmpeg = await compileStandIn(mkdtempSync(join(shop, "one-")), name);
	const encode = { ffmpeg, attempts: 1, wall: "1h", grace: "500ms", ...settings.encode };
	return withServer({ procs: 1, settings: { ...settings, encode } }, async (server) => {
		const id = await server.upload(clip), video = await server.waitFor(id, "failed");
		assert.equal(video.reason, reason, video.detail);
		assert.ok(video.detail.length > 10);
		const { id: chunk } = (await server.tasks(id)).find(({ kind }) => kind === "chunk"), [task] = await server.tasks(id, chunk);
		await server.tidy();
		assert.deepEqual(processes().filter(({ argv }) => argv[0] === ffmpeg), []);
		assert.deepEqual(server.files(`media/${id}`).filter((file) => /m3u8|mp4|m4s/.test(file)), []);
		assert.equal((await server.get("/api/health")).status, 200);
		return { ...task, rss: peakKb(server) };
	});
}

const peakKb = (server) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.responders()[0]}/status`, "utf8"))[1]);

// Also of ffprobe's patience: enough for a busy machine.
const STALL = { encode: { stall: "8s" } };

together("an ffmpeg", 3, () => {
	it("that ignores TERM and makes no progress is killed, and the reason is `stalled`", async () => {
		const { signal } = await failWith("ignores-term", "stalled", STALL);
		assert.equal(signal, 9);
	});

	it("that stops itself is killed, and the reason is `stalled`", { long: true }, async () => {
		await failWith("stops-itself", "stalled", STALL);
	});

	it("that floods stderr fills neither memory nor the row", async () => {
		const { stderr, exit_code, rss } = await failWith("floods-stderr", "tool_failed");
		assert.equal(exit_code, 1);
		assert.match(stderr, /the last word/);
		assert.ok(stderr.length <= 65_536, `${stderr.length} bytes kept`);
		assert.ok(sanitized || rss < 64 * 1024, `${rss} KB`);
	});

	it("that crashes is `crashed`, and the row keeps the signal and its last word", async () => {
		const { signal, stderr } = await failWith("crashes", "crashed");
		assert.ok([6, 11].includes(signal), String(signal));
		assert.match(stderr, /about to crash/);
	});

	it("that crashes is tried again as often as the settings say", async () => {
		const { attempts, failures } = await failWith("crashes", "crashed", { encode: { attempts: 2 } });
		assert.deepEqual([attempts, failures], [2, 2]);
	});

	it("that claims progress for ever is ended by the clock, as `took_too_long`", async () => {
		const { progress } = await failWith("claims-progress", "took_too_long", { encode: { wall: "8s" } });
		assert.ok(progress <= 1);
	});

	it("that makes hours out of seconds is ended as `too_long`", async () => {
		await failWith("claims-hours", "too_long");
	});

	it("that exits 0 and has made nothing is `bad_output`", async () => {
		const { exit_code } = await failWith("exits-silently", "bad_output");
		assert.equal(exit_code, 0);
	});

	it("that exits 0 and has written rubbish is `bad_output`, and nothing of it is published", async () => {
		await failWith("writes-rubbish", "bad_output");
	});

	it("that forks and exits does not hold up its task", async () => {
		const { stderr } = await failWith("forks-and-exits", "tool_failed", { jail: { sandbox: "off" } });
		assert.equal(stderr, "it forked\n");
	});

	it("that would fork cannot do so in the sandbox", { skip: sandbox !== "require" && "*** this kernel has no sandbox" }, async () => {
		const { stderr } = await failWith("forks-and-exits", "tool_failed");
		assert.match(stderr, /^fork: /);
	});
});
