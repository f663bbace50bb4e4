// model.mjs - resumable uploads as a client may rely on them: numbers in memory, against which a server is compared
// after each step.  A seed makes a run again.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { kill } from "./programs.mjs";
import { metadata, openPatch, tusClient } from "./tus.mjs";
import { until } from "./wait.mjs";

// Numbers below n, the same for the same seed (xorshift32).
export function dice(seed) {
	let state = (seed * 2654435761 >>> 0) || 1;
	const next = () => {
		state ^= state << 13;
		state >>>= 0;
		state ^= state >>> 17;
		state ^= state << 5;
		return (state >>>= 0);
	};
	const below = (n) => next() % n;
	return { below, pick: (list) => list[below(list.length)], bytes: (n) => Buffer.from(Array.from({ length: n }, () => below(256))) };
}

const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");
const idOf = (path) => path.split("/").at(-1);

export class Model {
	constructor(server, seed) {
		this.server = server;
		this.tus = tusClient(server);
		this.dice = dice(seed);
		this.open = [];                 // { path, bytes, at, part, deferred }
		this.gone = [];
		this.videos = 0;
		this.log = [];
	}

	#one(fits = () => true) {
		const fitting = this.open.filter(fits);
		return fitting.length ? this.dice.pick(fitting) : null;
	}

	#drop(upload) {
		this.open.splice(this.open.indexOf(upload), 1);
		this.gone.push(upload.path);
	}

	async create() {
		const bytes = this.dice.bytes(1 + this.dice.below(this.dice.pick([1, 100, 70_000, 300_000])));
		const part = this.dice.below(3) === 0, deferred = this.dice.below(4) === 0;
		const answer = await this.tus.post({ ...(deferred ? { "Upload-Defer-Length": "1" } : { "Upload-Length": String(bytes.length) }),
			...(part ? { "Upload-Concat": "partial" } : {}), "Upload-Metadata": metadata({ filename: "m.mp4" }) });
		assert.equal(answer.status, 201, answer.text);
		this.open.push({ path: answer.headers.location, bytes, at: 0, part, deferred });
	}

	async #ended(upload, video) {
		if (upload.part)
			return;
		assert.equal(video, `/api/videos/${idOf(upload.path)}`);
		assert.equal(sha(readFileSync(join(this.server.dir, "source", idOf(upload.path)))), sha(upload.bytes));
		this.videos++;
		this.#drop(upload);
	}

	async append() {
		const upload = this.#one(({ at, bytes }) => at < bytes.length);
		if (!upload)
			return;
		const left = upload.bytes.length - upload.at, size = this.dice.below(2) ? left : this.dice.below(left + 1);
		const told = upload.deferred && size === left ? { "Upload-Length": String(upload.bytes.length) } : {};
		const answer = await this.tus.patch(upload.path, upload.at, upload.bytes.subarray(upload.at, upload.at + size), told);
		if ([409, 423].includes(answer.status) && upload.late > upload.at) {
			await this.#settle(upload, upload.late - upload.at);
			return;
		}
		assert.deepEqual([answer.status, answer.headers["upload-offset"]], [204, String(upload.at + size)], answer.text);
		upload.at += size;
		upload.deferred &&= !told["Upload-Length"];
		if (upload.at === upload.bytes.length)
			await this.#ended(upload, answer.headers["upload-video"]);
	}

	async appendWrongly() {
		const upload = this.#one(({ at, late }) => !(late > at));
		if (!upload)
			return;
		const wrong = upload.at + 1 + this.dice.below(5), answer = await this.tus.patch(upload.path, wrong, "x");
		assert.equal(answer.status, 409);
		if (!upload.deferred)
			assert.equal((await this.tus.patch(upload.path, upload.at, Buffer.alloc(upload.bytes.length - upload.at + 1))).status, 413);
	}

	// Where a cut or a kill left an upload: never before what was told, never behind what was sent.
	async #settle(upload, sent) {
		const at = await until(async () => {
			const offset = await this.tus.offset(upload.path).catch(() => -1);
			return offset >= 0 && [offset];
		}, "an offset");
		assert.ok(at[0] >= upload.at && at[0] <= upload.at + sent, `${at[0]} is not within ${upload.at} + ${sent}`);
		upload.late = upload.at + sent;         // the web server may still hand on what it has of the request
		upload.at = at[0];
	}

	// Less comes than was promised, and then the client is gone, or the responder is.
	async #interrupted(interrupt) {
		const upload = this.#one(({ at, bytes }) => at < bytes.length - 1);
		if (!upload)
			return;
		const left = upload.bytes.length - upload.at, sent = this.dice.below(left);
		const socket = openPatch(this.server, upload.path, upload.at, left, upload.bytes.subarray(upload.at, upload.at + sent));
		await until(() => socket.bytesWritten > sent && !socket.writableLength, "the bytes have left");
		await interrupt(socket);
		await this.#settle(upload, sent);
		socket.destroy();
	}

	cut() {
		return this.#interrupted((socket) => socket.destroy());
	}

	stall() {
		return this.#interrupted(() => {});
	}

	async killOne() {
		await this.#interrupted(() => this.server.responders().slice(0, 1).forEach((pid) => kill(pid)));
		await this.server.healthy();
	}

	async remove() {
		const upload = this.#one();
		if (!upload)
			return;
		assert.equal((await this.tus.remove(upload.path)).status, 204);
		this.#drop(upload);
	}

	async join() {
		const parts = this.open.filter(({ part, at, bytes }) => part && at === bytes.length).slice(0, 4);
		const unfinished = this.#one(({ part, at, bytes }) => part && at < bytes.length);
		if (unfinished)
			assert.equal((await this.tus.post({ "Upload-Concat": `final;${unfinished.path}` })).status, 409);
		if (!parts.length)
			return;
		const answer = await this.tus.post({ "Upload-Concat": `final;${parts.map(({ path }) => path).join(" ")}` });
		assert.equal(answer.status, 201, answer.text);
		const id = idOf(answer.headers["upload-video"]);
		assert.equal(sha(readFileSync(join(this.server.dir, "source", id))), sha(Buffer.concat(parts.map(({ bytes }) => bytes))));
		this.videos++;
		this.open = this.open.filter((upload) => !parts.includes(upload));
	}

	async compare() {
		for (const upload of this.open) {
			const at = await this.tus.offset(upload.path);
			assert.ok(at === upload.at || (at > upload.at && at <= upload.late), `${upload.path}: ${at}, not ${upload.at}`);
			upload.at = at;
			const { size } = statSync(join(this.server.dir, "incoming", idOf(upload.path)));
			assert.ok(size >= upload.at && size <= upload.bytes.length, `${size} bytes on disk`);   // more after a kill: never promised
		}
		for (const path of this.gone.slice(-3))
			if (!this.server.files("source").includes(idOf(path)))
				assert.equal(await this.tus.offset(path), -404);
		assert.deepEqual(this.server.files("incoming").sort(), this.open.map(({ path }) => idOf(path)).sort());
		assert.equal(await this.server.count("video"), this.videos);
	}

	async run(steps) {
		const often = ["create", "append", "append", "append", "appendWrongly", "cut", "stall", "remove", "join"];
		for (let step = 0; step < steps; step++) {
			const what = this.open.length < 2 ? "create" : this.open.length > 8 ? this.dice.pick(["append", "join", "remove"])
				: this.dice.below(25) ? this.dice.pick(often) : "killOne";
			this.log.push(what);
			await this[what]();
			await this.compare();
		}
	}
}
