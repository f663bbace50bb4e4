// tus.mjs - requests of resumable uploads, one at a time and as they stand: nothing is retried or repaired.
// SPDX-License-Identifier: MIT
import { createHash } from "node:crypto";
import net from "node:net";

export const BASE = "/api/uploads";
const TYPE = "application/offset+octet-stream";
const VERSION = { "Tus-Resumable": "1.0.0" };

export const base64 = (text) => Buffer.from(text).toString("base64");
export const sum = (algorithm, bytes) => `${algorithm} ${createHash(algorithm).update(bytes).digest("base64")}`;
export const metadata = (pairs) => Object.entries(pairs).map(([key, value]) => `${key} ${base64(value)}`).join(",");

// A client of one server; `extra` goes with every request, as a proxy's header would.
export function tusClient(server, extra = {}) {
	const send = (method, path, headers, body) =>
		server.request(method, path, { headers: { ...VERSION, ...extra, ...headers }, body });
	const drop = (headers) => Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
	return {
		post: (headers, body = "") => send("POST", BASE, drop(headers), body),
		head: (path, headers = {}) => send("HEAD", path, headers),
		patch: (path, offset, body, headers = {}) =>
			send("PATCH", path, drop({ "Content-Type": TYPE, "Upload-Offset": String(offset), ...headers }), body),
		remove: (path, headers = {}) => send("DELETE", path, headers),

		// Creates one and returns its address.
		async create(length, headers = {}) {
			const answer = await send("POST", BASE, { "Upload-Length": String(length), ...headers }, "");
			if (answer.status !== 201)
				throw new Error(`a creation was answered with ${answer.status}: ${answer.text}`);
			return answer.headers.location;
		},

		async offset(path) {
			const answer = await send("HEAD", path, {});
			return answer.status === 200 ? Number(answer.headers["upload-offset"]) : -answer.status;
		},
	};
}

// A PATCH that says `length` bytes follow, and of which only `bytes` come.  Its socket stays open until it is destroyed.
export function openPatch(server, path, offset, length, bytes) {
	const head = `PATCH ${path} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nContent-Type: ${TYPE}\r\n` +
		`Upload-Offset: ${offset}\r\nContent-Length: ${length}\r\n\r\n`;
	const socket = net.connect(server.port, "127.0.0.1");
	socket.answer = new Promise((resolve) => {
		let text = "";
		socket.on("data", (piece) => (text += piece.toString("latin1"))).on("error", () => {}).on("close", () => resolve(text));
	});
	socket.write(Buffer.concat([Buffer.from(head), bytes]));
	return socket;
}
