// transfer.js - one file on its way to the server, by tus: it goes on after a pause, a lost network or a closed tab.
// SPDX-License-Identifier: MIT
import { Upload } from "tus-js-client";
import { problemText } from "./api.js";

const TUS = "/api/uploads";
const CHUNK = 64 << 20;                 // bytes of a request: a web server in front may keep it whole
const RETRIES = [500, 1000, 2000, 4000, 8000, 16000, 30000];
const REST_MS = 30_000;                 // after all retries: between one try and the next
const FULL = 507;                       // the server's disk: somebody has to make room first
const SPEED_OVER_MS = 4000;
const ENDED = [404, 410];               // what says that the server has nothing of an upload

// tus-js-client begins anew whenever a HEAD is refused, and forgets the upload on each 4xx: what a server says that is just
// being started again would cost all that was sent.  Thrown from here it is one more error, after which the address is kept.
class Refusal extends Error {
	constructor(answer) {
		super("the offset was not told");
		this.answer = answer;
	}
}

function checkOffset(request, answer) {
	const status = answer.getStatus();
	if (request.getMethod() === "HEAD" && (status < 200 || status >= 300) && !ENDED.includes(status))
		throw new Refusal(answer);
}

// What a later try may find well again: no answer, a lock, a server that is busy or broken.
const mayPass = (status) => [0, 408, 409, 423, 429].includes(status) || (status >= 500 && status !== FULL);

// A folder, a file that was changed after it was chosen, a disk that was taken out.
const UNREADABLE = "the file cannot be read; was it moved, or changed?";
const canRead = (file) => file.slice(0, 1).arrayBuffer().then(() => true, () => false);

const KEPT = "clipmill-kept-ms";        // in localStorage: how long this server keeps what is not complete
const KEPT_MS = 48 * 3600_000;          // as long as it has not said so

// Each new byte begins that time anew, so what HEAD says is what is left of it.
function noteExpiry(request, answer) {
	const ms = Date.parse(answer.getHeader("Upload-Expires")) - Date.now();
	if (ms > 0 && request.getMethod() !== "HEAD")
		localStorage.setItem(KEPT, ms);
}

// It is begun anew, as far as its expiry is concerned.
const renew = ({ urlStorageKey: key, ...upload }) =>
	localStorage.setItem(key, JSON.stringify({ ...upload, creationTime: new Date().toString() }));

const answerOf = (error) => error.originalResponse ?? error.causingError?.answer;

// The youngest upload of this file that was begun and not ended; dates are as Date writes them.
async function findPrevious(upload) {
	const found = await upload.findPreviousUploads();
	return found.sort((a, b) => Date.parse(b.creationTime) - Date.parse(a.creationTime))[0];
}

// Bytes a second over the last few seconds.
class Speed {
	#marks = [];

	mark(bytes, now = performance.now()) {
		this.#marks.push([now, bytes]);
		while (this.#marks.length > 2 && now - this.#marks[0][0] > SPEED_OVER_MS)
			this.#marks.shift();
	}

	get value() {
		const [from, bytes] = this.#marks[0] ?? [0, 0], [to, more] = this.#marks.at(-1) ?? [0, 0];
		return to - from > 200 ? (1000 * (more - bytes)) / (to - from) : 0;
	}

	reset() {
		this.#marks = [];
	}
}

// States: waiting, sending, paused, offline (it tries again by itself; `problem` is what the server said, if it did), storing
// (all is sent), done, failed.
export class Transfer extends EventTarget {
	state = "waiting";
	sent = 0;
	video = null;                   // its JSON or { id }, once done
	problem = "";
	#speed = new Speed();
	#job = null;
	#timer = 0;                     // of its rest; 0: it has none

	constructor(file) {
		super();
		this.file = file;
	}

	// Its address on the server, once there is one.
	get url() {
		return this.#job?.url ?? null;
	}

	get speed() {
		return this.#speed.value;
	}

	get leftMs() {
		return this.speed > 0 ? (1000 * (this.file.size - this.sent)) / this.speed : null;
	}

	#change(state, problem = "") {
		Object.assign(this, { state, problem });
		this.dispatchEvent(new Event("change"));
	}

	#progress(sent, total) {
		if (["paused", "failed", "done"].includes(this.state))
			return;
		this.sent = sent;
		this.#speed.mark(sent);
		this.#change(sent >= total ? "storing" : "sending");
	}

	#fail(problem) {
		this.#change("failed", problem);
	}

	#done(video) {
		this.video = video;
		this.sent = this.file.size;
		this.#change("done");
	}

	async start() {
		this.#endRest();
		this.#speed.reset();
		this.#change("sending");
		const upload = this.#job = new Upload(this.file, {
			endpoint: TUS, chunkSize: CHUNK, retryDelays: RETRIES, removeFingerprintOnSuccess: true,
			metadata: { filename: this.file.name, ...(this.file.type ? { filetype: this.file.type } : {}) },
			onAfterResponse: (request, answer) => {
				checkOffset(request, answer);
				noteExpiry(request, answer);
			},
			onProgress: (sent, total) => this.#progress(sent, total),
			onShouldRetry: (error) => this.#shouldRetry(error),
			onSuccess: ({ lastResponse }) => this.#finish(upload, lastResponse),
			onError: (error) => this.#tusFailed(error),
		});
		const [previous, readable] = await Promise.all([findPrevious(upload), canRead(this.file)]);
		if (this.#job !== upload || this.state !== "sending")
			return;         // paused, or begun again, meanwhile
		if (!readable) {
			this.#fail(UNREADABLE);
			return;
		}
		if (previous) {
			renew(previous);
			upload.resumeFromPreviousUpload(previous);
		}
		upload.start();
	}

	#shouldRetry(error) {
		const answer = answerOf(error), status = answer?.getStatus() ?? 0;
		if (this.state === "paused" || !mayPass(status))
			return false;
		this.#speed.reset();
		this.#change("offline", status ? problemText(status, answer.getBody()) : "");
		if (!status)
			this.#lookAtFile();
		return true;
	}

	// All that a browser says of a file that cannot be read any more is that the request failed.
	async #lookAtFile() {
		const job = this.#job;
		if (await canRead(this.file) || this.#job !== job)
			return;
		job.abort();
		this.#fail(UNREADABLE);
	}

	// After the last retry it rests, so that others may try, and goes on later.
	#tusFailed(error) {
		const answer = answerOf(error), status = answer?.getStatus() ?? 0;
		if (status && !mayPass(status)) {
			this.#fail(problemText(status, answer.getBody()));
			return;
		}
		this.#timer = setTimeout(() => this.wake(), REST_MS);
		this.#change("offline", this.problem);
	}

	// The last answer names the video; of an upload that was whole before, its own address has the same id.
	#finish(upload, answer) {
		const named = answer?.getHeader("Upload-Video") || upload.url;
		this.#done({ id: named.split("?")[0].split("/").filter(Boolean).at(-1) });
	}

	pause() {
		this.#endRest();
		this.#change("paused");
		this.#job?.abort();
	}

	// For good: what the server has of it is thrown away.
	async remove() {
		const job = this.#job;
		this.#endRest();
		this.#change("failed", "Removed");
		await Promise.resolve(job?.abort(true)).catch(() => {});
	}

	// As a person wants it.
	resume() {
		if (!["paused", "offline", "failed"].includes(this.state))
			return;
		this.#job?.abort();
		this.start();
	}

	get isResting() {
		return this.#timer > 0;
	}

	#endRest() {
		clearTimeout(this.#timer);
		this.#timer = 0;
	}

	// The network or the server is back: one that rests takes its turn again.
	wake() {
		if (this.state !== "offline")
			return;
		const rested = this.isResting;
		this.#endRest();
		rested ? this.#change("waiting") : this.resume();
	}
}

// Files that were begun and not ended by this browser, but for those at the addresses `mine`: [{ key, name, size }].  What the
// server has thrown away by now is forgotten.
export function unfinished(mine) {
	const kept = Number(localStorage.getItem(KEPT)) || KEPT_MS;
	return Object.keys(localStorage).filter((key) => key.startsWith("tus::")).flatMap((key) => {
		try {
			const { metadata, size, creationTime, uploadUrl } = JSON.parse(localStorage.getItem(key));
			if (Date.parse(creationTime) + kept < Date.now())
				forget(key);
			else if (!mine.has(uploadUrl))
				return [{ key, name: metadata.filename, size }];
		} catch {}              // not ours
		return [];
	});
}

export const forget = (key) => localStorage.removeItem(key);
