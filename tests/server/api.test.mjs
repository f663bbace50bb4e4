// api.test.mjs - doc/http-api.md, call by call.  No task ever runs here: slots = 0.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { serve, test } from "../lib/harness.mjs";
import { raw } from "../lib/http.mjs";
import { readProblem } from "../lib/problem.mjs";

const NOBODY = "AAAAAAAAAAAAAAAAAAAAAA";
const server = await serve({ settings: { encode: { slots: 0 } } });

const newVideo = async (query = {}) => (await server.put("any bytes", query)).json;
const patch = (id, body, type = "application/json") =>
	server.request("PATCH", `/api/videos/${id}`, { body, headers: { "Content-Type": type } });

test("health says that all is well, who works, and what waits", async () => {
	const { status, json } = await server.get("/api/health");
	assert.equal(status, 200);
	assert.deepEqual([json.status, json.reasons], ["ok", []]);
	assert.ok(json.disk.free_bytes > json.disk.floor_bytes);
	assert.equal(json.workers.length, 2);
	assert.ok(json.workers.every(({ pid, slots, health }) => pid > 0 && slots === 0 && health));
	assert.ok(Number.isInteger(json.queue.tasks_running));
});

test("a wrong method is 405 and says which are right", async () => {
	const { id } = await newVideo();
	for (const [method, path, allow] of [
		["DELETE", "/api/health", "GET, HEAD"], ["DELETE", "/api/videos", "GET, HEAD, POST, PUT"],
		["PUT", `/api/videos/${id}/tasks`, "GET, HEAD"], ["GET", `/api/videos/${id}/cancel`, "POST"],
		["PATCH", `/api/videos/${id}/retry`, "POST"], ["OPTIONS", `/api/videos/${id}`, "GET, HEAD, PUT, PATCH, DELETE"], ["TRACE", "/api/health", null],
	]) {
		const answer = await server.request(method, path);
		if (method === "TRACE" && answer.headers["content-type"] !== "application/problem+json") {
			assert.ok(answer.status >= 400);        // the web server's own word
			continue;
		}
		readProblem(answer, 405, "method_not_allowed");
		assert.equal(answer.headers.allow, allow ?? answer.headers.allow, path);
	}
});

test("an unknown address is 404", async () => {
	for (const path of ["/api", "/api/", "/api/nothing", "/api/videos/x/y/z", `/api/videos/${NOBODY}/nothing`, "/api/healthy"])
		readProblem(await server.get(path), 404, "not_found");
});

test("an unknown id is 404 for every call, and so is what is no id", async () => {
	for (const id of [NOBODY, "x", "AAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAA%27%20", "%2e%2e%2f%2e%2e%2fetc%2fpasswd"]) {
		for (const [method, rest] of [["GET", ""], ["GET", "/tasks"], ["POST", "/cancel"], ["POST", "/retry"], ["DELETE", ""]]) {
			const answer = await server.request(method, `/api/videos/${id}${rest}`, { body: method === "POST" ? "" : undefined });
			if (id === NOBODY)
				readProblem(answer, 404, "not_found");
			else
				assert.ok([400, 404, 405].includes(answer.status), `${method} ${id}${rest}: ${answer.status}`);
		}
	}
	readProblem(await patch(NOBODY, "{\"title\":\"x\"}"), 404, "not_found");
});

test("a bad parameter is 400 and is named", async () => {
	for (const [query, name] of [
		["limit=0", "limit"], ["limit=101", "limit"], ["limit=ten", "limit"], ["limit=1e1", "limit"], ["limit=+1", "limit"],
		["limit=", "limit"], ["state=done", "state"], ["state=deleting", "state"], ["before=x", "before"], ["before=1.short", "before"],
		["sort=title", "sort"], ["limit=1&limit=2", "limit"], ["Limit=1", "Limit"],
	])
		readProblem(await server.get(`/api/videos?${query}`), 400, "bad_parameter", name);
	for (const [query, name] of [
		["priority=101", "priority"], ["priority=high", "priority"], ["priority=1.5", "priority"], ["profile=none", "profile"],
		["profile=..%2F..%2Fx", "profile"], ["size=-1", "size"], ["size=9223372036854775808", "size"], ["colour=red", "colour"],
	])
		readProblem(await server.request("PUT", `/api/videos?${query}`, { body: "x" }), 400, "bad_parameter", name);
	const { id } = await newVideo();
	for (const [method, path] of [["GET", "/api/health"], ["GET", "/api/floor"], ["POST", "/api/uploads"], ["POST", `/api/videos/${id}/cancel`],
		["DELETE", `/api/videos/${id}`], ["PATCH", `/api/videos/${id}`], ["GET", `/api/videos/${id}/events`]])
		readProblem(await server.request(method, `${path}?dryrun=1`, { body: method === "GET" ? undefined : "" }), 400, "bad_parameter", "dryrun");
	assert.equal((await server.video(id)).state, "queued");
});

test("cancel stops a video, and may be said twice", async () => {
	const { id } = await newVideo();
	const answer = await server.request("POST", `/api/videos/${id}/cancel`, { body: "" });
	assert.deepEqual([answer.status, answer.json.id, answer.json.state], [200, id, "cancelled"]);
	assert.deepEqual((await server.get(`/api/videos/${id}/tasks`)).json.tasks.map(({ state }) => state), ["cancelled", "cancelled"]);
	assert.equal((await server.request("POST", `/api/videos/${id}/cancel`, { body: "" })).json.state, "cancelled");
});

test("retry queues a cancelled video again", async () => {
	const { id } = await newVideo();
	await server.request("POST", `/api/videos/${id}/cancel`, { body: "" });
	const answer = await server.request("POST", `/api/videos/${id}/retry`, { body: "" });
	assert.deepEqual([answer.status, answer.json.state, answer.json.ended], [200, "queued", null]);
	assert.deepEqual((await server.get(`/api/videos/${id}/tasks`)).json.tasks.map(({ state }) => state), ["queued", "queued"]);
});

test("PATCH changes title and priority, one or both", async () => {
	const { id } = await newVideo({ title: "before" });
	const both = await patch(id, JSON.stringify({ title: "after \u{1F3AC}", priority: -7 }));
	assert.deepEqual([both.status, both.json.title, both.json.priority], [200, "after \u{1F3AC}", -7]);
	const one = await patch(id, "{\"priority\":100}", "application/json; charset=utf-8");
	assert.deepEqual([one.status, one.json.title, one.json.priority], [200, "after \u{1F3AC}", 100]);
});

test("PATCH refuses what it cannot mean, and changes nothing then", async () => {
	const { id } = await newVideo({ title: "kept" });
	for (const body of ["", "{", "[]", "1", "null", "{\"state\":\"ready\"}", "{\"title\":1}", "{\"priority\":\"1\"}", "{\"priority\":1.5}",
		"{\"title\":\"x\",\"owner\":\"me\"}", "{\"priority\":101}", "[".repeat(10_000), "{\"title\":null}",
		"{}", "{\"title\":\"\\u0000x\"}", "{[\"x\"]:2}", "{\"title\":{{\"a\":\"b\"}:2}}"]) {
		const answer = await patch(id, body);
		assert.ok(answer.status === 400, `${body.slice(0, 40)}: ${answer.status}`);
		assert.ok(["bad_json", "bad_parameter", "empty_upload"].includes(answer.json.code), answer.text);
	}
	readProblem(await patch(id, "{\"title\":\"x\"}", "text/plain"), 415, "unsupported_media_type");
	const packed = { "Content-Type": "application/json", "Content-Encoding": "gzip" };
	readProblem(await server.request("PATCH", `/api/videos/${id}`, { body: gzipSync("{\"title\":\"x\"}"), headers: packed }), 415, "unsupported_content_encoding");
	readProblem(await patch(id, JSON.stringify({ title: "x".repeat(20_000) })), 413, "body_too_large");
	const { title, priority } = await server.video(id);
	assert.deepEqual([title, priority], ["kept", 0]);
});

test("DELETE removes the video and its file, and then it is unknown", async () => {
	const { id } = await newVideo();
	assert.ok(server.files("source").includes(id));
	await server.remove(id);
	assert.ok(!server.files("source").includes(id));
	readProblem(await server.request("DELETE", `/api/videos/${id}`), 404, "not_found");
	assert.equal(await server.count(`task WHERE video = '${id}'`), 0);
});

test("pages of the list hang together, the newest first", async () => {
	const ids = [];
	for (let i = 0; i < 7; i++)
		ids.unshift((await newVideo({ title: `page ${i}` })).id);
	const found = [];
	let query = "limit=3";
	for (let pages = 0; query && pages < 50; pages++) {
		const { videos, next } = (await server.get(`/api/videos?${query}`)).json;
		assert.ok(videos.length <= 3);
		found.push(...videos.map(({ id }) => id));
		query = next && `limit=3&before=${encodeURIComponent(next)}`;
	}
	assert.deepEqual(found.slice(0, 7), ids);
	assert.equal(new Set(found).size, found.length);
	assert.equal(found.length, await server.count("video"));
});

test("the list can be narrowed by state and by owner", async () => {
	const { id } = await newVideo();
	await server.request("POST", `/api/videos/${id}/cancel`, { body: "" });
	await server.sql(`UPDATE video SET owner = 'o''hara' WHERE id = '${id}'`);
	const cancelled = (await server.get("/api/videos?state=cancelled")).json.videos;
	assert.ok(cancelled.length && cancelled.every(({ state }) => state === "cancelled"));
	assert.deepEqual((await server.get("/api/videos?owner=o%27hara")).json.videos.map((video) => video.id), [id]);
	assert.ok((await server.get("/api/videos?owner=")).json.videos.every(({ owner }) => owner === ""));
	assert.deepEqual((await server.get("/api/videos?owner=%27%20OR%201%3D1--")).json.videos, []);
});

test("a call from another site's page is refused with 403", async () => {
	const { id } = await newVideo();
	for (const headers of [{ "Sec-Fetch-Site": "cross-site" }, { Origin: "https://evil.example" }, { Origin: "null" }]) {
		for (const [method, path] of [["POST", `/api/videos/${id}/cancel`], ["PUT", "/api/videos"], ["DELETE", `/api/videos/${id}`]])
			readProblem(await server.request(method, path, { headers, body: "x" }), 403, "cross_origin");
		const answer = await server.get(`/api/videos/${id}`, headers);
		assert.deepEqual([answer.status, answer.headers["access-control-allow-origin"]], [200, undefined]);
	}
	assert.equal((await server.video(id)).state, "queued");
});

test("our own page may call", async () => {
	const { id } = await newVideo();
	const headers = { Origin: `http://127.0.0.1:${server.port}`, "Sec-Fetch-Site": "same-origin" };
	const answer = await server.request("POST", `/api/videos/${id}/cancel`, { headers, body: "" });
	assert.equal(answer.status, 200, answer.text);
});

test("a header cannot make somebody an owner, nor another method", async () => {
	const body = "x", headers = { "Remote-User": "root", Remote_User: "root", "X-HTTP-Method-Override": "DELETE" };
	const { json } = await server.request("PUT", "/api/videos", { body, headers });
	assert.equal(json.owner, "");
	assert.equal((await server.request("POST", `/api/videos/${json.id}/cancel`, { body, headers })).status, 200);
});

test("a search finds text in title, file name and owner, and takes no character for a pattern", async () => {
	const find = async (q, more = {}) => (await server.get(`/api/videos?${new URLSearchParams({ q, ...more })}`)).json.videos.map(({ id }) => id);
	const ids = {};
	for (const [name, query] of Object.entries({ title: { title: "Hafen 100% Übersicht" }, file: { filename: "harbour_one!.mov" }, other: { title: "harbourXone" } }))
		ids[name] = (await newVideo(query)).id;
	await server.sql(`UPDATE video SET owner = 'Berta' WHERE id = '${ids.other}'`);
	for (const [q, found] of [["hafen", ["title"]], ["100%", ["title"]], ["0% Ü", ["title"]], ["R_O", ["file"]], ["e!.", ["file"]], ["berta", ["other"]],
		["harbour", ["other", "file"]], ["%", ["title"]], ["_", ["file"]], ["!!", []], ["'; DROP TABLE video; --", []]])
		assert.deepEqual(await find(q), found.map((name) => ids[name]), q);
	assert.deepEqual(await find("harbour", { state: "ready" }), []);
	const [first, second] = await Promise.all([find("harbour", { limit: 1 }), server.get("/api/videos?q=harbour&limit=1")]);
	const { json } = await server.get(`/api/videos?q=harbour&limit=1&before=${second.json.next}`);
	assert.deepEqual([...first, json.videos[0].id, json.next], [ids.other, ids.file, null]);
});

test("HEAD is GET without the body", async () => {
	const { id } = await newVideo();
	for (const path of ["/api/health", "/api/videos?limit=1", `/api/videos/${id}`, `/videos/${id}`, "/videos/"]) {
		const answer = await server.request("HEAD", path);
		assert.deepEqual([answer.status, answer.body.length], [200, 0], path);
	}
	assert.equal((await server.request("HEAD", `/api/videos/${NOBODY}`)).status, 404);
});

test("control characters in a path make no header and no entry", async () => {
	const evil = "%0d%0aX-Evil:1";
	for (const path of [`/api/videos/${evil}`, `/api/videos?filename=${evil}`, "/api/videos/a%00b", `/videos/${evil}`]) {
		const text = await raw(server.port, `GET ${path} HTTP/1.0\r\nHost: x\r\n\r\n`);
		assert.match(text, /^HTTP\/1\.[01] 4\d\d /, path);
		assert.ok(!/^X-Evil/im.test(text), path);
	}
});

test("a path or query that is too long is refused", async () => {
	for (const path of [`/api/videos?filename=${"x".repeat(9000)}`, `/api/${"x".repeat(9000)}`]) {
		const { status } = await server.get(path);
		assert.ok([400, 404, 414, 431].includes(status), String(status));
	}
});

test("answers say that they are not to be kept and not to be guessed at", async () => {
	for (const path of ["/api/health", "/api/videos", `/api/videos/${NOBODY}`, "/videos/"]) {
		const { headers } = await server.get(path);
		assert.equal(headers["cache-control"], "no-store", path);
		assert.equal(headers["x-content-type-options"], "nosniff", path);
		assert.match(headers["content-security-policy"], /default-src '(self|none)'/, path);
	}
});

test("tasks tell the place in the queue and why nothing goes on", async () => {
	const { id } = await newVideo();
	const video = await server.video(id);
	assert.ok(video.place >= 1);
	assert.match(video.what, /^probe: /);
	const [task] = (await server.get(`/api/videos/${id}/tasks`)).json.tasks;
	assert.deepEqual([task.kind, task.state, task.attempts], ["probe", "queued", 0]);
	assert.ok(task.why.length > 5);
});
