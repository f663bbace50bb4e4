// children.test.mjs - what happens to real ffmpegs from outside, and to videos that are taken away under them.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { serve, test, withServer } from "../lib/harness.mjs";
import { madeClip, pictureOf } from "../lib/media.mjs";
import { isAlive, kill, processes, run } from "../lib/programs.mjs";
import { sleep, until } from "../lib/wait.mjs";

const server = await serve({ procs: 1, settings: { encode: { stall: "10s", grace: "500ms", slots: 2, threads_per_child: 1 } },
	prepare: (server) => server.sql(`UPDATE rung SET preset = 'medium' WHERE codec = 'h264'; DELETE FROM rung WHERE short_side > 480;
		UPDATE profile SET chunk_ms = 60000`) });
const clip = await madeClip({ seconds: 12, size: "640x360" });

const chunkOf = async (id) => (await server.sql(`SELECT * FROM task WHERE video = '${id}' AND kind = 'chunk'`))[0];
const encoding = (id) => until(async () => {
	const chunk = await chunkOf(id);
	return chunk?.state === "running" && chunk.frames > 0 && chunk;
}, "its chunk is being encoded");

function targetOf(link) {
	try {
		return readlinkSync(link);
	} catch {
		return null;            // it was closed meanwhile
	}
}

// What the kernel says of a process.
function look(pid) {
	const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
	return {
		nice: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]),
		status: readFileSync(`/proc/${pid}/status`, "utf8"),
		environment: readFileSync(`/proc/${pid}/environ`, "utf8"),
		descriptors: readdirSync(`/proc/${pid}/fd`).map((fd) => targetOf(`/proc/${pid}/fd/${fd}`)).filter(Boolean),
	};
}

test("children are polite, confined, in a group of their own, and have nothing of ours", async () => {
	const id = await server.upload(clip), { pid } = await encoding(id);
	const child = processes().find((process) => process.pid === pid);
	assert.match(child.argv[0], /ffmpeg$/);
	assert.equal(child.pgid, pid);
	const { nice, status, environment, descriptors } = look(pid);
	assert.equal(nice, 10);
	assert.match(status, /NoNewPrivs:\s+1/);
	assert.match(status, /Seccomp:\s+[12]/);
	assert.ok(!/PATH|HOME|CLIPMILL|LD_|PROXY/i.test(environment), environment);
	const fine = /^\/dev\/null$|^pipe:|^anon_inode:|\/source\/|\/work\//;
	assert.ok(descriptors.every((target) => fine.test(target)), descriptors.join(" "));
	await server.request("DELETE", `/api/videos/${id}`);
});

const SIGNALS = [["SIGKILL", "killed"], ["SIGSEGV", "crashed"], ["SIGTERM", "killed"], ["SIGSTOP", "stalled"]];

test(`an ffmpeg that gets ${SIGNALS.map(([signal]) => signal).join(", ")} from outside is started again each time, and the row says why`, async () => {
	const id = await server.upload(clip);
	for (const [signal, reason] of SIGNALS) {
		const { pid } = await encoding(id);
		kill(pid, signal);
		const row = await until(async () => {
			const chunk = await chunkOf(id);
			return chunk.failures === 1 && chunk;
		}, "it has failed", 120_000);
		assert.equal(row.reason, reason, signal);
		assert.ok(!isAlive(pid), signal);
		await server.sql(`UPDATE task SET failures = 0, not_before_ms = 0 WHERE id = ${row.id}`);
	}
	const video = await server.waitFor(id, "ready");
	assert.equal((await pictureOf(server.url(video.urls.mp4))).packets, 300);
	assert.equal((await chunkOf(id)).attempts, 1 + SIGNALS.length);
});

test("DELETE while it is being encoded stops the child and leaves nothing of the video", async () => {
	const id = await server.upload(clip), { pid } = await encoding(id);
	const answer = await server.request("DELETE", `/api/videos/${id}`);
	assert.ok([202, 204].includes(answer.status));
	await until(() => !isAlive(pid) && !existsSync(join(server.dir, "source", id)), "all is gone");
	await server.tidy();
	assert.ok(!existsSync(join(server.dir, "media", id)));
	for (const table of ["video WHERE id", "task WHERE video", "rendition WHERE video", "piece WHERE video", "decision WHERE video"])
		assert.equal(await server.count(`${table} = '${id}'`), 0, table);
});

test("twenty that are deleted as soon as they are uploaded leave nothing", async () => {
	const before = server.files("media").length;
	const ids = await Promise.all(Array.from({ length: 20 }, () => server.upload(clip)));
	await Promise.all(ids.map((id) => server.request("DELETE", `/api/videos/${id}`)));
	const rows = `video WHERE id IN ('${ids.join("','")}')`;
	await until(async () => await server.count(rows) === 0, "the rows are gone");
	await server.tidy();
	assert.equal(server.files("media").length, before);
	assert.deepEqual(server.files("source").filter((id) => ids.includes(id)), []);
});

// ffmpeg tells of a storyboard when it is complete.
test("a storyboard that is worked on in silence is not stalled, one that is stopped is", async () => {
	const settings = { encode: { stall: "5s", grace: "500ms" } };
	await withServer({ procs: 1, hold: true, settings, prepare: (server) => server.quick() }, async (quiet) => {
		quiet.hold.on("storyboard", true);
		const id = await quiet.upload(await madeClip({ seconds: 2 }));
		const row = async () => (await quiet.sql(`SELECT state, pid, failures, reason, (SELECT ms FROM now_ms) - started_ms AS ms FROM task
			WHERE video = '${id}' AND kind = 'storyboard'`))[0];
		const child = await until(async () => {
			const found = await row();
			return found?.failures > 0 || (found?.state === "running" && found.ms > 8000) ? found : null;
		}, "it has worked for long", 120_000);
		assert.equal(child.failures, 0);
		kill(child.pid, "SIGSTOP");
		const { reason } = await until(async () => (await row().then((found) => found.failures > 0 && found)), "it has failed", 120_000);
		assert.equal(reason, "stalled");
		quiet.hold.off("storyboard");
		await quiet.waitFor(id, "ready");
	});
});

test("a responder that slept blames no child for what it did not hear", async () => {
	await withServer({ procs: 1, hold: true, settings: { encode: { stall: "5s" } }, prepare: (server) => server.quick() }, async (sleepy) => {
		sleepy.hold.on("chunk");
		const id = await sleepy.upload(await madeClip({ seconds: 1 })), [responder] = sleepy.responders();
		await until(() => sleepy.count("task WHERE kind = 'chunk' AND started_ms + 1500 < (SELECT ms FROM now_ms)"), "it has been silent for a while");
		kill(responder, "SIGSTOP");
		await sleep(6000);
		sleepy.hold.off("chunk");
		kill(responder, "SIGCONT");
		await sleepy.waitFor(id, "ready");
		assert.equal(await sleepy.count("task WHERE attempts > 1"), 0);
	});
});

test("a source that is not there is looked for again, since its disk may be; it is the task's failure in the end", async () => {
	const away = join(server.dir, "..", `${basename(server.dir)}-disk.mp4`);
	const insert = async (name) => {
		await server.sql(`INSERT INTO video (source) VALUES ('${name}')`);
		return server.value(`SELECT id FROM video WHERE source = '${name}'`);
	};
	const failedOnce = (id, times) => until(() => server.value(`SELECT id FROM task WHERE video = '${id}' AND kind = 'probe' AND state = 'queued'
		AND failures = ${times} AND reason = 'source_unreadable' AND not_before_ms > (SELECT ms FROM now_ms)`), "it will be looked for again");
	const sooner = (id) => server.sql(`UPDATE task SET not_before_ms = 0 WHERE video = '${id}'`);
	try {
		const id = await insert(away);
		await failedOnce(id, 1);
		copyFileSync(await madeClip({ seconds: 2 }), away);
		await sooner(id);
		await server.waitFor(id, "ready");

		for (const name of ["/nowhere/film.mp4", "/dev/zero"]) {
			const never = await insert(name);
			for (let times = 1; times < 3; times++) {
				await failedOnce(never, times);
				await sooner(never);
			}
			const { reason } = await server.waitFor(never, "failed");
			assert.equal(reason, "source_unreadable");
		}
		assert.equal(await server.value("SELECT count(*) FROM worker WHERE trouble IS NOT NULL"), 0, "it is nothing that the machine has");
	} finally {
		rmSync(away, { force: true });
	}
});

test("a video that was planned before its programs moved is made with those that are there now", async () => {
	await server.sql(`CREATE TRIGGER moved AFTER INSERT ON task WHEN NEW.argv IS NOT NULL BEGIN
		UPDATE task SET argv = json_set(argv, '$[0]', '/before/' || kind) WHERE id = NEW.id; END`);
	const id = await server.upload(await madeClip({ seconds: 1 }));
	await server.waitFor(id, "ready");
	await server.sql("DROP TRIGGER moved");
	assert.equal(await server.count(`task WHERE video = '${id}' AND (attempts <> 1 OR argv LIKE '%/before/%')`), 0);
});

test("what the machine is blamed for again and again waits, and is the task's failure where others go well", async () => {
	await server.sql(`CREATE TRIGGER ill AFTER INSERT ON task WHEN NEW.kind = 'poster' BEGIN
		UPDATE task SET argv = '["ffmpeg", "-i", "No space left on device"]' WHERE id = NEW.id; END`);
	const id = await server.upload(await madeClip({ seconds: 1 })), poster = `task WHERE video = '${id}' AND kind = 'poster'`;
	await until(() => server.count(`${poster} AND put_offs = 1 AND failures = 0 AND state = 'queued' AND not_before_ms = put_off_ms + 5000`), "it is put off");
	await server.sql(`DROP TRIGGER ill; UPDATE task SET put_offs = 8, put_off_ms = 0, failures = 2, not_before_ms = 0 WHERE video = '${id}' AND kind = 'poster'`);
	const { decisions } = await server.waitFor(id, "ready");
	assert.ok(decisions.some(({ code }) => code === "no_poster"));
});

test("a picture that is found late and refused fails its video, and holds up no other", async () => {
	const prepare = async (server) => {
		const words = { format: { format_name: "flv" }, streams: [{ index: 0, codec_type: "video", codec_name: "h264", width: 30000, height: 30000, time_base: "1/1000" }] };
		const real = (await run("which", ["ffprobe"])).trim(), ffprobe = join(server.dir, "ffprobe");
		writeFileSync(ffprobe, `#!/bin/sh\ncase "$*" in *"-probesize 268435456"*) echo '${JSON.stringify(words)}' ;; *) exec ${real} "$@" ;; esac\n`, { mode: 0o755 });
		server.writeConf({ encode: { ffprobe }, jail: { sandbox: "off" } });
		await server.quick();
	};
	await withServer({ procs: 1, prepare }, async (server) => {
		const sound = join(server.dir, "sound.flv");        // where a picture may come later
		await run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=d=1:r=44100", "-c:a", "libmp3lame", sound]);
		const id = await server.upload(sound), other = await server.upload(await madeClip({ seconds: 1 }));
		assert.equal((await server.waitFor(id, "failed")).reason, "picture_too_large");
		await server.waitFor(other, "ready");
	});
});
