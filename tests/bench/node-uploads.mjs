// node-uploads.mjs - what clipmill's uploads are compared with: a Node cluster that pipes bodies into files.
// SPDX-License-Identifier: MIT
//
//   node node-uploads.mjs PORT FOLDER
//
// As many workers as cores.  A body goes to FOLDER/incoming/ID, is fsynced, renamed to FOLDER/source/ID, and both folders
// are fsynced before the answer: as durable as ours, but without a database.
import cluster from "node:cluster";
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open, rename, unlink } from "node:fs/promises";
import http from "node:http";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

const [port, folder] = process.argv.slice(2);

// Of a file or a folder, through a descriptor of its own: Node 18's streams do not do it by themselves.
async function sync(name) {
	const handle = await open(join(folder, name));
	await handle.sync().finally(() => handle.close());
}

async function store(request) {
	const id = randomBytes(16).toString("base64url"), path = join(folder, "incoming", id);
	const promised = Number(request.headers["content-length"] ?? -1);
	try {
		const file = createWriteStream(path, { flags: "wx", mode: 0o600, highWaterMark: 1 << 20 });
		await pipeline(request, file);
		if (promised >= 0 && file.bytesWritten !== promised)
			throw new Error(`${file.bytesWritten} bytes of ${promised}`);
		await sync(join("incoming", id));
		await rename(path, join(folder, "source", id));
		await Promise.all([sync("incoming"), sync("source")]);
		return { id, size_bytes: file.bytesWritten };
	} catch (error) {
		await unlink(path).catch(() => {});
		throw error;
	}
}

async function answer(request, response) {
	if (request.method !== "PUT")
		return response.writeHead(request.method === "GET" ? 200 : 405, { "Content-Length": 0 }).end();
	try {
		const stored = await store(request), body = JSON.stringify(stored);
		response.writeHead(201, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body),
			"Location": `/api/videos/${stored.id}` });
		response.end(body);
	} catch (error) {
		console.error(error.message);
		if (!response.headersSent)
			response.writeHead(500, { "Content-Length": 0 }).end();
	}
}

if (cluster.isPrimary) {
	for (let i = 0; i < availableParallelism(); i++)
		cluster.fork();
	cluster.on("exit", () => cluster.fork());
} else {
	const server = http.createServer(answer);
	server.requestTimeout = 0;
	server.listen(Number(port), "127.0.0.1", 1024);
}
