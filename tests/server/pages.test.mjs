// pages.test.mjs - the pages as a browser without JavaScript has them.  No task ever runs here: slots = 0.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { serve, test } from "../lib/harness.mjs";

const server = await serve({ settings: { encode: { slots: 0 } } });
const newId = async (query) => (await server.put("any bytes", query)).json.id;
const submit = (path, body = "") =>
	server.request("POST", path, { body, headers: { "Content-Type": "application/x-www-form-urlencoded", Accept: "text/html" } });

function isPage(answer, status) {
	assert.equal(answer.status, status, answer.text);
	assert.equal(answer.headers["content-type"], "text/html; charset=utf-8");
	assert.match(answer.text, /^<!doctype html>/i);
	return answer.text;
}

test("the front page has a form that works without JavaScript", async () => {
	const text = isPage(await server.get("/"), 200);
	assert.match(text, /<form [^>]*action="\/api\/videos" method="post" enctype="multipart\/form-data"/);
	assert.match(text, /href="\/videos\/"/);
});

test("what the front page names is there, with its type and its headers", async () => {
	const { text, headers } = await server.get("/");
	assert.match(headers["content-security-policy"], /default-src 'none'/);
	const types = { css: /^text\/css/, js: /^text\/javascript/ };
	const named = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+\.(css|js))"/g)];
	assert.ok(named.length > 1, text);
	for (const [, path, ending] of named) {
		const asset = await server.get(path);
		assert.equal(asset.status, 200, path);
		assert.match(asset.headers["content-type"], types[ending], path);
		assert.equal(asset.headers["x-content-type-options"], "nosniff", path);
	}
});

test("the list shows each video with a link to its page", async () => {
	const id = await newId({ title: "Harbour & co" });
	for (const path of ["/videos/", "/videos", "/videos/?state=queued"]) {
		const text = isPage(await server.get(path), 200);
		assert.ok(text.includes(`href="/videos/${id}"`) && text.includes("Harbour &amp; co"), path);
	}
	assert.ok(!(await server.get("/videos/?state=ready")).text.includes(id));
});

// More than go on one page; once.
let many;
const addMany = () => many ??= Promise.all(Array.from({ length: 55 }, (_, i) => newId({ title: `many ${i}` })));

test("a list of more than 50 videos has a link to the older ones", async () => {
	await addMany();
	const seen = new Set();
	for (let path = "/videos/"; path;) {
		const text = isPage(await server.get(path), 200);
		[...text.matchAll(/href="\/videos\/([A-Za-z0-9_-]{22})"/g)].forEach(([, id]) => seen.add(id));
		path = /rel="next" href="([^"]+)"/.exec(text)?.[1].replaceAll("&amp;", "&");
	}
	assert.equal(seen.size, await server.count("video"));
});

test("the list is searched, also on its further pages, and what was searched for is text", async () => {
	await addMany();
	await newId({ title: "Harbour & co" });
	const text = isPage(await server.get("/videos/?q=many"), 200);
	assert.match(text, /rel="next" href="\/videos\/\?before=[^"]+&amp;q=many"/);
	assert.ok(!text.includes("Harbour"));
	assert.ok(isPage(await server.get("/videos/?q=%22%3E%3Cb%3E"), 200).includes('value="&quot;&gt;&lt;b&gt;"'));
	const next = isPage(await server.get(`/videos/?q=${encodeURIComponent("any%20&=+ü")}`), 200);
	assert.match(next, /No videos here/);
});

test("a video's page says how it goes, and renews itself while work goes on", async () => {
	const id = await newId({ title: "T", filename: "f.mp4" });
	const text = isPage(await server.get(`/videos/${id}`), 200);
	assert.match(text, /<noscript><meta http-equiv="refresh" content="3"><\/noscript>/);
	assert.match(text, /queued/);
	assert.match(text, /f\.mp4/);
	await server.sql(`UPDATE video SET state = 'cancelled' WHERE id = '${id}'`);
	assert.ok(!(await server.get(`/videos/${id}`)).text.includes("http-equiv=\"refresh\""));
});

test("the forms of a video's page cancel, retry, rename and delete it", async () => {
	const id = await newId(), page = `/videos/${id}`;
	const expect = async (path, body, location) => {
		const answer = await submit(path, body);
		assert.deepEqual([answer.status, answer.headers.location], [303, location], `${path}: ${answer.text}`);
	};
	await expect(`${page}/cancel`, "", page);
	assert.equal((await server.video(id)).state, "cancelled");
	await expect(`${page}/retry`, "", page);
	assert.equal((await server.video(id)).state, "queued");
	await expect(`${page}/edit`, "title=New+%26+%C3%A4", page);
	assert.equal((await server.video(id)).title, "New & ä");
	await expect(`${page}/delete`, "", "/videos/");
	assert.equal((await server.get(page)).status, 404);
});

test("errors are pages too", async () => {
	for (const [path, status] of [["/videos/AAAAAAAAAAAAAAAAAAAAAA", 404], ["/videos/x", 404], ["/videos/?state=no", 400],
		["/videos/?before=x", 400], ["/videos/?from=a-mail", 200]])
		isPage(await server.get(path, { Accept: "text/html" }), status);
	isPage(await submit("/videos/AAAAAAAAAAAAAAAAAAAAAA/cancel"), 404);
	assert.equal((await server.get(`/videos/${await newId()}/cancel`)).status, 405);
});

test("another site's form changes nothing", async () => {
	const id = await newId();
	for (const action of ["cancel", "retry", "delete", "edit"]) {
		const answer = await server.request("POST", `/videos/${id}/${action}`, { body: "title=x",
			headers: { Origin: "http://evil.example", "Sec-Fetch-Site": "cross-site", Accept: "text/html" } });
		assert.equal(answer.status, 403);
	}
	assert.equal((await server.video(id)).state, "queued");
});
