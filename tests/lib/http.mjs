// http.mjs - a plain HTTP client: one connection a request, nothing followed, nothing added.
// SPDX-License-Identifier: MIT
import http from "node:http";
import net from "node:net";

// `from`: an address of this machine.  Resolves to { status, headers, body (Buffer), text, json }.
export function request(port, method, path, { headers = {}, body, from, timeoutMs = 120_000 } = {}) {
	const length = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
	return new Promise((resolve, reject) => {
		const sent = http.request({ host: "127.0.0.1", port, method, path, agent: false, localAddress: from,
			headers: { ...length, ...headers } }, (answer) => {
			const pieces = [];
			answer.on("data", (piece) => pieces.push(piece));
			answer.on("error", reject);
			answer.on("end", () => resolve(toAnswer(answer, Buffer.concat(pieces))));
		});
		sent.setTimeout(timeoutMs, () => sent.destroy(new Error(`${method} ${path}: no answer in ${timeoutMs} ms`)));
		sent.on("error", reject);
		sent.end(body);
	});
}

function toAnswer(answer, body) {
	return {
		status: answer.statusCode, headers: answer.headers, body,
		get text() { return body.toString("utf8"); },
		get json() { return JSON.parse(body.toString("utf8")); },
	};
}

// Sends these bytes as they are and resolves to what came back until the end, "" when nothing did.
// With `cut`, the connection is closed for good so many ms after the last byte.
export function raw(port, bytes, { cut, timeoutMs = 120_000 } = {}) {
	return new Promise((resolve) => {
		const pieces = [];
		const socket = net.connect(port, "127.0.0.1", () => {
			socket.write(bytes);
			if (cut !== undefined)
				setTimeout(() => socket.destroy(), cut);
		});
		socket.setTimeout(timeoutMs, () => socket.destroy());
		socket.on("data", (piece) => pieces.push(piece));
		socket.on("error", () => {});
		socket.on("close", () => resolve(Buffer.concat(pieces).toString("latin1")));
	});
}

// An upload of so many bytes of which only `sent` come.
export const cutUpload = (length, sent, query = "") =>
	`PUT /api/videos${query} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${"x".repeat(sent)}`;

// A form's parts into a body: [headers, bytes] each, headers as text.
export function formBody(parts, boundary = "XX-boundary-XX") {
	const pieces = parts.flatMap(([head, bytes]) => [`--${boundary}\r\n${head}\r\n\r\n`, bytes, "\r\n"]);
	return Buffer.concat([...pieces, `--${boundary}--\r\n`].map((piece) => Buffer.from(piece)));
}

export const filePart = (bytes, filename, name = "file") =>
	[`Content-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: video/mp4`, bytes];

export const fieldPart = (name, value) => [`Content-Disposition: form-data; name="${name}"`, value];

export const formHeaders = (boundary = "XX-boundary-XX") => ({ "Content-Type": `multipart/form-data; boundary=${boundary}` });
