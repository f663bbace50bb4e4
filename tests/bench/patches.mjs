// patches.mjs - sends a file by tus in pieces over one connection, as clients do.  Prints the seconds that it took, and the id.
// SPDX-License-Identifier: MIT
import { openSync, readSync, statSync } from "node:fs";
import http from "node:http";

const [base, path, size] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const file = openSync(path), length = statSync(path).size, piece = Buffer.alloc(Number(size));

function send(method, url, headers, body) {
	return new Promise((resolve, reject) => {
		const request = http.request(url, { method, agent, headers: { "Tus-Resumable": "1.0.0", "Content-Length": body.length, ...headers } },
			(answer) => answer.resume().on("end", () => resolve(answer)));
		request.on("error", reject).end(body);
	});
}

const begun = performance.now();
let answer = await send("POST", `${base}/api/uploads`, { "Upload-Length": String(length) }, "");
const url = base + answer.headers.location;
for (let at = 0; at < length;) {
	const n = readSync(file, piece, 0, piece.length, at);
	answer = await send("PATCH", url, { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(at) }, piece.subarray(0, n));
	if (answer.statusCode !== 204)
		throw new Error(`a PATCH was answered with ${answer.statusCode}`);
	at += n;
}
console.log(((performance.now() - begun) / 1000).toFixed(3), answer.headers["upload-video"].split("/").at(-1));
agent.destroy();
