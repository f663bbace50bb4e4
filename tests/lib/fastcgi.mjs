// fastcgi.mjs - speaks to a responder as only its web server should.
// SPDX-License-Identifier: MIT
import { connect } from "node:net";

export const BEGIN = 1, PARAMS = 4, STDIN = 5, STDOUT = 6;

// One record; `length` tells another content length than it has.
export const record = (type, id, body, length = body.length) =>
	Buffer.concat([Buffer.from([1, type, id >> 8, id & 255, length >> 8, length & 255, 0, 0]), body]);

export const begin = record(BEGIN, 1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0]));

function pair([name, value]) {
	const lengths = Buffer.alloc(8);
	lengths.writeUInt32BE(0x80000000 + Buffer.byteLength(name), 0);
	lengths.writeUInt32BE(0x80000000 + Buffer.byteLength(value), 4);
	return Buffer.concat([lengths, Buffer.from(name), Buffer.from(value)]);
}

// Sends these bytes as they are; resolves to what came back until the end.  `opened` hears of the socket.
export function exchange(path, bytes, opened = () => {}) {
	return new Promise((resolve) => {
		const pieces = [], socket = connect(path, () => socket.write(bytes));
		opened(socket);
		socket.on("data", (piece) => pieces.push(piece)).on("error", () => {});
		socket.on("close", () => resolve(Buffer.concat(pieces)));
	});
}

function standardOutput(bytes) {
	const pieces = [];
	for (let at = 0; at + 8 <= bytes.length;) {
		const length = bytes.readUInt16BE(at + 4);
		if (bytes[at + 1] === STDOUT)
			pieces.push(bytes.subarray(at + 8, at + 8 + length));
		at += 8 + length + bytes[at + 6];
	}
	return Buffer.concat(pieces).toString("utf8");
}

// One whole request with these parameters, { NAME: value } or [[NAME, value]]; resolves to { status, text, json }, as request() of http.mjs.
export async function ask(path, params, body = Buffer.alloc(0)) {
	const pairs = Buffer.concat((Array.isArray(params) ? params : Object.entries(params)).map(pair)), none = Buffer.alloc(0);
	const content = body.length ? [record(STDIN, 1, body)] : [];
	const answer = await exchange(path, Buffer.concat([begin, record(PARAMS, 1, pairs), record(PARAMS, 1, none), ...content,
		record(STDIN, 1, none)]));
	const [head, ...rest] = standardOutput(answer).split("\r\n\r\n"), text = rest.join("\r\n\r\n");
	return {
		status: Number(/^Status: (\d+)/m.exec(head)?.[1] ?? 0), text,
		headers: Object.fromEntries(head.split("\r\n").map((line) => line.split(": ")).map(([name, value]) => [name.toLowerCase(), value])),
		get json() { return JSON.parse(text); },
	};
}
