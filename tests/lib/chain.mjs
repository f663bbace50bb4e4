// chain.mjs - the whole way of a video, from the first byte to a played one, behind one web server.
// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { listen } from "./events.mjs";
import { serve, test } from "./harness.mjs";
import { readMaster, readMedia } from "./hls.mjs";
import { filePart, raw as sendRaw } from "./http.mjs";
import { madeBytes, pictureOf, soundOf } from "./media.mjs";
import { readProblem } from "./problem.mjs";
import { noWeb } from "./server.mjs";
import { until } from "./wait.mjs";

const FILM = { seconds: 8, size: "854x480", rate: 24 }, FRAMES = 192;
const TYPES = { m3u8: "application/vnd.apple.mpegurl", mpd: "application/dash+xml", mp4: "video/mp4", m4s: "video/mp4", jpg: "image/jpeg" };

// Fetches a published file, or a range of it, and checks what the web server says of it.
async function fetchPublished(server, path, range) {
	const headers = range ? { Range: `bytes=${range.offset}-${range.offset + range.length - 1}` } : {};
	const answer = await server.get(path, headers);
	assert.equal(answer.status, range ? 206 : 200, path);
	assert.equal(answer.headers["content-type"], TYPES[path.split(".").pop()], path);
	assert.equal(answer.headers["x-content-type-options"], "nosniff", path);
	if (range)
		assert.equal(answer.body.length, range.length, path);
	return answer;
}

// Follows a master playlist to the last segment.  Returns the picture playlists' addresses.
export async function walkPlaylists(server, path) {
	const master = readMaster((await fetchPublished(server, path)).text);
	const at = (uri) => new URL(uri, server.url(path)).pathname;
	const lists = [...master.variants.map(({ uri }) => at(uri)), ...master.media.map(({ URI }) => at(URI))];
	for (const list of lists) {
		const media = readMedia((await fetchPublished(server, list)).text);
		assert.ok(media.ended && media.segments.length && media.maps.length, list);
		for (const { uri, range } of [...media.maps, ...media.segments])
			await fetchPublished(server, at(uri), range);
		for (const { seconds } of media.segments)
			assert.ok(Math.round(seconds) <= media.target && seconds > 0, `${list}: a segment of ${seconds} s`);
	}
	return { master, pictures: master.variants.map(({ uri }) => at(uri)), sounds: master.media.map(({ URI }) => at(URI)) };
}

// What must not be had of a video and of the rest of the folder.
const hidden = (id) => ["/media/", "/media", `/media/${id}/`, `/media/${id}`, "/clipmill.db", "/source/", `/source/${id}`,
	`/media/../source/${id}`, `/media/%2e%2e/source/${id}`, `/media/${id}/../../clipmill.db`, `/media/${id}/.x.mp4`,
	`/media/${id}/master.m3u8.tmp`, "/assets/", "/assets/../templates/page.html", "/templates/page.html", "/module.mk"];

// The answers to a raw upload and to a browser's form.
function testAnswers(server, web, bytes, raw, form) {
	test(`behind ${web}, PUT answers 201 with the video and where it is`, () => {
		assert.equal(raw.status, 201, raw.text);
		assert.equal(raw.headers.location, `/api/videos/${raw.json.id}`);
		assert.match(raw.json.id, /^[A-Za-z0-9_-]{22}$/);
		assert.equal(raw.json.size_bytes, bytes);
	});

	test(`behind ${web}, a browser's form answers 303 to a page that shows the video`, async () => {
		assert.equal(form.status, 303, form.text);
		const page = await server.get(form.headers.location);
		assert.equal(page.status, 200);
		assert.match(page.headers["content-type"], /^text\/html/);
		assert.match(page.text, /film form\.mp4/);
	});

	test(`behind ${web}, an error of the API is a problem, and not a page of the web server`, async () => {
		readProblem(await server.get("/api/videos/AAAAAAAAAAAAAAAAAAAAAA"), 404, "not_found");
		readProblem(await server.get("/api/videos?limit=1000"), 400, "bad_parameter");
		readProblem(await server.request("DELETE", "/api/videos"), 405, "method_not_allowed");
	});

	test(`behind ${web}, a body without a length is taken whole or refused, and never taken in part`, async () => {
		const chunk = "x".repeat(5000), chunks = `${chunk.length.toString(16)}\r\n${chunk}\r\n`.repeat(20);
		const head = "PUT /api/videos?title=chunked HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
		const status = Number((await sendRaw(server.port, `${head}${chunks}0\r\n\r\n`)).split(" ")[1]);
		await sendRaw(server.port, head + chunks, { cut: 100 });
		await until(async () => await server.count("upload") === 0, "no upload is under way");
		assert.ok(status === 201 || (status === 411 && web.startsWith("lighttpd")), `${status}`);
		const rows = await server.sql("SELECT size_bytes FROM video WHERE title = 'chunked'");
		assert.deepEqual(rows, status === 201 ? [{ size_bytes: 100_000 }] : []);
		await server.sql("UPDATE video SET state = 'deleting' WHERE title = 'chunked'");
	});
}

// What is published, as the web server serves it.
function testPublished(server, web, id) {
	test(`behind ${web}, every line of every playlist is served as it should be`, async () => {
		const { urls } = await server.waitFor(id, "ready");
		const { master, pictures, sounds } = await walkPlaylists(server, urls.hls);
		assert.equal(master.variants.length, 2);
		assert.equal(sounds.length, 1);
		for (const { CODECS, BANDWIDTH, RESOLUTION } of master.variants) {
			assert.match(CODECS, /^avc1\.[0-9a-fA-F]{6},mp4a\.40\.2$/);
			assert.ok(Number(BANDWIDTH) > 10_000 && /^\d+x\d+$/.test(RESOLUTION));
		}
		for (const list of pictures)
			assert.equal((await pictureOf(server.url(list))).packets, FRAMES, list);
	});

	test(`behind ${web}, the page without JavaScript plays the MP4`, async () => {
		const video = await server.waitFor(id, "ready");
		const page = await server.get(video.urls.page);
		assert.ok(page.text.includes(`src="${video.urls.mp4}"`), page.text);
		assert.equal((await fetchPublished(server, video.urls.mp4, { offset: 1000, length: 5000 })).body.length, 5000);
		assert.ok((await fetchPublished(server, video.urls.poster)).body.length > 500);
	});

	test(`behind ${web}, nothing but published files and the page can be had`, async () => {
		await server.waitFor(id, "ready");
		for (const path of hidden(id))
			assert.ok([403, 404].includes((await server.get(path)).status), path);
	});

	test(`behind ${web}, the page says what it may do, media may be kept, and lists are asked for anew`, async () => {
		const page = await server.get("/"), { urls } = await server.waitFor(id, "ready");
		assert.match(page.headers["content-type"], /^text\/html; ?charset=utf-8$/i);
		assert.match(page.headers["content-security-policy"], /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/);
		assert.deepEqual([page.headers["x-content-type-options"], page.headers["referrer-policy"]], ["nosniff", "same-origin"]);
		for (const [path, age] of [["/", "0"], [urls.hls, "0"], [urls.dash, "0"], [urls.mp4, "31536000"], [urls.poster, "31536000"], [urls.storyboard, "31536000"]])
			assert.equal((await server.get(path)).headers["cache-control"], `max-age=${age}`, path);
	});

	test(`behind ${web}, a final slash changes nothing`, async () => {
		for (const path of ["/floor", "/videos", `/videos/${id}`, "/api/floor", "/api/health", "/api/videos", `/api/videos/${id}/tasks`]) {
			const [plain, slashed] = [await server.get(path), await server.get(`${path}/`)];
			assert.deepEqual([plain.status, slashed.status], [200, 200], path);
			assert.equal(slashed.headers["content-type"], plain.headers["content-type"], path);
		}
		assert.equal((await server.get("/floor/x")).status, 404);
	});

	// lighttpd has its module in a package of its own.
	const packs = !web.startsWith("lighttpd");
	test(`behind ${web}, ${packs ? "text is compressed for those who take it so, " : ""}media are not compressed, and events do not wait`, async () => {
		const taken = { "Accept-Encoding": "gzip" }, page = (await server.get("/")).text, { urls } = await server.waitFor(id, "ready");
		const assets = [...page.matchAll(/"(\/assets\/[^"]*\.(?:js|css))"/g)].map(([, path]) => path);
		assert.ok(assets.length > 1, page);
		for (const path of ["/", "/api/videos", `/api/videos/${id}`, ...assets]) {
			const packed = (await server.get(path, taken)).headers, plain = (await server.get(path)).headers;
			assert.deepEqual([packed["content-encoding"], plain["content-encoding"]], [packs ? "gzip" : undefined, undefined], path);
			assert.deepEqual([packed.vary, plain.vary], packs ? ["Accept-Encoding", "Accept-Encoding"] : [undefined, undefined], path);
		}
		for (const path of [urls.mp4, urls.poster])
			assert.equal((await server.get(path, taken)).headers["content-encoding"], undefined, path);
		const stream = await listen(server, "/api/events", taken);
		await stream.wait(({ name }) => name === "start", "its beginning");
		stream.close();
	});

	test(`behind ${web}, what is ready cannot be cancelled or made again`, async () => {
		for (const call of ["cancel", "retry"]) {
			const answer = await server.request("POST", `/api/videos/${id}/${call}`, { body: "" });
			readProblem(answer, 409, "wrong_state", "ready video is finished");
		}
	});
}

async function checkRungs(server, id) {
	const video = await server.waitFor(id, "ready");
	const rungs = video.renditions.filter(({ kind }) => kind === "video");
	assert.deepEqual(rungs.map(({ name, height }) => [name, height]), [["480p", 480], ["240p", 240]]);
	for (const { url, width, height } of rungs) {
		const picture = await pictureOf(server.url(url));
		assert.ok(Math.abs(width - height * 854 / 480) <= 1 && width % 2 === 0, `${width}x${height}`);
		assert.deepEqual([picture.packets, picture.width, picture.height], [FRAMES, width, height], url);
		assert.ok(await soundOf(server.url(url)), `${url} has no sound`);
	}
}

// Registers the tests for one of conf-examples.
export async function chain(web) {
	const skip = await noWeb(web);
	if (skip) {
		test(`behind ${web} the chain works`, { skip }, () => {});
		return;
	}
	const server = await serve({ web, prepare: (server) => server.sql("UPDATE rung SET preset = 'ultrafast' WHERE codec = 'h264'") });
	const film = await madeBytes(FILM);
	const raw = await server.put(film, { filename: "film.mp4", size: film.length });
	const form = await server.post([filePart(film, "film form.mp4")], { Accept: "text/html,application/xhtml+xml" });
	const ids = [raw.json?.id, form.headers.location?.split("/").pop()];

	testAnswers(server, web, film.length, raw, form);
	for (const [i, way] of ["raw upload", "form upload"].entries())
		test(`behind ${web}, a ${way} becomes ready, and each rung's MP4 has every frame`, () => checkRungs(server, ids[i]));
	testPublished(server, web, ids[0]);

	test(`behind ${web}, deleting the videos removes every file`, async () => {
		for (const id of ids)
			await server.remove(id);
		assert.equal(await server.count("video"), 0);
		await server.tidy();
		assert.deepEqual([...server.files("media"), ...server.files("source")], []);
	});
}
