// events.mjs - the client of tests/bench/events.  SPDX-License-Identifier: MIT
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import net from "node:net";
import { listen } from "../lib/events.mjs";
import { sleep, until } from "../lib/wait.mjs";

const [socket, base, db, count, pids] = process.argv.slice(2);
const port = Number(new URL(base).port);
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const rss = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);

// One sqlite3 that commits when told; resolves at the moment the commit has returned.
class Writer {
	constructor() {
		this.child = spawn("sqlite3", ["-batch", "-init", "/dev/null", db], { stdio: ["pipe", "pipe", "inherit"] });
		this.child.stdout.setEncoding("utf8");
	}

	commit(word) {
		return new Promise((resolve) => {
			this.child.stdout.once("data", () => resolve(performance.now()));
			this.child.stdin.write(`INSERT INTO event (kind, detail) VALUES ('worker changed', '${word}');\nSELECT 'x';\n`);
		});
	}
}

const pair = (name, value) => Buffer.concat([Buffer.from([name.length, value.length]), Buffer.from(name + value)]);
function record(type, content) {
	const head = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]);
	return Buffer.concat([head, content]);
}
const params = Buffer.concat(Object.entries({ REQUEST_METHOD: "GET", REQUEST_URI: "/api/events", QUERY_STRING: "", SERVER_PROTOCOL: "HTTP/1.1",
	HTTP_HOST: "bench" }).map(([name, value]) => pair(name, value)));
const head = Buffer.concat([record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])), record(4, params), record(4, Buffer.alloc(0)),
	record(5, Buffer.alloc(0))]);

let begun = 0;
const park = () => new Promise((resolve, reject) => {
	const connection = net.connect(socket, () => connection.write(head));
	connection.once("data", () => { begun++; resolve(connection); });
	connection.on("data", () => {});
	connection.on("error", reject);
});

async function latency(name, rounds = 200) {
	const streams = await Promise.all([listen({ port }, "/api/events"), listen({ port }, "/api/events")]);
	await Promise.all(streams.map((stream) => stream.wait(({ name: kind }) => kind === "start")));
	const writer = new Writer(), times = [];
	for (let i = 0; i < rounds; i++) {
		const committed = await writer.commit(`${name}-${i}`);
		for (const stream of streams) {
			const event = await until(() => stream.events.findLast(({ data }) => data.includes(`"${name}-${i}"`)), "the event", 5000, 1);
			times.push(event.at - committed);
		}
		await sleep(20 + Math.random() * 20);
	}
	writer.child.stdin.end();
	streams.forEach((stream) => stream.close());
	console.log(`events: ${name}: commit to client ${median(times).toFixed(2)} ms, at most ${Math.max(...times).toFixed(2)} ms (goal: 2 ms when idle)`);
	console.log(`events-${name}-ms ratio ${median(times).toFixed(3)}`);
}

await latency("idle");
const fill = async (number) => {
	const parked = [];
	while (parked.length < number)
		parked.push(...await Promise.all(Array.from({ length: 50 }, park)));
	return parked;
};
(await fill(1000)).forEach((connection) => connection.destroy());      // every request thread has its connection by now
await sleep(500);
const all = pids.split(" "), before = all.map(rss);
const parked = await fill(Number(count));
const grown = Math.max(...all.map((pid, i) => rss(pid) - before[i]));
console.log(`events: ${parked.length} streams parked in one responder: ${(grown / parked.length).toFixed(1)} KB each (goal: 20)`);
console.log(`events-kb-a-stream ratio ${(grown / parked.length).toFixed(2)}`);
await latency("crowded");
parked.forEach((connection) => connection.destroy());
process.exit(0);
