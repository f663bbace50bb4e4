// live.js - an event stream, and a word on whether there is one.  EventSource comes back by itself with Last-Event-ID; where
// it gives up (an error status), it is begun anew.
// SPDX-License-Identifier: MIT

const AGAIN_MS = 3000;
const NAMES = ["video", "task", "worker", "progress"];

// handlers: begin() whenever everything has to be asked for (the first time too), and video(data), task(data), worker(data),
// progress(data), connected(bool).
export function listen(url, handlers) {
	let source = null, timer = 0;

	function open() {
		source = new EventSource(url);
		for (const name of NAMES)
			source.addEventListener(name, ({ data }) => handlers[name]?.(JSON.parse(data)));
		for (const name of ["start", "reset"])
			source.addEventListener(name, () => handlers.begin?.());
		source.addEventListener("open", () => handlers.connected?.(true));
		source.addEventListener("error", () => {
			handlers.connected?.(false);
			if (source.readyState === EventSource.CLOSED) {
				clearTimeout(timer);
				timer = setTimeout(open, AGAIN_MS);
			}
		});
	}

	// A page that comes back from the browser's cache has lost its stream.
	addEventListener("pagehide", () => source.close());
	addEventListener("pageshow", ({ persisted }) => persisted && open());
	open();
}

// Runs `work` soon after it is called, once for many calls, and never twice at one time.
export function soon(work, ms = 60) {
	let timer = 0, busy = false, again = false;
	return async function run() {
		if (busy) {
			again = true;
			return;
		}
		clearTimeout(timer);
		timer = setTimeout(async () => {
			busy = true;
			await work();
			busy = false;
			if (again) {
				again = false;
				run();
			}
		}, ms);
	};
}
