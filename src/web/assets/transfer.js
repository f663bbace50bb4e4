// transfer.js - one file on its way to the server, by tus: it goes on after a pause, a lost network or a closed tab.
// SPDX-License-Identifier: MIT
import { Upload } from "tus-js-client";
import { problemText } from "./api.js";

const TUS = "/api/uploads";
const CHUNK = 64 << 20;                 // bytes of a request: a web server in front may keep it whole
const RETRIES = [500, 1000, 2000, 4000, 8000, 16000, 30000];
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

// States: waiting, sending, paused, offline (it tries again by itself), storing (all is sent), done, failed.
export class Transfer extends EventTarget {
	state = "waiting";
	sent = 0;
	video = null;                   // its JSON or { id }, once done
	problem = "";
	#speed = new Speed();
	#job = null;

	constructor(file) {
		super();
		this.file = file;
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
		this.#job = null;
		this.#change("failed", problem);
	}

	#done(video) {
		this.video = video;
		this.sent = this.file.size;
		this.#change("done");
	}

	async start() {
		this.#speed.reset();
		this.#change("sending");
		const upload = this.#job = new Upload(this.file, {
			endpoint: TUS, chunkSize: CHUNK, retryDelays: RETRIES, removeFingerprintOnSuccess: true,
			metadata: { filename: this.file.name, ...(this.file.type ? { filetype: this.file.type } : {}) },
			onAfterResponse: checkOffset,
			onProgress: (sent, total) => this.#progress(sent, total),
			onShouldRetry: (error) => this.#shouldRetry(error),
			onSuccess: ({ lastResponse }) => this.#finish(upload, lastResponse),
			onError: (error) => this.#tusFailed(error),
		});
		const previous = await findPrevious(upload);
		if (this.#job !== upload || this.state !== "sending")
			return;         // paused, or begun again, meanwhile
		if (previous)
			upload.resumeFromPreviousUpload(previous);
		upload.start();
	}

	// What a later try may find well again: no answer, a lock, a server that is busy.
	#shouldRetry(error) {
		const status = answerOf(error)?.getStatus() ?? 0;
		if (this.state === "paused" || (status >= 400 && status < 500 && ![408, 409, 423, 429].includes(status)))
			return false;
		this.#speed.reset();
		this.#change("offline");
		return true;
	}

	// Where no answer came for long, it waits for the network to come back.
	#tusFailed(error) {
		const answer = answerOf(error);
		if (answer && answer.getStatus() > 0 && answer.getStatus() < 500)
			this.#fail(problemText(answer.getStatus(), answer.getBody()));
		else
			this.#change("offline");
	}

	// The last answer names the video; of an upload that was whole before, its own address has the same id.
	#finish(upload, answer) {
		const named = answer?.getHeader("Upload-Video") || upload.url;
		this.#done({ id: named.split("?")[0].split("/").filter(Boolean).at(-1) });
	}

	pause() {
		this.#change("paused");
		this.#job?.abort();
	}

	// For good: what the server has of it is thrown away.
	async remove() {
		const job = this.#job;
		this.#change("failed", "Removed");
		await Promise.resolve(job?.abort(true)).catch(() => {});
	}

	// After a pause, and when the network is back.
	resume() {
		if (!["paused", "offline", "failed"].includes(this.state))
			return;
		this.#job?.abort();
		this.start();
	}
}

// Files that were begun and not ended, by this browser: [{ name, size, since }].
export async function unfinished() {
	return Object.keys(localStorage).filter((key) => key.startsWith("tus::")).flatMap((key) => {
		try {
			const { metadata, size, creationTime } = JSON.parse(localStorage.getItem(key));
			return [{ key, name: metadata.filename, size, since: creationTime }];
		} catch {
			return [];
		}
	});
}

export const forget = (key) => localStorage.removeItem(key);
