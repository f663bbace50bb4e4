// events.mjs - reads server-sent events (HTML, section 9.2), as a plain client does.
// SPDX-License-Identifier: MIT
import http from "node:http";
import { until } from "./wait.mjs";

function parse(block) {
	const event = { name: "message", data: "", at: performance.now() };
	for (const line of block.split("\n")) {
		const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line);
		if (field === "event")
			event.name = value;
		else if (field === "data")
			event.data += value;
		else if (field)
			event[field] = value;
	}
	return event;
}

// A stream that is open until close(): all that came so far is in `events`, comments are counted in `beats`.
class EventStream {
	constructor(port, path, headers = {}) {
		Object.assign(this, { port, path, headers, events: [], beats: 0, status: 0, ended: false, text: "" });
	}

	// Resolves once the head is there.
	open() {
		return new Promise((resolve, reject) => {
			this.request = http.get({ host: "127.0.0.1", port: this.port, path: this.path, headers: this.headers, agent: false }, (answer) => {
				this.status = answer.statusCode;
				this.type = answer.headers["content-type"];
				answer.setEncoding("utf8");
				answer.on("data", (text) => this.#take(text));
				answer.on("close", () => { this.ended = true; });
				answer.on("error", () => {});
				resolve(this);
			});
			this.request.on("error", reject);
		});
	}

	#take(text) {
		const blocks = (this.text + text).split("\n\n");
		this.text = blocks.pop();
		for (const block of blocks)
			if (block.startsWith(":"))
				this.beats++;
			else
				this.events.push(parse(block));
	}

	// The first event for which `look(event, its data)` is true.
	wait(look, what = "an event", ms) {
		return until(() => this.events.find((event) => look(event, event.data ? JSON.parse(event.data) : {})), `${what} on ${this.path}`, ms, 5);
	}

	// Events of a name, their data parsed.
	told(name) {
		return this.events.filter((event) => event.name === name).map(({ data }) => JSON.parse(data));
	}

	close() {
		this.request.destroy();
	}
}

export const listen = (server, path, headers) => new EventStream(server.port, path, headers).open();
