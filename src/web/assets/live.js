// live.js - an event stream, and a word on whether the server can be reached.  EventSource comes back by itself with
// Last-Event-ID; where it gives up (an error status), or was closed, another one goes on behind the last event.
// SPDX-License-Identifier: MIT
import { ApiError, isReached } from "./api.js";

const AGAIN_MS = 3000;
const AWAY_MS = 5000;                   // without a stream, before a word is said
const HIDDEN_MS = 30_000;               // out of sight, before the stream is closed
const OLD_MS = 600_000;                 // after so long all is asked for anew, which is less than all that happened
const RETRY_MS = 2000;
const NAMES = ["video", "task", "worker", "progress"];

class Stream {
	#source = null;
	#again = 0;                     // timers
	#rest = 0;
	#missingSince = null;
	#last = "";                     // id of the event that came last
	#lostAt = null;
	#ends = new AbortController();

	constructor(url, handlers) {
		Object.assign(this, { url, handlers });
		const { signal } = this.#ends;
		// A page that comes back from the browser's cache has lost its stream.
		addEventListener("pagehide", () => this.#stop(), { signal });
		addEventListener("pageshow", ({ persisted }) => persisted && this.#look(), { signal });
		document.addEventListener("visibilitychange", () => this.#look(), { signal });
		this.#open();
		this.#look();
	}

	// A browser opens six connections to a server, for all its tabs: those that nobody sees must not keep one each.
	#look() {
		clearTimeout(this.#rest);
		if (document.hidden)
			this.#rest = setTimeout(() => this.#stop(), HIDDEN_MS);
		else if (!this.#source)
			this.#open();
	}

	#open() {
		if (Date.now() - (this.#lostAt ?? Infinity) > OLD_MS)
			this.#last = "";
		const source = this.#source = new EventSource(this.#last ? `${this.url}?after=${this.#last}` : this.url);
		for (const name of NAMES)
			source.addEventListener(name, ({ data, lastEventId }) => {
				this.#last = lastEventId;
				this.handlers[name]?.(JSON.parse(data));
			});
		for (const name of ["start", "reset"])
			source.addEventListener(name, ({ lastEventId }) => {
				const isAnew = name === "reset" || !this.#last;
				this.#last = lastEventId;
				this.handlers.begin?.(isAnew);
			});
		source.addEventListener("open", () => this.#found());
		source.addEventListener("error", () => this.#missed());
	}

	#found() {
		this.#missingSince = this.#lostAt = null;
		this.#tell();
		this.handlers.connected?.();
	}

	// Why there is none is not told: the page asks by itself.  So it learns of what is gone, and goes on, if with less, where
	// the server gives no streams, or has given all it has.
	#missed() {
		this.#missingSince ??= performance.now();
		this.#lostAt ??= Date.now();
		setTimeout(() => this.#tell(), AWAY_MS);
		this.handlers.begin?.(false);
		if (this.#source?.readyState !== EventSource.CLOSED)
			return;
		clearTimeout(this.#again);
		this.#again = setTimeout(() => this.#open(), AGAIN_MS);
	}

	#tell() {
		const isLong = this.#missingSince !== null && performance.now() - this.#missingSince >= AWAY_MS - 100;
		document.getElementById("away").hidden = !isLong || isReached();
	}

	#stop() {
		clearTimeout(this.#again);
		clearTimeout(this.#rest);
		this.#source?.close();
		this.#lostAt ??= Date.now();
		this.#source = this.#missingSince = null;
		this.#tell();
	}

	close() {
		this.#ends.abort();
		this.#stop();
	}
}

// handlers: begin(isAnew) whenever what is there has to be asked for (the first time too), isAnew where nobody tells what became
// of it meanwhile; and video(data), task(data), worker(data), progress(data), connected().  What it returns has close().
export const listen = (url, handlers) => new Stream(url, handlers);

// A rest after work that took `ms`: it is begun once a second at the most, and takes no more than a tenth of the time; but who
// slept in the middle of it does not rest for hours.
export const sparing = (ms) => Math.min(120_000, Math.max(1000, 9 * ms));

// Runs `work` soon after it is called, once for many calls, and never twice at one time; after a call of the API that failed,
// again by itself.  restOf(ms) is how long it is let alone after it took `ms`.
export function soon(work, ms = 60, restOf = () => 0) {
	let timer = 0, retry = 0, busy = false, again = false, notBefore = 0;

	function run() {
		if (busy)
			again = true;
		else
			timer ||= setTimeout(turn, Math.max(ms, notBefore - performance.now()));
	}

	async function turn() {
		const began = performance.now();
		clearTimeout(retry);
		timer = 0;
		busy = true;
		try {
			await work();
		} catch (error) {
			if (!(error instanceof ApiError))
				throw error;
			retry = setTimeout(run, RETRY_MS);
		} finally {
			busy = false;
			notBefore = performance.now() + restOf(performance.now() - began);
			if (again) {
				again = false;
				run();
			}
		}
	}
	return run;
}
