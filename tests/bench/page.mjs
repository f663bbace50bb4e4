// page.mjs - times the list and weighs the first load; see page.
// SPDX-License-Identifier: MIT
import { gzipSync } from "node:zlib";

const [base, repeats] = [process.argv[2], 100];
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function fetchBytes(path) {
	const answer = await fetch(base + path);
	if (!answer.ok)
		throw new Error(`${path}: ${answer.status}`);
	return Buffer.from(await answer.arrayBuffer());
}

// What index.html names, and what that imports before anything is done; compressed as a server would.
async function firstLoad() {
	const seen = new Map(), queue = ["/"];
	while (queue.length) {
		const path = queue.pop(), bytes = await fetchBytes(path);
		seen.set(path, gzipSync(bytes, { level: 9 }).length);
		const text = bytes.toString(), found = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, at]) => at);
		const imports = path.endsWith(".js") ? [...text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)].map(([, name]) => `/assets/${name}`) : [];
		queue.push(...new Set([...found, ...imports].filter((at) => !seen.has(at) && !queue.includes(at))));
	}
	return [...seen.values()].reduce((sum, n) => sum + n, 0);
}

async function time(query) {
	const times = [];
	for (let i = 0; i < repeats; i++) {
		const began = performance.now();
		await fetchBytes(`/api/videos?limit=60${query}`);
		times.push(performance.now() - began);
	}
	return median(times).toFixed(1);
}

console.log(`page.first_load_bytes ${await firstLoad()}`);
let deep = "";
for (let i = 0; i < 200; i++)
	deep = JSON.parse(await fetchBytes(`/api/videos?limit=100${deep}`)).next.replace(/^/, "&before=");
for (const [name, query] of [["first", ""], ["deep", deep], ["state", "&state=failed"], ["search_common", "&q=film"], ["search_rare", "&q=film+99999"],
	["search_none", "&q=no+such+film"]])
	console.log(`page.list_${name}_ms ${await time(query)}`);
